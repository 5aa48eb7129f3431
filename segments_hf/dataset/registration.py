"""Register the builder for ``load_dataset("segments_release", ...)`` without importing `datasets`."""

from __future__ import annotations

from segments_hf.dataset.compat import add_packaged_module

NAME = "segments_release"
# `datasets` uses a hash of the builder's code in the paths of its cache. This text takes the place of the hash. It is
# constant, because the version of the builder changes if the rows change.
BUILDER_HASH = "segments-hf"


def register() -> None:
    """Register the builder now if `datasets` is already imported; otherwise register it when `datasets` is imported."""
    add_packaged_module(NAME, "segments_hf.dataset.building.builder", BUILDER_HASH)
