"""Masks and layouts of a stream keep the images of its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from dataset.making import file_bytes, jpeg, undecoded
from segments_hf.demo import demo_release


@pytest.mark.parametrize(
    "make",
    [segments_hf.add_semantic_masks, lambda rows: segments_hf.to_layout(rows, "object-detection", keep_unlabeled=True)],
    ids=["masks", "layout"],
)
def test_file_with_the_name_of_an_image_does_not_replace_the_image(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = undecoded(segments_hf.load_release(demo_release(), split="train", embed=True))
    rows_with_path = rows.map(lambda row: {"image": {"bytes": file_bytes(row["image"]), "path": "a.jpg"}})
    rows_with_path.to_parquet(tmp_path / "rows.parquet")
    stream = datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"), split="train", streaming=True)
    expected = [file_bytes(row["image"]) for row in rows]
    (tmp_path / "a.jpg").write_bytes(jpeg((3, 3), red=1))
    monkeypatch.chdir(tmp_path)
    assert [row["image"]["bytes"] for row in undecoded(make(stream))] == expected
