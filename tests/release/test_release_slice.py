"""Slices of a release can be pickled and read without the file."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf import OptionError, Release, ReleaseError
from segments_hf.demo import demo_release


def pickled_copy(value):
    """Pickle and unpickle a value, as if it were sent to another machine."""
    return pickle.loads(pickle.dumps(value))


def release_of(samples, **dataset) -> Release:
    content = {"dataset": {"task_type": "vector", "labelsets": [{"name": "gt"}], "samples": samples, **dataset}}
    return Release(json.dumps(content).encode(), "/data/release.json")


@given(st.integers(1, 12), st.integers(0, 20))
def test_slices_have_all_samples_in_order(n, count):
    release = release_of([{"name": f"{number}.jpg"} for number in range(count)])
    slices = [pickled_copy(samples) for samples in release.slices(n)]
    assert [(sample.index, sample.name) for samples in slices for sample in samples] == [
        (sample.index, sample.name) for sample in release
    ]
    assert all(len(samples) == n for samples in slices[:-1])
    assert all(0 < len(samples) <= n for samples in slices)


def test_slice_is_read_after_the_file_was_removed(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_bytes(Path(demo_release()).read_bytes())
    pickled = pickle.dumps(next(Release.open(file).slices(3)))
    file.unlink()
    samples = pickle.loads(pickled)
    expected = [sample.label("ground-truth") for sample in Release.open(demo_release())][:3]
    assert [sample.label("ground-truth") for sample in samples] == expected


def test_pickled_slice_has_only_its_own_samples() -> None:
    samples = [{"name": f"{number}.jpg", "metadata": {"text": "x" * 1000}} for number in range(100)]
    sizes = [len(pickle.dumps(ten_samples)) for ten_samples in release_of(samples).slices(10)]
    assert max(sizes) < 12_000


def test_errors_of_samples_of_a_slice_have_the_json_path_in_the_release_file() -> None:
    samples = [{"name": "0.jpg"}, {"name": "1.jpg"}, {"name": "2.jpg", "labels": {"gt": {"label_status": 3}}}]
    _, last = map(pickled_copy, release_of(samples).slices(2))
    with pytest.raises(ReleaseError) as caught:
        last[0].label("gt")
    assert "$.dataset.samples[2]" in str(caught.value)


def test_samples_of_a_dict_keep_their_keys() -> None:
    _, last = map(pickled_copy, release_of({"a": {}, "b": {"name": "named.jpg"}, "c": {}}).slices(2))
    assert [sample.name for sample in last] == ["c"]
    assert last[0].json_path.endswith("samples['c']")


def test_slice_has_the_samples_of_its_indices_in_their_order() -> None:
    samples = pickled_copy(release_of([{"name": f"{number}.jpg"} for number in range(9)]).slice([7, 2, 4]))
    assert [(sample.index, sample.name) for sample in samples] == [(7, "7.jpg"), (2, "2.jpg"), (4, "4.jpg")]


def test_slice_has_the_task_type_that_was_guessed_from_samples_of_other_slices() -> None:
    annotations = [{"id": 1, "category_id": 1, "type": "bbox", "points": [[0, 0], [1, 1]]}]
    labeled = {"name": "0.jpg", "labels": {"gt": {"attributes": {"annotations": annotations}}}}
    release = release_of([labeled, {"name": "1.jpg", "labels": {"gt": None}}], task_type=None)
    _, last = map(pickled_copy, release.slices(1))
    assert last.kind("gt") == release.kind("gt")
    assert last.kind("gt").annotation is not None


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "2"])
def test_size_of_a_slice_is_a_positive_whole_number(n) -> None:
    with pytest.raises(OptionError):
        release_of([]).slices(n)


def test_release_without_samples_has_no_slices() -> None:
    assert list(release_of([]).slices(5)) == []


@pytest.mark.parametrize("index", [-1, 3])
def test_index_outside_of_the_release_is_an_error(index) -> None:
    with pytest.raises(IndexError):
        release_of([{"name": f"{number}.jpg"} for number in range(3)]).slice([0, index])
