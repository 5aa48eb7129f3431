"""A night's download: every asset arrives intact or is reported, once, whatever happens on the way."""

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

from segments_hf.assets import AssetCache
from segments_hf.dataset.rows.problems import read_problems

from .faulty import PASSING, FaultyServer
from .making import bitmap, jpeg, label, sample

MOST_MEMORY = 400  # MiB
FAULTS_THAT_STAY = ["missing", "page", "json", "empty", "truncated", "cut", "500", "reset"]


def served(server: FaultyServer, count: int, broken: dict[int, str]) -> list[dict[str, Any]]:
    """Samples of a picture and a bitmap each, all of them different; some always broken."""
    samples = []
    for number in range(count):
        picture = jpeg((4, 4), red=number % 256) + number.to_bytes(4, "big")  # bytes behind its end do no harm
        image = server.put(f"/images/{number}.jpg", picture, always=broken.get(number, ""))
        mask = server.put(f"/labels/{number}.png", bitmap([[number + 1] * 4] * 4))
        content = label(annotations=[{"id": number + 1, "category_id": 1}], segmentation_bitmap={"url": mask})
        samples.append(sample(f"s{number}", image, content))
    return samples


def run(script: str, *args: object, home: Path) -> Any:
    """Runs a script in a process of its own; returns the JSON that it prints last."""
    env = {**os.environ, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, args)],
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def digests(server: FaultyServer, count: int) -> dict[str, list[str]]:
    """What the server has for each sample."""
    return {
        f"s{number}": [
            hashlib.sha256(server.files[path]).hexdigest()
            for path in (f"/images/{number}.jpg", f"/labels/{number}.png")
        ]
        for number in range(count)
    }


ROWS = """
    import hashlib, json, re, sys
    from pathlib import Path
    import segments_hf

    def rows(dataset):
        table = dataset.data
        files = zip(*(table.column(name).to_pylist() for name in ("name", "image", "segmentation_bitmap")))
        return [
            [name, [hashlib.sha256(Path(picture["path"]).read_bytes()).hexdigest() for picture in pictures]]
            for name, *pictures in files
        ]
"""

BUILD = (
    ROWS
    + """
    dataset = segments_hf.load_release(sys.argv[1], split="train", on_error="skip", timeout=10)
    folder = Path(dataset.cache_files[0]["filename"]).parent
    # Not ru_maxrss, which is never under what the parent had when it forked.
    peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    print(json.dumps({"rows": rows(dataset), "folder": str(folder), "peak": peak}))
    """
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process's memory in /proc")
def test_ten_thousand_assets_of_which_many_fail(write_release, tmp_path):
    count = 5000
    broken = {17 + 100 * place: name for place, name in enumerate(FAULTS_THAT_STAY)}
    with FaultyServer(rate=0.05) as server:
        release = write_release(served(server, count, broken))
        built = run(BUILD, release, home=tmp_path / "home")
    wanted = digests(server, count)
    names = [name for name, _ in built["rows"]]
    reported = [problem.sample for problem in read_problems(Path(built["folder"], "errors.jsonl"))]
    assert len(names) == len(set(names))
    assert sorted(names + reported) == sorted(wanted)
    assert reported == [f"s{number}" for number in sorted(broken)]
    assert {name: content for name, content in built["rows"] if wanted[name] != content} == {}
    assert min(server.faults[name] for name in PASSING) > 10  # each kind was tried
    assert set(server.whole.values()) == {1}  # what has arrived is not asked for again
    kept = [path for path in AssetCache(tmp_path / "home/segments_hf/assets").folder.rglob("*.*") if path.is_file()]
    assert len(kept) == len(server.whole)  # and nothing else is kept: nothing broken, nothing half written
    assert 50 < built["peak"] < MOST_MEMORY


KILLED = (
    ROWS
    + """
    import os, random, signal, time
    import datasets

    datasets.disable_progress_bars()
    chance = random.Random(7)
    killed = 0
    while killed < 20:
        child = os.fork()  # of a process that has imported everything
        if not child:
            os.setsid()
            segments_hf.load_release(sys.argv[1], num_proc=chance.choice([None, 2]), in_flight=8)
            os._exit(0)
        time.sleep(chance.uniform(0.05, 1.0))
        if os.waitpid(child, os.WNOHANG) == (0, 0):
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            killed += 1
        else:
            sys.exit("it was built before it was killed 20 times")
    print(json.dumps(rows(segments_hf.load_release(sys.argv[1], split="train", in_flight=64))))
    """
)


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_it_is_the_dataset_built_in_peace(write_release, tmp_path):
    count = 600
    with FaultyServer() as server:
        release = write_release(served(server, count, {}))
        server.latency = 0.25
        resumed = run(KILLED, release, home=tmp_path / "killed")
        asked = dict(server.whole)
        server.latency = 0
        built = run(BUILD, release, home=tmp_path / "peace")
    assert resumed == built["rows"] == [[name, content] for name, content in digests(server, count).items()]
    # Only what was under way when the process was killed is asked for again.
    assert sum(asked.values()) <= 2 * count + 20 * 16
    assert max(asked.values()) < 20
    left = [path for path in (tmp_path / "killed/segments_hf/assets").rglob("*") if path.is_file()]
    assert len(left) == 2 * count


def test_two_processes_on_one_cache_do_not_harm_each_other(write_release, tmp_path):
    count = 100
    with FaultyServer(rate=0.02) as server:
        release = write_release(served(server, count, {}))
        script = textwrap.dedent(BUILD).replace("timeout=10", "timeout=10, cache_dir=sys.argv[2]")
        with ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(run, script, release, tmp_path / f"arrow-{number}", home=tmp_path / "home")
                for number in range(2)
            ]
            both = [future.result()["rows"] for future in runs]
    assert both[0] == both[1] == [[name, content] for name, content in digests(server, count).items()]
    kept = [path for path in (tmp_path / "home/segments_hf/assets").rglob("*") if path.is_file()]
    assert len(kept) == 2 * count
