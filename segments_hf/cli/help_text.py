"""Print the help of a command: the options in groups, with the help text of an option beside or below its names."""

from __future__ import annotations

import inspect
import textwrap
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The titles of the groups of options, in the order of the help.
INPUT: Final = "Input"
FILTERS: Final = "Filters"
SPLITS: Final = "Splits"
ASSETS_AND_LABELS: Final = "Images, point clouds and labels"
OUTPUT: Final = "Output"
HUB: Final = "Hugging Face Hub"
NETWORK: Final = "Network"
OTHER: Final = "Other options"
GROUPS: Final = (INPUT, FILTERS, SPLITS, ASSETS_AND_LABELS, OUTPUT, HUB, NETWORK, OTHER)

_MAX_WIDTH = 100  # longer lines are hard to read
_INDENT = 2
_TEXT_COLUMN = 28  # the column in which texts begin
_NO_BREAK = "\xa0"  # a space at which no line ends


class _OwnHelp:
    """The methods that print the help of a command. Typer calls them."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, and write nothing to the formatter."""
        del formatter
        console = Console(highlight=False)
        for line in help_lines(self, ctx, min(console.width, _MAX_WIDTH)):
            console.print(line, soft_wrap=True)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line, with arguments as ``RELEASE`` and not as ``{RELEASE}``."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]  # type: ignore[misc]


class HelpCommand(_OwnHelp, TyperCommand):
    """A command whose help `_OwnHelp` prints."""


class HelpGroup(_OwnHelp, TyperGroup):
    """A group of commands whose help `_OwnHelp` prints."""


def help_lines(command: Any, ctx: Any, width: int) -> Iterator[Text]:
    """Yield the lines of the help of a command.

    Args:
        command: A command or a group of Typer. Its epilog is the text of its examples.
        ctx: The context of the command.
        width: The largest length of a line. Only paragraphs and help texts are wrapped.
    """
    usage = " ".join(command.collect_usage_pieces(ctx))
    yield Text.assemble(("Usage: ", "bold"), f"{ctx.command_path} {usage}")
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield Text()
        yield from map(Text, _wrapped(paragraph, width))
    commands = {name: inner.help or "" for name, inner in getattr(command, "commands", {}).items()}
    yield from _section("Commands", ((name, text.split("\n\n")[0]) for name, text in commands.items()), width)
    arguments = [item for item in command.get_params(ctx) if item.param_type_name == "argument"]
    yield from _section("Arguments", _records(arguments, ctx), width)
    options = [item for item in command.get_params(ctx) if item.param_type_name == "option"]
    for group in GROUPS:
        yield from _section(group, _records([item for item in options if group_of(item) == group], ctx), width)
    if command.epilog:
        yield from (Text(), Text("Examples", "bold"))
        for line in command.epilog.splitlines():
            yield Text(f"{'':{_INDENT}}{line}", "dim" if line.startswith("#") else "")


def group_of(option: Any) -> str:
    """Return the title of the group of an option."""
    return getattr(option, "rich_help_panel", None) or OTHER


def parameter_record(parameter: Any, ctx: Any) -> tuple[str, str] | None:
    """Return the names of a parameter with the form of its value, and its help text; None for a hidden parameter."""
    record = parameter.get_help_record(ctx)
    if record is None:
        return None
    names, text = record
    text = text.replace(r"\[", "[")  # old versions of typer escape the bracket
    return parameter.metavar if parameter.param_type_name == "argument" else names, text


def _records(parameters: Iterable[Any], ctx: Any) -> Iterator[tuple[str, str]]:
    for parameter in parameters:
        record = parameter_record(parameter, ctx)
        if record is not None:
            text, _, remarks = record[1].removesuffix("[required]").partition("  [")
            # No line ends inside brackets, as in [default: 1000]. [required] is left out, because the usage line shows
            # which arguments are required.
            yield record[0], f"{text} [{remarks.replace(' ', _NO_BREAK)}" if remarks else text


def _section(title: str, records: Iterable[tuple[str, str]], width: int) -> Iterator[Text]:
    """Yield a title and the lines of each record: its names, and its text in a fixed column.

    The text begins beside the names, or in the next line if the names are long.
    """
    entries = list(records)
    if entries:
        yield from (Text(), Text(title, "bold"))
    for names, text in entries:
        lines = _wrapped(text, width - _TEXT_COLUMN) or [""]
        indented = f"{'':{_INDENT}}{names}"
        if len(indented) + _INDENT > _TEXT_COLUMN:
            yield Text(indented, "cyan")
        else:
            yield Text.assemble((f"{indented:{_TEXT_COLUMN}}", "cyan"), lines.pop(0))
        yield from (Text(f"{'':{_TEXT_COLUMN}}{line}") for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Split a text into lines, but not inside words such as ``--max-bytes``."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_NO_BREAK, " ") for line in lines]
