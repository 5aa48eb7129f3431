"""Exports of releases, datasets, streams, slices of splits, and sequences."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import label

from segments_hf import Release, export_dataset, load_release
from segments_hf.export import FORMATS

from .making import BOX, POLYGON, bitmap_release, files, write

BITMAP_FORMATS = [name for name, entry in FORMATS.items() if "bitmap" in entry.object_kinds]


def test_every_format_of_images_exists_and_every_format_has_a_help_text() -> None:
    assert set(FORMATS) >= {
        "coco-instance", "coco-panoptic", "yolo", "yolo-segment", "yolo-pose", "yolo-obb", "pascal-voc", "instance",
        "instance-color", "semantic", "semantic-color", "polygon",
    }  # fmt: skip
    assert all(export_format.help for export_format in FORMATS.values())


@pytest.mark.parametrize("name", BITMAP_FORMATS)
def test_every_form_of_input_is_exported_to_the_same_files(tmp_path: Path, name: str) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": True, "x/b.jpg": True, "c.jpg": None})
    splits = load_release(release)
    forms: dict[str, Any] = {
        "path": release,
        "text": str(release),
        "release": Release.open(release),
        "dict": {"train": release},
        "dataset": splits["train"],
        "splits": splits,
        "stream": load_release(release, split="train", streaming=True),
        "embedded": load_release(release, embed=True),
    }
    contents = {}
    for form, data in forms.items():
        export_dataset(data, name, tmp_path / form)
        contents[form] = {file: (tmp_path / form / file).read_bytes() for file in files(tmp_path / form)}
    assert contents["path"]
    assert [form for form, content in contents.items() if content != contents["path"]] == []


@pytest.mark.parametrize("name", BITMAP_FORMATS)
def test_images_are_copied_linked_or_left_out(tmp_path: Path, name: str) -> None:
    release = bitmap_release(tmp_path)
    choices = ("copy", "link", "none")
    results = [export_dataset(release, name, tmp_path / images, images=images) for images in choices]
    assert [result.images for result in results] == [1, 1, 1]
    (image,) = files(tmp_path / "copy") - files(tmp_path / "none")
    assert files(tmp_path / "link") == files(tmp_path / "copy")
    assert (tmp_path / "copy" / image).read_bytes() == (tmp_path / "image.jpg").read_bytes()
    assert not (tmp_path / "copy" / image).is_symlink()
    assert (tmp_path / "link" / image).resolve() == (tmp_path / "image.jpg").resolve()


def test_files_of_a_slice_have_the_name_of_the_split(tmp_path: Path) -> None:
    rows = load_release(bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": True}), split="train[:1]")
    export_dataset(rows, "coco", tmp_path / "out")
    assert files(tmp_path / "out") == {"annotations/instances_train.json", "train/a.jpg"}


def test_mapped_stream_keeps_the_attributes_of_annotations(tmp_path: Path) -> None:
    stream = load_release(bitmap_release(tmp_path), split="train", streaming=True)
    export_dataset(stream, "coco", tmp_path / "stream")
    export_dataset(stream.map(lambda row: row, features=stream.features), "coco", tmp_path / "mapped")
    documents = [
        json.loads((tmp_path / name / "annotations/instances_train.json").read_bytes()) for name in ("stream", "mapped")
    ]
    assert documents[0] == documents[1]
    assert documents[0]["annotations"][0]["attributes"]["open"] is True


def sequence_release(folder: Path, task_type: str, frames: list[dict[str, Any]]) -> Path:
    """Write a release of one sequence. Each frame has the image of `bitmap_release`.

    Args:
        folder: The folder of the release.
        task_type: The task type.
        frames: The label of each frame.
    """
    bitmap_release(folder)
    images = [{"image": {"url": "image.jpg"}, "name": f"frame_{number}.jpg"} for number in range(len(frames))]
    labels = {"ground-truth": label(frames=frames)}
    sequence = {"name": "drive", "uuid": "1", "attributes": {"frames": images}, "labels": labels}
    return write(folder, [sequence], task_type)


def test_each_frame_of_a_sequence_is_exported_as_an_image(tmp_path: Path) -> None:
    boxes = [{"annotations": [{**BOX, "track_id": 4}]}, {"annotations": [{**POLYGON, "track_id": 5}]}]
    release = sequence_release(tmp_path, "image-vector-sequence", boxes)
    result = export_dataset(release, "yolo", tmp_path / "out")
    assert (result.images, result.objects) == (2, 2)
    assert files(tmp_path / "out") == {
        "data.yaml", "images/train/drive/frame_0.jpg", "images/train/drive/frame_1.jpg",
        "labels/train/drive/frame_0.txt", "labels/train/drive/frame_1.txt",
    }  # fmt: skip


def test_coco_keeps_the_track_ids_of_sequences(tmp_path: Path) -> None:
    frame = {"annotations": [{"id": 5, "category_id": 3, "track_id": 8}], "segmentation_bitmap": {"url": "bitmap.png"}}
    release = sequence_release(tmp_path, "image-segmentation-sequence", [frame])
    export_dataset(release, "coco", tmp_path / "out")
    document = json.loads((tmp_path / "out/annotations/instances_train.json").read_bytes())
    assert [item["track_id"] for item in document["annotations"]] == [8]
    assert document["annotations"][0]["area"] == 55


def test_stream_of_unknown_length_is_exported_in_bounded_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Few rows are in memory at any time, and the progress bar shows a count without a percentage."""
    rows = load_release(bitmap_release(tmp_path), split="train")
    row = rows.cast_column("image", datasets.Image(decode=False)).cast_column(
        "segmentation_bitmap", datasets.Image(decode=False)
    )[0]
    images_in_memory: list[int] = []  # the number of images in memory before each row

    class CountedBytes(bytes):
        """Bytes whose class counts the objects in memory."""

        count = 0

        def __new__(cls, content: bytes) -> CountedBytes:
            cls.count += 1
            return super().__new__(cls, content)

        def __del__(self) -> None:
            CountedBytes.count -= 1

    image, bitmap = (Path(row[name]["path"]).read_bytes() for name in ("image", "segmentation_bitmap"))

    def generate() -> Any:
        for number in range(200):
            images_in_memory.append(CountedBytes.count)
            yield {
                **row,
                "name": f"{number}.jpg",
                "image": {"bytes": CountedBytes(image), "path": None},
                "segmentation_bitmap": {"bytes": bitmap, "path": None},
            }

    stream = datasets.IterableDataset.from_generator(generate, features=rows.features)
    gc.collect()
    result = export_dataset(stream, "coco", tmp_path / "out")
    assert (result.images, result.objects) == (200, 1200)
    assert max(images_in_memory) < 60
    progress = capsys.readouterr().err.rpartition("coco-instance train: ")[2]
    assert "200img" in progress
    assert "%" not in progress
