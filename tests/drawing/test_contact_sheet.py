"""The contact sheet shows each class in its color, for every form of input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import jpeg, served_samples
from PIL import Image

from segments_hf import Release, categories, contact_sheet, load_release, plot, to_layout
from segments_hf.bitmaps import decode_bitmap, encode_bitmap
from segments_hf.demo import demo_release
from segments_hf.drawing import label_picture
from segments_hf.drawing.classes import NO_CLASS_COLOR
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.errors import AssetError, BitmapError, OptionError, SegmentsHFError
from segments_hf.labels.categories import class_colors
from segments_hf.release import Category

COLORS = [(255, 0, 0), (0, 0, 255)]
CATEGORIES = [Category(index, f"class {index}", color) for index, color in enumerate(COLORS)]


def vector_row(*annotations: dict[str, Any]) -> dict[str, Any]:
    numbered = [{"id": number, **annotation} for number, annotation in enumerate(annotations, start=1)]
    return {"width": 40, "height": 30, "annotations": numbered, "status": "LABELED"}


def test_label_picture_has_the_color_of_the_class_at_each_pixel() -> None:
    dataset = load_release(demo_release(), split="train", filter_by="reviewed")
    colors = class_colors(categories(dataset))
    assert colors == [(236, 72, 153), (34, 160, 90)]
    for row in dataset:
        drawn = np.asarray(label_picture(row, dataset))
        bitmap = decode_bitmap(row["segmentation_bitmap"])
        assert (drawn[bitmap == 0] == UNLABELED_COLOR).all()
        for annotation in row["annotations"]:
            assert (drawn[bitmap == annotation["id"]] == colors[annotation["category"]]).all()


@pytest.mark.parametrize(
    ("kind", "points", "inside", "outside"),
    [
        pytest.param("polygon", [[5, 5], [30, 5], [30, 25], [5, 25]], (15, 15), (35, 15), id="polygon"),
        pytest.param("bbox", [[5, 5], [30, 25]], (5, 15), (15, 15), id="box"),
        pytest.param("bbox", [[30, 25], [5, 5]], (5, 15), (15, 15), id="box with the lower right corner first"),
        pytest.param("polyline", [[5, 15], [30, 15]], (15, 15), (15, 25), id="polyline"),
        pytest.param("point", [[15, 15]], (15, 15), (25, 25), id="point"),
    ],
)
def test_vectors_are_drawn_in_the_color_of_their_class(
    kind: str, points: list[list[int]], inside: tuple[int, int], outside: tuple[int, int]
) -> None:
    picture = label_picture(vector_row({"type": kind, "points": points, "category": 1}), CATEGORIES)
    assert picture is not None
    assert picture.getpixel(inside) == COLORS[1]
    assert picture.getpixel(outside) == UNLABELED_COLOR


def test_object_without_class_is_gray_and_object_without_points_is_left_out() -> None:
    row = vector_row(
        {"type": "point", "points": [[9, 9]], "category": None}, {"type": "bbox", "points": None, "category": 0}
    )
    picture = label_picture(row, CATEGORIES)
    assert picture is not None
    assert picture.getpixel((9, 9)) == NO_CLASS_COLOR
    assert {color for _, color in picture.getcolors() or ()} == {NO_CLASS_COLOR, UNLABELED_COLOR}


def test_contact_sheet_has_the_colors_of_the_classes() -> None:
    dataset = load_release(demo_release(), split="train")
    sheet = contact_sheet(dataset)
    assert sheet.mode == "RGB"
    colors = {color for _, color in sheet.getcolors(2**24) or ()}
    assert {(236, 72, 153), (34, 160, 90)} <= colors
    assert contact_sheet(dataset, limit=1).width < sheet.width


def test_contact_sheet_shows_the_image_through_its_masks() -> None:
    ids = np.ones((180, 240), np.uint32)
    image = Image.fromarray(np.indices((180, 240)).sum(axis=0).astype(np.uint8) // 2).convert("RGB")
    row = {"image": image, "annotations": [{"id": 1, "category": 0}], "segmentation_bitmap": encode_bitmap(ids)}
    sheet = np.asarray(contact_sheet([{**row, "width": 240, "height": 180}], of=CATEGORIES)).astype(int)
    left, right = sheet[12:192, 12:252], sheet[12:192, 252:492]
    assert (abs(right - (left + COLORS[0]) / 2) <= 1).all()


def test_contact_sheet_has_a_dark_background_for_a_label_without_an_image() -> None:
    row = {**vector_row({"type": "point", "points": [[20, 15]], "category": 0}), "image": None}
    sheet = contact_sheet([row], of=CATEGORIES)
    assert sheet.getpixel((262, 20)) == UNLABELED_COLOR


def test_white_class_has_a_border_in_the_legend() -> None:
    row = {**vector_row({"type": "point", "points": [[20, 15]], "category": 0}), "image": None}
    white = contact_sheet([row], of=[Category(1, "sheep", (255, 255, 255))])
    legend = np.asarray(white)[-30:].astype(int)
    nameless = np.asarray(contact_sheet([row], of=[Category(1, " ", (255, 255, 255))]))[-30:].astype(int)
    for strip in (legend, nameless):
        assert strip.min() < 150


def test_row_without_image_and_with_an_unusual_name_is_drawn() -> None:
    row = {"name": "ü/" * 200 + "\n", "image": None, "status": None, "annotations": None, "width": None, "height": None}
    many_categories = [Category(index, f"class <{index}> " * 9) for index in range(40)]
    assert isinstance(contact_sheet([row], of=many_categories), Image.Image)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        pytest.param([], {}, "no rows", id="no rows"),
        pytest.param([vector_row()], {"limit": 0}, "limit: got 0", id="limit of 0"),
        pytest.param([vector_row()], {"labelset": "mine"}, "labelset", id="option of a release"),
    ],
)
def test_data_without_rows_and_invalid_options_are_refused(data: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        contact_sheet(data, **options)


def test_data_without_categories_or_of_an_unsupported_type_are_refused() -> None:
    with pytest.raises(SegmentsHFError, match="categories"):
        contact_sheet(datasets.Dataset.from_dict({"image": [None]}))
    with pytest.raises(SegmentsHFError, match="got int"):
        contact_sheet(3)


@pytest.mark.parametrize("task", ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation"])
def test_rows_in_a_layout_have_the_same_label_picture(task: str) -> None:
    dataset = load_release(demo_release(), split="train", filter_by="reviewed")
    for row, laid_out in zip(dataset, to_layout(dataset, task), strict=True):
        unlabeled = decode_bitmap(row["segmentation_bitmap"]) == 0
        expected, drawn = np.asarray(label_picture(row, dataset)), np.asarray(label_picture(laid_out, dataset))
        assert (expected[~unlabeled] == drawn[~unlabeled]).all()
        assert (drawn[unlabeled] == drawn[0, 0]).all()


def test_boxes_of_an_object_detection_layout_are_drawn() -> None:
    row = {"width": 40, "height": 30, "objects": {"bbox": [[5.0, 6.0, 20.0, 10.0]], "area": [200.0], "category": [1]}}
    drawn = label_picture(row, CATEGORIES)
    assert drawn is not None
    assert drawn.getpixel((5, 10)) == COLORS[1]
    assert drawn.getpixel((15, 11)) == UNLABELED_COLOR


def test_row_in_a_layout_may_have_a_name() -> None:
    row = {"width": 40, "height": 30, "objects": {"bbox": [[5.0, 6.0, 20.0, 10.0]], "area": [200.0], "category": [1]}}
    assert contact_sheet([{**row, "name": "a.jpg"}], of=CATEGORIES) != contact_sheet([row], of=CATEGORIES)


def test_every_form_of_input_gives_the_same_sheet(tmp_path: Path) -> None:
    expected = contact_sheet(demo_release())
    rows = load_release(demo_release(), split="train")
    rows.to_parquet(tmp_path / "rows.parquet")
    reloaded = datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"))
    stream = load_release(demo_release(), streaming=True)
    for data in (Release.open(demo_release()), rows, reloaded, stream, stream["train"], rows.with_format("numpy")):
        assert contact_sheet(data) == expected
    assert contact_sheet(list(rows), of=rows) == expected
    assert contact_sheet(iter(stream["train"]), of=demo_release()) == expected


def test_splits_are_drawn_one_after_the_other() -> None:
    splits = load_release(demo_release(), splits="metadata:split")
    both = datasets.concatenate_datasets(list(splits.values()))
    assert contact_sheet(splits) == contact_sheet(both)


def test_only_drawn_images_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load_release(demo_release(), split="train")
    decoded: list[Any] = []
    open_image = Image.open
    monkeypatch.setattr(Image, "open", lambda *args, **kwargs: decoded.append(args) or open_image(*args, **kwargs))
    contact_sheet(dataset, limit=2)
    assert len(decoded) == 2


def test_only_drawn_images_and_bitmaps_are_fetched(server: Any, write_release: Any) -> None:
    release = write_release(served_samples(server, 8))
    contact_sheet(release, limit=2)
    assert set(server.requests) == {f"/{kind}/{number}.{end}" for kind, end in (("images", "jpg"), ("labels", "png"))
                                 for number in (0, 1)}  # fmt: skip


def test_release_with_a_missing_image_has_a_contact_sheet_unless_on_error_is_raise(
    tmp_path: Path, write_release: Any
) -> None:
    release = write_release([{"name": "a.jpg", "attributes": {"image": {"url": "nowhere.jpg"}}, "labels": {}}])
    assert contact_sheet(release).width > 0
    with pytest.raises(OSError, match=r"nowhere\.jpg"):
        contact_sheet(release, on_error="raise")


def test_unreadable_bitmap_error_names_the_sample() -> None:
    row = {"name": "a.jpg", "image": None, "status": "LABELED", "annotations": [], "segmentation_bitmap": b"no"}
    with pytest.raises(BitmapError, match=r"sample 'a\.jpg': got a bitmap"):
        contact_sheet([row])


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", jpeg((80, 60))[:-100], jpeg((80, 60))[:200]],
    ids=["empty", "HTML", "cut at the end", "cut in the header"],
)
def test_unreadable_image_error_names_the_sample(content: bytes) -> None:
    row = {"name": "a.jpg", "image": {"bytes": content, "path": None}, "status": "LABELED", "annotations": []}
    for draw in (lambda: contact_sheet([row]), lambda: plot(row)):
        with pytest.raises(AssetError, match=r"sample 'a\.jpg': got "):
            draw()


@pytest.mark.parametrize("ignore_index", [None, 255])
def test_semantic_masks_have_the_colors_of_their_bitmaps_for_each_ignore_index(ignore_index: int | None) -> None:
    rows = load_release(demo_release(), split="train", filter_by="reviewed")
    laid_out = to_layout(rows, "semantic-segmentation", ignore_index=ignore_index)
    for row, mask in zip(rows, laid_out, strict=True):
        expected = label_picture(row, rows)
        assert label_picture(mask, laid_out) == expected
        assert label_picture(mask, categories(rows)) == expected
    assert contact_sheet(laid_out).getpixel((420, 70)) == contact_sheet(rows).getpixel((420, 70))


def test_contact_sheet_of_arc_litter_has_the_colors_of_the_classes(arc_litter: Path) -> None:
    release, folder = arc_litter / "arc_litter-v01.json", arc_litter / "segments"
    sheet = contact_sheet(release, segments_dir=folder, filter_by="reviewed")
    colors = {color for _, color in sheet.getcolors(2**24) or ()}
    assert {*class_colors(categories(load_release(release, split="train", load_assets=False)))} <= colors


def test_mapped_stream_has_the_same_contact_sheet_as_its_stream() -> None:
    stream = load_release(demo_release(), split="train", streaming=True)
    mapped = stream.map(lambda row: row, features=stream.features)
    shown, expected = (np.asarray(contact_sheet(data), float) for data in (mapped, stream))
    assert abs(shown - expected).mean() < 1  # `datasets` 3 encodes the images again
