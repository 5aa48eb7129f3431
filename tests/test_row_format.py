"""Rows, layouts and masks do not change without a new version of the row format, by which caches know them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import golden_rows
import pytest

from segments_hf import load_release
from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.demo import demo_release

GOLDEN = {"version": 3, "digests": {"bitmap/rows": "a", "vector/rows": "b"}}


def test_rows_are_those_of_the_row_format(tmp_path: Path) -> None:
    golden = json.loads(golden_rows.FILE.read_text("utf-8"))
    problem = golden_rows.to_do(golden, golden_rows.made(tmp_path), ROW_FORMAT)
    assert problem is None, problem


@pytest.mark.parametrize(
    ("changes", "version", "said"),
    [
        ({}, 3, None),
        ({"vector/rows": "c"}, 3, "raise ROW_FORMAT in segments_hf/dataset/rows/row_format.py to 4"),
        ({"vector/rows": "c"}, 2, "raise ROW_FORMAT in segments_hf/dataset/rows/row_format.py to 4"),
        ({"vector/rows": "c"}, 4, "to write it for 4"),
        ({}, 4, "to write it for 4"),
        ({"cuboid/rows": "d"}, 3, "to write it for 3"),
    ],
)
def test_changed_rows_need_a_new_version(changes: dict[str, str], version: int, said: str | None) -> None:
    problem = golden_rows.to_do(GOLDEN, {**GOLDEN["digests"], **changes}, version)
    assert (said or "") in (problem or "")
    assert (problem is None) == (said is None)


def test_digest_tells_rows_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = golden_rows.RELEASES["vector"]

    def changed(folder: Path) -> Path:
        path = vector(folder)
        path.write_text(path.read_text("utf-8").replace("[17.5, 18]", "[17.5, 19]"), "utf-8")
        return path

    monkeypatch.setattr(golden_rows, "RELEASES", {"same": vector, "other": vector, "changed": changed})
    digests = golden_rows.made(tmp_path)
    for product in ("rows", "masks/semantic"):
        assert digests[f"same/{product}"] == digests[f"other/{product}"] != digests[f"changed/{product}"]


# What a process finds, or makes, in the caches: of the row format that it was given.
CODE = """
import json, sys
from segments_hf.dataset.rows import row_format

row_format.ROW_FORMAT = int(sys.argv[1])

import datasets
from segments_hf import add_semantic_masks, load_release, to_layout

release, saved = sys.argv[2:]
built = [
    load_release(release, split="train"),
    datasets.load_dataset("segments_release", data_files=release, split="train"),
]
rows = datasets.load_from_disk(saved)
made = [add_semantic_masks(rows), to_layout(rows, "object-detection")]
print(json.dumps([[part._fingerprint, part.cache_files] for part in [*built, *made]]))
"""


def test_caches_know_results_by_the_row_format(tmp_path: Path, caches: Path) -> None:
    def made(version: int) -> Any:
        environment = {**os.environ, "HF_HOME": str(caches), "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-c", CODE, str(version), str(demo_release()), str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    load_release(demo_release(), split="train").save_to_disk(str(tmp_path))
    first, again, other = made(ROW_FORMAT), made(ROW_FORMAT), made(ROW_FORMAT + 1)
    assert again == first
    assert all(old[0] != new[0] and old[1] != new[1] for old, new in zip(first, other, strict=True))
