"""Statistics of a layout equal those of its rows, without the numbers that the layout does not contain."""

from __future__ import annotations

import io
from typing import Any

import datasets
import pytest
from hub.server.hub_server import HubServer

import segments_hf
from segments_hf.demo import demo_release

from .data_kinds import REPO, demo_dataset

LAYOUTS = ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]


@pytest.mark.parametrize(
    ("layout", "options"),
    [*((layout, {}) for layout in LAYOUTS), ("semantic-segmentation", {"ignore_index": 255})],
    ids=[*LAYOUTS, "semantic-segmentation with ignore_index"],
)
def test_statistics_of_a_pushed_layout_equal_those_of_its_rows(
    layout: str,
    options: dict[str, Any],
    hub: HubServer,
) -> None:
    expected = segments_hf.stats(demo_release(), assets=True)
    segments_hf.push_to_hub(segments_hf.to_layout(demo_release(), layout, keep_unlabeled=True, **options), REPO)
    pushed = datasets.load_dataset(REPO, split="train")
    for data in (pushed, datasets.load_dataset(REPO, streaming=True)):
        statistics = segments_hf.stats(data)
        assert (statistics.images, statistics.labeled, statistics.problems) == (expected.images, expected.labeled, [])
        assert statistics.co_occurrence == expected.co_occurrence
        assert [item.images for item in statistics.classes] == [item.images for item in expected.classes]
        if layout == "semantic-segmentation":
            assert (statistics.objects, statistics.sizes, statistics.objects_per_image) == (0, None, {})
        else:
            assert [item.objects for item in statistics.classes] == [item.objects for item in expected.classes]
            assert (statistics.sizes, statistics.objects_per_image) == (expected.sizes, expected.objects_per_image)
        if layout == "object-detection":
            assert statistics.unlabeled_pixels is None
        else:
            assert statistics.unlabeled_pixels == expected.unlabeled_pixels
            assert [item.pixels for item in statistics.classes] == [item.pixels for item in expected.classes]
    assert segments_hf.stats(pushed, limit=2).images == 2


def test_statistics_of_a_layout_report_an_unreadable_label() -> None:
    layout_rows = segments_hf.to_layout(demo_dataset(), "semantic-segmentation")
    buffer = io.BytesIO()
    layout_rows[0]["label"].save(buffer, "PNG")
    broken = {"bytes": buffer.getvalue()[:200], "path": None}
    features = layout_rows.features
    rows = datasets.Dataset.from_list([{"image": None, "label": broken}], features=features)
    statistics = segments_hf.stats(rows)
    assert (statistics.images, len(statistics.problems), statistics.unlabeled_pixels) == (1, 1, None)
