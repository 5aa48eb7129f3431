"""The code blocks of the documentation run as they are, in a folder that contains only the files of the demo releases.

The block directly after a ``% not run`` comment is only compiled or parsed.
"""

from __future__ import annotations

import doctest
import shutil
from pathlib import Path

import datasets
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from segments_hf.cli.app import app
from segments_hf.demo import demo_release

from .pages import DOCS, Block, blocks_of, pages

CHECKER = doctest.OutputChecker()
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.skipif(not hasattr(datasets, "Json"), reason="the pages show what datasets 4.7 and later print")
@pytest.mark.parametrize("page", pages(), ids=Path.as_posix)
def test_code_blocks_of_a_page_run_in_order_and_print_the_shown_output(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(demo_release().parent, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py*", "__*"))
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for block in blocks_of((DOCS / page).read_text("utf-8")):
        location = f"{page}, line {block.line}"
        if block.language == "output":
            assert CHECKER.check_output(block.code, printed, FLAGS), f"{location}: the block before prints\n{printed}"
        elif block.language == "python":
            run_python(block, location, namespace)
            printed = capsys.readouterr().out
        elif block.language == "sh":
            printed = "".join(run_command(words, location, is_run=block.is_run) for words in block.commands)


def run_python(block: Block, location: str, namespace: dict[str, object]) -> None:
    """Compile a block of Python code, and run it unless it has a ``% not run`` comment."""
    # With empty lines before the code, a traceback has the line numbers of the page.
    code = compile("\n" * (block.line - 1) + block.code, location, "exec")
    if block.is_run:
        exec(code, namespace)


def run_command(words: list[str], location: str, *, is_run: bool) -> str:
    """Run a command and return its output. If `is_run` is False, only parse its options and return an empty text."""
    if is_run:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{location}: {result.output}"
        return result.stdout
    command = get_command(app)
    while hasattr(command, "commands") and words:
        assert words[0] in command.commands, f"{location}: there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    command.make_context(None, list(words))
    return ""


def test_block_after_a_not_run_comment_is_not_run() -> None:
    blocks = blocks_of("text\n\n% not run: needs a bucket\n```python\na = 1\n```\n\n- b\n\n  ```sh\n  pwd\n  ```\n")
    assert blocks == [Block("python", "a = 1\n", 5, is_run=False), Block("sh", "pwd\n", 11, is_run=True)]


def test_options_of_a_command_that_is_not_run_are_parsed() -> None:
    assert run_command(["push", "a.json", "jane/flowers", "--private"], "a page", is_run=False) == ""
    with pytest.raises(Exception, match="(?i)no such option"):
        run_command(["push", "a.json", "jane/flowers", "--privat"], "a page", is_run=False)


def test_segments_hf_commands_of_a_block_are_split_into_arguments() -> None:
    block = Block("sh", "pip install x\nsegments-hf push a 'b c' \\\n  --private  # why\n", 1, is_run=True)
    assert block.commands == [["push", "a", "b c", "--private"]]
