"""The layout of object detection has the boxes of bitmaps and shapes, and an id for each image."""

from __future__ import annotations

import re

import numpy as np
import pytest
from dataset.making import bitmap, jpeg, label, sample
from datasets import ClassLabel, Features, Sequence, Value

from segments_hf import id2label, load_release, to_layout
from segments_hf.errors import BitmapError

from .layout_release import COLUMNS, DETECTION
from .mask_making import (
    KINDS,
    annotation,
    bitmap_sample,
    classes,
    messages,
    shape,
    through_disk,
    through_parquet,
    train,
    vector_sample,
    write_image,
)

LEFT_OUT = re.compile("objects? left out")

IDS = [[0, 70000, 3, 3], [9, 9, 300, 3], [9, 0, 0, 70000]]
OBJECTS = [annotation(70000, 4), annotation(3, 0), annotation(12, 0), annotation(300, 4), annotation(9, 0)]

# For each case: the type and points of a shape, its area and its box in an image of 8 x 6 pixels. Area and box are None
# if the layout leaves out the object.
SHAPES = {
    "box": ("bbox", [[1, 2], [4, 6]], 12, [1, 2, 3, 4]),
    "box from its other two corners": ("bbox", [[4, 2], [1, 6]], 12, [1, 2, 3, 4]),
    "box with fractions": ("bbox", [[0.25, 0.5], [2.5, 1.75]], 2.8125, [0.25, 0.5, 2.25, 1.25]),
    "box partly outside the image": ("bbox", [[-3, 4], [2, 99]], 4, [0, 4, 2, 2]),
    "box around the image": ("bbox", [[-3, -3], [99, 99]], 48, [0, 0, 8, 6]),
    "box left of the image": ("bbox", [[-3, 0], [-1, 5]], None, None),
    "box below the image": ("bbox", [[0, 7], [3, 9]], None, None),
    "box beside the image": ("bbox", [[8, 0], [9, 5]], None, None),
    "box with equal points": ("bbox", [[3, 3], [3, 3]], None, None),
    "box without height": ("bbox", [[3, 3], [5, 3]], None, None),
    "triangle": ("polygon", [[1, 1], [5, 1], [1, 4]], 6, [1, 1, 4, 3]),
    "triangle in reverse order": ("polygon", [[1, 4], [5, 1], [1, 1]], 6, [1, 1, 4, 3]),
    "polygon with a closing point": ("polygon", [[1, 1], [5, 1], [1, 4], [1, 1]], 6, [1, 1, 4, 3]),
    "polygon without area": ("polygon", [[1, 1], [5, 1], [3, 1]], None, None),
    "polygon partly outside the image": ("polygon", [[6, 0], [10, 0], [10, 4]], 2, [6, 0, 2, 2]),
    "polygon near a corner of the image, without pixels in it": ("polygon", [[7, -5], [12, -5], [12, 3]], None, None),
    "polygon outside the image": ("polygon", [[9, 0], [12, 0], [12, 4]], None, None),
    "polyline": ("polyline", [[1, 1], [5, 2], [3, 4]], 12, [1, 1, 4, 3]),
    "polyline without height": ("polyline", [[1, 1], [5, 1]], None, None),
    "point": ("point", [[3, 3]], None, None),
    "points": ("point", [[1, 1], [3, 2]], 2, [1, 1, 2, 1]),
    "no points": ("polygon", [], None, None),
    "null points": ("polyline", None, None, None),
    "unknown type": ("ellipse", [[1, 1], [5, 4]], None, None),
    "unknown type with an invalid point": ("ellipse", [[1], [5, 4]], None, None),
    "no type": (None, [[1, 1], [5, 4]], None, None),
    "three coordinates": ("bbox", [[1, 2, 9], [4, 6, 9]], 12, [1, 2, 3, 4]),
}


def release_of_shapes(write_release, folder, *shapes, **rest):
    """Write a release of one image with these shapes."""
    return write_release([vector_sample(folder, "a", *shapes)], **{"task_type": "vector", **rest})


@pytest.fixture
def release(tmp_path, write_release):
    samples = [
        bitmap_sample(tmp_path, "full", IDS, OBJECTS),
        sample("null", "full.jpg"),
        bitmap_sample(tmp_path, "empty"),
    ]
    attributes = {"categories": [{"id": 4, "name": "leaf"}, {"id": 0, "name": "flower"}]}
    return write_release(samples, task_attributes=attributes)


@pytest.mark.parametrize("kind", KINDS)
class TestDatasetsAndStreams:
    def test_boxes_and_areas_of_bitmaps_are_those_of_their_pixels(self, release, kind, caplog):
        laid_out = train(to_layout(load_release(release, **KINDS[kind]), DETECTION))
        assert list(laid_out.features) == COLUMNS[DETECTION]
        full, empty = laid_out
        expected = {"id": [], "area": [], "bbox": [], "category": []}
        assert empty["objects"] == expected
        for item in OBJECTS:
            positions = np.argwhere(np.array(IDS) == item["id"])
            if len(positions):
                (top, left), (bottom, right) = positions.min(0), positions.max(0)
                expected["id"].append(item["id"])
                expected["area"].append(len(positions))
                expected["bbox"].append([left, top, right - left + 1, bottom - top + 1])
                expected["category"].append({0: 0, 4: 1}[item["category_id"]])
        assert full["objects"] == expected
        assert (full["width"], full["height"], full["image"].size) == (4, 3, (4, 3))
        assert {type(part) for box in full["objects"]["bbox"] for part in box} == {float}
        assert {type(area) for area in full["objects"]["area"]} == {float}
        (report,) = [text for text in messages(caplog) if LEFT_OUT.search(text)]
        assert "1 without a pixel" in report
        assert ("so far" in report) == ("stream" in kind)

    def test_keep_unlabeled_keeps_all_rows(self, release, kind):
        rows = list(train(to_layout(load_release(release, **KINDS[kind]), DETECTION, keep_unlabeled=True)))
        assert [row["objects"] and len(row["objects"]["id"]) for row in rows] == [4, None, 0]

    def test_layout_has_the_documented_features(self, release, kind):
        category = ClassLabel(names=["flower", "leaf"])
        number, real = Value("int64"), Value("float64")
        objects = Sequence({"id": number, "area": real, "bbox": [real], "category": category})
        dataset = load_release(release, **KINDS[kind])
        features = train(to_layout(dataset, DETECTION)).features
        size = {"width": Value("int32"), "height": Value("int32")}
        expected = {"image_id": number, "image": train(dataset).features["image"], **size, "objects": objects}
        assert features == Features(expected)
        assert id2label(to_layout(dataset, DETECTION)) == {0: "flower", 1: "leaf"}

    @pytest.mark.each_choice(2)
    @pytest.mark.parametrize(("type_", "points", "area", "bbox"), SHAPES.values(), ids=SHAPES)
    def test_objects_have_the_boxes_and_areas_of_the_shapes(
        self, tmp_path, write_release, kind, type_, points, area, bbox, caplog
    ):
        valid_box = shape("bbox", [[0, 0], [1, 1]], 2, number=8)
        release = release_of_shapes(write_release, tmp_path, valid_box, shape(type_, points, 1, number=-7))
        (row,) = train(to_layout(load_release(release, **KINDS[kind]), DETECTION))
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
def test_error_of_an_invalid_point_names_the_sample(tmp_path, write_release, type_, points):
    dataset = load_release(release_of_shapes(write_release, tmp_path, shape(type_, points)), split="train")
    with pytest.raises(BitmapError, match="sample 'a'"):
        to_layout(dataset, DETECTION)


class TestObjectsLeftOut:
    def test_objects_left_out_are_counted_over_all_rows(self, tmp_path, write_release, caplog):
        lines = [shape("polyline", [[0, 0], [5, 0]]) for _ in range(6)]
        samples = [vector_sample(tmp_path, f"s{n}", *lines[:n], shape("bbox", [[0, 0], [2, 2]])) for n in range(6)]
        for kind in ("dataset", "stream"):
            caplog.clear()
            dataset = to_layout(load_release(write_release(samples, task_type="vector"), **KINDS[kind]), DETECTION)
            assert [len(row["objects"]["id"]) for row in dataset] == [1] * 6
            found = [text for text in messages(caplog) if LEFT_OUT.search(text)]
            counts = [int(re.search(r"\d+", text)[0]) for text in found]
            assert counts == ([1, 10] if kind == "stream" else [15])

    def test_objects_left_out_are_logged_again_if_the_layout_is_cached(self, release, caplog):
        for _ in range(2):
            caplog.clear()
            to_layout(load_release(release, split="train"), DETECTION)
            assert any("1 object left out: 1 without a pixel" in text for text in messages(caplog))

    def test_objects_of_unknown_categories_are_left_out(self, tmp_path, write_release, caplog):
        item = bitmap_sample(tmp_path, "a", [[1, 2]], [annotation(1), annotation(2, 77)])
        dataset = load_release(write_release([item]), split="train", on_error="keep")
        assert to_layout(dataset, DETECTION)[0]["objects"]["id"] == [1]
        assert any("1 without a class" in text for text in messages(caplog))

    def test_first_of_two_annotations_with_the_same_id_is_left_out(self, tmp_path, write_release):
        item = bitmap_sample(tmp_path, "a", [[5, 5]], [annotation(5, 1), annotation(5, 2)])
        (row,) = to_layout(load_release(write_release([item]), split="train"), DETECTION)
        assert row["objects"] == {"id": [5], "area": [2], "bbox": [[0, 0, 2, 1]], "category": [1]}


class TestImageIds:
    def image_ids(self, release, **options):
        laid_out = to_layout(load_release(release, **options), DETECTION, keep_unlabeled=True)
        return [row["image_id"] for row in train(laid_out)]

    def test_image_ids_are_unique_and_the_same_in_datasets_and_streams(self, tmp_path, write_release):
        write_image(tmp_path, "a.jpg", jpeg())
        release = write_release([sample(f"s{number}", "a.jpg") for number in range(300)])
        ids = self.image_ids(release)
        assert len(set(ids)) == 300
        assert all(type(number) is int and 0 <= number < 2**53 for number in ids)
        for kind in KINDS.values():
            assert self.image_ids(release, **kind) == ids

    def test_image_ids_do_not_depend_on_the_order_of_rows(self, tmp_path, write_release):
        samples = [bitmap_sample(tmp_path, f"s{number}") for number in range(4)]
        release = write_release(samples)
        image_ids = self.image_ids(release)
        dataset = load_release(release, split="train")
        assert to_layout(dataset.select([2, 0]), DETECTION)["image_id"][:] == [image_ids[2], image_ids[0]]
        for store in (through_disk, through_parquet):
            assert to_layout(store(dataset, tmp_path), DETECTION)["image_id"][:] == image_ids
        assert self.image_ids(write_release(samples[::-1])) == image_ids[::-1]

    def test_image_ids_differ_between_the_frames_of_a_sequence(self, tmp_path, write_release):
        frames = [{"image": {"url": write_image(tmp_path, "f.jpg", jpeg())}}] * 3
        items = [
            sample(name, None, label(frames=[{"annotations": []}] * 3), attributes={"frames": frames}) for name in "ab"
        ]
        release = write_release(items, task_type="image-vector-sequence")
        assert len(set(self.image_ids(release))) == 6
        assert self.image_ids(release, streaming=True) == self.image_ids(release)

    def test_image_ids_are_unique_for_samples_without_a_uuid(self, tmp_path, write_release):
        samples = [{**bitmap_sample(tmp_path, f"s{number}"), "uuid": None} for number in range(3)]
        assert len(set(self.image_ids(write_release(samples)))) == 3


def test_bitmap_sequence_has_one_row_for_each_frame(tmp_path, write_release):
    frames = [{"image": {"url": write_image(tmp_path, f"{n}.jpg", jpeg((2, 1)))}} for n in range(2)]
    contents = [
        {
            "annotations": [annotation(n + 1, 2, track_id=4)],
            "segmentation_bitmap": {"url": write_image(tmp_path, f"{n}.png", bitmap([[0, n + 1]]))},
        }
        for n in range(2)
    ]
    item = sample("drive", None, label(frames=contents), attributes={"frames": frames})
    release = write_release([item], task_type="image-segmentation-sequence", **classes("a", "b"))
    rows = list(to_layout(load_release(release, split="train"), DETECTION))
    expected = [{"id": [n], "area": [1], "bbox": [[1, 0, 1, 1]], "category": [1]} for n in (1, 2)]
    assert [row["objects"] for row in rows] == expected


def test_boxes_are_clipped_only_at_0_if_the_image_size_is_unknown(tmp_path, write_release):
    release = release_of_shapes(write_release, tmp_path, shape("bbox", [[-1, 1], [30, 3]]))
    dataset = load_release(release, split="train", load_assets=False)
    (row,) = to_layout(dataset, DETECTION, keep_unlabeled=True)
    assert row["objects"]["bbox"] == [[0, 1, 30, 2]]


def test_keep_unlabeled_sets_objects_of_a_missing_bitmap_to_null(tmp_path, write_release):
    item = bitmap_sample(tmp_path, "lost", annotations=[annotation(1)])
    dataset = load_release(write_release([item, bitmap_sample(tmp_path, "a", [[1]], [annotation(1)])]), split="train")
    assert [row["objects"] is None for row in to_layout(dataset, DETECTION, keep_unlabeled=True)] == [True, False]
