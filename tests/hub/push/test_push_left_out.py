"""A push counts the rows and objects that it leaves out, by reason, in its result and in the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import sample
from layouts.mask_making import annotation, bitmap_sample

import segments_hf
from hub.demo_push import REPO, shards
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from hub.server.large_files import COMPLETING_REQUESTS
from segments_hf.errors import HubError, OptionError
from segments_hf.hub.push_plan import plan_push
from segments_hf.hub.repository import open_repository
from segments_hf.hub.sources.source_splits import open_source

LAYOUT = "instance-segmentation"
MISFIT = "cannot be read or does not fit into the layout"
KNOWN_BEFORE_READING = {"REJECTED": 1, "SKIPPED": 1, "UNLABELED": 1}


@pytest.fixture
def mixed_release(tmp_path: Path, write_release: Any) -> Path:
    """Return a release of eight images. Two fit into the layout; one of these two has an annotation without a pixel."""
    ids = np.arange(1, 257).reshape(16, 16).tolist()
    samples = [
        sample("null", "whole.jpg"),
        bitmap_sample(tmp_path, "whole", [[1, 2]], [annotation(1), annotation(2)]),
        bitmap_sample(tmp_path, "skipped", [[1]], [annotation(1)], status="SKIPPED"),
        bitmap_sample(tmp_path, "crowded", ids, [annotation(number) for number in range(1, 257)]),
        bitmap_sample(tmp_path, "broken", [[1]], [annotation(1)]),
        bitmap_sample(tmp_path, "surplus", [[1, 2]], [annotation(1), annotation(2), annotation(3)]),
        bitmap_sample(tmp_path, "no-mask", annotations=[annotation(1)]),
        bitmap_sample(tmp_path, "rejected", [[1]], [annotation(1)], status="REJECTED"),
    ]
    (tmp_path / "broken_label.png").write_bytes(b"")
    release: Path = write_release(samples)
    return release


@pytest.mark.parametrize("source", ["release", "stream", "dataset"])
def test_push_counts_left_out_rows_and_objects_by_reason(hub: HubServer, mixed_release: Path, source: str) -> None:
    data: Any = {
        "release": lambda: mixed_release,
        "stream": lambda: segments_hf.load_release(mixed_release, streaming=True, on_error="skip"),
        "dataset": lambda: segments_hf.load_release(mixed_release, on_error="skip"),
    }[source]()
    pushed = segments_hf.push_to_hub(data, REPO, layout=LAYOUT, on_error="skip")
    # A dataset that was built before the push does not have the sample that could not be read.
    unreadable = {} if source == "dataset" else {"cannot be read": 1}
    assert pushed.left_out.rows == {
        **KNOWN_BEFORE_READING,
        "LABELED without image or label": 1,
        MISFIT: 1,
        **unreadable,
    }
    assert pushed.left_out.objects == {"without a pixel": 1}
    assert pushed.splits["train"].rows == len(datasets.load_dataset(REPO, split="train")) == 2
    assert sum(pushed.splits["train"].left_out.rows.values()) + 2 == (7 if source == "dataset" else 8)
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in hub.files(REPO)["README.md"].decode().splitlines()
        if line.startswith(("| rows |", "| objects |"))
    ]
    assert {reason: int(count) for kind, reason, count in cells if kind == "rows"} == pushed.left_out.rows
    assert {reason: int(count) for kind, reason, count in cells if kind == "objects"} == pushed.left_out.objects


@pytest.mark.parametrize("source", ["release", "dataset"])
def test_resumed_push_counts_left_out_rows_and_objects_once(
    hub: HubServer, transfer: str, mixed_release: Path, source: str
) -> None:
    data = mixed_release if source == "release" else segments_hf.load_release(mixed_release, on_error="skip")
    options: dict[str, Any] = {"layout": LAYOUT, "on_error": "skip", "max_shard_size": 1}
    whole = segments_hf.push_to_hub(data, "jane/whole", **options)
    hub.objects.clear()
    hub.faults.append(Fault(*COMPLETING_REQUESTS[transfer], (403, {}, b""), times=9, after=1))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(data, REPO, **options)
    hub.faults.clear()
    resumed = segments_hf.push_to_hub(data, REPO, **options)
    assert len(shards(hub)) == 2
    assert resumed.splits == whole.splits
    card = hub.files("jane/whole")["README.md"].replace(b"jane/whole", REPO.encode()).replace(b"# whole", b"# flowers")
    assert hub.files(REPO)["README.md"] == card


@pytest.mark.slow
def test_push_counts_rows_of_a_worker_that_leaves_out_all_its_rows(
    hub: HubServer, tmp_path: Path, write_release: Any
) -> None:
    whole = [bitmap_sample(tmp_path, f"whole{number}", [[1]], [annotation(1)]) for number in range(2)]
    release = write_release([*whole, sample("null0", "whole0.jpg"), sample("null1", "whole0.jpg")])
    pushed = segments_hf.push_to_hub(release, REPO, layout=LAYOUT, num_proc=2)
    assert pushed.left_out.rows == {"UNLABELED": 2}


def test_push_whose_rows_are_all_left_out_raises_error_with_the_reasons(
    hub: HubServer, tmp_path: Path, write_release: Any
) -> None:
    samples = [bitmap_sample(tmp_path, name, [[1]], [annotation(1)], status="SKIPPED") for name in ("first", "second")]
    release = write_release(samples)
    with pytest.raises(OptionError, match="2 SKIPPED"):
        segments_hf.push_to_hub(release, REPO, layout=LAYOUT)
    assert not hub.repos


@pytest.mark.parametrize("source", ["release", "dataset"])
def test_plan_of_a_push_has_the_rows_and_the_left_out_rows_that_are_known_before_reading(
    hub: HubServer, mixed_release: Path, source: str
) -> None:
    data = mixed_release if source == "release" else segments_hf.load_release(mixed_release, on_error="skip")
    plan = plan_push({"default": open_source(data, LAYOUT, None, "skip")}, open_repository(REPO))
    split = plan.configs["default"]["train"]
    if source == "release":  # images and bitmaps are not read yet
        assert split.rows == 5
        assert split.left_out.rows == KNOWN_BEFORE_READING
    else:
        assert split.rows == 2
        assert sum(split.left_out.rows.values()) == 5
    assert not hub.repos
