"""Escape text for the format in which it is shown or written. There is one function for each format."""

from __future__ import annotations

import html
import re

from segments_hf.shown_text import printable, shown, without_secrets

__all__ = ["for_html", "for_json_in_terminal", "for_labelmap", "for_markdown", "for_markdown_link",
           "for_terminal", "for_xml", "printable", "shown", "well_formed"]  # fmt: skip

_MARKDOWN = re.compile(r"([!#$()*+\-.:=@\[\\\]^_`{|}~])")
_NOT_IN_URLS = re.compile(r"[^A-Za-z0-9:/?#&=%~._+@!$*,;-]")
# The characters that XML does not allow (https://www.w3.org/TR/xml/#charsets), the control characters DEL and C1, and
# line ends and tabs, which XML parsers may change to spaces.
_NOT_IN_XML = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def well_formed(text: str) -> str:
    r"""Replace the lone surrogates in a text, so that it can be encoded as UTF-8. JSON and file names may contain them.

    >>> well_formed("a\ud800b")
    'a�b'
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def for_terminal(text: str) -> str:
    r"""Remove the secrets of URLs from a text, and escape control characters, for one line of a terminal or report.

    >>> print(for_terminal("https://jane:secret@host/\x1b[31m\n"))
    https://host/\x1b[31m\n
    """
    return printable(without_secrets(text))


def for_html(text: str) -> str:
    r"""Escape the markup and the control characters in a text, for the content or an attribute of an HTML element.

    >>> for_html("<b>\x1b&")
    '&lt;b&gt;\\x1b&amp;'
    """
    return html.escape(printable(text))


def for_markdown(text: str) -> str:
    r"""Escape a name for one line or one table cell of Markdown, so that markup, HTML and links are shown as text.

    >>> print(for_markdown("x> <!-- *a*\n# b"))
    x&gt; &lt;\!\-\- \*a\* \# b
    """
    return _MARKDOWN.sub(r"\\\1", html.escape(printable(" ".join(text.split())), quote=False))


def for_markdown_link(url: str) -> str:
    r"""Escape a URL for the target of a Markdown link, in angle brackets or in parentheses.

    >>> for_markdown_link("https://segments.ai/jane/x> <b>")
    'https://segments.ai/jane/x%3E%20%3Cb%3E'
    """
    return _NOT_IN_URLS.sub(lambda char: "".join(f"%{byte:02X}" for byte in well_formed(char[0]).encode()), url)


def for_xml(text: str) -> str:
    r"""Replace each run of control characters, line ends, tabs and surrogates by one space.

    XML 1.0 does not allow most of these characters, even if they are escaped. Markup is not escaped here: the library
    that writes the XML escapes it.

    >>> for_xml("a\x07\ud800\nb")
    'a b'
    """
    return _NOT_IN_XML.sub(" ", text).strip() if _NOT_IN_XML.search(text) else text


def for_labelmap(text: str) -> str:
    r"""Return a class name for ``labelmap.txt``: one line without ``:`` (separates fields) and ``#`` (begins comments).

    If no character is left, the name is ``class``.

    >>> for_labelmap("# car: red\r\n")
    'car red'
    """
    return " ".join(re.sub(r"[:#]", " ", for_xml(text)).split()) or "class"


def for_json_in_terminal(content: bytes) -> str:
    r"""Return JSON as text, in which the characters that control a terminal, except line feeds, are escaped.

    >>> print(for_json_in_terminal('{"a": "\x9b31m"}'.encode()))
    {"a": "\u009b31m"}
    """
    return "".join(char if char.isprintable() or char == "\n" else _json_escape(char) for char in content.decode())


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[start : start + 2].hex()}" for start in range(0, len(units), 2))
