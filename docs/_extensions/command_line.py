"""The directive ``command-line``: the reference of the commands, read from the commands themselves.

Options that at least three commands have, with the same text, are described once, in a section at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective
from typer.main import get_command

from segments_hf.cli.app import app
from segments_hf.cli.help_text import parameter_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

_MIN_COMMANDS = 3  # the number of commands that make an option a shared option
_SHARED_PROGRAM = "segments-hf COMMAND"
_OPTIONS_OF_TYPER = {"--help", "--install-completion", "--show-completion"}


class CommandLine(SphinxDirective):
    """Describe every command: its purpose, its usage, its examples, its arguments and its options."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the sections of all commands."""
        return self.parse_text_to_nodes("\n".join(_lines()), allow_section_headings=True)


def _lines() -> Iterator[str]:
    commands = dict(_commands(get_command(app), "segments-hf"))
    records = {path: list(_records(command, path)) for path, command in commands.items()}
    counts = Counter(record for command_records in records.values() for record in command_records)
    shared = [record for record, count in counts.items() if count >= _MIN_COMMANDS and record[0].startswith("-")]
    for path, command in commands.items():
        own = [record for record in records[path] if record not in shared]
        linked = [record for record in records[path] if record in shared]
        usage = " ".join(command.collect_usage_pieces(_context(command, path)))
        heading = path.removeprefix("segments-hf ")
        yield from (f"## {heading}", "", _markdown(command.help or ""), "", "```text", f"{path} {usage}", "```", "")
        yield from ("Examples:", "", "```sh", *command.epilog.splitlines(), "```", "")
        yield from _option_directives(path, own)
        if linked:
            links = ", ".join(f"{{option}}`{name} <{_SHARED_PROGRAM} {name}>`" for name in map(_long_name, linked))
            yield from (f"[Shared options](#shared-options): {links}", "")
    yield from ("(shared-options)=", "", "## Shared options", "")
    yield from _option_directives(_SHARED_PROGRAM, shared)


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield a command and all commands below it, with their paths. Of a group below it, yield only the commands."""
    yield path, command
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        if getattr(inner, "commands", None):
            yield from list(_commands(inner, f"{path} {name}"))[1:]
        else:
            yield f"{path} {name}", inner


def _context(command: Any, path: str) -> Any:
    return command.make_context(path, [], resilient_parsing=True)


def _records(command: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield each parameter as the help shows it: its names with the form of its value, and its description."""
    context = _context(command, path)
    for parameter in command.params:
        record = parameter_record(parameter, context)
        if record is not None and not _OPTIONS_OF_TYPER.intersection(parameter.opts):
            yield record


def _option_directives(program: str, records: list[tuple[str, str]]) -> Iterator[str]:
    yield from (f"```{{program}} {program}", "```", "")
    for names, text in records:
        sentence, _, remarks = text.partition("  [")
        found = [_remark(remark) for remark in remarks.removesuffix("]").split("; ") if remark]
        yield from (f"````{{option}} {names}", _markdown(sentence), "", " ".join(found), "````", "")


def _remark(remark: str) -> str:
    """Return a sentence for a remark in the brackets after a description: a default, a range, or "required"."""
    kind, separator, value = remark.partition(": ")
    if separator:
        return f"{kind.capitalize()}: `{value}`."
    return "Required." if remark == "required" else f"Range: `{remark}`."


def _long_name(record: tuple[str, str]) -> str:
    """Return the long name of an option, such as ``--quiet`` of ``-q, --quiet``."""
    return next(word for word in re.split(r"[\s,]+", record[0]) if word.startswith("--"))


def _markdown(text: str) -> str:
    """Escape a plain text for Markdown. Options, and names between backticks, become code."""
    return re.sub(r"`[^`]+`|(?<![\w-])--[a-z][\w-]*|[\\*_\[\]<>]", _escaped, " ".join(text.split()))


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) == 1:
        return f"\\{text}"
    return text if text.startswith("`") else f"`{text}`"


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    sphinx.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True}
