"""`validate` finds samples that occur twice in a release, in two splits or in two releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import sample

from segments_hf import load_release, validate
from segments_hf.demo import demo_release
from segments_hf.validate import Report

from .planting import BITMAPS, SEQUENCES, clean


def found(report: Report) -> list[tuple[str, str]]:
    """Return the check and the sample of each finding."""
    return [(finding.check, finding.sample) for finding in report.findings]


def test_repeated_sequence_is_one_finding_and_not_one_for_each_frame(tmp_path: Path, write_release) -> None:
    for task_type in SEQUENCES:
        samples = clean(tmp_path, task_type)
        again = write_release([*samples, samples[2], samples[0], samples[0]], task_type=task_type)
        report = validate(again)
        assert found(report) == [("duplicate-sample", f"flower_{number}.jpg") for number in (2, 0, 0)]
        assert [finding.frame for finding in report.findings] == [None] * 3
        assert (report.samples, report.rows) == (6, 18)
        shuffled = load_release(again, split="train", load_assets=False).shuffle(seed=3)
        assert sorted(found(validate(shuffled))) == sorted(found(report))
        assert validate(shuffled).samples == 6
        later = shuffled.filter(lambda row: row["frame_index"] > 0)
        assert (validate(later).samples, validate(later).rows) == (6, 12)


@pytest.mark.parametrize("kind", ["dataset", "stream"])
def test_sample_in_two_splits_is_found(tmp_path: Path, write_release, kind: str) -> None:
    rows = load_release(write_release(clean(tmp_path, BITMAPS)), split="train", streaming=kind == "stream")
    parts = {"train": rows, "test": rows.skip(1)}
    dict_type = datasets.IterableDatasetDict if kind == "stream" else datasets.DatasetDict
    report = validate(dict_type(parts))
    assert found(report) == [("in-two-splits", "flower_1.jpg"), ("in-two-splits", "flower_2.jpg")]
    assert "split 'train'" in report.findings[0].message
    assert "'flower_1.jpg'" in report.findings[0].message
    assert validate(dict_type({"train": rows.take(1), "test": rows.skip(1)})).is_clean


def test_sequence_with_frames_in_two_splits_is_found(tmp_path: Path, write_release) -> None:
    rows = load_release(write_release(clean(tmp_path, SEQUENCES[0], 2), task_type=SEQUENCES[0]), split="train")
    report = validate(rows.train_test_split(0.5, seed=1))
    assert sorted(found(report)) == [("in-two-splits", "flower_0.jpg"), ("in-two-splits", "flower_1.jpg")]


def test_sample_in_two_releases_is_found_by_its_uuid_or_else_its_name(tmp_path: Path, write_release) -> None:
    samples = clean(tmp_path, BITMAPS)
    train = write_release(samples)

    def other_release(*other_samples: dict[str, Any]) -> Path:
        return write_release(list(other_samples), path=tmp_path / "other.json")

    report = validate({"train": train, "test": other_release(samples[1])})
    assert found(report) == [("in-two-splits", "flower_1.jpg")]
    assert report.samples == 4
    # Data sets often use the same names, so names are compared across releases only for samples without a uuid.
    assert validate({"train": train, "test": other_release({**samples[1], "uuid": "other"})}).is_clean
    without_uuid = [{key: value for key, value in item.items() if key != "uuid"} for item in samples]
    report = validate({"train": write_release(without_uuid), "test": other_release(without_uuid[1])})
    assert found(report) == [("in-two-splits", "flower_1.jpg")]


def test_row_numbers_count_unreadable_samples(write_release) -> None:
    report = validate(write_release([{}, sample("a", uuid=None), sample("a", uuid=None)]))
    [finding] = report.findings[1:]
    assert finding.check == "duplicate-name"
    assert "row 1 " in finding.message


@pytest.mark.parametrize(
    ("uuids", "checks"),
    [
        ((None, None), ["duplicate-name"]),
        (("1", None), ["duplicate-name"]),
        ((None, "1"), ["duplicate-name"]),
        (("1", "2"), ["duplicate-name"]),
        (("1", "1"), ["duplicate-sample"]),
        (("1", "2", "2"), ["duplicate-name", "duplicate-name", "duplicate-uuid"]),
    ],
)
def test_samples_with_equal_names_or_uuids_are_found(
    write_release, uuids: tuple[str | None, ...], checks: list[str]
) -> None:
    report = validate(write_release([sample("a", uuid=uuid) for uuid in uuids]))
    assert [finding.check for finding in report.findings] == checks


def test_splits_of_a_release_share_no_sample() -> None:
    assert validate(demo_release(), splits={"train": 0.5, "test": 0.5}).is_clean
    assert validate(load_release(demo_release(), splits="metadata:split")).is_clean


def test_duplicates_of_texts_are_found(write_release) -> None:
    samples = [sample("a", label={"label_status": "LABELED", "attributes": {}}), sample("a"), sample("b")]
    for assets in (False, True):
        report = validate(write_release(samples, task_type="text-named-entities"), assets=assets)
        assert found(report) == [("duplicate-sample", "a")]
        assert report.task_type == "text-named-entities"
