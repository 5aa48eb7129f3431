"""Adjust how Sphinx reads docstrings.

napoleon takes the words before a colon for a type, below ``Returns:`` and in the docstrings of properties. The types of
this library are in the signatures, and these words are the beginning of a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.domains.python import PyObject
from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_BEFORE_NAPOLEON = 400


def _keep_colons(_sphinx: Sphinx, kind: str, _name: str, _found: object, _options: object, lines: list[str]) -> None:
    """Begin these sentences with a colon, so that the words before the first colon, the type, are empty."""
    sentences = [index + 1 for index, line in enumerate(lines[:-1]) if line.strip() in {"Returns:", "Yields:"}]
    if kind in {"attribute", "data", "property"} and lines:
        sentences.append(0)
    for index in sentences:
        text = lines[index].lstrip()
        lines[index] = f"{lines[index].removesuffix(text)}: {text}"


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Keep sentences with colons whole, leave out overloads, and name attributes as Python does."""
    sphinx.connect("autodoc-process-docstring", _keep_colons, priority=_BEFORE_NAPOLEON)
    # Overloads tell type checkers what a function returns. Readers get its own signature, with all options.
    ModuleAnalyzer.overloads = property(lambda _: {}, lambda _, __: None)
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"
    return {"parallel_read_safe": True}
