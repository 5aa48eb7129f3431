"""``segments-hf inspect``: show the contents of a release without downloading images or bitmaps."""

from __future__ import annotations

from typing import Annotated

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_result
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES


def inspect(
    release: options.Release,
    labelset: Annotated[
        str | None, typer.Option(help="The labelset whose annotations are counted; by default the ground truth.")
    ] = None,
    max_release_bytes: options.MaxReleaseBytes = MAX_RELEASE_BYTES,
    *,
    json: options.Json = False,
) -> None:
    """Show the categories, label statuses and image hosts of a release. No images or bitmaps are downloaded."""
    from segments_hf.release import Release
    from segments_hf.stats.inspection import inspect_release

    inspection = inspect_release(Release.open(release, max_release_bytes=max_release_bytes), labelset)
    if json:
        print_json(inspection)
        return
    print_result(inspection)
