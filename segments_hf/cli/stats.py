"""``segments-hf stats``: print the statistics of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_line, print_result
from segments_hf.cli.help_text import FILTERS, INPUT, OUTPUT
from segments_hf.io.number_text import counted

EXAMPLES = """\
segments-hf stats flowers-v1.0.json
# Count pixels too, and write charts to the folder charts
segments-hf stats flowers-v1.0.json --assets --figures charts"""

_MAX_NAMES = 5  # how many names of other PNG files are printed at most


@options.with_reading
def stats(
    release: options.Release,
    limit: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="The largest number of samples to count.", rich_help_panel=FILTERS),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write charts as PNG files to this folder. This needs matplotlib.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    *,
    loading: dict[str, Any],
    assets: Annotated[
        bool,
        typer.Option(
            "--assets",
            help="Download the images, bitmaps and point clouds. Also count pixels and the points in cuboids, and "
            "measure the sizes of masks.",
            rich_help_panel=INPUT,
        ),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Count the images or point clouds of a release, and their objects, label statuses and attributes.

    With --assets, also count the pixels of images, or the points in cuboids.
    """
    import datasets

    from segments_hf.drawing.figure import new_figure
    from segments_hf.stats.figures import figure_snapshots, save_figures
    from segments_hf.stats.statistics import stats as count

    if figures:
        new_figure(1, 1)  # raises now if matplotlib is missing, not after the count
    if quiet:
        datasets.disable_progress_bars()
    expected = figure_snapshots(figures) if figures else None
    statistics = count(release, assets=assets, limit=limit, **loading)
    files = save_figures(statistics, figures, expected) if figures else []
    if json:
        print_json(statistics)
        return
    print_result(statistics)
    if files:
        print_line(f"Wrote {counted(len(files), 'chart')} to {figures}: {', '.join(file.name for file in files)}")
        _print_other_charts(files)


def _print_other_charts(files: list[Path]) -> None:
    """Print the names of the other PNG files in the folder, because they may be charts of an earlier run."""
    other_names = sorted(path.name for path in files[0].parent.glob("*.png") if path not in files)
    if other_names:
        shown = ", ".join([*other_names[:_MAX_NAMES], *(["…"] if len(other_names) > _MAX_NAMES else [])])
        print_line(
            f"The folder also contains {counted(len(other_names), 'PNG file')} that this run did not write: {shown}"
        )
