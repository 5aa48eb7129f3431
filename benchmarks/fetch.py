"""Measure the download of all assets of a release into a cache, in comparison with the SDK and with a lower limit.

A release of generated files (200 images, 200 bitmaps, about 50 MB) is served on the loopback address, without latency
and with a latency of 20 ms. Each role runs in a new process:

- SDK: `segments.dataset.SegmentsDataset` with preload, of segments-ai 1.33.0 with Pillow 12, in its own environment;
- ours: `segments_hf.load_release` with an empty cache;
- limit: the same URLs are downloaded into memory over 64 persistent connections, and nothing else is done.

"seconds" is the time of the call, after the import of the library. The downloaded files are then decoded, and their
sizes are checked. The SDK runs once for each latency. The other roles run three times, interleaved; the table has the
medians, and for the peak memory the maximum. Times from different runs of this script cannot be compared; each ratio is
computed from times of the same run. "cores" is the CPU time divided by the seconds. The SDK can use two cores. If
"cores" of the SDK is clearly below 2, other programs used the cores, and the ratio is too favorable for segments_hf.

Run it with `python benchmarks/fetch.py`. The first run makes the environment of the SDK with pip. The files are written
to the folder for temporary files. With TMPDIR=/dev/shm, the measure does not contain the disk: ext4 without a journal
takes 20 to 1,000 µs to create a file, depending on the number of files that were removed in the last minutes.
"""

from __future__ import annotations

import argparse
import http.client
import tempfile
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from _measure import REPOSITORY, Measure, median, print_table, run, sdk_environment, start, timed, verdict
from _serving import asset_paths, sdk_release, served_release

LATENCIES = (0, 20)  # milliseconds
CONNECTIONS = 64  # the default of `load_release`
ROUNDS = 3
MIN_RATIO = 14  # to the SDK
MAX_LIMIT_RATIO = 4
MAX_CPU_MS = 1.6  # per file


def sdk(url: str, count: str, folder: str) -> Measure:
    """Download with the SDK. Call this function in the environment of the SDK."""
    from segments.dataset import SegmentsDataset

    dataset, measure = timed(SegmentsDataset, sdk_release(url, int(count)), segments_dir=folder, preload=True)
    found = sum(path.is_file() for path in Path(folder).rglob("*"))
    if found != 2 * int(count):
        raise SystemExit(f"the SDK wrote {found} files, expected {2 * int(count)}")
    check_rows(dataset, int(count))
    return measure


def ours(url: str, count: str) -> Measure:
    """Download with segments_hf and an empty cache."""
    from segments_hf import load_release

    dataset, measure = timed(load_release, url, split="train")
    check_rows(dataset, int(count))
    return measure


def limit(url: str, asset_bytes: str) -> Measure:
    """Download the assets into memory."""
    parts = urllib.parse.urlsplit(url)
    local = threading.local()

    def connect() -> None:
        local.connection = http.client.HTTPConnection(parts.netloc)

    def fetch(path: str) -> bytes:
        local.connection.request("GET", path)
        return local.connection.getresponse().read()

    def fetch_all(paths: list[str]) -> list[bytes]:
        with ThreadPoolExecutor(CONNECTIONS, initializer=connect) as pool:
            return list(pool.map(fetch, paths))

    connect()
    assets, measure = timed(fetch_all, asset_paths(fetch(parts.path)))
    if sum(map(len, assets)) != int(asset_bytes):
        raise SystemExit(f"downloaded {sum(map(len, assets))} bytes, expected {asset_bytes}")
    return measure


def check_rows(dataset: Any, count: int) -> None:
    """Exit unless each row has a complete image and a complete bitmap, because the SDK ignores errors."""
    from _served_release import JPEG_SIZE, PNG_SIZE

    if len(dataset) != count:
        raise SystemExit(f"got {len(dataset)} rows, expected {count}")
    for number in range(count):
        row = dataset[number]
        expected = PNG_SIZE if row["name"].endswith(".png") else JPEG_SIZE
        for column in ("image", "segmentation_bitmap"):
            row[column].load()
            if row[column].size != expected:
                raise SystemExit(f"{row['name']}: got {column} of {row[column].size}, expected {expected}")


def measure_all(url: str, count: int, asset_bytes: int, python: str, work: Path) -> dict[str, Measure]:
    """Return one measure for each row of the table."""
    rounds: dict[str, list[Measure]] = {"ours": [], "limit": []}
    for number in range(ROUNDS):
        env = {"HF_HOME": str(work / f"home-{number}"), "PYTHONPATH": str(REPOSITORY)}
        rounds["ours"].append(run(__file__, "ours", url, str(count), env=env))
        rounds["limit"].append(run(__file__, "limit", url, str(asset_bytes)))
    sdk_measure = run(__file__, "sdk", url, str(count), str(work / "segments"), python=python)
    return {"SDK": sdk_measure, **{row: median(measures) for row, measures in rounds.items()}}


def report(measures: dict[int, dict[str, Measure]], files: int) -> None:
    """Print the table and the verdicts."""
    rows, verdicts = [], []
    for latency, by_name in measures.items():
        sdk_seconds = by_name["SDK"]["seconds"]
        for name, measure in by_name.items():
            ratio, limit_ratio = sdk_seconds / measure["seconds"], measure["seconds"] / by_name["limit"]["seconds"]
            cells = [f"{measure['seconds']:.2f}", f"{ratio:.1f}", f"{limit_ratio:.1f}", f"{measure['peak']:.0f}"]
            cells += [f"{measure['cpu'] / measure['seconds']:.1f}", f"{1000 * measure['cpu'] / files:.2f}"]
            rows.append([f"{name}, {latency} ms", *cells])
        ours = by_name["ours"]
        verdicts += [
            verdict(f"{latency} ms: ratio", sdk_seconds / ours["seconds"], ">=", MIN_RATIO),
            verdict("ratio to limit", ours["seconds"] / by_name["limit"]["seconds"], "<=", MAX_LIMIT_RATIO),
            verdict("CPU ms per file", 1000 * ours["cpu"] / files, "<=", MAX_CPU_MS),
        ]
    print_table(["", "seconds", "ratio to SDK", "ratio to limit", "peak MiB", "cores", "CPU ms per file"], rows)
    print("; ".join(verdicts))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=200, help="the number of samples in the release")
    count = parser.parse_args().samples
    python = sdk_environment()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with served_release(work / "served", count, *LATENCIES) as (urls, asset_bytes):
            print(f"{count} samples, {asset_bytes / 1e6:.1f} MB of assets", flush=True)
            report(
                {
                    latency: measure_all(url, count, asset_bytes, python, work / str(latency))
                    for latency, url in zip(LATENCIES, urls, strict=True)
                },
                2 * count,
            )


if __name__ == "__main__":
    start({"sdk": sdk, "ours": ours, "limit": limit}, main)
