"""The loading script for `datasets` 3 returns the rows that `load_release` returns."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import datasets
import pytest
from cloud_releases import cloud_samples, write_files

import segments_hf
from segments_hf.demo import demo_release

from .making import plain_rows

SCRIPT = Path(__file__).resolve().parents[2] / "loading_scripts" / "segments_release.py"

# `datasets` imports a script as a module. A separate process keeps this module out of the other tests.
CODE = """
import hashlib, json, pathlib, sys
import datasets

script, release, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

def main():
    dataset = datasets.load_dataset(script, data_files=release, split="train", trust_remote_code=True, **options)
    type_name = type(dataset).__name__
    if dataset.features["image"] is not None:
        dataset = dataset.cast_column("image", datasets.Image(decode=False))
    rows = []
    for row in dataset:
        image = row["image"] and (row["image"]["bytes"] or pathlib.Path(row["image"]["path"]).read_bytes())
        rows.append([row["name"], row["status"], len(row["annotations"]), image and hashlib.sha256(image).hexdigest()])
    print(json.dumps([type_name, rows]))

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def load(caches, tmp_path):
    """Return a function that loads a release with the script.

    The function returns the type of the dataset, and for each row its name, its status, the number of its annotations
    and the SHA-256 of its image.
    """
    if not datasets.__version__.startswith("3."):
        pytest.skip("datasets 4 and later cannot run loading scripts")

    def run(release: Path, code: str = CODE, **options):
        environment = {
            **os.environ,
            "HF_HOME": str(caches),
            "HF_HUB_OFFLINE": "1",
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        }
        command = [sys.executable, "-c", code, str(SCRIPT), str(release), json.dumps(options)]
        process = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr
        return json.loads(process.stdout.splitlines()[-1])

    return run


@pytest.mark.parametrize(
    ("options", "type_name"),
    [
        ({}, "Dataset"),
        ({"streaming": True}, "IterableDataset"),
        ({"num_proc": 2}, "Dataset"),
        ({"filter_by": ["labeled", "reviewed"], "load_assets": False}, "Dataset"),
    ],
    ids=str,
)
def test_script_loads_the_rows_of_the_demo_release(load, options, type_name):
    loaded_type_name, rows = load(demo_release(), **options)
    options = {key: value for key, value in options.items() if key not in {"streaming", "num_proc"}}
    expected = plain_rows(segments_hf.load_release(demo_release(), split="train", streaming=True, **options))
    assert loaded_type_name == type_name
    assert rows == [
        [
            row["name"],
            row["status"],
            len(row["annotations"]),
            row["image"] and hashlib.sha256(row["image"]).hexdigest(),
        ]
        for row in expected
    ]


@pytest.mark.parametrize("options", [{}, {"streaming": True}, {"num_proc": 2}], ids=str)
def test_script_loads_the_reviewed_rows_of_a_real_release(load, arc_litter, options):
    segments_dir = str(arc_litter / "segments")
    _, rows = load(arc_litter / "arc_litter-v01.json", filter_by=["reviewed"], segments_dir=segments_dir, **options)
    assert len(rows) == 7
    assert sum(annotations for _, _, annotations, _ in rows) == 39
    assert {status for _, status, _, _ in rows} == {"REVIEWED"}


def test_script_loads_the_statuses_of_a_real_release(load, arc_litter):
    _, rows = load(arc_litter / "arc_litter-v01.json", load_assets=False)
    statuses = [status for _, status, _, _ in rows]
    assert {status: statuses.count(status) for status in statuses} == {"REVIEWED": 7, "REJECTED": 1, "UNLABELED": 17}


CLOUD_CODE = """
import hashlib, json, pathlib, sys
import datasets

script, release, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

def main():
    dataset = datasets.load_dataset(script, data_files=release, split="train", trust_remote_code=True, **options)
    rows = []
    for row in dataset:
        cloud = row["point_cloud"]["bytes"] or pathlib.Path(row["point_cloud"]["path"]).read_bytes()
        positions = [item["position"] for item in row["annotations"]]
        rows.append([row["name"], row["frame_index"], positions, hashlib.sha256(cloud).hexdigest()])
    print(json.dumps([type(dataset).__name__, rows]))

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("options", [{}, {"streaming": True}, {"num_proc": 2}, {"embed": True}], ids=str)
def test_script_loads_the_rows_of_point_clouds(load, write_release, tmp_path, options):
    task_type = "pointcloud-cuboid-sequence"
    release = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    _, rows = load(release, code=CLOUD_CODE, **options)
    assert rows == [
        [
            row["name"],
            row["frame_index"],
            [item["position"] for item in row["annotations"]],
            hashlib.sha256(row["point_cloud"]).hexdigest(),
        ]
        for row in plain_rows(segments_hf.load_release(release, split="train", streaming=True))
    ]
