"""`validate` finds each planted fault, and has no findings for releases without faults."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dataset.making import GROUND_TRUTH, label, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts.mask_making import KINDS, through_parquet

from segments_hf import Release, load_release, validate
from segments_hf.dataset.input_rows import open_rows
from segments_hf.demo import demo_release
from segments_hf.validate import Report
from segments_hf.validate.validator import Validator

from .planting import BITMAPS, CASES, SEQUENCES, TASK_TYPES, VECTORS, PlantedFault, clean, content


def found(report: Report) -> list[tuple[str, str]]:
    """Return the check and the sample of each finding."""
    return [(finding.check, finding.sample) for finding in report.findings]


def found_in_samples(report: Report) -> list[tuple[str, str]]:
    """Return the check and the sample of each finding, without findings about categories that are rarely used."""
    return [(check, sample) for check, sample in found(report) if not sample.startswith("category ")]


@pytest.mark.parametrize("assets", [False, True], ids=["labels", "assets"])
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_clean_release_has_no_findings(tmp_path: Path, write_release, task_type: str, assets: bool) -> None:
    report = validate(write_release(clean(tmp_path, task_type), task_type=task_type), assets=assets)
    assert report.is_clean, str(report)
    assert (report.samples, report.rows) == (3, 9 if task_type in SEQUENCES else 3)
    assert report.counts == report.by_check == {}


@pytest.mark.each_choice(2)
@pytest.mark.parametrize(("planted", "task_type"), CASES, ids=str)
def test_each_planted_fault_is_the_only_finding(
    tmp_path: Path, write_release, planted: PlantedFault, task_type: str
) -> None:
    samples = clean(tmp_path, task_type)
    planted.plant(samples, tmp_path)
    release = write_release(samples, task_type=task_type)
    report = validate(release, assets=True)
    expected = [(planted.check, samples[1].get("name", "samples[1]"))]
    assert found(report) == expected, str(report)
    assert planted.message in report.findings[0].message
    assert report.findings[0].effect
    assert report.counts == {planted.check: 1}
    assert len(report.errors) + len(report.warnings) == 1
    assert found(validate(release)) == ([] if planted.assets else expected)

    loaded = load_release(release, split="train", on_error="keep", streaming=True)
    check = planted.check if planted.loaded == "the same" else planted.loaded
    assert found(validate(loaded, assets=True)) == ([(check, expected[0][1])] if check else [])


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_datasets_and_streams_have_the_findings_of_their_release(
    tmp_path: Path, write_release, task_type: str, kind: str
) -> None:
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
    """Return three samples for each fault that loading does not change. The second of the three has the fault."""
    samples = []
    for number, (planted, task_of_fault) in enumerate(CASES):
        if task_of_fault == task_type and planted.loaded == "the same" and not planted.check.startswith("unreadable"):
            (folder / f"{number}").mkdir()
            samples_of_fault = clean(folder / f"{number}", task_type)
            planted.plant(samples_of_fault, folder / f"{number}")
            text = (
                json.dumps(samples_of_fault)
                .replace('"url": "', f'"url": "{number}/')
                .replace("flower", f"{number} flower")
            )
            samples += json.loads(text)
    return samples


CHECKS_OF_SKIPPED_SAMPLES = (  # the beginnings of their names
    "duplicate",
    "other-size",
    "rotated-image",
    "unknown-category",
    "unreadable",
)


@pytest.mark.each_choice(2)
@pytest.mark.parametrize(
    ("planted", "task_type"), [case for case in CASES if case[0].check != "unknown-status"], ids=str
)
def test_skipped_sample_is_checked_for_duplicates_loading_errors_and_rotation_only(
    tmp_path: Path, write_release, planted: PlantedFault, task_type: str
) -> None:
    samples = clean(tmp_path, task_type)
    samples[1]["labels"][GROUND_TRUTH]["label_status"] = "SKIPPED"
    planted.plant(samples, tmp_path)
    report = validate(write_release(samples, task_type=task_type), assets=planted.assets)
    # Bitmaps of skipped samples are not decoded, so a bitmap whose pixels cannot be read is not found.
    is_found = planted.check.startswith(CHECKS_OF_SKIPPED_SAMPLES) and planted.message != "cannot be read"
    assert list(report.counts) == ([planted.check] if is_found else [])


@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED", "UNLABELED"])
def test_labels_of_skipped_rejected_and_unlabeled_samples_are_not_checked(write_release, status: str) -> None:
    broken = label(annotations=[{"id": 0, "category_id": 1}] * 2)
    assert validate(write_release([sample("a", label={**broken, "label_status": status})])).is_clean
    assert len(found_in_samples(validate(write_release([sample("a", label=broken)])))) == 2


def test_unreadable_image_of_an_unlabeled_sample_is_found(tmp_path: Path, write_release) -> None:
    (tmp_path / "a.jpg").write_bytes(b"<html>")
    release = write_release([sample("a", "a.jpg"), sample("b", "b.jpg")])
    assert validate(release).is_clean
    assert [finding.check for finding in validate(release, assets=True).findings] == ["unreadable-image"] * 2


IDS = st.lists(st.integers(1, 2**24 - 1), unique=True, min_size=1, max_size=6)
IMPOSSIBLE_IDS = st.integers(-(2**63), 2**63 - 1).filter(lambda number: not 0 < number < 2**24)


@given(st.lists(IDS, min_size=2, max_size=5), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_fault_in_any_sample_is_found(write_release, ids: list[list[int]], data: st.DataObject) -> None:
    category = st.sampled_from([1, 2])
    samples = [
        sample(
            str(number),
            label=label(annotations=[{"id": id_, "category_id": data.draw(category)} for id_ in ids_of_sample]),
        )
        for number, ids_of_sample in enumerate(ids)
    ]
    assert not found_in_samples(validate(write_release(samples)))
    position = data.draw(st.integers(1, len(samples) - 1))
    earlier = data.draw(st.integers(0, position - 1))
    chosen = samples[position]
    annotations = content(samples, position)["annotations"]
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
            chosen[key] = samples[earlier][key]
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
            item["id"] = data.draw(IMPOSSIBLE_IDS)
    assert found_in_samples(validate(write_release(samples))) == [(check, chosen["name"])]


COORDINATES = st.floats(-(2**31), 2**31, exclude_min=True, exclude_max=True)


def covered_pixels(sides: set[float]) -> int:
    """Count the pixel centers between two opposite sides of a box, in an image of the largest size."""
    start, end = (min(max(math.ceil(side - 0.5), 0), 2**16) for side in (min(sides), max(sides)))
    return end - start


@given(
    st.lists(st.tuples(COORDINATES, COORDINATES), max_size=5), st.sampled_from(["bbox", "polygon", "polyline", "point"])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shapes_with_too_few_points_or_no_area_are_found(
    write_release, points: list[tuple[float, float]], kind: str
) -> None:
    item = {"id": 1, "category_id": 1, "type": kind, "points": points}
    report = validate(write_release([sample("a", label=label(annotations=[item]))], task_type=VECTORS))
    min_points = {"point": 1, "polyline": 2, "bbox": 2, "polygon": 3}[kind]
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    checks = [check for check, _ in found_in_samples(report)]
    if len(points) < min_points:
        assert checks == ["too-few-points"]
    elif (kind == "bbox" and not (covered_pixels(xs) and covered_pixels(ys))) or (
        kind == "polygon" and (len(xs) == 1 or len(ys) == 1)
    ):
        assert checks == ["no-area"]
    elif kind != "polygon":
        assert checks == []


def test_all_tracks_of_a_sequence_that_change_their_category_are_one_finding(tmp_path: Path, write_release) -> None:
    for task_type in SEQUENCES:
        samples = clean(tmp_path, task_type)
        for item in content(samples, 2, 0)["annotations"]:
            item["category_id"] = 3 - item["category_id"]
        report = validate(write_release(samples, task_type=task_type))
        assert found(report) == [("track-changes-category", "flower_2.jpg")]
        assert report.findings[0].frame == 1
        tracks = report.findings[0].message.split(", ")
        assert len(tracks) == len(content(samples, 2, 0)["annotations"])
        assert all(text in tracks[0] for text in ("track 1 ", "category 1 ", "category 2 in frame 0"))


def test_demo_release_has_no_findings_except_for_its_rotated_image() -> None:
    report = validate(Release.open(demo_release()), assets=True)
    assert found(report) == [("rotated-image", "meadow_04.jpg")], str(report)
    assert all(fact in str(report) for fact in ("flowers-v1.0.json", "8 samples", "73.7%", "8 RGB"))


def test_arc_litter_has_no_findings(arc_litter: Path) -> None:
    release = arc_litter / "arc_litter-v01.json"
    assert validate(release).is_clean
    labeled = validate(release, assets=True, segments_dir=arc_litter / "segments", filter_by="reviewed")
    assert labeled.is_clean, str(labeled)
    assert labeled.samples == 7


def test_report_converts_to_json_and_back(tmp_path: Path, write_release) -> None:
    report = validate(write_release(_faulty(tmp_path, VECTORS), task_type=VECTORS), assets=True)
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=Report) == report
    decoded = json.loads(text)
    assert decoded["counts"] == {check: len(findings) for check, findings in report.by_check.items()}
    assert sum(decoded["counts"].values()) == len(decoded["findings"]) == len(report.errors) + len(report.warnings)
    severities = [findings[0].severity for findings in report.by_check.values()]
    assert severities == sorted(severities)


def test_validator_called_row_by_row_has_the_findings_of_validate(tmp_path: Path, write_release) -> None:
    """The preview uses a `Validator` to check each row before the preview shows the row."""
    release = write_release(_faulty(tmp_path, BITMAPS))
    source = open_rows(release, assets=True)
    validator = Validator(assets=True, categories=source.categories)
    findings = [finding for outcome in source.outcomes() for finding in validator.check(outcome)]
    findings += validator.compare_all()
    assert findings == validate(release, assets=True).findings
