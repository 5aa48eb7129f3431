"""`tools/compare_outputs.py` lists the differences between the outputs of two versions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segments_hf.bitmaps import encode_mask

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"


@pytest.mark.slow
def test_comparison_of_a_checkout_with_itself_finds_no_difference() -> None:
    # The pattern selects the panoptic masks, their layout and card, and three exports; that to pointcept is an error.
    command = [sys.executable, str(TOOLS / "compare_outputs.py"), str(ROOT), "--only", "shapes/*/p*"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def png(value: int) -> bytes:
    return encode_mask(np.full((2, 3), value, np.uint8))


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(TOOLS)
    import compare_outputs

    return compare_outputs


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("rows.json", b'[{"a": {"b": [1, 2]}}]', b'[{"a": {"b": [1, 3]}}]', ["a.b[1]", "2", "3"]),
        ("rows.json", b'{"a": 1}', b'{"a": 1.0}', ["a", "1.0"]),
        ("rows.json", b'{"a": 1}', b'{"b": 5}', ["a", "b", "5"]),
        ("rows.json", b"[1]", b"[1, 7]", ["7"]),
        ("rows.json", b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1}', []),
        ("README.md", b"same\nold text", b"same\nnew text", ["2", "old text", "new text"]),
        ("mask.png", png(1), png(2), ["6"]),
        ("data.parquet", b"\xff\xfe1", b"\xff\xfe22", ["3", "4"]),
        ("only-old.txt", b"text", None, ["old"]),
        ("only-new.txt", None, b"text", ["new"]),
    ],
    ids=[
        "JSON value",
        "JSON number type",
        "JSON key",
        "JSON length",
        "order of JSON keys",
        "line of text",
        "pixels",
        "size of a binary file",
        "removed file",
        "added file",
    ],
)
def test_comparison_describes_the_difference_of_a_file(
    tool: Any, tmp_path: Path, name: str, old: bytes | None, new: bytes | None, expected: list[str]
) -> None:
    for folder, content in {"old": old, "new": new}.items():
        (tmp_path / folder / "demo").mkdir(parents=True)
        (tmp_path / folder / "equal.json").write_bytes(b"{}")
        if content is not None:
            (tmp_path / folder / "demo" / name).write_bytes(content)
    comparison = tool.compare_folders(tmp_path / "old", tmp_path / "new")
    assert comparison.equal == 1
    assert list(comparison.different) == [f"demo/{name}"]
    lines = " ".join(comparison.different[f"demo/{name}"])
    assert all(part in lines for part in expected)
    assert tool.report(comparison) == 1


def test_comparison_describes_many_differences_of_a_file_in_few_lines(tool: Any, tmp_path: Path) -> None:
    for folder, content in {"old": "[" + "1," * 999 + "1]", "new": "[" + "2," * 999 + "2]"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rows.json").write_text(content)
    lines = tool.compare_folders(tmp_path / "old", tmp_path / "new").different["rows.json"]
    assert len(lines) < 20


def test_comparison_of_empty_folders_fails(tool: Any, tmp_path: Path) -> None:
    assert tool.report(tool.compare_folders(tmp_path, tmp_path)) == 1
