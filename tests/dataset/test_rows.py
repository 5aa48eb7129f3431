"""Rows and features of each task type: what is in the file is in the row, and nothing else."""

from __future__ import annotations

import datasets
import pytest
from datasets import ClassLabel, Features, Image, Value
from hypothesis import given
from hypothesis import strategies as st

import segments_hf
from segments_hf.labels.categories import class_names
from segments_hf.release import Category

from .making import GROUND_TRUTH, bitmap, jpeg, label, plain_rows, sample

JSON = datasets.Json() if hasattr(datasets, "Json") else Value("string")
STRING, INT32, INT64 = Value("string"), Value("int32"), Value("int64")

# The feature of the image carries the categories.
CATEGORIES = '[{"id":1,"name":"flower","color":[255,0,0]},{"id":2,"name":"leaf"}]'

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
    "pointcloud-cuboid": {**IDENTITY, "sample_attributes": JSON, "label_attributes": JSON, "metadata": JSON},
}

JSON_VALUES = [{}, {"a": [1, 2.5, None, True, {"b": "é\n\"'"}]}, [1, 2], "text", 3, 0.1, False, 2**53, "", {"": None}]


@pytest.fixture(params=["built", "stream"])
def rows_of(request):
    """Reads the rows of a release as a dataset and as a stream."""

    def read(release, **options):
        streaming = request.param == "stream"
        return plain_rows(segments_hf.load_release(release, split="train", streaming=streaming, **options))

    return read


@pytest.mark.parametrize("task_type", FEATURES)
def test_the_features(write_release, task_type):
    release = write_release([sample("a")], task_type=task_type)
    for streaming in (False, True):
        dataset = segments_hf.load_release(release, split="train", load_assets=False, streaming=streaming)
        assert dataset.features == Features(FEATURES[task_type])


@pytest.mark.parametrize("task_type", ["segmentation-bitmap", "segmentation-bitmap-highres"])
def test_a_bitmap(server, write_release, rows_of, task_type):
    png = bitmap([[0, 1], [2, 70000], [0, 0]])
    content = label(
        "REVIEWED",
        annotations=[{"id": 70000, "category_id": 2, "attributes": {"open": True}}, {"id": 1, "category_id": 1}],
        segmentation_bitmap={"url": server.url("/a.png", png)},
        image_attributes={"light": "noon"},
    )
    item = sample("a", server.url("/a.jpg", jpeg((2, 3))), content, metadata={"garden": "north"})
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


@pytest.mark.parametrize("given_label", [None, "absent"])
def test_no_label(server, write_release, rows_of, given_label):
    item = sample("a", server.url("/a.jpg", jpeg()))
    if given_label == "absent":
        item["labels"] = {}
    (row,) = rows_of(write_release([item]))
    assert (row["status"], row["annotations"], row["segmentation_bitmap"]) == ("UNLABELED", [], None)
    assert (row["image"], row["image_attributes"], row["metadata"]) == (jpeg(), None, None)


@pytest.mark.parametrize(
    "content",
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
def test_a_label_without_content(write_release, rows_of, content):
    (row,) = rows_of(write_release([sample("a", None, content)]), load_assets=False)
    assert (row["status"], row["annotations"], row["segmentation_bitmap"]) == ("SKIPPED", [], None)


def test_the_status_decides_and_not_the_content(write_release, rows_of):
    content = label("REJECTED", annotations=[{"id": 1, "category_id": 1}])
    (row,) = rows_of(write_release([sample("a", None, content)]), load_assets=False)
    assert (row["status"], len(row["annotations"])) == ("REJECTED", 1)


@pytest.mark.parametrize("task_type", ["bboxes", "vector", "keypoints"])
def test_vectors(write_release, rows_of, task_type):
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
    got = [{**item, "category": None} for item in row["annotations"]]
    assert got == [{"attributes": None, **item, "category": None} for item in annotations]
    assert [item["category"] for item in row["annotations"]] == [0, 1, 1, 0, 0]


def test_a_sequence_of_vectors(server, write_release, rows_of):
    box = {"id": 1, "category_id": 1, "type": "bbox", "points": [[0, 0], [1, 1]], "track_id": 9, "is_keyframe": True}
    urls = [server.url(f"/{n}.jpg", jpeg(red=n)) for n in range(4)]
    frames = [
        {"image": {"url": urls[0]}, "name": "f0", "timestamp": "10"},
        {"image": {"url": urls[1]}, "name": "f1", "timestamp": 1234567890123456789},
        {"image": {"url": urls[2]}},
        {"image": {"url": urls[3]}, "name": "f3", "timestamp": 0.5},
    ]
    contents = [
        {"annotations": [box], "image_attributes": {"k": 1}},
        None,
        {"annotations": [{**box, "is_keyframe": False}]},
    ]
    items = [
        sample("drive", None, label(frames=contents), attributes={"frames": frames}),
        sample("later", None, None, attributes={"frames": frames[:1]}),
    ]
    rows = rows_of(write_release(items, task_type="image-vector-sequence"))
    assert [(row["name"], row["frame_index"], row["frame_name"], row["timestamp"]) for row in rows] == [
        ("drive", 0, "f0", "10"),
        ("drive", 1, "f1", "1234567890123456789"),
        ("drive", 2, None, None),
        ("drive", 3, "f3", "0.5"),
        ("later", 0, "f0", "10"),
    ]
    assert [row["image"] for row in rows] == [jpeg(red=n) for n in (0, 1, 2, 3, 0)]
    assert [row["status"] for row in rows] == ["LABELED"] * 4 + ["UNLABELED"]
    assert [row["image_attributes"] for row in rows] == [{"k": 1}, None, None, None, None]
    assert [[item["is_keyframe"] for item in row["annotations"]] for row in rows] == [[True], [], [False], [], []]
    assert rows[0]["annotations"] == [{**box, "category": 0, "attributes": None}]


def test_a_sequence_of_bitmaps(server, write_release, rows_of):
    png = bitmap([[5] * 8] * 6)
    frames = [{"image": {"url": server.url(f"/{n}.jpg", jpeg(red=n))}} for n in range(3)]
    one = {"id": 5, "category_id": 2, "track_id": 3, "is_keyframe": True, "attributes": {"a": None}}
    contents = [
        {"annotations": [one], "segmentation_bitmap": {"url": server.url("/0.png", png)}},
        {"annotations": [], "segmentation_bitmap": None},
    ]
    item = sample("drive", None, label(frames=contents), attributes={"frames": frames}, metadata={"k": 1})
    rows = rows_of(write_release([item], task_type="image-segmentation-sequence"))
    assert [row["segmentation_bitmap"] for row in rows] == [png, None, None]
    assert [row["annotations"] for row in rows] == [[{**one, "category": 1}], [], []]
    assert [row["metadata"] for row in rows] == [{"k": 1}] * 3
    assert [row["frame_index"] for row in rows] == [0, 1, 2]


def test_more_labels_than_frames_drops_no_label(write_release, rows_of):
    content = label(frames=[{"annotations": [{"id": n, "category_id": 1}]} for n in (1, 2)])
    item = sample("drive", None, content, attributes={"frames": [{"name": "f0"}]})
    rows = rows_of(write_release([item], task_type="image-segmentation-sequence"), load_assets=False)
    assert [[item["id"] for item in row["annotations"]] for row in rows] == [[1], [2]]


def test_an_unknown_task_type_is_json(write_release, rows_of):
    attributes = {"pcd": {"url": "https://host/a.pcd", "type": "pcd"}, "ego_pose": {"position": {"x": 0.5}}}
    cuboids = {"format_version": "0.1", "annotations": [{"id": 1, "category_id": 1, "type": "cuboid", "yaw": 0.25}]}
    items = [
        sample("a", None, {"label_status": "LABELED", "attributes": cuboids}, attributes=attributes, metadata={"k": 1}),
        sample("b", None, None, attributes=attributes),
        sample("c", None, {"label_status": "SKIPPED", "attributes": None}),
    ]
    assert rows_of(write_release(items, task_type="pointcloud-cuboid")) == [
        {
            "name": "a",
            "uuid": "uuid-a",
            "status": "LABELED",
            "sample_attributes": attributes,
            "label_attributes": cuboids,
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
def test_json_comes_back_equal(write_release, rows_of, value):
    content = label(annotations=[{"id": 1, "category_id": 1, "attributes": value}], image_attributes=value)
    release = write_release(
        [sample("a", None, content, metadata=value), sample("b", None, None, metadata={"other": 1})]
    )
    row, other = rows_of(release, load_assets=False)
    assert (row["metadata"], row["image_attributes"], row["annotations"][0]["attributes"]) == (value, value, value)
    assert type(row["metadata"]) is type(value)
    assert other["metadata"] == {"other": 1}


def test_the_attributes_of_before_2025_are_image_attributes(write_release, rows_of):
    (row,) = rows_of(write_release([sample("a", None, label(attributes={"light": "noon"}))]), load_assets=False)
    assert row["image_attributes"] == {"light": "noon"}


@pytest.mark.parametrize("category_ids", [[0, 1], [1, 2], [-3, 7], [1000000, 2]], ids=str)
def test_the_class_index_is_the_place_by_id(write_release, rows_of, category_ids):
    categories = [{"id": category_id, "name": f"c{category_id}"} for category_id in category_ids]
    annotations = [{"id": n, "category_id": category_id} for n, category_id in enumerate(category_ids)]
    release = write_release(
        [sample("a", None, label(annotations=annotations))], task_attributes={"categories": categories}
    )
    (row,) = rows_of(release, load_assets=False)
    in_order = sorted(category_ids)
    assert [(a["category_id"], a["category"]) for a in row["annotations"]] == [
        (i, in_order.index(i)) for i in category_ids
    ]


def test_a_release_without_categories(write_release, rows_of):
    release = write_release([sample("a"), sample("b", None, label(annotations=[]))], task_attributes={})
    assert [row["annotations"] for row in rows_of(release, load_assets=False)] == [[], []]


def test_the_labelset_that_is_asked_for(write_release, rows_of):
    item = sample("a", labels={GROUND_TRUTH: label("REVIEWED"), "model": label("PRELABELED")})
    release = write_release([item], labelsets=[{"name": GROUND_TRUTH, "is_groundtruth": True}, {"name": "model"}])
    statuses = [
        rows_of(release, load_assets=False, **o)[0]["status"] for o in ({}, {"labelset": "model"}, {"task": "model"})
    ]
    assert statuses == ["REVIEWED", "PRELABELED", "PRELABELED"]


@pytest.mark.parametrize(
    ("categories", "names"),
    [
        ([(28, "bell_pepper"), (29, "bell_pepper")], ["bell_pepper", "bell_pepper (29)"]),
        ([(1, "a"), (2, "a"), (3, "a")], ["a", "a (2)", "a (3)"]),
        ([(1, "a"), (2, "a"), (3, "a (2)")], ["a", "a (2) (2)", "a (2)"]),
        ([(1, "a (2)"), (2, "a"), (3, "a")], ["a (2)", "a", "a (3)"]),
        ([(0, "Background"), (1, "unlabeled"), (2, "Blüte [x] (y)")], ["Background", "unlabeled", "Blüte [x] (y)"]),
        ([(1, ""), (2, "")], ["", " (2)"]),
    ],
    ids=str,
)
def test_class_names(categories, names):
    assert class_names([Category(*category) for category in categories]) == names


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["a", "a (1)", "a (2)", "a (1) (1)", "b"])),
        unique_by=lambda c: c[0],
    )
)
def test_class_names_are_unique_and_keep_what_is_free(categories):
    names = class_names([Category(*category) for category in categories])
    given_names = [name for _, name in categories]
    assert len(set(names)) == len(names)
    for place, name in enumerate(given_names):
        if given_names.index(name) == place:
            assert names[place] == name


def test_colliding_names_in_the_features(write_release):
    categories = [{"id": 28, "name": "bell_pepper"}, {"id": 29, "name": "bell_pepper"}]
    release = write_release([sample("a")], task_attributes={"categories": categories})
    dataset = segments_hf.load_release(release, split="train", load_assets=False)
    feature = dataset.features["annotations"]
    inner = feature[0] if isinstance(feature, list) else feature.feature
    assert inner["category"] == ClassLabel(names=["bell_pepper", "bell_pepper (29)"])
