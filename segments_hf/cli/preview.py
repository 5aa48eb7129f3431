"""``segments-hf preview``: write an HTML page that shows the images or point clouds of a release with their labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line
from segments_hf.cli.help_text import ASSETS_AND_LABELS, FILTERS, OUTPUT

EXAMPLES = """\
segments-hf preview flowers-v1.0.json flowers.html
# Show at most 100 of the samples with the status reviewed
segments-hf preview flowers-v1.0.json reviewed.html \\
    --filter-by reviewed --limit 100"""


@options.with_reading_of_splits
def preview(
    release: options.Release,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The HTML file to write.")],
    limit: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Show at most this many samples, evenly spaced over the release.",
            rich_help_panel=FILTERS,
        ),
    ] = 1000,
    size: Annotated[
        int,
        typer.Option(
            metavar="PIXELS",
            help="The largest width or height of the shown images, in pixels. On a page of many samples, images are "
            "smaller.",
            rich_help_panel=ASSETS_AND_LABELS,
        ),
    ] = 1280,
    points: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Show at most this many points of each point cloud. On a page of many samples, fewer are shown.",
            rich_help_panel=ASSETS_AND_LABELS,
        ),
    ] = 60_000,
    *,
    loading: dict[str, Any],
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace a file that is not a preview page. An earlier page is always replaced.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """Write an HTML page that shows the images or point clouds with their labels, and the findings of validate."""
    import datasets

    from segments_hf.preview.preview_page import preview as write_preview

    if quiet:
        datasets.disable_progress_bars()
    page = write_preview(release, out, limit=limit, size=size, points=points, overwrite=overwrite, **loading)
    print_line(f"Wrote {page} ({page.stat().st_size / 1e6:.1f} MB). Open it in a browser.")
