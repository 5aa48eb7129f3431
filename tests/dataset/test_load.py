"""From a release file to a dataset: bytes as they are, fetched once, cached by what changes rows."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest

import segments_hf
from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.demo import demo_release
from segments_hf.errors import AssetError, OptionError, ReleaseError, SegmentsHFError

from .making import (
    bitmap,
    file_samples,
    jpeg,
    labeled_sample,
    picture_bytes,
    plain_rows,
    raw,
    sample,
    served_samples,
    tree,
)

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")  # Python 3.12 on, as a server thread runs


def demo_samples() -> list[dict]:
    return json.loads(demo_release().read_text())["dataset"]["samples"]


def arrow_file(dataset: datasets.Dataset) -> Path:
    return Path(dataset.cache_files[0]["filename"])


def assert_same_rows(dataset, expected) -> None:
    assert plain_rows(dataset) == plain_rows(expected)


def test_the_demo_release_is_eight_rows():
    flowers = segments_hf.load_release(demo_release())
    assert isinstance(flowers, datasets.DatasetDict)
    assert list(flowers) == ["train"]
    assert flowers["train"]["name"][:] == [item["name"] for item in demo_samples()]
    assert all((row["width"], row["height"]) == row["image"].size for row in flowers["train"])


def test_the_pictures_are_the_files_byte_for_byte_and_referred_to_by_path():
    dataset = raw(segments_hf.load_release(demo_release(), split="train"))
    folder = demo_release().parent
    for row, item in zip(dataset, demo_samples(), strict=True):
        file = folder / item["attributes"]["image"]["url"]
        assert row["image"] == {"bytes": None, "path": str(file)}
        label = item["labels"]["ground-truth"] or {}
        url = label.get("attributes", {}).get("segmentation_bitmap", {}).get("url")
        assert picture_bytes(row["segmentation_bitmap"]) == (url and (folder / url).read_bytes())


def test_embed_holds_the_bytes():
    dataset = raw(segments_hf.load_release(demo_release(), split="train", embed=True))
    for row, item in zip(dataset, demo_samples(), strict=True):
        assert row["image"]["bytes"] == (demo_release().parent / item["attributes"]["image"]["url"]).read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"filter_by": "labeled"},
        {"load_assets": False},
        {"embed": True},
        {"filter_by_metadata": {"garden": "south"}},
    ],
    ids=str,
)
def test_a_stream_has_the_rows_of_the_built_dataset(options):
    stream = segments_hf.load_release(demo_release(), split="train", streaming=True, **options)
    built = segments_hf.load_release(demo_release(), split="train", **options)
    assert isinstance(stream, datasets.IterableDataset)
    assert stream.features == built.features
    assert_same_rows(stream, built)


@FORK
def test_two_processes_build_the_same():
    one = segments_hf.load_release(demo_release(), split="train", embed=True)
    two = segments_hf.load_release(demo_release(), split="train", num_proc=2)
    assert_same_rows(two, one)


@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
def test_load_dataset_knows_the_builder(streaming):
    dataset = datasets.load_dataset(
        "segments_release",
        data_files=str(demo_release()),
        split="train",
        streaming=streaming,
        filter_by=["labeled", "reviewed"],
    )
    statuses = [(item["labels"]["ground-truth"] or {}).get("label_status") for item in demo_samples()]
    assert [row["status"] for row in dataset] == [status for status in statuses if status in {"LABELED", "REVIEWED"}]
    assert_same_rows(
        dataset, segments_hf.load_release(demo_release(), split="train", filter_by=["labeled", "reviewed"])
    )


@FORK
def test_load_dataset_with_two_processes():
    dataset = datasets.load_dataset("segments_release", data_files=str(demo_release()), split="train", num_proc=2)
    assert_same_rows(dataset, segments_hf.load_release(demo_release(), split="train", embed=True))


@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
def test_a_dict_of_releases_is_a_dict_of_splits(write_release, tmp_path, streaming):
    first = write_release([sample("a")], path=tmp_path / "first.json")
    second = write_release([sample("b"), sample("c")], path=tmp_path / "second.json")
    by_split = segments_hf.load_release({"train": first, "test": second}, load_assets=False, streaming=streaming)
    names = {split: [row["name"] for row in dataset] for split, dataset in by_split.items()}
    assert names == {"train": ["a"], "test": ["b", "c"]}


def test_split_takes_what_datasets_takes(write_release):
    release = write_release([sample(str(number)) for number in range(10)])
    slice_of_it = segments_hf.load_release(release, split="train[2:4]", load_assets=False)
    assert slice_of_it["name"][:] == ["2", "3"]
    assert segments_hf.load_release(release, split="train[:2]+train[8:]", load_assets=False)["name"][:] == [*"0189"]
    assert segments_hf.load_release(release, split="all", load_assets=False).num_rows == 10


@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
@pytest.mark.parametrize("options", [{}, {"splits": {"train": 0.5, "test": 0.5}}, {"splits": "metadata:part"}], ids=str)
def test_load_release_refuses_an_unknown_split_before_it_fetches(server, write_release, options, streaming):
    release = write_release([{**item, "metadata": {"part": "train"}} for item in served_samples(server, 4)])
    with pytest.raises(OptionError, match=r"validation.*train"):
        segments_hf.load_release(release, split="train+validation[:2]", streaming=streaming, **options)
    assert not server.asked


def test_load_release_names_the_split_of_what_is_not_a_release(write_release):
    with pytest.raises(SegmentsHFError, match="Dataset.*'test'"):
        segments_hf.load_release({"train": write_release([sample("a")]), "test": datasets.Dataset.from_dict({})})


@pytest.mark.parametrize(
    "name", ["my flowers v1.0.json", "flowers[1].json", "flowers{a,b}*?.json", "blumen-größe #1 100%.json"]
)
@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
def test_a_release_file_may_be_named_anything(write_release, tmp_path, name, streaming):
    release = write_release(file_samples(tmp_path, 2), path=tmp_path / name)
    dataset = segments_hf.load_release(release, split="train", streaming=streaming)
    assert [row["image"].size for row in dataset] == [(2, 2), (2, 3)]


def test_a_path_may_be_relative_or_below_home(write_release, tmp_path, monkeypatch):
    write_release(file_samples(tmp_path, 1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for source in ("release.json", Path("release.json"), "~/release.json"):
        assert len(segments_hf.load_release(source, split="train")) == 1


@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
def test_without_assets_nothing_is_fetched(server, write_release, streaming):
    release = write_release(served_samples(server, 3))
    rows = list(segments_hf.load_release(release, split="train", load_assets=False, streaming=streaming))
    assert [row["image"] for row in rows] == [row["segmentation_bitmap"] for row in rows] == [None] * 3
    assert [len(row["annotations"]) for row in rows] == [2] * 3
    assert not server.asked


class TestFetchingOnce:
    def test_each_asset_once_and_kept_beside_the_arrow_file(self, server, write_release, caches):
        dataset = segments_hf.load_release(write_release(served_samples(server, 3)), split="train")
        assert set(server.asked.values()) == {1}
        paths = [Path(row["image"]["path"]) for row in raw(dataset)]
        assert [path.read_bytes() for path in paths] == [server.files[f"/images/{n}.jpg"] for n in range(3)]
        assert all(path.is_relative_to(caches / "segments_hf" / "assets") for path in paths)

    def test_a_second_load_fetches_nothing(self, server, write_release):
        release = write_release(served_samples(server, 3))
        for options in ({}, {}, {"embed": True}, {"streaming": True}):
            assert len(plain_rows(segments_hf.load_release(release, split="train", **options))) == 3
        assert set(server.asked.values()) == {1}

    def test_another_signature_fetches_nothing_again(self, server, write_release):
        for signature in ("?X-Amz-Signature=one&X-Amz-Date=1", "?X-Amz-Signature=two&X-Amz-Date=2"):
            dataset = segments_hf.load_release(write_release(served_samples(server, 3, signature)), split="train")
            assert len(plain_rows(dataset)) == 3
        assert set(server.asked.values()) == {1}

    def test_the_next_release_fetches_only_what_is_new(self, server, write_release):
        segments_hf.load_release(write_release(served_samples(server, 3)))
        segments_hf.load_release(write_release(served_samples(server, 5)))
        assert len(server.asked) == 10
        assert set(server.asked.values()) == {1}

    def test_a_stream_keeps_nothing(self, server, write_release, caches):
        stream = segments_hf.load_release(write_release(served_samples(server, 3)), split="train", streaming=True)
        assert [row["image"] for row in plain_rows(stream)] == [server.files[f"/images/{n}.jpg"] for n in range(3)]
        assert not [path for path in caches.rglob("*") if path.is_file() and path.suffix != ".lock"]

    @FORK
    def test_two_processes_fetch_each_asset_once(self, server, write_release):
        release = write_release(served_samples(server, 40))
        assert len(segments_hf.load_release(release, split="train", num_proc=2)) == 40
        assert len(server.asked) == 80
        assert set(server.asked.values()) == {1}


class TestTheCachedArrow:
    SAMPLES = (sample("a", metadata={"k": 1}), sample("b", metadata={"k": 1}))

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            ({}, {}),
            ({}, {"labelset": None, "on_error": "raise"}),
            ({"filter_by": "unlabeled"}, {"filter_by": ["unlabeled"]}),
            ({"task": "ground-truth"}, {"labelset": "ground-truth"}),
        ],
        ids=str,
    )
    def test_is_used_again_for_the_same(self, write_release, first, again):
        release = write_release(self.SAMPLES)
        built = arrow_file(segments_hf.load_release(release, split="train", load_assets=False, **first))
        time = built.stat().st_mtime_ns
        assert arrow_file(segments_hf.load_release(release, split="train", load_assets=False, **again)) == built
        assert built.stat().st_mtime_ns == time

    @pytest.mark.parametrize(
        "option",
        [
            {"filter_by": "unlabeled"},
            {"filter_by_metadata": {"k": 1}},
            {"splits": {"train": 1.0}},
            {"labelset": "model"},
            {"embed": True},
            {"on_error": "skip"},
            {"on_error": "keep"},
            {"segments_dir": "."},
        ],
        ids=str,
    )
    def test_is_built_anew_for_another_option(self, write_release, option):
        release = write_release(self.SAMPLES, labelsets=[{"name": "ground-truth"}, {"name": "model"}])
        built = arrow_file(segments_hf.load_release(release, split="train", load_assets=False))
        other = arrow_file(segments_hf.load_release(release, split="train", load_assets=False, **option))
        assert other != built
        assert other.exists()
        assert built.exists()

    def test_is_built_anew_with_assets(self, write_release, tmp_path):
        release = write_release(file_samples(tmp_path, 1))
        without = segments_hf.load_release(release, split="train", load_assets=False)
        assert arrow_file(without) != arrow_file(segments_hf.load_release(release, split="train"))

    def test_is_built_anew_for_other_content(self, write_release):
        before = segments_hf.load_release(write_release(self.SAMPLES), split="train", load_assets=False)
        after = segments_hf.load_release(write_release([sample("c")]), split="train", load_assets=False)
        assert (before["name"][:], after["name"][:]) == (["a", "b"], ["c"])

    def test_is_built_anew_for_the_same_file_beside_other_pictures(self, write_release, tmp_path):
        sizes = []
        for folder, size in ((tmp_path / "one", (3, 4)), (tmp_path / "two", (5, 6))):
            folder.mkdir()
            (folder / "a.jpg").write_bytes(jpeg(size))
            release = write_release([sample("a", "a.jpg")], path=folder / "release.json")
            sizes += [row["image"].size for row in segments_hf.load_release(release, split="train")]
        assert sizes == [(3, 4), (5, 6)]

    def test_goes_where_it_is_told(self, write_release, tmp_path):
        dataset = segments_hf.load_release(
            write_release(self.SAMPLES), split="train", load_assets=False, cache_dir=tmp_path / "here"
        )
        assert arrow_file(dataset).is_relative_to(tmp_path / "here")


@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
class TestWhereAssetsAre:
    def load(self, source, streaming):
        return plain_rows(segments_hf.load_release(source, split="train", streaming=streaming))

    def test_relative_to_the_release(self, write_release, tmp_path, streaming):
        rows = self.load(write_release(file_samples(tmp_path, 2)), streaming)
        assert [row["image"] for row in rows] == [(tmp_path / f"images/{n}.jpg").read_bytes() for n in range(2)]

    def test_absolute_and_file_urls(self, write_release, tmp_path, streaming):
        file = tmp_path / "a b.jpg"
        file.write_bytes(jpeg())
        rows = self.load(write_release([sample("a", str(file)), sample("b", file.as_uri())]), streaming)
        assert [row["image"] for row in rows] == [jpeg()] * 2

    def test_a_release_by_a_file_url(self, write_release, tmp_path, streaming):
        release = write_release(file_samples(tmp_path, 2))
        assert len(self.load(release.as_uri(), streaming)) == 2

    def test_a_release_over_http_with_relative_urls(self, server, write_release, tmp_path, streaming):
        server.url("/r/images/a%20b.jpg", jpeg((2, 2)))
        server.url("/r/labels/a.png", bitmap())
        release = write_release([labeled_sample("a", "images/a b.jpg", "labels/a.png")])
        url = server.url("/r/release.json", release.read_bytes()) + "?X-Amz-Signature=secret"
        rows = self.load(url, streaming)
        assert [(row["image"], row["segmentation_bitmap"]) for row in rows] == [(jpeg((2, 2)), bitmap())]

    @pytest.mark.parametrize("form", ["path", "url"])
    def test_a_release_over_http_must_not_read_local_files(self, server, write_release, tmp_path, streaming, form):
        (tmp_path / "a.jpg").write_bytes(jpeg())
        reference = {"path": str(tmp_path / "a.jpg"), "url": (tmp_path / "a.jpg").as_uri()}[form]
        release = write_release([sample("mine", reference)])
        url = server.url("/release.json", release.read_bytes())
        with pytest.raises(AssetError, match=r"'mine'.*local file"):
            self.load(url, streaming)


@pytest.mark.parametrize(
    "name", ["../../x.jpg", "a/b.jpg", "https://x/y.jpg", "C:\\x", "/etc/x.jpg", "x" * 3000, "nul\0l", "..", "."]
)
@pytest.mark.parametrize("with_dir", [False, True], ids=["plain", "segments_dir"])
def test_a_hostile_name_loads_and_writes_nowhere_else(
    server, write_release, tmp_path, tmp_path_factory, caches, name, with_dir
):
    release = write_release([sample(name, server.url("/a.jpg", jpeg()))])
    folder = tmp_path / "folder"
    folder.mkdir()
    root = tmp_path_factory.getbasetemp()
    before = tree(root, but=caches)
    options = {"segments_dir": folder} if with_dir else {}
    for embed in (False, True):
        row = segments_hf.load_release(release, split="train", embed=embed, **options)[0]
        assert (row["name"], row["image"].size) == (name, (8, 6))
    assert tree(root, but=caches) == before


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"on_error": "ignore"}, OptionError),
        ({"labelset": "nope"}, OptionError),
        ({"labelset": "ground-truth", "task": "other"}, OptionError),
        ({"segments_dir": "/not/there"}, OptionError),
    ],
    ids=str,
)
@pytest.mark.parametrize("streaming", [False, True], ids=["built", "stream"])
def test_a_wrong_option_is_an_error_of_ours(write_release, options, error, streaming):
    with pytest.raises(error):
        list(segments_hf.load_release(write_release([sample("a")]), split="train", streaming=streaming, **options))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"dataset": {}}'], ids=repr)
def test_what_is_no_release_is_an_error_of_ours(tmp_path, content):
    (tmp_path / "r.json").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"r\.json"):
        segments_hf.load_release(tmp_path / "r.json")
    with pytest.raises(ReleaseError, match=r"r\.json"):
        datasets.load_dataset("segments_release", data_files=str(tmp_path / "r.json"))


def test_no_release_at_all():
    with pytest.raises(OptionError, match="data_files"):
        SegmentsRelease()
