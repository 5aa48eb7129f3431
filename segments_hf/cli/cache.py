"""``segments-hf cache``: show and clear the caches on this machine."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Annotated

import typer

from segments_hf.cli.console import output, print_line
from segments_hf.cli.help_text import FILTERS, HelpCommand, HelpGroup
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from segments_hf.io.disk.disk_usage import Usage

app: typer.Typer = typer.Typer(
    cls=HelpGroup,
    no_args_is_help=True,
    help="Show and clear the caches of segments-hf on this machine.",
    epilog="segments-hf cache info\nsegments-hf cache clear --older-than 30d",
)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}  # seconds


@app.command(cls=HelpCommand, epilog="segments-hf cache info")
def info() -> None:
    """Show the sizes of the caches.

    The caches contain images, bitmaps, point clouds, releases, interrupted pushes, and unfinished datasets.
    """
    from rich.table import Table

    from segments_hf.assets import AssetCache, default_cache_folder
    from segments_hf.dataset.building.unfinished_builds import unfinished_builds
    from segments_hf.dataset.compat import builds_folder
    from segments_hf.hub.uploads.journal import interrupted_pushes
    from segments_hf.io.disk.disk_usage import find_files, usage_of
    from segments_hf.release import releases_folder

    table = Table("cache", "files", "size", "oldest use", box=None, padding=(0, 2, 0, 0))
    for name, usage in {
        "images, bitmaps and point clouds": AssetCache(default_cache_folder()).usage(),
        "releases": usage_of(find_files(releases_folder())),
        "interrupted pushes": usage_of(file for folder in interrupted_pushes() for file in find_files(folder)),
        "unfinished datasets": usage_of(file for folder in unfinished_builds() for file in find_files(folder)),
    }.items():
        table.add_row(name, f"{usage.files:,}", _size(usage), _age(usage))
    output.print(table)
    print_line(f"The caches are in {default_cache_folder().parent}, and unfinished datasets in {builds_folder()}")


@app.command(
    cls=HelpCommand,
    epilog="# Remove the files that were not used for 30 days\nsegments-hf cache clear --older-than 30d",
)
def clear(
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="AGE",
            help="Remove only files that were not used for this long, such as 12h, 30d or 8w.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Clear the caches. A dataset that refers to a removed file is built again when its release is next loaded."""
    from segments_hf.assets import AssetCache, default_cache_folder
    from segments_hf.dataset.building.unfinished_builds import unfinished_builds
    from segments_hf.dataset.compat import builds_folder
    from segments_hf.hub.uploads.journal import interrupted_pushes
    from segments_hf.io.disk.disk_usage import find_files, remove_files
    from segments_hf.io.escaping import shown
    from segments_hf.release import releases_folder

    seconds = _parse_age(older_than)
    if not yes:
        files = f"all files that have not been used for {older_than}" if older_than else "all files"
        folders = f"the caches in {default_cache_folder().parent}, and from unfinished datasets in {builds_folder()}"
        typer.confirm(shown(f"Remove {files} from {folders}?"), abort=True)
    for name, removed in {
        "images, bitmaps and point clouds": AssetCache(default_cache_folder()).clear(seconds),
        "releases": remove_files(find_files(releases_folder()), seconds),
        "interrupted pushes": remove_files(
            (file for folder in interrupted_pushes() for file in find_files(folder)), seconds
        ),
        "unfinished datasets": remove_files(
            (file for folder in unfinished_builds() for file in find_files(folder)), seconds
        ),
    }.items():
        print_line(f"Removed {counted(removed.files, 'file')} of {name} ({_size(removed)})")


def _parse_age(text: str | None) -> float:
    if text is None:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip().lower())
    if match is None:
        raise typer.BadParameter(
            f"got {text!r}, expected a number and a unit (s, m, h, d or w), such as 30d", param_hint="--older-than"
        )
    return float(match[1]) * _UNITS[match[2]]


def _size(usage: Usage) -> str:
    return f"{usage.size / 1e6:,.1f} MB"


def _age(usage: Usage) -> str:
    if usage.oldest is None:
        return "–"
    seconds = max(0.0, time.time() - usage.oldest)
    name = next((unit for unit in ("d", "h", "m") if seconds >= _UNITS[unit]), "s")
    return f"{seconds / _UNITS[name]:.0f} {name} ago"
