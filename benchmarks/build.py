"""Measure how long it takes to build a dataset from a release, in comparison with the SDK and with a lower limit.

A release of generated files (200 images, 200 bitmaps, about 50 MB) is served on the loopback address. Each role runs in
a new process:

- SDK: `segments.huggingface.release2dataset` of segments-ai 1.16.0 with Pillow 12, in its own environment;
- ours: `segments_hf.load_release`, first with an empty cache, then with the cache of the first run;
- limit: the same URLs are downloaded into memory over one persistent connection, and nothing else is done.

"seconds" is the time of the call; "wall" is the time since the start of the process, including imports. "disk ratio" is
the number of bytes in HF_HOME divided by the number of bytes of the assets. The SDK runs once. The other roles run
three times, interleaved; the table has the medians, and for the peak memory the maximum. "ratio to SDK" is the
seconds of the SDK divided by those of the role, in the same run of this script. Times from different runs cannot be
compared.

Run it with `python benchmarks/build.py`. The first run makes the environment of the SDK with pip.
"""

from __future__ import annotations

import argparse
import http.client
import tempfile
import urllib.parse
from pathlib import Path
from typing import Any

from _measure import REPOSITORY, Measure, environment, median, print_table, run, start, timed, verdict
from _serving import asset_paths, sdk_release, served_release

HERE = Path(__file__).resolve().parent
SDK_PACKAGES = ["segments-ai==1.16.0", "pillow==12.*", "datasets==5.2.0"]
ROUNDS = 3
MIN_RATIO, MAX_PEAK_MIB, MAX_DISK_RATIO = 30, 400, 1.05


def sdk(url: str, count: str) -> Measure:
    """Build a dataset with the SDK. Call this function in the environment of the SDK."""
    from segments.huggingface import release2dataset

    dataset, measure = timed(release2dataset, sdk_release(url, int(count)))
    check_rows(dataset, int(count), "label.segmentation_bitmap")
    return measure


def ours(url: str, count: str) -> Measure:
    """Build a dataset with segments_hf and the current content of its cache."""
    import segments_hf

    dataset, measure = timed(segments_hf.load_release, url, split="train")
    check_rows(dataset, int(count), "segmentation_bitmap")
    return measure


def limit(url: str, count: str) -> Measure:
    """Download the assets into memory."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)

    def fetch(path: str) -> bytes:
        connection.request("GET", path)
        return connection.getresponse().read()

    paths = asset_paths(fetch(parts.path))
    assets, measure = timed(lambda: [fetch(path) for path in paths])
    if len(assets) != 2 * int(count) or not all(assets):
        raise SystemExit(f"downloaded {len(assets)} assets, expected {2 * int(count)} assets that are not empty")
    return measure


def check_rows(dataset: Any, count: int, bitmap: str) -> None:
    """Exit unless each row has an image and a bitmap of the same size, because the SDK ignores errors."""
    if len(dataset) != count:
        raise SystemExit(f"got {len(dataset)} rows, expected {count}")
    for row in dataset:
        if row["image"].size != row[bitmap].size:
            raise SystemExit(f"{row['name']}: image {row['image'].size}, bitmap {row[bitmap].size}")


def disk_bytes(folder: Path) -> int:
    """Return the total bytes of all files in a folder. A file with several hard links counts once."""
    stats = [path.lstat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum({stat.st_ino: stat.st_size for stat in stats}.values())


def measure_all(url: str, count: int, asset_bytes: int, python: str, work: Path) -> dict[str, Measure]:
    """Return one measure for each row of the table."""
    rounds: dict[str, list[Measure]] = {"ours": [], "ours again": [], "limit": []}
    arguments = (url, str(count))
    for number in range(ROUNDS):
        home = work / f"home-{number}"
        env = {"HF_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
        for row in ("ours", "ours again"):
            measure = run(__file__, "ours", *arguments, env=env)
            rounds[row].append({**measure, "disk": disk_bytes(home) / asset_bytes})
        rounds["limit"].append(run(__file__, "limit", *arguments))
    sdk_measure = run(__file__, "sdk", *arguments, python=python, env={"HF_HOME": str(work / "home-sdk")})
    return {"SDK": sdk_measure, **{row: median(measures) for row, measures in rounds.items()}}


def report(measures: dict[str, Measure]) -> None:
    """Print the table and the verdict."""
    sdk_seconds = measures["SDK"]["seconds"]
    rows = []
    for name, measure in measures.items():
        disk = f"{measure['disk']:.3f}" if "disk" in measure else "-"
        ratio = f"{sdk_seconds / measure['seconds']:.1f}"
        seconds, wall = f"{measure['seconds']:.2f}", f"{measure['wall']:.2f}"
        rows.append([name, seconds, wall, ratio, f"{measure['peak']:.0f}", disk])
    print_table(["", "seconds", "wall", "ratio to SDK", "peak MiB", "disk ratio"], rows)
    first_load = measures["ours"]
    print(
        verdict("ratio", sdk_seconds / first_load["seconds"], ">=", MIN_RATIO),
        verdict("peak MiB", first_load["peak"], "<=", MAX_PEAK_MIB),
        verdict("disk ratio", first_load["disk"], "<=", MAX_DISK_RATIO),
        sep="; ",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=200, help="the number of samples in the release")
    parser.add_argument(
        "--env", type=Path, default=HERE / ".env-sdk-1.16", help="the folder of the SDK environment, made if missing"
    )
    options = parser.parse_args()
    python = environment(options.env, SDK_PACKAGES)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with served_release(work / "served", options.samples) as ([url], asset_bytes):
            print(f"{options.samples} samples, {asset_bytes / 1e6:.1f} MB of assets", flush=True)
            report(measure_all(url, options.samples, asset_bytes, python, work))


if __name__ == "__main__":
    start({"sdk": sdk, "ours": ours, "limit": limit}, main)
