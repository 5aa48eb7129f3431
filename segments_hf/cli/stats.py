"""``segments-hf stats``: print the statistics of a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from segments_hf.cli import options
from segments_hf.cli.console import output, print_json, print_line

if TYPE_CHECKING:
    from segments_hf.stats.statistics import ClassStats, Stats
    from segments_hf.stats.tally import AttributeCounts, Sizes

_MAX_LINES = 12  # of tables whose length depends on the data


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
    for table in _tables(counted):
        output.print(table)
    if counted.problems:
        output.print(f"[bold red]{len(counted.problems)} problem(s)[/]. The first one:")
        print_line(counted.problems[0])
    if files:
        print_line(f"Wrote {len(files)} charts to {figures}")


def _tables(counted: Stats) -> Iterable[Table]:
    without_class = f", {counted.without_class:,} without a class" if counted.without_class else ""
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("name", _cell(counted.name)),
        ("task type", _cell(counted.task_type or "–")),
        ("images", f"{counted.images:,}, {counted.labeled:,} with a label"),
        ("objects", f"{counted.objects:,}{without_class}"),
        ("sizes of objects", _size_text(counted.sizes)),
        *([("left out", _left_out(counted.left_out))] if counted.left_out else []),
    ):
        facts.add_row(Text(name, style="dim"), Text(value))
    yield facts
    yield _classes(counted)
    yield _table("Label statuses", ("status", "images"), counted.statuses.items())
    if counted.objects_per_image:
        yield _table("Objects per labeled image", ("objects", "images"), _ranges(counted.objects_per_image))
    if counted.image_sizes:
        sizes = [(f"{item.width} x {item.height}", item.images) for item in counted.image_sizes]
        yield _table("Sizes of images", ("pixels", "images"), _first(sizes))
    if counted.together:
        names = [item.name for item in counted.classes]
        pairs = [(f"{names[pair.first]}, {names[pair.second]}", pair.images) for pair in counted.together]
        yield _table("Classes together in an image", ("classes", "images"), _first(pairs))
    if counted.attributes:
        yield _table("Attributes of objects", ("attribute", "value", "objects"), _values(counted.attributes))
    if counted.image_attributes:
        yield _table("Attributes of images", ("attribute", "value", "images"), _values(counted.image_attributes))


def _classes(counted: Stats) -> Table:
    from segments_hf.io.escaping import for_terminal

    columns: dict[str, Any] = {
        "class": lambda item: Text.assemble(
            ("  ", f"on rgb({','.join(map(str, item.color))})"), f" {for_terminal(item.name)}"
        ),
        "objects": lambda item: f"{item.objects:,}",
        "images": lambda item: f"{item.images:,}",
    }
    if counted.unlabeled_pixels is not None:
        whole = counted.unlabeled_pixels + sum(item.pixels or 0 for item in counted.classes)
        columns["pixels"] = lambda item: f"{item.pixels:,}"
        columns["%"] = lambda item: f"{100 * item.pixels / whole:.2f}"
    if counted.sizes:
        columns["median"] = lambda item: f"{item.sizes.median:,.0f}" if item.sizes else "–"
        columns["s / m / l"] = _small_medium_large
    table = _table("Classes", tuple(columns), ([cell(item) for cell in columns.values()] for item in counted.classes))
    if counted.unlabeled_pixels is not None:
        share = f"{100 * counted.unlabeled_pixels / whole:.2f}"
        table.add_row(Text("   (unlabeled)", style="dim"), "", "", f"{counted.unlabeled_pixels:,}", share)
    return table


def _small_medium_large(item: ClassStats) -> str:
    return f"{item.sizes.small:,} / {item.sizes.medium:,} / {item.sizes.large:,}" if item.sizes else "–"


def _left_out(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())


def _size_text(sizes: Sizes | None) -> str:
    if sizes is None:
        return "not known: bitmaps are measured only with --assets, and points have no size"
    return (
        f"{sizes.smallest:,.0f} to {sizes.largest:,.0f} pixels, median {sizes.median:,.0f}; "
        f"{sizes.small:,} small, {sizes.medium:,} medium, {sizes.large:,} large (s, m, l as in COCO)"
    )


def _ranges(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return one line for each number of objects, or for ranges of numbers if there are too many lines."""
    if len(counts) <= _MAX_LINES:
        return [(str(number), images) for number, images in counts.items()]
    step = -(-(max(counts) + 1) // _MAX_LINES)
    lines: dict[int, int] = {}
    for number, images in counts.items():
        lines[number // step] = lines.get(number // step, 0) + images
    return [(f"{step * line} to {step * (line + 1) - 1}", images) for line, images in lines.items()]


def _first(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    left = rows[_MAX_LINES:]
    return [*rows[:_MAX_LINES], *([(f"({len(left)} others)", sum(count for _, count in left))] if left else [])]


def _values(attributes: list[AttributeCounts]) -> Iterable[tuple[str, str, int]]:
    from segments_hf.io.json_codec.json_text import text_or_json

    for attribute in attributes:
        for line, item in enumerate(attribute.values[:_MAX_LINES]):
            yield attribute.name if line == 0 else "", text_or_json(item.value), item.count
        if others := attribute.other + sum(item.count for item in attribute.values[_MAX_LINES:]):
            yield "", "(others)", others


def _table(title: str, columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Table:
    table = Table(title=title, title_justify="left", min_width=len(title))
    for column in columns:
        table.add_column(column, justify="left" if column in {"class", "status", "classes", "attribute", "value"}
                         else "right")  # fmt: skip
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(_cell(cell)) for cell in row))
    return table


def _cell(cell: object) -> str:
    from segments_hf.io.escaping import for_terminal

    return f"{cell:,}" if isinstance(cell, int) else for_terminal(str(cell))
