"""The card: what people wrote stays, and what it says is right."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import HubError

from .hub_server import HubServer
from .test_push import REPO, demo


def test_what_people_wrote_in_the_card_stays(hub: HubServer) -> None:
    hub.add_repo(REPO)
    hub.commit(REPO, {"README.md": b"---\nlicense: mit\nfoo: bar\n---\n# Our flowers\n\nTell us of <b>bees</b>.\n"})
    segments_hf.push_to_hub(demo(), REPO)
    ours = hub.files(REPO)["README.md"].decode()
    hub.commit(REPO, {"README.md": f"{ours}\n## More\n\nMore of ours.\n".encode()})
    segments_hf.push_to_hub(demo(), REPO, config_name="semantic", layout="semantic-segmentation")
    segments_hf.push_to_hub(demo(), REPO)
    card = hub.files(REPO)["README.md"].decode()
    for text in (
        "license: mit",
        "foo: bar",
        "# Our flowers\n\nTell us of <b>bees</b>.\n",
        "## More\n\nMore of ours.\n",
    ):
        assert card.count(text) == 1
    assert card.count("### Splits") == 2


@pytest.mark.parametrize(
    ("yaml", "wanted"),
    [
        ("foo: [", "README.md"),
        ("configs:\n  default: data", "configs"),
        ("configs:\n- data_files: data/*", "configs"),
        ("dataset_info:\n  features:\n  - name: a\n    dtype:\n      future: {}", "newer"),
    ],
)
def test_a_card_whose_yaml_cannot_be_kept(hub: HubServer, yaml: str, wanted: str) -> None:
    hub.add_repo(REPO)
    hub.commit(REPO, {"README.md": f"---\n{yaml}\n---\nText\n".encode()})
    with pytest.raises(HubError, match=wanted) as error:
        segments_hf.push_to_hub(demo(), REPO)
    assert "\n" not in str(error.value)
    assert not hub.objects


@pytest.mark.parametrize("mark", ["begin", "end"])
def test_a_section_that_lost_a_mark_takes_nothing_with_it(hub: HubServer, mark: str) -> None:
    segments_hf.push_to_hub(demo(), REPO)
    card = hub.files(REPO)["README.md"].decode().replace(f"<!-- segments-hf: {mark} default -->", "")
    hub.commit(REPO, {"README.md": f"{card}\nOurs, below.\n".encode()})
    for _ in range(2):
        segments_hf.push_to_hub(demo(), REPO)
    assert "Ours, below." in hub.files(REPO)["README.md"].decode()


@pytest.mark.parametrize("before", ["\ufeff", "\n\n", ""])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_cards_of_any_editor(hub: HubServer, before: str, line_end: str) -> None:
    hub.add_repo(REPO)
    card = f"{before}---\nlicense: mit\n---\n# Bees\n\nOurs.\n".replace("\n", line_end)
    hub.commit(REPO, {"README.md": card.encode()})
    segments_hf.push_to_hub(demo(), REPO)
    commits = list(hub.commits(REPO))
    segments_hf.push_to_hub(demo(), REPO)
    assert hub.commits(REPO) == commits
    text = hub.files(REPO)["README.md"].decode()
    assert text.startswith("---\nlicense: mit\n")
    assert text.count("\n---\n") == 1
    assert "# Bees\n\nOurs.\n" in text


def test_the_tables_of_the_card(hub: HubServer, tmp_path: Path) -> None:
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


def test_configs_whose_names_begin_alike(hub: HubServer) -> None:
    splits = demo(splits={"train": 0.5, "test": 0.5})
    segments_hf.push_to_hub(splits, REPO, config_name="a b")
    segments_hf.push_to_hub(splits, REPO, config_name="a")
    card = hub.files(REPO)["README.md"]
    segments_hf.push_to_hub(splits["test"], REPO, config_name="a")
    assert hub.files(REPO)["README.md"] == card


@pytest.mark.parametrize("streaming", [False, True])
def test_the_sheet_shows_no_row_that_is_not_pushed(hub: HubServer, streaming: bool) -> None:
    options = {"layout": "semantic-segmentation"}
    segments_hf.push_to_hub(demo(streaming=streaming), REPO, **options)
    segments_hf.push_to_hub(demo(filter_by=["labeled", "reviewed"]), "jane/labeled", **options)
    assert hub.files(REPO)["contact_sheet.jpg"] == hub.files("jane/labeled")["contact_sheet.jpg"]
