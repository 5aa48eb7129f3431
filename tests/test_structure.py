"""The layout of the code, as the design asks for it; import-linter checks the layers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import segments_hf

PACKAGE = Path(segments_hf.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
SHARED = {"__init__.py", "compat.py"}  # what a folder takes from inside other libraries


def test_no_two_modules_have_the_same_file_name() -> None:
    counts = Counter(file.name for file in FILES if file.name not in SHARED)
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_module_is_longer_than_300_lines() -> None:
    assert [file.name for file in FILES if len(file.read_text("utf-8").splitlines()) > 300] == []


def test_the_demo_contains_data_only() -> None:
    assert [file.name for file in (PACKAGE / "demo").rglob("*.py")] == ["__init__.py"]
