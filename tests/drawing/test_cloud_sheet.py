"""The contact sheet of point clouds is the same for every form of input, and has placeholders for unreadable files."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from cloud_releases import (
    SEQUENCE_TASKS,
    SINGLE_CLOUD_TASKS,
    cloud,
    cloud_label,
    cloud_sample,
    cloud_samples,
    kitti_file,
    write_files,
)
from drawing.cloud_rows import CATEGORIES, RED, camera, cloud_row, cuboid

from segments_hf import Release, contact_sheet, load_release, plot
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError

# In pixels: the width and height of the picture of a cloud, the gap between pictures, and the height of a caption.
WIDTH, HEIGHT, GAP, CAPTION = 480, 320, 12, 24


@pytest.mark.parametrize("name", ["street-cuboids", "street-segmentation"])
def test_every_form_of_input_gives_the_same_sheet(name: Any, tmp_path: Path) -> None:
    release = demo_release(name)
    expected = contact_sheet(release, cameras=True)
    rows = load_release(release, split="train", cameras=True)
    load_release(release, split="train", cameras=True, embed=True).to_parquet(tmp_path / "rows.parquet")
    reloaded = datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"))
    stream = load_release(release, streaming=True, cameras=True)
    for data in (rows, reloaded, stream, stream["train"]):
        assert contact_sheet(data) == expected
    assert contact_sheet(Release.open(release), cameras=True) == expected
    assert contact_sheet(list(rows), of=rows) == expected
    assert contact_sheet(iter(stream["train"]), of=release) == expected


@pytest.mark.parametrize("task_type", [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS])
def test_point_clouds_of_all_task_types_are_drawn(task_type: str, tmp_path: Path, write_release: Any) -> None:
    release = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    assert contact_sheet(release).width > 0
    rows = load_release(release, split="train")
    for index in range(len(rows)):
        assert plot(release, index=index).axes[0].images


def test_sheet_has_the_colors_and_the_legend_of_the_classes() -> None:
    row = cloud_row([(-9, -9, 0), (9, 9, 0)], [cuboid((0, 0, 0), (9, 9, 1))])
    sheet = np.asarray(contact_sheet([row], of=CATEGORIES))
    assert (sheet[GAP : GAP + HEIGHT] == RED).all(axis=2).any()
    legend = sheet[GAP + HEIGHT + CAPTION :]
    assert all((legend == category.color).all(axis=2).any() for category in CATEGORIES)


@pytest.mark.parametrize(
    ("count", "height"), [(0, 320), (1, 320 + 270), (2, 320 + 135), (3, 320 + 90), (4, 320 + 180), (12, 320 + 270)]
)
def test_images_of_at_most_nine_cameras_are_below_the_cloud(count: int, height: int) -> None:
    row = cloud_row([(0, 0, 0), (9, 9, 0)], cameras=[camera((320, 180)) for _ in range(count)])
    sheet = contact_sheet([row], of=CATEGORIES)
    assert sheet.height - contact_sheet([{**row, "cameras": []}], of=CATEGORIES).height == height - 320


def test_rows_with_fewer_cameras_have_parts_of_the_same_height() -> None:
    row = cloud_row([(0, 0, 0), (9, 9, 0)])
    sheet = contact_sheet([row, {**row, "cameras": [camera((320, 180))]}], of=CATEGORIES)
    pictures = np.asarray(sheet)[GAP + 330 : GAP + 580]
    assert (pictures[:, GAP : GAP + WIDTH] == (250, 250, 249)).all()
    assert (pictures[:, 2 * GAP + WIDTH : 2 * (GAP + WIDTH)] == 128).mean() > 0.9


def has_note(*annotations: Any, **columns: Any) -> bool:
    """Tell whether the picture of a row from above has a text in its upper left corner."""
    sheet = contact_sheet([cloud_row([(-9, -9, 0), (9, 9, 0)], annotations, **columns)], of=CATEGORIES)
    corner = np.asarray(sheet)[GAP : GAP + 24, GAP : GAP + 60]
    return bool((corner > 150).all(axis=2).sum() > 20)


def test_sheet_says_that_objects_are_outside_of_the_view() -> None:
    inside, outside = cuboid((0, 0, 0)), cuboid((500, 0, 0))
    assert not has_note(inside)
    assert has_note(outside)
    assert has_note(inside, outside)


def test_sheet_says_that_a_point_cloud_is_missing() -> None:
    assert has_note(cuboid((0, 0, 0)), point_cloud=None)
    missing, empty = cloud_row([], point_cloud=None), cloud_row([])
    assert contact_sheet([missing], of=CATEGORIES) != contact_sheet([empty], of=CATEGORIES)


def test_caption_names_the_frame_of_a_sequence() -> None:
    row = cloud_row([(0, 0, 0), (9, 9, 0)], frame_index=3, frame_name=None)
    others = [{**row, "frame_index": 4}, {**row, "frame_name": "0003.pcd"}, cloud_row([(0, 0, 0), (9, 9, 0)])]
    sheets = [contact_sheet([shown], of=CATEGORIES) for shown in (row, *others)]
    assert all(first != second for first, second in itertools.pairwise(sheets))
    assert plot(row).get_suptitle() == "street · frame 3 · LABELED"
    assert plot(others[1]).get_suptitle() == "street · 0003.pcd · LABELED"


class TestErrors:
    @pytest.fixture
    def release(self, tmp_path: Path, write_release: Any) -> Path:
        """A release with a damaged point cloud, a complete one, and one whose label has fewer points than the file."""
        write = write_files(tmp_path)
        label = cloud_label(annotations=[{"id": 1, "category_id": 1}], point_annotations=[1, 1, 0, 0])
        samples = [
            cloud_sample("damaged", cloud(write("a.bin", b"123")), label),
            cloud_sample("complete", cloud(write("b.bin", kitti_file())), label),
            cloud_sample("other label", cloud(write("c.bin", kitti_file(7))), label),
        ]
        path: Path = write_release(samples, task_type="pointcloud-segmentation")
        return path

    def test_on_error_keeps_or_skips_unreadable_point_clouds_or_raises_the_error(self, release: Path) -> None:
        assert contact_sheet(release).width == 3 * (WIDTH + GAP) + GAP
        assert contact_sheet(release, on_error="skip").width == WIDTH + 2 * GAP
        with pytest.raises(OSError, match="damaged"):
            contact_sheet(release, on_error="raise")

    def test_unreadable_rows_have_placeholders_and_warnings(self, caplog: pytest.LogCaptureFixture) -> None:
        from segments_hf.drawing.classes import classes_of
        from segments_hf.drawing.contact_sheet import draw_sheet

        complete = cloud_row([(0, 0, 0), (9, 9, 0)], [cuboid((5, 5, 0))], cameras=[camera()])
        rows = [
            {**complete, "point_cloud": {"bytes": b"123", "path": None}},
            {**complete, "annotations": [{"id": 1, **cuboid((5, 5))}]},
            {**complete, "cameras": [camera(image={"bytes": b"<html>", "path": None})]},
            complete,
        ]
        with caplog.at_level(logging.WARNING):
            kept = draw_sheet(rows, classes_of(CATEGORIES), "keep")
            skipped = draw_sheet(rows, classes_of(CATEGORIES), "skip")
        assert kept is not None
        assert kept.width == 3 * (WIDTH + GAP) + GAP
        assert skipped == contact_sheet([complete], of=CATEGORIES)
        assert len([record for record in caplog.records if "sample 'street'" in record.getMessage()]) == 6

    def test_rows_of_images_and_of_point_clouds_in_one_list_are_refused(self) -> None:
        image = {"image": None, "annotations": [], "status": "LABELED", "width": 4, "height": 3}
        with pytest.raises(OptionError, match="one kind"):
            contact_sheet([image, cloud_row([])])

    def test_single_row_instead_of_a_list_is_refused(self) -> None:
        with pytest.raises(OptionError, match="index="):
            contact_sheet({key: value for key, value in cloud_row([]).items() if key != "annotations"})
