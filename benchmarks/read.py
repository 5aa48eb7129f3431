"""Measure how long it takes to read a release file, in comparison with the `json` module and with a lower limit.

A release file of 200,000 samples with 20 annotations each (245 MB) is written. Each role runs in a new process:

- json: `json.load`, then a loop over all annotations;
- ours: `Release.open`, then the same loop over typed objects;
- limit: one pass of msgspec over the bytes that finds the start and the end of each sample, and decodes no sample.

Each role runs three times, interleaved; the table has the medians, and for the peak memory the maximum. Times from
different runs of this script cannot be compared; each ratio is computed from times of the same run.

Run it with `python benchmarks/read.py`.
"""

from __future__ import annotations

import argparse
import json
import mmap
import random
import tempfile
from pathlib import Path
from typing import Any

from _measure import REPOSITORY, Measure, median, print_table, run, start, timed, verdict

ROUNDS = 3
ANNOTATIONS = 20
CLASSES = 8
BUCKET = "https://segmentsai-prod.s3.eu-west-2.amazonaws.com/assets/jane"
MIN_RATIO, MAX_PEAK_MIB = 7, 400


def read_json(path: str) -> Measure:
    """Read all annotations with the standard library."""

    def read() -> int:
        with open(path, encoding="utf-8") as file:
            release = json.load(file)
        total = 0
        for sample in release["dataset"]["samples"]:
            for annotation in sample["labels"]["ground-truth"]["attributes"]["annotations"]:
                total += annotation["category_id"]
        return total

    total, measure = timed(read)
    return {**measure, "total": total}


def read_ours(path: str) -> Measure:
    """Read all annotations with segments_hf."""
    from segments_hf.release import Release

    def read() -> int:
        total = 0
        for sample in Release.open(path):
            label = sample.label("ground-truth")
            for annotation in label.annotations:
                total += annotation.category_id
        return total

    total, measure = timed(read)
    return {**measure, "total": total}


def read_limit(path: str) -> Measure:
    """Find the samples without decoding them."""
    import msgspec

    samples = msgspec.defstruct("Samples", [("samples", list[msgspec.Raw])])
    release_type: Any = msgspec.defstruct("Skim", [("dataset", samples)])

    def read() -> int:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
            # The Raw samples are views of the buffer, so the block must not return them.
            return len(msgspec.json.decode(buffer, type=release_type).dataset.samples)

    _, measure = timed(read)
    return measure


def sample(index: int, rng: random.Random) -> dict[str, Any]:
    """Return one sample in the format of Segments.ai."""
    annotations = [{"id": id_, "category_id": rng.randint(1, CLASSES)} for id_ in range(1, ANNOTATIONS + 1)]
    attributes = {
        "format_version": "0.1",
        "annotations": annotations,
        "segmentation_bitmap": {"url": f"{BUCKET}/{index:032x}.png"},
    }
    return {
        "uuid": f"00000000-0000-4000-8000-{index:012x}",
        "name": f"session_01/front_camera/frame_{index:08d}.jpg",
        "attributes": {"image": {"url": f"{BUCKET}/{index:032x}.jpg"}},
        "metadata": {
            "camera": f"cam{index % 4}",
            "weather": "rain",
            "drive": f"2024-05-01/{index // 1000:04d}",
            "captured_at": "2024-05-01T12:00:00.000Z",
            "place": "Leuven",
        },
        "labels": {"ground-truth": {"label_status": "LABELED", "attributes": attributes}},
    }


def write_release(path: Path, count: int) -> None:
    """Write the release sample by sample, so that the memory of this process stays small."""
    rng = random.Random(2024)
    dataset = {
        "name": "streets",
        "description": "",
        "owner": "jane",
        "task_type": "segmentation-bitmap",
        "task_attributes": {
            "format_version": "0.1",
            "categories": [{"id": number, "name": f"class {number}"} for number in range(1, CLASSES + 1)],
        },
        "labelsets": [{"name": "ground-truth", "description": "", "is_groundtruth": True}],
        "samples": [],
    }
    release = {"name": "v1.0", "description": "", "created_at": "2024-05-01 12:00:00+00:00"}
    head, tail = json.dumps({**release, "dataset": dataset}).split('"samples": []')
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + '"samples": [')
        for index in range(count):
            file.write((", " if index else "") + json.dumps(sample(index, rng)))
        file.write("]" + tail)


def measure_all(path: Path) -> dict[str, Measure]:
    """Return one measure for each row of the table."""
    roles: dict[str, list[Measure]] = {"json": [], "ours": [], "limit": []}
    for _ in range(ROUNDS):
        for role, measures in roles.items():
            measures.append(run(__file__, role, str(path), env={"PYTHONPATH": str(REPOSITORY)}))
    return {role: median(measures) for role, measures in roles.items()}


def report(measures: dict[str, Measure]) -> None:
    """Print the table and the verdict."""
    json_seconds = measures["json"]["seconds"]
    rows = [
        [name, f"{measure['seconds']:.2f}", f"{json_seconds / measure['seconds']:.1f}", f"{measure['peak']:.0f}"]
        for name, measure in measures.items()
    ]
    print_table(["", "seconds", "ratio to json", "peak MiB"], rows)
    if measures["ours"]["total"] != measures["json"]["total"]:
        raise SystemExit(
            f"the sum of the category ids is {measures['ours']['total']}, expected {measures['json']['total']}"
        )
    print(
        verdict("ratio", json_seconds / measures["ours"]["seconds"], ">=", MIN_RATIO),
        verdict("peak MiB", measures["ours"]["peak"], "<=", MAX_PEAK_MIB),
        sep="; ",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=200_000, help="the number of samples in the release")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "release.json"
        write_release(path, options.samples)
        print(f"{options.samples} samples, {path.stat().st_size / 1e6:.0f} MB", flush=True)
        report(measure_all(path))


if __name__ == "__main__":
    start({"json": read_json, "ours": read_ours, "limit": read_limit}, main)
