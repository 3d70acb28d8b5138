"""`theorylab new`."""

from __future__ import annotations

from pathlib import Path

import click

from theorylab.views.cli.console import user_errors

SKELETON = Path(__file__).with_name("skeleton.txt")
"""A study that is complete and runs as it is: the one that the README shows."""


@click.command()
@click.argument("name")
@click.option("--at", "folder", type=click.Path(path_type=Path), default=Path(), help="Folder (default: this one).")
def new(name: str, folder: Path) -> None:
    """Write NAME.py, a study that runs as it is, to be made into one's own."""
    import importlib.util
    import keyword

    from theorylab.errors import require
    from theorylab.running import store

    with user_errors():
        name = name.removesuffix(".py")
        require(
            name.isidentifier() and not name.startswith("_") and not keyword.iskeyword(name),
            f"{name!r} is no name of a module: give letters, digits and underscores, a letter first (a folder: --at)",
        )
        path = folder / f"{name}.py"
        require(not path.exists(), f"{path} is there already, and stays as it is: give another name")
        taken = importlib.util.find_spec(name)
        require(taken is None, f"{name} is the name of a module already ({taken and taken.origin}): give another name")
        store.write_atomically(path, SKELETON.read_bytes())
    click.echo(f"{path} is written; `theorylab run {path}` puts it on trial")
