"""The directive ``export-formats``: a table of the export formats, read from their registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective

from segments_hf.export import FORMATS

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class ExportFormats(SphinxDirective):
    """List every format with its names, the kinds of objects that it holds, and the entries of its folder."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        lines = ["| format | kinds of objects | description | files and folders |", "| --- | --- | --- | --- |"]
        for item in FORMATS.values():
            names = ", ".join(f"`{name}`" for name in (item.name, *item.aliases))
            entries = ", ".join(f"`{entry}`" for entry in item.output_names(["train", "test"], images=True))
            lines.append(f"| {names} | {', '.join(sorted(item.object_kinds))} | {_markdown(item.help)} | {entries} |")
        return self.parse_text_to_nodes("\n".join(lines))


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    sphinx.add_directive("export-formats", ExportFormats)
    return {"parallel_read_safe": True}
