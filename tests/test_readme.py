"""The README is short, its links lead to files that exist, and its examples print the shown output."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^(<!-- test-command -->\n)?```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
EXAMPLES = [(language, text) for is_test_command, language, text in BLOCKS if not is_test_command]

# A program that runs the examples in order: commands in a shell, and Python code in one session. A block of text must
# be the output of the block before it.
RUN = """
import contextlib, importlib, io, json, subprocess, sys
session, printed = {"__name__": "__main__"}, ""
for language, text in json.loads(sys.argv[1]):
    if language == "sh":
        printed = subprocess.run(text, shell=True, check=True, stdout=subprocess.PIPE, text=True).stdout
        importlib.invalidate_caches()
    elif language == "python":
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(compile(text, "README.md", "exec"), session)
        printed = output.getvalue()
    else:
        assert printed == text, f"printed:\\n{printed}\\nshown:\\n{text}"
print(sys.modules["segments_hf"].__file__)
"""


def test_readme_is_at_most_150_lines() -> None:
    assert len(README.splitlines()) <= 150


def test_readme_links_to_files_that_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", README)
    assert [link for link in links if not link.startswith("https://") and not (PROJECT / link).exists()] == []


def test_readme_has_only_commands_python_code_and_the_output_of_python_code_in_its_blocks() -> None:
    assert {language for language, _ in EXAMPLES} == {"sh", "python", "text"}
    assert all(EXAMPLES[index - 1][0] != "text" for index, (language, _) in enumerate(EXAMPLES) if language == "text")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sh") is None, reason="the commands of the README need a POSIX shell")
@pytest.mark.skipif(find_spec("hatchling") is None, reason="`pip install .` without network needs hatchling")
def test_readme_runs_from_empty_folder_with_the_installed_package(tmp_path: Path) -> None:
    """The first command installs this checkout into a new environment that can also import the packages of this one."""
    environment, folder = tmp_path / "environment", tmp_path / "empty"
    folder.mkdir()
    venv.create(environment, with_pip=True, symlinks=os.name != "nt")
    dependencies = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text("\n".join(dependencies), encoding="utf-8")
    install = f"pip install --quiet '{PROJECT}'"
    examples = [(language, text.replace("pip install .", install)) for language, text in EXAMPLES]
    assert sum(install in text for _, text in examples) == 1
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HF_", "PIP_"))}
    result = subprocess.run(
        [str(environment / "bin" / "python"), "-c", RUN, json.dumps(examples)],
        cwd=folder,
        env={
            **inherited,
            "COLUMNS": "80",
            "HF_HOME": str(tmp_path / "home"),
            "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as --no-build-isolation
            "PIP_NO_INDEX": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert Path(result.stdout.splitlines()[-1]).is_relative_to(environment)
    written = {path.name for path in folder.iterdir()}
    assert {"segments-hf-demo", "flowers.png", "flowers-coco"} <= written
