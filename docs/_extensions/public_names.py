"""The directive ``result-of``, and a check of public names.

The directive describes the class that a function returns, and the classes of its attributes, wherever they are defined.
The check finds the public names of `segments_hf`, `segments_hf.bitmaps` and `segments_hf.points` that are on no page.
"""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING, ForwardRef

from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import segments_hf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_log = logging.getLogger(__name__)


class ResultOf(SphinxDirective):
    """Describe the result of a function of `segments_hf`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the descriptions, the class of the result first."""
        function = getattr(segments_hf, self.arguments[0])
        result = getattr(sys.modules[function.__module__], function.__annotations__["return"])
        lines = ["```{eval-rst}"]
        for described in dict.fromkeys(_with_attribute_types(result)):
            is_public = described.__name__ in segments_hf.__all__
            module = "segments_hf" if is_public else described.__module__
            lines += [f".. autoclass:: {module}.{described.__qualname__}", "   :members:", ""]
        return self.parse_text_to_nodes("\n".join([*lines, "```"]))


def _with_attribute_types(described: type) -> Iterator[type]:
    """Yield a class, and the classes of this library that occur in the types of its attributes."""
    yield described
    for annotation in inspect.get_annotations(described).values():
        # A `TypedDict` wraps the text of each annotation in a `ForwardRef`.
        text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation
        for name in re.findall(r"\w+", text):
            attribute_type = getattr(sys.modules[described.__module__], name, None)
            if inspect.isclass(attribute_type) and attribute_type.__module__.startswith("segments_hf."):
                yield from _with_attribute_types(attribute_type)


def _check(sphinx: Sphinx, environment: BuildEnvironment) -> None:
    """Warn about public names that no page describes."""
    del sphinx
    described = {name.rpartition(".")[2] for name in environment.get_domain("py").objects}
    for module in (segments_hf, segments_hf.bitmaps, segments_hf.points):
        for name in sorted(set(module.__all__) - described):
            if not inspect.ismodule(getattr(module, name)):
                _log.warning("no page describes the public name %s.%s", module.__name__, name)


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Register the directive and the check."""
    sphinx.add_directive("result-of", ResultOf)
    sphinx.connect("env-check-consistency", _check)
    return {"parallel_read_safe": True}
