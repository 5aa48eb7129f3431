"""Samples without faults, and faults that tests plant in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from dataset.making import GROUND_TRUTH, bitmap, jpeg, label, sample, unreadable_png, with_comment, with_orientation

SIZE = (8, 6)  # width, height
IDS = np.zeros(SIZE[::-1], np.uint32)
IDS[:2, :2], IDS[3:5, 2:6] = 1, 70000
ANNOTATIONS = [{"id": 1, "category_id": 1}, {"id": 70000, "category_id": 2}]
SHAPES = [
    {"id": 1, "category_id": 1, "type": "polygon", "points": [[0, 0], [8, 0], [4.5, 6]]},
    {"id": 2, "category_id": 2, "type": "bbox", "points": [[1, 1], [3, 2]]},
    {"id": 3, "category_id": 2, "type": "polyline", "points": [[0, 3], [8, 3]]},
    {"id": 4, "category_id": 1, "type": "point", "points": [[2, 2]]},
]
BITMAPS, VECTORS = "segmentation-bitmap", "vector"
BITMAP_SEQUENCES, VECTOR_SEQUENCES = "image-segmentation-sequence", "image-vector-sequence"
TASK_TYPES = (BITMAPS, VECTORS, BITMAP_SEQUENCES, VECTOR_SEQUENCES)

Samples = list[dict[str, Any]]


def clean(folder: Path, task_type: str, count: int = 3) -> Samples:
    """Return samples without a fault, each with its own files. Images have 8 x 6 pixels, and sequences three frames."""
    return [_clean_sample(folder, number, task_type) for number in range(count)]


def _clean_sample(folder: Path, number: int, task_type: str) -> dict[str, Any]:
    name = f"flower_{number}.jpg"
    if "sequence" not in task_type:
        return sample(name, _image(folder, f"{number}"), label(**_content(folder, f"{number}", task_type)))
    stems = [f"{number}-{frame}" for frame in range(3)]
    contents = [_content(folder, stem, task_type) for stem in stems]
    for annotation in (annotation for content in contents for annotation in content["annotations"]):
        annotation["track_id"] = annotation["id"]
    images = [{"name": stem, "image": {"url": _image(folder, stem)}} for stem in stems]
    return sample(name, label={**label(), "attributes": {"frames": contents}}, attributes={"frames": images})


def _content(folder: Path, stem: str, task_type: str) -> dict[str, Any]:
    """Return the label of an image. For a segmentation task, also write the bitmap, whose URL is in the label."""
    if "segmentation" not in task_type:
        return {"annotations": [dict(item) for item in SHAPES]}
    file = folder / f"{stem}.png"
    file.write_bytes(bitmap(IDS))
    return {"annotations": [dict(item) for item in ANNOTATIONS], "segmentation_bitmap": {"url": file.name}}


def _image(folder: Path, stem: str) -> str:
    file = folder / f"{stem}.jpg"
    file.write_bytes(with_comment(jpeg(SIZE), stem))
    return file.name


def content(samples: Samples, index: int = 1, frame: int = 1) -> dict[str, Any]:
    """Return the annotations and the bitmap of a sample in the release; for a sequence, those of one frame."""
    attributes = samples[index]["labels"][GROUND_TRUTH]["attributes"]
    return attributes["frames"][frame] if "frames" in attributes else attributes


@dataclass(frozen=True)
class PlantedFault:
    """A fault in a release.

    Attributes:
        check: The only check that finds the fault.
        plant: A function that plants the fault in the second sample, or in the files of this sample in the folder.
        message: A part of the message of the finding.
        task_types: The task types whose releases may have the fault.
        assets: Whether only ``validate(…, assets=True)`` finds the fault.
        loaded: The check that finds the fault after the release was loaded as a dataset; ``the same`` for `check`; None
            if loading leaves out the faulty sample.
    """

    check: str
    plant: Callable[[Samples, Path], object]
    message: str
    task_types: Iterable[str] = TASK_TYPES
    assets: bool = False
    loaded: str | None = "the same"

    def __str__(self) -> str:
        return self.check


def _annotations(samples: Samples) -> list[dict[str, Any]]:
    return content(samples)["annotations"]


def _with_vector(kind: str | None, points: Any) -> Callable[[Samples, Path], object]:
    """Return a function that adds an annotation of this type and with these points to the second sample."""
    return lambda samples, folder: _annotations(samples).append(
        {"id": 9, "category_id": 1, "type": kind, "points": points}
    )


def _copied_from_first_sample(*keys: str) -> Callable[[Samples, Path], object]:
    """Return a function that copies the values of some keys from the first sample to the second sample."""
    return lambda samples, folder: samples[1].update({key: samples[0][key] for key in keys})


def _file(samples: Samples, folder: Path, kind: str) -> Path:
    """Return the path of the image or the bitmap of the second sample, or of the second frame of this sample."""
    attributes = samples[1]["attributes"]
    image = attributes["frames"][1] if "frames" in attributes else attributes
    reference = image["image"] if kind == "image" else content(samples)["segmentation_bitmap"]
    return folder / reference["url"]


def _rewritten(kind: str, change: Callable[[bytes], bytes]) -> Callable[[Samples, Path], object]:
    """Return a function that changes the bytes of the image or the bitmap of the second sample."""

    def plant(samples: Samples, folder: Path) -> None:
        file = _file(samples, folder, kind)
        file.write_bytes(change(file.read_bytes()))

    return plant


def _copy_image_of_first_sample(samples: Samples, folder: Path) -> None:
    _file(samples, folder, "image").write_bytes(_file([{}, samples[0]], folder, "image").read_bytes())


def _upside_down(content: bytes) -> bytes:
    return with_orientation(content, 3)


def _removed(kind: str) -> Callable[[Samples, Path], object]:
    """Return a function that removes the file of the image or the bitmap of the second sample."""
    return lambda samples, folder: _file(samples, folder, kind).unlink()


def _with_ids(*changes: Any) -> Callable[[bytes], bytes]:
    """Return a function that returns the bitmap of a sample without faults, with other ids at some pixels.

    Args:
        *changes: Pairs of an index of the array of ids, and the id to write there.
    """

    def change(_: bytes) -> bytes:
        ids = IDS.copy()
        for pixels, number in changes:
            ids[pixels] = number
        return bitmap(ids)

    return change


WITH_BITMAPS, WITH_VECTORS = (BITMAPS, BITMAP_SEQUENCES), (VECTORS, VECTOR_SEQUENCES)
SEQUENCES = (BITMAP_SEQUENCES, VECTOR_SEQUENCES)
IMAGES = (BITMAPS, VECTORS)
ALL_PIXELS = slice(None), slice(None)

LABEL_FAULTS = [
    PlantedFault("duplicate-name", _copied_from_first_sample("name"), "row 0 "),
    PlantedFault("duplicate-uuid", _copied_from_first_sample("uuid"), "row 0, 'flower_0.jpg'"),
    PlantedFault("duplicate-sample", _copied_from_first_sample("name", "uuid"), "row 0 "),
    PlantedFault(
        "unknown-status", lambda samples, _: samples[1]["labels"][GROUND_TRUTH].update(label_status="DONE"), "'DONE'"
    ),
    PlantedFault("unknown-status", lambda samples, _: samples[1]["labels"][GROUND_TRUTH].pop("label_status"), "None"),
    PlantedFault(
        "unknown-category", lambda samples, _: _annotations(samples)[0].update(category_id=7, track_id=99), ": 7"
    ),
    PlantedFault(
        "repeated-annotation-id", lambda samples, _: _annotations(samples).append(_annotations(samples)[1]), "id "
    ),
    *(
        PlantedFault(check, plant, f"the annotation id {number}", task_types)
        for number in (0, -3, 2**24, 2**40)
        for plant in [
            lambda samples, _, number=number: _annotations(samples).append(
                {**ANNOTATIONS[0], "id": number, "type": "point", "points": [[1, 1]]}
            )
        ]
        for check, task_types in (
            ("impossible-annotation-id", WITH_BITMAPS),
            ("unusual-annotation-id", WITH_VECTORS),
        )
    ),
    PlantedFault("too-few-points", _with_vector("polygon", [[1, 1], [5, 2]]), "polygon 9", WITH_VECTORS),
    PlantedFault("too-few-points", _with_vector("polygon", None), "polygon 9", WITH_VECTORS),
    PlantedFault("too-few-points", _with_vector("bbox", [[1, 1]]), "bbox 9", WITH_VECTORS),
    PlantedFault("too-few-points", _with_vector("polyline", [[1, 1]]), "polyline 9", WITH_VECTORS),
    PlantedFault("too-few-points", _with_vector("point", []), "point 9", WITH_VECTORS),
    PlantedFault("no-area", _with_vector("bbox", [[1, 1], [1, 5]]), "bbox 9", WITH_VECTORS),
    PlantedFault("no-area", _with_vector("bbox", [[6, 1], [2, 1]]), "bbox 9", WITH_VECTORS),
    PlantedFault("no-area", _with_vector("polygon", [[1, 1], [2, 2], [1, 1], [4, 4]]), "polygon 9", WITH_VECTORS),
    PlantedFault(
        "point-without-coordinates", _with_vector("polygon", [[1, 1], [2], [1, 1]]), "polygon 9", WITH_VECTORS
    ),
    PlantedFault("point-without-coordinates", _with_vector("point", [[1, 2**31]]), "point 9", WITH_VECTORS),
    PlantedFault(
        "self-crossing-polygon", _with_vector("polygon", [[1, 1], [5, 5], [5, 1], [1, 5]]), "polygon 9", WITH_VECTORS
    ),
    PlantedFault("unknown-shape", _with_vector("cuboid", [[1, 1], [2, 2]]), "cuboid 9", WITH_VECTORS),
    PlantedFault(
        "unknown-shape", _with_vector(None, [[1, 1], [2, 2]]), "annotation 9 without a type, expected", WITH_VECTORS
    ),
    PlantedFault(
        "track-changes-category",
        lambda samples, _: _annotations(samples)[0].update(category_id=2),
        "category 1 in frame 0",
        SEQUENCES,
    ),
    PlantedFault(
        "frames-without-annotations",
        lambda samples, _: content(samples).update(annotations=[], segmentation_bitmap=None),
        "1 of 3 frames have no annotation: 1",
        SEQUENCES,
    ),
    PlantedFault(
        "unreadable-label",
        lambda samples, _: _annotations(samples)[0].update(id="one"),
        "got `str`, expected `int`",
    ),
    PlantedFault("unreadable-sample", lambda samples, _: samples[1].pop("name"), "without a `name`", loaded=None),
]

ASSET_FAULTS = [
    PlantedFault(
        "point-outside", _with_vector("polygon", [[-0.5, 1], [2, 3], [3, 1]]), "8 x 6 pixels", WITH_VECTORS, assets=True
    ),
    PlantedFault("point-outside", _with_vector("point", [[8.5, 1]]), "8 x 6 pixels", WITH_VECTORS, assets=True),
    PlantedFault("point-outside", _with_vector("bbox", [[1, 1], [2, 7]]), "8 x 6 pixels", WITH_VECTORS, assets=True),
    PlantedFault("unreadable-image", _removed("image"), "does not exist", assets=True),
    PlantedFault("unreadable-image", _rewritten("image", lambda content: content[:-9]), "no end", assets=True),
    PlantedFault(
        "unreadable-image",
        lambda samples, folder: samples[1].update(attributes={}),
        "no URL",
        IMAGES,
        assets=True,
    ),
    PlantedFault(
        "unreadable-bitmap", _removed("bitmap"), "does not exist", WITH_BITMAPS, assets=True, loaded="missing-bitmap"
    ),
    PlantedFault(
        "unreadable-bitmap",
        _rewritten("bitmap", lambda content: content[:-9]),
        "the PNG has no IEND",
        WITH_BITMAPS,
        assets=True,
        loaded="missing-bitmap",
    ),
    PlantedFault(
        "unreadable-bitmap", _rewritten("bitmap", unreadable_png), "cannot be read", WITH_BITMAPS, assets=True
    ),
    PlantedFault(
        "missing-bitmap",
        lambda samples, _: content(samples).update(segmentation_bitmap=None),
        "2 annotations but no bitmap",
        WITH_BITMAPS,
        assets=True,
    ),
    PlantedFault(
        "other-size",
        _rewritten("bitmap", lambda _: bitmap(IDS[:, 1:])),
        "7 x 6 pixels for an image of 8 x 6",
        WITH_BITMAPS,
        assets=True,
        loaded="missing-bitmap",
    ),
    PlantedFault(
        "pixels-without-annotation",
        _rewritten("bitmap", _with_ids(((5, 0), 5), ((5, 5), 5))),
        "2 pixels with an id that no annotation has: 5",
        WITH_BITMAPS,
        assets=True,
    ),
    PlantedFault(
        "one-pixel-object",
        _rewritten("bitmap", _with_ids(((0, slice(1, 2)), 0), ((1, slice(0, 2)), 0))),
        "id 1",
        WITH_BITMAPS,
        assets=True,
    ),
    PlantedFault("duplicate-image", _copy_image_of_first_sample, "'flower_0.jpg'", assets=True),
    PlantedFault("rotated-image", _rewritten("image", _upside_down), "1 of ", assets=True),
    PlantedFault(
        "annotation-without-pixels",
        lambda samples, _: _annotations(samples).append({"id": 3, "category_id": 2}),
        "id 3",
        WITH_BITMAPS,
        assets=True,
    ),
    PlantedFault(
        "annotation-without-pixels",
        _rewritten("bitmap", _with_ids((ALL_PIXELS, 0))),
        "1, 70000",
        WITH_BITMAPS,
        assets=True,
    ),
]

CASES = [(fault, task_type) for fault in LABEL_FAULTS + ASSET_FAULTS for task_type in fault.task_types]
