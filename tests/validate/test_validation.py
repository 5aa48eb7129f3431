"""A validation finds each fault that is planted, and nothing where there is none."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import datasets
import msgspec
import pytest
from dataset.making import GROUND_TRUTH, label, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts.mask_making import KINDS, bitmap_sample, through_parquet

from segments_hf import Release, load_release, validate
from segments_hf.dataset.input_rows import open_rows
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, ReleaseError, SegmentsHFError
from segments_hf.validate import Report
from segments_hf.validate.validator import Validator

from .planting import BITMAPS, CASES, SEQUENCES, TASK_TYPES, VECTORS, Planted, clean, content


def found(report: Report) -> list[tuple[str, str]]:
    """The check and the sample of each finding."""
    return [(finding.check, finding.sample) for finding in report.findings]


@pytest.mark.parametrize("assets", [False, True])
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_nothing_is_found_in_a_clean_release(tmp_path: Path, write_release, task_type: str, assets: bool) -> None:
    report = validate(write_release(clean(tmp_path, task_type), task_type=task_type), assets=assets)
    assert report.is_clean, str(report)
    assert (report.samples, report.rows) == (3, 9 if task_type in SEQUENCES else 3)
    assert report.counts == report.by_check == {}


@pytest.mark.parametrize(("planted", "task_type"), CASES, ids=str)
def test_each_fault_is_found_alone(tmp_path: Path, write_release, planted: Planted, task_type: str) -> None:
    samples = clean(tmp_path, task_type)
    planted.plant(samples, tmp_path)
    release = write_release(samples, task_type=task_type)
    report = validate(release, assets=True)
    expected = [(planted.check, samples[1].get("name", "samples[1]"))]
    assert found(report) == expected, str(report)
    assert planted.what in report.findings[0].what
    assert report.findings[0].why
    assert report.counts == {planted.check: 1}
    assert len(report.errors) + len(report.warnings) == 1
    assert found(validate(release)) == ([] if planted.assets else expected)

    loaded = load_release(release, split="train", on_error="keep", streaming=True)
    check = planted.check if planted.loaded == "the same" else planted.loaded
    assert found(validate(loaded, assets=True)) == ([(check, expected[0][1])] if check else [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_datasets_and_streams_give_the_same(tmp_path: Path, write_release, task_type: str, kind: str) -> None:
    release = write_release(_faulty(tmp_path, task_type), task_type=task_type)
    expected = validate(release, assets=True)
    assert len(expected.counts) > 5
    for dataset in (
        load_release(release, on_error="keep", **KINDS[kind]),
        through_parquet(load_release(release, on_error="keep", split="train"), tmp_path, streaming="stream" in kind),
    ):
        report = validate(dataset, assets=True)
        assert report.findings == expected.findings
        assert (report.samples, report.rows) == (expected.samples, expected.rows)
        assert report.unlabeled_share == expected.unlabeled_share


def _faulty(folder: Path, task_type: str) -> list[dict[str, Any]]:
    """Clean samples, and one with each fault that gets into a dataset as it is."""
    samples = []
    for number, (planted, of_task) in enumerate(CASES):
        if of_task == task_type and planted.loaded == "the same" and not planted.check.startswith("unreadable"):
            (folder / f"{number}").mkdir()
            three = clean(folder / f"{number}", task_type)
            planted.plant(three, folder / f"{number}")
            text = json.dumps(three).replace('"url": "', f'"url": "{number}/').replace("flower", f"{number} flower")
            samples += json.loads(text)
    return samples


OF_ANY_ROW = ("duplicate", "other-size", "unknown-category", "unreadable")


@pytest.mark.parametrize(
    ("planted", "task_type"), [case for case in CASES if case[0].check != "unknown-status"], ids=str
)
def test_of_a_skipped_sample_only_what_keeps_it_from_being_loaded_is_told(
    tmp_path: Path, write_release, planted: Planted, task_type: str
) -> None:
    samples = clean(tmp_path, task_type)
    samples[1]["labels"][GROUND_TRUTH]["label_status"] = "SKIPPED"
    planted.plant(samples, tmp_path)
    report = validate(write_release(samples, task_type=task_type), assets=planted.assets)
    is_told = planted.check.startswith(OF_ANY_ROW) and planted.what != "cannot be read"
    assert list(report.counts) == ([planted.check] if is_told else [])


@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED", "UNLABELED"])
def test_the_status_decides(write_release, status: str) -> None:
    broken = label(annotations=[{"id": 0, "category_id": 1}] * 2)
    assert validate(write_release([sample("a", label={**broken, "label_status": status})])).is_clean
    assert len(validate(write_release([sample("a", label=broken)])).counts) == 2


def test_a_broken_picture_of_a_null_label_is_found(tmp_path: Path, write_release) -> None:
    (tmp_path / "a.jpg").write_bytes(b"<html>")
    release = write_release([sample("a", "a.jpg"), sample("b", "b.jpg")])
    assert validate(release).is_clean
    assert [finding.check for finding in validate(release, assets=True).findings] == ["unreadable-image"] * 2


IDS = st.lists(st.integers(1, 2**24 - 1), unique=True, min_size=1, max_size=6)
ODD_IDS = st.integers(-(2**63), 2**63 - 1).filter(lambda number: not 0 < number < 2**24)


@given(st.lists(IDS, min_size=2, max_size=5), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_a_fault_planted_anywhere_is_found(write_release, ids: list[list[int]], data: st.DataObject) -> None:
    category = st.sampled_from([1, 2])
    samples = [
        sample(
            str(number), label=label(annotations=[{"id": id_, "category_id": data.draw(category)} for id_ in listed])
        )
        for number, listed in enumerate(ids)
    ]
    assert validate(write_release(samples)).is_clean
    place = data.draw(st.integers(1, len(samples) - 1))
    other = data.draw(st.integers(0, place - 1))
    chosen = samples[place]
    annotations = content(samples, place)["annotations"]
    item = data.draw(st.sampled_from(annotations))
    check = data.draw(
        st.sampled_from(
            ["duplicate-name", "duplicate-uuid", "unknown-status", "unknown-category", "repeated-annotation-id",
             "impossible-annotation-id"]
        )
    )  # fmt: skip
    match check:
        case "duplicate-name" | "duplicate-uuid":
            key = check.removeprefix("duplicate-")
            chosen[key] = samples[other][key]
        case "unknown-status":
            chosen["labels"][GROUND_TRUTH]["label_status"] = data.draw(
                st.text().filter(lambda text: not text.isupper())
            )
        case "unknown-category":
            item["category_id"] = data.draw(
                st.integers(-(2**63), 2**63 - 1).filter(lambda number: number not in {1, 2})
            )
        case "repeated-annotation-id":
            annotations.insert(
                data.draw(st.integers(0, len(annotations))), {**item, "category_id": data.draw(category)}
            )
        case _:
            item["id"] = data.draw(ODD_IDS)
    assert found(validate(write_release(samples))) == [(check, chosen["name"])]


COORDINATES = st.floats(-(2**31), 2**31, exclude_min=True, exclude_max=True)


def covered_pixels(sides: set[float]) -> int:
    """How many centers of pixels are between the sides of a box, in an image as large as images can be."""
    first, end = (min(max(math.ceil(side - 0.5), 0), 2**16) for side in (min(sides), max(sides)))
    return end - first


@given(
    st.lists(st.tuples(COORDINATES, COORDINATES), max_size=5), st.sampled_from(["bbox", "polygon", "polyline", "point"])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shapes_without_an_extent_are_found(write_release, points: list[tuple[float, float]], kind: str) -> None:
    item = {"id": 1, "category_id": 1, "type": kind, "points": points}
    report = validate(write_release([sample("a", label=label(annotations=[item]))], task_type=VECTORS))
    least = {"point": 1, "polyline": 2, "bbox": 2, "polygon": 3}[kind]
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    if len(points) < least:
        assert list(report.counts) == ["too-few-points"]
    elif (kind == "bbox" and not (covered_pixels(xs) and covered_pixels(ys))) or (
        kind == "polygon" and (len(xs) == 1 or len(ys) == 1)
    ):
        assert list(report.counts) == ["no-area"]
    elif kind != "polygon":
        assert report.is_clean


def test_frames_of_a_sequence_are_no_duplicates_but_the_sequence_again_is_one(tmp_path: Path, write_release) -> None:
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


def test_a_track_is_told_once_and_each_sequence_has_its_own(tmp_path: Path, write_release) -> None:
    for task_type in SEQUENCES:
        samples = clean(tmp_path, task_type)
        for item in content(samples, 2, 0)["annotations"]:
            item["category_id"] = 3 - item["category_id"]
        report = validate(write_release(samples, task_type=task_type))
        assert found(report) == [("track-changes-category", "flower_2.jpg")]
        assert report.findings[0].frame == 1
        tracks = report.findings[0].what.split(", ")
        assert len(tracks) == len(content(samples, 2, 0)["annotations"])
        assert all(text in tracks[0] for text in ("track 1 ", "category 1 ", "category 2 in frame 0"))


@pytest.mark.parametrize("kind", ["dataset", "stream"])
def test_a_sample_in_two_splits(tmp_path: Path, write_release, kind: str) -> None:
    rows = load_release(write_release(clean(tmp_path, BITMAPS)), split="train", streaming=kind == "stream")
    parts = {"train": rows, "test": rows.skip(1)}
    of_kind = datasets.IterableDatasetDict if kind == "stream" else datasets.DatasetDict
    report = validate(of_kind(parts))
    assert found(report) == [("in-two-splits", "flower_1.jpg"), ("in-two-splits", "flower_2.jpg")]
    assert "split 'train'" in report.findings[0].what
    assert "'flower_1.jpg'" in report.findings[0].what
    assert validate(of_kind({"train": rows.take(1), "test": rows.skip(1)})).is_clean


def test_frames_of_a_sequence_in_two_splits(tmp_path: Path, write_release) -> None:
    rows = load_release(write_release(clean(tmp_path, SEQUENCES[0], 2), task_type=SEQUENCES[0]), split="train")
    report = validate(rows.train_test_split(0.5, seed=1))
    assert sorted(found(report)) == [("in-two-splits", "flower_0.jpg"), ("in-two-splits", "flower_1.jpg")]


def test_a_sample_in_two_releases(tmp_path: Path, write_release) -> None:
    samples = clean(tmp_path, BITMAPS)
    train = write_release(samples)

    def other(*changed: dict[str, Any]) -> Path:
        return write_release(list(changed), path=tmp_path / "other.json")

    report = validate({"train": train, "test": other(samples[1])})
    assert found(report) == [("in-two-splits", "flower_1.jpg")]
    assert report.samples == 4
    # Data sets number their pictures alike: a name alone is no sign, unless there is nothing else.
    assert validate({"train": train, "test": other({**samples[1], "uuid": "other"})}).is_clean
    nameless = [{key: value for key, value in item.items() if key != "uuid"} for item in samples]
    report = validate({"train": write_release(nameless), "test": other(nameless[1])})
    assert found(report) == [("in-two-splits", "flower_1.jpg")]


def test_rows_that_cannot_be_read_are_numbered_too(write_release) -> None:
    report = validate(write_release([{}, sample("a", uuid=None), sample("a", uuid=None)]))
    [finding] = report.findings[1:]
    assert finding.check == "duplicate-name"
    assert "row 1 " in finding.what


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
def test_one_name(write_release, uuids: tuple[str | None, ...], checks: list[str]) -> None:
    report = validate(write_release([sample("a", uuid=uuid) for uuid in uuids]))
    assert [finding.check for finding in report.findings] == checks


def test_splits_of_a_release_have_nothing_in_common() -> None:
    assert validate(demo_release(), splits={"train": 0.5, "test": 0.5}).is_clean
    assert validate(load_release(demo_release(), splits="metadata:split")).is_clean


def test_the_demo_release_is_clean() -> None:
    report = validate(Release.open(demo_release()), assets=True)
    assert report.is_clean, str(report)
    assert all(fact in str(report) for fact in ("flowers-v1.0.json", "8 samples", "73.7%", "8 RGB"))


def test_the_real_release(arc_litter: Path) -> None:
    release = arc_litter / "arc_litter-v01.json"
    assert validate(release).is_clean
    labeled = validate(release, assets=True, segments_dir=arc_litter / "segments", filter_by="reviewed")
    assert labeled.is_clean, str(labeled)
    assert labeled.samples == 7


def test_unlabeled_share(tmp_path: Path, write_release) -> None:
    samples = [
        bitmap_sample(tmp_path, "a", [[0, 1, 1, 1]], [{"id": 1, "category_id": 1}]),
        bitmap_sample(tmp_path, "b", [[0, 0], [0, 0], [0, 0]]),
        bitmap_sample(tmp_path, "c", [[0, 0]], status="SKIPPED"),
        sample("d", "a.jpg"),
    ]
    report = validate(write_release(samples), assets=True)
    assert report.is_clean
    assert report.unlabeled_share == 7 / 10
    assert validate(write_release(samples)).unlabeled_share is None


def test_point_clouds(write_release) -> None:
    samples = [sample("a", label={"label_status": "LABELED", "attributes": {}}), sample("a"), sample("b")]
    for assets in (False, True):
        report = validate(write_release(samples, task_type="pointcloud-cuboid"), assets=assets)
        assert found(report) == [("duplicate-sample", "a")]
        assert report.task_type == "pointcloud-cuboid"


def test_a_limit(tmp_path: Path, write_release) -> None:
    for task_type in TASK_TYPES:
        release = write_release([*clean(tmp_path, task_type), {}], task_type=task_type)
        report = validate(release, limit=3)
        assert (report.samples, report.is_clean) == (3, True)
        assert validate(release, limit=4).counts == validate(release, limit=9).counts == {"unreadable-sample": 1}
    rows = load_release(demo_release(), split="train", streaming=True)
    assert validate(rows, limit=3).rows == 3


def test_progress_and_its_silence(capsys: pytest.CaptureFixture[str]) -> None:
    validate(demo_release())
    assert "Validating" in capsys.readouterr().err
    datasets.disable_progress_bars()
    try:
        validate(demo_release(), assets=True)
    finally:
        datasets.enable_progress_bars()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("given_", "options", "error"),
    [
        (demo_release(), {"limit": 0}, OptionError),
        (demo_release(), {"labelset": "other"}, OptionError),
        ("missing.json", {}, ReleaseError),
        (3, {}, SegmentsHFError),
        (datasets.Dataset.from_dict({"text": ["a"]}), {}, SegmentsHFError),
    ],
)
def test_what_cannot_be_validated(given_: Any, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        validate(given_, **options)


def test_a_report_is_json(tmp_path: Path, write_release) -> None:
    report = validate(write_release(_faulty(tmp_path, VECTORS), task_type=VECTORS), assets=True)
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=Report) == report
    told = json.loads(text)
    assert told["counts"] == {check: len(findings) for check, findings in report.by_check.items()}
    assert sum(told["counts"].values()) == len(told["findings"]) == len(report.errors) + len(report.warnings)
    severities = [findings[0].severity for findings in report.by_check.values()]
    assert severities == sorted(severities)


def test_a_report_is_readable_and_does_not_obey_names(write_release) -> None:
    name = "a\x1b[31m[bold]\nb\u202e"
    samples = [sample(name, label=label("\x1b]0;title\x07"), uuid=None)] * 6
    text = str(validate(write_release(samples)))
    assert all(fact in text for fact in ("release.json", "6 samples", "5 errors, 6 warnings"))
    assert r"a\x1b[31m[bold]\nb\u202e: row 0 " in text
    assert "… 1 more" in text
    assert all(char.isprintable() for char in text.replace("\n", ""))


def test_a_validator_looks_at_one_row_after_the_other(tmp_path: Path, write_release) -> None:
    """As the preview does it."""
    release = write_release(_faulty(tmp_path, BITMAPS))
    source = open_rows(release, assets=True)
    validator = Validator(assets=True)
    findings = [finding for outcome in source.outcomes() for finding in validator.check(outcome)]
    assert findings == validate(release, assets=True).findings
