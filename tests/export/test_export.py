"""What holds for every format: options, refusals, errors, streams."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import label, sample, unreadable

from segments_hf import Release, export_dataset, load_release, to_layout
from segments_hf.errors import AssetError, BitmapError, OptionError, SegmentsHFError
from segments_hf.export import FORMATS

from .making import BOX, LINE, POINT, POLYGON, bitmap_release, files, vector_release, write

OF_BITMAPS = sorted(set(FORMATS) - {"yolo-pose"})


def test_the_formats() -> None:
    assert set(FORMATS) == {
        "coco-instance", "coco-panoptic", "yolo", "yolo-segment", "yolo-pose", "yolo-obb", "pascal-voc", "instance",
        "instance-color", "semantic", "semantic-color", "polygon",
    }  # fmt: skip
    assert all(made.help for made in FORMATS.values())


@pytest.mark.parametrize("name", OF_BITMAPS)
def test_every_way_of_giving_it_gives_the_same_files(tmp_path: Path, name: str) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": True, "x/b.jpg": True, "c.jpg": None})
    whole = load_release(release)
    ways: dict[str, Any] = {
        "path": release,
        "text": str(release),
        "release": Release.open(release),
        "dict": {"train": release},
        "dataset": whole["train"],
        "splits": whole,
        "stream": load_release(release, split="train", streaming=True),
        "embedded": load_release(release, embed=True),
    }
    found = {}
    for way, given in ways.items():
        export_dataset(given, name, tmp_path / way)
        found[way] = {file: (tmp_path / way / file).read_bytes() for file in files(tmp_path / way)}
    assert found.pop("path")
    assert all(content == found["text"] for content in found.values())


@pytest.mark.parametrize("name", OF_BITMAPS)
def test_images_are_the_bytes_or_links_or_none(tmp_path: Path, name: str) -> None:
    release = bitmap_release(tmp_path)
    ways = ("copy", "link", "none")
    done = {images: export_dataset(release, name, tmp_path / images, images=images) for images in ways}
    assert {each.images for each in done.values()} == {1}
    (image,) = files(tmp_path / "copy") - files(tmp_path / "none")
    assert files(tmp_path / "link") == files(tmp_path / "copy")
    assert (tmp_path / "copy" / image).read_bytes() == (tmp_path / "image.jpg").read_bytes()
    assert not (tmp_path / "copy" / image).is_symlink()
    assert (tmp_path / "link" / image).resolve() == (tmp_path / "image.jpg").resolve()


def test_bytes_cannot_be_linked_to(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), embed=True)
    with pytest.raises(OptionError, match="^images: got .*images='copy'"):
        export_dataset(rows, "coco", tmp_path / "out", images="link")


@pytest.mark.parametrize(
    ("task_type", "annotations", "name", "possible"),
    [
        ("segmentation-bitmap", None, "yolo-pose", OF_BITMAPS),
        ("bboxes", [BOX], "coco-panoptic", ["coco-instance", "pascal-voc", "yolo", "yolo-obb"]),
        ("bboxes", [BOX], "semantic", ["coco-instance", "pascal-voc", "yolo", "yolo-obb"]),
        ("keypoints", [POINT], "yolo", ["coco-instance", "yolo-pose"]),
        ("vector", [POINT, LINE], "semantic", ["coco-instance"]),
        ("vector", [LINE], "yolo-obb", ["coco-instance", "pascal-voc", "yolo"]),
    ],
)
def test_a_format_that_has_no_place_is_refused_with_those_that_have(
    tmp_path: Path, task_type: str, annotations: Any, name: str, possible: list[str]
) -> None:
    release = vector_release(tmp_path, annotations, task_type) if annotations else bitmap_release(tmp_path)
    with pytest.raises(OptionError) as caught:
        export_dataset(release, name, tmp_path / "out")
    message = str(caught.value)
    assert f"export_format: got {name}" in message
    assert message.endswith(f" {', '.join(possible)}")
    assert not files(tmp_path / "out")


def test_it_is_refused_before_anything_is_fetched(tmp_path: Path, server: Any) -> None:
    given = sample("a.jpg", server.address + "/a.jpg", label(annotations=[BOX]))
    with pytest.raises(OptionError, match="export_format"):
        export_dataset(write(tmp_path, [given], "bboxes"), "polygon", tmp_path / "out")
    assert not server.asked


@pytest.mark.parametrize("task_type", ["pointcloud-cuboid", "text-named-entities"])
def test_labels_that_are_not_of_images_have_no_format(tmp_path: Path, task_type: str) -> None:
    release = write(tmp_path, [sample("a", None, {"label_status": "LABELED", "attributes": {}})], task_type)
    with pytest.raises(SegmentsHFError, match="wanted the columns of an image task"):
        export_dataset(release, "coco", tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"export_format": "coco-stuff"}, r"export_format: got 'coco-stuff', .*'coco-instance', "),
        ({"images": "move"}, r"images: got 'move', .*'copy', 'convert', 'link', 'none'"),
        ({"on_error": "keep"}, r"on_error: got 'keep', .*'raise', 'skip'"),
    ],
)
def test_wrong_options(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        export_dataset(bitmap_release(tmp_path), **{"path": tmp_path / "out", **options})
    assert not (tmp_path / "out").exists()


def test_layouts_and_other_things_are_refused(tmp_path: Path) -> None:
    layout = to_layout(load_release(bitmap_release(tmp_path)), "semantic-segmentation")
    with pytest.raises(SegmentsHFError, match="wanted the columns of an image task"):
        export_dataset(layout, "coco", tmp_path / "out")
    with pytest.raises(SegmentsHFError, match="got list, wanted a release"):
        export_dataset([], "coco", tmp_path / "out")


def test_a_part_of_a_split_has_the_name_of_the_split(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": True}), split="train[:1]")
    export_dataset(rows, "coco", tmp_path / "out")
    assert files(tmp_path / "out") == {"annotations/instances_train.json", "train/a.jpg"}


def test_the_name_of_a_split_is_no_path(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), split="train")
    with pytest.raises(OptionError, match=r"got '../x' as the name of a split"):
        export_dataset(datasets.DatasetDict({"../x": rows}), "coco", tmp_path / "out")


def test_rows_without_their_bitmaps_are_refused(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), split="train").remove_columns("segmentation_bitmap")
    with pytest.raises(SegmentsHFError, match="without the column segmentation_bitmap"):
        export_dataset(rows, "coco", tmp_path / "out")


def test_an_image_that_is_elsewhere_cannot_be_copied(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path), split="train")
    stream = rows.cast_column("image", datasets.Image(decode=False, id=rows.features["image"].id)).to_iterable_dataset()
    moved = stream.map(
        lambda row: {**row, "image": {"bytes": None, "path": "https://host/a.jpg?X-Amz-Signature=secret"}},
        features=stream.features,
    )
    with pytest.raises(AssetError, match=r"sample 'meadow.jpg': .*https://host/a.jpg"):
        export_dataset(moved, "coco", tmp_path / "out")


def test_attributes_stay_after_a_map_of_a_stream(tmp_path: Path) -> None:
    stream = load_release(bitmap_release(tmp_path), split="train", streaming=True)
    export_dataset(stream, "coco", tmp_path / "stream")
    export_dataset(stream.map(lambda row: row, features=stream.features), "coco", tmp_path / "mapped")
    first, second = ((tmp_path / way / "annotations/instances_train.json").read_bytes() for way in ("stream", "mapped"))
    assert json.loads(first) == json.loads(second)
    assert json.loads(first)["annotations"][0]["attributes"]["open"] is True


def test_no_label_at_all(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": None, "b.jpg": label("SKIPPED")})
    with pytest.raises(OptionError, match="1 UNLABELED, 1 SKIPPED"):
        export_dataset(release, "coco", tmp_path / "out")


@pytest.mark.parametrize("name", OF_BITMAPS)
def test_a_broken_bitmap_follows_on_error(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    broken = label(annotations=[{"id": 1, "category_id": 3}], segmentation_bitmap={"url": "broken.png"})
    release = bitmap_release(tmp_path, {"a.jpg": True, "broken.jpg": broken, "c.jpg": True})
    (tmp_path / "broken.png").write_bytes(unreadable((tmp_path / "bitmap.png").read_bytes()))
    message = r"sample 'broken.jpg': got a bitmap .*on_error='skip'"
    with pytest.raises(BitmapError, match=message):
        export_dataset(release, name, tmp_path / "out")
    assert not files(tmp_path / "out")
    done = export_dataset(release, name, tmp_path / "out", on_error="skip")
    assert (done.images, done.left_out) == (2, {"broken": 1})
    assert "sample 'broken.jpg' left out: got a bitmap" in caplog.text
    assert not [file for file in files(tmp_path / "out") if "broken" in file]


@pytest.mark.parametrize("name", OF_BITMAPS)
def test_a_bitmap_that_was_damaged_since_follows_on_error(tmp_path: Path, name: str) -> None:
    given = label(annotations=[{"id": 1, "category_id": 3}], segmentation_bitmap={"url": "broken.png"})
    release = bitmap_release(tmp_path, {"a.jpg": True, "broken.jpg": given, "c.jpg": True})
    whole = (tmp_path / "bitmap.png").read_bytes()
    (tmp_path / "broken.png").write_bytes(whole)
    rows = load_release(release)
    (tmp_path / "broken.png").write_bytes(whole[:90])
    with pytest.raises(BitmapError, match=r"sample 'broken.jpg'"):
        export_dataset(rows, name, tmp_path / "out")
    assert not files(tmp_path / "out")
    done = export_dataset(rows, name, tmp_path / "out", on_error="skip")
    assert (done.images, done.left_out) == (2, {"broken": 1})
    assert not [file for file in files(tmp_path / "out") if "broken" in file]


def test_a_missing_bitmap_is_no_empty_label(tmp_path: Path) -> None:
    missing = label(annotations=[{"id": 1, "category_id": 3}])
    release = bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": missing})
    with pytest.raises(BitmapError, match="sample 'b.jpg': it has 1 annotations but no bitmap"):
        export_dataset(release, "semantic", tmp_path / "out")


def test_what_was_kept_null_is_no_empty_label(tmp_path: Path) -> None:
    unknown = label(annotations=[{"id": 1, "category_id": 99}], segmentation_bitmap={"url": "bitmap.png"})
    rows = load_release(bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": unknown}), on_error="keep")
    with pytest.raises(BitmapError, match="sample 'b.jpg'"):
        export_dataset(rows, "coco", tmp_path / "out")
    done = export_dataset(rows, "coco", tmp_path / "out", on_error="skip")
    assert (done.images, done.left_out) == (1, {"broken": 1})


def test_an_asset_that_cannot_be_had_follows_on_error(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": True})
    (tmp_path / "image.jpg").write_text("<html>")
    with pytest.raises(AssetError, match=r"sample 'a.jpg', image"):
        export_dataset(release, "coco", tmp_path / "out")


def test_a_file_that_is_gone_since(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path))
    (tmp_path / "image.jpg").unlink()
    with pytest.raises(AssetError, match=r"sample 'meadow.jpg': .*image.jpg"):
        export_dataset(rows, "coco", tmp_path / "out")


def test_splits_with_other_categories_are_not_one_export(tmp_path: Path) -> None:
    first = load_release(bitmap_release(tmp_path / "a"), split="train")
    other = {"format_version": "0.1", "categories": [{"id": number, "name": f"{number}"} for number in (0, 3, 8)]}
    second = load_release(bitmap_release(tmp_path / "b", task_attributes=other), split="train")
    with pytest.raises(OptionError, match="categories"):
        export_dataset(datasets.DatasetDict(train=first, val=second), "coco", tmp_path / "out")


def sequence_release(folder: Path, task_type: str, frames: list[dict[str, Any]]) -> Path:
    """A sequence of two frames, made of the pictures of a release of bitmaps."""
    bitmap_release(folder)
    images = [{"image": {"url": "image.jpg"}, "name": f"frame_{number}.jpg"} for number in range(len(frames))]
    labels = {"ground-truth": label(frames=frames)}
    given = {"name": "drive", "uuid": "1", "attributes": {"frames": images}, "labels": labels}
    return write(folder, [given], task_type)


def test_frames_of_sequences_are_images(tmp_path: Path) -> None:
    boxes = [{"annotations": [{**BOX, "track_id": 4}]}, {"annotations": [{**POLYGON, "track_id": 5}]}]
    release = sequence_release(tmp_path, "image-vector-sequence", boxes)
    done = export_dataset(release, "yolo", tmp_path / "out")
    assert (done.images, done.objects) == (2, 2)
    assert files(tmp_path / "out") == {
        "data.yaml", "images/train/drive/frame_0.jpg", "images/train/drive/frame_1.jpg",
        "labels/train/drive/frame_0.txt", "labels/train/drive/frame_1.txt",
    }  # fmt: skip


def test_tracks_stay_in_coco(tmp_path: Path) -> None:
    frame = {"annotations": [{"id": 5, "category_id": 3, "track_id": 8}], "segmentation_bitmap": {"url": "bitmap.png"}}
    release = sequence_release(tmp_path, "image-segmentation-sequence", [frame])
    export_dataset(release, "coco", tmp_path / "out")
    document = json.loads((tmp_path / "out/annotations/instances_train.json").read_bytes())
    assert [item["track_id"] for item in document["annotations"]] == [8]
    assert document["annotations"][0]["area"] == 55


def test_a_stream_of_unknown_length_is_read_row_by_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows that were written are not held: few are alive at any time. Progress is told without an end."""
    rows = load_release(bitmap_release(tmp_path), split="train")
    row = rows.cast_column("image", datasets.Image(decode=False)).cast_column(
        "segmentation_bitmap", datasets.Image(decode=False)
    )[0]
    alive: list[int] = []

    class Watched(bytes):
        count = 0

        def __new__(cls, content: bytes) -> Watched:
            cls.count += 1
            return super().__new__(cls, content)

        def __del__(self) -> None:
            Watched.count -= 1

    image, bitmap = (Path(row[name]["path"]).read_bytes() for name in ("image", "segmentation_bitmap"))

    def generate() -> Any:
        for number in range(200):
            alive.append(Watched.count)
            yield {
                **row,
                "name": f"{number}.jpg",
                "image": {"bytes": Watched(image), "path": None},
                "segmentation_bitmap": {"bytes": bitmap, "path": None},
            }

    stream = datasets.IterableDataset.from_generator(generate, features=rows.features)
    gc.collect()
    done = export_dataset(stream, "coco", tmp_path / "out")
    assert (done.images, done.objects) == (200, 1200)
    assert max(alive) < 60
    told = capsys.readouterr().err.rpartition("coco-instance train: ")[2]
    assert "200img" in told
    assert "%" not in told
