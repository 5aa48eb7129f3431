"""`load_release` stores or reports each asset of a faulty server, and downloads no complete asset twice."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dataset.making import bitmap, jpeg, label, sample
from segments_hf.assets import AssetCache
from segments_hf.dataset.rows.problems import read_problems

from .faulty_server import TRANSIENT, FaultyServer

TESTS = Path(__file__).parents[2]
MAX_MEMORY = 400  # MiB
PERMANENT_FAULTS = ["missing", "page", "json", "empty", "truncated", "cut", "500", "reset"]


def put_samples(server: FaultyServer, count: int, broken: dict[int, str]) -> list[dict[str, Any]]:
    """Put different images and bitmaps on a server, and return their samples.

    `broken` maps the number of a sample to the fault of all responses for its image.
    """
    samples = []
    for number in range(count):
        content = jpeg((4, 4), red=number % 256) + number.to_bytes(4, "big")  # readers ignore bytes after the end
        image = server.put(f"/images/{number}.jpg", content, permanent_fault=broken.get(number, ""))
        bitmap_url = server.put(f"/labels/{number}.png", bitmap([[number + 1] * 4] * 4))
        ground_truth = label(
            annotations=[{"id": number + 1, "category_id": 1}], segmentation_bitmap={"url": bitmap_url}
        )
        samples.append(sample(f"s{number}", image, ground_truth))
    return samples


def run(script: str, *args: object, home: Path) -> Any:
    """Run a script in a new process and return the JSON in the last line of its output."""
    settings = {"HF_HOME": str(home), "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "error", "PYTHONPATH": str(TESTS)}
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, args)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-4000:]
    return json.loads(process.stdout.splitlines()[-1])


def digests(server: FaultyServer, count: int) -> dict[str, list[str]]:
    """Return the SHA-256 of the image and of the bitmap of each sample on the server, by the name of the sample."""
    return {
        f"s{number}": [
            hashlib.sha256(server.files[path]).hexdigest()
            for path in (f"/images/{number}.jpg", f"/labels/{number}.png")
        ]
        for number in range(count)
    }


ROWS_CODE = """
    import hashlib, json, sys
    from pathlib import Path
    import segments_hf
    from process_memory import peak_memory

    def rows(dataset):
        table = dataset.data
        files = zip(*(table.column(name).to_pylist() for name in ("name", "image", "segmentation_bitmap")))
        return [
            [name, [hashlib.sha256(Path(image["path"]).read_bytes()).hexdigest() for image in images]]
            for name, *images in files
        ]
"""

BUILD_SCRIPT = (
    ROWS_CODE
    + """
    dataset = segments_hf.load_release(sys.argv[1], split="train", on_error="skip", timeout=10)
    folder = Path(dataset.cache_files[0]["filename"]).parent
    print(json.dumps({"rows": rows(dataset), "folder": str(folder), "peak": peak_memory() / 2**20}))
    """
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory of a process in /proc")
def test_load_release_stores_or_reports_ten_thousand_assets_in_limited_memory(write_release, tmp_path):
    count = 5000
    broken = {17 + 100 * index: name for index, name in enumerate(PERMANENT_FAULTS)}
    with FaultyServer(fault_rate=0.05) as server:
        release = write_release(put_samples(server, count, broken))
        result = run(BUILD_SCRIPT, release, home=tmp_path / "home")
    expected = digests(server, count)
    names = [name for name, _ in result["rows"]]
    reported = [problem.sample for problem in read_problems(Path(result["folder"], "errors.jsonl"))]
    assert len(names) == len(set(names))
    assert sorted(names + reported) == sorted(expected)
    assert reported == [f"s{number}" for number in sorted(broken)]
    assert {name: content for name, content in result["rows"] if expected[name] != content} == {}
    assert min(server.faults[name] for name in TRANSIENT) > 10  # each fault occurred
    assert set(server.complete_responses.values()) == {1}  # no complete file is downloaded twice
    stored = [path for path in AssetCache(tmp_path / "home/segments_hf/assets").folder.rglob("*.*") if path.is_file()]
    assert len(stored) == len(server.complete_responses)  # the cache has no broken and no incomplete file
    assert 50 < result["peak"] < MAX_MEMORY


KILLED_BUILDS_SCRIPT = (
    ROWS_CODE
    + """
    import os, random, signal, time
    import datasets

    datasets.disable_progress_bars()
    rng = random.Random(7)
    killed = 0
    while killed < 20:
        child = os.fork()  # a fork does not import the modules again
        if not child:
            os.setsid()
            segments_hf.load_release(sys.argv[1], num_proc=rng.choice([None, 2]), in_flight=8)
            os._exit(0)
        time.sleep(rng.uniform(0.05, 1.0))
        if os.waitpid(child, os.WNOHANG) == (0, 0):
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            killed += 1
        else:
            sys.exit("the dataset was complete before the build was killed 20 times")
    print(json.dumps(rows(segments_hf.load_release(sys.argv[1], split="train", in_flight=64))))
    """
)


@pytest.mark.slow
def test_build_that_was_killed_many_times_has_the_dataset_of_an_uninterrupted_build(write_release, tmp_path):
    count = 600
    with FaultyServer() as server:
        release = write_release(put_samples(server, count, {}))
        server.latency = 0.25
        resumed = run(KILLED_BUILDS_SCRIPT, release, home=tmp_path / "killed")
        downloads = dict(server.complete_responses)
        server.latency = 0
        result = run(BUILD_SCRIPT, release, home=tmp_path / "whole")
    assert resumed == result["rows"] == [[name, content] for name, content in digests(server, count).items()]
    # Only downloads that were not complete when a build was killed are repeated: up to 16 for each of the 20 kills,
    # because each of at most two processes has at most 8 requests in flight.
    assert sum(downloads.values()) <= 2 * count + 20 * 16
    assert max(downloads.values()) < 20
    stored = [path for path in (tmp_path / "killed/segments_hf/assets").rglob("*") if path.is_file()]
    assert len(stored) == 2 * count


def test_two_builds_with_one_asset_cache_are_both_complete(write_release, tmp_path):
    count = 100
    with FaultyServer(fault_rate=0.02) as server:
        release = write_release(put_samples(server, count, {}))
        script = textwrap.dedent(BUILD_SCRIPT).replace("timeout=10", "timeout=10, cache_dir=sys.argv[2]")
        with ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(run, script, release, tmp_path / f"arrow-{number}", home=tmp_path / "home")
                for number in range(2)
            ]
            rows_of_builds = [future.result()["rows"] for future in runs]
    assert (
        rows_of_builds[0] == rows_of_builds[1] == [[name, content] for name, content in digests(server, count).items()]
    )
    stored = [path for path in (tmp_path / "home/segments_hf/assets").rglob("*") if path.is_file()]
    assert len(stored) == 2 * count
