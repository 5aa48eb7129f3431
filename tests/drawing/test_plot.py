"""A row as a figure."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segments_hf import load_release, plot, to_layout
from segments_hf.demo import demo_release
from segments_hf.errors import BitmapError, MissingExtraError, OptionError
from segments_hf.release import Category

PINK, GREEN = (236, 72, 153), (34, 160, 90)


@pytest.fixture
def flowers() -> Any:
    return load_release(demo_release(), split="train")


def titles(figure: Any) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


def legend(figure: Any) -> dict[str, tuple[int, ...]]:
    """Name and color of each entry."""
    (entries,) = figure.legends
    return {
        text.get_text(): tuple(round(255 * part) for part in patch.get_facecolor()[:3])
        for text, patch in zip(entries.get_texts(), entries.get_patches(), strict=True)
    }


def test_a_row_of_a_dataset(flowers: Any, tmp_path: Path) -> None:
    figure = plot(flowers[1], flowers)
    assert titles(figure) == ["image", "12 instances", "2 classes"]
    assert legend(figure) == {"flower (4)": PINK, "leaf (8)": GREEN}
    assert figure.get_suptitle() == "meadow_02.jpg · REVIEWED"
    assert [axes.get_xlim() for axes in figure.axes] == [(0, 480)] * 3
    assert [axes.get_ylim() for axes in figure.axes] == [(360, 0)] * 3
    figure.savefig(tmp_path / "row.png")
    with Image.open(tmp_path / "row.png") as picture:
        assert picture.width > 1000
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_no_state_of_pyplot_is_touched(flowers: Any) -> None:
    figure = plot(flowers[1], flowers)
    assert getattr(figure, "number", None) is None
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


@pytest.mark.parametrize("of", ["dataset", "release", "categories", "splits", "stream"])
def test_the_classes_are_told_by_anything_that_knows_them(flowers: Any, of: str) -> None:
    told = {
        "dataset": flowers,
        "release": demo_release(),
        "categories": [Category(1, "flower", PINK), Category(2, "leaf", GREEN)],
        "splits": load_release(demo_release()),
        "stream": load_release(demo_release(), streaming=True),
    }[of]
    assert legend(plot(flowers[1], told)) == {"flower (4)": PINK, "leaf (8)": GREEN}


def test_without_them_class_indices_are_the_names(flowers: Any) -> None:
    assert list(legend(plot(flowers[1]))) == ["class 0 (4)", "class 1 (8)"]


def test_the_colors_of_the_panels(flowers: Any) -> None:
    row = flowers[1]
    ids = np.asarray(row["segmentation_bitmap"].convert("RGB")).astype(int) @ [1, 256, 65536]
    wanted = {item["id"]: (PINK, GREEN)[item["category"]] for item in row["annotations"]}
    drawn = plot(row, flowers, opacity=1).axes[2].images[0].get_array()
    drawn = np.asarray(drawn)[1::2, 1::2]  # a panel is twice the size of the picture
    for number, color in wanted.items():
        pixels = drawn[ids == number]
        assert (pixels == color).all(axis=1).mean() > 0.6  # the rest is under a name


@pytest.mark.parametrize("place", [pytest.param(4, id="skipped"), pytest.param(7, id="unlabeled")])
def test_rows_without_a_label(flowers: Any, place: int, tmp_path: Path) -> None:
    figure = plot(flowers[place], flowers)
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["nothing is labeled"] * 2
    figure.savefig(tmp_path / "row.png")


def test_rows_without_pictures(tmp_path: Path) -> None:
    rows = load_release(demo_release(), split="train", load_assets=False)
    figure = plot(rows[1], rows)
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == [
        "no image",
        *["the bitmap or the image size is missing"] * 2,
    ]
    figure.savefig(tmp_path / "row.png")


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("semantic-segmentation", ["image", "instances", "2 classes"]),
        ("instance-segmentation", ["image", "12 instances", "2 classes"]),
        ("panoptic-segmentation", ["image", "12 instances", "2 classes"]),
        ("object-detection", ["image", "12 instances", "2 classes"]),
    ],
)
def test_layouts(flowers: Any, task: str, wanted: list[str]) -> None:
    laid_out = to_layout(flowers, task)
    figure = plot(laid_out[1], laid_out)
    assert titles(figure) == wanted
    assert list(legend(figure).values()) == [PINK, GREEN]


def test_any_name_can_be_shown(tmp_path: Path) -> None:
    names = ["_hidden", "$\\frac{", "a\nb", "Blüte – Größe", "long " * 99, "%s {0} <b>"]
    annotations = [
        {"id": index, "category": index, "type": "point", "points": [[index, index]]} for index in range(len(names))
    ]
    row = {"name": "$x^{ _", "image": Image.new("RGB", (20, 20)), "annotations": annotations}
    figure = plot(row, [Category(index, name) for index, name in enumerate(names)])
    figure.savefig(tmp_path / "row.png")
    assert len(legend(figure)) == len(names)


def test_what_is_wrong_with_a_row_is_told(flowers: Any) -> None:
    row = {"name": "a.jpg", "image": None, "annotations": [], "segmentation_bitmap": b"no"}
    with pytest.raises(BitmapError, match=r"sample 'a\.jpg': got a bitmap"):
        plot(row)
    with pytest.raises(OptionError, match="class index 1 for 1 categories"):
        plot(flowers[1], [Category(1, "flower")])


def test_without_the_extra(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="pip install matplotlib"):
        plot(flowers[0], flowers)
