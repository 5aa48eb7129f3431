"""The command ``segments-hf``."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

import segments_hf
from segments_hf.cli import build, cache, demo, export, inspect, preview, push, stats, validate
from segments_hf.cli.closed_pipe import exit_on_closed_pipe
from segments_hf.cli.console import print_error, print_line
from segments_hf.cli.help_text import HelpCommand, HelpGroup
from segments_hf.errors import SegmentsHFError
from segments_hf.io.disk.atomic import discard_output
from segments_hf.io.disk.disk_errors import storage_errors_of_library
from segments_hf.option_names import on_command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = """\
# Write the demo folder, and show the content of its release
segments-hf demo
segments-hf inspect segments-hf-demo/flowers-v1.0.json"""


class _Commands(HelpGroup):
    """A group of commands that prints an error as one message, and its traceback only with ``--debug``."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with on_command_line(), storage_errors_of_library("the output of the command"), _flushed_output():
                return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if ctx.params["debug"] or type(error).__module__.startswith(("click", "typer")):
                raise
            print_error(_error_text(error))
            raise typer.Exit(1) from None


app: typer.Typer = typer.Typer(
    name="segments-hf",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Make Hugging Face datasets from Segments.ai releases.",
)


def _print_version(is_requested: bool) -> None:
    if is_requested:
        print_line(f"segments-hf {segments_hf.__version__}")
        raise typer.Exit


@app.callback(epilog=EXAMPLES)
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    del version, debug  # `_print_version` and `_Commands.invoke` read them


app.command("demo", cls=HelpCommand, epilog=demo.EXAMPLES)(demo.demo)
app.command("inspect", cls=HelpCommand, epilog=inspect.EXAMPLES)(inspect.inspect)
app.command("validate", cls=HelpCommand, epilog=validate.EXAMPLES)(validate.validate)
app.command("stats", cls=HelpCommand, epilog=stats.EXAMPLES)(stats.stats)
app.command("preview", cls=HelpCommand, epilog=preview.EXAMPLES)(preview.preview)
app.command("build", cls=HelpCommand, epilog=build.EXAMPLES)(build.build)
app.command("push", cls=HelpCommand, epilog=push.EXAMPLES)(push.push)
app.command("export", cls=HelpCommand, epilog=export.EXAMPLES)(export.export)
app.add_typer(cache.app, name="cache")


@contextmanager
def _flushed_output() -> Iterator[None]:
    """Flush standard output at the end of the block, so that a write error is raised here and not when Python exits."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if isinstance(error, SegmentsHFError) or error.errno == errno.EPIPE:
            raise
        discard_output(sys.stdout)  # otherwise Python tries to write the rest at exit, and fails again
        raise


def main() -> None:
    """Run the command line."""
    exit_on_closed_pipe()
    try:
        app()
    finally:
        with suppress(OSError):  # Python reports the error when it exits
            sys.stdout.flush()


def _error_text(error: Exception) -> str:
    type_name = "" if isinstance(error, SegmentsHFError) else f"{type(error).__name__}: "
    return f"{type_name}{error}"
