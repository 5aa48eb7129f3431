"""Print the output of the commands with control characters escaped.

Names of files and samples may contain control codes for the terminal.
"""

from __future__ import annotations

import typer
from rich.console import Console
from rich.text import Text

from segments_hf.io.escaping import for_json_in_terminal, for_terminal, shown
from segments_hf.io.json_codec.json_text import indented_json
from segments_hf.io.tables import Result, print_blocks

output: Console = Console()
error_output: Console = Console(stderr=True)


def print_line(text: str, style: str = "") -> None:
    """Print a text on one line, without interpreting markup in it."""
    output.print(Text(for_terminal(text), style), soft_wrap=True)


def print_error(text: str) -> None:
    """Print an error message to standard error."""
    error_output.print(Text.assemble(("Error:", "bold red"), " ", shown(text)), soft_wrap=True)


def print_result(result: Result) -> None:
    """Print the lines and tables of a result: the text of ``str(result)``, with colors."""
    print_blocks(output, result.blocks())


def print_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(for_json_in_terminal(indented_json(value)), nl=False)
