"""A command ends silently when the program that reads its output ends, as in `segments-hf export --help | head -3`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from segments_hf.demo import demo_release

RELEASE = str(demo_release())
EXIT_CODE = 141  # 128 + 13, the exit code of a program that the signal SIGPIPE ends
COMMAND = [sys.executable, "-c", "from segments_hf.cli.app import main; main()"]


def exit_without_reader(arguments: list[str], *, errors_too: bool = False) -> tuple[int, str]:
    """Run a command whose output has no reader; return its exit code and the text of standard error."""
    stderr = subprocess.STDOUT if errors_too else subprocess.PIPE
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        assert process.stdout
        process.stdout.close()
        text = process.stderr.read() if process.stderr else ""
    return process.returncode, text


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["export", "--help"],
        ["inspect", RELEASE],
        ["stats", RELEASE, "--json"],
        ["validate", RELEASE],
    ],
    ids=lambda arguments: " ".join(arguments).replace(RELEASE, "RELEASE"),
)
def test_command_ends_silently_if_its_output_has_no_reader(arguments: list[str]) -> None:
    code, text = exit_without_reader(arguments)
    assert code == EXIT_CODE
    assert "Error" not in text
    assert "Exception" not in text


def test_command_ends_if_its_messages_have_no_reader(tmp_path: Path) -> None:
    code, _ = exit_without_reader(["build", RELEASE, str(tmp_path / "built")], errors_too=True)
    assert code == EXIT_CODE


def test_command_whose_output_is_read_prints_its_whole_output() -> None:
    done = subprocess.run([*COMMAND, "export", "--help"], capture_output=True, text=True, check=True)
    assert "--overwrite" in done.stdout
