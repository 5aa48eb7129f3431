"""``segments-hf inspect``: show the content of a release; only the release file is read."""

from __future__ import annotations

from typing import Annotated

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_json, print_result
from segments_hf.cli.help_text import INPUT
from segments_hf.io.byte_sizes import size_text
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES

EXAMPLES = """\
segments-hf inspect flowers-v1.0.json
# Show a release on Segments.ai
segments-hf inspect jane/flowers@v1.0"""


def inspect(
    release: options.Release,
    labelset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The labelset whose annotations and statuses are counted; by default the ground truth, or the first "
            "labelset if there is no ground truth.",
            rich_help_panel=INPUT,
        ),
    ] = None,
    max_release_bytes: options.MaxReleaseBytes = size_text(MAX_RELEASE_BYTES),  # noqa: B008  (a constant)
    *,
    json: options.Json = False,
) -> None:
    """Show the categories, sensors and label statuses of a release, and the hosts of its images or point clouds.

    Only the release file is read.
    """
    from segments_hf.release import Release
    from segments_hf.stats.inspection import inspect_release

    inspection = inspect_release(Release.open(release, max_release_bytes=max_release_bytes), labelset)
    if json:
        print_json(inspection)
        return
    print_result(inspection)
