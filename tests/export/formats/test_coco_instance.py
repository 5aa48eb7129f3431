"""The format coco-instance, as pycocotools reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import label
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from segments_hf import add_semantic_masks, export_dataset, load_release, to_layout

from ..making import ANNOTATIONS, BOX, IDS, LINE, POINT, POLYGON, SIZE, bitmap_release, vector, vector_release

# pycocotools causes this warning when it decodes masks with numpy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SDK_ANNOTATIONS = json.loads((Path(__file__).parent / "sdk_annotations.json").read_text())


def exported(release: Any, out: Path, split: str = "train", **options: Any) -> dict[str, Any]:
    export_dataset(release, "coco-instance", out, **options)
    document: dict[str, Any] = json.loads((out / "annotations" / f"instances_{split}.json").read_bytes())
    return document


def read(out: Path) -> COCO:
    return COCO(str(out / "annotations" / "instances_train.json"))


def test_masks_boxes_and_areas_equal_those_of_the_bitmap(tmp_path: Path) -> None:
    exported(bitmap_release(tmp_path), tmp_path / "out")
    coco = read(tmp_path / "out")
    assert [(image["id"], image["file_name"], image["width"], image["height"]) for image in coco.imgs.values()] == [
        (1, "meadow.jpg", *SIZE)
    ]
    assert len(coco.anns) == len(ANNOTATIONS)
    for entry, annotation in zip(coco.anns.values(), ANNOTATIONS, strict=True):
        mask = annotation["id"] == IDS
        np.testing.assert_array_equal(coco.annToMask(entry), mask)
        rows, columns = np.nonzero(mask)
        left, top = int(columns.min()), int(rows.min())
        assert entry["bbox"] == [left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top]
        assert (entry["area"], entry["iscrowd"]) == (mask.sum(), 0)
        assert entry["category_id"] == annotation["category_id"]
        assert entry["attributes"] == annotation.get("attributes", {})
    assert {number: item["name"] for number, item in coco.cats.items()} == {0: "ground", 3: "flower", 8: "leaf"}
    assert (tmp_path / "out" / "train" / "meadow.jpg").read_bytes() == (tmp_path / "image.jpg").read_bytes()


@pytest.mark.parametrize("iou_type", ["segm", "bbox"])
def test_evaluation_of_an_export_against_itself_has_precision_1(
    tmp_path: Path, iou_type: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = exported(bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": True}), tmp_path / "out")
    coco = read(tmp_path / "out")
    results = [{**annotation, "score": 1.0} for annotation in document["annotations"]]
    evaluation = COCOeval(coco, coco.loadRes(results), iou_type)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == 1.0


def test_annotations_equal_those_of_the_official_sdk(tmp_path: Path) -> None:
    """`sdk_annotations.json` was written by segments-ai 1.33.0 with Pillow 12 from this release."""
    samples = {"a.jpg": True, "b.jpg": None, "c.jpg": True}
    annotations = exported(bitmap_release(tmp_path, samples), tmp_path / "out")["annotations"]
    assert [
        {key: annotation[key] for key in expected}
        for annotation, expected in zip(annotations, SDK_ANNOTATIONS, strict=True)
    ] == SDK_ANNOTATIONS
    assert {
        tuple(annotation.keys() - expected.keys())
        for annotation, expected in zip(annotations, SDK_ANNOTATIONS, strict=True)
    } == {("attributes",)}


def test_export_of_arc_litter_equals_that_of_the_official_sdk(arc_litter: Path, tmp_path: Path) -> None:
    expected = json.loads((arc_litter / "sdk_coco_export.json").read_bytes())
    rows = load_release(
        arc_litter / "arc_litter-v01.json", streaming=True, filter_by="reviewed", segments_dir=arc_litter / "segments"
    )
    document = exported(rows, tmp_path / "out", images="none")
    assert document["images"] == expected["images"]
    assert len(document["annotations"]) == 39
    assert [{**annotation, "attributes": {}} for annotation in expected["annotations"]] == document["annotations"]
    # The categories in the file of the SDK were edited by hand later.
    assert [(item["id"], item["name"]) for item in document["categories"]] == [
        (0, "plastic litter"),
        (1, "other litter"),
    ]
    assert not (tmp_path / "out" / "train").exists()


def test_info_describes_the_release(tmp_path: Path) -> None:
    expected = {
        "description": "Flowers of a meadow",
        "version": "v1.0",
        "year": 2025,
        "contributor": "jane",
        "url": "https://segments.ai/jane/flowers",
        "date_created": "2025-03-04",
    }
    release = bitmap_release(tmp_path)
    assert exported(release, tmp_path / "release")["info"] == expected
    assert exported(load_release(release), tmp_path / "dataset")["info"] == expected


def test_class_index_option_numbers_the_categories_from_0(tmp_path: Path) -> None:
    document = exported(bitmap_release(tmp_path), tmp_path / "out", class_index=True)
    assert [(item["id"], item["name"]) for item in document["categories"]] == [
        (0, "ground"),
        (1, "flower"),
        (2, "leaf"),
    ]
    assert [annotation["category_id"] for annotation in document["annotations"]] == [1, 2, 1, 2, 0, 0]


def test_samples_without_a_label_are_left_out_and_empty_labels_are_kept(tmp_path: Path) -> None:
    empty = label(annotations=[], segmentation_bitmap={"url": "bitmap.png"})
    without_bitmap = label(annotations=[])
    skipped = label("SKIPPED", annotations=ANNOTATIONS, segmentation_bitmap={"url": "bitmap.png"})
    rejected = {**skipped, "label_status": "REJECTED"}
    samples = {
        "unlabeled.jpg": None,
        "skipped.jpg": skipped,
        "empty.jpg": empty,
        "no_bitmap.jpg": without_bitmap,
        "rejected.jpg": rejected,
    }
    release = bitmap_release(tmp_path, samples)
    result = export_dataset(release, "coco", tmp_path / "out")
    coco = read(tmp_path / "out")
    # The id of an image is the number of its row in the split: a new label does not change the ids of other images.
    assert {number: image["file_name"] for number, image in coco.imgs.items()} == {3: "empty.jpg", 4: "no_bitmap.jpg"}
    assert not coco.anns
    assert (result.images, result.objects) == (2, 0)
    assert result.left_out == {"UNLABELED": 1, "SKIPPED": 1, "REJECTED": 1}
    assert sorted(path.name for path in (tmp_path / "out" / "train").iterdir()) == ["empty.jpg", "no_bitmap.jpg"]


def test_instances_without_pixels_are_left_out_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    annotations = [{"id": 4, "category_id": 3}, *ANNOTATIONS, {"id": 6, "category_id": 3}]
    bitmap_label = label(annotations=annotations, segmentation_bitmap={"url": "bitmap.png"})
    result = export_dataset(bitmap_release(tmp_path, {"a.jpg": bitmap_label}), "coco", tmp_path / "out")
    assert [entry["id"] for entry in read(tmp_path / "out").anns.values()] == list(range(1, 7))
    assert result.objects_left_out == {"without a pixel": 2}
    assert "2 objects left out: 2 without a pixel" in caplog.text


def test_vectors_are_exported_with_their_boxes_areas_and_points(tmp_path: Path) -> None:
    exported(vector_release(tmp_path, [BOX, POLYGON, LINE, POINT]), tmp_path / "out")
    coco = read(tmp_path / "out")
    box, polygon, line, point = coco.anns.values()
    common = {"image_id": 1, "iscrowd": 0, "attributes": {}}
    assert box == {
        **common, "id": 1, "category_id": 3, "bbox": [2.5, 3, 7.5, 9.25], "area": 69.375, "segmentation": [],
    }  # fmt: skip
    assert polygon == {
        **common, "id": 2, "category_id": 8, "bbox": [12, 2, 8, 8], "area": 64, "attributes": {"open": False},
        "segmentation": [[12, 2, 20, 2, 20, 10, 12, 10]],
    }  # fmt: skip
    expected = np.zeros(SIZE[::-1], np.uint8)
    expected[2:10, 12:20] = 1
    np.testing.assert_array_equal(coco.annToMask(polygon), expected)
    assert line == {
        **common, "id": 3, "category_id": 0, "bbox": [1, 1, 7, 8], "area": 0, "segmentation": [],
        "points": [[1, 1], [5, 9], [8, 2]],
    }  # fmt: skip
    assert point == {
        **common, "id": 4, "category_id": 8, "bbox": [6, 7.5, 0, 0], "area": 0, "segmentation": [],
        "keypoints": [6, 7.5, 1], "num_keypoints": 1,
    }  # fmt: skip
    assert coco.cats[8]["keypoints"] == ["leaf"]


def test_annotations_of_unknown_types_are_left_out_and_counted(tmp_path: Path) -> None:
    ellipse = vector("ellipse", [[1, 1], [5, 4]])
    result = export_dataset(vector_release(tmp_path, [ellipse, BOX]), "coco-instance", tmp_path / "out")
    assert [entry["bbox"] for entry in read(tmp_path / "out").anns.values()] == [[2.5, 3, 7.5, 9.25]]
    assert result.objects_left_out == {"ellipse": 1}


def test_categories_have_keypoints_only_in_splits_with_points(tmp_path: Path) -> None:
    splits = {
        name: load_release(vector_release(tmp_path / name, [annotation]), split="train")
        for name, annotation in (("train", POINT), ("validation", BOX))
    }
    export_dataset(splits, "coco-instance", tmp_path / "out")
    with_keypoints = {}
    for name in splits:
        document = json.loads((tmp_path / "out" / "annotations" / f"instances_{name}.json").read_bytes())
        with_keypoints[name] = ["keypoints" in category for category in document["categories"]]
    assert with_keypoints == {"train": [True] * 3, "validation": [False] * 3}


def test_evaluation_of_keypoints_against_themselves_has_precision_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points = [{**POINT, "points": [[4 * number, 3 * number]], "id": number} for number in range(1, 5)]
    document = exported(vector_release(tmp_path, points, "keypoints"), tmp_path / "out")
    for annotation in document["annotations"]:
        annotation["area"] = 10.0  # pycocotools divides the distance of keypoints by the area of the object
    (tmp_path / "sized.json").write_text(json.dumps(document))
    coco = COCO(str(tmp_path / "sized.json"))
    evaluation = COCOeval(coco, coco.loadRes([{**item, "score": 1.0} for item in document["annotations"]]), "keypoints")
    evaluation.params.kpt_oks_sigmas = np.array([0.05])
    evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
    evaluation.evaluate()
    evaluation.accumulate()
    assert evaluation.eval["precision"][evaluation.eval["precision"] > -1].min() == 1.0


def test_malformed_point_error_names_the_sample_and_the_annotation(tmp_path: Path) -> None:
    release = vector_release(tmp_path, [{**POLYGON, "id": 7, "points": [[1, 1], [2], [3, 5]]}])
    with pytest.raises(ValueError, match=r"sample 'meadow.jpg': annotation 7: "):
        export_dataset(release, "coco", tmp_path / "out")


# The type and the points of an annotation in an image of 24 x 18 pixels, and the expected fields in the COCO file; None
# if the annotation is left out.
CLIPPED: dict[str, tuple[str, list[list[float]], dict[str, Any] | None]] = {
    "box around the image": ("bbox", [[-10, -10], [30, 20]], {"bbox": [0, 0, 24, 18], "area": 24 * 18}),
    "box over a corner": ("bbox", [[-10, -10], [10, 10]], {"bbox": [0, 0, 10, 10], "area": 100}),
    "box outside": ("bbox", [[-10, -10], [-2, 20]], None),
    "box without a pixel": ("bbox", [[3.6, 3], [4.4, 9]], None),
    "polygon over a corner": (
        "polygon",
        [[20, 10], [30, 10], [30, 30], [20, 30]],
        {"bbox": [20, 10, 4, 8], "area": 32, "segmentation": [[20, 18, 20, 10, 24, 10, 24, 18]]},
    ),
    "polygon that crosses itself": (
        "polygon",
        [[2, 2], [22, 18], [22, 2], [2, 18]],
        {"bbox": [2, 2, 20, 16], "area": 160},
    ),
    "polygon of two points": ("polygon", [[1, 1], [9, 9]], None),
    "polygon outside": ("polygon", [[30, 1], [40, 1], [40, 9]], None),
    "line over the right edge": ("polyline", [[20, 4], [40, 9]], {"bbox": [20, 4, 4, 5], "area": 0}),
    "line outside": ("polyline", [[30, 4], [40, 9]], None),
    "point on a corner": ("point", [[24, 18]], {"bbox": [24, 18, 0, 0], "num_keypoints": 1}),
    "points, one of them outside": (
        "point",
        [[3, 4], [99, 4]],
        {"bbox": [3, 4, 0, 0], "keypoints": [3, 4, 1], "num_keypoints": 1},
    ),
    "point outside": ("point", [[24.1, 18]], None),
}


@pytest.mark.parametrize(("object_type", "points", "expected"), CLIPPED.values(), ids=CLIPPED)
def test_vectors_are_clipped_to_the_image_or_left_out(
    tmp_path: Path, object_type: str, points: Any, expected: dict[str, Any] | None
) -> None:
    result = export_dataset(vector_release(tmp_path, [BOX, vector(object_type, points)]), "coco", tmp_path / "out")
    written = list(read(tmp_path / "out").anns.values())[1:]
    assert len(written) == result.objects - 1 == (expected is not None)
    assert result.objects_left_out.total() == (expected is None)
    if expected is not None:
        assert {key: written[0][key] for key in expected} == expected


def test_area_of_a_polygon_that_crosses_itself_equals_that_of_its_mask(tmp_path: Path) -> None:
    bow_tie = vector("polygon", [[2, 2], [22, 18], [22, 2], [2, 18]])
    release = vector_release(tmp_path, [bow_tie])
    (entry,) = exported(release, tmp_path / "out")["annotations"]
    rows = load_release(release, split="train")
    mask = np.array(add_semantic_masks(rows)[0]["semantic_mask"])
    objects = to_layout(rows, "object-detection")[0]["objects"]
    assert entry["area"] == objects["area"][0] == np.count_nonzero(mask) == 160


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_dataset_is_exported_to_the_same_document_as_its_release(tmp_path: Path, streaming: bool) -> None:
    release = bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": None, "c/d.jpg": True})
    expected = exported(release, tmp_path / "expected")
    rows = load_release(release, split="train", streaming=streaming)
    assert exported(rows, tmp_path / "out") == expected
    if not streaming:
        rows.save_to_disk(tmp_path / "saved")
        rows.to_parquet(tmp_path / "data.parquet")
        assert exported(datasets.load_from_disk(tmp_path / "saved"), tmp_path / "again") == expected
        parquet = datasets.load_dataset("parquet", data_files=str(tmp_path / "data.parquet"), split="train")
        from_parquet = exported(parquet, tmp_path / "parquet")
        assert {**from_parquet, "info": None} == {**expected, "info": None}


def test_labels_without_images_are_exported_with_images_none(tmp_path: Path) -> None:
    rows = load_release(vector_release(tmp_path, [BOX]), load_assets=False)
    with pytest.raises(OSError, match=r"sample 'meadow.jpg': .*images='none'"):
        export_dataset(rows, "coco", tmp_path / "out")
    document = exported(rows, tmp_path / "out", images="none")
    assert document["images"] == [{"id": 1, "file_name": "meadow.jpg", "height": None, "width": None}]
    assert len(document["annotations"]) == 1


def test_bitmap_of_16_bit_grayscale_is_exported(tmp_path: Path) -> None:
    annotations = [item for item in ANNOTATIONS if item["id"] < 2**16]
    attributes = {"annotations": annotations, "segmentation_bitmap": {"url": "bitmap.png"}}
    release = bitmap_release(tmp_path, {"meadow.jpg": {"label_status": "LABELED", "attributes": attributes}})
    Image.fromarray(np.where(IDS < 2**16, IDS, 0).astype(np.uint16)).save(tmp_path / "bitmap.png")
    found = exported(release, tmp_path / "out")["annotations"]
    assert [annotation["area"] for annotation in found][:2] == [55, 10]
