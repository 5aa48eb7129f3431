"""`on_error` applies to faulty bitmaps; `on_error="keep"` replaces only the bitmap of the row by null."""

from __future__ import annotations

import pytest

from dataset.loading import load_by_function, read_errors_file, warnings_of
from dataset.making import bitmap, file_bytes, jpeg, label, plain_rows, sample, undecoded
from dataset.problem_cases import ANNOTATION, CASES, IDS, rotated_jpeg
from segments_hf.errors import AssetError

BITMAP_CASES = [name for name, case in CASES.items() if case.column == "segmentation_bitmap"]


@pytest.mark.parametrize("options", [{}, {"streaming": True}], ids=["dataset", "stream"])
@pytest.mark.parametrize("case", BITMAP_CASES)
def test_keep_changes_only_the_bad_bitmap_of_the_row(write_bad_release, server, case, options, caplog):
    rows = plain_rows(load_by_function(write_bad_release(case), on_error="keep", **options))
    is_rotated = case == "bitmap of the image before EXIF rotation"
    bad = rows[1]
    assert [row["name"] for row in rows] == ["first", "bad", "last"]
    assert bad["segmentation_bitmap"] is None
    assert bad["image"] == server.files["/rotated.jpg" if is_rotated else "/bad.jpg"]
    assert (bad["width"], bad["height"]) == ((6, 8) if is_rotated else (8, 6))
    assert [(item["id"], item["category"]) for item in bad["annotations"]] == [(1, 0)]
    assert bad["status"] == "LABELED"
    assert "bad" in warnings_of(caplog)


@pytest.mark.parametrize("options", [{}, {"embed": True}, {"streaming": True}], ids=str)
def test_bitmap_of_the_image_after_exif_rotation_is_accepted(server, write_release, options, caplog):
    png = bitmap([[6 * y + x for x in range(6)] for y in range(8)])
    sample_label = label(annotations=[ANNOTATION], segmentation_bitmap={"url": server.url("/a.png", png)})
    release = write_release([sample("a", server.url("/a.jpg", rotated_jpeg()), sample_label)])
    (row,) = plain_rows(load_by_function(release, **options))
    assert (row["width"], row["height"]) == (6, 8)
    assert (row["image"], row["segmentation_bitmap"]) == (rotated_jpeg(), png)
    assert warnings_of(caplog) == ""


@pytest.mark.parametrize("source", ["release", "segments_dir"])
def test_on_error_applies_to_bitmaps_that_are_local_files(write_release, tmp_path, source):
    folder = tmp_path if source == "release" else tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    names = {"jpeg": jpeg(), "small": bitmap(), "cut": bitmap(IDS)[:-20], "valid": bitmap(IDS)}
    samples = []
    for name, content in names.items():
        (folder / f"{name}.jpg").write_bytes(jpeg())
        (folder / f"{name}_label_ground-truth.png").write_bytes(content)
        file = {"url": f"{name}_label_ground-truth.png"}
        samples.append(sample(f"{name}.jpg", f"{name}.jpg", label(annotations=[ANNOTATION], segmentation_bitmap=file)))
    options = {} if source == "release" else {"segments_dir": folder}
    release = write_release(samples)
    with pytest.raises(AssetError, match=r"sample 'jpeg.jpg', segmentation_bitmap: .*/jpeg_label.*png: .*format JPEG"):
        load_by_function(release, **options)
    assert load_by_function(release, on_error="skip", **options)["name"][:] == ["valid.jpg"]
    kept = load_by_function(release, on_error="keep", **options)
    assert [row["segmentation_bitmap"] is None for row in undecoded(kept)] == [True, True, True, False]
    assert [(problem["sample"], problem["action"]) for problem in read_errors_file(kept)] == [
        ("jpeg.jpg", "kept"),
        ("small.jpg", "kept"),
        ("cut.jpg", "kept"),
    ]


def test_keep_does_not_change_the_bitmap_of_a_missing_image(server, write_release):
    url = server.url("/a.png", bitmap(IDS))
    sample_label = label(annotations=[ANNOTATION], segmentation_bitmap={"url": url})
    (row,) = plain_rows(
        load_by_function(write_release([sample("a", f"{server.address}/gone.jpg", sample_label)]), on_error="keep")
    )
    assert (row["image"], row["width"], row["height"]) == (None, None, None)
    assert row["segmentation_bitmap"] == bitmap(IDS)


def test_bitmap_of_a_label_without_annotations_is_unchanged(server, write_release):
    png = bitmap([[1, 2, 3]])
    item = sample(
        "a", server.url("/a.jpg", jpeg((3, 1))), label(segmentation_bitmap={"url": server.url("/a.png", png)})
    )
    assert file_bytes(undecoded(load_by_function(write_release([item])))[0]["segmentation_bitmap"]) == png
