"""``segments-hf inspect``: show the contents of a release without downloading images or bitmaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segments_hf.cli import options
from segments_hf.cli.console import output, print_json
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segments_hf.stats.inspection import CategoryCount, Inspection


def inspect(
    release: options.Release,
    labelset: Annotated[
        str | None, typer.Option(help="The labelset whose annotations are counted; by default the ground truth.")
    ] = None,
    max_release_bytes: options.MaxReleaseBytes = MAX_RELEASE_BYTES,
    *,
    json: options.Json = False,
) -> None:
    """Show the categories, label statuses and image hosts of a release. Downloads no images or bitmaps."""
    from segments_hf.release import Release
    from segments_hf.stats.inspection import inspect_release

    inspection = inspect_release(Release.open(release, max_release_bytes=max_release_bytes), labelset)
    if json:
        print_json(inspection)
        return
    output.print(_facts(inspection))
    output.print(_table("Categories", ("id", "name", "color", "annotations"), map(_category, inspection.categories)))
    output.print(_table("Statuses", ("status", "samples"), inspection.statuses.items()))
    if inspection.image_hosts:
        output.print(_table("Image hosts", ("host", "images"), inspection.image_hosts.items()))
    if inspection.broken:
        output.print(f"[bold red]{len(inspection.broken)} sample(s) cannot be read[/]. The first one:")
        output.print(_text(inspection.broken[0]))


def _facts(inspection: Inspection) -> Table:
    facts = Table.grid(padding=(0, 2))
    labelsets = ", ".join(
        f"{name} (shown)" if name == inspection.labelset and len(inspection.labelsets) > 1 else name
        for name in inspection.labelsets
    )
    for name, value in (
        ("release", inspection.name),
        ("dataset", inspection.dataset),
        ("description", inspection.description),
        ("created at", inspection.created_at),
        ("task type", inspection.task_type),
        ("labelsets", labelsets),
        ("samples", str(inspection.samples)),
    ):
        facts.add_row(Text(name, style="dim"), _text(value or "–"))
    return facts


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in {"id", "annotations", "samples", "images"} else "left")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else _text(cell) for cell in row))
    return table


def _text(cell: object) -> Text:
    from segments_hf.io.escaping import for_terminal

    return Text(for_terminal(str(cell)))


def _category(category: CategoryCount) -> tuple[object, ...]:
    color = Text("–")
    if category.color:
        red, green, blue = (round(part) for part in category.color[:3])
        color = Text.assemble(("   ", f"on rgb({red},{green},{blue})"), f" {red}, {green}, {blue}")
    name = Text("(not defined)", style="red") if category.name is None else category.name
    return category.id, name, color, category.annotations
