"""A card escapes hostile names: they are text without markup, and the card has one section."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from markdown_it import MarkdownIt

import segments_hf
from segments_hf.demo import demo_release

from .hub_server import HubServer
from .test_push import REPO

CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "card_injection" / "release.json"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "x>\n\n# EVIL\n\n<!-- segments-hf: end default -->",
    "<!-- segments-hf: begin default -->",
    "--> <img src=http://EVIL onerror=x> <b>EVIL</b>",
    "[EVIL](http://EVIL) ![EVIL](http://EVIL)",
    "EVIL\n---\ntags: [EVIL]\n---\n",
    "\n| EVIL | x |\n| --- | --- |\n| a | b |",
    "```EVIL\n~~~\n$EVIL$ *EVIL* `EVIL`",
    "Labeled on Segments.ai: <b>EVIL</b> # EVIL",
    "EVIL\x1b[31m\u202e\x9b\r\n# EVIL",
    "www.EVIL.com http://EVIL.com EVIL@EVIL.com",
]


def _release(folder: Path, **changed: Any) -> Path:
    shutil.copytree(demo_release().parent, folder)
    release = json.loads(demo_release().read_text())
    release["name"] = changed.pop("release", release["name"])
    for number, name in enumerate(changed.pop("classes", [])):
        release["dataset"]["task_attributes"]["categories"][number]["name"] = name
    release["dataset"] |= changed
    path = folder / "hostile.json"
    path.write_text(json.dumps(release))
    return path


def _markup(text: str) -> list[tuple[str, str]]:
    """Return the markup of a text: kinds of tokens, targets of links and HTML, without the text itself."""
    found = []
    for token in MARKDOWN.parse(text):
        for part in [token, *(token.children or [])]:
            if part.type not in {"text", "inline", "fence", "softbreak"}:
                html = part.content if part.type.startswith("html") else ""
                found.append((part.type, f"{html}{part.attrs.get('href', '')}{part.attrs.get('src', '')}"))
    return found


def _text(card: bytes) -> str:
    return card.decode().split("\n---\n", 1)[1]


@pytest.fixture
def plain_markup(hub: HubServer, tmp_path: Path) -> list[str]:
    """The markup of a card whose names are plain."""
    segments_hf.push_to_hub(_named(tmp_path / "plain", "plain"), "jane/plain")
    return [kind for kind, _ in _markup(_text(hub.files("jane/plain")["README.md"]))]


def _named(folder: Path, name: str) -> Path:
    return _release(folder, name=name, owner=name, release=name, classes=[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_card_has_one_section_and_no_markup_of_names(
    hub: HubServer, tmp_path: Path, plain_markup: list[str], name: str
) -> None:
    release = _named(tmp_path / "demo", name)
    for _ in range(2):
        segments_hf.push_to_hub(release, REPO)
    card = hub.files(REPO)["README.md"]
    text = _text(card)
    assert _has_one_section(text)
    markup = _markup(text)
    assert [kind for kind, _ in markup] == plain_markup
    targets = [target for _, target in markup if "EVIL" in target]  # of the page on the platform
    assert all(target.startswith("https://segments.ai/") for target in targets)
    front = yaml.safe_load(card.decode().split("\n---\n", 1)[0].removeprefix("---\n"))
    assert "EVIL" not in repr(front["tags"])
    rows = datasets.load_dataset(REPO, split="train")
    assert segments_hf.categories(rows)[0].name == name


@pytest.mark.parametrize("description", HOSTILE[:4])
def test_a_description_cannot_end_the_section_of_a_card(hub: HubServer, tmp_path: Path, description: str) -> None:
    release = _release(tmp_path / "demo", description=f"A **meadow**\n\n{description}")
    for _ in range(2):
        segments_hf.push_to_hub(release, REPO)
    text = _text(hub.files(REPO)["README.md"])
    assert _has_one_section(text)
    assert "<strong>meadow</strong>" in MARKDOWN.render(text)
    assert all("EVIL" not in target for kind, target in _markup(text) if kind.startswith("html"))


def _has_one_section(text: str) -> bool:
    marks = [f"<!-- segments-hf: {word} default -->" for word in ("begin", "end")]
    return [text.count(mark) for mark in marks] == [1, 1] and text.count("<!--") == 3


@pytest.mark.skipif(not CASE.exists(), reason=f"the case is not here: {CASE}")
def test_card_of_case_has_one_section(hub: HubServer) -> None:
    for _ in range(2):
        segments_hf.push_to_hub(CASE, REPO)
    text = _text(hub.files(REPO)["README.md"])
    assert text.count("<!-- segments-hf: begin default -->") == text.count("<!-- segments-hf: end default -->") == 1
    assert "A heading" not in [token.content for token in MARKDOWN.parse(text) if token.type == "inline"]
