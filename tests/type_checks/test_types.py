"""Mypy and pyright know the types of the results of public functions, and report wrong calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import segments_hf

FOLDER = Path(__file__).parent
PACKAGE = Path(segments_hf.__file__).parent
MIN_COMPLETENESS = 0.99
# `datasets` has annotations, but no py.typed: without this option, its types are Any to mypy.
CONFIG = """
[mypy]
[mypy-datasets.*]
follow_untyped_imports = True
"""


def _command_path(name: str) -> str | None:
    """Return the path of a command beside this interpreter or on the PATH; None if it is not installed."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def _environment() -> dict[str, str]:
    """Return environment variables with which a type checker finds this interpreter and the tested package first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    if "site-packages" in PACKAGE.parts:  # type checkers find it there, and mypy refuses site-packages in MYPYPATH
        return {**os.environ, "PATH": path}
    return {**os.environ, "PATH": path, "PYTHONPATH": str(PACKAGE.parent), "MYPYPATH": str(PACKAGE.parent)}


needs_mypy = pytest.mark.skipif(_command_path("mypy") is None, reason="mypy is not installed: pip install '.[dev]'")
needs_pyright = pytest.mark.skipif(
    _command_path("pyright") is None, reason="pyright is not installed: pip install '.[dev]'"
)


def _mypy(file: Path, folder: Path) -> set[int]:
    """Return the numbers of the lines in which mypy finds errors."""
    config = folder / "mypy.ini"
    config.write_text(CONFIG, "utf-8")
    command = [str(_command_path("mypy")), "--config-file", str(config), "--cache-dir", str(folder), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=_environment(), check=False)
    assert not done.stderr, done.stderr
    found = re.findall(rf"{file.name}:(\d+): error: (.*)", done.stdout)
    assert found or "Success" in done.stdout
    return {int(line) for line, _ in found}


def _pyright(file: Path, folder: Path) -> set[int]:
    """Return the numbers of the lines in which pyright finds errors."""
    command = [str(_command_path("pyright")), "--outputjson", "--pythonpath", sys.executable, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=_environment(), check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    return {item["range"]["start"]["line"] + 1 for item in report["generalDiagnostics"] if item["severity"] == "error"}


CHECKERS = [pytest.param(_mypy, marks=needs_mypy, id="mypy"), pytest.param(_pyright, marks=needs_pyright, id="pyright")]


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKERS)
def test_type_checkers_know_the_results_of_common_calls(check, tmp_path: Path) -> None:
    assert check(FOLDER / "calls.py", tmp_path) == set()


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKERS)
def test_type_checkers_report_wrong_calls(check, tmp_path: Path) -> None:
    file = FOLDER / "mistakes.py"
    wrong = {number for number, line in enumerate(file.read_text("utf-8").splitlines(), 1) if line.endswith("# wrong")}
    assert check(file, tmp_path) == wrong


@pytest.mark.slow
@needs_pyright
def test_types_of_public_symbols_are_known(tmp_path: Path) -> None:
    command = [str(_command_path("pyright")), "--outputjson", "--verifytypes", "segments_hf", "--ignoreexternal"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=_environment(), check=False)
    completeness = json.loads(done.stdout)["typeCompleteness"]
    assert completeness["exportedSymbolCounts"]["withKnownType"] > 1000
    public = [symbol for symbol in completeness["symbols"] if symbol["isExported"]]
    unknown = [symbol["name"] for symbol in public if not symbol["isTypeKnown"]]
    assert completeness["completenessScore"] >= MIN_COMPLETENESS, unknown


def test_type_checkers_know_every_option_of_load_release() -> None:
    import inspect

    from segments_hf.dataset.data_types import LoadKeywords

    parameters = set(inspect.signature(segments_hf.load_release).parameters)
    limits = {"max_bytes", "max_pixels", "max_points", "max_release_bytes"}
    fetching = {"connections", "in_flight", "timeout", "verify", *limits}
    assert set(LoadKeywords.__annotations__) == parameters - {"release", "split", "streaming", "fetching"} | fetching
