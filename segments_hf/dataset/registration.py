"""Makes ``load_dataset("segments_release", ...)`` known to `datasets`, without importing it."""

from __future__ import annotations

from segments_hf.dataset.compat import add_packaged_module

NAME = "segments_release"
# `datasets` has a hash of a builder's code in the path of its cache. Here the builder's version is what changes.
BUILDER_HASH = "segments-hf"


def register() -> None:
    """Register the builder now if `datasets` is imported already, else as soon as it is."""
    add_packaged_module(NAME, "segments_hf.dataset.building.builder", BUILDER_HASH)
