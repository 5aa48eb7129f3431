"""The file of a page: one HTML file that needs no other, and that may hold what somebody hostile wrote."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segments_hf.errors import OutputExistsError
from segments_hf.io.disk.snapshots import Snapshot, take_snapshot
from segments_hf.io.disk.staging import new_file
from segments_hf.io.escaping import for_html
from segments_hf.io.json_codec.json_text import encode_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.io.disk.atomic import NewFile

_SCRIPTS = ("data.js", "layers.js", "filters.js", "overlay.js", "gallery.js", "viewer.js")  # in the order they need
_MARKER = b'<meta name="generator" content="segments-hf preview">'
_HEAD = 1024  # bytes, in which the marker is


class PageFile:
    """A page that is being written.

    Args:
        file: The file.
        title: Its title.
    """

    def __init__(self, file: NewFile, title: str) -> None:
        before, after = _template(title)
        self._after = after
        self._file = file
        self._file.write(before)

    def add(self, block: bytes) -> None:
        """Adds a block of data."""
        self._file.write(block)

    def close(self) -> None:
        """Writes the end."""
        self._file.write(self._after)


def block(kind: str, value: Any) -> bytes:
    r"""A block of data for a page; whatever text is in it, it cannot end the block.

    >>> block("entry", "</script>")
    b'<script type="application/json" class="entry">"\\u003c/script>"</script>\n'
    """
    json = encode_json(value).replace(b"<", b"\\u003c")
    return b'<script type="application/json" class="%s">%s</script>\n' % (kind.encode(), json)


@contextmanager
def new_page(path: Path, title: str, *, overwrite: bool) -> Iterator[PageFile]:
    """A page to write to, which is moved to its place when it is whole.

    Args:
        path: The file.
        title: The title of the page.
        overwrite: Whether any file that is there is replaced; a page that was made before is in any case.

    Raises:
        OutputExistsError: Something else is there, from the beginning or at the end.
        StorageError: The disk does not take the page.
    """
    path = path.expanduser().resolve()
    expected = _check(path, overwrite=overwrite)
    with new_file(path, expected) as file:
        page = PageFile(file, title)
        yield page
        page.close()


def _check(path: Path, *, overwrite: bool) -> Snapshot:
    """Check that a page may be written; return what it replaces."""
    if path.is_dir():
        raise OutputExistsError(f"{path} is a folder, wanted the place of a file, such as {path / 'preview.html'}")
    expected = take_snapshot(path)
    if overwrite or not expected:
        return expected
    with path.open("rb") as file:
        if _MARKER not in file.read(_HEAD):
            raise OutputExistsError(
                f"{path} exists and is no preview; choose another place, or replace it with overwrite"
            )
    return expected


def _template(title: str) -> tuple[bytes, bytes]:
    """What comes before and after the data."""
    folder = importlib.resources.files("segments_hf.preview") / "page"
    style = (folder / "page.css").read_text("utf-8")
    script = "\n".join((folder / name).read_text("utf-8") for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    before, _, after = (folder / "page.html").read_text("utf-8").partition("[[data]]")
    # The title comes last: it may hold anything.
    for name, text in (("policy", policy), ("style", style), ("title", for_html(title))):
        before = before.replace(f"[[{name}]]", text)
    return before.encode(), after.replace("[[script]]", script).encode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
