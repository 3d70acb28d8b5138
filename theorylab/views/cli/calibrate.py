"""`theorylab calibrate`."""

from __future__ import annotations

from pathlib import Path

import click

from theorylab.views.cli.console import prepare_json, user_errors


@click.command()
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the tables to this file.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option("--share", type=click.FloatRange(0.01, 1), default=1.0, help="Share of the full number of trials.")
def calibrate(json_file: Path | None, out: Path, share: float) -> None:
    """Measure how often verdicts are wrong, on synthetic truths: page, figure and tables.

    Exit status 1 if true claims are refuted more often than the stated level and sampling error allow.
    """
    import json

    from theorylab.running import store
    from theorylab.trials import calibration
    from theorylab.views import calibration as pages
    from theorylab.views import plots

    with user_errors():
        store.prepare_folder(out)
        prepare_json(json_file)
        tables = calibration.measure(share)
        store.write_atomically(out / "calibration.md", pages.as_markdown(tables).encode())
        store.write_atomically(out / "calibration.svg", plots.svg(pages.figure(tables)))
        for path in {out / "calibration.json", json_file or out / "calibration.json"}:
            store.write_report(path, json.loads(json.dumps(tables)))
    worst = max(tables["false_alarms"], key=lambda row: row["rate"])
    bad = [row for row in tables["false_alarms"] if calibration.excessive(row)]
    click.echo(
        f"true claims refuted at level {calibration.LEVEL:g}: at most {worst['rate']:.3f} ({worst['kind']}, "
        f"{worst['noise']}, {worst['mode']}); page, figure and tables in {out}"
    )
    raise SystemExit(1 if bad else 0)
