"""A loading script for `datasets` 3 that builds a dataset from a Segments.ai release.

    load_dataset("loading_scripts/segments_release.py", data_files="/data/flowers-v1.0.json", trust_remote_code=True)

`datasets` 4 and later cannot run loading scripts. With these versions, import `segments_hf` and call
``load_dataset("segments_release", ...)``.
"""

from segments_hf.dataset.building.builder import SegmentsRelease as _SegmentsRelease


class SegmentsRelease(_SegmentsRelease):
    """The builder of segments-hf. `datasets` finds a builder only if its class is defined in the loading script."""
