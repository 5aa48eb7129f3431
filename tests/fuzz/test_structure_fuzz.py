"""Release files with random changes are read or raise one of our errors."""

from __future__ import annotations

import json

import pytest

from .structure import check, document, mutated


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_changed_release_files_are_read_or_raise_our_errors(first, tmp_path):
    for number in range(first, first + 20):
        check(mutated(number), tmp_path)


@pytest.mark.parametrize("task_type", ["segmentation-bitmap", "vector", "image-vector-sequence", "pointcloud-cuboid"])
def test_unchanged_release_files_are_read(task_type, tmp_path):
    assert check(json.dumps(document(task_type)).encode(), tmp_path) == "read"


def test_random_changes_depend_only_on_the_seed():
    assert [mutated(number) for number in range(9)] == [mutated(number) for number in range(9)]
