"""Read the content of a page without a browser."""

from __future__ import annotations

import base64
import io
import json
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from export.making import CATEGORIES, vector_release
from PIL import Image

import segments_hf


class Page(HTMLParser):
    """A parsed page.

    Attributes:
        tags: All tags, each with its attributes.
        blocks: The decoded data blocks of each kind, such as ``entry``, in the order of the page.
        scripts: The code of the scripts.
        styles: The style sheets.
        title: The title of the page.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[Any]] = {}
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.title = ""
        self._open_tag: tuple[str, dict[str, str | None]] | None = None
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._open_tag = (tag, dict(attrs))
        self.tags.append(self._open_tag)

    def handle_endtag(self, tag: str) -> None:
        self._open_tag = None

    def handle_data(self, data: str) -> None:
        tag, attributes = self._open_tag or ("", {})
        if tag == "script" and attributes.get("type") == "application/json":
            self.blocks.setdefault(attributes["class"] or "", []).append(json.loads(data))
        elif tag == "script":
            self.scripts.append(data)
        elif tag == "style":
            self.styles.append(data)
        elif tag == "title":
            self.title = data

    @property
    def head(self) -> Any:
        return self.blocks["page"][0]

    @property
    def entries(self) -> list[Any]:
        return self.blocks.get("entry", [])

    @property
    def thumbs(self) -> list[Any]:
        return self.blocks.get("thumb", [])

    @property
    def details(self) -> list[Any]:
        return self.blocks.get("detail", [])

    @property
    def policy(self) -> str:
        return next(a["content"] for tag, a in self.tags if a.get("http-equiv") == "Content-Security-Policy") or ""


def unpacked(packed: Any) -> np.ndarray:
    """Return the numbers of a compressed array on a page: array of shape (height, width)."""
    content = zlib.decompress(base64.b64decode(packed["data"]))
    return np.frombuffer(content, f"<u{packed['bytes_per_number']}").reshape(packed["height"], packed["width"])


def content_of(url: str) -> bytes:
    """Return the bytes in a `data:` URL."""
    return base64.b64decode(url.partition(";base64,")[2])


def image_of(url: str) -> Image.Image:
    """Return the image in a `data:` URL."""
    return Image.open(io.BytesIO(content_of(url)))


def page_of(data: Any, folder: Path, **options: Any) -> Page:
    """Write a preview page of `data` to a folder, and parse the page."""
    return Page(segments_hf.preview(data, folder / "page.html", **options))


def write_samples(folder: Path, samples: list[Any], categories: Any = CATEGORIES) -> Path:
    """Write a release of vector labels with these samples. Return the path of its JSON file."""
    path = vector_release(folder / "release", [])
    document = json.loads(path.read_text("utf-8"))
    document["dataset"] |= {"samples": samples, "task_attributes": {"categories": categories}}
    (folder / "release.json").write_text(json.dumps(document), encoding="utf-8")
    return folder / "release.json"
