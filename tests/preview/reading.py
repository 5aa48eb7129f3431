"""What is in a page, read without a browser."""

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
    """A page.

    Attributes:
        tags: Every tag with its attributes.
        blocks: The data of each kind, in order.
        scripts: The scripts that run.
        styles: The style sheets.
        title: What the page calls itself.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[Any]] = {}
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.title = ""
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._open = (tag, dict(attrs))
        self.tags.append(self._open)

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        tag, attributes = self._open or ("", {})
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


def numbers(mask: Any) -> np.ndarray:
    """The numbers of a mask, of shape (H, W)."""
    content = zlib.decompress(base64.b64decode(mask["data"]))
    return np.frombuffer(content, f"<u{mask['bytes']}").reshape(mask["height"], mask["width"])


def content_of(url: str) -> bytes:
    """The bytes of a `data:` URL."""
    return base64.b64decode(url.partition(";base64,")[2])


def picture(url: str) -> Image.Image:
    """The picture of a `data:` URL."""
    return Image.open(io.BytesIO(content_of(url)))


def page_of(given: Any, folder: Path, **options: Any) -> Page:
    """The page that is made of something."""
    return Page(segments_hf.preview(given, folder / "page.html", **options))


def written(folder: Path, samples: list[Any], categories: Any = CATEGORIES) -> Path:
    """A release of vectors."""
    path = vector_release(folder / "release", [])
    document = json.loads(path.read_text("utf-8"))
    document["dataset"] |= {"samples": samples, "task_attributes": {"categories": categories}}
    (folder / "release.json").write_text(json.dumps(document), encoding="utf-8")
    return folder / "release.json"
