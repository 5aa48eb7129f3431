"""The command ``segments-hf``."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from segments_hf.cli import build, cache, demo, export, inspect, preview, push, stats, validate
from segments_hf.cli.console import say_error


class _Commands(TyperGroup):
    """Commands whose errors are one message; a traceback only with ``--debug``."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if ctx.params["debug"] or type(error).__module__.startswith(("click", "typer")):
                raise
            say_error(_told(error))
            raise typer.Exit(1) from None


app = typer.Typer(
    name="segments-hf",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From a Segments.ai release to a Hugging Face dataset.",
)


@app.callback()
def _options(
    *, debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False
) -> None:
    del debug  # read by the group


app.command("demo")(demo.demo)
app.command("inspect")(inspect.inspect)
app.command("validate")(validate.validate)
app.command("stats")(stats.stats)
app.command("preview")(preview.preview)
app.command("build")(build.build)
app.command("push")(push.push)
app.command("export")(export.export)
app.add_typer(cache.app, name="cache")


def main() -> None:
    """Runs the command line."""
    app()


def _told(error: Exception) -> str:
    from segments_hf.errors import SegmentsHFError

    kind = "" if isinstance(error, SegmentsHFError) else f"{type(error).__name__}: "
    return f"{kind}{error}"
