"""Adjust how Sphinx reads docstrings.

Below ``Returns:`` and in the docstrings of properties, napoleon reads the words before a colon as a type. In this
library, types are in the signatures, so these words are the beginning of a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.domains.python import PyObject
from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_BEFORE_NAPOLEON = 400  # napoleon has the default priority, 500


def _keep_colons(_sphinx: Sphinx, kind: str, _name: str, _found: object, _options: object, lines: list[str]) -> None:
    """Put a colon before the text of ``Returns:``, of ``Yields:``, and of the docstring of an attribute or property.

    Napoleon then reads an empty type, and keeps the sentence whole.
    """
    sentences = [index + 1 for index, line in enumerate(lines[:-1]) if line.strip() in {"Returns:", "Yields:"}]
    if kind in {"attribute", "data", "property"} and lines:
        sentences.append(0)
    for index in sentences:
        text = lines[index].lstrip()
        lines[index] = f"{lines[index].removesuffix(text)}: {text}"


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Keep sentences with colons whole, leave out overloads, and call attributes "Attributes", not "Variables"."""
    sphinx.connect("autodoc-process-docstring", _keep_colons, priority=_BEFORE_NAPOLEON)
    # Overloads are for type checkers only. The pages show the signature of the implementation, which has all options.
    ModuleAnalyzer.overloads = property(lambda _: {}, lambda _, __: None)
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"
    return {"parallel_read_safe": True}
