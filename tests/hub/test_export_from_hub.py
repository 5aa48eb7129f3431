"""A dataset from the Hub is exported to the same files as its release."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest

import segments_hf
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_export_of_a_pushed_dataset_equals_the_export_of_its_release(
    hub: HubServer, tmp_path: Path, streaming: bool
) -> None:
    segments_hf.push_to_hub(demo_release(), "jane/flowers")
    rows = datasets.load_dataset("jane/flowers", streaming=streaming)
    documents = []
    for name, data in {"release": demo_release(), "hub": rows}.items():
        exported = segments_hf.export_dataset(data, "coco", tmp_path / name)
        assert (exported.images, exported.objects) == (6, 63)
        documents.append(json.loads((tmp_path / name / "annotations" / "instances_train.json").read_bytes()))
    from_release, from_hub = ({**document, "info": None} for document in documents)
    assert from_release == from_hub
    assert (tmp_path / "hub/train/meadow_01.jpg").read_bytes() == (
        demo_release().parent / "images/meadow_01.jpg"
    ).read_bytes()
