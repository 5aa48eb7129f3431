"""`load_dataset` with the option `features` returns the columns and types that the user passes."""

from __future__ import annotations

from typing import Any

import datasets
import pytest
from datasets import Features, Value

from segments_hf.dataset.load import load_release
from segments_hf.demo import demo_release


@pytest.fixture(scope="module")
def row_features() -> Features:
    """Return the features of the rows of the demo release."""
    return load_release(demo_release(), split="train", streaming=True).features


def load_with_features(features: Features) -> datasets.Dataset:
    release = str(demo_release())
    return datasets.load_dataset("segments_release", data_files=release, split="train", features=features)


def test_columns_that_are_not_in_the_features_are_left_out(row_features: Features) -> None:
    rows = load_with_features(Features({"width": row_features["width"], "name": row_features["name"]}))
    assert rows[0] == {"width": 480, "name": "meadow_01.jpg"}


@pytest.mark.parametrize(
    ("column", "feature", "expected"),
    [
        ("width", Value("float64"), 480.0),
        ("width", Value("string"), "480"),
        ("a new column", Value("string"), None),
    ],
    ids=["number", "text", "column that rows do not have"],
)
def test_columns_have_the_types_of_the_features(
    row_features: Features, column: str, feature: Value, expected: Any
) -> None:
    features = Features({**row_features, column: feature})
    rows = load_with_features(features)
    assert rows.features == features
    assert rows[0][column] == expected
