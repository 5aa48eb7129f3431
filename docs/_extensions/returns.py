"""Keep the whole sentence below ``Returns:``.

napoleon takes the words before a colon for a type. The docstrings of this library have their types in the signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_BEFORE_NAPOLEON = 400


def _without_type(_sphinx: Sphinx, _what: str, _name: str, _found: object, _options: object, lines: list[str]) -> None:
    """Begin the first line below ``Returns:`` with a colon, so that the type before it is empty."""
    for index, line in enumerate(lines[:-1]):
        if line.strip() in {"Returns:", "Yields:"}:
            text = lines[index + 1]
            indent = len(text) - len(text.lstrip())
            lines[index + 1] = f"{text[:indent]}: {text[indent:]}"


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Call `_without_type` before napoleon reads a docstring."""
    sphinx.connect("autodoc-process-docstring", _without_type, priority=_BEFORE_NAPOLEON)
    return {"parallel_read_safe": True}
