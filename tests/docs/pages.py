"""Read the code blocks on the pages of the documentation.

A test runs the code of each block with the language `python`, and the ``segments-hf`` commands of each block with the
language `sh`. A following block with the language `output` contains the printed text. After a MyST comment such as
``% not run: needs a bucket``, a test only compiles the Python code or parses the options of the commands.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"

_BLOCK = re.compile(
    r"^(?:% (?P<marker>not run): [^\n]*\n\n?)?(?P<indent> *)```(?P<language>\w+)\n(?P<code>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        language: ``python``, ``sh``, ``output``, or another language, which is not run.
        code: The text of the block, without its indentation.
        line: The line of the page where `code` begins, counted from 1.
        is_run: False for a block after a ``% not run`` comment.
    """

    language: str
    code: str
    line: int
    is_run: bool

    @property
    def commands(self) -> list[list[str]]:
        """The arguments of each ``segments-hf`` command in the block."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [
            words[1:] for line in lines if (words := shlex.split(line, comments=True)) and words[0] == "segments-hf"
        ]


def pages() -> list[Path]:
    """Return the paths of the pages in Markdown, relative to `DOCS`."""
    found = (path.relative_to(DOCS) for path in sorted(DOCS.rglob("*.md")))
    return [path for path in found if not path.parts[0].startswith("_")]


def blocks_of(text: str) -> list[Block]:
    """Return the code blocks of a page, in order."""
    return [
        Block(
            found["language"],
            textwrap.dedent(found["code"]),
            text.count("\n", 0, found.start("code")) + 1,
            found["marker"] is None,
        )
        for found in _BLOCK.finditer(text)
    ]
