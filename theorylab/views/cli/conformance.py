"""`theorylab conformance`."""

from __future__ import annotations

import click

from theorylab.views.cli.console import console_of_stdout, plural, user_errors


@click.command()
@click.argument("package", default="")
@click.argument("algorithm", default="")
@click.option("--write", is_flag=True, help="Also write CONFORMANCE.md and its figure beside the committed figures.")
def conformance(package: str, algorithm: str, write: bool) -> None:
    """Put packages on trial: is the optimiser that is installed the recursion of its paper?

    PACKAGE and ALGORITHM choose rows; an algorithm may stand alone. What is not installed is left out with a word: the
    packages come with the extra, pip install -e '.[conformance]'.

    Exit status: 0 if every row is reproduced, 1 if a package behaves otherwise than its row says, 2 for a usage error.
    """
    from theorylab.errors import require

    console = console_of_stdout()
    with user_errors():
        from theorylab.conformance.bench import tried
        from theorylab.conformance.rows import rows
        from theorylab.trials.study import FIGURES
        from theorylab.views import conformance as views

        every = rows()
        packages, algorithms = sorted({row.package for row in every}), sorted({row.algorithm for row in every})
        if package and not algorithm and package not in packages:
            known = f"packages are {', '.join(packages)}; algorithms are {', '.join(algorithms)}"
            require(package in algorithms, f"{package!r} is neither package nor algorithm of a row: {known}")
            package, algorithm = "", package
        chosen = rows(package, algorithm)
        require(not write or not (package or algorithm), "--write takes no names: the page has all packages")
        outcomes = [tried(row) for row in chosen]
        console.print(views.outcome_table(outcomes))
        missing = sorted({f"{one.row.package} {one.row.version}" for one in outcomes if one.version is None})
        wrong = [one for one in outcomes if not one.as_said]
        there = [one for one in outcomes if one.version is not None]
        others = sorted({f"{one.row.package} {one.version}" for one in there if one.version != one.row.version})
        console.print(f"\n{plural(len(there), 'row', 'rows')} tried, {len(wrong)} not as the rows say")
        if missing:
            console.print(f"not installed: {', '.join(missing)}; pip install -e '.[conformance]'")
        if others:
            console.print(f"other versions than the rows were made with: {', '.join(others)}")
        if write:
            pinned = not (missing or wrong or others)
            require(pinned, "the page is written only where all rows are reproduced with their pinned versions")
            for path in views.write(FIGURES):
                console.print(str(path))
    raise SystemExit(1 if wrong else 0)
