"""``segments-hf inspect``: what a release holds, without fetching any asset."""

from __future__ import annotations

from typing import Annotated

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_result
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES


def inspect(
    release: Annotated[str, typer.Argument(help="The release: a path, a URL, or owner/dataset@name on Segments.ai.")],
    labelset: Annotated[str | None, typer.Option(help="The labelset to count in; by default the ground truth.")] = None,
    max_release_bytes: options.MaxReleaseBytes = MAX_RELEASE_BYTES,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show what a release holds: categories, statuses, image hosts. Fetches no asset."""
    from segments_hf.release import Release
    from segments_hf.stats.inspection import inspect_release

    inspection = inspect_release(Release.open(release, max_release_bytes=max_release_bytes), labelset)
    if json:
        print_json(inspection)
        return
    print_result(inspection)
