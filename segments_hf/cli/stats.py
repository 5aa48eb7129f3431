"""``segments-hf stats``: print the statistics of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_line, print_result


@options.with_reading
def stats(
    release: options.Release,
    limit: Annotated[int | None, typer.Option(help="The largest number of samples to count.")] = None,
    figures: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write charts to this folder as PNG files; needs matplotlib."),
    ] = None,
    *,
    loading: dict[str, Any],
    assets: Annotated[
        bool,
        typer.Option(
            "--assets", help="Download the images and bitmaps, to count pixels and measure objects and images."
        ),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Count the objects, images, label statuses and attributes of a release, and with --assets its pixels."""
    import datasets

    from segments_hf.drawing.figure import new_figure
    from segments_hf.stats.figures import figure_snapshots, save_figures
    from segments_hf.stats.statistics import stats as count

    if figures:
        new_figure(1, 1)  # raises now if matplotlib is missing, not after the count
    if quiet:
        datasets.disable_progress_bars()
    expected = figure_snapshots(figures) if figures else None
    counted = count(release, assets=assets, limit=limit, **loading)
    files = save_figures(counted, figures, expected) if figures else []
    if json:
        print_json(counted)
        return
    print_result(counted)
    if files:
        print_line(f"Wrote {len(files)} charts to {figures}")
