"""A card shows hostile names as text without markup, and has one section of segments-hf."""

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
from hub.demo_push import REPO
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release

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
IDS = [
    "heading and end of section",
    "beginning of section",
    "HTML after a comment",
    "link and image",
    "metadata",
    "table",
    "code and emphasis",
    "text of the card",
    "control characters",
    "bare links",
]


def _release(folder: Path, **changes: Any) -> Path:
    """Write a copy of the demo release with other values.

    Args:
        folder: The new folder of the copy.
        changes: `release` is the name of the release, and `classes` are the names of its first classes. All other
            keywords are fields of its `dataset`.
    """
    shutil.copytree(demo_release().parent, folder)
    release = json.loads(demo_release().read_text())
    release["name"] = changes.pop("release", release["name"])
    for number, name in enumerate(changes.pop("classes", [])):
        release["dataset"]["task_attributes"]["categories"][number]["name"] = name
    release["dataset"] |= changes
    path = folder / "hostile.json"
    path.write_text(json.dumps(release))
    return path


def _markup(text: str) -> list[tuple[str, str]]:
    """Return the type of each Markdown token that is not text, with its HTML and the target of its link or image."""
    found = []
    for token in MARKDOWN.parse(text):
        for part in [token, *(token.children or [])]:
            if part.type not in {"text", "inline", "fence", "softbreak"}:
                html = part.content if part.type.startswith("html") else ""
                found.append((part.type, f"{html}{part.attrs.get('href', '')}{part.attrs.get('src', '')}"))
    return found


def _text(card: bytes) -> str:
    """Return the text of a card, without its metadata."""
    return card.decode().split("\n---\n", 1)[1]


@pytest.fixture(scope="module")
def plain_cards() -> list[str]:
    """Return a list in which the first test keeps the card of a release whose names are plain words."""
    return []


@pytest.fixture
def plain_markup(hub: HubServer, tmp_path: Path, plain_cards: list[str]) -> list[str]:
    """Return the types of the Markdown tokens in the card of a release whose names are plain words."""
    if not plain_cards:
        segments_hf.push_to_hub(_named(tmp_path / "plain", "plain"), "jane/plain")
        plain_cards.append(_text(hub.files("jane/plain")["README.md"]))
    return [kind for kind, _ in _markup(plain_cards[0])]


def _named(folder: Path, name: str) -> Path:
    """Write a copy of the demo release in which the dataset, its owner, the release and a class have this name."""
    return _release(folder, name=name, owner=name, release=name, classes=[name])


@pytest.mark.parametrize("name", HOSTILE, ids=IDS)
def test_card_with_hostile_names_has_one_section_and_no_markup_from_names(
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
    targets = [target for _, target in markup if "EVIL" in target]  # links to the page of the dataset on the platform
    assert all(target.startswith("https://segments.ai/") for target in targets)
    metadata = yaml.safe_load(card.decode().split("\n---\n", 1)[0].removeprefix("---\n"))
    assert "EVIL" not in repr(metadata["tags"])
    rows = datasets.load_dataset(REPO, split="train")
    assert segments_hf.categories(rows)[0].name == name


@pytest.mark.parametrize("description", HOSTILE[:4], ids=IDS[:4])
def test_hostile_description_does_not_end_the_section_of_the_card(
    hub: HubServer, tmp_path: Path, description: str
) -> None:
    release = _release(tmp_path / "demo", description=f"A **meadow**\n\n{description}")
    for _ in range(2):
        segments_hf.push_to_hub(release, REPO)
    text = _text(hub.files(REPO)["README.md"])
    assert _has_one_section(text)
    assert "<strong>meadow</strong>" in MARKDOWN.render(text)
    assert all("EVIL" not in target for kind, target in _markup(text) if kind.startswith("html"))


def _has_one_section(text: str) -> bool:
    # The third comment of a section has the hidden counts of its splits.
    markers = [f"<!-- segments-hf: {word} default -->" for word in ("begin", "end")]
    return [text.count(marker) for marker in markers] == [1, 1] and text.count("<!--") == 3


@pytest.mark.parametrize("shared_case", ["card_injection"], indirect=True)
def test_card_of_the_shared_hostile_release_has_one_section(hub: HubServer, shared_case: Path) -> None:
    for _ in range(2):
        segments_hf.push_to_hub(shared_case, REPO)
    text = _text(hub.files(REPO)["README.md"])
    assert text.count("<!-- segments-hf: begin default -->") == text.count("<!-- segments-hf: end default -->") == 1
    assert "A heading" not in [token.content for token in MARKDOWN.parse(text) if token.type == "inline"]
