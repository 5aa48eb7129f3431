"""`preview` checks its options, shows its progress, and replaces only earlier pages unless `overwrite` is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from preview.reading import Page, page_of
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, OutputExistsError, SegmentsHFError


def test_limit_is_the_number_of_entries(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path, limit=3)
    assert len(page.entries) == 3
    assert page.head["limit"] == 3
    assert len(page_of(demo_release(), tmp_path, limit=None).entries) == 8


def test_invalid_data_and_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="size: got 3"):
        segments_hf.preview(demo_release(), tmp_path / "page.html", size=3)
    with pytest.raises(OptionError, match="limit"):
        segments_hf.preview(demo_release(), tmp_path / "page.html", limit=0)
    with pytest.raises(SegmentsHFError, match="got int"):
        segments_hf.preview(3, tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_not_a_page_is_replaced_only_with_overwrite(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder" / "page.html"
    assert segments_hf.preview(demo_release(), out, limit=1) == out
    segments_hf.preview(demo_release(), out, limit=2)  # an earlier page is replaced
    assert len(Page(out).entries) == 2
    other = tmp_path / "other.html"
    other.write_text("<p>mine</p>")
    with pytest.raises(OutputExistsError, match="other.html"):
        segments_hf.preview(demo_release(), other)
    assert other.read_text() == "<p>mine</p>"
    segments_hf.preview(demo_release(), other, limit=1, overwrite=True)
    assert len(Page(other).entries) == 1
    with pytest.raises(OutputExistsError, match="folder"):
        segments_hf.preview(demo_release(), tmp_path, overwrite=True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "new", "other.html", "page.html"]


def rows_that_call(action: Callable[[], object]) -> datasets.IterableDataset:
    """Return the rows of the demo release as a stream that calls a function before each row."""
    stream = segments_hf.load_release(demo_release(), split="train", streaming=True)

    def call(row: dict[str, Any]) -> dict[str, Any]:
        action()
        return row

    return stream.map(call, features=stream.features)


def test_failed_preview_keeps_the_earlier_page(tmp_path: Path) -> None:
    out = segments_hf.preview(demo_release(), tmp_path / "page.html")
    before = out.read_bytes()
    with pytest.raises(ZeroDivisionError):
        segments_hf.preview(rows_that_call(lambda: 1 / 0), out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_progress_is_shown_unless_progress_bars_are_disabled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    datasets.enable_progress_bars()
    segments_hf.preview(demo_release(), tmp_path / "page.html")
    assert "Preview" in capsys.readouterr().err
    datasets.disable_progress_bars()
    try:
        segments_hf.preview(demo_release(), tmp_path / "page.html")
    finally:
        datasets.enable_progress_bars()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("before", [None, "page", "other"], ids=["no file", "earlier page", "other file"])
def test_file_that_another_program_writes_during_the_preview_is_not_replaced(
    tmp_path: Path, before: str | None
) -> None:
    path = tmp_path / "page.html"
    if before == "page":
        segments_hf.preview(demo_release(), path, limit=1)
    elif before == "other":
        path.write_text("old")
    rows = rows_that_call(lambda: path.write_text("mine"))
    with pytest.raises(OutputExistsError):
        segments_hf.preview(rows, path, limit=1, overwrite=True)
    assert path.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_page_contains_its_size_in_bytes(tmp_path: Path) -> None:
    for limit in (1, 8):
        path = segments_hf.preview(demo_release(), tmp_path / "page.html", limit=limit)
        assert Page(path).blocks["size"] == [path.stat().st_size]
