"""The plot of an image is a figure with three panels: image, instances and classes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segments_hf import contact_sheet, load_release, plot, to_layout
from segments_hf.demo import demo_release
from segments_hf.errors import BitmapError, MissingExtraError, OptionError
from segments_hf.release import Category

PINK, GREEN = (236, 72, 153), (34, 160, 90)


@pytest.fixture
def flowers() -> Any:
    """The rows of the demo release."""
    return load_release(demo_release(), split="train")


def titles(figure: Any) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


def legend(figure: Any) -> dict[str, tuple[int, ...]]:
    """Return the color of each entry of the legend by its name."""
    (entries,) = figure.legends
    return {
        text.get_text(): tuple(round(255 * part) for part in patch.get_facecolor()[:3])
        for text, patch in zip(entries.get_texts(), entries.get_patches(), strict=True)
    }


def test_plot_has_three_panels_with_titles_and_a_legend(flowers: Any, tmp_path: Path) -> None:
    figure = plot(flowers[1], flowers)
    assert titles(figure) == ["image", "12 instances", "2 classes"]
    assert legend(figure) == {"flower (4)": PINK, "leaf (8)": GREEN}
    assert figure.get_suptitle() == "meadow_02.jpg · REVIEWED"
    assert [axes.get_xlim() for axes in figure.axes] == [(0, 480)] * 3
    assert [axes.get_ylim() for axes in figure.axes] == [(360, 0)] * 3
    figure.savefig(tmp_path / "row.png")
    with Image.open(tmp_path / "row.png") as image:
        assert image.width > 1000
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_plot_leaves_the_state_of_pyplot_unchanged(flowers: Any) -> None:
    figure = plot(flowers[1], flowers)
    assert getattr(figure, "number", None) is None
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


@pytest.mark.parametrize("form", ["dataset", "release", "categories", "splits", "stream"])
def test_classes_are_read_from_every_form_of_input(flowers: Any, form: str) -> None:
    source = {
        "dataset": flowers,
        "release": demo_release(),
        "categories": [Category(1, "flower", PINK), Category(2, "leaf", GREEN)],
        "splits": load_release(demo_release()),
        "stream": load_release(demo_release(), streaming=True),
    }[form]
    assert legend(plot(flowers[1], source)) == {"flower (4)": PINK, "leaf (8)": GREEN}


@pytest.mark.parametrize("split", ["image", "label", "annotations"])
@pytest.mark.parametrize("form", ["release", "dataset", "stream"])
def test_dict_of_splits_is_no_row_if_a_split_has_the_name_of_a_column(flowers: Any, split: str, form: str) -> None:
    data = {"release": demo_release(), "dataset": flowers, "stream": flowers.to_iterable_dataset()}[form]
    assert plot({split: data}, index=1).get_suptitle() == "meadow_02.jpg · REVIEWED"
    assert contact_sheet({split: data}, limit=1) == contact_sheet(flowers, limit=1)


def test_classes_without_categories_are_named_by_their_index(flowers: Any) -> None:
    assert list(legend(plot(flowers[1]))) == ["class 0 (4)", "class 1 (8)"]


def test_panel_of_classes_has_the_colors_of_the_classes(flowers: Any) -> None:
    row = flowers[1]
    ids = np.asarray(row["segmentation_bitmap"].convert("RGB")).astype(int) @ [1, 256, 65536]
    expected = {item["id"]: (PINK, GREEN)[item["category"]] for item in row["annotations"]}
    panel = plot(row, flowers, opacity=1).axes[2].images[0].get_array()
    panel = np.asarray(panel)[1::2, 1::2]  # a panel has twice the width and height of the image
    for number, color in expected.items():
        pixels = panel[ids == number]
        assert (pixels == color).all(axis=1).mean() > 0.8  # the lines between objects cover the other pixels


@pytest.mark.parametrize(("number", "has_ids"), [(15, True), (16, False)])
def test_ids_of_instances_are_drawn_for_at_most_15_instances(number: int, has_ids: bool) -> None:
    boxes = [{"category": 0, "type": "bbox", "points": [[8 * index, 5], [8 * index + 4, 9]]} for index in range(number)]
    annotations = [{"id": 900 + index, **box} for index, box in enumerate(boxes)]
    row = {"name": "a", "image": Image.new("RGB", (160, 120)), "annotations": annotations}
    other_ids = {**row, "annotations": [{"id": index, **box} for index, box in enumerate(boxes)]}
    drawn, other = (np.asarray(plot(shown).axes[1].images[0].get_array()) for shown in (row, other_ids))
    assert (drawn != other).any() == has_ids


def test_boxes_of_a_layout_have_the_ids_of_their_annotations(flowers: Any) -> None:
    laid_out = to_layout(flowers, "object-detection")
    row = laid_out[1]
    ids = row["objects"]["id"]
    other_ids = {**row, "objects": {**row["objects"], "id": [id_ + 400 for id_ in ids]}}
    no_ids = {**row, "objects": {name: values for name, values in row["objects"].items() if name != "id"}}
    pictures = [np.asarray(plot(drawn).axes[1].images[0].get_array()) for drawn in (row, other_ids, no_ids)]
    assert ids == [item["id"] for item in flowers[1]["annotations"]]
    assert (pictures[0] != pictures[1]).any()
    assert (pictures[0] != pictures[2]).any()


@pytest.mark.parametrize("index", [pytest.param(4, id="skipped"), pytest.param(7, id="unlabeled")])
def test_plot_of_a_row_without_a_label_says_no_objects_in_the_panels_of_the_label(
    flowers: Any, index: int, tmp_path: Path
) -> None:
    figure = plot(flowers[index], flowers)
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["no objects"] * 2
    figure.savefig(tmp_path / "row.png")


def test_plot_of_a_row_without_assets_says_what_is_missing(tmp_path: Path) -> None:
    rows = load_release(demo_release(), split="train", load_assets=False)
    figure = plot(rows[1], rows)
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == [
        "no image",
        *["the bitmap, the points or the image size is missing"] * 2,
    ]
    figure.savefig(tmp_path / "row.png")


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("semantic-segmentation", ["image", "instances", "2 classes"]),
        ("instance-segmentation", ["image", "12 instances", "2 classes"]),
        ("panoptic-segmentation", ["image", "12 instances", "2 classes"]),
        ("object-detection", ["image", "12 instances", "2 classes"]),
    ],
)
def test_rows_in_layouts_have_three_panels(flowers: Any, task: str, expected: list[str]) -> None:
    laid_out = to_layout(flowers, task)
    figure = plot(laid_out[1], laid_out)
    assert titles(figure) == expected
    assert list(legend(figure).values()) == [PINK, GREEN]


def test_names_with_markup_and_any_length_are_shown(tmp_path: Path) -> None:
    names = ["_hidden", "$\\frac{", "a\nb", "Blüte – Größe", "long " * 99, "%s {0} <b>"]
    annotations = [
        {"id": index, "category": index, "type": "point", "points": [[index, index]]} for index in range(len(names))
    ]
    row = {"name": "$x^{ _", "image": Image.new("RGB", (20, 20)), "annotations": annotations}
    figure = plot(row, [Category(index, name) for index, name in enumerate(names)])
    figure.savefig(tmp_path / "row.png")
    assert len(legend(figure)) == len(names)


def test_error_names_the_sample_or_the_class_index_without_a_category(flowers: Any) -> None:
    row = {"name": "a.jpg", "image": None, "annotations": [], "segmentation_bitmap": b"no"}
    with pytest.raises(BitmapError, match=r"sample 'a\.jpg': got a bitmap"):
        plot(row)
    with pytest.raises(OptionError, match="class index 1"):
        plot(flowers[1], [Category(1, "flower")])


def test_missing_matplotlib_error_says_how_to_install_it(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="pip install matplotlib"):
        plot(flowers[0], flowers)


@pytest.mark.parametrize("release", ["flowers", "street-cuboids", "street-segmentation"])
def test_row_in_the_format_of_numpy_is_an_error_that_says_what_to_pass(tmp_path: Path, release: Any) -> None:
    loaded = load_release(demo_release(release), split="train", cache_dir=tmp_path)
    # `datasets` cannot read lists of images, such as those of cameras, in the format of numpy.
    rows = loaded.remove_columns([name for name in loaded.column_names if name == "cameras"]).with_format("numpy")
    for draw in (lambda: plot(rows[0], of=rows), lambda: contact_sheet([rows[0]], of=rows)):
        with pytest.raises(OptionError, match="with_format"):
            draw()
