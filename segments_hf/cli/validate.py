"""``segments-hf validate``: check a release before training."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_result


@options.with_looking
def validate(
    release: options.Release,
    limit: Annotated[int | None, typer.Option(min=1, help="How many samples to look at at most.")] = None,
    *,
    assets: Annotated[bool, typer.Option("--assets", help="Look at the pictures too, which are fetched.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is any error.")] = False,
    loading: dict[str, Any],
    quiet: options.Quiet = False,
) -> None:
    """Check a release: its labels, and with --assets its pictures."""
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
