"""Measure the peak memory of one row with a bitmap of 13,000 x 13,000 pixels.

The release has one sample: a JPEG, and a bitmap of 250 objects in RGBA (the format of the platform) or 16-bit gray.
Each operation runs in a new process, with and without the extra `fast`; for 16-bit gray, only without it. The peak
includes the imports.

Run it with `python benchmarks/memory.py`, or with the names of operations to run only these.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _drawn import draw, write_png
from _measure import REPOSITORY, Measure, print_table, run, start, timed, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE, OBJECTS, CLASSES = 13_000, 250, 8
MAX_MIB = 1024
KINDS = ("rgba", "gray16")
RUNS = [("rgba", "plain"), ("rgba", "fast"), ("gray16", "plain")]


def load(path: str, **options: Any) -> Any:
    """Load the release as a dataset."""
    import segments_hf

    return segments_hf.load_release(path, split="train", **options)


def call_bitmap_function(function: str, path: str) -> Any:
    """Call a function of `segments_hf.bitmaps` with the bytes of the bitmap."""
    from segments_hf import bitmaps

    annotations = [{"id": number, "category": number % CLASSES} for number in range(1, OBJECTS + 1)]
    arguments = [annotations] if function == "semantic_mask" else []
    return getattr(bitmaps, function)(Path(path).with_suffix(".png").read_bytes(), *arguments)


def add_masks(function: str, path: str) -> Any:
    """Add a column of masks to the dataset."""
    import segments_hf

    return getattr(segments_hf, function)(load(path))


def convert_layout(task: str, path: str) -> Any:
    """Convert the dataset to the layout of a task."""
    import segments_hf

    return segments_hf.to_layout(load(path), task)


def export(export_format: str, path: str) -> Any:
    """Export the release without image files."""
    import segments_hf

    return segments_hf.export_dataset(
        path, export_format, Path(path).with_suffix(f".{export_format}"), images="none", overwrite=True
    )


def validate(path: str) -> Any:
    import segments_hf

    report = segments_hf.validate(path, assets=True)
    if not report.is_clean:
        raise SystemExit(f"expected no findings, got {report}")
    return report


def stats(path: str) -> Any:
    import segments_hf

    return segments_hf.stats(path, assets=True)


def preview(path: str) -> Any:
    import segments_hf

    return segments_hf.preview(path, Path(path).with_suffix(".html"))


TASKS = ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]
OPERATIONS: dict[str, Callable[[str], Any]] = {
    "load_release": load,
    "load_release, decode": partial(load, verify="decode"),
    **{name: partial(call_bitmap_function, name) for name in ("decode_bitmap", "boxes", "semantic_mask")},
    **{name: partial(add_masks, name) for name in ("add_semantic_masks", "add_instance_masks", "add_panoptic_masks")},
    **{name: partial(convert_layout, name) for name in TASKS},
    **{name: partial(export, name) for name in ("coco-instance", "coco-panoptic")},
    "validate": validate,
    "stats": stats,
    "preview": preview,
}


def operation(name: str, path: str, extra: str) -> Measure:
    """Run one operation and return its measure. "plain" disables the extra `fast`."""
    from segments_hf.bitmaps.codec import fast_png

    warnings.simplefilter("ignore")  # Pillow warns about large images
    if extra == "plain":
        fast_png._tools = lambda: None
    _, measure = timed(OPERATIONS[name], path)
    return measure


def imports() -> Measure:
    """Import all public names."""
    import segments_hf

    return timed(lambda: [getattr(segments_hf, name) for name in segments_hf.__all__])[1]


def write_releases(folder: str) -> Measure:
    """Write a release for each kind of bitmap."""
    import numpy as np
    from PIL import Image

    ids = draw(range(1, OBJECTS + 1), size=(SIDE, SIDE))
    present = np.unique(ids)
    Image.fromarray((ids % 251).astype(np.uint8)).save(Path(folder, "image.jpg"))
    write_png(ids, Path(folder, "rgba.png"))
    Image.fromarray(ids.astype(np.uint16)).save(Path(folder, "gray16.png"))
    annotations = [{"id": int(number), "category_id": int(number) % CLASSES} for number in present if number]
    categories = [{"id": number, "name": f"class {number}"} for number in range(CLASSES)]
    for kind in KINDS:
        bitmap = {"url": f"{kind}.png"}
        attributes = {"format_version": "0.1", "annotations": annotations, "segmentation_bitmap": bitmap}
        sample = {
            "uuid": "00000000-0000-4000-8000-000000000001",
            "name": "large.jpg",
            "attributes": {"image": {"url": "image.jpg"}},
            "labels": {"ground-truth": {"label_status": "LABELED", "attributes": attributes}},
        }
        dataset = {
            "name": "large",
            "owner": "jane",
            "task_type": "segmentation-bitmap",
            "task_attributes": {"format_version": "0.1", "categories": categories},
            "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
            "samples": [sample],
        }
        release = {"name": "v1.0", "description": "", "created_at": "2024-05-01", "dataset": dataset}
        Path(folder, f"{kind}.json").write_text(json.dumps(release))
    return {}


def main() -> None:
    names = sys.argv[1:] or list(OPERATIONS)
    with tempfile.TemporaryDirectory() as folder:
        env = {"PYTHONPATH": str(REPOSITORY), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        run(__file__, "write_releases", folder, env=env)
        imports_peak = run(__file__, "imports", env=env)["peak"]
        rows, peaks = [], []
        for name in names:
            cells = []
            for kind, extra in RUNS:
                home = str(Path(tempfile.mkdtemp(dir=folder), "home"))
                path = str(Path(folder, f"{kind}.json"))
                measure = run(__file__, "operation", name, path, extra, env={**env, "HF_HOME": home})
                peaks.append(measure["peak"])
                cells += [f"{measure['peak']:.0f}", f"{measure['seconds']:.1f}"]
            rows.append([name, *cells])
    header = [title for kind, extra in RUNS for title in (f"{kind}, {extra}: MiB", "seconds")]
    print_table(["", *header], rows)
    print(f"imports only: {imports_peak:.0f} MiB")
    print(verdict("highest peak, MiB", max(peaks), "<=", MAX_MIB))


if __name__ == "__main__":
    start({"operation": operation, "imports": imports, "write_releases": write_releases}, main)
