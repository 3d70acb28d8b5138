"""`theorylab certify`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from theorylab.views.cli.console import console_of_stdout, plural, prepare_json, user_errors


@click.command()
@click.argument("words", nargs=-1)
@click.option("--bits", type=click.IntRange(24, 100_000), help="Precision of the balls (default: 128).")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write all certificates to this file.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write a record per family into this folder.")
def certify(words: tuple[str, ...], bits: int | None, json_file: Path | None, out: Path | None) -> None:
    """Prove finite statements on boxes of settings by ball arithmetic: of the families that WORDS mean, or of all.

    Slack is the room that a statement has left, rounding the largest radius that rounding gave a ball; no random
    numbers enter. Needs the extra: pip install -e '.[rigour]'.

    Exit status: 0 if all claims are certified and their rivals refuted, 1 if not, 2 for a usage error.
    """
    from theorylab.running import store

    console = console_of_stdout()
    with user_errors():
        from theorylab.trials import certificates
        from theorylab.views import tables

        chosen = certificates.chosen(words)
        if out is not None:
            store.prepare_folder(out)
        prepare_json(json_file)
        bits = bits or certificates.BITS
        records, rows = [], []
        for family in chosen:
            began = time.perf_counter()
            found = certificates.certify(family, bits)
            records.append(certificates.record(family, found, bits))
            rows += [(family, one) for one in found]
            if out is not None:
                store.write_json(out / f"{family}.json", records[-1])
            count = plural(len(found), "certificate", "certificates")
            console.print(f"{family}  {count}, {time.perf_counter() - began:.2f} s")
        if json_file is not None:
            store.write_report(json_file, {"schema": 1, "families": records})
    unexpected = sum(not one.as_declared for _, one in rows)
    console.print("\n", tables.certificate_table(rows), sep="")
    console.print(f"\n{plural(len(rows), 'certificate', 'certificates')} at {bits} bits, {unexpected} not as declared")
    raise SystemExit(1 if unexpected else 0)
