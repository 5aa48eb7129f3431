"""`load_release` returns datasets and streams with the unchanged bytes of images, and refuses invalid input."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest

import segments_hf
from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, ReleaseError, SegmentsHFError

from .making import (
    file_bytes,
    file_samples,
    jpeg,
    plain_rows,
    sample,
    served_samples,
    undecoded,
)

# Python 3.12 and later warn when a process that has threads is forked.
IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def demo_samples() -> list[dict]:
    return json.loads(demo_release().read_text())["dataset"]["samples"]


def assert_same_rows(dataset, expected) -> None:
    assert plain_rows(dataset) == plain_rows(expected)


def test_demo_release_has_one_row_for_each_sample():
    flowers = segments_hf.load_release(demo_release())
    assert isinstance(flowers, datasets.DatasetDict)
    assert list(flowers) == ["train"]
    assert flowers["train"]["name"][:] == [item["name"] for item in demo_samples()]
    assert all((row["width"], row["height"]) == row["image"].size for row in flowers["train"])


def test_rows_refer_to_the_unchanged_files_by_path():
    dataset = undecoded(segments_hf.load_release(demo_release(), split="train"))
    folder = demo_release().parent
    for row, item in zip(dataset, demo_samples(), strict=True):
        file = folder / item["attributes"]["image"]["url"]
        assert row["image"] == {"bytes": None, "path": str(file)}
        label = item["labels"]["ground-truth"] or {}
        url = label.get("attributes", {}).get("segmentation_bitmap", {}).get("url")
        assert file_bytes(row["segmentation_bitmap"]) == (url and (folder / url).read_bytes())


def test_embed_stores_the_bytes_in_the_rows():
    dataset = undecoded(segments_hf.load_release(demo_release(), split="train", embed=True))
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
def test_stream_has_the_rows_of_the_dataset(options):
    stream = segments_hf.load_release(demo_release(), split="train", streaming=True, **options)
    dataset = segments_hf.load_release(demo_release(), split="train", **options)
    assert isinstance(stream, datasets.IterableDataset)
    assert stream.features == dataset.features
    assert_same_rows(stream, dataset)


@IGNORE_FORK_WARNING
def test_build_with_two_processes_has_the_rows_of_a_build_with_one_process():
    one_process = segments_hf.load_release(demo_release(), split="train", embed=True)
    two_processes = segments_hf.load_release(demo_release(), split="train", num_proc=2)
    assert_same_rows(two_processes, one_process)


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_load_dataset_finds_the_builder_by_its_name(streaming):
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


@IGNORE_FORK_WARNING
def test_load_dataset_with_two_processes_has_the_rows_of_load_release():
    dataset = datasets.load_dataset("segments_release", data_files=str(demo_release()), split="train", num_proc=2)
    assert_same_rows(dataset, segments_hf.load_release(demo_release(), split="train", embed=True))


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_dict_of_releases_becomes_a_dict_of_splits(write_release, tmp_path, streaming):
    first = write_release([sample("a")], path=tmp_path / "first.json")
    second = write_release([sample("b"), sample("c")], path=tmp_path / "second.json")
    splits = segments_hf.load_release({"train": first, "test": second}, load_assets=False, streaming=streaming)
    names = {split: [row["name"] for row in dataset] for split, dataset in splits.items()}
    assert names == {"train": ["a"], "test": ["b", "c"]}


def test_split_may_be_a_slice_or_a_sum_of_splits(write_release):
    release = write_release([sample(str(number)) for number in range(10)])
    part = segments_hf.load_release(release, split="train[2:4]", load_assets=False)
    assert part["name"][:] == ["2", "3"]
    assert segments_hf.load_release(release, split="train[:2]+train[8:]", load_assets=False)["name"][:] == [*"0189"]
    assert segments_hf.load_release(release, split="all", load_assets=False).num_rows == 10


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
@pytest.mark.parametrize("options", [{}, {"splits": {"train": 0.5, "test": 0.5}}, {"splits": "metadata:part"}], ids=str)
def test_load_release_refuses_unknown_split_before_the_first_request(server, write_release, options, streaming):
    release = write_release([{**item, "metadata": {"part": "train"}} for item in served_samples(server, 4)])
    with pytest.raises(OptionError, match=r"validation.*train"):
        segments_hf.load_release(release, split="train+validation[:2]", streaming=streaming, **options)
    assert not server.requests


def test_error_for_a_value_that_is_not_a_release_names_its_split(write_release):
    with pytest.raises(SegmentsHFError, match="Dataset.*'test'"):
        segments_hf.load_release({"train": write_release([sample("a")]), "test": datasets.Dataset.from_dict({})})


@pytest.mark.parametrize(
    "name", ["my flowers v1.0.json", "flowers[1].json", "flowers{a,b}*?.json", "blumen-größe #1 100%.json"]
)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_release_file_may_have_any_name(write_release, tmp_path, name, streaming):
    release = write_release(file_samples(tmp_path, 2), path=tmp_path / name)
    dataset = segments_hf.load_release(release, split="train", streaming=streaming)
    assert [row["image"].size for row in dataset] == [(2, 2), (2, 3)]


def test_path_may_be_relative_or_begin_with_tilde(write_release, tmp_path, monkeypatch):
    write_release(file_samples(tmp_path, 1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("release.json", Path("release.json"), "~/release.json"):
        assert len(segments_hf.load_release(path, split="train")) == 1


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_load_release_without_assets_sends_no_requests(server, write_release, streaming):
    release = write_release(served_samples(server, 3))
    rows = list(segments_hf.load_release(release, split="train", load_assets=False, streaming=streaming))
    assert [row["image"] for row in rows] == [row["segmentation_bitmap"] for row in rows] == [None] * 3
    assert [len(row["annotations"]) for row in rows] == [2] * 3
    assert not server.requests


@pytest.mark.parametrize(
    "name", ["../../x.jpg", "a/b.jpg", "https://x/y.jpg", "C:\\x", "/etc/x.jpg", "x" * 3000, "nul\0l", "..", "."]
)
@pytest.mark.parametrize("with_segments_dir", [False, True], ids=["without segments_dir", "with segments_dir"])
def test_sample_name_that_is_not_a_file_name_writes_no_files_outside_the_caches(
    server, write_release, tmp_path, caches, name, with_segments_dir
):
    release = write_release([sample(name, server.url("/a.jpg", jpeg()))])
    folder = tmp_path / "folder"
    folder.mkdir()

    def paths():
        """Return the paths in the folder of the test, and the files and folders beside the caches.

        The folders beside the caches are those of other tests; their many files are left out.
        """
        return {*tmp_path.rglob("*"), *caches.parent.iterdir()}

    before = paths()
    options = {"segments_dir": folder} if with_segments_dir else {}
    for embed in (False, True):
        row = segments_hf.load_release(release, split="train", embed=embed, **options)[0]
        assert (row["name"], row["image"].size) == (name, (8, 6))
    assert paths() == before


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
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_invalid_option_raises_option_error(write_release, options, error, streaming):
    with pytest.raises(error):
        list(segments_hf.load_release(write_release([sample("a")]), split="train", streaming=streaming, **options))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"dataset": {}}'], ids=repr)
def test_invalid_release_file_raises_a_release_error_that_names_the_file(tmp_path, content):
    (tmp_path / "r.json").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"r\.json"):
        segments_hf.load_release(tmp_path / "r.json")
    with pytest.raises(ReleaseError, match=r"r\.json"):
        datasets.load_dataset("segments_release", data_files=str(tmp_path / "r.json"))


def test_builder_without_release_raises_option_error():
    with pytest.raises(OptionError, match="data_files"):
        SegmentsRelease()
