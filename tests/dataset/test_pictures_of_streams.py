"""A stream's pictures are those of its rows, whatever lies in the working directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from segments_hf.demo import demo_release

from .making import jpeg, picture_bytes, raw


@pytest.mark.parametrize(
    "make",
    [segments_hf.add_semantic_masks, lambda rows: segments_hf.to_layout(rows, "object-detection", keep_unlabeled=True)],
    ids=["masks", "layout"],
)
def test_a_file_of_the_same_name_does_not_take_the_place_of_an_image(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = raw(segments_hf.load_release(demo_release(), split="train", embed=True))
    named = rows.map(lambda row: {"image": {"bytes": picture_bytes(row["image"]), "path": "a.jpg"}})
    named.to_parquet(tmp_path / "rows.parquet")
    stream = datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"), split="train", streaming=True)
    expected = [picture_bytes(row["image"]) for row in rows]
    (tmp_path / "a.jpg").write_bytes(jpeg((3, 3), red=1))
    monkeypatch.chdir(tmp_path)
    assert [row["image"]["bytes"] for row in raw(make(stream))] == expected


def test_the_reasons_are_counted_in_any_format(caplog: pytest.LogCaptureFixture) -> None:
    rows = segments_hf.load_release(demo_release(), split="train").with_format("arrow")
    segments_hf.to_layout(rows, "object-detection")
    assert "2 of 8 rows left out: 1 SKIPPED, 1 UNLABELED" in caplog.text
