"""Lines and tables of result objects, as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from segments_hf.io.escaping import for_html, for_terminal
from segments_hf.shown_text import shown, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, RenderableType
    from rich.text import Text

_CSS = {
    "bold": "font-weight:bold",
    "bold red": "color:#b91c1c;font-weight:bold",
    "yellow": "color:#a16207",
    "dim": "opacity:.65",
}
_LINE = "white-space:pre-wrap"
_CAPTION = "text-align:left;font-weight:bold;white-space:nowrap"
_SWATCH = "display:inline-block;width:.9em;height:.9em;margin-right:.4em;border:1px solid #8888;vertical-align:-.1em"


class Cell(NamedTuple):
    """The text of a table cell or of a line, with an optional color swatch and a style.

    Attributes:
        text: The text; it may come from untrusted files.
        color: The color of a swatch before the text, as RGB; None for no swatch.
        style: One of ``bold``, ``bold red``, ``yellow`` and ``dim``; empty for plain text.
    """

    text: str
    color: Sequence[float] | None = None
    style: str = ""


class Table(NamedTuple):
    """A table.

    Attributes:
        columns: The names of the columns. If all are empty, the table has no header.
        rows: The cells of each row. Integers are shown with thousands separators.
        number_columns: The names of the columns of numbers, which are right-aligned.
        title: The title; empty for a table without a title.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell | str | int]]
    number_columns: Sequence[str] = ()
    title: str = ""


Block = Cell | Table  # a cell outside of a table is a line


class Result:
    """The base class of result objects. Their text and HTML come from the same blocks."""

    __slots__ = ()

    def blocks(self) -> Iterable[Block]:
        """Return the lines and tables that `str` and a notebook show."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes as a dict that `json.dumps` accepts."""
        return to_builtins(self)

    def __str__(self) -> str:
        return as_text(self.blocks())

    def _repr_html_(self) -> str:
        """Return HTML, which notebooks show."""
        return as_html(self.blocks())


def to_builtins(value: object) -> dict[str, Any]:
    """Return a struct, a dataclass or a dict as a dict that `json.dumps` accepts."""
    converted: dict[str, Any] = msgspec.to_builtins(value, str_keys=True, enc_hook=str)
    return converted


def short_repr(result: object, name: str | None, **numbers: int) -> str:
    r"""Return one line that names a result and its most important numbers, without the secrets of URLs.

    >>> short_repr(Cell("x"), "https://host/a.json?sig=abc", samples=3)
    "Cell('https://host/a.json?…', samples=3)"
    """
    parts = [repr(shown(name or "")), *(f"{key}={value}" for key, value in numbers.items())]
    return f"{type(result).__name__}({', '.join(parts)})"


def as_text(blocks: Iterable[Block]) -> str:
    """Return blocks as text without colors.

    >>> print(as_text([Cell("2 classes"), Table(("class", "objects"), [("leaf", 1200), ("bud", 7)], ["objects"])]))
    2 classes
    class  objects
    leaf     1,200
    bud          7
    """
    from rich.console import Console

    file = io.StringIO()
    print_blocks(Console(file=file, color_system=None, force_jupyter=False, legacy_windows=False), blocks, swatch="")
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def print_blocks(console: Console, blocks: Iterable[Block], *, swatch: str = "  ") -> None:
    """Print blocks in a console. Tables are narrowed to the width of the console; lines are not wrapped.

    Args:
        console: The console.
        blocks: The lines and tables.
        swatch: The text of a color swatch, which is shown on a background of the color; empty for no swatches.
    """
    for number, block in enumerate(blocks):
        if isinstance(block, Cell):
            console.print(_rich_text(block, swatch), soft_wrap=True)
            continue
        if block.title:
            if number:
                console.print()
            console.print(_rich_text(Cell(block.title, style="bold"), ""), soft_wrap=True)
        console.print(_rich_table(block, swatch))


def as_html(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML with inline styles, which needs no style sheet.

    >>> as_html([Cell("<b>")])
    '<div style="white-space:pre-wrap">&lt;b&gt;</div>'
    """
    return "".join(_html_table(block) if isinstance(block, Table) else _html_line(block) for block in blocks)


def _cell(value: Cell | str | int) -> Cell:
    if isinstance(value, Cell):
        return value
    return Cell(f"{value:,}" if isinstance(value, int) else value)


def _rich_text(cell: Cell, swatch: str) -> Text:
    from rich.text import Text

    text = Text(for_terminal(cell.text), cell.style)
    if cell.color is None or not swatch:
        return text
    return Text.assemble((swatch, f"on rgb({_channels(cell.color)})"), " ", text)


def _rich_table(table: Table, swatch: str) -> RenderableType:
    from rich.table import Table as RichTable

    rich_table = RichTable(box=None, padding=(0, 2, 0, 0), show_header=any(table.columns), pad_edge=False)
    for column in table.columns:
        rich_table.add_column(column, justify="right" if column in table.number_columns else "left", overflow="fold")
    for row in table.rows:
        rich_table.add_row(*(_rich_text(_cell(value), swatch) for value in row))
    return rich_table


def _html_line(line: Cell) -> str:
    return f"<div{_html_style(_CSS.get(line.style, ''), _LINE)}>{_html_text(line)}</div>"


def _html_table(table: Table) -> str:
    styles = [f"text-align:{'right' if column in table.number_columns else 'left'}" for column in table.columns]
    caption = f"<caption{_html_style(_CAPTION)}>{for_html(table.title)}</caption>" if table.title else ""
    columns = zip(table.columns, styles, strict=True)
    header = "".join(f"<th{_html_style(style)}>{for_html(name)}</th>" for name, style in columns)
    head = f"<thead><tr>{header}</tr></thead>" if any(table.columns) else ""
    body = "".join(
        f"<tr>{''.join(_html_cell(_cell(value), style) for value, style in zip(row, styles, strict=False))}</tr>"
        for row in table.rows
    )
    return f'<table style="margin:.5em 0">{caption}{head}<tbody>{body}</tbody></table>'


def _html_cell(cell: Cell, style: str) -> str:
    return f"<td{_html_style(style, _CSS.get(cell.style, ''))}>{_html_text(cell)}</td>"


def _html_text(cell: Cell) -> str:
    swatch = "" if cell.color is None else f'<span style="{_SWATCH};background:rgb({_channels(cell.color)})"></span>'
    return f"{swatch}{for_html(without_secrets(cell.text))}"


def _html_style(*parts: str) -> str:
    style = ";".join(filter(None, parts))
    return f' style="{style}"' if style else ""


def _channels(color: Sequence[float]) -> str:
    return ",".join(str(round(channel)) for channel in color[:3])
