"""The options that several commands share: the options of `load_release`, of layouts and of the output."""

from segments_hf.cli.options.loading_options import (
    with_loading,
    with_loading_for_export,
    with_loading_for_push,
    with_reading,
    with_reading_of_splits,
)
from segments_hf.cli.options.shared_options import (
    Fields,
    ImageRange,
    Json,
    Layout,
    MaxReleaseBytes,
    Palette,
    Quiet,
    Release,
    one_of,
)

__all__ = [
    "Fields",
    "ImageRange",
    "Json",
    "Layout",
    "MaxReleaseBytes",
    "Palette",
    "Quiet",
    "Release",
    "one_of",
    "with_loading",
    "with_loading_for_export",
    "with_loading_for_push",
    "with_reading",
    "with_reading_of_splits",
]
