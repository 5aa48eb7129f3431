"""Building a dataset from a release, side by side with the SDK and with the limit.

A made-up release (200 pictures, 200 bitmaps, some 50 MB) is served on the loopback address. In fresh
processes:

- SDK: `segments.huggingface.release2dataset` of segments-ai 1.16.0 with Pillow 12, in its own environment;
- ours: `segments_hf.load_release`, first with an empty cache, then again with that cache full;
- limit: the same URLs fetched into memory over one connection that stays open, nothing else.

"seconds" is the call alone, "wall" counts from the start of the process, imports included. "disk ratio" is
the bytes under HF_HOME by those of the assets. The SDK runs once; the others run three times, in turn, and
the median counts (of peaks, the worst). Ratios hold within one run.

Run it with `python benchmarks/build.py`; the first run makes the SDK's environment with pip.
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
MIN_RATIO, MAX_PEAK_MIB, MAX_DISK = 30, 400, 1.05


def sdk(url: str, count: str) -> Measure:
    """Build with the SDK; runs in the SDK's environment."""
    from segments.huggingface import release2dataset

    dataset, measure = timed(release2dataset, sdk_release(url, int(count)))
    check_rows(dataset, int(count), "label.segmentation_bitmap")
    return measure


def ours(url: str, count: str) -> Measure:
    """Build with segments_hf, with whatever its cache holds."""
    import segments_hf

    dataset, measure = timed(segments_hf.load_release, url, split="train")
    check_rows(dataset, int(count), "segmentation_bitmap")
    return measure


def limit(url: str, count: str) -> Measure:
    """Fetch the assets into memory and do nothing with them."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)

    def fetch(path: str) -> bytes:
        connection.request("GET", path)
        return connection.getresponse().read()

    paths = asset_paths(fetch(parts.path))
    assets, measure = timed(lambda: [fetch(path) for path in paths])
    if len(assets) != 2 * int(count) or not all(assets):
        raise SystemExit(f"fetched {len(assets)} assets, wanted {2 * int(count)}, none of them empty")
    return measure


def check_rows(dataset: Any, count: int, bitmap: str) -> None:
    """Stop unless each row has its picture and a bitmap of that size: the SDK swallows what fails."""
    if len(dataset) != count:
        raise SystemExit(f"made {len(dataset)} rows, wanted {count}")
    for row in dataset:
        if row["image"].size != row[bitmap].size:
            raise SystemExit(f"{row['name']}: image {row['image'].size}, bitmap {row[bitmap].size}")


def disk_bytes(folder: Path) -> int:
    """Return the bytes of all files under a folder; one that has several names counts once."""
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
    slow = run(__file__, "sdk", *arguments, python=python, env={"HF_HOME": str(work / "home-sdk")})
    return {"SDK": slow, **{row: median(measures) for row, measures in rounds.items()}}


def report(measures: dict[str, Measure]) -> None:
    """Print the table and the verdict."""
    slow = measures["SDK"]["seconds"]
    rows = []
    for name, measure in measures.items():
        disk = f"{measure['disk']:.3f}" if "disk" in measure else "-"
        ratio = f"{slow / measure['seconds']:.1f}"
        seconds, wall = f"{measure['seconds']:.2f}", f"{measure['wall']:.2f}"
        rows.append([name, seconds, wall, ratio, f"{measure['peak']:.0f}", disk])
    print_table(["", "seconds", "wall", "ratio to SDK", "peak MiB", "disk ratio"], rows)
    first = measures["ours"]
    print(
        verdict("ratio", slow / first["seconds"], ">=", MIN_RATIO),
        verdict("peak MiB", first["peak"], "<=", MAX_PEAK_MIB),
        verdict("disk ratio", first["disk"], "<=", MAX_DISK),
        sep="; ",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=200, help="how many samples the release has")
    parser.add_argument(
        "--env", type=Path, default=HERE / ".env-sdk-1.16", help="where the SDK's environment is, or is made"
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
