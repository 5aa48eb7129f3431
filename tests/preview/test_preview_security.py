"""A page never treats texts of a release as markup or code, and sends no requests."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from export.making import BOX, POINT, vector_release
from hypothesis import given
from hypothesis import strategies as st

import segments_hf
from preview.cameras import camera_release, front_box, front_camera
from preview.reading import Page, page_of
from segments_hf.demo import demo_release
from segments_hf.preview.page_file import block

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--",
    "<img src=x onerror=alert(1)>",
    "\"quoted\" & 'quoted'",
    "a\u2028b\u2029c",
    "[[data]] [[script]] {{x}} ${x}",
    "accént ✿ 花",
    "</SCRIPT ><style>*{}</style>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_tags_and_no_scripts(tmp_path: Path, text: str) -> None:
    categories = [{"id": 3, "name": text}, {"id": 8, "name": "leaf"}]
    annotations = [{**BOX, "attributes": {text: text, "list": [text]}}, {**POINT, "type": text}]
    folder = tmp_path / "release"
    release = vector_release(folder, annotations)
    document = json.loads(release.read_text("utf-8"))
    document["dataset"]["task_attributes"]["categories"] = categories
    document["dataset"]["samples"][0] |= {"name": text, "uuid": text, "metadata": {text: text, "huge": 2**64 - 1}}
    release.write_text(json.dumps(document), encoding="utf-8")
    page = page_of(release, tmp_path)
    harmless = Page(segments_hf.preview(vector_release(tmp_path / "other", [BOX, POINT]), tmp_path / "other.html"))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    assert page.scripts == harmless.scripts
    assert page.head["classes"][0]["name"] == text
    entry, detail = page.entries[0], page.details[0]
    assert (entry["name"], entry["uuid"]) == (text, text)
    assert entry["metadata"] == [[text, text], ["huge", str(2**64 - 1)]]
    assert detail["objects"][0]["attributes"] == [[text, text], ["list", json.dumps([text], ensure_ascii=False)]]
    assert detail["objects"][1]["type"] == text


@pytest.mark.parametrize("text", HOSTILE[:3])
def test_hostile_camera_name_is_shown_as_text(tmp_path: Path, text: str) -> None:
    camera = front_camera(tmp_path)
    harmless = page_of(camera_release(tmp_path, [camera], front_box()), tmp_path, cameras=True)
    page = page_of(camera_release(tmp_path, [{**camera, "name": text}], front_box()), tmp_path, cameras=True)
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    assert page.details[0]["cameras"][0]["name"] == text


def test_hostile_file_name_of_a_release_is_shown_as_text(tmp_path: Path) -> None:
    name = "[[data]]<script>alert(1)</script>"  # a file name cannot contain a slash, so the next line replaces it
    release = vector_release(tmp_path / "release", [BOX]).rename(tmp_path / "release" / name.replace("/", "\u2215"))
    document = json.loads(release.read_text("utf-8"))
    del document["dataset"]["name"]  # without this name, the title of the page is the name of the file
    release.write_text(json.dumps(document), encoding="utf-8")
    page = page_of(release, tmp_path)
    assert page.title == release.name
    assert len(page.scripts) == len(page.entries) == 1


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)))
def test_data_block_of_any_value_has_no_markup(value: Any) -> None:
    written = block("entry", value).decode()
    begin, end = '<script type="application/json" class="entry">', "</script>\n"
    assert written.startswith(begin)
    assert written.endswith(end)
    json_text = written.removeprefix(begin).removesuffix(end)
    assert "<" not in json_text
    assert json.loads(json_text) == value


def test_page_contains_no_link_to_a_file_or_server(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path)
    for tag, attributes in page.tags:
        for name in {"src", "href", "action", "data", "srcset", "style"} & attributes.keys():
            assert (tag, name, attributes[name]) == ("link", "href", "data:,")
        assert not [name for name in attributes if name.startswith("on")]
    code = page.scripts[0] + page.styles[0]
    # The only URL is the name of an XML namespace, which no browser requests.
    assert set(re.findall(r"\w+://[^\s\"']*", code)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|importScripts|innerHTML|outerHTML|eval)\b|@import", code)


def test_security_policy_allows_only_data_images_and_the_script_and_style_of_the_page(tmp_path: Path) -> None:
    page = page_of(demo_release(), tmp_path)
    texts = {"script-src": page.scripts[0], "style-src": page.styles[0]}
    assert page.policy.split("; ")[:2] == ["default-src 'none'", "img-src data:"]
    for name, text in texts.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in page.policy
    assert len(page.scripts) == len(page.styles) == 1
