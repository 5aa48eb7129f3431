"""Rows and features of images and texts are exactly those that follow from the release and its files."""

from __future__ import annotations

import datasets
import pytest
from datasets import ClassLabel, Features, Image, Value

import segments_hf
from dataset.making import GROUND_TRUTH, bitmap, jpeg, label, plain_rows, sample

JSON = datasets.Json() if hasattr(datasets, "Json") else Value("string")
STRING, INT32, INT64 = Value("string"), Value("int32"), Value("int64")

# The `id` of the image feature contains the categories.
CATEGORIES = '[{"id":1,"name":"flower","color":[255,0,0]},{"id":2,"name":"leaf"}]'

# Columns that several task types have. `OBJECT`, `VECTOR` and `TRACK` are fields of an annotation.
IDENTITY = {"name": STRING, "uuid": STRING, "status": STRING}
IMAGE = {"image": Image(id=CATEGORIES), "width": INT32, "height": INT32, "image_attributes": JSON, "metadata": JSON}
BITMAP = {"segmentation_bitmap": Image()}
FRAME = {"frame_index": INT32, "frame_name": STRING, "timestamp": STRING}
OBJECT = {"id": INT64, "category_id": INT64, "category": ClassLabel(names=["flower", "leaf"]), "attributes": JSON}
VECTOR = {"type": STRING, "points": [[Value("float64")]]}
TRACK = {"track_id": INT64, "is_keyframe": Value("bool")}

FEATURES = {
    "segmentation-bitmap": {**IDENTITY, **IMAGE, **BITMAP, "annotations": [OBJECT]},
    "segmentation-bitmap-highres": {**IDENTITY, **IMAGE, **BITMAP, "annotations": [OBJECT]},
    "bboxes": {**IDENTITY, **IMAGE, "annotations": [{**OBJECT, **VECTOR}]},
    "vector": {**IDENTITY, **IMAGE, "annotations": [{**OBJECT, **VECTOR}]},
    "keypoints": {**IDENTITY, **IMAGE, "annotations": [{**OBJECT, **VECTOR}]},
    "image-vector-sequence": {**IDENTITY, **IMAGE, **FRAME, "annotations": [{**OBJECT, **VECTOR, **TRACK}]},
    "image-segmentation-sequence": {**IDENTITY, **IMAGE, **BITMAP, **FRAME, "annotations": [{**OBJECT, **TRACK}]},
    "text-named-entities": {**IDENTITY, "sample_attributes": JSON, "label_attributes": JSON, "metadata": JSON},
}

JSON_VALUES = [{}, {"a": [1, 2.5, None, True, {"b": "é\n\"'"}]}, [1, 2], "text", 3, 0.1, False, 2**53, "", {"": None}]


@pytest.fixture(params=["dataset", "stream"])
def rows_of(request):
    """Return a function that loads the rows of a release, as a dataset or as a stream."""

    def read(release, **options):
        streaming = request.param == "stream"
        return plain_rows(segments_hf.load_release(release, split="train", streaming=streaming, **options))

    return read


@pytest.mark.parametrize("task_type", FEATURES)
def test_each_task_type_has_the_features_of_the_row_format(write_release, task_type):
    release = write_release([sample("a")], task_type=task_type)
    for streaming in (False, True):
        dataset = segments_hf.load_release(release, split="train", load_assets=False, streaming=streaming)
        assert dataset.features == Features(FEATURES[task_type])


@pytest.mark.parametrize("task_type", ["segmentation-bitmap", "segmentation-bitmap-highres"])
def test_row_has_bitmap_image_annotations_and_metadata(server, write_release, rows_of, task_type):
    png = bitmap([[0, 1], [2, 70000], [0, 0]])
    sample_label = label(
        "REVIEWED",
        annotations=[{"id": 70000, "category_id": 2, "attributes": {"open": True}}, {"id": 1, "category_id": 1}],
        segmentation_bitmap={"url": server.url("/a.png", png)},
        image_attributes={"light": "noon"},
    )
    item = sample("a", server.url("/a.jpg", jpeg((2, 3))), sample_label, metadata={"garden": "north"})
    assert rows_of(write_release([item], task_type=task_type)) == [
        {
            "name": "a",
            "uuid": "uuid-a",
            "status": "REVIEWED",
            "image": jpeg((2, 3)),
            "width": 2,
            "height": 3,
            "segmentation_bitmap": png,
            "annotations": [
                {"id": 70000, "category_id": 2, "category": 1, "attributes": {"open": True}},
                {"id": 1, "category_id": 1, "category": 0, "attributes": None},
            ],
            "image_attributes": {"light": "noon"},
            "metadata": {"garden": "north"},
        }
    ]


@pytest.mark.parametrize("label_in_file", ["null", "absent"])
def test_sample_without_label_is_a_row_with_status_unlabeled(server, write_release, rows_of, label_in_file):
    item = sample("a", server.url("/a.jpg", jpeg()))
    if label_in_file == "absent":
        item["labels"] = {}
    (row,) = rows_of(write_release([item]))
    assert (row["status"], row["annotations"], row["segmentation_bitmap"]) == ("UNLABELED", [], None)
    assert (row["image"], row["image_attributes"], row["metadata"]) == (jpeg(), None, None)


@pytest.mark.parametrize(
    "sample_label",
    [
        {"label_status": "SKIPPED", "attributes": {}},
        {"label_status": "SKIPPED", "attributes": None},
        {"label_status": "SKIPPED"},
        label("SKIPPED", annotations=None),
        label("SKIPPED", segmentation_bitmap=None),
        label("SKIPPED", segmentation_bitmap={"url": None}),
        label("SKIPPED", segmentation_bitmap={"url": ""}),
    ],
    ids=str,
)
def test_label_without_annotations_makes_a_row_without_annotations(write_release, rows_of, sample_label):
    (row,) = rows_of(write_release([sample("a", None, sample_label)]), load_assets=False)
    assert (row["status"], row["annotations"], row["segmentation_bitmap"]) == ("SKIPPED", [], None)


def test_rejected_label_keeps_its_status_and_annotations(write_release, rows_of):
    sample_label = label("REJECTED", annotations=[{"id": 1, "category_id": 1}])
    (row,) = rows_of(write_release([sample("a", None, sample_label)]), load_assets=False)
    assert (row["status"], len(row["annotations"])) == ("REJECTED", 1)


@pytest.mark.parametrize("task_type", ["bboxes", "vector", "keypoints"])
def test_row_has_the_points_of_vector_annotations(write_release, rows_of, task_type):
    annotations = [
        {"id": 1, "category_id": 1, "type": "bbox", "points": [[1, 2], [3.5, 4.25]]},
        {"id": 2, "category_id": 2, "type": "polygon", "points": [[0, 0], [1, 0], [0.1, 1e-9]], "attributes": {"k": 1}},
        {"id": 3, "category_id": 2, "type": "polyline", "points": [[-1, -2], [1e6, 2]]},
        {"id": 4, "category_id": 1, "type": "point", "points": [[7, 8]]},
        {"id": 5, "category_id": 1, "type": "polygon", "points": []},
    ]
    release = write_release([sample("a", None, label(annotations=annotations))], task_type=task_type)
    (row,) = rows_of(release, load_assets=False)
    assert "segmentation_bitmap" not in row
    annotations_without_class = [{**item, "category": None} for item in row["annotations"]]
    assert annotations_without_class == [{"attributes": None, **item, "category": None} for item in annotations]
    assert [item["category"] for item in row["annotations"]] == [0, 1, 1, 0, 0]


def test_vector_sequence_has_one_row_for_each_frame(server, write_release, rows_of):
    box = {"id": 1, "category_id": 1, "type": "bbox", "points": [[0, 0], [1, 1]], "track_id": 9, "is_keyframe": True}
    urls = [server.url(f"/{n}.jpg", jpeg(red=n)) for n in range(4)]
    frames = [
        {"image": {"url": urls[0]}, "name": "f0", "timestamp": "10"},
        {"image": {"url": urls[1]}, "name": "f1", "timestamp": 1234567890123456789},
        {"image": {"url": urls[2]}},
        {"image": {"url": urls[3]}, "name": "f3", "timestamp": 0.5},
    ]
    frame_labels = [
        {"annotations": [box], "image_attributes": {"k": 1}},
        None,
        {"annotations": [{**box, "is_keyframe": False}]},
    ]
    samples = [
        sample("drive", None, label(frames=frame_labels), attributes={"frames": frames}),
        sample("later", None, None, attributes={"frames": frames[:1]}),
    ]
    rows = rows_of(write_release(samples, task_type="image-vector-sequence"))
    assert [(row["name"], row["frame_index"], row["frame_name"], row["timestamp"]) for row in rows] == [
        ("drive", 0, "f0", "10"),
        ("drive", 1, "f1", "1234567890123456789"),
        ("drive", 2, None, None),
        ("drive", 3, "f3", "0.5"),
        ("later", 0, "f0", "10"),
    ]
    assert [row["image"] for row in rows] == [jpeg(red=n) for n in (0, 1, 2, 3, 0)]
    assert [row["status"] for row in rows] == ["LABELED", "UNLABELED", "LABELED", "UNLABELED", "UNLABELED"]
    assert [row["image_attributes"] for row in rows] == [{"k": 1}, None, None, None, None]
    assert [[item["is_keyframe"] for item in row["annotations"]] for row in rows] == [[True], [], [False], [], []]
    assert rows[0]["annotations"] == [{**box, "category": 0, "attributes": None}]


def test_bitmap_sequence_has_one_row_for_each_frame(server, write_release, rows_of):
    png = bitmap([[5] * 8] * 6)
    frames = [{"image": {"url": server.url(f"/{n}.jpg", jpeg(red=n))}} for n in range(3)]
    annotation = {"id": 5, "category_id": 2, "track_id": 3, "is_keyframe": True, "attributes": {"a": None}}
    frame_labels = [
        {"annotations": [annotation], "segmentation_bitmap": {"url": server.url("/0.png", png)}},
        {"annotations": [], "segmentation_bitmap": None},
    ]
    item = sample("drive", None, label(frames=frame_labels), attributes={"frames": frames}, metadata={"k": 1})
    rows = rows_of(write_release([item], task_type="image-segmentation-sequence"))
    assert [row["segmentation_bitmap"] for row in rows] == [png, None, None]
    assert [row["annotations"] for row in rows] == [[{**annotation, "category": 1}], [], []]
    assert [row["metadata"] for row in rows] == [{"k": 1}] * 3
    assert [row["frame_index"] for row in rows] == [0, 1, 2]


def test_sequence_has_a_row_for_a_labeled_frame_that_is_not_in_the_sample(write_release, rows_of):
    sample_label = label(frames=[{"annotations": [{"id": n, "category_id": 1}]} for n in (1, 2)])
    item = sample("drive", None, sample_label, attributes={"frames": [{"name": "f0"}]})
    rows = rows_of(write_release([item], task_type="image-segmentation-sequence"), load_assets=False)
    assert [[item["id"] for item in row["annotations"]] for row in rows] == [[1], [2]]


def test_row_of_a_text_has_the_attributes_as_json(write_release, rows_of):
    attributes = {"text": "Jane drives a car", "language": {"code": "en"}}
    label_attributes = {"annotations": [{"start": 14, "end": 17, "category_id": 1}]}
    samples = [
        sample("a", None, label(**label_attributes), attributes=attributes, metadata={"k": 1}),
        sample("b", None, None, attributes=attributes),
        sample("c", None, {"label_status": "SKIPPED", "attributes": None}),
    ]
    assert rows_of(write_release(samples, task_type="text-named-entities")) == [
        {
            "name": "a",
            "uuid": "uuid-a",
            "status": "LABELED",
            "sample_attributes": attributes,
            "label_attributes": {"format_version": "0.1", **label_attributes},
            "metadata": {"k": 1},
        },
        {
            "name": "b",
            "uuid": "uuid-b",
            "status": "UNLABELED",
            "sample_attributes": attributes,
            "label_attributes": None,
            "metadata": None,
        },
        {
            "name": "c",
            "uuid": "uuid-c",
            "status": "SKIPPED",
            "sample_attributes": {},
            "label_attributes": None,
            "metadata": None,
        },
    ]


@pytest.mark.parametrize("value", JSON_VALUES, ids=repr)
def test_json_columns_contain_values_equal_to_those_of_the_release(write_release, rows_of, value):
    sample_label = label(annotations=[{"id": 1, "category_id": 1, "attributes": value}], image_attributes=value)
    release = write_release(
        [sample("a", None, sample_label, metadata=value), sample("b", None, None, metadata={"other": 1})]
    )
    row, other = rows_of(release, load_assets=False)
    assert (row["metadata"], row["image_attributes"], row["annotations"][0]["attributes"]) == (value, value, value)
    assert type(row["metadata"]) is type(value)
    assert other["metadata"] == {"other": 1}


def test_label_attributes_of_releases_before_2025_are_image_attributes(write_release, rows_of):
    (row,) = rows_of(write_release([sample("a", None, label(attributes={"light": "noon"}))]), load_assets=False)
    assert row["image_attributes"] == {"light": "noon"}


@pytest.mark.parametrize("category_ids", [[0, 1], [1, 2], [-3, 7], [1000000, 2]], ids=str)
def test_class_index_is_the_position_of_the_category_sorted_by_id(write_release, rows_of, category_ids):
    categories = [{"id": category_id, "name": f"c{category_id}"} for category_id in category_ids]
    annotations = [{"id": n, "category_id": category_id} for n, category_id in enumerate(category_ids)]
    release = write_release(
        [sample("a", None, label(annotations=annotations))], task_attributes={"categories": categories}
    )
    (row,) = rows_of(release, load_assets=False)
    sorted_ids = sorted(category_ids)
    assert [(a["category_id"], a["category"]) for a in row["annotations"]] == [
        (i, sorted_ids.index(i)) for i in category_ids
    ]


def test_release_without_categories_has_rows_without_annotations(write_release, rows_of):
    release = write_release([sample("a"), sample("b", None, label(annotations=[]))], task_attributes={})
    assert [row["annotations"] for row in rows_of(release, load_assets=False)] == [[], []]


def test_rows_have_the_labels_of_the_chosen_labelset(write_release, rows_of):
    item = sample("a", labels={GROUND_TRUTH: label("REVIEWED"), "model": label("PRELABELED")})
    release = write_release([item], labelsets=[{"name": GROUND_TRUTH, "is_groundtruth": True}, {"name": "model"}])
    statuses = [
        rows_of(release, load_assets=False, **options)[0]["status"]
        for options in ({}, {"labelset": "model"}, {"task": "model"})
    ]
    assert statuses == ["REVIEWED", "PRELABELED", "PRELABELED"]


def test_class_label_has_unique_names_for_categories_with_equal_names(write_release):
    categories = [{"id": 28, "name": "bell_pepper"}, {"id": 29, "name": "bell_pepper"}]
    release = write_release([sample("a")], task_attributes={"categories": categories})
    dataset = segments_hf.load_release(release, split="train", load_assets=False)
    feature = dataset.features["annotations"]
    annotation = feature[0] if isinstance(feature, list) else feature.feature
    assert annotation["category"] == ClassLabel(names=["bell_pepper", "bell_pepper (29)"])
