"""Register the builder for ``load_dataset("segments_release", ...)`` without importing `datasets`."""

from __future__ import annotations

from segments_hf.dataset.compat import add_packaged_module

NAME = "segments_release"
# `datasets` uses a hash of the builder's code in the paths of its cache. This text is constant: if rows change, the
# version of the builder changes.
BUILDER_HASH = "segments-hf"


def register() -> None:
    """Register the builder now if `datasets` is already imported; otherwise register it when `datasets` is imported."""
    add_packaged_module(NAME, "segments_hf.dataset.building.builder", BUILDER_HASH)
