"""Figures show the counts of statistics, and have a bounded size for any number of classes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from segments_hf import stats
from segments_hf.bitmaps import palette_color
from segments_hf.demo import demo_release
from segments_hf.errors import MissingExtraError, OutputExistsError
from segments_hf.stats.figures import figure_snapshots, figures, save_figures
from segments_hf.stats.statistics import ClassStats, CoOccurrence, ImageSize, Stats
from segments_hf.stats.tally import AttributeCounts, AttributeValue, Sizes

PINK, GREEN = (236, 72, 153), (34, 160, 90)
SIZES = Sizes(9, 0.5, 0.5, 20, 800, 5000, 90000, 90000, small=5, medium=2, large=2, histogram=[1, 0, 3, 2, 0, 2, 1])
NAMES = ["_hidden", "$\\frac{", "a\nb\x1b[31m", "Blüte – Größe", "long " * 99, "%s {0} <b>", ""]


def stats_of_classes(count: int, **changes: Any) -> Stats:
    """Return statistics of `count` classes with unusual names."""
    classes = [
        ClassStats(
            index, index, NAMES[index % len(NAMES)], palette_color(index), index * index, index, index, SIZES
        )
        for index in range(count)
    ]  # fmt: skip
    attributes = [
        AttributeCounts(f"{name} {number}", 9, [AttributeValue(value, 3) for value in (name, True, None, 4.5, [1])], 2)
        for number, name in enumerate(NAMES * 3)
    ]
    statistics = Stats(
        name="x",
        task_type=None,
        images=10**6,
        labeled=10**6,
        statuses=dict.fromkeys(NAMES, 5),
        objects=10**6,
        without_class=3,
        classes=classes,
        objects_per_image={0: 4, 3: 1, 977: 2},
        unlabeled_pixels=10**9,
        sizes=SIZES,
        image_sizes=[ImageSize(100 * n, 90 * n, n) for n in range(1, 30)],
        co_occurrence=[CoOccurrence(a, b, a + b) for a in range(count) for b in range(a + 1, count)],
        attributes=attributes,
        image_attributes=attributes[:1],
        left_out={},
        problems=[],
    )
    return msgspec.structs.replace(statistics, **changes)


def bars(figure: Any) -> dict[str, tuple[float, tuple[int, ...]]]:
    """Return the length and the color of each bar by its name."""
    (axes,) = figure.axes
    return {
        label.get_text(): (patch.get_width(), tuple(round(255 * part) for part in patch.get_facecolor()[:3]))
        for label, patch in zip(axes.get_yticklabels(), axes.patches, strict=True)
    }


def test_bars_have_the_lengths_of_the_counts_and_the_colors_of_the_classes() -> None:
    drawn = figures(stats(demo_release(), assets=True))
    assert bars(drawn["objects-per-class"]) == {"leaf": (42, GREEN), "flower": (21, PINK)}
    assert bars(drawn["images-per-class"]) == {"leaf": (6, GREEN), "flower": (6, PINK)}
    pixels = bars(drawn["pixels-per-class"])
    assert list(pixels) == ["(unlabeled)", "flower", "leaf"]
    assert pixels["flower"] == (pytest.approx(100 * 170063 / 1036800), PINK)
    assert {name: length for name, (length, _) in bars(drawn["statuses"]).items()} == {
        "LABELED": 3, "REVIEWED": 3, "SKIPPED": 1, "UNLABELED": 1
    }  # fmt: skip
    columns = {round(patch.get_x() + patch.get_width() / 2): patch.get_height()
               for patch in drawn["objects-per-image"].axes[0].patches if patch.get_height()}  # fmt: skip
    assert columns == {9: 3, 12: 3}


def test_figures_of_uncounted_values_are_not_written(tmp_path: Path) -> None:
    files = save_figures(stats(demo_release()), tmp_path / "new" / "folder")
    assert {file.name for file in files} == {
        "attributes.png", "classes-together.png", "image-attributes.png", "images-per-class.png",
        "objects-per-class.png", "objects-per-image.png", "statuses.png",
    }  # fmt: skip
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(files)


@pytest.mark.parametrize("count", [1, 60])
def test_figures_have_a_bounded_size_for_any_number_of_classes(count: int, tmp_path: Path) -> None:
    for file in save_figures(stats_of_classes(count), tmp_path):
        with Image.open(file) as image:
            image.load()
            assert 300 < image.width < 2500
            assert 150 < image.height < 4000


def test_wide_range_of_objects_per_image_is_drawn_as_40_columns() -> None:
    (axes,) = figures(stats_of_classes(2))["objects-per-image"].axes
    assert len(axes.patches) == 40
    assert [patch.get_height() for patch in axes.patches if patch.get_height()] == [5, 2]


def test_only_the_120_largest_classes_are_drawn() -> None:
    figure = figures(stats_of_classes(150))["objects-per-class"]
    lengths = [patch.get_width() for patch in figure.axes[0].patches]
    assert lengths == sorted((n * n for n in range(150)), reverse=True)[:120]
    # There is one bar for each of the 150 classes, and one for the objects without a class.
    assert "the 120 longest of 151" in figure.axes[0].get_title()


def test_table_of_pairs_has_the_images_of_each_class_on_its_diagonal() -> None:
    image = figures(stats_of_classes(4))["classes-together"].axes[0].images[0].get_array()
    assert image.tolist() == [[3, 5, 4], [5, 2, 3], [4, 3, 1]]  # class 0 is in no image


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


@pytest.mark.parametrize("before", [False, True], ids=["new folder", "older figures"])
def test_file_that_appears_during_the_statistics_is_not_replaced(tmp_path: Path, before: bool) -> None:
    counted = stats(demo_release())
    if before:
        save_figures(counted, tmp_path)
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    expected = figure_snapshots(tmp_path)
    (tmp_path / "statuses.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError):
        save_figures(counted, tmp_path, expected)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {**written, "statuses.png": b"mine"}
