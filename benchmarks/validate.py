"""Measure how long `validate` takes for the labels of a release, in comparison with a lower limit.

Two releases of 5,000 samples with 20 annotations each are written: one with bitmaps, whose annotations have only an id
and a category, and one with polygons of 12 points. Each role runs in a new process:

- ours: `segments_hf.validate` without assets;
- limit: the rows of the same release are made, and nothing else is done.

"seconds" is the time of the call, "cpu" is its CPU time, and "wall" is the time since the start of the process,
including imports. Each role runs three times, interleaved; the table has the medians, and for the peak memory the
maximum. The script checks that there are no findings.

Run it with `python benchmarks/validate.py`.
"""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

from _measure import REPOSITORY, Measure, median, print_table, run, start, timed, verdict

SAMPLES, ANNOTATIONS, POINTS, CLASSES = 5_000, 20, 12, 8
ROUNDS = 3
KINDS = {"bitmaps": "segmentation-bitmap", "polygons": "vector"}
MAX_SECONDS = 2
BUCKET = "https://segmentsai-prod.s3.eu-west-2.amazonaws.com/assets/jane"


def ours(path: str) -> Measure:
    """Validate with segments_hf."""
    import segments_hf

    report, measure = timed(segments_hf.validate, path)
    if report.samples != SAMPLES or not report.is_clean:
        raise SystemExit(f"expected {SAMPLES} samples without findings, got {report}")
    return measure


def limit(path: str) -> Measure:
    """Make the rows of the release."""
    from segments_hf.dataset.input_rows import open_rows

    rows, measure = timed(lambda: sum(1 for _ in open_rows(path, assets=False).outcomes()))
    if rows != SAMPLES:
        raise SystemExit(f"got {rows} rows, expected {SAMPLES}")
    return measure


def annotation(number: int, kind: str) -> dict[str, Any]:
    """Return an annotation in the format of Segments.ai."""
    entry: dict[str, Any] = {"id": number, "category_id": 1 + number % CLASSES}
    if kind == "polygons":
        angles = [2 * math.pi * corner / POINTS for corner in range(POINTS)]
        points = [[40.5 * number + 40 * math.cos(angle), 300 + 200 * math.sin(angle)] for angle in angles]
        entry |= {"type": "polygon", "points": points}
    return entry


def sample(index: int, annotations: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return a sample in the format of Segments.ai."""
    attributes = {"format_version": "0.1", "annotations": annotations}
    if kind == "bitmaps":
        attributes["segmentation_bitmap"] = {"url": f"{BUCKET}/{index:032x}.png"}
    return {
        "uuid": f"00000000-0000-4000-8000-{index:012x}",
        "name": f"session_01/front_camera/frame_{index:08d}.jpg",
        "attributes": {"image": {"url": f"{BUCKET}/{index:032x}.jpg"}},
        "metadata": {"camera": f"cam{index % 4}", "weather": "rain"},
        "labels": {"ground-truth": {"label_status": "LABELED", "attributes": attributes}},
    }


def write_release(path: Path, kind: str) -> None:
    """Write a release without faults."""
    annotations = [annotation(number, kind) for number in range(1, ANNOTATIONS + 1)]
    categories = [{"id": number, "name": f"class {number}"} for number in range(1, CLASSES + 1)]
    dataset = {
        "name": "streets",
        "owner": "jane",
        "task_type": KINDS[kind],
        "task_attributes": {"format_version": "0.1", "categories": categories},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": [sample(index, annotations, kind) for index in range(SAMPLES)],
    }
    path.write_text(json.dumps({"name": "v1.0", "description": "", "created_at": "2024-05-01", "dataset": dataset}))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: Path(folder, f"{kind}.json") for kind in KINDS}
        for kind, path in paths.items():
            write_release(path, kind)
        env = {
            "PYTHONPATH": str(REPOSITORY),
            "HF_HOME": str(Path(folder, "home")),
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        }
        rounds: dict[tuple[str, str], list[Measure]] = {}
        for _ in range(ROUNDS):
            for kind, path in paths.items():
                for role in ("ours", "limit"):
                    rounds.setdefault((kind, role), []).append(run(__file__, role, str(path), env=env))
    measures = {key: median(found) for key, found in rounds.items()}
    rows = [
        [f"{kind}, {role}", *(f"{measure[key]:.2f}" for key in ("seconds", "cpu", "wall")), f"{measure['peak']:.0f}"]
        for (kind, role), measure in measures.items()
    ]
    print_table(["", "seconds", "cpu", "wall", "peak MiB"], rows)
    print(
        *(verdict(f"{kind}, seconds", measures[kind, "ours"]["seconds"], "<=", MAX_SECONDS) for kind in KINDS), sep="; "
    )


if __name__ == "__main__":
    start({"ours": ours, "limit": limit}, main)
