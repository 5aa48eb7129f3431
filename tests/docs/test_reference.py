"""The reference documents every column, every option and every layout."""

from __future__ import annotations

import dataclasses
import inspect
import re

import datasets
import pytest

from segments_hf import FetchOptions, load_release
from segments_hf.dataset.rows.features import row_features
from segments_hf.layouts import LAYOUTS
from segments_hf.release import Category
from segments_hf.release.task_types import KINDS, UNKNOWN, TaskKind

from .pages import DOCS

REFERENCE = DOCS / "reference"
CODE = re.compile(r"`([^`]+)`")


def table_rows(page: str) -> list[list[str]]:
    """Return the cells of all tables of a page."""
    text = (REFERENCE / page).read_text("utf-8")
    return [line.strip().strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]


@pytest.mark.skipif(not hasattr(datasets, "Json"), reason="the page shows the features of datasets 4.7")
@pytest.mark.parametrize("kind", [*KINDS.values(), UNKNOWN], ids=[*KINDS, "other"])
def test_every_column_of_a_row_is_documented_with_its_feature(kind: TaskKind) -> None:
    features = row_features(kind, [Category(1, "flower")])
    (annotation,) = [features["annotations"].feature] if "annotations" in features else [{}]
    documented = {
        name: set(CODE.findall(cells[1])) for cells in table_rows("rows.md") for name in CODE.findall(cells[0])
    }
    for name, feature in {**features, **annotation}.items():
        assert documented[name] <= {str(feature), type(feature).__name__}, name


def test_every_option_of_load_release_is_documented() -> None:
    documented = {name.partition("=")[0] for cells in table_rows("options.md") for name in CODE.findall(cells[0])}
    options = set(inspect.signature(load_release).parameters) - {"release", "fetching"}
    options |= {field.name for field in dataclasses.fields(FetchOptions)}
    assert options - documented == {
        "split",
        "streaming",
        "num_proc",
        "cache_dir",
    }  # these are options of `load_dataset`


def test_every_layout_is_documented_with_its_columns() -> None:
    documented = {CODE.findall(cells[0])[0]: set(CODE.findall(cells[1])) for cells in table_rows("layouts.md")}
    for task, layout in LAYOUTS.items():
        assert set(layout.columns) <= documented[task]
