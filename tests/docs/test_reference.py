"""The reference documents every column, option, layout, check and export format, and the defaults of downloads."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re

import datasets
import pytest

from segments_hf import FetchOptions, load_release
from segments_hf.dataset.rows.features import row_features
from segments_hf.export import FORMATS
from segments_hf.layouts import LAYOUTS
from segments_hf.release import Category
from segments_hf.release.tasks.task_types import KINDS, UNKNOWN, TaskKind
from segments_hf.validate.checks.fault import Fault

from .pages import DOCS

REFERENCE = DOCS / "reference"
CODE = re.compile(r"`([^`]+)`")


def table_rows(page: str) -> list[list[str]]:
    """Return the cells of each table row of a page. Only rows that begin with code are read."""
    text = (REFERENCE / page).read_text("utf-8")
    return [line.strip().strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]


@pytest.mark.skipif(not hasattr(datasets, "Json"), reason="the page shows the features of datasets 4.7 and later")
@pytest.mark.parametrize("kind", [*KINDS.values(), UNKNOWN], ids=[*KINDS, "other"])
def test_every_column_of_a_row_is_documented_with_its_feature(kind: TaskKind) -> None:
    features = row_features(kind, [Category(1, "flower")])
    lists = [features[name].feature for name in ("annotations", "cameras") if name in features]
    documented = {
        name: set(CODE.findall(cells[1])) for cells in table_rows("rows.md") for name in CODE.findall(cells[0])
    }
    for columns in (features, *lists):
        for name, feature in columns.items():
            assert documented[name] <= {str(feature), type(feature).__name__, *_fields(feature)}, name


def _fields(feature: object) -> set[str]:
    """Return the names of the fields of a struct."""
    return set(feature) if isinstance(feature, dict) else set()


def test_every_option_of_load_release_is_documented() -> None:
    documented = {name.partition("=")[0] for cells in table_rows("options.md") for name in CODE.findall(cells[0])}
    options = set(inspect.signature(load_release).parameters) - {"release", "fetching"}
    options |= {field.name for field in dataclasses.fields(FetchOptions)}
    options_of_load_dataset = {"split", "streaming", "num_proc", "cache_dir"}
    assert options - documented == options_of_load_dataset


def test_documented_defaults_of_downloads_equal_those_of_the_code() -> None:
    documented = {name: cells[1] for cells in table_rows("options.md") for name in CODE.findall(cells[0])}
    for option in dataclasses.fields(FetchOptions):
        default = option.default
        documented_default = {256 * 2**20: "256 MiB", 4 * 2**30: "4 GiB"}.get(default) or (
            f"{default:,}" if isinstance(default, int) else f'`"{default}"`'
        )
        assert documented[option.name] == documented_default, option.name


def test_every_layout_is_documented_with_its_columns() -> None:
    documented = {CODE.findall(cells[0])[0]: set(CODE.findall(cells[1])) for cells in table_rows("layouts.md")}
    for task, layout in LAYOUTS.items():
        assert set(layout.columns) <= documented[task]


def test_every_check_is_documented_with_its_severity() -> None:
    documented = {name: cells[1] for cells in table_rows("checks.md") for name in CODE.findall(cells[0])}
    checks = importlib.import_module("segments_hf.validate.checks")
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}.")
    ]
    faults = {item for module in modules for item in vars(module).values() if isinstance(item, Fault)}
    assert documented == {fault.name: fault.severity for fault in faults}


def test_every_export_format_is_documented() -> None:
    documented = {name for cells in table_rows("export-formats.md") for name in CODE.findall(cells[0])}
    assert documented == set(FORMATS)
