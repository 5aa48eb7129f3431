"""``segments-hf stats``: a release in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_line, print_result


@options.with_looking
def stats(
    release: options.Release,
    limit: Annotated[int | None, typer.Option(help="How many samples to count at most.")] = None,
    figures: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw figures into this folder, as PNG; needs matplotlib.")
    ] = None,
    *,
    loading: dict[str, Any],
    assets: Annotated[
        bool, typer.Option("--assets", help="Fetch the pictures: for pixels, sizes of masks and sizes of images.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Count the objects, images and pixels of classes, sizes, statuses and attributes of a release."""
    import datasets

    from segments_hf.drawing.figure import new_figure
    from segments_hf.stats.figures import figure_snapshots, save_figures
    from segments_hf.stats.statistics import stats as count

    if figures:
        new_figure(1, 1)  # raises before the work if matplotlib is missing
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
        print_line(f"Wrote {len(files)} figures to {figures}")
