"""The commands that `segments-hf demo` prints lead a new user from an empty folder to a dataset on the Hub."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from first_steps import BIN, printed_commands, run_command


@pytest.mark.slow
@pytest.mark.skipif(not (BIN / "segments-hf").exists(), reason="the command is not installed: pip install .")
def test_commands_that_demo_prints_lead_from_an_empty_folder_to_a_pushed_dataset(hub, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    validate, push = printed_commands(run_command("segments-hf demo", folder), "segments-hf")
    report = run_command(validate, folder)
    pushed = run_command(push, folder)

    assert "images and bitmaps checked" in report
    assert hub.repos["datasets", "jane/flowers-demo"].private
    files = hub.files("jane/flowers-demo")
    assert json.loads(files["id2label.json"]) == {"0": "unlabeled", "1": "flower", "2": "leaf"}
    loading = re.search(r"load_dataset\(.*\)", pushed)
    assert loading
    program = f"""
import datasets
data = datasets.{loading[0]}
rows = data["train"] if isinstance(data, dict) else data
print(len(rows), rows.column_names, rows[0]["label"].size)
"""
    assert run_command(f"python -c {shlex.quote(program)}", folder) == "6 ['image', 'label'] (480, 360)\n"
