"""``segments-hf preview``: a page to look through a release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line


@options.with_looking
def preview(
    release: options.Release,
    out: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    limit: Annotated[int, typer.Option(min=1, help="How many samples to show at most.")] = 1000,
    size: Annotated[int, typer.Option(min=16, help="The longest side of the pictures in pixels.")] = 1280,
    *,
    loading: dict[str, Any],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace any file; a preview is replaced in any case.")
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a page of the pictures with their labels over them, and of the findings of validate."""
    import datasets

    from segments_hf.preview.preview_page import preview as make

    if quiet:
        datasets.disable_progress_bars()
    page = make(release, out, limit=limit, size=size, overwrite=overwrite, **loading)
    print_line(f"Wrote {page}: open it in a browser")
