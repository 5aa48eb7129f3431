"""The tables in a dataset card."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from segments_hf.io.escaping import for_markdown
from segments_hf.labels.categories import class_colors, class_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segments_hf.hub.card.point_counts import PointCounts
    from segments_hf.hub.card.row_counts import Tally
    from segments_hf.release import Category

K = TypeVar("K")


def table_of_splits(splits: Mapping[str, Tally], sizes: Mapping[str, int]) -> str:
    """Return the heading and the table of the splits: the numbers of rows, points and objects, and the sizes.

    Args:
        splits: The counts of each split.
        sizes: The size of the files of each split in bytes.
    """
    counts_objects = any(tally.objects is not None for tally in splits.values())
    counts_points = any(tally.points is not None for tally in splits.values())
    points = ["points", "points per cloud"] if counts_points else []
    header = ["split", "rows", *points, *(["objects"] if counts_objects else []), "size"]
    rows = [
        [
            for_markdown(name),
            f"{tally.rows:,}",
            *(_point_cells(tally.points) if counts_points else []),
            *([count_text(tally.objects, None)] if counts_objects else []),
            rounded_size(sizes.get(name, 0)),
        ]
        for name, tally in splits.items()
    ]
    return f"### Splits\n\n{table(header, rows, text_columns=1)}"


def _point_cells(counts: PointCounts | None) -> list[str]:
    """Return the number of points, and their mean number per point cloud; dashes if they are not known."""
    if counts is None or not counts.clouds:
        return ["–", "–"]
    return [f"{counts.points:,}", f"{round(counts.points / counts.clouds):,}"]


def table_of_left_out(splits: Mapping[str, Tally]) -> str:
    """Return the heading and the table of the rows and objects left out, by reason; empty if nothing was left out."""
    reasons = sorted(
        {("rows", reason) for tally in splits.values() for reason in tally.left_out.rows}
        | {("objects", reason) for tally in splits.values() for reason in tally.left_out.objects},
        key=lambda item: (item[0] != "rows", item[1]),
    )
    if not reasons:
        return ""
    rows = [
        [
            kind,
            for_markdown(reason),
            *(
                count_text(tally.left_out.rows if kind == "rows" else tally.left_out.objects, reason)
                for tally in splits.values()
            ),
        ]
        for kind, reason in reasons
    ]
    header = ["left out", "reason", *(f"number in {for_markdown(name)}" for name in splits)]
    return f"### Left out\n\n{table(header, rows, text_columns=2)}"


def table_of_classes(
    categories: Sequence[Category], splits: Mapping[str, Tally], value_column: str, first_value: int
) -> str:
    """Return the heading and the table of the classes: their colors, names, values, ids, and counts.

    The counts are the numbers of objects and points. The text is empty if the classes are not known.

    Args:
        categories: The categories, in the order of their ids.
        splits: The counts of each split.
        value_column: The column or channel with the class values of a label, in Markdown.
        first_value: The value of class 0.
    """
    if not categories:
        return ""
    counted = splits if any(tally.objects is not None for tally in splits.values()) else {}
    labeled = {name: None if tally.points is None else tally.points.labeled for name, tally in splits.items()}
    labeled = labeled if any(counts is not None for counts in labeled.values()) else {}
    header = [
        *("color", "class", f"value in {value_column}", "id on Segments.ai"),
        *(f"objects in {for_markdown(name)}" for name in counted),
        *(f"points in {for_markdown(name)}" for name in labeled),
    ]
    rows = [
        [
            _swatch(bytes(color).hex()),
            for_markdown(name),
            str(first_value + index),
            str(category.id),
            *(count_text(tally.objects, index) for tally in counted.values()),
            *(count_text(counts, index) for counts in labeled.values()),
        ]
        for index, (category, name, color) in enumerate(
            zip(categories, class_names(categories), class_colors(categories), strict=True)
        )
    ]
    return f"### Classes\n\n{table(header, rows, text_columns=2)}"


def table_of_statuses(splits: Mapping[str, Tally]) -> str:
    """Return the heading and the table of the label statuses in each split; empty if the rows have no status."""
    statuses = sorted({status for tally in splits.values() for status in tally.statuses})
    if not statuses:
        return ""
    rows = [
        [for_markdown(status), *(count_text(tally.statuses or None, status) for tally in splits.values())]
        for status in statuses
    ]
    header = ["status", *(f"rows in {for_markdown(name)}" for name in splits)]
    return f"### Label statuses\n\n{table(header, rows, text_columns=1)}"


def count_text(counts: Mapping[K, int] | None, key: K | None) -> str:
    """Return the count for a key as text, or the sum of all counts if the key is None; a dash without counts."""
    if counts is None:
        return "–"
    return f"{sum(counts.values()) if key is None else counts.get(key, 0):,}"


def _swatch(color: str) -> str:
    # The border separates light and dark colors from the page. The square is an empty element, so that a page without
    # styles shows only the hexadecimal color. A square character would have the color of the text on such a page.
    style = f"display:inline-block;width:1em;height:1em;background:#{color};border:1px solid #808080"
    return f'<span style="{style};vertical-align:middle"></span> `#{color}`'


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int) -> str:
    """Return a Markdown table.

    Args:
        header: The header of each column.
        rows: The texts of each row.
        text_columns: The number of columns of left-aligned text; the other columns are right-aligned numbers.
    """
    alignments = ["---"] * text_columns + ["---:"] * (len(header) - text_columns)
    lines = [header, alignments, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rounded_size(size: int) -> str:
    """Return a number of bytes with a unit.

    >>> rounded_size(500), rounded_size(1_234_567)
    ('500 B', '1.2 MB')
    """
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
