"""Rows, layouts and masks change only with a new row format, so that caches never return rows of an older version."""

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


def test_rows_are_equal_to_the_golden_rows_of_the_current_row_format(tmp_path: Path) -> None:
    golden = json.loads(golden_rows.FILE.read_text("utf-8"))
    step = golden_rows.required_step(golden, golden_rows.digests_of_releases(tmp_path), ROW_FORMAT)
    assert step is None, step


@pytest.mark.parametrize(
    ("changes", "version", "expected"),
    [
        ({}, 3, None),
        ({"vector/rows": "c"}, 3, "ROW_FORMAT in segments_hf/dataset/rows/row_format.py to 4"),
        ({"vector/rows": "c"}, 2, "ROW_FORMAT in segments_hf/dataset/rows/row_format.py to 4"),
        ({"vector/rows": "c"}, 4, "for 4"),
        ({}, 4, "for 4"),
        ({"cuboid/rows": "d"}, 3, "for 3"),
    ],
    ids=[
        "equal rows",
        "other rows, same version",
        "other rows, older version",
        "other rows, new version",
        "equal rows, new version",
        "rows of a new release",
    ],
)
def test_changed_rows_require_a_new_row_format(changes: dict[str, str], version: int, expected: str | None) -> None:
    step = golden_rows.required_step(GOLDEN, {**GOLDEN["digests"], **changes}, version)
    assert (expected or "") in (step or "")
    assert (step is None) == (expected is None)


def test_digests_are_equal_only_for_equal_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = golden_rows.RELEASES["vector"]

    def changed(folder: Path) -> Path:
        path = vector(folder)
        path.write_text(path.read_text("utf-8").replace("[17.5, 18]", "[17.5, 19]"), "utf-8")
        return path

    monkeypatch.setattr(golden_rows, "RELEASES", {"same": vector, "other": vector, "changed": changed})
    digests = golden_rows.digests_of_releases(tmp_path)
    for product in ("rows", "masks/semantic"):
        assert digests[f"same/{product}"] == digests[f"other/{product}"] != digests[f"changed/{product}"]


# A program that sets the row format, and prints the fingerprints and the cache files of rows, layouts and masks.
PROGRAM = """
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
derived = [add_semantic_masks(rows), to_layout(rows, "object-detection")]
print(json.dumps([[part._fingerprint, part.cache_files] for part in [*built, *derived]]))
"""


def test_cached_results_of_another_row_format_are_not_used(tmp_path: Path, caches: Path) -> None:
    def cached_results(version: int) -> Any:
        environment = {**os.environ, "HF_HOME": str(caches), "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-c", PROGRAM, str(version), str(demo_release()), str(tmp_path)]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    load_release(demo_release(), split="train").save_to_disk(str(tmp_path))
    first, again, other = cached_results(ROW_FORMAT), cached_results(ROW_FORMAT), cached_results(ROW_FORMAT + 1)
    assert again == first
    assert all(old[0] != new[0] and old[1] != new[1] for old, new in zip(first, other, strict=True))
