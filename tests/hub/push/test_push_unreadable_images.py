"""A push applies `on_error` to images and bitmaps of unsupported formats, and to missing files."""

from __future__ import annotations

from typing import Any

import datasets
import pytest
from test_unreadable_images import COLUMNS, dataset_with
from unreadable_images import UNSUPPORTED

import segments_hf
from hub.demo_push import REPO, shards
from hub.server.hub_server import HubServer
from segments_hf.errors import AssetError, BitmapError

EPS, _ = UNSUPPORTED["eps"]

pytestmark = [
    pytest.mark.parametrize("column", COLUMNS),
    pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"]),
]


@pytest.fixture
def rows(tmp_path, write_release, column: str, streaming: bool) -> Any:
    return dataset_with(tmp_path, write_release, column, EPS, streaming=streaming)


def test_push_with_on_error_raise_names_the_sample_and_commits_nothing(hub: HubServer, rows: Any) -> None:
    with pytest.raises((AssetError, BitmapError), match=r"middle.*EPS"):
        segments_hf.push_to_hub(rows, REPO)
    assert ("datasets", REPO) not in hub.repos or not shards(hub)


def test_push_with_on_error_skip_leaves_out_the_row(hub: HubServer, rows: Any) -> None:
    segments_hf.push_to_hub(rows, REPO, on_error="skip")
    assert datasets.load_dataset(REPO, split="train")["name"] == ["first", "last"]


def test_push_with_on_error_keep_pushes_null_and_a_contact_sheet(hub: HubServer, rows: Any, column: str) -> None:
    segments_hf.push_to_hub(rows, REPO, on_error="keep")
    pushed = datasets.load_dataset(REPO, split="train")
    assert [row[column] is None for row in pushed] == [False, True, False]
    assert "contact_sheet.jpg" in hub.files(REPO)


def test_push_of_a_missing_file_raises_error_that_names_the_sample(
    hub: HubServer, tmp_path, write_release, column, streaming
) -> None:
    rows = dataset_with(tmp_path, write_release, column, b"")
    missing = {"bytes": None, "path": str(tmp_path / "missing.png")}
    undecoded = rows.cast_column(column, datasets.Image(decode=False))
    rows = undecoded.map(lambda row: {column: missing if row["name"] == "middle" else row[column]}).cast(rows.features)
    with pytest.raises((AssetError, BitmapError), match="middle"):
        segments_hf.push_to_hub(rows.to_iterable_dataset() if streaming else rows, REPO)
