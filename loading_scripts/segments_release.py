"""The builder of segments-hf as a loading script, for `datasets` 3.

    load_dataset("loading_scripts/segments_release.py", data_files="/data/flowers-v1.0.json", trust_remote_code=True)

On `datasets` 4 and later, `import segments_hf` and ``load_dataset("segments_release", ...)`` do the same.
"""

from segments_hf.dataset.building.builder import SegmentsRelease as _SegmentsRelease


class SegmentsRelease(_SegmentsRelease):
    """Turns a Segments.ai release into an Arrow-backed dataset, or a stream."""
