"""Messages name options as the user types them: parameters in Python, options on the command line."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.option_names import COMMAND_LINE_NAMES, PYTHON_ONLY, on_command_line, option

FILES = sorted(Path(segments_hf.__file__).parent.rglob("*.py"))


def command_line_names() -> set[str]:
    """Return the names of the options and arguments of all commands."""
    commands = [typer.main.get_command(app)]
    found = set()
    for command in commands:
        commands.extend(getattr(command, "commands", {}).values())
        for parameter in command.params:
            is_argument = parameter.param_type_name == "argument"
            found |= {parameter.name.upper()} if is_argument else {*parameter.opts, *parameter.secondary_opts}
    return found


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    """Yield each call of a function in the package: the file, the call, and the name of the function."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield file, node, node.func.id


def named_options() -> set[str]:
    """Return the names of the options that the code passes to messages."""
    names = set()
    for _, call, function in calls():
        named = [call.args[0]] if function in {"option", "unknown_choice"} and call.args else []
        named += [word.value for word in call.keywords if word.arg == "option" and function == "OptionError"]
        names |= {node.value for node in named if isinstance(node, ast.Constant)}
    return names


def test_every_option_in_a_message_exists_on_the_command_line_or_only_in_python() -> None:
    names = named_options()
    assert len(names) > 20
    known = command_line_names()
    with on_command_line():
        unknown = {name: option(name) for name in names - PYTHON_ONLY if option(name) not in known}
    assert unknown == {}
    assert not {f"--{name.replace('_', '-')}" for name in PYTHON_ONLY} & known
    assert {*COMMAND_LINE_NAMES.values()} <= known


def test_no_option_error_in_the_code_repeats_its_option_in_the_text() -> None:
    found = [
        f"{file.name}:{call.lineno}"
        for file, call, function in calls()
        if function == "OptionError" and call.args and re.match(r"f?['\"][a-z_]+: ", ast.unparse(call.args[0]))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (["build", demo_release(), "OUT", "--timeout", "-1"], "--timeout"),
        (["build", demo_release(), "OUT", "--filter-by", "nothing"], "--filter-by"),
        (["build", demo_release(), "OUT", "--split", "nothing"], "--split"),
        (["build", demo_release(), "OUT", "--splits", "train=0.5,test=0.1"], "--splits"),
        (["build", demo_release(), "OUT", "--split-by", "metadata:garden"], "--split-by"),
        (["build", demo_release(), "OUT", "--splits", "metadata:split", "--exact"], "--exact"),
        (["build", demo_release(), "OUT", "--segments-dir", "nowhere"], "--segments-dir"),
        (["build", demo_release(), "DONE"], "--overwrite"),
        (["export", demo_release(), "coco", "EXPORTED", "--images", "none"], "--overwrite"),
        (["export", demo_release(), "yolo-pose", "OUT"], "FORMAT"),
        (["preview", demo_release(), "FILE"], "--overwrite"),
        (["stats", demo_release(), "--limit", "0"], "--limit"),
        (["inspect", demo_release(), "--max-release-bytes", "1"], "--max-release-bytes"),
        (["push", demo_release(), "jane/flowers", "--image-range", "0,9"], "--image-range"),
        (["push", demo_release(), "jane/flowers", "--layout", "nothing"], "--layout"),
        (["push", demo_release(), "jane/flowers", "--max-shard-size", "much"], "--max-shard-size"),
        (["build", demo_release(), "OUT", "--no-palette"], "--palette"),
        (["build", demo_release(), "OUT", "--layout", "object-detection", "--no-palette"], "--palette"),
        (["build", demo_release(), "OUT", "--layout", "nothing"], "--layout"),
        (["build", demo_release(), "OUT", "--max-bytes", "10XB"], "--max-bytes"),
        (["inspect", demo_release(), "--max-release-bytes", "0MB"], "--max-release-bytes"),
    ],
    ids=lambda value: " ".join(map(str, value[:1] + value[2:])) if isinstance(value, list) else value,
)
def test_errors_of_commands_name_options_of_the_command_line(
    tmp_path: Path, arguments: list[object], typed: str
) -> None:
    (tmp_path / "DONE").mkdir()
    segments_hf.export_dataset(demo_release(), "coco", tmp_path / "EXPORTED", images="none")
    (tmp_path / "FILE").write_text("text")
    paths = {"OUT", "DONE", "EXPORTED", "FILE"}
    result = CliRunner().invoke(app, [str(tmp_path / item if item in paths else item) for item in arguments])
    assert result.exit_code == 1, result.output
    assert re.search(rf"(?<![\w-]){re.escape(typed)}(?![\w-])", result.output), result.output
    python_name = typed.removeprefix("--").replace("-", "_")
    if "_" in python_name or typed == "--overwrite":
        assert not re.search(rf"(?<![\w-]){python_name}(?!\w)", result.output), result.output


def test_errors_in_python_name_parameters(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="filter_by") as raised:
        segments_hf.load_release(demo_release(), filter_by="nothing")
    assert raised.value.option == "filter_by"
    (tmp_path / "page.html").write_text("text")
    with pytest.raises(SegmentsHFError, match="overwrite=True"):
        segments_hf.preview(demo_release(), tmp_path / "page.html")


def test_errors_in_python_name_parameters_after_a_command_was_run() -> None:
    CliRunner().invoke(app, ["stats", str(demo_release()), "--limit", "0"])
    with pytest.raises(OptionError, match="^limit"):
        segments_hf.stats(demo_release(), limit=0)


def test_pickled_option_error_keeps_its_option_and_message() -> None:
    error = pickle.loads(pickle.dumps(OptionError("got 0, expected 1 or more", option="limit")))
    assert (str(error), error.option) == ("limit: got 0, expected 1 or more", "limit")
