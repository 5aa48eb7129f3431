"""A page with a limit has samples at even distances, or the first rows of streams. Other images are not fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import jpeg, label, sample

import segments_hf
from preview.reading import page_of
from segments_hf.demo import demo_release
from segments_hf.release import Release

DEMO_NAMES = [f"meadow_0{number}.jpg" for number in range(1, 9)]


def names(page: Any) -> list[str]:
    return [entry["name"] for entry in page.entries]


def demo_dataset() -> datasets.Dataset:
    return segments_hf.load_release(demo_release(), split="train")


def demo_splits() -> datasets.DatasetDict:
    return datasets.DatasetDict(train=demo_dataset().select(range(6)), test=demo_dataset().select(range(6, 8)))


def demo_streams() -> datasets.IterableDatasetDict:
    return datasets.IterableDatasetDict({name: rows.to_iterable_dataset() for name, rows in demo_splits().items()})


@pytest.mark.parametrize(
    ("data", "limit", "expected", "total"),
    [
        (demo_release, 4, [0, 2, 4, 6], 8),
        (lambda: Release.open(demo_release()), 3, [0, 2, 5], 8),
        (demo_dataset, 3, [0, 2, 5], 8),
        (demo_splits, 4, [0, 2, 4, 6], 8),
        (lambda: {"a": demo_release(), "b": demo_release()}, 2, [0, 0], 16),
        (lambda: demo_dataset().to_iterable_dataset(), 3, [0, 1, 2], None),
        (demo_streams, 4, [0, 1, 6, 7], None),
        (demo_streams, 7, [0, 1, 2, 3, 6, 7], None),
        (demo_release, 20, list(range(8)), 8),
        (demo_release, None, list(range(8)), 8),
    ],
    ids=[
        "path",
        "release",
        "dataset",
        "splits",
        "releases",
        "stream",
        "streams",
        "short stream",
        "large limit",
        "no limit",
    ],
)
def test_limit_chooses_samples_at_even_distances_and_the_first_rows_of_streams(
    data: Any, limit: int | None, expected: list[int], total: int | None, tmp_path: Path
) -> None:
    page = page_of(data(), tmp_path, limit=limit)
    assert names(page) == [DEMO_NAMES[index] for index in expected]
    assert (page.head["limit"], page.head["total"]) == (limit, total)


def test_only_the_images_of_chosen_samples_are_downloaded(tmp_path: Path, write_release: Any, server: Any) -> None:
    samples = [sample(f"{number}", server.url(f"/{number}.jpg", jpeg())) for number in range(9)]
    page = page_of(write_release(samples), tmp_path, limit=3)
    assert names(page) == ["0", "3", "6"]
    assert set(server.requests) == {"/0.jpg", "/3.jpg", "/6.jpg"}


def test_limit_counts_the_sequences_of_a_release_and_the_frames_of_a_dataset(
    tmp_path: Path, write_release: Any
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    frames = [{"image": {"url": "a.jpg"}, "name": f"{number}"} for number in range(3)]
    samples = [{"name": name, "attributes": {"frames": frames}, "labels": {}} for name in "abcd"]
    release = write_release(samples, task_type="image-segmentation-sequence")
    page = page_of(release, tmp_path, limit=2)
    assert [(entry["name"], entry["frame"]) for entry in page.entries] == [
        ("a", 0), ("a", 1), ("a", 2), ("c", 0), ("c", 1), ("c", 2)]  # fmt: skip
    assert (page.head["total"], page.head["counts_frames"]) == (4, False)
    page = page_of(segments_hf.load_release(release, split="train"), tmp_path, limit=4)
    assert [(entry["name"], entry["frame"]) for entry in page.entries] == [("a", 0), ("b", 0), ("c", 0), ("d", 0)]
    assert (page.head["total"], page.head["counts_frames"]) == (12, True)


def test_findings_contain_no_row_numbers_if_not_all_samples_are_on_the_page(tmp_path: Path, write_release: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    release = write_release([sample("same", "a.jpg", label(annotations=[]), uuid=None) for _ in range(4)])
    messages = {
        limit: page_of(release, tmp_path, limit=limit).entries[1]["findings"][0]["message"] for limit in (2, None)
    }
    assert messages[None].startswith("row 0")
    assert not any(character.isdigit() for character in messages[2])


def test_entries_contain_the_split_of_the_sample(tmp_path: Path) -> None:
    page = page_of(demo_splits(), tmp_path)
    assert [entry["split"] for entry in page.entries] == ["train"] * 6 + ["test"] * 2
    page = page_of({"a": demo_release(), "b": demo_release()}, tmp_path)
    assert [entry["split"] for entry in page.entries] == ["a"] * 8 + ["b"] * 8
    page = page_of(demo_release(), tmp_path, splits="metadata:garden")
    assert all(["garden", entry["split"]] in entry["metadata"] for entry in page.entries)
