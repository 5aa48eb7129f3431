"""A dataset from the Hub is exported as the release that it was made of."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest

import segments_hf
from segments_hf.demo import demo_release

from .hub_server import HubServer


@pytest.mark.parametrize("streaming", [False, True])
def test_a_dataset_from_the_hub(hub: HubServer, tmp_path: Path, streaming: bool) -> None:
    segments_hf.push_to_hub(demo_release(), "jane/flowers")
    rows = datasets.load_dataset("jane/flowers", streaming=streaming)
    documents = []
    for name, given in {"release": demo_release(), "hub": rows}.items():
        done = segments_hf.export_dataset(given, "coco", tmp_path / name)
        assert (done.images, done.objects) == (6, 63)
        documents.append(json.loads((tmp_path / name / "annotations" / "instances_train.json").read_bytes()))
    first, second = ({**document, "info": None} for document in documents)
    assert first == second
    assert (tmp_path / "hub/train/meadow_01.jpg").read_bytes() == (
        demo_release().parent / "images/meadow_01.jpg"
    ).read_bytes()
