"""Measure how fast point clouds are loaded from a local release, and read from the dataset.

The release has 200 point clouds of 120,000 points (x, y, z, intensity as float32; 384 MB) with 20 cuboids each. Each
role runs in a new process:

- copy: a copy of the files to another folder;
- load: `load_release`. The dataset refers to the files; with ``embed=True``, its Arrow file contains the points;
- numpy: `numpy.fromfile` for each file (the limit of reading);
- read rows: `read_points` for each row of the dataset;
- read points: `read_points` for each row of the dataset with only the columns of the point cloud;
- open3d: `open3d.t.io.read_point_cloud` for each file, if open3d is installed. It reads PCD files only;
- labels: `load_release` of the same point clouds with an id for each point, with and without ``embed=True``.

Each role runs three times, interleaved; the table has the medians, and for the peak memory the maximum. Ratios are
ratios of CPU times, including the time in the kernel: other work on the machine changes CPU times less than wall times.
Times from different runs of this script cannot be compared; each ratio is computed from times of the same run.

Run it with `python benchmarks/points.py`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from _measure import REPOSITORY, Measure, median, print_table, run, start, timed, verdict

ROUNDS = 3
POINTS, CUBOIDS, CLASSES = 120_000, 20, 8
POINT_BYTES = 16
KINDS = ("kitti", "pcd")
PCD_HEADER = (
    "VERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\n"
    f"WIDTH {POINTS}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {POINTS}\nDATA binary\n"
).encode()
MAX_LOAD_RATIO, MAX_READ_RATIO, MAX_PEAK_MIB = 1.3, 3, 1024


def copy(folder: str, kind: str) -> Measure:
    """Copy the files of all point clouds."""

    def copy_all() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as target:
            for path in _files(folder, kind):
                shutil.copy(path, target)

    return timed(copy_all)[1]


def load(folder: str, release: str, embed: str) -> Measure:
    """Load a release as a dataset that is not in the cache of `datasets`."""
    import segments_hf

    with tempfile.TemporaryDirectory(dir=folder) as cache:
        rows, measure = timed(
            segments_hf.load_release, Path(folder, release), split="train", cache_dir=cache, embed=embed == "embed"
        )
    return {**measure, "rows": len(rows)}


def read_numpy(folder: str, kind: str) -> Measure:
    """Read all files with numpy."""
    import numpy as np

    offset = len(PCD_HEADER) if kind == "pcd" else 0

    def read() -> float:
        return sum(
            float(np.fromfile(path, np.float32, offset=offset).reshape(-1, 4)[-1, 0]) for path in _files(folder, kind)
        )

    total, measure = timed(read)
    return {**measure, "total": total}


def read_dataset(folder: str, release: str, embed: str, *columns: str) -> Measure:
    """Read the points of all rows of a dataset. Only `columns` are read; by default, all columns."""
    import segments_hf
    from segments_hf.points import read_points

    with tempfile.TemporaryDirectory(dir=folder) as cache:
        rows = segments_hf.load_release(Path(folder, release), split="train", cache_dir=cache, embed=embed == "embed")
        chosen = rows.select_columns([*columns]) if columns else rows
        read_points(chosen[0])  # imports modules
        total, measure = timed(lambda: sum(float(read_points(row)[-1, 0]) for row in chosen))
    return {**measure, "total": total}


def read_open3d(folder: str) -> Measure:
    """Read all PCD files with open3d."""
    import open3d

    def read() -> float:
        clouds = map(open3d.t.io.read_point_cloud, map(str, _files(folder, "pcd")))
        return sum(float(cloud.point.positions.numpy()[-1, 0]) for cloud in clouds)

    total, measure = timed(read)
    return {**measure, "total": total}


def write_clouds(folder: str, count: str) -> Measure:
    """Write the point clouds as files of both kinds."""
    import numpy as np

    rng = np.random.default_rng(2024)
    for number in range(int(count)):
        points = rng.normal(0, 30, (POINTS, 4)).astype(np.float32).tobytes()
        Path(folder, f"{number:04d}.kitti").write_bytes(points)
        Path(folder, f"{number:04d}.pcd").write_bytes(PCD_HEADER + points)
    return {}


def _files(folder: str, kind: str) -> list[Path]:
    return sorted(Path(folder).glob(f"*.{kind}"))


def write_release(path: Path, task_type: str, kind: str, count: int) -> None:
    """Write a release sample by sample, so that the memory of this process stays small."""
    rng = random.Random(2024)
    dataset = {
        "name": "streets",
        "owner": "jane",
        "task_type": task_type,
        "task_attributes": {"categories": [{"id": number, "name": f"class {number}"} for number in range(CLASSES)]},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": [],
    }
    head, tail = json.dumps({"name": "v1.0", "dataset": dataset}).split('"samples": []')
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + '"samples": [')
        for index in range(count):
            sample = _sample(index, rng, kind, with_ids=task_type == "pointcloud-segmentation")
            file.write((", " if index else "") + json.dumps(sample))
        file.write("]" + tail)


def _sample(index: int, rng: random.Random, kind: str, *, with_ids: bool) -> dict[str, Any]:
    ids = range(1, CUBOIDS + 1)
    annotations: list[dict[str, Any]] = [{"id": number, "category_id": number % CLASSES} for number in ids]
    label: dict[str, Any] = {"annotations": annotations}
    if with_ids:
        label["point_annotations"] = [number // 6 % CUBOIDS for number in range(POINTS)]
    else:
        for item in annotations:
            position = {name: rng.uniform(-50, 50) for name in "xyz"}
            item |= {"type": "cuboid", "position": position, "dimensions": {"x": 4.2, "y": 1.9, "z": 1.6}, "yaw": 0.5}
    heading = {"qx": 0.0, "qy": 0.0, "qz": 0.0, "qw": 1.0}
    pose = {"position": {"x": float(index), "y": 0.0, "z": 0.0}, "heading": heading}
    return {
        "uuid": f"00000000-0000-4000-8000-{index:012x}",
        "name": f"scan {index:04d}",
        "attributes": {"pcd": {"url": f"{index:04d}.{kind}", "type": kind}, "ego_pose": pose},
        "labels": {"ground-truth": {"label_status": "LABELED", "attributes": label}},
    }


def measure_all(folder: Path) -> dict[str, Measure]:
    """Return one measure for each row of the table."""
    commands: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        release = f"cuboids-{kind}.json"
        commands[f"{kind}: copy"] = ("copy", kind)
        commands[f"{kind}: load"] = ("load", release, "paths")
        commands[f"{kind}: numpy"] = ("numpy", kind)
        commands[f"{kind}: read rows"] = ("read", release, "paths")
        commands[f"{kind}: read points"] = ("read", release, "paths", "point_cloud", "point_cloud_type")
    commands["embedded: load"] = ("load", "cuboids-kitti.json", "embed")
    commands["embedded: read rows"] = ("read", "cuboids-kitti.json", "embed")
    if importlib.util.find_spec("open3d"):
        commands["pcd: open3d"] = ("open3d",)
    else:
        print("open3d is not installed, so it is not measured", flush=True)
    commands["labels: load"] = ("load", "labels.json", "paths")
    commands["labels, embedded: load"] = ("load", "labels.json", "embed")
    measures: dict[str, list[Measure]] = {name: [] for name in commands}
    settings = {"PYTHONPATH": str(REPOSITORY), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    for _ in range(ROUNDS):
        for name, (role, *args) in commands.items():
            measures[name].append(run(__file__, role, str(folder), *args, env=settings))
    return {name: median(found) for name, found in measures.items()}


def report(measures: dict[str, Measure], count: int) -> None:
    """Print the table and the verdicts."""

    def cpu_ratio(name: str, limit: str) -> float:
        kind = "pcd" if name.startswith("pcd") else "kitti"
        return measures[name]["cpu"] / measures[f"{kind}: {limit}"]["cpu"]

    rows = []
    for name, measure in measures.items():
        limit = "copy" if name.endswith(("load", "copy")) else "numpy"
        seconds, cpu = measure["seconds"], measure["cpu"]
        cells = [f"{seconds:.2f}", f"{count / seconds:.0f}", f"{cpu / count * 1e3:.2f}"]
        rows.append([name, *cells, f"{cpu_ratio(name, limit):.2f} x {limit}", f"{measure['peak']:.0f}"])
    print_table(["", "seconds", "clouds/s", "CPU ms/cloud", "CPU ratio", "peak MiB"], rows)
    totals = {measure["total"] for measure in measures.values() if "total" in measure}
    if len(totals) > 1:
        raise SystemExit(f"the sums over the last point of each cloud differ: {totals}")
    for kind in KINDS:
        print(
            verdict(f"{kind}, load / copy", cpu_ratio(f"{kind}: load", "copy"), "<=", MAX_LOAD_RATIO),
            verdict("read points / numpy", cpu_ratio(f"{kind}: read points", "numpy"), "<=", MAX_READ_RATIO),
            sep="; ",
        )
    print(verdict("peak MiB", max(measure["peak"] for measure in measures.values()), "<=", MAX_PEAK_MIB))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clouds", type=int, default=200, help="the number of point clouds in the release")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(__file__, "write", name, str(options.clouds))
        for kind in KINDS:
            write_release(folder / f"cuboids-{kind}.json", "pointcloud-cuboid", kind, options.clouds)
        write_release(folder / "labels.json", "pointcloud-segmentation", "kitti", options.clouds)
        print(f"{options.clouds} clouds, {options.clouds * POINTS * POINT_BYTES / 1e6:.0f} MB", flush=True)
        report(measure_all(folder), options.clouds)


if __name__ == "__main__":
    roles = {"copy": copy, "load": load, "numpy": read_numpy, "read": read_dataset, "open3d": read_open3d}
    start({**roles, "write": write_clouds}, main)
