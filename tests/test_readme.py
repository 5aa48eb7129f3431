"""What the README says works."""

from __future__ import annotations

import dataclasses
import inspect
import re
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

from segments_hf import FetchOptions, load_release
from segments_hf.cli.app import app
from segments_hf.demo import demo_release

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(demo_release().parent, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for example in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(example, namespace)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("meadow_01.jpg (480, 360) {'id': 1,")
    assert lines[2] == "LABELED"
    assert lines[3].startswith("{'flower': (21, 6, ")
    assert lines[4] == "[0 1 2] {0: 'unlabeled', 1: 'flower', 2: 'leaf'}"
    assert lines[5] == "[0 1 2]"
    assert lines[6] == "6 63 {}"
    assert lines[7].startswith("{'train': ")


def test_commands_exist() -> None:
    assert set(re.findall(r"^segments-hf (\w+)", README, re.MULTILINE)) <= set(get_command(app).commands)


def test_build_has_the_options_of_load_release_but_for_those_that_it_names() -> None:
    options = {parameter.name.replace("rewrite", "resolve") for parameter in get_command(app).commands["build"].params}
    left = set(inspect.signature(load_release).parameters) - options
    assert left == {"embed", "streaming", "storage_options", "api_key", "fetching"}
    assert {field.name for field in dataclasses.fields(FetchOptions)} <= options
