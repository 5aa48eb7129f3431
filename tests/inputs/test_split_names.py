"""A pushed part of a split has the name of its split. Push and export refuse a dataset with rows of several splits."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from hub.server.hub_server import HubServer

import segments_hf
from segments_hf import load_release
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError

from .data_kinds import REPO, push


class TestSplitNames:
    @pytest.mark.parametrize("split", ["train[2:4]", "train[:1]+train[3:4]", "train[25%:50%]"])
    def test_pushed_part_of_a_split_has_the_name_of_its_split(self, split: str, hub: HubServer) -> None:
        part = load_release(demo_release(), split=split)
        segments_hf.push_to_hub(part, REPO)
        pushed = datasets.load_dataset(REPO)
        assert list(pushed) == ["train"]
        assert [row["name"] for row in pushed["train"]] == [row["name"] for row in part]

    @pytest.mark.parametrize("layout", [None, "semantic-segmentation"], ids=["rows", "layout"])
    @pytest.mark.parametrize("split", ["train+test", "all"])
    def test_push_and_export_of_several_splits_in_one_dataset_are_refused(
        self,
        split: str,
        layout: str | None,
        hub: HubServer,
        tmp_path: Path,
    ) -> None:
        both = load_release(demo_release(), splits={"train": 0.5, "test": 0.5}, split=split)
        with pytest.raises(OptionError, match=r"pass \{'train': data\} to name the split"):
            segments_hf.push_to_hub(both, REPO, layout=layout)
        with pytest.raises(OptionError, match=r"pass \{'train': data\} to name the split"):
            segments_hf.export_dataset(both, "coco", tmp_path / "out")
        assert hub.requests == []
        assert list(tmp_path.iterdir()) == []
        assert push({"train": both}, tmp_path)["train"] == [(row["name"], len(row["annotations"])) for row in both]
        assert len(segments_hf.validate(both).findings) == 0
