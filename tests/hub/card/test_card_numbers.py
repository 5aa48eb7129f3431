"""A card has the value that each class has in the labels, counts each object once, and has the license."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Features, Value
from huggingface_hub import DatasetCardData
from layouts.mask_making import annotation, bitmap_sample

import segments_hf
from hub.demo_push import REPO, demo
from hub.server.hub_server import HubServer
from segments_hf.hub.card.card_data import update_card_data
from segments_hf.hub.card.row_counts import Tally


def class_rows(hub: HubServer) -> list[list[str]]:
    """Return the cells of each row of the table of classes, without the color."""
    lines = hub.files(REPO)["README.md"].decode().splitlines()
    return [[cell.strip() for cell in line.split("|")[2:-1]] for line in lines if line.startswith("| <span")]


@pytest.mark.parametrize(
    ("layout", "first_value"),
    [
        (None, 0),
        ("semantic-segmentation", 1),
        ("instance-segmentation", 1),
        ("panoptic-segmentation", 0),
        ("object-detection", 0),
    ],
)
def test_table_of_classes_has_the_values_of_id2label(hub: HubServer, layout: str | None, first_value: int) -> None:
    segments_hf.push_to_hub(demo(), REPO, layout=layout)
    names = json.loads(hub.files(REPO)["id2label.json"])
    rows = class_rows(hub)
    assert [value for _, value, *_ in rows] == [str(first_value), str(first_value + 1)]
    assert [name for name, *_ in rows] == [names[value] for _, value, *_ in rows]


def test_table_of_classes_has_the_class_index_for_masks_with_ignore_index(hub: HubServer) -> None:
    segments_hf.push_to_hub(segments_hf.to_layout(demo(), "semantic-segmentation", ignore_index=255), REPO)
    assert [row[:2] for row in class_rows(hub)] == [["flower", "0"], ["leaf", "1"]]


def test_annotations_with_the_same_id_are_one_object_of_the_last_class(
    hub: HubServer, tmp_path: Path, write_release: Any
) -> None:
    samples = [
        bitmap_sample(tmp_path, name, [[1, 2]], [annotation(1, 1), annotation(2, 1), annotation(1, 2)]) for name in "ab"
    ]
    categories = [{"id": 1, "name": "car"}, {"id": 2, "name": "bus"}]
    release = write_release(samples, task_attributes={"format_version": "0.1", "categories": categories})
    segments_hf.push_to_hub(release, REPO)
    assert [(row[0], row[-1]) for row in class_rows(hub)] == [("car", "2"), ("bus", "2")]


def test_card_has_the_license_in_its_yaml_and_text(hub: HubServer) -> None:
    segments_hf.push_to_hub(demo(), REPO, license="mit")
    segments_hf.push_to_hub(demo(), REPO)
    card = hub.files(REPO)["README.md"].decode()
    assert "\nlicense: mit\n" in card
    assert "\nLicense: mit\n" in card


@pytest.mark.parametrize(
    ("rows", "category"),
    [
        (999, "n<1K"),
        (1_000, "1K<n<10K"),
        (10**7, "10M<n<100M"),
        (10**8, "100M<n<1B"),
        (10**9, "1B<n<10B"),
        (10**12, "n>1T"),
    ],
)
def test_size_category_contains_the_number_of_rows(rows: int, category: str) -> None:
    data = DatasetCardData()
    update_card_data(
        data,
        config_name="default",
        features=Features({"a": Value("string")}),
        splits={"train": Tally(rows)},
        sizes={"train": 1},
        layout=None,
        license=None,
    )
    assert data["size_categories"] == [category]
