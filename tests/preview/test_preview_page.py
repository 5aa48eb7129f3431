"""A page contains the images, masks and texts of the rows, for every form of input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import bitmap, jpeg, label, sample, with_orientation
from export.making import BOX, IDS, LINE, POINT, POLYGON, bitmap_release, vector, vector_release
from PIL import Image

import segments_hf
from preview.reading import content_of, image_of, page_of, unpacked
from segments_hf.bitmaps import instance_mask
from segments_hf.demo import demo_release


def test_page_has_the_rows_images_and_masks_of_the_demo_release(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path)
    rows = list(segments_hf.load_release(demo_release(), split="train"))
    assert page.title == page.head["name"] == "jane/flowers v1.0"
    assert page.head["classes"] == [
        {"id": 1, "name": "flower", "color": [236, 72, 153]},
        {"id": 2, "name": "leaf", "color": [34, 160, 90]},
    ]
    assert [entry["name"] for entry in page.entries] == [row["name"] for row in rows]
    assert [entry["status"] for entry in page.entries] == [row["status"] for row in rows]
    assert page.entries[0]["objects"] == [[0, 3], [1, 6]]
    assert page.entries[0]["metadata"] == [["split", "train"], ["garden", "north"]]
    assert page.entries[0]["attributes"] == [["light", "morning"]]
    for row, thumb, detail in zip(rows, page.thumbs, page.details, strict=True):
        original = demo_release().parent / "images" / row["name"]
        with Image.open(original) as stored:
            is_upright = stored.size == (row["width"], row["height"])
        assert (content_of(detail["image"]) == original.read_bytes()) == is_upright
        assert detail["full_size"] == detail["size"] == [row["width"], row["height"]]
        assert max(image_of(thumb["image"]).size) == 320
        if row["segmentation_bitmap"] is None:
            assert detail["numbers"] is thumb["numbers"] is None
            continue
        shown = unpacked(detail["numbers"])
        assert np.array_equal(shown, instance_mask(row["segmentation_bitmap"], row["annotations"]))
        areas = [item["area"] for item in detail["objects"]]
        assert areas == [int(np.sum(shown == number)) for number in range(1, len(areas) + 1)]
        assert [item["id"] for item in detail["objects"]] == [str(item["id"]) for item in row["annotations"]]
        assert [item["class_number"] for item in detail["objects"]] == [item["category"] for item in row["annotations"]]
        small = unpacked(thumb["numbers"])
        assert thumb["class_numbers"] == [item["class_number"] for item in detail["objects"]]
        assert (small.shape[1], small.shape[0]) == image_of(thumb["image"]).size


def test_samples_without_a_label_differ_from_samples_without_objects(tmp_path: Path) -> None:
    labels = {"a": label(annotations=[]), "b": None, "c": label("SKIPPED"), "d": label("REVIEWED")}
    page = page_of(bitmap_release(tmp_path, labels), tmp_path)
    assert [entry["objects"] for entry in page.entries] == [[], None, None, []]


def test_page_of_arc_litter_has_scaled_images_and_masks(tmp_path: Path, arc_litter: Path) -> None:
    options: dict[str, Any] = {"segments_dir": arc_litter / "segments", "filter_by": "REVIEWED"}
    page = page_of(arc_litter / "arc_litter-v01.json", tmp_path, **options)
    rows = segments_hf.load_release(arc_litter / "arc_litter-v01.json", split="train", **options)
    assert len(page.entries) == len(rows) == 7
    for row, detail in zip(rows, page.details, strict=True):
        assert image_of(detail["image"]).size == tuple(detail["size"])
        assert max(detail["size"]) == 1280
        assert detail["full_size"] == [row["width"], row["height"]]
        full_mask = instance_mask(row["segmentation_bitmap"], row["annotations"])
        shown = unpacked(detail["numbers"])
        expected_shares, shares = (
            [np.mean(mask == number) for number in range(1, len(row["annotations"]) + 1)] for mask in (full_mask, shown)
        )
        assert shares == pytest.approx(expected_shares, rel=0.02)
    assert (tmp_path / "page.html").stat().st_size < 7 * 200_000


@pytest.fixture
def embedded(tmp_path: Path) -> datasets.Dataset:
    """The demo release as a dataset with embedded images."""
    return segments_hf.load_release(demo_release(), split="train", embed=True, cache_dir=tmp_path / "cache")


def as_parquet(embedded: datasets.Dataset, folder: Path) -> datasets.Dataset:
    embedded.to_parquet(str(folder / "rows.parquet"))
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train")


FORMS = {
    "release": lambda embedded, folder: segments_hf.Release.open(demo_release()),
    "dataset": lambda embedded, folder: embedded,
    "dataset of files": lambda embedded, folder: segments_hf.load_release(demo_release(), split="train"),
    "splits": lambda embedded, folder: datasets.DatasetDict(
        train=embedded.select(range(5)), test=embedded.select(range(5, 8))
    ),
    "stream": lambda embedded, folder: segments_hf.load_release(demo_release(), split="train", streaming=True),
    "splits of streams": lambda embedded, folder: segments_hf.load_release(demo_release(), streaming=True),
    "stream of a dataset": lambda embedded, folder: embedded.to_iterable_dataset(num_shards=2),
    "parquet": as_parquet,
    "stream of parquet": lambda embedded, folder: as_parquet(embedded, folder).to_iterable_dataset(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_input_results_in_the_same_page(form: str, embedded: datasets.Dataset, tmp_path: Path) -> None:
    expected = page_of(demo_release(), tmp_path)
    page = page_of(FORMS[form](embedded, tmp_path), tmp_path)
    assert page.head["classes"] == expected.head["classes"]
    assert [{**entry, "split": "train"} for entry in page.entries] == expected.entries
    for kind in ("thumb", "detail"):
        assert page.blocks[kind] == expected.blocks[kind]


def test_page_shows_findings_of_broken_samples_and_a_warning_counts_the_samples(
    tmp_path: Path, write_release, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "cut.jpg").write_bytes(jpeg()[:80])
    (tmp_path / "large.png").write_bytes(bitmap([[1, 0, 0]] * 3))
    labeled = label(annotations=[{"id": 1, "category_id": 1}], segmentation_bitmap={"url": "large.png"})
    broken = label(annotations=[{"id": "x", "category_id": 1}])
    items = [
        sample("good", "a.jpg"),
        sample("missing", "b.jpg"),
        sample("cut", "cut.jpg"),
        sample("other size", "a.jpg", labeled),
        sample("broken label", "a.jpg", broken),
        {"labels": {}},
    ]
    page = page_of(write_release(items), tmp_path)
    names = [entry["name"] for entry in page.entries]
    assert names == ["good", "missing", "cut", "other size", "broken label", "samples[5]"]
    assert [bool(entry["findings"]) for entry in page.entries] == [False, True, True, True, True, True]
    assert [bool(thumb["image"]) for thumb in page.thumbs] == [True, False, False, True, True, False]
    assert page.details[3]["numbers"] is None
    finding = page.entries[1]["findings"][0]
    assert finding["severity"] == "error"
    assert "b.jpg" in finding["message"]
    assert (page.entries[4]["status"], page.entries[4]["objects"]) == (None, None)
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "5 of 6" in warning
    assert "'missing'" in warning
    assert "b.jpg" in warning


def test_preview_of_a_release_without_problems_logs_no_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page_of(demo_release(), tmp_path)
    assert not caplog.records


@pytest.mark.parametrize(("limit", "has_all_rows"), [(None, True), (3, True), (2, False)])
def test_findings_about_the_dataset_are_on_the_page(
    tmp_path: Path, write_release, limit: int | None, has_all_rows: bool
) -> None:
    (tmp_path / "a.jpg").write_bytes(with_orientation(jpeg(), 3))
    one = label(annotations=[{"id": 1, "category_id": 1}])
    page = page_of(
        write_release([sample("a", "a.jpg", one), sample("b", "b.jpg", one), sample("c", "c.jpg", one)]),
        tmp_path,
        limit=limit,
    )
    (findings,) = page.blocks["dataset-findings"]
    checks = [finding["check"] for finding in findings]
    assert checks == [*(["unused-category"] if has_all_rows else []), "rotated-image"]
    assert "'leaf'" in findings[0]["sample"] or not has_all_rows


def test_unreadable_images_and_bitmaps_of_a_dataset_are_reported_in_notices(
    embedded: datasets.Dataset, tmp_path: Path
) -> None:
    columns = {
        name: datasets.Image(decode=False, id=embedded.features[name].id) for name in ("image", "segmentation_bitmap")
    }
    raw = embedded.select([0, 1, 2]).cast(datasets.Features({**embedded.features, **columns}))
    rows = [dict(row) for row in raw]
    rows[0]["image"] = {"bytes": b"no image", "path": None}
    rows[1]["segmentation_bitmap"] = {"bytes": bitmap([[1]]), "path": None}
    rows[2]["segmentation_bitmap"] = {"bytes": b"no image", "path": None}
    page = page_of(datasets.Dataset.from_list(rows, features=raw.features), tmp_path)
    notices = [detail["notices"] for detail in page.details]
    assert [len(row_notices) for row_notices in notices] == [1, 1, 1]
    assert "image cannot be shown" in notices[0][0]
    assert "1 x 1 pixels" in notices[1][0]
    assert "480 x 360" in notices[1][0]
    assert "label cannot be shown" in notices[2][0]
    assert page.details[0]["numbers"]  # the label is shown without the image
    assert len(page.details[1]["objects"]) == 12


def test_pixels_with_unknown_ids_are_one_object_that_lists_the_ids(tmp_path: Path) -> None:
    samples = {"a": label(annotations=[{"id": 5, "category_id": 3}], segmentation_bitmap={"url": "bitmap.png"})}
    detail = page_of(bitmap_release(tmp_path, samples), tmp_path).details[0]
    assert detail["objects"][1] == {
        "id": "9, 70, 71, 300, 16777215",
        "class_number": 3,
        "area": int(np.sum((IDS != 0) & (IDS != 5))),
        "has_no_annotation": True,
    }
    assert np.array_equal(unpacked(detail["numbers"]), np.where(IDS == 5, 1, np.where(IDS, 2, 0)))


def test_annotation_without_pixels_has_area_0(tmp_path: Path) -> None:
    annotations = [{"id": 5, "category_id": 3}, {"id": 6, "category_id": 3}, {"id": 0, "category_id": 3}]
    samples = {"a": label(annotations=annotations, segmentation_bitmap={"url": "bitmap.png"})}
    objects = page_of(bitmap_release(tmp_path, samples), tmp_path).details[0]["objects"]
    assert [item["area"] for item in objects[:3]] == [int(np.sum(IDS == 5)), 0, 0]


def test_image_with_90000_objects_is_shown(tmp_path: Path, write_release) -> None:
    ids = np.arange(300 * 300).reshape(300, 300)
    (tmp_path / "a.jpg").write_bytes(jpeg((300, 300)))
    (tmp_path / "a.png").write_bytes(bitmap(ids))
    annotations = [{"id": int(number), "category_id": 1} for number in ids.flat[1:]]
    labeled = sample("a", "a.jpg", label(annotations=annotations, segmentation_bitmap={"url": "a.png"}))
    detail = page_of(write_release([labeled]), tmp_path).details[0]
    assert detail["numbers"]["bytes_per_number"] == 4
    assert np.array_equal(unpacked(detail["numbers"]), ids)


def test_vectors_are_scaled_with_the_image(tmp_path: Path) -> None:
    unknown = vector("bbox", [[0, 0], [3, 3]], 99)
    page = page_of(vector_release(tmp_path, [BOX, POLYGON, LINE, POINT, unknown]), tmp_path, size=16)
    detail, thumb = page.details[0], page.thumbs[0]
    assert detail["size"] == [16, 12]  # scaled from 24 x 18
    assert [item["type"] for item in detail["objects"]] == ["bbox", "polygon", "polyline", "point", "bbox"]
    assert detail["objects"][0]["points"] == [[1.67, 2.0], [6.67, 8.17]]
    assert [item["class_number"] for item in detail["objects"]] == [1, 2, 0, 2, 3]
    assert page.entries[0]["objects"] == [[0, 1], [1, 1], [2, 2], [3, 1]]
    assert thumb["class_numbers"] == [1, 2, 0, 2, 3]
    assert set(np.unique(unpacked(thumb["numbers"]))) <= {0, 1, 2, 3, 4, 5}
    assert unpacked(thumb["numbers"])[4, 10] == 2  # a pixel inside the polygon


def test_point_outside_the_range_of_coordinates_is_reported_in_a_notice(tmp_path: Path) -> None:
    page = page_of(vector_release(tmp_path, [BOX, vector("point", [[1e40, 0]])]), tmp_path)
    assert "x and y" in page.details[0]["notices"][0]
    assert page.details[0]["image"]


@pytest.mark.parametrize("status", [{}, {"label_status": ""}, {"label_status": None}], ids=["missing", "empty", "null"])
def test_label_without_a_status_has_the_status_unknown(tmp_path: Path, write_release, status) -> None:
    labels = {"ground-truth": {**status, "attributes": {"annotations": []}}}
    page = page_of(write_release([{"name": "a", "labels": labels}]), tmp_path)
    assert (page.entries[0]["status"], page.entries[0]["objects"]) == ("(unknown)", [])


def test_each_frame_of_a_sequence_is_an_entry(tmp_path: Path, write_release) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    frames = [{"image": {"url": "a.jpg"}, "name": f"f{number}"} for number in range(3)]
    annotation = {
        "id": 1,
        "category_id": 1,
        "track_id": 2**60,
        "is_keyframe": True,
        "type": "point",
        "points": [[1, 1]],
    }
    content = [{"annotations": []}, {"annotations": [annotation]}, None]
    sequence = {"name": "drive", "attributes": {"frames": frames}, "labels": {"ground-truth": label(frames=content)}}
    page = page_of(write_release([sequence], task_type="image-vector-sequence"), tmp_path)
    assert [(entry["name"], entry["frame"], entry["frame_name"]) for entry in page.entries] == [
        ("drive", 0, "f0"), ("drive", 1, "f1"), ("drive", 2, "f2")]  # fmt: skip
    shown = page.details[1]["objects"][0]
    assert (shown["track"], shown["is_keyframe"]) == (str(2**60), True)
