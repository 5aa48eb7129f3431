"""Escape text for the place where it is shown or written: one function for each."""

from __future__ import annotations

import html
import re

from segments_hf.shown_text import printable, shown

__all__ = ["for_html", "for_json_in_terminal", "for_labelmap", "for_markdown", "for_markdown_link", "for_xml",
           "printable", "shown", "well_formed"]  # fmt: skip

_MARKDOWN = re.compile(r"([!#$()*+\-.:=@\[\\\]^_`{|}~])")
_NOT_IN_URLS = re.compile(r"[^A-Za-z0-9:/?#&=%~._+@!$*,;-]")
# https://www.w3.org/TR/xml/#charsets; line ends and tabs would come back as something else.
_NOT_IN_XML = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def well_formed(text: str) -> str:
    r"""A text that UTF-8 can hold: a lone surrogate, which JSON and names of files may have, is replaced.

    >>> well_formed("a\ud800b")
    'a�b'
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def for_html(text: str) -> str:
    r"""A text in HTML, also as an attribute's value: no markup, and no characters that HTML does not allow.

    >>> for_html("<b>\x1b&")
    '&lt;b&gt;\\x1b&amp;'
    """
    return html.escape(printable(text))


def for_markdown(text: str) -> str:
    r"""A name in a line of Markdown, or in the cell of a table, that is shown as it is: no markup, no HTML, no links.

    >>> print(for_markdown("x> <!-- *a*\n# b"))
    x&gt; &lt;\!\-\- \*a\* \# b
    """
    return _MARKDOWN.sub(r"\\\1", html.escape(printable(" ".join(text.split())), quote=False))


def for_markdown_link(url: str) -> str:
    r"""A URL as the target of a link in Markdown, between angle brackets or in parentheses.

    >>> for_markdown_link("https://segments.ai/jane/x> <b>")
    'https://segments.ai/jane/x%3E%20%3Cb%3E'
    """
    return _NOT_IN_URLS.sub(lambda char: "".join(f"%{byte:02X}" for byte in well_formed(char[0]).encode()), url)


def for_xml(text: str) -> str:
    r"""A text in a line of XML 1.0, which cannot hold control characters even escaped: they become spaces.

    What writes the XML escapes its markup.

    >>> for_xml("a\x07\ud800\nb")
    'a b'
    """
    return _NOT_IN_XML.sub(" ", text).strip() if _NOT_IN_XML.search(text) else text


def for_labelmap(text: str) -> str:
    r"""The name of a class in ``labelmap.txt``, where ``:`` separates, ``#`` begins a comment, and a line is a class.

    >>> for_labelmap("# car: red\r\n")
    'car red'
    """
    return " ".join(re.sub(r"[:#]", " ", for_xml(text)).split()) or "class"


def for_json_in_terminal(content: bytes) -> str:
    r"""JSON that a terminal shows as it is, and that is read as what it was: control characters are escaped.

    >>> print(for_json_in_terminal('{"a": "\x9b31m"}'.encode()))
    {"a": "\u009b31m"}
    """
    return "".join(char if char.isprintable() or char == "\n" else _json_escape(char) for char in content.decode())


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
