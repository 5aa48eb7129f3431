"""Rows of vectors, of sequences and of labels as JSON that are read from the Hub equal the pushed rows."""

from __future__ import annotations

from typing import Any

import datasets
import pytest

import segments_hf
from hub.demo_push import stored_rows
from hub.server.hub_server import HubServer

POLYGON = {"id": 1, "category_id": 1, "type": "polygon", "points": [[0, 0], [4.5, 0], [4, 4]]}
TRACKED = {**POLYGON, "track_id": 3, "is_keyframe": True}
SAMPLES: dict[str, dict[str, Any]] = {
    "vector": {"attributes": {"image": {"url": "a.jpg"}}, "label": {"annotations": [POLYGON]}},
    "image-vector-sequence": {
        "attributes": {"frames": [{"image": {"url": "a.jpg"}}, {"image": {"url": "b.jpg"}}]},
        "label": {"frames": [{"annotations": [TRACKED]}, {"annotations": []}]},
    },
    "text-named-entities": {
        "attributes": {"text": "Jane drives a car"},
        "label": {"annotations": [{"start": 14, "end": 17, "category_id": 1}]},
    },
}


@pytest.mark.parametrize("task_type", SAMPLES)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_rows_read_from_the_hub_equal_the_pushed_rows_of_each_task_type(
    hub: HubServer, write_release: Any, task_type: str, streaming: bool
) -> None:
    sample = SAMPLES[task_type]
    samples = [
        {
            "name": f"a/b {number}.jpg",
            "uuid": f"uuid-{number}",
            "attributes": sample["attributes"],
            "metadata": {"number": number},
            "labels": {"ground-truth": {"label_status": "LABELED", "attributes": sample["label"]} if number else None},
        }
        for number in range(3)
    ]
    release = write_release(samples, task_type=task_type)
    rows = segments_hf.load_release(release, split="train", load_assets=False)
    pushed = segments_hf.load_release(release, split="train", load_assets=False, streaming=streaming)
    segments_hf.push_to_hub(pushed, "jane/samples", max_shard_size=300)
    back = datasets.load_dataset("jane/samples", split="train")
    assert back.features == rows.features
    assert stored_rows(back) == stored_rows(rows)
    card = hub.files("jane/samples")["README.md"].decode()
    assert "LABELED" in card
    if "label_attributes" in rows.features:
        assert f"`label_attributes` is the label of the task type {task_type} as JSON" in card.replace("\\", "")
