"""Measure the time and memory for a release of 1,000,000 samples, compared with one pass over its samples.

The samples have 5 annotations each. The labels are bitmaps, whose annotations have only an id and a category, or
polygons of 6 points. One label in twenty is null. The images do not exist. Each role runs in a new process:

- pass: `Release.open`, then a loop that decodes every sample: its label, its image URL and its metadata;
- open: `Release.open`;
- inspect: the counts that `segments-hf inspect` shows;
- validate, stats: `validate` and `stats` without assets;
- first row: `load_release` with `streaming=True` and `load_assets=False`, then the first row;
- splits: `load_release` with `streaming=True`, `load_assets=False` and `splits=`, then the first row of each split;
- build: `load_release` with `load_assets=False`, which writes Arrow files.

"seconds" is the time of the calls without imports, and "cpu" is their CPU time. "ratio" is the CPU time divided by the
CPU time of the pass: other work on the machine changes CPU times less than wall times. Each role runs three times,
interleaved, and the build once. The table has the medians, and for the peak memory the maximum.

"peak MiB" is the largest resident memory of the process. It contains the pages of the release file that the process has
read, because the file is mapped into memory. The processes share these pages, and the system can drop them when it
needs memory. "without file" is the peak without the size of the file: the memory of the process itself, including the
imports.

Run it with `python benchmarks/scale.py`. The script fails if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _measure import REPOSITORY, Measure, median, print_table, run, start, timed, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
ANNOTATIONS, POINTS, CLASSES = 5, 6, 8
KINDS = {"bitmaps": "segmentation-bitmap", "polygons": "vector"}
SPLITS = {"train": 0.8, "test": 0.2}
BUCKET = "https://segmentsai-prod.s3.eu-west-2.amazonaws.com/assets/jane"
MAX_RATIOS = {"inspect": 2, "validate": 5, "stats": 5}  # of the CPU time to the CPU time of the pass
MAX_FIRST_ROW_SECONDS = 0.5  # in addition to the time of `Release.open`
MAX_PEAK_MIB = 300  # in addition to the size of the file


def open_release(path: str) -> Measure:
    """Open the release."""
    from segments_hf.release import Release

    return timed(Release.open, path)[1]


def decode_samples(path: str) -> Measure:
    """Open the release, and decode the label, the image URL and the metadata of every sample."""
    from segments_hf.release import Release

    def read() -> int:
        parts = ((sample.label("ground-truth"), sample.images, sample.metadata) for sample in Release.open(path))
        return sum(len(images) for _, images, _ in parts)

    return timed(read)[1]


def inspect_samples(path: str) -> Measure:
    """Count what `segments-hf inspect` shows."""
    from segments_hf.release import Release
    from segments_hf.stats.inspection import inspect_release

    inspection, measure = timed(lambda: inspect_release(Release.open(path)))
    if inspection.broken:
        raise SystemExit(f"expected no broken samples, got {inspection.broken[0]}")
    return measure


def validate_labels(path: str) -> Measure:
    """Validate the labels."""
    from segments_hf import validate

    report, measure = timed(validate, path)
    if not report.is_clean:
        raise SystemExit(f"expected no findings, got {report}")
    return measure


def count_labels(path: str) -> Measure:
    """Count the labels."""
    from segments_hf import stats

    statistics, measure = timed(stats, path)
    if statistics.problems:
        raise SystemExit(f"expected no problems, got {statistics.problems[0]}")
    return measure


def read_first_row(path: str) -> Measure:
    """Read the first row of a stream."""
    from segments_hf import load_release

    return timed(lambda: next(iter(load_release(path, split="train", streaming=True, load_assets=False))))[1]


def read_splits(path: str) -> Measure:
    """Divide the release into splits, and read the first row of each split as a stream."""
    from segments_hf import load_release

    def read() -> list[Any]:
        splits = load_release(path, splits=SPLITS, streaming=True, load_assets=False)
        return [next(iter(split)) for split in splits.values()]

    return timed(read)[1]


def build_dataset(path: str) -> Measure:
    """Build a dataset without images."""
    from segments_hf import load_release

    return timed(lambda: load_release(path, split="train", load_assets=False))[1]


ROLES: dict[str, Callable[[str], Measure]] = {
    "pass": decode_samples,
    "open": open_release,
    "inspect": inspect_samples,
    "validate": validate_labels,
    "stats": count_labels,
    "first row": read_first_row,
    "splits": read_splits,
    "build": build_dataset,
}


def annotation(number: int, kind: str, rng: random.Random) -> dict[str, Any]:
    """Return an annotation in the format of Segments.ai."""
    entry: dict[str, Any] = {"id": number, "category_id": rng.randint(1, CLASSES)}
    if kind == "polygons":
        x, y = rng.randint(40, 1240), rng.randint(40, 920)
        angles = [2 * math.pi * corner / POINTS for corner in range(POINTS)]
        points = [[round(x + 40 * math.cos(angle), 2), round(y + 40 * math.sin(angle), 2)] for angle in angles]
        entry |= {"type": "polygon", "points": points}
    return entry


def sample(index: int, kind: str, rng: random.Random) -> dict[str, Any]:
    """Return a sample in the format of Segments.ai."""

    def random_uuid() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    attributes: dict[str, Any] = {
        "format_version": "0.1",
        "annotations": [annotation(number, kind, rng) for number in range(1, ANNOTATIONS + 1)],
    }
    if kind == "bitmaps":
        attributes["segmentation_bitmap"] = {"url": f"{BUCKET}/{random_uuid()}.png"}
    status = "REVIEWED" if index % 10 == 0 else "LABELED"
    drive, frame = divmod(index, 1000)
    return {
        "uuid": random_uuid(),
        "name": f"drive_{drive:04d}/front_camera/frame_{frame:06d}.jpg",
        "attributes": {"image": {"url": f"{BUCKET}/{random_uuid()}.jpg"}},
        "metadata": {"camera": f"cam{index % 4}", "weather": "rain", "drive": f"2024-05-01/{drive:04d}"},
        "labels": {"ground-truth": None if index % 20 == 7 else {"label_status": status, "attributes": attributes}},
    }


def write_release(path: Path, count: int, kind: str) -> None:
    """Write the release sample by sample, so that the memory of this process stays small."""
    rng = random.Random(2024)
    dataset = {
        "name": "streets",
        "owner": "jane",
        "task_type": KINDS[kind],
        "task_attributes": {
            "format_version": "0.1",
            "categories": [{"id": number, "name": f"class {number}"} for number in range(1, CLASSES + 1)],
        },
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": [],
    }
    release = {"name": "v1.0", "description": "", "created_at": "2024-05-01 12:00:00+00:00", "dataset": dataset}
    head, tail = json.dumps(release).split('"samples": []')
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + '"samples": [')
        for index in range(count):
            file.write((", " if index else "") + json.dumps(sample(index, kind, rng)))
        file.write("]" + tail)


def measure_all(path: Path, folder: str, roles: list[str], rounds: int) -> dict[str, Measure]:
    """Return one measure for each role."""
    env = {"PYTHONPATH": str(REPOSITORY), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    measures: dict[str, list[Measure]] = {}
    for number in range(rounds):
        for role in roles:
            if role == "build" and number:
                continue
            home = tempfile.mkdtemp(dir=folder)
            measures.setdefault(role, []).append(run(__file__, role, str(path), env={**env, "HF_HOME": home}))
    return {role: median(found) for role, found in measures.items()}


def targets(measures: dict[str, Measure], size: float) -> list[tuple[str, float, float]]:
    """Return the name, the measured value and the largest allowed value of each target, for a file of `size` MiB."""
    rows = [
        (f"{role}, ratio to the pass", measures[role]["cpu"] / measures["pass"]["cpu"], ratio)
        for role, ratio in MAX_RATIOS.items()
        if role in measures
    ]
    if "first row" in measures:
        extra_seconds = measures["first row"]["seconds"] - measures["open"]["seconds"]
        rows.append(("first row, seconds more than open", extra_seconds, MAX_FIRST_ROW_SECONDS))
    peaks = {role: measure["peak"] - size for role, measure in measures.items()}
    return [*rows, *((f"{role}, peak MiB without file", peak, MAX_PEAK_MIB) for role, peak in peaks.items())]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=1_000_000, help="the number of samples in the release")
    parser.add_argument("--kind", choices=[*KINDS], default="bitmaps", help="the kind of the labels")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each role except the build runs")
    parser.add_argument(
        "roles", nargs="*", metavar="ROLE", help="the roles to run in addition to pass and open; by default all"
    )
    options = parser.parse_args()
    roles = [role for role in ROLES if not options.roles or role in {*options.roles, "pass", "open"}]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "release.json")
        write_release(path, options.samples, options.kind)
        size = path.stat().st_size / 2**20
        print(f"{options.samples:,} samples with {options.kind}, {size:.0f} MiB", flush=True)
        measures = measure_all(path, folder, roles, options.rounds)
    rows = [
        [
            role,
            *(f"{measure[key]:.2f}" for key in ("seconds", "cpu")),
            f"{measure['cpu'] / measures['pass']['cpu']:.2f}",
            *(f"{peak:.0f}" for peak in (measure["peak"], measure["peak"] - size)),
        ]
        for role, measure in measures.items()
    ]
    print_table(["", "seconds", "cpu", "ratio", "peak MiB", "without file"], rows)
    checked = targets(measures, size)
    print(*(verdict(name, value, "<=", target) for name, value, target in checked), sep="\n")
    if any(value > target for _, value, target in checked):
        raise SystemExit("a target was missed")


if __name__ == "__main__":
    start(ROLES, main)
