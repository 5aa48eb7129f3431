"""Fetching all assets of a release into a cache, side by side with the SDK and with the limit.

A made-up release (200 pictures, 200 bitmaps, some 50 MB) is served on the loopback address, with assets that are
answered at once, and 20 ms after they were asked for. In fresh processes:

- SDK: `segments.dataset.SegmentsDataset`, which preloads, of segments-ai 1.33.0 with Pillow 12, in its own environment;
- ours: `segments_hf.load_release` with an empty cache;
- limit: the same URLs fetched into memory over 64 connections that stay open, nothing else.

"seconds" is the call alone, after the import of the library. What has arrived is then decoded and its size compared.
The SDK runs once for each latency; the others run three times, in turn, and the median counts (of peaks, the worst).
Ratios hold within one run. "cores" is the processor time by the seconds: the SDK keeps two cores busy, and where it got
less than that, others were, and the ratio flatters us.

Run it with `python benchmarks/fetch.py`; the first run makes the SDK's environment with pip. Files go where temporary
files go. With TMPDIR=/dev/shm the disk does not count: making a file on ext4 without a journal takes 20 to 1,000 µs,
the more the more files anybody has removed in the last minutes.
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
CONNECTIONS = 64  # as many as `load_release` has
ROUNDS = 3
MIN_RATIO = 14  # to the SDK
MAX_LIMITS = 4
MAX_CPU = 1.6  # milliseconds a file


def sdk(url: str, count: str, folder: str) -> Measure:
    """Fetch with the SDK; runs in the SDK's environment."""
    from segments.dataset import SegmentsDataset

    dataset, measure = timed(SegmentsDataset, sdk_release(url, int(count)), segments_dir=folder, preload=True)
    found = sum(path.is_file() for path in Path(folder).rglob("*"))
    if found != 2 * int(count):
        raise SystemExit(f"the SDK kept {found} files, wanted {2 * int(count)}")
    check_rows(dataset, int(count))
    return measure


def ours(url: str, count: str) -> Measure:
    """Fetch with segments_hf; its cache is empty."""
    from segments_hf import load_release

    dataset, measure = timed(load_release, url, split="train")
    check_rows(dataset, int(count))
    return measure


def limit(url: str, asset_bytes: str) -> Measure:
    """Fetch the assets into memory and do nothing with them."""
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
        raise SystemExit(f"fetched {sum(map(len, assets))} bytes, wanted {asset_bytes}")
    return measure


def check_rows(dataset: Any, count: int) -> None:
    """Stop unless each row has its picture and its bitmap, whole: the SDK swallows what fails."""
    from _served_release import JPEG_SIZE, PNG_SIZE

    if len(dataset) != count:
        raise SystemExit(f"got {len(dataset)} rows, wanted {count}")
    for number in range(count):
        row = dataset[number]
        wanted = PNG_SIZE if row["name"].endswith(".png") else JPEG_SIZE
        for column in ("image", "segmentation_bitmap"):
            row[column].load()
            if row[column].size != wanted:
                raise SystemExit(f"{row['name']}: got {column} of {row[column].size}, wanted {wanted}")


def measure_all(url: str, count: int, asset_bytes: int, python: str, work: Path) -> dict[str, Measure]:
    """Return one measure for each row of the table."""
    rounds: dict[str, list[Measure]] = {"ours": [], "limit": []}
    for number in range(ROUNDS):
        env = {"HF_HOME": str(work / f"home-{number}"), "PYTHONPATH": str(REPOSITORY)}
        rounds["ours"].append(run(__file__, "ours", url, str(count), env=env))
        rounds["limit"].append(run(__file__, "limit", url, str(asset_bytes)))
    slow = run(__file__, "sdk", url, str(count), str(work / "segments"), python=python)
    return {"SDK": slow, **{row: median(measures) for row, measures in rounds.items()}}


def report(measures: dict[int, dict[str, Measure]], files: int) -> None:
    """Print the table and the verdicts."""
    rows, verdicts = [], []
    for latency, by_name in measures.items():
        slow = by_name["SDK"]["seconds"]
        for name, measure in by_name.items():
            ratio, limits = slow / measure["seconds"], measure["seconds"] / by_name["limit"]["seconds"]
            figures = [f"{measure['seconds']:.2f}", f"{ratio:.1f}", f"{limits:.1f}", f"{measure['peak']:.0f}"]
            figures += [f"{measure['cpu'] / measure['seconds']:.1f}", f"{1000 * measure['cpu'] / files:.2f}"]
            rows.append([f"{name}, {latency} ms", *figures])
        ours = by_name["ours"]
        verdicts += [
            verdict(f"{latency} ms: ratio", slow / ours["seconds"], ">=", MIN_RATIO),
            verdict("limits", ours["seconds"] / by_name["limit"]["seconds"], "<=", MAX_LIMITS),
            verdict("CPU ms a file", 1000 * ours["cpu"] / files, "<=", MAX_CPU),
        ]
    print_table(["", "seconds", "ratio to SDK", "limits", "peak MiB", "cores", "CPU ms/file"], rows)
    print("; ".join(verdicts))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=200, help="how many samples the release has")
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
