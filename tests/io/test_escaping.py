"""Parsers of each format read escaped text as text, and never interpret it as markup or as terminal commands."""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from segments_hf.errors import (
    AssetError,
    BitmapError,
    HubError,
    OptionError,
    OutputExistsError,
    ReleaseError,
    SegmentsHFError,
)
from segments_hf.io.escaping import (
    for_html,
    for_json_in_terminal,
    for_labelmap,
    for_markdown,
    for_markdown_link,
    for_xml,
    printable,
    shown,
    well_formed,
)
from segments_hf.io.json_codec.json_text import compact_json, indented_json, json_line

# Pieces that some format interprets: terminal commands, control characters, lone surrogates and markup.
PIECES = [
    *("\x1b[31m", "\x1b]8;;http://x\x07", "\x9b", "\x7f", "\u202e", "\u2066", "\u2028", "\x85", "\r", "\n", "\t"),
    *("\ud800", "\udfff", "<b>", "</p>", "-->", "<!--", "]]>", "<script>", "&amp;", "&#60;", "'", '"'),
    *(
        "[x](http://x)",
        "![x](y)",
        "http://www.x.com",
        "www.x.com",
        "a@x.com",
        "<http://x.com>",
        "`",
        "```",
        "# ",
        "---",
    ),
    *("\n---\n", "\n# x", "* ", "1. ", "**", "_x_", "~~", "|", "\\", "\\|", ":", "#", "$x$", "    x", "> ", "=\n==="),
    *("[red]", "[/]", "[link=http://x]"),
]
CHARACTERS = st.characters(exclude_categories=())
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(CHARACTERS, max_size=8)), max_size=8).map("".join)


def _control_characters(text: str, allowed: str = "") -> list[str]:
    """Return the control characters, direction marks, line separators and surrogates in a text."""
    return [
        char for char in text if char not in allowed and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]


@given(TEXTS)
def test_printable_text_has_no_control_characters(text: str) -> None:
    assert _control_characters(printable(text)) == []
    assert _control_characters(shown(text), allowed="\n") == []


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_printable_leaves_plain_text_unchanged(text: str) -> None:
    assert printable(text) == text


ERRORS = [SegmentsHFError, AssetError, BitmapError, HubError, OptionError, OutputExistsError]


@pytest.mark.parametrize("kind", ERRORS)
@given(TEXTS)
@example("\x1b]0;title\x07 https://jane:secret@host/a?sig=secret")
def test_errors_with_any_text_are_printable_and_have_no_secrets(kind: type[SegmentsHFError], text: str) -> None:
    error = kind(f"sample {text}: {text}")
    for printed in (str(error), repr(error), *map(str, error.args)):
        assert _control_characters(printed, allowed="\n") == []
        printed.encode()
        assert "secret" not in printed


@given(TEXTS)
@example("\x1b]0;title\x07 https://jane:secret@host/a?sig=secret")
def test_release_errors_with_any_text_are_printable_and_have_no_secrets(text: str) -> None:
    error = ReleaseError(text, text, text)
    for printed in (str(error), repr(error), error.problem, error.source, error.json_path):
        assert _control_characters(printed, allowed="\n") == []
        assert "secret" not in printed


class _Reader(HTMLParser):
    """Collects the text of an HTML document, and separately its tags and comments."""

    def __init__(self) -> None:
        super().__init__()
        self.markup: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.markup.append(f"{tag} {attrs}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.markup.append(data)


@given(TEXTS)
def test_html_shows_markup_in_a_text_as_text(text: str) -> None:
    reader = _Reader()
    reader.feed(f"<p title='{for_html(text)}'>{for_html(text)}</p>".encode().decode())
    reader.close()
    assert reader.markup == [f"p {[('title', printable(text))]}"]
    assert reader.text == printable(text)


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@given(TEXTS)
@example("x>\n\n# A heading\n\n<!-- segments-hf: end default -->")
def test_markdown_shows_a_name_unchanged(text: str) -> None:
    written = f"before {for_markdown(text)} after"
    written.encode()
    opening, inline, closing = MARKDOWN.parse(written)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {token.type for token in inline.children or ()} == {"text"}
    name = printable(" ".join(text.split()))
    assert "".join(token.content for token in inline.children or ()) == f"before {name} after"


@given(TEXTS)
def test_markdown_keeps_a_name_in_its_cell(text: str) -> None:
    tokens = MARKDOWN.parse(f"| a | b |\n| --- | --- |\n| {for_markdown(text)} | x |\n| y | z |")
    cells = [token.children or [] for token in tokens if token.type == "inline"]
    assert all(child.type == "text" for cell in cells for child in cell)
    contents = ["".join(child.content for child in cell) for cell in cells]
    assert contents == ["a", "b", printable(" ".join(text.split())), "x", "y", "z"]


@pytest.mark.parametrize("target", ["<{}>", "[x]({})", "![x]({})"])
@given(TEXTS)
def test_markdown_keeps_a_url_in_its_link(target: str, text: str) -> None:
    url = for_markdown_link(f"https://host/{text}")
    _, inline, _ = MARKDOWN.parse(target.format(url))
    kinds = [token.type for token in inline.children or ()]
    assert kinds in (["link_open", "text", "link_close"], ["image"])


@given(TEXTS)
def test_xml_accepts_any_name(text: str) -> None:
    root = ET.Element("name")
    root.text = for_xml(text)
    assert ET.fromstring(ET.tostring(root, encoding="utf-8")).text in {root.text, None}


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_xml_leaves_plain_names_unchanged(text: str) -> None:
    assert for_xml(text) == text


@given(TEXTS)
def test_a_name_is_one_field_of_one_line_of_a_labelmap(text: str) -> None:
    line = f"{for_labelmap(text)}:1,2,3::"
    assert line.encode().decode().splitlines() == [line]
    assert "#" not in line
    name, *rest = line.split(":")
    assert rest == ["1,2,3", "", ""]
    assert name.strip() == name != ""


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(-(2**53), 2**53), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS.map(well_formed), inner, max_size=3)),
    max_leaves=8,
)


@given(VALUES)
def test_json_in_a_terminal_is_printable_and_has_the_same_value(value: object) -> None:
    content = indented_json(value)
    text = for_json_in_terminal(content)
    assert _control_characters(text + json_line(value).decode(), allowed="\n") == []
    assert json.loads(text) == json.loads(content) == json.loads(compact_json(value)) == json.loads(json_line(value))
