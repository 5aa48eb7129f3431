"""Where the commands write. What they write may hold names of files and samples: no markup, no codes of a terminal."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from segments_hf.io.escaping import for_json_in_terminal, for_terminal, shown
from segments_hf.io.json_codec.json_text import indented_json

output = Console()
errors = Console(stderr=True)


def say(text: str, style: str = "") -> None:
    """Prints a line of text as it is, however long it is."""
    output.print(Text(for_terminal(text), style), soft_wrap=True)


def say_error(text: str) -> None:
    """Prints what went wrong."""
    errors.print(Text.assemble(("Error:", "bold red"), " ", shown(text)), soft_wrap=True)


def say_json(value: Any) -> None:
    """Prints a value as JSON for machines."""
    typer.echo(for_json_in_terminal(indented_json(value)), nl=False)
