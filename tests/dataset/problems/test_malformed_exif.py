"""`load_release` repairs and reports images with malformed EXIF data, for each value of `on_error`."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from images.exif_making import entry, jpeg, orientation_entry, phone_exif, png_chunk, tiff

import segments_hf
from dataset.loading import load_with_builder_name, read_errors_file, warnings_of
from dataset.making import bitmap, file_bytes, label, sample, undecoded
from segments_hf.assets import AssetCache, default_cache_folder
from segments_hf.errors import SegmentsHFError
from segments_hf.preview.shown_image import show_image

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

MALFORMED_EXIF = tiff("<", orientation_entry("<", 6), entry("<", 0x011A, 2, 4, b"abc\0")).ljust(80, b"\0")
PHONE_IMAGE = jpeg(MALFORMED_EXIF)  # 24 x 16 pixels before the EXIF rotation
IDS = np.zeros((24, 16), np.uint32)
IDS[2:9, 3:8], IDS[12:20, 2:14] = 1, 2
ANNOTATIONS = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 2}]
BITMAP = bitmap(IDS)


def phone_sample(name: str, image: str, bitmap_url: str) -> dict[str, Any]:
    return sample(name, image, label(annotations=ANNOTATIONS, segmentation_bitmap={"url": bitmap_url}))


@pytest.fixture
def release(server, write_release) -> Path:
    """Return a release of three images; the second one has malformed EXIF data."""
    good_url, bitmap_url = server.url("/good.jpg", jpeg(phone_exif("<", 6))), server.url("/mask.png", BITMAP)
    phone_url = server.url("/phone.jpg", PHONE_IMAGE)
    return write_release(
        [phone_sample(name, url, bitmap_url) for name, url in zip("abc", (good_url, phone_url, good_url), strict=True)]
    )


@pytest.fixture
def local_release(tmp_path, write_release) -> Path:
    """Return a release of one image, which is a local file with malformed EXIF data."""
    (tmp_path / "phone.jpg").write_bytes(PHONE_IMAGE)
    (tmp_path / "mask.png").write_bytes(BITMAP)
    return write_release([phone_sample("b", "phone.jpg", "mask.png")])


def load(release: Any, **options: Any) -> Any:
    return segments_hf.load_release(release, split="train", **options)


def assert_rotated(row: dict[str, Any]) -> None:
    """Check that the image has its size after the EXIF rotation, and that the bitmap has the same size."""
    assert row["image"].size == row["segmentation_bitmap"].size == (row["width"], row["height"]) == (16, 24)


LOADERS = {
    "files": (load, {}),
    "bytes": (load, {"embed": True}),
    "stream": (load, {"streaming": True}),
    "decoded": (load, {"verify": "decode"}),
    "two processes": (load, {"num_proc": 2}),
    "builder": (load_with_builder_name, {}),
    "stream of the builder": (load_with_builder_name, {"streaming": True}),
}


@pytest.mark.each_choice(1)
@IGNORE_FORK_WARNING
@pytest.mark.parametrize("policy", ["raise", "skip", "keep"])
@pytest.mark.parametrize("loader_name", LOADERS)
def test_load_release_repairs_malformed_exif(release, loader_name, policy, caplog):
    loader, options = LOADERS[loader_name]
    dataset = loader(release, on_error=policy, **options)
    rows = list(dataset)
    assert [row["name"] for row in rows] == ["a", "b", "c"]
    for row in rows:
        assert_rotated(row)
    assert "b: " in warnings_of(caplog)
    assert "EXIF" in warnings_of(caplog)
    assert "a: " not in warnings_of(caplog)
    if not options.get("streaming"):
        (problem,) = read_errors_file(dataset)
        assert (problem["sample"], problem["column"], problem["action"]) == ("b", "image", "repaired")
        assert "/phone.jpg" in problem["reason"]


@pytest.mark.parametrize("source", ["release", "segments_dir"])
@pytest.mark.parametrize("options", [{}, {"embed": True}, {"streaming": True}], ids=str)
def test_load_release_does_not_change_local_file(local_release, tmp_path, source, options):
    if source == "segments_dir":
        folder = tmp_path / "sdk"
        folder.mkdir()
        (folder / "b.jpg").write_bytes(PHONE_IMAGE)
        options = {**options, "segments_dir": folder}
    (row,) = load(local_release, **options)
    assert_rotated(row)
    changed = [path for path in tmp_path.rglob("*.jpg") if path.read_bytes() != PHONE_IMAGE]
    assert changed == []


def test_repaired_copy_is_cached_by_hash_of_content(local_release):
    (row,) = undecoded(load(local_release))
    copy = Path(row["image"]["path"])
    assert copy.is_relative_to(default_cache_folder())
    assert copy.name == hashlib.sha256(copy.read_bytes()).hexdigest() + ".jpg"
    written_at = copy.stat().st_mtime_ns
    (again,) = undecoded(load(local_release, max_bytes=10**6))
    assert again["image"]["path"] == str(copy)
    assert copy.stat().st_mtime_ns == written_at
    cache = AssetCache(default_cache_folder())
    assert cache.usage().files == 1
    assert cache.clear().files == 1
    assert not copy.exists()
    assert_rotated(load(local_release)[0])  # the built dataset refers to a deleted file, so it is built again


def test_load_release_fetches_image_with_malformed_exif_once_and_reports_it_each_time(release, server, caplog):
    load(release)
    requests = server.requests["/phone.jpg"]
    caplog.clear()
    dataset = load(release, max_bytes=10**6)
    assert_rotated(dataset[1])
    assert server.requests["/phone.jpg"] == requests == 1
    assert [problem["action"] for problem in read_errors_file(dataset)] == ["repaired"]
    assert "b: " in warnings_of(caplog)


def test_load_release_repairs_file_cached_by_earlier_version(release, server):
    AssetCache(default_cache_folder()).store(server.address + "/phone.jpg", PHONE_IMAGE)
    dataset = load(release)
    assert_rotated(dataset[1])
    assert server.requests["/phone.jpg"] == 0


def test_load_release_repairs_bitmap_with_malformed_exif(server, write_release):
    end_of_header = 33
    content = BITMAP[:end_of_header] + png_chunk(b"eXIf", b"not EXIF data") + BITMAP[end_of_header:]
    image = server.url("/good.jpg", jpeg(phone_exif("<", 6)))
    dataset = load(write_release([phone_sample("a", image, server.url("/mask.png", content))]))
    assert_rotated(dataset[0])
    assert [(problem["column"], problem["action"]) for problem in read_errors_file(dataset)] == [
        ("segmentation_bitmap", "repaired")
    ]


@pytest.mark.parametrize("policy", ["skip", "keep"])
def test_load_release_reports_repair_only_for_rows_in_the_dataset(server, write_release, policy):
    phone = server.url("/phone.jpg", PHONE_IMAGE)
    dataset = load(
        write_release(
            [
                phone_sample("a", phone, server.url("/mask.png", BITMAP)),
                phone_sample("b", phone, f"{server.address}/gone.png"),
            ]
        ),
        on_error=policy,
    )
    actions = [(problem["sample"], problem["action"]) for problem in read_errors_file(dataset)]
    assert actions == [
        ("a", "repaired"),
        *([("b", "skipped")] if policy == "skip" else [("b", "kept"), ("b", "repaired")]),
    ]


def test_error_for_empty_split_gives_reason_of_skipped_row(server, write_release):
    phone, mask = server.url("/phone.jpg", PHONE_IMAGE), server.url("/mask.png", BITMAP)
    repaired = phone_sample("a", phone, mask)
    gone = phone_sample("b", f"{server.address}/gone.jpg", mask)
    repaired["metadata"], gone["metadata"] = {"part": "train"}, {"part": "test"}
    with pytest.raises(SegmentsHFError, match=r"gone\.jpg"):
        segments_hf.load_release(write_release([repaired, gone]), splits="metadata:part", on_error="skip")


def exif_findings(report: segments_hf.Report) -> list[segments_hf.Finding]:
    """Return the findings about malformed EXIF data; other findings are about orientations and equal images."""
    return [finding for finding in report.findings if finding.check == "malformed-exif"]


def test_validate_warns_of_malformed_exif_in_release(release):
    report = segments_hf.validate(release, assets=True)
    assert [(finding.check, finding.severity, finding.sample) for finding in exif_findings(report)] == [
        ("malformed-exif", "warning", "b")
    ]


def test_validate_finds_no_malformed_exif_in_repaired_dataset(release):
    dataset = load(release)
    assert not exif_findings(segments_hf.validate(dataset, assets=True))


def test_stats_reports_no_problem_for_malformed_exif(release):
    assert segments_hf.stats(release, assets=True).problems == []


# Rows that an earlier version of segments-hf made may have images with malformed EXIF data.


@pytest.fixture(params=["wrong type", "unknown header"])
def old_rows(request, release) -> datasets.Dataset:
    """Return rows of which the second has an image with malformed EXIF data, which `datasets` cannot decode."""
    exif = MALFORMED_EXIF if request.param == "wrong type" else b"XX*\0" + MALFORMED_EXIF[4:]
    dataset = load(release, embed=True)
    rows = dataset.cast_column("image", datasets.Image(decode=False))
    changed = rows.map(lambda row: {"image": {"bytes": jpeg(exif), "path": None}} if row["name"] == "b" else {})
    old_dataset = changed.cast(dataset.features)
    with pytest.raises((TypeError, ValueError, SyntaxError)):
        old_dataset[1]
    return old_dataset


def layout_rows(rows: Any, task: str) -> list[dict[str, Any]]:
    return undecoded(segments_hf.to_layout(rows, task))


def image_sizes(rows: Any, folder: Path) -> list[tuple[int, int]]:
    segments_hf.export_dataset(rows, "coco", folder)
    (file,) = folder.glob("annotations/*.json")
    return [(image["width"], image["height"]) for image in json.loads(file.read_text())["images"]]


# Each function must return the same value for rows with malformed EXIF data and for repaired rows.
FUNCTIONS = {
    "semantic": lambda rows, _: [item["label"]["bytes"] for item in layout_rows(rows, "semantic-segmentation")],
    "instance": lambda rows, _: [item["annotation"]["bytes"] for item in layout_rows(rows, "instance-segmentation")],
    "panoptic": lambda rows, _: [item["label"]["bytes"] for item in layout_rows(rows, "panoptic-segmentation")],
    "detection": lambda rows, _: [item["objects"] for item in layout_rows(rows, "object-detection")],
    "masks": lambda rows, _: [
        file_bytes(row["semantic_mask"]) for row in undecoded(segments_hf.add_semantic_masks(rows))
    ],
    "stats": lambda rows, _: segments_hf.stats(rows, assets=True).image_sizes,
    "contact sheet": lambda rows, _: segments_hf.contact_sheet(rows).tobytes(),
    "plot": lambda rows, _: [
        np.asarray(axes.images[0].get_array()).tolist() for axes in segments_hf.plot(rows, index=1).axes if axes.images
    ],
    "preview": lambda rows, folder: len(segments_hf.preview(rows, folder / "page.html").read_text()) > 0,
    "coco": image_sizes,
    "yolo": lambda rows, folder: segments_hf.export_dataset(rows, "yolo", folder).images,
    "pascal-voc": lambda rows, folder: segments_hf.export_dataset(rows, "pascal-voc", folder).images,
}


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_read_rows_of_earlier_version_as_repaired_rows(old_rows, release, tmp_path, name):
    function = FUNCTIONS[name]
    expected = function(load(release, embed=True), tmp_path / "repaired")
    assert function(old_rows, tmp_path / "old") == expected


def test_validate_warns_of_malformed_exif_in_rows_of_earlier_version(old_rows):
    report = segments_hf.validate(old_rows, assets=True)
    assert [(finding.check, finding.severity, finding.sample) for finding in exif_findings(report)] == [
        ("malformed-exif", "warning", "b")
    ]


def test_export_copies_the_repaired_image(release, tmp_path):
    segments_hf.export_dataset(release, "coco", tmp_path / "out")
    copies = [path.read_bytes() for path in sorted((tmp_path / "out").rglob("*.jpg"))]
    assert len(copies) == 3
    assert PHONE_IMAGE not in copies
    for content in copies:
        assert datasets.Image().decode_example({"bytes": content, "path": None}).size == (16, 24)


def test_preview_embeds_images_without_malformed_exif_data():
    # EXIF data that Pillow cannot read may contain private data.
    content = jpeg(b"XX*\0 a place")
    shown = show_image({"bytes": content, "path": None}, 1280, 10**6)
    assert b"a place" not in base64.b64decode(shown.url.partition(",")[2])


@pytest.mark.parametrize("shared_case", ["exif_wrong_type"], indirect=True)
def test_image_of_case_with_wrong_exif_type_has_the_size_of_its_bitmap(shared_case: Path) -> None:
    (row,) = load(shared_case)
    assert row["image"].size == row["segmentation_bitmap"].size == (row["width"], row["height"]) == (20, 30)
