"""The layout of object detection: boxes of masks and shapes, what is dropped, and the ids of images."""

from __future__ import annotations

import re

import numpy as np
import pytest
from dataset.making import bitmap, jpeg, label, sample
from datasets import ClassLabel, Features, Sequence, Value

from segments_hf import id2label, load_release, to_layout
from segments_hf.errors import BitmapError

from .mask_making import (
    KINDS,
    bitmap_sample,
    classes,
    marked,
    messages,
    shape,
    through_disk,
    through_parquet,
    train,
    vector_sample,
    write_picture,
)

TASK = "object-detection"
LEFT_OUT = re.compile("objects? left out")

IDS = [[0, 70000, 3, 3], [9, 9, 300, 3], [9, 0, 0, 70000]]
OBJECTS = [marked(70000, 4), marked(3, 0), marked(12, 0), marked(300, 4), marked(9, 0)]

# Of a shape: its points, and the area and box of it, or None where it is dropped. The image is 8 x 6.
SHAPES = {
    "box": ("bbox", [[1, 2], [4, 6]], 12, [1, 2, 3, 4]),
    "box-from-any-corner": ("bbox", [[4, 2], [1, 6]], 12, [1, 2, 3, 4]),
    "box-of-fractions": ("bbox", [[0.25, 0.5], [2.5, 1.75]], 2.8125, [0.25, 0.5, 2.25, 1.25]),
    "box-over-the-margin": ("bbox", [[-3, 4], [2, 99]], 4, [0, 4, 2, 2]),
    "box-round-the-image": ("bbox", [[-3, -3], [99, 99]], 48, [0, 0, 8, 6]),
    "box-left-of-the-image": ("bbox", [[-3, 0], [-1, 5]], None, None),
    "box-below-the-image": ("bbox", [[0, 7], [3, 9]], None, None),
    "box-at-the-margin": ("bbox", [[8, 0], [9, 5]], None, None),
    "box-of-equal-points": ("bbox", [[3, 3], [3, 3]], None, None),
    "box-of-no-height": ("bbox", [[3, 3], [5, 3]], None, None),
    "triangle": ("polygon", [[1, 1], [5, 1], [1, 4]], 6, [1, 1, 4, 3]),
    "triangle-turned-round": ("polygon", [[1, 4], [5, 1], [1, 1]], 6, [1, 1, 4, 3]),
    "polygon-closed-already": ("polygon", [[1, 1], [5, 1], [1, 4], [1, 1]], 6, [1, 1, 4, 3]),
    "polygon-of-no-area": ("polygon", [[1, 1], [5, 1], [3, 1]], None, None),
    "polygon-over-the-margin": ("polygon", [[6, 0], [10, 0], [10, 4]], 2, [6, 0, 2, 2]),
    "polygon-round-a-corner": (
        "polygon",
        [[7, -5], [12, -5], [12, 3]],
        None,
        None,
    ),  # of which no pixel is in the image
    "polygon-off-the-image": ("polygon", [[9, 0], [12, 0], [12, 4]], None, None),
    "polyline": ("polyline", [[1, 1], [5, 2], [3, 4]], 12, [1, 1, 4, 3]),
    "polyline-that-is-level": ("polyline", [[1, 1], [5, 1]], None, None),
    "point": ("point", [[3, 3]], None, None),
    "points": ("point", [[1, 1], [3, 2]], 2, [1, 1, 2, 1]),
    "no-points": ("polygon", [], None, None),
    "null-points": ("polyline", None, None, None),
    "three-coordinates": ("bbox", [[1, 2, 9], [4, 6, 9]], 12, [1, 2, 3, 4]),
}


def of_shapes(write_release, folder, *shapes, **rest):
    return write_release([vector_sample(folder, "a", *shapes)], **{"task_type": "vector", **rest})


@pytest.fixture
def release(tmp_path, write_release):
    samples = [
        bitmap_sample(tmp_path, "full", IDS, OBJECTS),
        sample("null", "full.jpg"),
        bitmap_sample(tmp_path, "none"),
    ]
    names = {"categories": [{"id": 4, "name": "leaf"}, {"id": 0, "name": "flower"}]}
    return write_release(samples, task_attributes=names)


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_boxes_of_masks(self, release, kind, caplog):
        laid_out = train(to_layout(load_release(release, **KINDS[kind]), TASK))
        assert list(laid_out.features) == ["image_id", "image", "width", "height", "objects"]
        full, none = laid_out
        wanted = {"id": [], "area": [], "bbox": [], "category": []}
        assert none["objects"] == wanted
        for item in OBJECTS:
            places = np.argwhere(np.array(IDS) == item["id"])
            if len(places):
                (top, left), (bottom, right) = places.min(0), places.max(0)
                wanted["id"].append(item["id"])
                wanted["area"].append(len(places))
                wanted["bbox"].append([left, top, right - left + 1, bottom - top + 1])
                wanted["category"].append({0: 0, 4: 1}[item["category_id"]])
        assert full["objects"] == wanted
        assert (full["width"], full["height"], full["image"].size) == (4, 3, (4, 3))
        assert {type(part) for box in full["objects"]["bbox"] for part in box} == {float}
        assert {type(area) for area in full["objects"]["area"]} == {float}
        (report,) = [text for text in messages(caplog) if LEFT_OUT.search(text)]
        assert "1 without a pixel" in report
        assert ("so far" in report) == ("stream" in kind)

    def test_keep_unlabeled(self, release, kind):
        rows = list(train(to_layout(load_release(release, **KINDS[kind]), TASK, keep_unlabeled=True)))
        assert [row["objects"] and len(row["objects"]["id"]) for row in rows] == [4, None, 0]

    def test_the_features(self, release, kind):
        names = ClassLabel(names=["flower", "leaf"])
        number, real = Value("int64"), Value("float64")
        objects = Sequence({"id": number, "area": real, "bbox": [real], "category": names})
        dataset = load_release(release, **KINDS[kind])
        features = train(to_layout(dataset, TASK)).features
        size = {"width": Value("int32"), "height": Value("int32")}
        wanted = {"image_id": number, "image": train(dataset).features["image"], **size, "objects": objects}
        assert features == Features(wanted)
        assert id2label(to_layout(dataset, TASK)) == {0: "flower", 1: "leaf"}

    @pytest.mark.parametrize(("type_", "points", "area", "bbox"), SHAPES.values(), ids=SHAPES)
    def test_boxes_of_shapes(self, tmp_path, write_release, kind, type_, points, area, bbox, caplog):
        first = shape("bbox", [[0, 0], [1, 1]], 2, number=8)
        release = of_shapes(write_release, tmp_path, first, shape(type_, points, 1, number=-7))
        (row,) = train(to_layout(load_release(release, **KINDS[kind]), TASK))
        objects = row["objects"]
        if bbox is None:
            assert objects == {"id": [8], "area": [1], "bbox": [[0, 0, 1, 1]], "category": [1]}
            assert any(LEFT_OUT.search(text) for text in messages(caplog))
        else:
            assert (objects["id"], objects["category"]) == ([8, -7], [1, 0])
            assert (objects["bbox"][1], objects["area"][1]) == (pytest.approx(bbox), pytest.approx(area))
            assert messages(caplog) == []


@pytest.mark.parametrize("points", [[[0], [4]], [[0, 0], [4]], [[0, 0], []], [[0, 0], [1e300, 1]]], ids=str)
@pytest.mark.parametrize("type_", ["bbox", "polygon", "polyline"])
def test_a_point_that_is_no_place_is_an_error_that_names_the_sample(tmp_path, write_release, type_, points):
    dataset = load_release(of_shapes(write_release, tmp_path, shape(type_, points)), split="train")
    with pytest.raises(BitmapError, match="sample 'a'"):
        to_layout(dataset, TASK)


class TestDropped:
    def test_are_counted_over_all_rows(self, tmp_path, write_release, caplog):
        lines = [shape("polyline", [[0, 0], [5, 0]]) for _ in range(6)]
        samples = [vector_sample(tmp_path, f"s{n}", *lines[:n], shape("bbox", [[0, 0], [2, 2]])) for n in range(6)]
        for kind in ("dataset", "stream"):
            caplog.clear()
            dataset = to_layout(load_release(write_release(samples, task_type="vector"), **KINDS[kind]), TASK)
            assert [len(row["objects"]["id"]) for row in dataset] == [1] * 6
            found = [text for text in messages(caplog) if LEFT_OUT.search(text)]
            counts = [int(re.search(r"\d+", text)[0]) for text in found]
            assert counts == ([1, 10] if kind == "stream" else [15])

    def test_are_counted_again_from_the_cache(self, release, caplog):
        for _ in range(2):
            caplog.clear()
            to_layout(load_release(release, split="train"), TASK)
            assert any("1 object left out: 1 without a pixel" in text for text in messages(caplog))

    def test_a_category_that_is_not_known(self, tmp_path, write_release, caplog):
        given = bitmap_sample(tmp_path, "a", [[1, 2]], [marked(1), marked(2, 77)])
        dataset = load_release(write_release([given]), split="train", on_error="keep")
        assert to_layout(dataset, TASK)[0]["objects"]["id"] == [1]
        assert any("1 without a class" in text for text in messages(caplog))

    def test_of_two_with_one_id_the_later_counts(self, tmp_path, write_release):
        given = bitmap_sample(tmp_path, "a", [[5, 5]], [marked(5, 1), marked(5, 2)])
        (row,) = to_layout(load_release(write_release([given]), split="train"), TASK)
        assert row["objects"] == {"id": [5], "area": [2], "bbox": [[0, 0, 2, 1]], "category": [1]}


class TestImageIds:
    def ids(self, release, **options):
        return [
            row["image_id"] for row in train(to_layout(load_release(release, **options), TASK, keep_unlabeled=True))
        ]

    def test_are_unique_and_the_same_everywhere(self, tmp_path, write_release):
        write_picture(tmp_path, "a.jpg", jpeg())
        release = write_release([sample(f"s{number}", "a.jpg") for number in range(300)])
        ids = self.ids(release)
        assert len(set(ids)) == 300
        assert all(type(number) is int and 0 <= number < 2**53 for number in ids)
        for kind in KINDS.values():
            assert self.ids(release, **kind) == ids

    def test_follow_the_row(self, tmp_path, write_release):
        samples = [bitmap_sample(tmp_path, f"s{number}") for number in range(4)]
        release = write_release(samples)
        first = self.ids(release)
        dataset = load_release(release, split="train")
        assert to_layout(dataset.select([2, 0]), TASK)["image_id"][:] == [first[2], first[0]]
        for travel in (through_disk, through_parquet):
            assert to_layout(travel(dataset, tmp_path), TASK)["image_id"][:] == first
        assert self.ids(write_release(samples[::-1])) == first[::-1]

    def test_differ_by_frame(self, tmp_path, write_release):
        frames = [{"image": {"url": write_picture(tmp_path, "f.jpg", jpeg())}}] * 3
        items = [
            sample(name, None, label(frames=[{"annotations": []}] * 3), attributes={"frames": frames}) for name in "ab"
        ]
        release = write_release(items, task_type="image-vector-sequence")
        assert len(set(self.ids(release))) == 6
        assert self.ids(release, streaming=True) == self.ids(release)

    def test_of_samples_without_a_uuid(self, tmp_path, write_release):
        samples = [{**bitmap_sample(tmp_path, f"s{number}"), "uuid": None} for number in range(3)]
        assert len(set(self.ids(write_release(samples)))) == 3


def test_a_sequence_of_bitmaps(tmp_path, write_release):
    frames = [{"image": {"url": write_picture(tmp_path, f"{n}.jpg", jpeg((2, 1)))}} for n in range(2)]
    contents = [
        {
            "annotations": [marked(n + 1, 2, track_id=4)],
            "segmentation_bitmap": {"url": write_picture(tmp_path, f"{n}.png", bitmap([[0, n + 1]]))},
        }
        for n in range(2)
    ]
    item = sample("drive", None, label(frames=contents), attributes={"frames": frames})
    release = write_release([item], task_type="image-segmentation-sequence", **classes("a", "b"))
    rows = list(to_layout(load_release(release, split="train"), TASK))
    wanted = [{"id": [n], "area": [1], "bbox": [[1, 0, 1, 1]], "category": [1]} for n in (1, 2)]
    assert [row["objects"] for row in rows] == wanted


def test_without_the_size_of_the_image_shapes_are_not_cut(tmp_path, write_release):
    release = of_shapes(write_release, tmp_path, shape("bbox", [[-1, 1], [30, 3]]))
    dataset = load_release(release, split="train", load_assets=False)
    (row,) = to_layout(dataset, TASK, keep_unlabeled=True)
    assert row["objects"]["bbox"] == [[0, 1, 30, 2]]


def test_a_bitmap_that_is_lost_is_null(tmp_path, write_release):
    item = bitmap_sample(tmp_path, "lost", annotations=[marked(1)])
    dataset = load_release(write_release([item, bitmap_sample(tmp_path, "a", [[1]], [marked(1)])]), split="train")
    assert [row["objects"] is None for row in to_layout(dataset, TASK, keep_unlabeled=True)] == [True, False]
