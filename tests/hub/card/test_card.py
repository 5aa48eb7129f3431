"""A push keeps the text that people wrote in a card, and writes a correct section of its own."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import segments_hf
from hub.demo_push import REPO, demo
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release
from segments_hf.errors import HubError


def test_push_keeps_text_and_metadata_that_people_wrote_in_the_card(hub: HubServer) -> None:
    hub.add_repo(REPO)
    hub.commit(REPO, {"README.md": b"---\nlicense: mit\nfoo: bar\n---\n# Our flowers\n\nTell us of <b>bees</b>.\n"})
    segments_hf.push_to_hub(demo(), REPO)
    pushed = hub.files(REPO)["README.md"].decode()
    hub.commit(REPO, {"README.md": f"{pushed}\n## More\n\nMore text.\n".encode()})
    segments_hf.push_to_hub(demo(), REPO, config_name="semantic", layout="semantic-segmentation")
    segments_hf.push_to_hub(demo(), REPO)
    card = hub.files(REPO)["README.md"].decode()
    for text in (
        "license: mit",
        "foo: bar",
        "# Our flowers\n\nTell us of <b>bees</b>.\n",
        "## More\n\nMore text.\n",
    ):
        assert card.count(text) == 1
    assert card.count("### Splits") == 2


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("foo: [", "README.md"),
        ("configs:\n  default: data", "configs"),
        ("configs:\n- data_files: data/*", "configs"),
        ("dataset_info:\n  features:\n  - name: a\n    dtype:\n      future: {}", "newer"),
    ],
    ids=["malformed YAML", "configs that are not a list", "config without a name", "feature of a newer version"],
)
def test_push_to_a_card_with_metadata_that_cannot_be_kept_raises_error_and_uploads_nothing(
    hub: HubServer, yaml: str, message: str
) -> None:
    hub.add_repo(REPO)
    hub.commit(REPO, {"README.md": f"---\n{yaml}\n---\nText\n".encode()})
    with pytest.raises(HubError, match=message) as error:
        segments_hf.push_to_hub(demo(), REPO)
    assert "\n" not in str(error.value)
    assert not hub.objects


@pytest.mark.parametrize("marker", ["begin", "end"])
def test_push_keeps_text_after_a_section_that_lost_a_marker(hub: HubServer, marker: str) -> None:
    segments_hf.push_to_hub(demo(), REPO)
    card = hub.files(REPO)["README.md"].decode().replace(f"<!-- segments-hf: {marker} default -->", "")
    hub.commit(REPO, {"README.md": f"{card}\nText of the owner.\n".encode()})
    for _ in range(2):
        segments_hf.push_to_hub(demo(), REPO)
    assert "Text of the owner." in hub.files(REPO)["README.md"].decode()


@pytest.mark.parametrize("before", ["\ufeff", "\n\n", ""], ids=["byte order mark", "empty lines", "nothing"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_push_keeps_a_card_with_any_line_ends_and_leading_characters(
    hub: HubServer, before: str, line_end: str
) -> None:
    hub.add_repo(REPO)
    card = f"{before}---\nlicense: mit\n---\n# Bees\n\nText.\n".replace("\n", line_end)
    hub.commit(REPO, {"README.md": card.encode()})
    segments_hf.push_to_hub(demo(), REPO)
    commits = list(hub.commits(REPO))
    segments_hf.push_to_hub(demo(), REPO)
    assert hub.commits(REPO) == commits
    text = hub.files(REPO)["README.md"].decode()
    assert text.startswith("---\nlicense: mit\n")
    assert text.count("\n---\n") == 1
    assert "# Bees\n\nText.\n" in text


def test_card_has_tables_of_splits_classes_and_statuses_with_escaped_names(hub: HubServer, tmp_path: Path) -> None:
    release = json.loads(demo_release().read_text())
    release["dataset"]["task_attributes"]["categories"][0]["name"] = "a|b <script>`x` *y*\n| --- |"
    folder = shutil.copytree(demo_release().parent, tmp_path / "demo")
    (folder / "odd.json").write_text(json.dumps(release))
    segments_hf.push_to_hub(folder / "odd.json", REPO)
    tables = [line for line in hub.files(REPO)["README.md"].decode().splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in tables]
    assert ["train", "8", "63"] in [row[:3] for row in rows]
    assert [row[2:] for row in rows if "#ec4899" in row[0]] == [["0", "1", "21"]]
    assert [row for row in rows if row[0] == "REVIEWED"] == [["REVIEWED", "3"]]
    assert ["---", "---:"] in rows
    assert "<script>" not in "".join(tables)


def test_configs_whose_names_begin_alike_have_separate_card_sections(hub: HubServer) -> None:
    splits = demo(splits={"train": 0.5, "test": 0.5})
    segments_hf.push_to_hub(splits, REPO, config_name="a b")
    segments_hf.push_to_hub(splits, REPO, config_name="a")
    card = hub.files(REPO)["README.md"]
    segments_hf.push_to_hub(splits["test"], REPO, config_name="a")
    assert hub.files(REPO)["README.md"] == card


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_contact_sheet_shows_only_rows_that_the_layout_contains(hub: HubServer, streaming: bool) -> None:
    options = {"layout": "semantic-segmentation"}  # this layout has no rows without a label
    segments_hf.push_to_hub(demo(streaming=streaming), REPO, **options)
    segments_hf.push_to_hub(demo(filter_by=["labeled", "reviewed"]), "jane/labeled", **options)
    assert hub.files(REPO)["contact_sheet.jpg"] == hub.files("jane/labeled")["contact_sheet.jpg"]
