"""Write the HTML file of a preview page: one file that makes no requests, safe for text from untrusted releases."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from contextlib import contextmanager
from typing import TYPE_CHECKING

from segments_hf.errors import OutputExistsError
from segments_hf.io.disk.snapshots import Snapshot, take_snapshot
from segments_hf.io.disk.staging import new_file
from segments_hf.io.escaping import for_html
from segments_hf.io.json_codec.json_text import encode_json
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.io.disk.atomic import NewFile

# The scripts run in this order, because each script uses constants of the scripts before it.
_SCRIPTS = (
    "data.js",
    "layers.js",
    "filters.js",
    "shapes.js",
    "mask.js",
    "edges.js",
    "summary.js",
    "gallery.js",
    "point_renderer.js",
    "zoom.js",
    "cloud_camera.js",
    "gestures.js",
    "panel.js",
    "highlight.js",
    "cloud_view.js",
    "cameras.js",
    "viewer.js",
    "dataset_findings.js",
)
_SIZE_DIGITS = 15  # the length of the padded number in the size block
_MARKER = b'<meta name="generator" content="segments-hf preview">'
_MARKER_RANGE = 1024  # the marker is within this number of bytes from the beginning of a page


class PageFile:
    """A page that is being written.

    Args:
        file: The file of the page.
        title: The title of the page.
    """

    def __init__(self, file: NewFile, title: str) -> None:
        before, after = _template(title)
        self._after = after
        self._file = file
        self._size = 0
        self.add(before)

    def add(self, content: bytes) -> None:
        """Append HTML, such as data blocks, to the page."""
        self._file.write(content)
        self._size += len(content)

    def close(self) -> None:
        """Write the end of the page: the size of the file in bytes, and the HTML after the data, with the scripts."""
        # The number is padded with spaces, so that the length of the block does not depend on the number.
        self.add(_size_block(self._size + len(_size_block(0)) + len(self._after)))
        self.add(self._after)


def _size_block(size: int) -> bytes:
    return b'<script type="application/json" class="size">%s</script>\n' % str(size).rjust(_SIZE_DIGITS).encode()


def block(kind: str, value: object) -> bytes:
    r"""Return a data block: a script element that contains a value as JSON.

    Each ``<`` is escaped, so that no text can end the element.

    Args:
        kind: The class of the script element.
        value: The value.

    >>> block("entry", "</script>")
    b'<script type="application/json" class="entry">"\\u003c/script>"</script>\n'
    """
    json = encode_json(value).replace(b"<", b"\\u003c")
    return b'<script type="application/json" class="%s">%s</script>\n' % (kind.encode(), json)


@contextmanager
def new_page(path: Path, title: str, *, overwrite: bool) -> Iterator[PageFile]:
    """Yield a new page for the data blocks. After the ``with`` block, complete the page and move it to `path`.

    Args:
        path: The path of the page.
        title: The title of the page.
        overwrite: Whether to replace a file at `path` that is not a page. A page is always replaced.

    Raises:
        OutputExistsError: `path` is a folder, or a file that is not a page; or the file at `path` changed while the
            page was written.
        StorageError: The page cannot be written: the disk is full or read-only.
    """
    path = path.expanduser().resolve()
    replaced = _check_path(path, overwrite=overwrite)
    with new_file(path, replaced) as file:
        page = PageFile(file, title)
        yield page
        page.close()


def _check_path(path: Path, *, overwrite: bool) -> Snapshot:
    """Check that a page may be written to a path, and return a snapshot of the file at this path."""
    if path.is_dir():
        raise OutputExistsError(f"{path}: got a folder, expected a file, such as {path / 'preview.html'}")
    snapshot = take_snapshot(path)
    if overwrite or not snapshot:
        return snapshot
    with path.open("rb") as file:
        if _MARKER not in file.read(_MARKER_RANGE):
            raise OutputExistsError(
                f"{path} exists and is not a preview page; choose another path, or pass {option('overwrite', True)} "
                "to replace the file"
            )
    return snapshot


def _template(title: str) -> tuple[bytes, bytes]:
    """Return the HTML of a page before and after the data."""
    folder = importlib.resources.files("segments_hf.preview") / "page"
    style = (folder / "page.css").read_text("utf-8")
    script = "\n".join((folder / name).read_text("utf-8") for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    before, _, after = (folder / "page.html").read_text("utf-8").partition("[[data]]")
    # The title is inserted last, because its text may contain the other placeholders.
    for name, text in (("policy", policy), ("style", style), ("title", for_html(title))):
        before = before.replace(f"[[{name}]]", text)
    return before.encode(), after.replace("[[script]]", script).encode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
