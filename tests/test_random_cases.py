"""The seed determines which random cases of parametrized tests run; those of `each_choice` cover each value."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

TESTS = """
import pytest

def test_without_cases(): pass

@pytest.mark.parametrize("number", range(9))
def test_with_cases(number): pass

class TestOfClass:
    @pytest.mark.parametrize("number", range(9))
    def test_with_cases(self, number): pass
"""
TABLE = """
import pytest

@pytest.mark.each_choice(2)
@pytest.mark.parametrize("letter", "abcde")
@pytest.mark.parametrize(("number", "square"), [(1, 1), (2, 4), (3, 9)])
def test_with_table(letter, number, square): pass
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a test without cases, and two tests of nine cases with the same name."""
    path = tmp_path / "test_cases.py"
    path.write_text(TESTS)
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A file with a test that has a case for each combination of a letter and a number."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = each_choice(times): run random cases")
    path = tmp_path / "test_table.py"
    path.write_text(TABLE)
    return path


def selected(file: Path, *options: str) -> list[str]:
    """Return the ids of the tests that pytest selects in a file."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "random_cases", file.name, *options]
    done = subprocess.run(command, cwd=file.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_random_cases_selects_each_test_with_at_most_n_cases(file: Path) -> None:
    assert len(selected(file)) == 19
    few = selected(file, "--random-cases", "2", "--case-seed", "5")
    assert sorted(Counter(name.partition("[")[0] for name in few).values()) == [1, 2, 2]
    assert selected(file, "--random-cases", "2", "--case-seed", "6") != few


def test_random_cases_selects_the_same_cases_for_the_same_seed(file: Path) -> None:
    options = ["--random-cases", "3", "--case-seed", "5"]
    assert selected(file, *options) == selected(file, *options)


@pytest.mark.parametrize("seed", ["0", "7"])
def test_each_choice_selects_few_cases_in_which_each_value_occurs(table: Path, seed: str) -> None:
    cases = [name[name.index("[") + 1 : -1].split("-") for name in selected(table, "--case-seed", seed)]
    assert 10 <= len(cases) < 15
    assert set(Counter(number for number, _, _ in cases)) == {"1", "2", "3"}
    assert min(Counter(number for number, _, _ in cases).values()) >= 2
    assert sorted(Counter(letter for _, _, letter in cases)) == list("abcde")
    assert min(Counter(letter for _, _, letter in cases).values()) >= 2


def test_each_choice_selects_all_cases_with_the_option_all_cases(table: Path) -> None:
    assert len(selected(table, "--all-cases")) == 15
    assert len(selected(table, "--random-cases", "2")) == 2
