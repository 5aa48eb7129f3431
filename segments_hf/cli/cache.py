"""``segments-hf cache``: show or clear the caches."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Annotated

import typer

from segments_hf.cli.console import output, print_line

if TYPE_CHECKING:
    from segments_hf.io.disk.disk_usage import Usage

app = typer.Typer(help="Show or clear the caches on this machine.", no_args_is_help=True)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}  # seconds


@app.command()
def info() -> None:
    """Show what is in the caches: pictures, releases of the platform, interrupted pushes and unfinished builds."""
    from rich.table import Table

    from segments_hf.assets import AssetCache, default_cache_folder
    from segments_hf.dataset.building.unfinished_builds import unfinished_builds
    from segments_hf.hub.journal import interrupted_pushes
    from segments_hf.io.disk.disk_usage import find_files, usage_of
    from segments_hf.release import releases_folder

    table = Table("what", "files", "size", "not used for", box=None, padding=(0, 2, 0, 0))
    for name, usage in {
        "pictures": AssetCache(default_cache_folder()).usage(),
        "releases": usage_of(find_files(releases_folder())),
        "interrupted pushes": usage_of(file for folder in interrupted_pushes() for file in find_files(folder)),
        "unfinished datasets": usage_of(file for folder in unfinished_builds() for file in find_files(folder)),
    }.items():
        table.add_row(name, f"{usage.files:,}", _size(usage), _age(usage))
    output.print(table)
    print_line(f"in {default_cache_folder().parent}")


@app.command()
def clear(
    older_than: Annotated[
        str | None, typer.Option(metavar="30d", help="Only what was not used for so long: 12h, 30d, 8w.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Clear the caches. Datasets that refer to removed pictures are built again when they are loaded."""
    from segments_hf.assets import AssetCache, default_cache_folder
    from segments_hf.dataset.building.unfinished_builds import unfinished_builds
    from segments_hf.hub.journal import interrupted_pushes
    from segments_hf.io.disk.disk_usage import find_files, remove_files
    from segments_hf.io.escaping import shown
    from segments_hf.release import releases_folder

    seconds = _parse_age(older_than)
    if not yes:
        what = f"what was not used for {older_than}" if older_than else "everything"
        typer.confirm(shown(f"Remove {what} from {default_cache_folder().parent}?"), abort=True)
    for name, removed in {
        "pictures": AssetCache(default_cache_folder()).clear(seconds),
        "releases": remove_files(find_files(releases_folder()), seconds),
        "interrupted pushes": remove_files(
            (file for folder in interrupted_pushes() for file in find_files(folder)), seconds
        ),
        "unfinished datasets": remove_files(
            (file for folder in unfinished_builds() for file in find_files(folder)), seconds
        ),
    }.items():
        print_line(f"Removed {removed.files:,} files of {name} ({_size(removed)})")


def _parse_age(text: str | None) -> float:
    if text is None:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip().lower())
    if match is None:
        raise typer.BadParameter(f"got {text!r}, wanted a number and s, m, h, d or w: 30d", param_hint="--older-than")
    return float(match[1]) * _UNITS[match[2]]


def _size(usage: Usage) -> str:
    return f"{usage.size / 1e6:,.1f} MB"


def _age(usage: Usage) -> str:
    if usage.oldest is None:
        return "–"
    seconds = max(0.0, time.time() - usage.oldest)
    name = next((unit for unit in ("d", "h", "m") if seconds >= _UNITS[unit]), "s")
    return f"up to {seconds / _UNITS[name]:.0f} {name}"
