"""The help of every command is readable in a terminal of 80 columns, and its examples work."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

import segments_hf
from segments_hf.cli.app import app
from segments_hf.cli.help_text import GROUPS, OTHER, group_of
from segments_hf.demo import demo_release
from segments_hf.layouts import LAYOUTS

WIDTH = 80
MIN_TEXT_WIDTH = 30  # characters: the smallest width of the column with the help texts of options


def all_commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command and each group of commands with the words that call it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from all_commands(inner, (*path, name))


COMMANDS = dict(all_commands(get_command(app)))
EACH_COMMAND = pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "segments-hf")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words, env={"COLUMNS": str(WIDTH)}, input="y\n")


def examples(command: Any) -> list[list[str]]:
    """Return the arguments of each example of a command."""
    lines = command.epilog.replace("\\\n", " ").splitlines()
    return [words[1:] for line in lines if (words := shlex.split(line, comments=True))]


@EACH_COMMAND
class TestHelp:
    def test_lines_fit_into_80_columns_without_truncation(self, path: tuple[str, ...]) -> None:
        lines = run(*path, "--help").output.splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert [line for line in lines if "…" in line or "..." in line.replace("[ARGS]...", "")] == []

    def test_every_option_name_is_shown_without_truncation(self, path: tuple[str, ...]) -> None:
        shown = run(*path, "--help").output.split()
        names = [name for option in COMMANDS[path].params for name in (*option.opts, *option.secondary_opts)]
        options = [name for name in names if name.startswith("-")]
        assert [name for name in options if name not in shown and f"{name}," not in shown] == []

    def test_column_of_help_texts_is_at_least_30_characters_wide(self, path: tuple[str, ...]) -> None:
        for line in run(*path, "--help").output.splitlines():
            if line.startswith("  "):
                text = re.split(r" {2,}", line.strip(), maxsplit=1)[-1]
                assert line.index(text) <= WIDTH - MIN_TEXT_WIDTH

    def test_every_option_is_in_a_group_and_shows_the_form_of_its_value(self, path: tuple[str, ...]) -> None:
        options = [item for item in COMMANDS[path].params if item.param_type_name == "option"]
        for option in options:
            assert group_of(option) in GROUPS
            assert option.is_flag or option.metavar, option.name
        assert not re.search(r"<\w+>", run(*path, "--help").output)

    def test_short_option_shows_the_same_help(self, path: tuple[str, ...]) -> None:
        result = run(*path, "-h")
        assert result.exit_code == 0
        assert result.output == run(*path, "--help").output

    def test_examples_are_accepted_by_the_parser(self, path: tuple[str, ...]) -> None:
        found = examples(COMMANDS[path])
        assert 1 <= len(found) <= 3
        for words in found:
            name = max((known for known in COMMANDS if tuple(words[: len(known)]) == known), key=len)
            assert name[: len(path)] == path
            assert name in COMMANDS
            COMMANDS[name].make_context(None, words[len(name) :])


@EACH_COMMAND
def test_examples_run_on_the_demo_release(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("flowers", "street-cuboids"):
        folder, ignore_code = demo_release(name).parent, shutil.ignore_patterns("*.py*", "__*")
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True, ignore=ignore_code)
    monkeypatch.chdir(tmp_path)
    for words in examples(COMMANDS[path]):
        needs_network = words[0] == "push" or any("@" in word for word in words)
        if not needs_network:
            result = run(*words)
            assert result.exit_code == 0, f"{words}: {result.output}"


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if hasattr(command, "commands")], ids=str)
def test_group_without_arguments_shows_its_help(path: tuple[str, ...]) -> None:
    assert run(*path).stdout.strip() == run(*path, "--help").stdout.strip()


def test_last_group_of_options_of_each_command_has_only_help_and_yes() -> None:
    names = {option.name for path, command in COMMANDS.items() if path for option in command.params
               if option.param_type_name == "option" and group_of(option) == OTHER}  # fmt: skip
    assert names <= {"help", "yes"}


def test_option_version_prints_the_version() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.output == f"segments-hf {segments_hf.__version__}\n"


@pytest.mark.parametrize("command", ["build", "push"])
def test_help_of_option_layout_lists_all_layouts(command: str) -> None:
    text = " ".join(run(command, "--help").output.split())
    assert [task for task in LAYOUTS if task not in text] == []
