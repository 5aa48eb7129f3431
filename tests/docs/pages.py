"""The blocks of code on the pages of the documentation.

A block between three backticks, with the language `python` or `sh`, is run. A block with the language `output` that
follows it is what it prints. A comment of MyST before a block, such as ``% not run: needs a bucket``, means that the
block is compiled, or its options are read, but that it is not run.
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
        line: The number of its first line on the page.
        is_run: Whether the block is run.
    """

    language: str
    code: str
    line: int
    is_run: bool

    @property
    def commands(self) -> list[list[str]]:
        """The arguments of each command ``segments-hf``, without the name of the command itself."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [
            words[1:] for line in lines if (words := shlex.split(line, comments=True)) and words[0] == "segments-hf"
        ]


def pages() -> list[Path]:
    """Return the pages that are written in Markdown."""
    found = (path.relative_to(DOCS) for path in sorted(DOCS.rglob("*.md")))
    return [path for path in found if not path.parts[0].startswith("_")]


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    return [
        Block(
            found["language"],
            textwrap.dedent(found["code"]),
            text.count("\n", 0, found.start("code")) + 1,
            found["marker"] is None,
        )
        for found in _BLOCK.finditer(text)
    ]
