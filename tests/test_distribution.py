"""The source distribution is complete. Pages and scripts name only existing files. CITATION.cff has the version."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

import segments_hf

PROJECT = Path(__file__).parents[1]
NOT_DISTRIBUTED: set[str] = set()  # files of the repository that the source distribution does not contain
ADDED = {"PKG-INFO"}  # files that only the source distribution contains


@pytest.mark.skipif(shutil.which("git") is None or not (PROJECT / ".git").exists(), reason="this is not a git checkout")
@pytest.mark.skipif(
    find_spec("hatchling") is None, reason="hatchling, which builds the source distribution, is not installed"
)
def test_source_distribution_has_every_file_of_the_repository(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        archived_files = {member.name.partition("/")[2] for member in opened.getmembers() if member.isfile()}
    git_output = subprocess.run(["git", "ls-files"], cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    tracked_files = {name for name in git_output.splitlines() if (PROJECT / name).is_file()}
    assert sorted(tracked_files - archived_files - NOT_DISTRIBUTED) == []
    untracked = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    assert sorted(archived_files - tracked_files - ADDED - set(untracked.splitlines())) == []


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_files_that_a_page_names_exist(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:\.ci|docs|segments_hf|tests|tools)/[\w./-]+)`", text)
    assert named
    # NAME is a placeholder.
    assert [name for name in named if not (PROJECT / name).exists() and "NAME" not in name] == []


def test_citation_has_the_version_of_the_package() -> None:
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == segments_hf.__version__


@pytest.mark.parametrize("script", [".ci/run", ".github/workflows/ci.yml"])
def test_tests_that_a_script_runs_exist(script: str) -> None:
    named = re.findall(r"\btests/[\w./-]+", (PROJECT / script).read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (PROJECT / name).exists()] == []
