"""The command line escapes hostile names: terminal codes and the markup of `rich` in a name have no effect."""

from __future__ import annotations

import json
import logging
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any

import datasets
import pytest
from conftest import WriteRelease
from dataset.making import label, sample
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.errors import SegmentsHFError

NAMES = [
    "\x1b]0;EVIL\x07",
    "[red]x[/red]",
    "[link=http://EVIL]x[/link]",
    "[/]",
    "\x9b31m",
    "\u202eEVIL\u2066",
    "a\nb\r",
]
COMMANDS = ["inspect", "inspect --json", "validate", "validate --json", "stats", "stats --json", "stats --assets"]


def _control_characters(text: str) -> list[str]:
    """Return the characters that a terminal does not print, except line feeds."""
    return [char for char in text if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@pytest.fixture(autouse=True)
def no_progress(caches: Path) -> None:
    """Disable progress bars, which move the cursor but show no names."""
    datasets.disable_progress_bars()


@pytest.fixture
def release(write_release: WriteRelease, request: pytest.FixtureRequest) -> Path:
    """Return a release with a hostile name in many fields. The image of its first sample is missing."""
    name = request.param
    annotations = [{"id": number, "category_id": number, "attributes": {name: name}} for number in (1, 1, 7)]
    labeled = label(name, annotations=annotations, image_attributes={name: name})
    return write_release(
        [sample(name, f"{name}.jpg", labeled, metadata={name: name}), {"name": name, "attributes": 3}],
        name=name,
        owner=name,
        description=name,
        task_attributes={"categories": [{"id": 1, "name": name}]},
    )


@pytest.mark.parametrize("release", NAMES, indirect=True)
def test_commands_escape_hostile_names_of_a_release(release: Path) -> None:
    for command in COMMANDS:
        result = CliRunner().invoke(app, [command.split()[0], str(release), *command.split()[1:]])
        assert result.exit_code == 0, result.output
        assert _control_characters(result.output) == []
        if "--json" in command:
            json.loads(result.stdout)


@pytest.mark.parametrize("release", NAMES, indirect=True)
def test_errors_and_logs_escape_hostile_names(release: Path, caplog: pytest.LogCaptureFixture) -> None:
    result = CliRunner().invoke(app, ["build", str(release), str(release.parent / "out")])
    assert result.exit_code == 1
    assert _control_characters(result.output) == []
    with pytest.raises(SegmentsHFError) as raised:
        segments_hf.load_release(release, split="train")
    assert _control_characters(str(raised.value)) == _control_characters(repr(raised.value)) == []
    caplog.set_level(logging.INFO, "segments_hf")
    list(segments_hf.load_release(release, split="train", on_error="keep", streaming=True))
    assert caplog.messages
    assert _control_characters("".join(caplog.messages)) == []


@pytest.mark.parametrize("name", [name for name in NAMES if "/" not in name])
def test_commands_escape_hostile_file_names(tmp_path: Path, name: str) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows does not allow such file names")
    demo = str(demo_release())
    for command in (["build", demo, tmp_path / name], ["export", demo, "coco", tmp_path / f"{name}-coco"],
                    ["preview", demo, tmp_path / f"{name}.html"], ["inspect", tmp_path / f"{name}.json"]):  # fmt: skip
        result = CliRunner().invoke(app, list(map(str, command)))
        assert _control_characters(result.output) == []
        shown = repr(name)[1:-1]
        assert shown in result.output.replace("\n", "")


def test_commands_accept_file_names_that_are_not_utf8(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("file names are Unicode text on this system")
    release: Any = json.loads(demo_release().read_text())
    release["dataset"]["samples"] = release["dataset"]["samples"][:1]
    path = tmp_path / os.fsdecode(b"\xff.json")
    path.write_text(json.dumps(release))
    for command in COMMANDS[:-1]:
        result = CliRunner().invoke(app, [command.split()[0], str(path), *command.split()[1:]])
        assert result.exit_code == 0, (result.output, result.exception)
    result = CliRunner().invoke(app, ["preview", str(path), str(tmp_path / "page.html")])
    assert result.exit_code == 0, (result.output, result.exception)
