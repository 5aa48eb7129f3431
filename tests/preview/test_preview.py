"""A page holds what is in the rows, whatever they are read from, and nothing of it is code."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import re
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import bitmap, jpeg, label, sample
from export.making import BOX, IDS, LINE, POINT, POLYGON, bitmap_release, vector, vector_release
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import segments_hf
from preview.reading import Page, content_of, numbers, page_of, picture
from segments_hf.bitmaps import instance_mask
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, OutputExistsError, SegmentsHFError
from segments_hf.preview.page_file import block

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--",
    "<img src=x onerror=alert(1)>",
    "\"quoted\" & 'quoted'",
    "a\u2028b\u2029c",
    "[[data]] [[script]] {{x}} ${x}",
    "accént ✿ 花",
    "</SCRIPT ><style>*{}</style>",
]


def test_the_demo_release_as_it_is(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path)
    rows = list(segments_hf.load_release(demo_release(), split="train"))
    assert page.title == page.head["name"] == "flowers-v1.0.json"
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
        assert max(picture(thumb["image"]).size) == 320
        if row["segmentation_bitmap"] is None:
            assert detail["numbers"] is thumb["classes"] is None
            continue
        shown = numbers(detail["numbers"])
        assert np.array_equal(shown, instance_mask(row["segmentation_bitmap"], row["annotations"]))
        areas = [item["area"] for item in detail["objects"]]
        assert areas == [int(np.sum(shown == number)) for number in range(1, len(areas) + 1)]
        assert [item["id"] for item in detail["objects"]] == [str(item["id"]) for item in row["annotations"]]
        assert [item["class_number"] for item in detail["objects"]] == [item["category"] for item in row["annotations"]]
        small = numbers(thumb["classes"])
        assert (small.shape[1], small.shape[0]) == picture(thumb["image"]).size


def test_who_has_no_label_is_told_from_who_has_no_objects(tmp_path: Path) -> None:
    given = {"a": label(annotations=[]), "b": None, "c": label("SKIPPED"), "d": label("REVIEWED")}
    page = page_of(bitmap_release(tmp_path, given), tmp_path)
    assert [entry["objects"] for entry in page.entries] == [[], None, None, []]


def test_the_real_release(tmp_path: Path, arc_litter: Path) -> None:
    options: dict[str, Any] = {"segments_dir": arc_litter / "segments", "filter_by": "REVIEWED"}
    page = page_of(arc_litter / "arc_litter-v01.json", tmp_path, **options)
    rows = segments_hf.load_release(arc_litter / "arc_litter-v01.json", split="train", **options)
    assert len(page.entries) == len(rows) == 7
    for row, detail in zip(rows, page.details, strict=True):
        assert picture(detail["image"]).size == tuple(detail["size"])
        assert max(detail["size"]) == 1280
        assert detail["full_size"] == [row["width"], row["height"]]
        whole = instance_mask(row["segmentation_bitmap"], row["annotations"])
        shown = numbers(detail["numbers"])
        share = [np.mean(mask == number) for mask in (whole, shown) for number in range(1, len(row["annotations"]) + 1)]
        half = len(share) // 2
        assert share[half:] == pytest.approx(share[:half], rel=0.02)
    assert (tmp_path / "page.html").stat().st_size < 7 * 200_000


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(tmp_path: Path, text: str) -> None:
    categories = [{"id": 3, "name": text}, {"id": 8, "name": "leaf"}]
    annotations = [{**BOX, "attributes": {text: text, "list": [text]}}, {**POINT, "type": text}]
    folder = tmp_path / "release"
    release = vector_release(folder, annotations)
    document = json.loads(release.read_text("utf-8"))
    document["dataset"]["task_attributes"]["categories"] = categories
    document["dataset"]["samples"][0] |= {"name": text, "uuid": text, "metadata": {text: text, "huge": 2**64 - 1}}
    release.write_text(json.dumps(document), encoding="utf-8")
    page = page_of(release, tmp_path)
    harmless = Page(segments_hf.preview(vector_release(tmp_path / "other", [BOX, POINT]), tmp_path / "other.html"))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    assert page.scripts == harmless.scripts
    assert page.head["classes"][0]["name"] == text
    entry, detail = page.entries[0], page.details[0]
    assert (entry["name"], entry["uuid"]) == (text, text)
    assert entry["metadata"] == [[text, text], ["huge", str(2**64 - 1)]]
    assert detail["objects"][0]["attributes"] == [[text, text], ["list", json.dumps([text], ensure_ascii=False)]]
    assert detail["objects"][1]["type"] == text


def test_a_hostile_name_of_a_release(tmp_path: Path) -> None:
    name = "[[data]]<script>alert(1)</script>"  # without a slash, which no name of a file has
    release = vector_release(tmp_path / "release", [BOX]).rename(tmp_path / "release" / name.replace("/", "\u2215"))
    page = page_of(release, tmp_path)
    assert page.title == release.name
    assert len(page.scripts) == len(page.entries) == 1


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)))
def test_a_block_ends_where_it_should(value: Any) -> None:
    written = block("entry", value).decode()
    begin, end = '<script type="application/json" class="entry">', "</script>\n"
    assert written.startswith(begin)
    assert written.endswith(end)
    json_text = written.removeprefix(begin).removesuffix(end)
    assert "<" not in json_text
    assert json.loads(json_text) == value


def test_a_page_asks_nobody_for_anything(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path)
    for tag, attributes in page.tags:
        for name in {"src", "href", "action", "data", "srcset", "style"} & attributes.keys():
            assert (tag, name, attributes[name]) == ("link", "href", "data:,")
        assert not [name for name in attributes if name.startswith("on")]
    code = page.scripts[0] + page.styles[0]
    assert set(re.findall(r"\w+://[^\s\"']*", code)) == {"http://www.w3.org/2000/svg"}  # a name, which is not asked
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|importScripts|innerHTML|outerHTML|eval)\b|@import", code)


def test_only_our_own_code_may_run(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path)
    code = {name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for name, text in
            (("script-src", page.scripts[0]), ("style-src", page.styles[0]))}  # fmt: skip
    assert page.policy.split("; ")[:2] == ["default-src 'none'", "img-src data:"]
    for name, digest in code.items():
        assert f"{name} 'sha256-{digest}'" in page.policy
    assert len(page.scripts) == len(page.styles) == 1


@pytest.fixture
def held(tmp_path: Path) -> datasets.Dataset:
    """The demo release, with its pictures in it."""
    return segments_hf.load_release(demo_release(), split="train", embed=True, cache_dir=tmp_path / "cache")


def as_parquet(held: datasets.Dataset, folder: Path) -> datasets.Dataset:
    held.to_parquet(str(folder / "rows.parquet"))
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train")


SOURCES = {
    "release": lambda held, folder: segments_hf.Release.open(demo_release()),
    "dataset": lambda held, folder: held,
    "dataset of files": lambda held, folder: segments_hf.load_release(demo_release(), split="train"),
    "splits": lambda held, folder: datasets.DatasetDict(train=held.select(range(5)), test=held.select(range(5, 8))),
    "stream": lambda held, folder: segments_hf.load_release(demo_release(), split="train", streaming=True),
    "splits of streams": lambda held, folder: segments_hf.load_release(demo_release(), streaming=True),
    "stream of a dataset": lambda held, folder: held.to_iterable_dataset(num_shards=2),
    "parquet": as_parquet,
    "stream of parquet": lambda held, folder: as_parquet(held, folder).to_iterable_dataset(),
}


@pytest.mark.parametrize("source", SOURCES)
def test_all_sources_give_the_same_page(source: str, held: datasets.Dataset, tmp_path: Path) -> None:
    expected = page_of(demo_release(), tmp_path)
    page = page_of(SOURCES[source](held, tmp_path), tmp_path)
    assert page.head["classes"] == expected.head["classes"]
    for kind in ("entry", "thumb", "detail"):
        assert page.blocks[kind] == expected.blocks[kind]


def test_broken_samples_are_shown_with_what_is_wrong(tmp_path: Path, write_release) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "cut.jpg").write_bytes(jpeg()[:80])
    (tmp_path / "large.png").write_bytes(bitmap([[1, 0, 0]] * 3))
    labeled = label(annotations=[{"id": 1, "category_id": 1}], segmentation_bitmap={"url": "large.png"})
    wrong = label(annotations=[{"id": "x", "category_id": 1}])
    items = [
        sample("good", "a.jpg"),
        sample("missing", "b.jpg"),
        sample("cut", "cut.jpg"),
        sample("other size", "a.jpg", labeled),
        sample("no label", "a.jpg", wrong),
        {"labels": {}},
    ]
    page = page_of(write_release(items), tmp_path)
    names = [entry["name"] for entry in page.entries]
    assert names == ["good", "missing", "cut", "other size", "no label", "samples[5]"]
    assert [bool(entry["findings"]) for entry in page.entries] == [False, True, True, True, True, True]
    assert [bool(thumb["image"]) for thumb in page.thumbs] == [True, False, False, True, True, False]
    assert page.details[3]["numbers"] is None
    finding = page.entries[1]["findings"][0]
    assert finding["severity"] == "error"
    assert "b.jpg" in finding["what"]
    assert (page.entries[4]["status"], page.entries[4]["objects"]) == (None, None)


def test_pictures_of_a_dataset_that_cannot_be_read(held: datasets.Dataset, tmp_path: Path) -> None:
    columns = {
        name: datasets.Image(decode=False, id=held.features[name].id) for name in ("image", "segmentation_bitmap")
    }
    raw = held.select([0, 1, 2]).cast(datasets.Features({**held.features, **columns}))
    rows = [dict(row) for row in raw]
    rows[0]["image"] = {"bytes": b"no picture", "path": None}
    rows[1]["segmentation_bitmap"] = {"bytes": bitmap([[1]]), "path": None}
    rows[2]["segmentation_bitmap"] = {"bytes": b"no picture", "path": None}
    page = page_of(datasets.Dataset.from_list(rows, features=raw.features), tmp_path)
    notices = [detail["notices"] for detail in page.details]
    assert [len(listed) for listed in notices] == [1, 1, 1]
    assert "image cannot be shown" in notices[0][0]
    assert "1 x 1 pixels" in notices[1][0]
    assert "480 x 360" in notices[1][0]
    assert "label cannot be shown" in notices[2][0]
    assert page.details[0]["numbers"]  # the label alone
    assert len(page.details[1]["objects"]) == 12


def test_ids_without_annotation_are_shown_as_what_they_are(tmp_path: Path) -> None:
    samples = {"a": label(annotations=[{"id": 5, "category_id": 3}], segmentation_bitmap={"url": "bitmap.png"})}
    detail = page_of(bitmap_release(tmp_path, samples), tmp_path).details[0]
    assert detail["objects"][1] == {
        "id": "9, 70, 71, 300, 16777215",
        "class_number": 3,
        "area": int(np.sum((IDS != 0) & (IDS != 5))),
        "is_stray": True,
    }
    assert np.array_equal(numbers(detail["numbers"]), np.where(IDS == 5, 1, np.where(IDS, 2, 0)))


def test_an_annotation_without_pixels_has_no_area(tmp_path: Path) -> None:
    annotations = [{"id": 5, "category_id": 3}, {"id": 6, "category_id": 3}, {"id": 0, "category_id": 3}]
    samples = {"a": label(annotations=annotations, segmentation_bitmap={"url": "bitmap.png"})}
    objects = page_of(bitmap_release(tmp_path, samples), tmp_path).details[0]["objects"]
    assert [item["area"] for item in objects[:3]] == [int(np.sum(IDS == 5)), 0, 0]


def test_many_objects(tmp_path: Path, write_release) -> None:
    ids = np.arange(300 * 300).reshape(300, 300)
    (tmp_path / "a.jpg").write_bytes(jpeg((300, 300)))
    (tmp_path / "a.png").write_bytes(bitmap(ids))
    annotations = [{"id": int(number), "category_id": 1} for number in ids.flat[1:]]
    given = sample("a", "a.jpg", label(annotations=annotations, segmentation_bitmap={"url": "a.png"}))
    detail = page_of(write_release([given]), tmp_path).details[0]
    assert detail["numbers"]["bytes"] == 4
    assert np.array_equal(numbers(detail["numbers"]), ids)


def test_vectors_are_scaled_with_the_image(tmp_path: Path) -> None:
    unknown = vector("bbox", [[0, 0], [3, 3]], 99)
    page = page_of(vector_release(tmp_path, [BOX, POLYGON, LINE, POINT, unknown]), tmp_path, size=16)
    detail, thumb = page.details[0], page.thumbs[0]
    assert detail["size"] == [16, 12]  # of 24 x 18
    assert [item["type"] for item in detail["objects"]] == ["bbox", "polygon", "polyline", "point", "bbox"]
    assert detail["objects"][0]["points"] == [[1.67, 2.0], [6.67, 8.17]]
    assert [item["class_number"] for item in detail["objects"]] == [1, 2, 0, 2, 3]
    assert page.entries[0]["objects"] == [[0, 1], [1, 1], [2, 2], [3, 1]]
    assert set(np.unique(numbers(thumb["classes"]))) <= {0, 1, 2, 3, 4}
    assert numbers(thumb["classes"])[4, 10] == 3  # in the polygon


def test_a_point_that_is_no_place(tmp_path: Path) -> None:
    page = page_of(vector_release(tmp_path, [BOX, vector("point", [[1e40, 0]])]), tmp_path)
    assert "two numbers x and y" in page.details[0]["notices"][0]
    assert page.details[0]["image"]


@pytest.mark.parametrize("status", [{}, {"label_status": ""}, {"label_status": None}])
def test_a_label_without_a_status_is_not_one_that_cannot_be_read(tmp_path: Path, write_release, status) -> None:
    labels = {"ground-truth": {**status, "attributes": {"annotations": []}}}
    page = page_of(write_release([{"name": "a", "labels": labels}]), tmp_path)
    assert (page.entries[0]["status"], page.entries[0]["objects"]) == ("(unknown)", [])


def test_an_entry_for_each_frame(tmp_path: Path, write_release) -> None:
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
    given = {"name": "drive", "attributes": {"frames": frames}, "labels": {"ground-truth": label(frames=content)}}
    page = page_of(write_release([given], task_type="image-vector-sequence"), tmp_path)
    assert [(entry["name"], entry["frame"], entry["frame_name"]) for entry in page.entries] == [
        ("drive", 0, "f0"), ("drive", 1, "f1"), ("drive", 2, "f2")]  # fmt: skip
    shown = page.details[1]["objects"][0]
    assert (shown["track"], shown["is_keyframe"]) == (str(2**60), True)


def test_point_clouds_have_no_picture(tmp_path: Path, write_release) -> None:
    given = sample("scan", label={"label_status": "LABELED", "attributes": {"annotations": [{"id": 1}]}})
    given["attributes"] = {"pcd": {"url": "a.pcd"}}
    page = page_of(write_release([given], task_type="pointcloud-cuboid"), tmp_path)
    assert page.entries[0]["name"] == "scan"
    assert page.entries[0]["attributes"] == [["pcd", '{"url":"a.pcd"}'], ["annotations", '[{"id":1}]']]
    assert page.thumbs[0]["image"] is None


def test_a_limit(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path, limit=3)
    assert len(page.entries) == 3
    assert page.head["limit"] == 3
    assert len(page_of(demo_release(), tmp_path, limit=None).entries) == 8


def test_options_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="size: got 3"):
        segments_hf.preview(demo_release(), tmp_path / "page.html", size=3)
    with pytest.raises(OptionError, match="limit"):
        segments_hf.preview(demo_release(), tmp_path / "page.html", limit=0)
    with pytest.raises(SegmentsHFError, match="got int"):
        segments_hf.preview(3, tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_the_place_of_a_page(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder" / "page.html"
    assert segments_hf.preview(demo_release(), out, limit=1) == out
    segments_hf.preview(demo_release(), out, limit=2)  # a page of ours is replaced
    assert len(Page(out).entries) == 2
    other = tmp_path / "other.html"
    other.write_text("<p>mine</p>")
    with pytest.raises(OutputExistsError, match="other.html"):
        segments_hf.preview(demo_release(), other)
    assert other.read_text() == "<p>mine</p>"
    segments_hf.preview(demo_release(), other, limit=1, overwrite=True)
    assert len(Page(other).entries) == 1
    with pytest.raises(OutputExistsError, match="folder"):
        segments_hf.preview(demo_release(), tmp_path, overwrite=True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "new", "other.html", "page.html"]


def test_a_page_that_fails_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = segments_hf.preview(demo_release(), tmp_path / "page.html")
    before = out.read_bytes()
    # By its object: `segments_hf.preview` is the function of this name.
    module = importlib.import_module("segments_hf.preview.preview_page")
    monkeypatch.setattr(module, "show_sample", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        segments_hf.preview(demo_release(), out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_progress_is_shown_and_silenced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    datasets.enable_progress_bars()
    segments_hf.preview(demo_release(), tmp_path / "page.html")
    assert "Preview" in capsys.readouterr().err
    datasets.disable_progress_bars()
    try:
        segments_hf.preview(demo_release(), tmp_path / "page.html")
    finally:
        datasets.enable_progress_bars()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("before", [None, "page", "other"])
def test_preview_does_not_replace_file_that_appeared_meanwhile(
    tmp_path: Path, before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    if before == "page":
        segments_hf.preview(demo_release(), path, limit=1)
    elif before == "other":
        path.write_text("old")
    module = importlib.import_module("segments_hf.preview.preview_page")
    show_sample = module.show_sample

    def meanwhile(*args: Any, **options: Any) -> Any:
        path.write_text("mine")
        return show_sample(*args, **options)

    monkeypatch.setattr(module, "show_sample", meanwhile)
    with pytest.raises(OutputExistsError):
        segments_hf.preview(demo_release(), path, limit=1, overwrite=True)
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
