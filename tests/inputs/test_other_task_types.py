"""Functions for images refuse other task types; `validate` and `stats` count what they do not check or measure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_releases import SEQUENCE_TASKS, SINGLE_CLOUD_TASKS, cloud_samples, write_files
from json_label_releases import TASKS, write_json_release

import segments_hf
from segments_hf.errors import OptionError
from segments_hf.release import Release
from segments_hf.stats.inspection import inspect_release

for_each_task_type = pytest.mark.parametrize("task_type", TASKS)

IMAGE_FUNCTIONS: dict[str, Callable[[Any, Path], Any]] = {
    "export": lambda data, out: segments_hf.export_dataset(data, "coco", out),
    "export with links": lambda data, out: segments_hf.export_dataset(data, "yolo", out, images="link"),
    "contact_sheet": lambda data, _: segments_hf.contact_sheet(data),
    "plot": lambda data, _: segments_hf.plot(data),
    "to_layout": lambda data, _: segments_hf.to_layout(data, "object-detection"),
    "add_semantic_masks": lambda data, _: segments_hf.add_semantic_masks(data),
}


@for_each_task_type
@pytest.mark.parametrize("function", IMAGE_FUNCTIONS)
def test_error_of_functions_for_images_names_the_task_type_and_the_task_types_of_images(
    tmp_path: Path, task_type: str, function: str
) -> None:
    path = write_json_release(tmp_path, task_type)
    for data in (path, *(segments_hf.load_release(path, split="train", streaming=stream) for stream in (False, True))):
        with pytest.raises(OptionError, match=rf"{task_type}.*\bsegmentation-bitmap\b.*\bvector\b"):
            IMAGE_FUNCTIONS[function](data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("task_type", [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS])
@pytest.mark.parametrize("function", ["export", "export with links"])
def test_formats_of_images_refuse_point_clouds(
    tmp_path: Path, write_release: Callable[..., Path], task_type: str, function: str
) -> None:
    path = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    for data in (path, *(segments_hf.load_release(path, split="train", streaming=stream) for stream in (False, True))):
        with pytest.raises(OptionError, match="cannot represent point clouds"):
            IMAGE_FUNCTIONS[function](data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("task_type", [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS])
@pytest.mark.parametrize("function", ["to_layout", "add_semantic_masks"])
def test_functions_for_images_refuse_point_clouds(
    tmp_path: Path, write_release: Callable[..., Path], task_type: str, function: str
) -> None:
    path = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    for data in (path, *(segments_hf.load_release(path, split="train", streaming=stream) for stream in (False, True))):
        with pytest.raises(OptionError, match=rf"{task_type} .*\bsegmentation-bitmap\b.*\bvector\b"):
            IMAGE_FUNCTIONS[function](data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("function", IMAGE_FUNCTIONS)
def test_functions_for_images_refuse_rows_with_json_labels_of_an_unknown_task_type(
    tmp_path: Path, function: str
) -> None:
    rows = segments_hf.load_release(write_json_release(tmp_path, "radar-echo"), split="train").to_iterable_dataset()
    assert not rows.info.description  # `to_iterable_dataset` drops the description, which names the task type
    with pytest.raises(OptionError, match="task type"):
        IMAGE_FUNCTIONS[function](rows, tmp_path / "out")


@pytest.mark.parametrize("function", ["validate", "stats", "preview"])
def test_error_of_functions_that_need_categories_asks_for_the_release(tmp_path: Path, function: str) -> None:
    dataset = segments_hf.load_release(write_json_release(tmp_path, "radar-sequence"), split="train")
    arguments = [tmp_path / "page.html"] if function == "preview" else []
    with pytest.raises(OptionError, match="radar-sequence.*pass the release"):
        getattr(segments_hf, function)(dataset, *arguments)


def test_error_for_several_releases_of_one_task_type_names_the_task_type(tmp_path: Path) -> None:
    path = write_json_release(tmp_path, "radar-sequence")
    with pytest.raises(OptionError, match="radar-sequence"):
        segments_hf.export_dataset({"train": path, "test": path}, "coco", tmp_path / "out")


def test_drawing_functions_refuse_a_row_whose_label_is_json(tmp_path: Path) -> None:
    row = segments_hf.load_release(write_json_release(tmp_path, "radar-sequence"), split="train")[0]
    for draw in (segments_hf.plot, segments_hf.contact_sheet, lambda row: segments_hf.contact_sheet([row])):
        with pytest.raises(OptionError, match="task type"):
            draw(row)


@for_each_task_type
def test_validate_counts_the_annotations_and_files_that_it_does_not_check(tmp_path: Path, task_type: str) -> None:
    _, _, annotations, files = TASKS[task_type]
    for assets in (False, True):
        report = segments_hf.validate(write_json_release(tmp_path, task_type), assets=assets)
        # Each of the three samples has these files.
        expected = {**annotations, **{kind: 3 * count for kind, count in files.items()}}
        assert report.not_checked == expected
        assert (report.findings, report.is_clean, report.assets) == ([], False, False)
        assert json.loads(json.dumps(report.to_dict()))["not_checked"] == expected
        for text in (report.summary, str(report), report._repr_html_()):
            for kind, count in expected.items():
                assert re.search(rf"\b{count} {kind}s?\b", " ".join(text.split()))


def test_validate_of_a_release_of_images_checks_everything(image_release: Path) -> None:
    report = segments_hf.validate(image_release)
    assert (report.not_checked, report.is_clean) == ({}, not report.findings)


@for_each_task_type
def test_stats_counts_annotations_per_class_and_annotations_that_are_not_measured(
    tmp_path: Path, task_type: str
) -> None:
    statistics = segments_hf.stats(write_json_release(tmp_path, task_type))
    annotations = TASKS[task_type][2]
    objects = sum(count for kind, count in annotations.items() if kind not in {"labeled point", "label"})
    assert (statistics.task_type, statistics.unit, statistics.not_measured) == (task_type, "sample", annotations)
    assert (statistics.images, statistics.labeled, statistics.objects, statistics.sizes) == (3, 1, objects, None)
    assert sum(item.objects for item in statistics.classes) == objects
    assert "pixel" not in str(statistics)
    for kind, count in annotations.items():
        assert re.search(rf"\b{count} {kind}s?\b", " ".join(str(statistics).split()))


def test_stats_counts_the_attributes_of_cuboids(tmp_path: Path) -> None:
    [moving] = segments_hf.stats(write_json_release(tmp_path, "radar-sequence")).attributes
    assert (moving.name, [(item.value, item.count) for item in moving.values]) == ("moving", [(True, 1)])


@for_each_task_type
def test_inspect_counts_annotations_per_category_and_kind(tmp_path: Path, task_type: str) -> None:
    inspection = inspect_release(Release.open(write_json_release(tmp_path, task_type)))
    annotations = TASKS[task_type][2]
    assert inspection.kinds == annotations
    if task_type == "radar-echo":
        assert [category.annotations for category in inspection.categories] == [None, None]
    else:
        objects = sum(count for kind, count in annotations.items() if kind != "labeled point")
        assert sum(category.annotations or 0 for category in inspection.categories) == objects
    if "labeled point" in annotations:
        assert [category.points for category in inspection.categories] == [1, 2]


def test_labels_without_a_list_of_annotations_are_never_shown_as_zero_objects(tmp_path: Path) -> None:
    path = write_json_release(tmp_path, "radar-echo", {"echoes": [1]}, {"annotations": {"a": 1}})
    release = Release.open(path)
    for result in (inspect_release(release), segments_hf.stats(path), release[0], release[1]):
        # The names, the uuids and the colors contain zeros.
        text = str(result).replace(str(path), "")
        assert not re.search(r"\b0\b", re.sub(r"scene 0|sample 0|\bu0\b|\d+, \d+, \d+", "", text))


class TestRowsAndIndices:
    def test_error_for_a_contact_sheet_of_a_row_names_the_option_index(self, image_release: Path) -> None:
        row = segments_hf.load_release(image_release, split="train", load_assets=False)[0]
        with pytest.raises(OptionError, match="index="):
            segments_hf.contact_sheet(row)

    def test_error_for_an_index_as_second_argument_of_plot_names_the_option_index(self, image_release: Path) -> None:
        with pytest.raises(OptionError, match="index=3"):
            segments_hf.plot(image_release, 3)

    def test_splits_may_have_the_names_of_columns(self, image_release: Path) -> None:
        dataset = segments_hf.load_release(image_release, split="train")
        for data in ({"image": image_release}, {"label": dataset}):
            assert segments_hf.contact_sheet(data, limit=1).size[0] > 0


@pytest.mark.parametrize("function", ["load_release", "validate", "stats", "contact_sheet", "plot", "categories"])
def test_functions_have_the_same_error_for_a_missing_release(tmp_path: Path, function: str) -> None:
    messages = []
    for name in ("load_release", function):
        with pytest.raises(segments_hf.errors.ReleaseError) as caught:
            getattr(segments_hf, name)(str(tmp_path / "jane/flowers.json"))
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


@pytest.fixture
def image_release() -> Path:
    from segments_hf.demo import demo_release

    return Path(demo_release())
