"""Figures show the counts of statistics, and have a bounded size for any number of classes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segments_hf import stats
from segments_hf.demo import demo_release
from segments_hf.errors import MissingExtraError, OutputExistsError
from segments_hf.stats.figures import figure_snapshots, figures, save_figures
from segments_hf.stats.statistics import ClassStats, CoOccurrence, ImageSize

from .made_statistics import stats_of_classes
from .test_random_statistics import CATEGORIES, as_dataset

PINK, GREEN = (236, 72, 153), (34, 160, 90)


def bars(axes: Any, names: list[str]) -> dict[str, tuple[float, tuple[int, ...]]]:
    """Return the length and the color of each bar by its name."""
    return {
        name: (patch.get_width(), tuple(round(255 * part) for part in patch.get_facecolor()[:3]))
        for name, patch in zip(names, axes.patches, strict=True)
    }


def names_of(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_bars_have_the_lengths_of_the_counts_and_the_colors_of_the_classes() -> None:
    drawn = figures(stats(demo_release(), assets=True))
    assert list(drawn) == ["classes", "object-sizes", "co-occurrence", "images", "attributes"]
    objects, images, pixels = drawn["classes"].axes
    assert names_of(objects) == ["leaf", "flower"]
    assert bars(objects, ["leaf", "flower"]) == {"leaf": (42, GREEN), "flower": (21, PINK)}
    assert bars(images, ["leaf", "flower"]) == {"leaf": (6, GREEN), "flower": (6, PINK)}
    assert bars(pixels, ["leaf", "flower"])["flower"] == (pytest.approx(100 * 170063 / 1036800), PINK)
    per_image, statuses, sizes = drawn["images"].axes
    columns = {round(patch.get_x() + patch.get_width() / 2): patch.get_height()
               for patch in per_image.patches if patch.get_height()}  # fmt: skip
    assert columns == {9: 3, 12: 3}
    assert {name: length for name, (length, _) in bars(statuses, names_of(statuses)).items()} == {
        "LABELED": 3, "REVIEWED": 3, "SKIPPED": 1, "UNLABELED": 1
    }  # fmt: skip
    assert {name: length for name, (length, _) in bars(sizes, names_of(sizes)).items()} == {
        "480 x 360": 7, "360 x 480": 1
    }  # fmt: skip


def test_ranges_have_the_percentiles_of_the_areas() -> None:
    counted = stats(demo_release(), assets=True)
    histogram, ranges = figures(counted)["object-sizes"].axes
    assert counted.sizes
    assert sum(patch.get_height() for patch in histogram.patches) == counted.sizes.objects
    sizes = {item.name: item.sizes for item in counted.classes if item.sizes}
    assert names_of(ranges) == ["flower", "leaf"]
    for row, (name, patch) in enumerate(zip(names_of(ranges), ranges.patches, strict=True)):
        assert patch.get_x() == sizes[name].p5
        assert patch.get_x() + patch.get_width() == pytest.approx(sizes[name].p95)
        assert ranges.collections[0].get_offsets()[row].tolist() == [sizes[name].median, row]


def test_figures_of_uncounted_values_are_not_written(tmp_path: Path) -> None:
    files = save_figures(stats(demo_release()), tmp_path / "new" / "folder")
    assert [file.name for file in files] == ["classes.png", "co-occurrence.png", "images.png", "attributes.png"]
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(files)


@pytest.mark.parametrize("count", [1, 60, 150])
def test_figures_have_a_bounded_size_for_any_number_of_classes(count: int) -> None:
    for figure in figures(stats_of_classes(count)).values():
        width, height = figure.get_size_inches()
        assert 3 < width < 23
        assert 1.5 < height < 36


def test_files_have_the_size_of_their_figures(tmp_path: Path) -> None:
    made = stats_of_classes(1)
    for file, figure in zip(save_figures(made, tmp_path), figures(made).values(), strict=True):
        with Image.open(file) as image:
            image.load()
            scale = image.width / figure.get_size_inches()[0]
            assert 100 <= scale <= 110
            assert image.height == pytest.approx(figure.get_size_inches()[1] * scale, abs=1)


def test_only_the_12_most_frequent_statuses_are_drawn_and_the_others_are_added_up() -> None:
    statuses = {f"STATUS {number}": 1000 - number for number in range(1000)}
    _, axes, _ = figures(stats_of_classes(1, statuses=statuses))["images"].axes
    assert len(axes.patches) == 13
    assert sum(patch.get_width() for patch in axes.patches) == sum(statuses.values())


def test_objects_without_class_are_drawn_if_there_are_no_classes() -> None:
    objects, _, _ = figures(stats_of_classes(0))["classes"].axes
    assert names_of(objects) == ["(no class)"]
    assert [patch.get_width() for patch in objects.patches] == [3]


def test_small_shares_of_pixels_have_ticks_between_whole_numbers() -> None:
    pixels = figures(stats_of_classes(3))["classes"].axes[2]
    low, high = pixels.get_xlim()
    assert high < 0.001
    assert len([tick for tick in pixels.get_xticks() if low <= tick <= high]) > 1


def test_wide_range_of_objects_per_image_is_drawn_as_40_columns() -> None:
    axes = figures(stats_of_classes(2))["images"].axes[0]
    assert len(axes.patches) == 40
    assert [patch.get_height() for patch in axes.patches if patch.get_height()] == [5, 2]


def test_only_the_120_largest_classes_are_drawn() -> None:
    objects, images, _ = figures(stats_of_classes(150))["classes"].axes
    lengths = [patch.get_width() for patch in objects.patches]
    assert lengths == [*sorted((n * n for n in range(150)), reverse=True)[:120], 3]  # 3 objects have no class
    assert [patch.get_width() for patch in images.patches] == list(range(149, 29, -1))


def test_co_occurrence_is_the_share_of_the_images_with_the_class_of_the_row() -> None:
    random = np.random.default_rng(5)
    classes_of_images = [set(np.flatnonzero(random.random(len(CATEGORIES)) < 0.6).tolist()) for _ in range(40)]
    rows = [
        {"name": str(number), "uuid": None, "status": "LABELED", "image": None, "width": 4, "height": 4,
         "segmentation_bitmap": None, "image_attributes": None, "metadata": None,
         "annotations": [{"id": index + 1, "category_id": 1, "category": index, "attributes": None}
                         for index in sorted(classes)]}
        for number, classes in enumerate(classes_of_images)
    ]  # fmt: skip
    counted = stats(as_dataset(rows))
    order = sorted(range(len(CATEGORIES)), key=lambda index: -counted.classes[index].images)
    expected = []
    for row in order:
        images = [classes for classes in classes_of_images if row in classes]
        expected.append([100 * sum(column in classes for classes in images) / len(images) for column in order])
    (axes,) = figures(counted)["co-occurrence"].axes
    assert axes.images[0].get_array().filled(0).tolist() == [pytest.approx(row) for row in expected]


def test_cells_with_small_shares_have_another_color_than_cells_with_no_image() -> None:
    classes = [ClassStats(index, index, str(index), PINK, 10_000, 10_000, None, None) for index in range(20)]

    axes = figures(stats_of_classes(20, classes=classes, co_occurrence=[CoOccurrence(0, 1, 1)]))["co-occurrence"].axes[
        0
    ]
    image = axes.images[0]
    colors = image.to_rgba(image.get_array(), bytes=True)[..., :3].astype(int)
    assert colors[0, 2].tolist() == [255, 255, 255]
    assert abs(colors[0, 1] - colors[0, 2]).sum() > 60


def test_charts_of_attributes_name_the_unit_of_the_statistics() -> None:
    figure = figures(stats_of_classes(1, unit="point cloud"))["attributes"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"objects", "point clouds"}
    assert "objects or point clouds" in figure.get_suptitle()


def test_count_beside_an_image_size_is_singular_for_one_image() -> None:
    sizes = [ImageSize(640, 480, 2), *(ImageSize(100 * n, 900, 1) for n in range(1, 11))]
    axes = figures(stats_of_classes(1, image_sizes=sizes))["images"].axes[-1]
    assert [text.get_text() for text in axes.texts[:2]] == ["640 x 480: 2 images", "100 x 900: 1 image"]


def test_empty_dataset_has_no_figures() -> None:
    empty = stats_of_classes(
        2, objects=0, without_class=0, statuses={}, objects_per_image={}, unlabeled_pixels=None, sizes=None,
        image_sizes=[], co_occurrence=[], attributes=[], image_attributes=[],
        classes=[ClassStats(0, 1, "a", PINK, 0, 0, None, None)],
    )  # fmt: skip
    assert figures(empty) == {}


def test_missing_matplotlib_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="pip install matplotlib"):
        save_figures(stats(demo_release()), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("has_older_figures", [False, True], ids=["new folder", "older figures"])
def test_file_that_another_program_writes_during_the_statistics_is_not_replaced(
    tmp_path: Path, has_older_figures: bool
) -> None:
    counted = stats(demo_release())
    if has_older_figures:
        save_figures(counted, tmp_path)
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    expected = figure_snapshots(tmp_path)
    (tmp_path / "images.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError):
        save_figures(counted, tmp_path, expected)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {**written, "images.png": b"mine"}
