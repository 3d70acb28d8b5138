"""`theorylab run --replicate K`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import theorylab
from theorylab.views.cli.console import INTERRUPTED, plural, say, study_errors, user_errors

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.study import Listing


def replicate(
    console: Console,
    listings: Sequence[Listing],
    count: int,
    values: Mapping[str, Any],
    full: bool,
    workers: int | None,
    json_file: Path | None,
) -> NoReturn:
    """Run the studies with fresh seeds, print how their verdicts move, and end the process.

    A study that draws nothing is passed over, unless it is the only one.
    """
    from theorylab.errors import InputError
    from theorylab.running import store
    from theorylab.running.progress import live_progress
    from theorylab.running.tasks import using
    from theorylab.trials import replication
    from theorylab.views import tables

    rows: list[dict[str, Any]] = []
    try:
        with live_progress(console) as progress, using(workers=workers, progress=progress):
            for listing in listings:
                try:
                    with study_errors(listing):
                        found = replication.over_fresh_seeds(listing, count, full=full, **values)
                except InputError as error:
                    if len(listings) == 1 or "has no seed" not in str(error):
                        with user_errors():
                            raise
                    console.print(f"{listing.name}  draws nothing: its verdicts cannot move")
                    continue
                rows += found
                moved = sum(bool(row["unexpected_seeds"]) for row in found)
                console.print(f"{listing.name}  {plural(count, 'seed', 'seeds')}, {moved} of {len(found)} claims moved")
    except KeyboardInterrupt:
        say("interrupted: no table of replications was made")
        raise SystemExit(INTERRUPTED) from None
    console.print()
    console.print(tables.replicate_table(rows))
    if json_file is not None:
        with user_errors():
            report = {"schema": 1, "version": theorylab.__version__, "full": full, "replications": rows}
            store.write_report(json_file, report)
    raise SystemExit(1 if any(row["excessive"] for row in rows) else 0)
