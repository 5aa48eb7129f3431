"""A push writes exactly the given rows to the Hub, and keeps the other files of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets.distributed import split_dataset_by_node

import segments_hf
from hub.demo_push import REPO, demo, shards, stored_rows, with_both_transfers
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from hub.server.large_files import COMPLETING_REQUESTS
from segments_hf.demo import demo_release
from segments_hf.errors import HubError, OptionError, SegmentsHFError


def _used_transfers(hub: HubServer) -> set[str]:
    """Return the transfers, "xet" or "lfs", by which large files were uploaded."""
    return {
        transfer
        for transfer, (upload_method, pattern) in COMPLETING_REQUESTS.items()
        if any(method == upload_method and re.search(pattern, path) for method, path in hub.requests)
    }


@with_both_transfers
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_loaded_rows_equal_the_pushed_rows(hub: HubServer, transfer: str, streaming: bool) -> None:
    segments_hf.push_to_hub(demo_release(), REPO)
    assert _used_transfers(hub) == {transfer}
    back = datasets.load_dataset(REPO, split="train", streaming=streaming)
    assert stored_rows(back) == stored_rows(demo(split="train", embed=True))
    assert segments_hf.categories(back) == segments_hf.categories(demo(split="train"))
    assert segments_hf.categories(REPO) == segments_hf.categories(demo(split="train"))
    assert back.features == demo(split="train").features


LAYOUTS = ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("source", ["release", "dataset", "stream", "dataset with a layout"])
def test_pushed_layout_equals_the_layout_of_the_rows(hub: HubServer, layout: str, source: str) -> None:
    data = {
        "release": demo_release,
        "dataset": demo,
        "stream": lambda: demo(streaming=True),
        "dataset with a layout": lambda: segments_hf.to_layout(demo(), layout),
    }[source]()
    segments_hf.push_to_hub(data, REPO, layout=None if source == "dataset with a layout" else layout)
    expected = segments_hf.to_layout(demo(embed=True), layout)
    back = datasets.load_dataset(REPO)
    assert back["train"].features == expected["train"].features
    assert stored_rows(back["train"]) == stored_rows(expected["train"])
    id2label = json.loads(hub.files(REPO)["id2label.json"])
    assert {int(index): name for index, name in id2label.items()} == segments_hf.id2label(back)
    assert segments_hf.id2label(back) == segments_hf.id2label(REPO) == segments_hf.id2label(expected)
    assert segments_hf.label2id(back) == segments_hf.label2id(REPO)
    assert "contact_sheet.jpg" in hub.files(REPO)


def test_shards_respect_max_shard_size_and_keep_the_order_of_rows(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(split="train"), REPO, max_shard_size="60KB", num_proc=2)
    assert len(shards(hub)) > 3
    assert all(len(hub.files(REPO)[path]) < 80_000 for path in shards(hub))
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


@pytest.mark.parametrize("source", ["release", "dataset"])
def test_second_push_of_the_same_data_uploads_nothing_and_makes_no_commit(hub: HubServer, source: str) -> None:
    data = demo_release() if source == "release" else demo()
    first = segments_hf.push_to_hub(data, REPO, max_shard_size="60KB")
    hub.received.clear()
    second = segments_hf.push_to_hub(data, REPO, max_shard_size="60KB")
    assert not hub.received
    assert second.commit.oid == first.commit.oid == hub.commits(REPO)[-1]


def test_push_deletes_stale_shards_and_keeps_other_configs(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(), REPO, max_shard_size="60KB")
    segments_hf.push_to_hub(demo(), REPO, config_name="semantic", layout="semantic-segmentation")
    segments_hf.push_to_hub(demo(), REPO)
    assert shards(hub) == ["data/train-00000-of-00001.parquet", "semantic/train-00000-of-00001.parquet"]
    assert len(datasets.load_dataset(REPO, split="train")) == 8
    assert "label" in datasets.load_dataset(REPO, "semantic", split="train").features
    assert json.loads(hub.files(REPO)["semantic/id2label.json"])["0"] == "unlabeled"


def test_push_of_one_split_keeps_other_splits_and_push_of_a_dict_replaces_all(hub: HubServer) -> None:
    splits = demo(splits={"train": 0.5, "test": 0.5})
    segments_hf.push_to_hub(splits["train"], REPO)
    segments_hf.push_to_hub(splits["test"], REPO)
    back = datasets.load_dataset(REPO)
    assert {name: len(part) for name, part in back.items()} == {name: len(part) for name, part in splits.items()}
    pushed_separately = hub.files(REPO)
    hub.repos.clear()
    segments_hf.push_to_hub(splits, REPO)
    assert {path for path, content in hub.files(REPO).items() if pushed_separately[path] != content} <= {
        "contact_sheet.jpg"
    }
    segments_hf.push_to_hub(demo(), REPO)
    assert list(datasets.load_dataset(REPO)) == ["train"]
    assert shards(hub) == ["data/train-00000-of-00001.parquet"]


def test_push_keeps_files_that_are_not_shards(hub: HubServer) -> None:
    hub.add_repo(REPO)
    other_files = {"data/train-notes/a.txt": b"mine", "data/training.txt": b"mine"}
    hub.commit(REPO, {"data/train-old.parquet": b"old", **other_files})
    segments_hf.push_to_hub(demo(), REPO)
    files = hub.files(REPO)
    assert "data/train-old.parquet" not in files
    assert other_files.items() <= files.items()


def test_push_of_a_stream_without_fingerprint_does_not_resume_another_push(hub: HubServer, caches: Path) -> None:
    flowers = demo(split="train", embed=True)
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError):
        segments_hf.push_to_hub(flowers.to_iterable_dataset(), REPO, max_shard_size="60KB")
    assert not list((caches / "segments_hf" / "pushes").iterdir())
    segments_hf.push_to_hub(flowers.select([3, 2]).to_iterable_dataset(), REPO, max_shard_size="60KB")
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(flowers.select([3, 2]))


@pytest.mark.parametrize(
    ("repo", "token", "message"),
    [
        ("a/b/c", "hf_jane", "repo_id"),
        (REPO, "hf_unknown", "token"),
        ("joe/flowers", "hf_jane", "joe/flowers.*jane"),
        ("joe/existing", "hf_jane", "joe/existing.*token"),
        ("jane/model", "hf_jane", "jane/model.*model"),
        (REPO, "hf_reader", "read"),
    ],
    ids=[
        "malformed repo id",
        "unknown token",
        "new repo of another user",
        "existing repo of another user",
        "repo of a model",
        "token that can only read",
    ],
)
def test_wrong_repo_or_token_raises_error_and_changes_nothing(
    hub: HubServer, repo: str, token: str, message: str
) -> None:
    hub.users["hf_reader"] = "jane"
    hub.read_only_tokens.add("hf_reader")
    hub.add_repo("jane/model", "models")
    hub.add_repo("joe/existing")
    commits = len(hub.trees)
    with pytest.raises(SegmentsHFError, match=message):
        segments_hf.push_to_hub(demo(), repo, token=token)
    assert len(hub.trees) == commits
    assert not hub.received


def test_push_without_a_token_raises_error_and_creates_no_repo(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubError, match="token"):
        segments_hf.push_to_hub(demo(), REPO)
    assert not hub.repos


def test_push_of_a_split_without_rows_raises_error_and_creates_no_repo(hub: HubServer) -> None:
    with pytest.raises(OptionError, match="'train' has no rows"):
        segments_hf.push_to_hub(demo(split="train").select([]), REPO)
    with pytest.raises(OptionError, match="'train' has no rows"):
        segments_hf.push_to_hub(demo(split="train", streaming=True).filter(lambda row: False), REPO)
    assert not hub.repos


def test_push_to_a_branch_of_a_new_private_repo_leaves_main_without_data(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(), "flowers", private=True, revision="next")
    assert hub.repos["datasets", REPO].private
    assert not [path for path in hub.files(REPO) if path.startswith("data/")]
    assert len(datasets.load_dataset(REPO, revision="next", split="train")) == 8


def test_push_as_pull_request_leaves_main_unchanged(hub: HubServer) -> None:
    hub.add_repo(REPO)
    pushed = segments_hf.push_to_hub(demo(), REPO, create_pr=True)
    assert pushed.commit.pr_revision == "refs/pr/1"
    assert not shards(hub)
    assert len(datasets.load_dataset(REPO, revision="refs/pr/1", split="train")) == 8


def test_push_of_undecoded_images_stores_the_same_rows(hub: HubServer) -> None:
    flowers = demo(split="train")
    flowers = flowers.cast_column("image", datasets.Image(decode=False, id=flowers.features["image"].id))
    segments_hf.push_to_hub(flowers, REPO)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


def test_failing_stream_leaves_no_shard_and_creates_no_repo(hub: HubServer, caches: Path) -> None:
    def fail(row: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(row["name"])

    stream = demo(split="train", streaming=True)
    with pytest.raises(ValueError, match="meadow_01"):
        segments_hf.push_to_hub(stream.map(fail, features=stream.features), REPO)
    assert not list((caches / "segments_hf" / "pushes").rglob("*.parquet"))
    assert not hub.repos


@pytest.mark.parametrize("restriction", ["private", "gated"])
def test_pushed_dataset_of_a_restricted_repo_can_be_read_only_by_its_owner(
    hub: HubServer, restriction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repo(REPO)
    setattr(hub.repos["datasets", REPO], restriction, True)
    monkeypatch.delenv("HF_TOKEN")
    segments_hf.push_to_hub(demo(), REPO, token="hf_jane")
    segments_hf.push_to_hub(demo(), REPO, token="hf_jane", layout="object-detection", config_name="boxes")
    with pytest.raises(Exception, match="gated|doesn't exist|private"):
        datasets.load_dataset(REPO, token="hf_joe", split="train")
    with pytest.raises(SegmentsHFError, match=REPO):
        segments_hf.categories(REPO, token="hf_joe")
    with pytest.raises(SegmentsHFError, match=REPO):
        segments_hf.id2label(REPO, token="hf_joe")
    assert len(datasets.load_dataset(REPO, token="hf_jane", split="train")) == 8
    assert len(segments_hf.categories(REPO, token="hf_jane")) == 2
    assert segments_hf.id2label(REPO, config_name="boxes", token="hf_jane") == {0: "flower", 1: "leaf"}


def test_error_for_an_unknown_configuration_lists_all_configurations(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(), REPO)
    segments_hf.push_to_hub(demo(), REPO, layout="object-detection", config_name="boxes")
    with pytest.raises(OptionError, match="'boxes', 'default'"):
        segments_hf.id2label(REPO, config_name="box")


def test_push_of_a_split_with_other_columns_than_the_kept_splits_raises_error(hub: HubServer) -> None:
    splits = demo(splits={"train": 0.5, "test": 0.5})
    segments_hf.push_to_hub(splits["train"], REPO)
    commits = hub.commits(REPO)
    with pytest.raises(OptionError, match="'train'.*columns"):
        segments_hf.push_to_hub(splits["test"], REPO, layout="semantic-segmentation")
    assert hub.commits(REPO) == commits


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"config_name": "data"}, "config_name"),
        ({"config_name": "a --> b"}, "config_name"),
        ({"max_shard_size": "much"}, "max_shard_size"),
        ({"layout": "depth"}, "layout.*'depth'"),
    ],
    ids=["folder of the default config", "characters of a comment", "size without a number", "unknown layout"],
)
def test_wrong_option_raises_error_and_creates_no_repo(hub: HubServer, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        segments_hf.push_to_hub(demo(), REPO, **options)
    assert not hub.repos


def _one_node() -> datasets.IterableDataset:
    return split_dataset_by_node(demo(split="train", streaming=True), rank=1, world_size=2)


def _with_text_as_width() -> datasets.IterableDataset:
    return demo(split="train", streaming=True).cast_column("width", datasets.Value("string"))


@pytest.mark.parametrize("make", [_one_node, _with_text_as_width])
def test_stream_with_some_of_the_rows_or_with_other_types_is_pushed_unchanged(hub: HubServer, make: Any) -> None:
    expected = [(row["name"], row["width"]) for row in make()]
    segments_hf.push_to_hub(make(), REPO)
    pushed = datasets.load_dataset(REPO, split="train")
    assert [(row["name"], row["width"]) for row in pushed] == expected
