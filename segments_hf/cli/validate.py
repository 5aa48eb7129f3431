"""``segments-hf validate``: check a release before training."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_result
from segments_hf.cli.help_text import FILTERS, INPUT, OUTPUT

EXAMPLES = """\
# Check the labels; this downloads no image
segments-hf validate flowers-v1.0.json
# Check images and bitmaps too; exit with status 1 if a finding is an error
segments-hf validate flowers-v1.0.json --assets --strict"""


@options.with_reading
def validate(
    release: options.Release,
    limit: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="The largest number of samples to check.", rich_help_panel=FILTERS),
    ] = None,
    *,
    assets: Annotated[
        bool,
        typer.Option(
            "--assets",
            help="Download the images and bitmaps, or the point clouds, and check them too.",
            rich_help_panel=INPUT,
        ),
    ] = False,
    json: options.Json = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with status 1 if a finding is an error.", rich_help_panel=OUTPUT)
    ] = False,
    loading: dict[str, Any],
    quiet: options.Quiet = False,
) -> None:
    """Check the labels of a release; with --assets, also its images and segmentation bitmaps, or its point clouds."""
    import datasets

    from segments_hf.validate.validation import validate as validate_release

    if quiet:
        datasets.disable_progress_bars()
    report = validate_release(release, assets=assets, limit=limit, **loading)
    if json:
        print_json(report)
    else:
        print_result(report)
    if strict and report.errors:
        raise typer.Exit(1)
