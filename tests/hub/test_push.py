"""A push: what lands on the Hub is what was pushed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets.table import embed_table_storage

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import HubError, OptionError, SegmentsHFError

from .connection import Fault
from .hub_server import HubServer
from .large_files import ARRIVALS

REPO = "jane/flowers"

by_both_ways = pytest.mark.parametrize("transfer", ["xet", "lfs"], indirect=True)


def demo(**options: Any) -> Any:
    return segments_hf.load_release(demo_release(), **options)


def shards(hub: HubServer, repo: str = REPO) -> list[str]:
    return sorted(path for path in hub.files(repo) if path.endswith(".parquet"))


def raw(dataset: Any) -> list[dict[str, Any]]:
    """Rows as they are stored: JSON as text, pictures as bytes, whatever their path."""
    arrow = dataset.with_format("arrow")
    tables = arrow.iter(4) if isinstance(dataset, datasets.IterableDataset) else [arrow[:]]
    rows = [row for table in tables for row in embed_table_storage(table).to_pylist()]
    return [{name: value["bytes"] if _is_picture(value) else value for name, value in row.items()} for row in rows]


def _ways(hub: HubServer) -> set[str]:
    """The ways by which large files have arrived."""
    asked = [f"{method} {path}" for method, path in hub.requests]
    return {way for way, (method, path) in ARRIVALS.items() if any(re.match(f"{method} .*{path}", it) for it in asked)}


def _is_picture(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"bytes", "path"}


@by_both_ways
@pytest.mark.parametrize("streaming", [False, True])
def test_what_is_loaded_back_is_what_was_pushed(hub: HubServer, transfer: str, streaming: bool) -> None:
    segments_hf.push_to_hub(demo_release(), REPO)
    assert _ways(hub) == {transfer}
    back = datasets.load_dataset(REPO, split="train", streaming=streaming)
    assert raw(back) == raw(demo(split="train", embed=True))
    assert segments_hf.categories(back) == segments_hf.categories(demo(split="train"))
    assert segments_hf.categories(REPO) == segments_hf.categories(demo(split="train"))
    assert back.features == demo(split="train").features


LAYOUTS = ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("source", ["release", "dataset", "stream", "laid out"])
def test_layouts(hub: HubServer, layout: str, source: str) -> None:
    given = {
        "release": demo_release,
        "dataset": demo,
        "stream": lambda: demo(streaming=True),
        "laid out": lambda: segments_hf.to_layout(demo(), layout),
    }[source]()
    segments_hf.push_to_hub(given, REPO, layout=None if source == "laid out" else layout)
    wanted = segments_hf.to_layout(demo(embed=True), layout)
    back = datasets.load_dataset(REPO)
    assert back["train"].features == wanted["train"].features
    assert raw(back["train"]) == raw(wanted["train"])
    numbers = json.loads(hub.files(REPO)["id2label.json"])
    assert {int(number): name for number, name in numbers.items()} == segments_hf.id2label(back)
    assert segments_hf.id2label(back) == segments_hf.id2label(wanted)
    assert "contact_sheet.jpg" in hub.files(REPO)


def test_shards_are_bounded_and_in_order(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(split="train"), REPO, max_shard_size="60KB", num_proc=2)
    assert len(shards(hub)) > 3
    assert all(len(hub.files(REPO)[path]) < 80_000 for path in shards(hub))
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


@pytest.mark.parametrize("source", ["release", "dataset"])
def test_a_second_push_sends_nothing_and_makes_no_commit(hub: HubServer, source: str) -> None:
    given = demo_release() if source == "release" else demo()
    first = segments_hf.push_to_hub(given, REPO, max_shard_size="60KB")
    hub.received.clear()
    second = segments_hf.push_to_hub(given, REPO, max_shard_size="60KB")
    assert not hub.received
    assert second.commit.oid == first.commit.oid == hub.commits(REPO)[-1]


def test_stale_shards_go_and_other_configs_stay(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(), REPO, max_shard_size="60KB")
    segments_hf.push_to_hub(demo(), REPO, config_name="semantic", layout="semantic-segmentation")
    segments_hf.push_to_hub(demo(), REPO)
    assert shards(hub) == ["data/train-00000-of-00001.parquet", "semantic/train-00000-of-00001.parquet"]
    assert len(datasets.load_dataset(REPO, split="train")) == 8
    assert "label" in datasets.load_dataset(REPO, "semantic", split="train").features
    assert json.loads(hub.files(REPO)["semantic/id2label.json"])["0"] == "unlabeled"


def test_a_split_of_its_own_leaves_the_others(hub: HubServer) -> None:
    splits = demo(splits={"train": 0.5, "test": 0.5})
    segments_hf.push_to_hub(splits["train"], REPO)
    segments_hf.push_to_hub(splits["test"], REPO)
    back = datasets.load_dataset(REPO)
    assert {name: len(part) for name, part in back.items()} == {name: len(part) for name, part in splits.items()}
    apart = hub.files(REPO)
    hub.repos.clear()
    segments_hf.push_to_hub(splits, REPO)
    assert {path for path, content in hub.files(REPO).items() if apart[path] != content} <= {"contact_sheet.jpg"}
    segments_hf.push_to_hub(demo(), REPO)
    assert list(datasets.load_dataset(REPO)) == ["train"]
    assert shards(hub) == ["data/train-00000-of-00001.parquet"]


def test_files_beside_the_shards_stay(hub: HubServer) -> None:
    hub.add_repo(REPO)
    beside = {"data/train-notes/a.txt": b"mine", "data/training.txt": b"mine"}
    hub.commit(REPO, {"data/train-old.parquet": b"old", **beside})
    segments_hf.push_to_hub(demo(), REPO)
    files = hub.files(REPO)
    assert "data/train-old.parquet" not in files
    assert beside.items() <= files.items()


def test_a_stream_that_nobody_knows_is_not_mixed_up(hub: HubServer, caches: Path) -> None:
    flowers = demo(split="train", embed=True)
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError):
        segments_hf.push_to_hub(flowers.to_iterable_dataset(), REPO, max_shard_size="60KB")
    assert not list((caches / "segments_hf" / "pushes").iterdir())
    segments_hf.push_to_hub(flowers.select([3, 2]).to_iterable_dataset(), REPO, max_shard_size="60KB")
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(flowers.select([3, 2]))


@pytest.mark.parametrize(
    ("repo", "token", "wanted"),
    [
        ("a/b/c", "hf_jane", "repo_id"),
        (REPO, "hf_nobody", "token"),
        ("joe/flowers", "hf_jane", "joe/flowers.*jane"),
        ("joe/there", "hf_jane", "joe/there.*token"),
        ("jane/model", "hf_jane", "is a model"),
        (REPO, "hf_reader", "read-only"),
    ],
)
def test_bad_input_changes_nothing(hub: HubServer, repo: str, token: str, wanted: str) -> None:
    hub.users["hf_reader"] = "jane"
    hub.readers.add("hf_reader")
    hub.add_repo("jane/model", "models")
    hub.add_repo("joe/there")
    commits = len(hub.trees)
    with pytest.raises(SegmentsHFError, match=wanted):
        segments_hf.push_to_hub(demo(), repo, token=token)
    assert len(hub.trees) == commits
    assert not hub.received


def test_without_a_token(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubError, match="no token"):
        segments_hf.push_to_hub(demo(), REPO)
    assert not hub.repos


def test_a_dataset_without_rows(hub: HubServer) -> None:
    with pytest.raises(OptionError, match="'train' has no rows"):
        segments_hf.push_to_hub(demo(split="train").select([]), REPO)
    with pytest.raises(OptionError, match="'train' has no rows"):
        segments_hf.push_to_hub(demo(split="train", streaming=True).filter(lambda row: False), REPO)
    assert not hub.repos


def test_private_and_pull_request_and_branch(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    segments_hf.push_to_hub(demo(), "flowers", private=True, revision="next")
    assert hub.repos["datasets", REPO].private
    assert not [path for path in hub.files(REPO) if path.startswith("data/")]
    assert len(datasets.load_dataset(REPO, revision="next", split="train")) == 8
    pushed = segments_hf.push_to_hub(demo(), REPO, create_pr=True)
    assert pushed.commit.pr_revision == "refs/pr/1"
    assert not shards(hub)
    assert len(datasets.load_dataset(REPO, revision="refs/pr/1", split="train")) == 8


def test_pictures_that_are_not_decoded(hub: HubServer) -> None:
    flowers = demo(split="train")
    flowers = flowers.cast_column("image", datasets.Image(decode=False, id=flowers.features["image"].id))
    segments_hf.push_to_hub(flowers, REPO)
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


def test_a_stream_that_breaks_off_leaves_no_file(hub: HubServer, caches: Path) -> None:
    def broken(row: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(row["name"])

    stream = demo(split="train", streaming=True)
    with pytest.raises(ValueError, match="meadow_01"):
        segments_hf.push_to_hub(stream.map(broken, features=stream.features), REPO)
    assert not list((caches / "segments_hf" / "pushes").rglob("*.parquet"))
    assert not hub.repos


@pytest.mark.parametrize("kind", ["private", "gated"])
def test_who_may_read(hub: HubServer, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add_repo(REPO)
    setattr(hub.repos["datasets", REPO], kind, True)
    monkeypatch.delenv("HF_TOKEN")
    segments_hf.push_to_hub(demo(), REPO, token="hf_jane")
    segments_hf.push_to_hub(demo(), REPO, token="hf_jane", layout="object-detection", config_name="boxes")
    with pytest.raises(Exception, match="gated|doesn't exist|private"):
        datasets.load_dataset(REPO, token="hf_joe", split="train")
    with pytest.raises(SegmentsHFError, match=REPO):
        segments_hf.categories(REPO, token="hf_joe")
    assert len(datasets.load_dataset(REPO, token="hf_jane", split="train")) == 8
    assert len(segments_hf.categories(REPO, token="hf_jane")) == 2


def test_a_split_with_other_columns_than_those_that_stay(hub: HubServer) -> None:
    splits = demo(splits={"train": 0.5, "test": 0.5})
    segments_hf.push_to_hub(splits["train"], REPO)
    commits = hub.commits(REPO)
    with pytest.raises(OptionError, match="'train'.*columns"):
        segments_hf.push_to_hub(splits["test"], REPO, layout="semantic-segmentation")
    assert hub.commits(REPO) == commits


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"config_name": "data"}, "config_name"),
        ({"config_name": "a --> b"}, "config_name"),
        ({"max_shard_size": "much"}, "max_shard_size"),
        ({"layout": "depth"}, "layout: got 'depth'"),
    ],
)
def test_options_that_are_wrong(hub: HubServer, options: dict[str, Any], wanted: str) -> None:
    with pytest.raises(OptionError, match=wanted):
        segments_hf.push_to_hub(demo(), REPO, **options)
    assert not hub.repos
