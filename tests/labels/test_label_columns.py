"""Only the packages `labels`, `points`, `dataset` and `release` read the columns and fields that encode a label."""

from __future__ import annotations

import ast
from pathlib import Path

import segments_hf

PACKAGE = Path(segments_hf.__file__).parent
# `release` may read these names because the JSON of a release has them too.
READERS = ("labels", "points", "dataset", "release")
COLUMNS = {"segmentation_bitmap", "point_annotations"}  # of a row
FIELDS = {"points", "type"}  # of an annotation


def reading_expressions(file: Path) -> list[str]:
    """Return the lines and texts of the expressions that read a column or field that encodes a label."""
    tree = ast.parse(file.read_text("utf-8"))
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text in COLUMNS:
                found.append(f"{file.name}:{node.lineno} {text}")
            case ast.Subscript(slice=ast.Constant(value=str(text)), ctx=ast.Load()) if text in FIELDS:
                found.append(f"{file.name}:{node.lineno} [{text!r}]")
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(text)), *_]) if text in FIELDS:
                found.append(f"{file.name}:{node.lineno} get({text!r})")
            case ast.Compare(left=ast.Constant(value=str(text))) if text in FIELDS:
                found.append(f"{file.name}:{node.lineno} {text!r} in …")
    return found


def test_only_four_packages_read_the_columns_of_a_label() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if file.relative_to(PACKAGE).parts[0] not in READERS]
    assert len(files) > 50
    assert [read for file in files for read in reading_expressions(file)] == []


def test_reading_expressions_finds_each_way_to_read_a_column(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text('a = row["segmentation_bitmap"]; b = item["points"]; c = item.get("type"); d = "points" in item')
    assert len(reading_expressions(file)) == 4
