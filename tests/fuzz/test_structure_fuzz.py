"""Release files with random changes are read or raise only errors of segments_hf; see `fuzz.structure`."""

from __future__ import annotations

import json

import pytest

from .structure import check, document, mutated


@pytest.mark.parametrize("first_seed", range(0, 60, 20))
def test_changed_release_files_raise_only_errors_of_segments_hf(first_seed, tmp_path):
    for seed in range(first_seed, first_seed + 20):
        check(mutated(seed), tmp_path)


@pytest.mark.parametrize("task_type", ["segmentation-bitmap", "vector", "image-vector-sequence", "pointcloud-cuboid"])
def test_unchanged_release_files_are_read(task_type, tmp_path):
    assert check(json.dumps(document(task_type)).encode(), tmp_path) == "read"


def test_random_changes_depend_only_on_the_seed():
    assert [mutated(seed) for seed in range(9)] == [mutated(seed) for seed in range(9)]
