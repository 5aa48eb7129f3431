"""Errors of exports: unsuitable formats, invalid options, broken images and bitmaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import label, sample, unreadable_png

from segments_hf import export_dataset, load_release, to_layout
from segments_hf.errors import AssetError, BitmapError, OptionError, SegmentsHFError
from segments_hf.export import FORMATS

from .making import BOX, LINE, POINT, bitmap_release, files, vector_release, write

BITMAP_FORMATS = [name for name, entry in FORMATS.items() if "bitmap" in entry.object_kinds]


def test_links_to_embedded_images_are_refused(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), embed=True)
    with pytest.raises(OptionError, match="^images: got .*images='copy'"):
        export_dataset(rows, "coco", tmp_path / "out", images="link")


@pytest.mark.parametrize(
    ("task_type", "annotations", "name", "possible"),
    [
        ("segmentation-bitmap", None, "yolo-pose", BITMAP_FORMATS),
        ("bboxes", [BOX], "coco-panoptic", ["coco-instance", "pascal-voc", "yolo", "yolo-obb"]),
        ("bboxes", [BOX], "semantic", ["coco-instance", "pascal-voc", "yolo", "yolo-obb"]),
        ("keypoints", [POINT], "yolo", ["coco-instance", "yolo-pose"]),
        ("vector", [POINT, LINE], "semantic", ["coco-instance"]),
        ("vector", [LINE], "yolo-obb", ["coco-instance", "pascal-voc", "yolo"]),
    ],
)
def test_unsuitable_format_error_lists_the_suitable_formats(
    tmp_path: Path, task_type: str, annotations: Any, name: str, possible: list[str]
) -> None:
    release = vector_release(tmp_path, annotations, task_type) if annotations else bitmap_release(tmp_path)
    with pytest.raises(OptionError) as caught:
        export_dataset(release, name, tmp_path / "out")
    message = str(caught.value)
    assert f"export_format: got {name}" in message
    assert message.endswith(f" {', '.join(possible)}")
    assert not files(tmp_path / "out")


def test_unsuitable_format_is_refused_before_any_request(tmp_path: Path, server: Any) -> None:
    remote_sample = sample("a.jpg", server.address + "/a.jpg", label(annotations=[BOX]))
    with pytest.raises(OptionError, match="export_format"):
        export_dataset(write(tmp_path, [remote_sample], "bboxes"), "polygon", tmp_path / "out")
    assert not server.requests


def test_labels_of_text_are_refused(tmp_path: Path) -> None:
    release = write(tmp_path, [sample("a", None, {"label_status": "LABELED", "attributes": {}})], "text-named-entities")
    with pytest.raises(SegmentsHFError, match="text-named-entities is not supported by export"):
        export_dataset(release, "coco", tmp_path / "out")


@pytest.mark.parametrize(
    ("task_type", "export_format", "expected"),
    [
        ("pointcloud-cuboid", "coco", "openpcdet"),
        ("pointcloud-vector", "polygon", "openpcdet"),
        ("bboxes", "openpcdet", "yolo"),
    ],
)
def test_format_for_other_labels_is_refused_and_the_error_lists_a_suitable_format(
    tmp_path: Path, task_type: str, export_format: str, expected: str
) -> None:
    release = write(tmp_path, [sample("a", None, {"label_status": "LABELED", "attributes": {}})], task_type)
    with pytest.raises(OptionError, match=f"cannot represent .*; expected one of .*{expected}"):
        export_dataset(release, export_format, tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"export_format": "coco-stuff"}, r"export_format: got 'coco-stuff', .*'coco-instance', "),
        ({"images": "move"}, r"images: got 'move', .*'copy', 'convert', 'upright', 'link', 'none'"),
        ({"on_error": "keep"}, r"on_error: got 'keep', .*'raise', 'skip'"),
    ],
)
def test_invalid_option_error_lists_the_choices(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        export_dataset(bitmap_release(tmp_path), **{"path": tmp_path / "out", **options})
    assert not (tmp_path / "out").exists()


def test_layouts_and_lists_are_refused(tmp_path: Path) -> None:
    layout = to_layout(load_release(bitmap_release(tmp_path)), "semantic-segmentation")
    with pytest.raises(SegmentsHFError, match="in the layout 'semantic-segmentation'"):
        export_dataset(layout, "coco", tmp_path / "out")
    with pytest.raises(SegmentsHFError, match="got list"):
        export_dataset([], "coco", tmp_path / "out")


def test_split_name_that_is_a_path_is_refused(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), split="train")
    with pytest.raises(OptionError, match=r"got '\.\./x'"):
        export_dataset(datasets.DatasetDict({"../x": rows}), "coco", tmp_path / "out")


def test_dataset_without_its_bitmap_column_is_refused(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), split="train").remove_columns("segmentation_bitmap")
    with pytest.raises(SegmentsHFError, match="segmentation_bitmap"):
        export_dataset(rows, "coco", tmp_path / "out")


def test_image_at_a_url_cannot_be_copied(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), split="train")
    stream = rows.cast_column("image", datasets.Image(decode=False, id=rows.features["image"].id)).to_iterable_dataset()
    with_urls = stream.map(
        lambda row: {**row, "image": {"bytes": None, "path": "https://host/a.jpg?X-Amz-Signature=secret"}},
        features=stream.features,
    )
    with pytest.raises(AssetError, match=r"sample 'meadow.jpg': .*https://host/a.jpg") as caught:
        export_dataset(with_urls, "coco", tmp_path / "out")
    assert "secret" not in str(caught.value)


def test_release_without_labels_is_refused_with_the_counts_of_statuses(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": None, "b.jpg": label("SKIPPED")})
    with pytest.raises(OptionError, match="1 UNLABELED, 1 SKIPPED"):
        export_dataset(release, "coco", tmp_path / "out")


@pytest.mark.parametrize("name", BITMAP_FORMATS)
def test_broken_bitmap_raises_error_or_is_skipped(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    broken_label = label(annotations=[{"id": 1, "category_id": 3}], segmentation_bitmap={"url": "broken.png"})
    release = bitmap_release(tmp_path, {"a.jpg": True, "broken.jpg": broken_label, "c.jpg": True})
    (tmp_path / "broken.png").write_bytes(unreadable_png((tmp_path / "bitmap.png").read_bytes()))
    message = r"sample 'broken.jpg': got a bitmap .*on_error='skip'"
    with pytest.raises(BitmapError, match=message):
        export_dataset(release, name, tmp_path / "out")
    assert not files(tmp_path / "out")
    result = export_dataset(release, name, tmp_path / "out", on_error="skip")
    assert (result.images, result.left_out) == (2, {"broken": 1})
    assert "sample 'broken.jpg' left out: got a bitmap" in caplog.text
    assert not [file for file in files(tmp_path / "out") if "broken" in file]


@pytest.mark.parametrize("name", BITMAP_FORMATS)
def test_bitmap_damaged_after_loading_raises_error_or_is_skipped(tmp_path: Path, name: str) -> None:
    broken_label = label(annotations=[{"id": 1, "category_id": 3}], segmentation_bitmap={"url": "broken.png"})
    release = bitmap_release(tmp_path, {"a.jpg": True, "broken.jpg": broken_label, "c.jpg": True})
    content = (tmp_path / "bitmap.png").read_bytes()
    (tmp_path / "broken.png").write_bytes(content)
    rows = load_release(release)
    (tmp_path / "broken.png").write_bytes(content[:90])
    with pytest.raises(BitmapError, match=r"sample 'broken.jpg'"):
        export_dataset(rows, name, tmp_path / "out")
    assert not files(tmp_path / "out")
    result = export_dataset(rows, name, tmp_path / "out", on_error="skip")
    assert (result.images, result.left_out) == (2, {"broken": 1})
    assert not [file for file in files(tmp_path / "out") if "broken" in file]


def test_annotations_without_a_bitmap_are_an_error(tmp_path: Path) -> None:
    without_bitmap = label(annotations=[{"id": 1, "category_id": 3}])
    release = bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": without_bitmap})
    with pytest.raises(BitmapError, match="sample 'b.jpg': .*no bitmap"):
        export_dataset(release, "semantic", tmp_path / "out")


def test_label_that_loading_kept_as_null_raises_error_or_is_skipped(tmp_path: Path) -> None:
    unknown_category = label(annotations=[{"id": 1, "category_id": 99}], segmentation_bitmap={"url": "bitmap.png"})
    rows = load_release(bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": unknown_category}), on_error="keep")
    with pytest.raises(BitmapError, match="sample 'b.jpg'"):
        export_dataset(rows, "coco", tmp_path / "out")
    result = export_dataset(rows, "coco", tmp_path / "out", on_error="skip")
    assert (result.images, result.left_out) == (1, {"broken": 1})


def test_unreadable_image_error_names_the_sample(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": True})
    (tmp_path / "image.jpg").write_text("<html>")
    with pytest.raises(AssetError, match=r"sample 'a.jpg', image"):
        export_dataset(release, "coco", tmp_path / "out")


def test_image_removed_after_loading_is_an_error(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path))
    (tmp_path / "image.jpg").unlink()
    with pytest.raises(AssetError, match=r"sample 'meadow.jpg': .*image.jpg"):
        export_dataset(rows, "coco", tmp_path / "out")


def test_splits_with_different_categories_are_refused(tmp_path: Path) -> None:
    train = load_release(bitmap_release(tmp_path / "a"), split="train")
    other_attributes = {
        "format_version": "0.1",
        "categories": [{"id": number, "name": f"{number}"} for number in (0, 3, 8)],
    }
    val = load_release(bitmap_release(tmp_path / "b", task_attributes=other_attributes), split="train")
    with pytest.raises(OptionError, match="categories"):
        export_dataset(datasets.DatasetDict(train=train, val=val), "coco", tmp_path / "out")
