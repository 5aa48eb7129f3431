"""Measure the CPU time of a push per row, compared with an earlier commit.

A generated release of small images and bitmaps is pushed to a Hub on the loopback address, once with the code of
another commit ("before") and once with the code of this checkout ("after"). Each push runs in a new process with an
empty cache, and creates a new repository. The pushes run three times, interleaved; the table has the medians. The CPU
time is the CPU time of the process that pushes, without imports. The images are small, so that the process spends most
of the time on making rows, and not on hashing and compressing the bytes of images.

The program checks that both commits push the same rows. Run it with `python benchmarks/push.py --before COMMIT`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from _measure import REPOSITORY, Measure, median, print_table, run, start, timed, verdict
from _serving import served_hub

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3
MAX_RATIO = 0.6
SIZE = (96, 72)
INSTANCES = 5
LAYOUTS = ("", "semantic-segmentation", "object-detection")


def draw(folder: str, count: str) -> Measure:
    """Write a release with small images and bitmaps."""
    import numpy as np
    from PIL import Image

    work, width, height = Path(folder), *SIZE
    samples = []
    for index in range(int(count)):
        rng = np.random.default_rng([2026, index])
        coarse = Image.fromarray(rng.integers(0, 256, (3, 4, 3), dtype=np.uint8))
        coarse.resize(SIZE).save(work / f"{index}.jpg")
        ids = np.zeros((height, width), dtype="<u4")
        for instance in range(1, INSTANCES + 1):
            ids[10 * instance : 10 * instance + 12, 8 * instance : 8 * instance + 30] = instance
        Image.fromarray((ids | 0xFF000000).view(np.uint8).reshape(height, width, 4), "RGBA").save(work / f"{index}.png")
        annotations = [
            {"id": number, "category_id": int(rng.integers(1, 9)), "attributes": {"occluded": bool(number % 2)}}
            for number in range(1, INSTANCES + 1)
        ]
        attributes = {"annotations": annotations, "segmentation_bitmap": {"url": f"{index}.png"}}
        samples.append(
            {
                "uuid": f"00000000-0000-4000-8000-{index:012x}",
                "name": f"street_{index:05d}.jpg",
                "attributes": {"image": {"url": f"{index}.jpg"}},
                "metadata": {"camera": f"cam{index % 4}"},
                "labels": {"ground-truth": {"label_status": "LABELED", "attributes": attributes}},
            }
        )
    categories = [{"id": number, "name": f"class {number}"} for number in range(1, 9)]
    dataset = {
        "name": "streets",
        "owner": "jane",
        "task_type": "segmentation-bitmap",
        "task_attributes": {"categories": categories},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": samples,
    }
    (work / "release.json").write_text(json.dumps({"name": "v1.0", "dataset": dataset}))
    return {}


def push(release: str, repo_id: str, layout: str, count: str) -> Measure:
    """Push the release."""
    import segments_hf

    result, measure = timed(segments_hf.push_to_hub, release, repo_id, layout=layout or None)
    if result.splits["train"].rows != int(count):
        raise SystemExit(f"pushed {result.splits['train'].rows} rows, expected {count}")
    return measure


def compare(first: str, second: str) -> Measure:
    """Exit unless two repositories have the same rows."""
    import datasets

    rows = [datasets.load_dataset(repo_id, split="train").with_format("arrow") for repo_id in (first, second)]
    if rows[0].features != rows[1].features or not rows[0][:].equals(rows[1][:]):
        raise SystemExit(f"{first} and {second} have different rows")
    return {}


@contextlib.contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    """Check out a commit into a folder, and remove the checkout at the end."""
    git = ["git", "-C", str(REPOSITORY), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def measure_layout(
    release: Path, layout: str, count: int, code: dict[str, Path], env: dict[str, str]
) -> dict[str, Measure]:
    """Push with each commit, check that the rows are equal, and return the median measure of each commit."""
    rounds: dict[str, list[Measure]] = {name: [] for name in code}
    for number in range(ROUNDS):
        for name, folder in code.items():
            home = release.parent / f"home-{name}-{layout}-{number}"
            home_env = {**env, "PYTHONPATH": str(folder), "HF_HOME": str(home)}
            repo_id = f"jane/{name}-{layout or 'rows'}-{number}"
            rounds[name].append(run(__file__, "push", str(release), repo_id, layout, str(count), env=home_env))
    home = release.parent / f"home-compare-{layout}"
    names = [f"jane/{name}-{layout or 'rows'}-0" for name in code]
    run(__file__, "compare", *names, env={**env, "PYTHONPATH": str(REPOSITORY), "HF_HOME": str(home)})
    return {name: median(measures) for name, measures in rounds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", required=True, help="the earlier commit")
    parser.add_argument("--samples", type=int, default=5000, help="the number of samples in the release")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        run(__file__, "draw", str(work), str(options.samples))
        with served_hub() as hub, checkout(options.before, work / "before") as before:
            env = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_jane", "HF_HUB_DISABLE_TELEMETRY": "1"}
            code = {"before": before, "after": REPOSITORY}
            rows, verdicts = [], []
            for layout in LAYOUTS:
                measures = measure_layout(work / "release.json", layout, options.samples, code, env)
                old, new = measures["before"], measures["after"]
                ratio = new["cpu"] / old["cpu"]
                cpu = [f"{1e3 * measure['cpu'] / options.samples:.2f}" for measure in (old, new)]
                peaks = [f"{measure['peak']:.0f}" for measure in (old, new)]
                rows.append([layout or "no layout", *cpu, f"{ratio:.2f}", *peaks])
                verdicts.append(verdict(f"CPU per row, {layout or 'no layout'}", ratio, "<=", MAX_RATIO))
            header = ["", "before: CPU ms per row", "after", "ratio", "before: peak MiB", "after"]
            print_table(header, rows)
            print(*verdicts, sep="\n")


if __name__ == "__main__":
    start({"draw": draw, "push": push, "compare": compare}, main)
