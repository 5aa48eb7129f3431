"""Bad data has one policy: raise, skip or keep; what was skipped or kept is always reported."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import datasets
import pytest
from PIL import Image

import segments_hf
from segments_hf.errors import AssetError, OptionError, ReleaseError, SegmentsHFError

from .making import bitmap, jpeg, label, picture_bytes, plain_rows, raw, sample

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
FINE = {"id": 1, "category_id": 1}

TRIED = r", after 3 tries \("
GRID = [[8 * y + x for x in range(8)] for y in range(6)]

# What is wrong with the sample `bad`: the class of the error, the column that is null when it is kept, the reason.
CASES = {
    "image-404": (AssetError, "image", r"/gone\.jpg: got HTTP 404"),
    "image-is-html": (
        AssetError,
        "image",
        f"/page.jpg: got an HTML page that is not an image; it begins with b'<html>.*{TRIED}",
    ),
    "image-is-empty": (AssetError, "image", f"/empty.jpg: got an empty file, wanted an image{TRIED}"),
    "image-is-cut": (AssetError, "image", f"/cut.jpg: got a broken image: the JPEG has no end.*{TRIED}"),
    "image-without-url": (AssetError, "image", "no URL"),
    "image-of-unknown-scheme": (AssetError, "image", "scheme 'ftp'"),
    "image-url-broken": (AssetError, "image", "http"),
    "image-path-too-long": (AssetError, "image", "xxx"),
    "bitmap-404": (AssetError, "segmentation_bitmap", r"/gone\.png: got HTTP 404"),
    "bitmap-is-empty": (AssetError, "segmentation_bitmap", f"/empty.png: got an empty file, wanted an image{TRIED}"),
    "bitmap-is-cut": (
        AssetError,
        "segmentation_bitmap",
        f"/cut.png: got a broken image.*{TRIED}",
    ),
    "bitmap-is-damaged": (AssetError, "segmentation_bitmap", f"/damaged.png: .* the checksum .*'IDAT' is wrong{TRIED}"),
    "bitmap-is-jpeg": (AssetError, "segmentation_bitmap", "/jpeg.png: got a JPEG, .*; wanted a PNG"),
    "bitmap-of-another-size": (
        AssetError,
        "segmentation_bitmap",
        r"got a bitmap of 3 x 2 pixels for an image of 8 x 6 pixels",
    ),
    "bitmap-of-the-unturned-image": (
        AssetError,
        "segmentation_bitmap",
        r"got a bitmap of 8 x 6 pixels for an image of 6 x 8 .*before EXIF rotation",
    ),
    "unknown-category": (ReleaseError, None, "category id 77, .* defines only 1, 2"),
    "broken-label": (ReleaseError, "annotations", r"got `str`, wanted `int`"),
    "id-beyond-64-bits": (ReleaseError, "annotations", "922337203685477580[78]"),
    "broken-attributes": (ReleaseError, "row", "wanted `object"),
    "no-name": (ReleaseError, "row", "without a `name`"),
}


def turned_jpeg() -> bytes:
    """A JPEG that is stored as 8 x 6 pixels, and shown as 6 x 8."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.fixture
def bad(server):
    """Makes the sample that is wrong."""

    def make(case: str) -> dict:
        image = server.url("/bad.jpg", jpeg())
        server.url("/page.jpg", b"<html>Sign in</html>")
        server.url("/empty.jpg", b"")
        server.url("/cut.jpg", jpeg()[:-2])
        png = bitmap(GRID)
        fine = label(annotations=[FINE])

        def with_bitmap(url: str, image: str = image) -> dict:
            return sample("bad", image, label(annotations=[FINE], segmentation_bitmap={"url": url}))

        return {
            "image-404": sample("bad", server.address + "/gone.jpg?X-Amz-Signature=secret", fine),
            "image-is-html": sample("bad", server.address + "/page.jpg?X-Amz-Signature=secret", fine),
            "image-is-empty": sample("bad", server.address + "/empty.jpg", fine),
            "image-is-cut": sample("bad", server.address + "/cut.jpg", fine),
            "image-without-url": sample("bad", None, fine),
            "image-of-unknown-scheme": sample("bad", "ftp://host/a.jpg", fine),
            "image-url-broken": sample("bad", "http://[host/a.jpg", fine),
            "image-path-too-long": sample("bad", "x" * 5000, fine),
            "bitmap-404": with_bitmap(server.address + "/gone.png?X-Amz-Signature=secret"),
            "bitmap-is-empty": with_bitmap(server.url("/empty.png", b"")),
            "bitmap-is-cut": with_bitmap(server.url("/cut.png", png[:-20])),
            "bitmap-is-damaged": with_bitmap(server.url("/damaged.png", png[:-30] + b"?" + png[-29:])),
            "bitmap-is-jpeg": with_bitmap(server.url("/jpeg.png", jpeg()) + "?X-Amz-Signature=secret"),
            "bitmap-of-another-size": with_bitmap(server.url("/other.png", bitmap([[1, 2, 3], [4, 5, 6]]))),
            "bitmap-of-the-unturned-image": with_bitmap(
                server.url("/stored.png", png), server.url("/turned.jpg", turned_jpeg())
            ),
            "unknown-category": sample("bad", image, label(annotations=[FINE, {"id": 2, "category_id": 77}])),
            "broken-label": sample("bad", image, label(annotations=[{"id": "one", "category_id": 1}])),
            "id-beyond-64-bits": sample("bad", image, label(annotations=[{"id": 2**63, "category_id": 1}])),
            "broken-attributes": {**sample("bad", None, fine), "attributes": "none"},
            "no-name": sample(None, image, fine),
        }[case]

    return make


@pytest.fixture
def release(server, bad, write_release):
    """Writes a release of three samples; the one in the middle is wrong."""

    def write(case: str) -> Path:
        url = server.url("/good.jpg", jpeg())
        return write_release([sample("first", url), bad(case), sample("last", url)])

    return write


def errors_file(dataset: datasets.Dataset) -> list[dict]:
    file = Path(dataset.cache_files[0]["filename"]).parent / "errors.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def warnings_of(caplog) -> str:
    ours = [record for record in caplog.records if record.name.startswith("segments_hf")]
    assert all(record.levelno == logging.WARNING for record in ours)
    return "\n".join(record.getMessage() for record in ours)


def load_with_builder_name(release, **options):
    return datasets.load_dataset("segments_release", data_files=str(release), split="train", **options)


def load_by_function(release, **options):
    return segments_hf.load_release(release, split="train", **options)


WAYS = {
    "load_release": (load_by_function, {}),
    "load_dataset": (load_with_builder_name, {}),
    "two-processes": (load_by_function, {"num_proc": 2}),
    "load_dataset-two-processes": (load_with_builder_name, {"num_proc": 2}),
    "stream": (load_by_function, {"streaming": True}),
    "load_dataset-stream": (load_with_builder_name, {"streaming": True}),
}


@FORK
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_raise_is_our_error_and_names_the_sample(release, case, way):
    kind, _, reason = CASES[case]
    load, options = WAYS[way]
    with pytest.raises(kind, match=reason) as caught:
        list(load(release(case), **options))
    assert "secret" not in str(caught.value)
    assert ("samples[1]" if case == "no-name" else "'bad'") in str(caught.value)
    if case != "no-name":
        assert "on_error" in str(caught.value)


@pytest.mark.parametrize("policy", ["skip", "keep"])
@pytest.mark.parametrize("case", CASES)
def test_skip_leaves_the_row_out_and_keep_leaves_the_column_null(release, case, policy, caplog):
    _, column, _reason = CASES[case]
    dataset = raw(load_by_function(release(case), on_error=policy))
    kept = policy == "keep" and column != "row"
    assert dataset["name"][:] == (["first", "bad", "last"] if kept else ["first", "last"])
    if kept and column:
        assert dataset[1][column] is None
        others = (
            {"image", "annotations", "status", "uuid"} - {column} - ({"status"} if column == "annotations" else set())
        )
        assert all(dataset[1][other] for other in others)

    (problem,) = errors_file(dataset)
    assert problem["sample"] == ("samples[1]" if case == "no-name" else "bad")
    assert problem["action"] == ("kept" if kept else "skipped")
    assert problem["column"] == {None: "annotations", "row": None}.get(column, column)
    assert "secret" not in json.dumps(problem)
    assert problem["sample"] in warnings_of(caplog)
    assert "errors.jsonl" in warnings_of(caplog)
    assert "1 sample(s)" in warnings_of(caplog)


def test_an_annotation_of_an_unknown_category_is_kept_without_a_class(release):
    row = load_by_function(release("unknown-category"), on_error="keep")[1]
    assert [(item["category_id"], item["category"]) for item in row["annotations"]] == [(1, 0), (77, None)]
    assert row["status"] == "LABELED"
    assert row["image"].size == (8, 6)


OF_BITMAPS = [case for case, (_, column, _) in CASES.items() if column == "segmentation_bitmap"]


@pytest.mark.parametrize("options", [{}, {"streaming": True}], ids=["built", "stream"])
@pytest.mark.parametrize("case", OF_BITMAPS)
def test_keep_has_all_of_a_row_but_its_bad_bitmap(release, server, case, options, caplog):
    rows = plain_rows(load_by_function(release(case), on_error="keep", **options))
    turned = case == "bitmap-of-the-unturned-image"
    bad = rows[1]
    assert [row["name"] for row in rows] == ["first", "bad", "last"]
    assert bad["segmentation_bitmap"] is None
    assert bad["image"] == server.files["/turned.jpg" if turned else "/bad.jpg"]
    assert (bad["width"], bad["height"]) == ((6, 8) if turned else (8, 6))
    assert [(item["id"], item["category"]) for item in bad["annotations"]] == [(1, 0)]
    assert bad["status"] == "LABELED"
    assert "bad" in warnings_of(caplog)


@pytest.mark.parametrize("options", [{}, {"embed": True}, {"streaming": True}], ids=str)
def test_a_bitmap_of_the_turned_image_is_fine(server, write_release, options, caplog):
    png = bitmap([[6 * y + x for x in range(6)] for y in range(8)])
    content = label(annotations=[FINE], segmentation_bitmap={"url": server.url("/a.png", png)})
    release = write_release([sample("a", server.url("/a.jpg", turned_jpeg()), content)])
    (row,) = plain_rows(load_by_function(release, **options))
    assert (row["width"], row["height"]) == (6, 8)
    assert (row["image"], row["segmentation_bitmap"]) == (turned_jpeg(), png)
    assert warnings_of(caplog) == ""


@pytest.mark.parametrize("where", ["release", "segments_dir"])
def test_bad_bitmaps_that_are_files(write_release, tmp_path, where):
    folder = tmp_path if where == "release" else tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    names = {"jpeg": jpeg(), "small": bitmap(), "cut": bitmap(GRID)[:-20], "fine": bitmap(GRID)}
    samples = []
    for name, content in names.items():
        (folder / f"{name}.jpg").write_bytes(jpeg())
        (folder / f"{name}_label_ground-truth.png").write_bytes(content)
        file = {"url": f"{name}_label_ground-truth.png"}
        samples.append(sample(f"{name}.jpg", f"{name}.jpg", label(annotations=[FINE], segmentation_bitmap=file)))
    options = {} if where == "release" else {"segments_dir": folder}
    release = write_release(samples)
    with pytest.raises(AssetError, match=r"sample 'jpeg.jpg', segmentation_bitmap: .*/jpeg_label.*png: got a JPEG"):
        load_by_function(release, **options)
    assert load_by_function(release, on_error="skip", **options)["name"][:] == ["fine.jpg"]
    kept = load_by_function(release, on_error="keep", **options)
    assert [row["segmentation_bitmap"] is None for row in raw(kept)] == [True, True, True, False]
    assert [(problem["sample"], problem["action"]) for problem in errors_file(kept)] == [
        ("jpeg.jpg", "kept"),
        ("small.jpg", "kept"),
        ("cut.jpg", "kept"),
    ]


def test_the_bitmap_of_an_image_that_is_gone_is_kept(server, write_release):
    url = server.url("/a.png", bitmap(GRID))
    content = label(annotations=[FINE], segmentation_bitmap={"url": url})
    (row,) = plain_rows(
        load_by_function(write_release([sample("a", f"{server.address}/no.jpg", content)]), on_error="keep")
    )
    assert (row["image"], row["width"], row["height"]) == (None, None, None)
    assert row["segmentation_bitmap"] == bitmap(GRID)


@pytest.mark.parametrize("policy", ["skip", "keep"])
def test_a_stream_reports_too(release, policy, caplog):
    stream = load_by_function(release("image-404"), on_error=policy, streaming=True)
    names = [row["name"] for row in stream]
    assert names == (["first", "bad", "last"] if policy == "keep" else ["first", "last"])
    assert "bad: " in warnings_of(caplog)
    assert "HTTP 404" in warnings_of(caplog)


@FORK
@pytest.mark.parametrize("policy", ["skip", "keep"])
def test_two_processes_report_once_each(server, write_release, caplog, policy):
    url = server.url("/good.jpg", jpeg())
    samples = [sample(f"s{n}", url if n % 3 else f"{server.address}/gone{n}.jpg") for n in range(40)]
    dataset = load_by_function(write_release(samples), on_error=policy, num_proc=2)
    assert len(dataset) == (40 if policy == "keep" else 26)
    problems = errors_file(dataset)
    assert sorted(problem["sample"] for problem in problems) == sorted(f"s{n}" for n in range(0, 40, 3))
    assert "14 sample(s)" in warnings_of(caplog)


def test_the_cached_dataset_reports_again(release, caplog, server):
    path = release("image-404")
    first = load_by_function(path, on_error="skip")
    said = warnings_of(caplog)
    caplog.clear()
    asked = server.asked.total()
    again = load_by_function(path, on_error="skip")
    assert again.cache_files == first.cache_files
    assert warnings_of(caplog) == said
    assert len(errors_file(again)) == 1
    assert server.asked.total() == asked


def test_a_failed_build_leaves_no_dataset_behind(release, server):
    path = release("image-404")
    with pytest.raises(AssetError):
        load_by_function(path)
    server.url("/gone.jpg", jpeg())
    assert load_by_function(path)["name"][:] == ["first", "bad", "last"]


def test_nothing_wrong_nothing_said(server, write_release, caplog):
    dataset = load_by_function(write_release([sample("a", server.url("/a.jpg", jpeg()))]), on_error="keep")
    assert warnings_of(caplog) == ""
    assert not (Path(dataset.cache_files[0]["filename"]).parent / "errors.jsonl").exists()


@FORK
@pytest.mark.parametrize("options", [{}, {"num_proc": 2}], ids=["built", "two-processes"])
def test_a_split_of_which_all_is_left_out_is_an_error_of_ours(server, write_release, options):
    release = write_release([sample(f"s{n}", f"{server.address}/gone{n}.jpg") for n in range(3)])
    for _ in ("first load", "again"):
        with pytest.raises(SegmentsHFError, match="train"):
            load_by_function(release, on_error="skip", **options)


# Of some cases: the URL at which something wrong is, and what should be there.
MENDED = {
    "image-is-html": ("/page.jpg", jpeg()),
    "image-is-cut": ("/cut.jpg", jpeg()),
    "bitmap-is-cut": ("/cut.png", bitmap(GRID)),
    "bitmap-is-jpeg": ("/jpeg.png", bitmap(GRID)),
    "bitmap-of-another-size": ("/other.png", bitmap(GRID)),
}


@pytest.mark.parametrize("policy", ["raise", "skip", "keep"])
@pytest.mark.parametrize("case", MENDED)
def test_what_is_wrong_is_not_kept_in_the_cache(release, server, case, policy):
    path, whole = MENDED[case]
    file = release(case)
    if policy == "raise":
        with pytest.raises(AssetError):
            load_by_function(file)
    else:
        load_by_function(file, on_error=policy)
    server.url(path, whole)
    rows = plain_rows(load_by_function(file))
    assert [row["name"] for row in rows] == ["first", "bad", "last"]
    assert whole in (rows[1]["image"], rows[1]["segmentation_bitmap"])


def test_one_sample_may_have_two_problems(server, write_release):
    wrong = label(annotations=[{"id": 1, "category_id": 77}], segmentation_bitmap={"url": f"{server.address}/no.png"})
    dataset = load_by_function(write_release([sample("bad", f"{server.address}/no.jpg", wrong)]), on_error="keep")
    assert [problem["column"] for problem in errors_file(dataset)] == ["annotations", "image", "segmentation_bitmap"]


def test_without_assets_a_missing_asset_is_no_problem(release):
    assert len(load_by_function(release("image-404"), load_assets=False)) == 3


@pytest.mark.parametrize(
    "options", [{"splits": {"train": 1.0}}, {"filter_by": "unlabeled"}, {"filter_by_metadata": {"k": 1}}], ids=str
)
def test_a_sample_without_a_name_is_reported_with_splits_and_filters(write_release, options):
    samples = [sample("a", metadata={"k": 1}), sample(None), sample("b", metadata={"k": 1})]
    dataset = load_by_function(write_release(samples), on_error="skip", load_assets=False, **options)
    assert dataset["name"][:] == ["a", "b"]
    assert [problem["sample"] for problem in errors_file(dataset)] == ["samples[1]"]


def test_a_bitmap_of_another_kind_passes_as_it_is(server, write_release):
    png = bitmap([[1, 2, 3]])
    item = sample(
        "a", server.url("/a.jpg", jpeg((3, 1))), label(segmentation_bitmap={"url": server.url("/a.png", png)})
    )
    assert picture_bytes(raw(load_by_function(write_release([item])))[0]["segmentation_bitmap"]) == png


def test_an_unknown_policy():
    with pytest.raises(OptionError, match=r"got 'ignore', .*'raise', 'skip', 'keep'"):
        load_by_function("release.json", on_error="ignore")
