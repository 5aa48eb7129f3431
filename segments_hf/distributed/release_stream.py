"""Open a release for reading it on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segments_hf.dataset.data_types import ClusterKeywords
from segments_hf.dataset.load import load_release
from segments_hf.hub.sources.source_splits import open_source
from segments_hf.io.choices import unknown_option
from segments_hf.layouts import DEFAULT_OPTIONS

if TYPE_CHECKING:
    from segments_hf.dataset.data_types import LoadKeywords, Releases
    from segments_hf.hub.sources.source_splits import Source
    from segments_hf.layouts import LayoutOptions


def open_release_stream(
    release: Releases,
    options: ClusterKeywords,
    *,
    layout: str | None,
    layout_options: LayoutOptions = DEFAULT_OPTIONS,
    on_error: str = "raise",
    split: str | None = None,
) -> Source:
    """Open a release as a stream.

    Args:
        release: As for `load_release`.
        options: Options of `load_release`.
        layout: As for `open_source`.
        layout_options: The options of the layout.
        on_error: As for `load_release`.
        split: As for `load_release`.

    Raises:
        TypeError: An option is unknown.
        OptionError: An option is invalid or does not fit the release.
        SegmentsHFError: The release cannot be read.
    """
    known_options = ClusterKeywords.__annotations__
    if unknown := sorted(options.keys() - known_options):
        raise TypeError(unknown_option(unknown[0], sorted({*known_options, "connections_per_host"})))
    load_options = cast("LoadKeywords", {**options, "on_error": on_error})
    stream = load_release(release, split=split, streaming=True, **load_options)
    return open_source(stream, layout, None, on_error, layout_options)
