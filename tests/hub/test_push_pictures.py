"""A push checks the pictures of its rows; those of unsupported formats follow `on_error`."""

from __future__ import annotations

from typing import Any

import datasets
import pytest
from nasty_pictures import UNSUPPORTED
from test_nasty_pictures import COLUMNS, dataset_with

import segments_hf
from segments_hf.errors import AssetError, BitmapError

from .hub_server import HubServer
from .test_push import REPO, shards

EPS, _ = UNSUPPORTED["eps"]

pytestmark = [
    pytest.mark.parametrize("column", COLUMNS),
    pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"]),
]


@pytest.fixture
def rows(tmp_path, write_release, column: str, streaming: bool) -> Any:
    return dataset_with(tmp_path, write_release, column, EPS, streaming=streaming)


def test_raise_names_the_sample_and_commits_nothing(hub: HubServer, rows: Any) -> None:
    with pytest.raises((AssetError, BitmapError), match=r"nasty.*EPS"):
        segments_hf.push_to_hub(rows, REPO)
    assert ("datasets", REPO) not in hub.repos or not shards(hub)


def test_skip_leaves_the_row_out(hub: HubServer, rows: Any) -> None:
    segments_hf.push_to_hub(rows, REPO, on_error="skip")
    assert datasets.load_dataset(REPO, split="train")["name"] == ["first", "last"]


def test_keep_leaves_null(hub: HubServer, rows: Any, column: str) -> None:
    segments_hf.push_to_hub(rows, REPO, on_error="keep")
    pushed = datasets.load_dataset(REPO, split="train")
    assert [row[column] is None for row in pushed] == [False, True, False]
    assert hub.files(REPO)  # among them the contact sheet


def test_push_of_missing_file_raises_error_with_sample(
    hub: HubServer, tmp_path, write_release, column, streaming
) -> None:
    rows = dataset_with(tmp_path, write_release, column, b"")
    gone = {"bytes": None, "path": str(tmp_path / "gone.png")}
    undecoded = rows.cast_column(column, datasets.Image(decode=False))
    rows = undecoded.map(lambda row: {column: gone if row["name"] == "nasty" else row[column]}).cast(rows.features)
    with pytest.raises((AssetError, BitmapError), match="nasty"):
        segments_hf.push_to_hub(rows.to_iterable_dataset() if streaming else rows, REPO)
