"""Measure the inputs of the calculation for a push of 1,000,000 samples on several machines.

Task: `ShardWork` uploads a slice of a generated release, as on a machine of a cluster. It downloads the images from a
web server, writes the rows to Parquet files, and uploads the files to a Hub with Xet storage. Both servers are on the
loopback address, without TLS and without latency. The process first uploads another slice, so that the measure does not
contain imports and the start of threads. The CPU time is the CPU time of all threads of the process. Three uploads of
small images are measured:

- one row in one shard;
- many rows in one shard;
- as many rows in several shards.

Their differences give the CPU time of a slice, of a row and of a shard, and the requests for a shard.

An upload of 12-megapixel images without a layout gives the CPU time of a megabyte. An upload of the same images with
the layout semantic-segmentation gives the CPU time of a megapixel of the mask.

Driver: a release of 1,000,000 samples is opened, and all slices of 1,000 samples are made. Then each slice is pickled,
and the result of a task is unpickled and kept. The driver also does other work, which is not measured: Ray, the journal
and the commits. A push of small images in 300 shards from one machine gives the requests for the commits of groups of
100 files.

Each role runs three times in new processes, interleaved; the driver and the push of 300 shards run once. The table has
the medians, and for the peak memory the maximum. The last table is the result of `_estimate.py`.

Run it with `python benchmarks/large_push.py`.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _estimate import SLICE, Inputs, estimate
from _measure import REPOSITORY, Measure, median, print_table, run, start, timed
from _serving import served_hub, served_release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.hub.uploads.shard_work import ShardWork

ROUNDS = 3
SMALL, PHOTO = (96, 72), (4000, 3000)
ROWS, SHARDS, PHOTOS = 1000, 10, 40  # rows and shards of the slice of small images; photos of a slice
PUSHED_SHARDS = 300  # about the number of shards of the push from one machine
LAYOUT = "semantic-segmentation"


def shard_works(release: str, layout: str, size: int, max_bytes: int) -> Iterator[ShardWork]:
    """Yield the `ShardWork` of each slice."""
    from segments_hf.hub.repository import open_repository
    from segments_hf.hub.sources.source_splits import open_source
    from segments_hf.hub.uploads.shard_work import ShardWork

    repository = open_repository("jane/photos")
    repository.create()
    (split,) = open_source(release, layout or None, None).splits
    assert split.release_rows is not None
    for source in split.release_rows.slices(size):
        yield ShardWork(source, split.features, repository, max_bytes)


def upload(release: str, layout: str, size: str, max_bytes: str, result_file: str) -> Measure:
    """Upload two slices; measure the second upload, and write its pickled result to a file."""
    first, second = islice(shard_works(release, layout, int(size), int(max_bytes)), 2)
    first()
    result, measure = timed(second)
    Path(result_file).write_bytes(pickle.dumps(result))
    return {
        **measure,
        "bytes": sum(shard.size for shard in result.shards),
        "shards": len(result.shards),
    }


def push(release: str, max_bytes: str) -> Measure:
    """Push a release from one machine in shards of at most `max_bytes`."""
    from segments_hf import push_to_hub

    return timed(push_to_hub, release, "jane/photos", max_shard_size=int(max_bytes))[1]


def run_driver(release: str, result_file: str) -> Measure:
    """Do the work of the driver for all slices, without the tasks."""
    content = Path(result_file).read_bytes()
    slices, opened = timed(lambda: list(shard_works(release, "", SLICE, 10**9)))

    def exchange() -> tuple[int, list[Any]]:
        sent, results = 0, []
        for work in slices:
            sent += len(pickle.dumps(work))
            results.append(pickle.loads(content))
        return sent, results

    (sent, results), measure = timed(exchange)
    return {
        "open": opened["seconds"],
        "open_cpu": opened["cpu"],
        "slices": len(results),
        "slice": measure["seconds"] / len(results),
        "slice_cpu": measure["cpu"] / len(results),
        "work_bytes": sent / len(results),
        "result_bytes": len(content),
        "peak": measure["peak"],
    }


def write_release(path: str, count: str) -> Measure:
    """Write the release that the driver opens."""
    from _served_release import release_of, sample_entry

    head, tail = json.dumps(release_of([])).split('"samples": []')
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + '"samples": [')
        for index in range(int(count)):
            instances = [(number, 1 + (index + number) % 8) for number in range(1, 6)]
            entry = sample_entry(index, f"drive_{index // 1000:04d}/front_camera/frame_{index:06d}.jpg", instances)
            file.write((", " if index else "") + json.dumps(entry))
        file.write("]" + tail)
    return {"size": Path(path).stat().st_size}


def measured_uploads(cases: dict[str, tuple[str, str, int, int]], folder: Path) -> dict[str, Measure]:
    """Return the median measure of each case, with the requests for the uploads of both slices."""
    rounds: dict[str, list[Measure]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, (release, *arguments) in cases.items():
            with served_hub() as hub:  # a new Hub for each run, because shards that a Hub has are not uploaded again
                env = environment(hub.url, folder)
                file = str(folder / f"{name}.result")
                measure = run(__file__, "upload", release, *map(str, arguments), file, env=env)
                rounds[name].append({**measure, "requests": hub.counts()[0]})
    return {name: median(measures) for name, measures in rounds.items()}


def measured_commits(release: str, max_bytes: int, folder: Path) -> Measure:
    """Push from one machine; return the number of uploaded files and of requests that do not upload files."""
    with served_hub() as hub:
        run(__file__, "push", release, str(max_bytes), env=environment(hub.url, folder))
        _, requests, files = hub.counts()
        return {"requests": requests, "files": files}


def environment(hub_url: str, folder: Path) -> dict[str, str]:
    """Return the environment of a process that pushes to this Hub, with an empty cache."""
    return {
        "PYTHONPATH": str(REPOSITORY),
        "HF_HOME": tempfile.mkdtemp(dir=folder),
        "HF_ENDPOINT": hub_url,
        "HF_TOKEN": "hf_jane",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def measured_driver(samples: int, result_file: Path) -> Measure:
    """Return the measure of the driver, with the size of the release in MiB."""
    folder = result_file.parent
    path = folder / "release.json"
    size = run(__file__, "write", str(path), str(samples))["size"]
    with served_hub() as hub:
        measure = run(__file__, "driver", str(path), str(result_file), env=environment(hub.url, folder))
    return {**measure, "release": size / 2**20}


def inputs_of(uploads: dict[str, Measure], driver: Measure) -> Inputs:
    """Return the inputs of the estimate."""
    one, rows, shards, photos = (uploads[name] for name in ("one", "rows", "shards", "photos"))
    row = (rows["cpu"] - one["cpu"]) / (ROWS - 1)
    more_shards = shards["shards"] - rows["shards"]
    return Inputs(
        slice_cpu=one["cpu"] - row,
        shard_cpu=(shards["cpu"] - rows["cpu"]) / more_shards,
        row_cpu=row,
        byte_cpu=(photos["cpu"] - one["cpu"] - (PHOTOS - 1) * row) / photos["bytes"],
        requests_per_shard=(shards["requests"] - rows["requests"]) / 2 / more_shards,
        driver_open=driver["open"],
        driver_slice=driver["slice"],
    )


def task_rows(inputs: Inputs, uploads: dict[str, Measure]) -> list[list[str]]:
    """Return the rows of the table about tasks."""
    photos, masks = uploads["photos"], uploads["masks"]
    pixels = PHOTOS * math.prod(PHOTO)
    return [
        ["CPU per slice with one shard, ms", f"{1e3 * inputs.slice_cpu:.0f}"],
        ["CPU per further shard, ms", f"{1e3 * inputs.shard_cpu:.0f}"],
        ["CPU per row, ms", f"{1e3 * inputs.row_cpu:.2f}"],
        ["CPU per MB of images, ms", f"{1e9 * inputs.byte_cpu:.1f}"],
        [f"further CPU per megapixel with {LAYOUT}, ms", f"{1e9 * (masks['cpu'] - photos['cpu']) / pixels:.1f}"],
        ["MB per row of 12 megapixels", f"{photos['bytes'] / PHOTOS / 1e6:.2f}"],
        ["requests to the Hub per shard", f"{inputs.requests_per_shard:.1f}"],
        ["peak MiB of the process, small images", f"{uploads['rows']['peak']:.0f}"],
        ["peak MiB, 12 megapixels", f"{photos['peak']:.0f}"],
        [f"peak MiB, 12 megapixels with {LAYOUT}", f"{masks['peak']:.0f}"],
    ]


def driver_rows(driver: Measure, commits: Measure) -> list[list[str]]:
    """Return the rows of the table about the driver."""
    return [
        ["release file, MiB", f"{driver['release']:.0f}"],
        ["slices", f"{driver['slices']:.0f}"],
        ["opening the release and making all slices, s", f"{driver['open']:.1f}"],
        ["opening the release and making all slices, CPU s", f"{driver['open_cpu']:.1f}"],
        ["time per slice, ms", f"{1e3 * driver['slice']:.1f}"],
        ["CPU per slice, ms", f"{1e3 * driver['slice_cpu']:.1f}"],
        ["kB sent to a task per slice", f"{driver['work_bytes'] / 1e3:.0f}"],
        ["kB received from a task per slice", f"{driver['result_bytes'] / 1e3:.1f}"],
        ["peak MiB, with the pages of the release file", f"{driver['peak']:.0f}"],
        [f"requests for the commits of {commits['files']} files, without lists of files", f"{commits['requests']}"],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--samples", type=int, default=1_000_000, help="the number of samples in the release of the driver"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        served = [
            served_release(work / str(width), count, width, height, script="_served_photos.py")
            for count, (width, height) in ((2 * ROWS, SMALL), (2 * PHOTOS, PHOTO))
        ]
        with served[0] as (small, size), served[1] as (photos, _):
            cases = {
                "one": (small[0], "", 1, 10**9),
                "rows": (small[0], "", ROWS, 10**9),
                "shards": (small[0], "", ROWS, size // 2 // SHARDS),
                "photos": (photos[0], "", PHOTOS, 10**9),
                "masks": (photos[0], LAYOUT, PHOTOS, 10**9),
            }
            uploads = measured_uploads(cases, work)
            commits = measured_commits(small[0], size // PUSHED_SHARDS, work)
        driver = measured_driver(options.samples, work / "shards.result")
    inputs = inputs_of(uploads, driver)
    print_table(["task", ""], task_rows(inputs, uploads))
    print()
    title = f"driver, {options.samples:,} samples"
    print_table([title, ""], driver_rows(driver, commits))
    print()
    print_table(["1,000,000 samples, 5 TB, 20 machines", ""], estimate(inputs))


if __name__ == "__main__":
    start({"upload": upload, "push": push, "driver": run_driver, "write": write_release}, main)
