"""Result objects have a short repr, a readable text, valid HTML and JSON, and never show secrets."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import WriteRelease
from dataset.making import label, sample
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.hub.push_result import PushedSplit, PushResult
from segments_hf.layouts.row_report import LeftOut
from segments_hf.release import Release
from segments_hf.stats.inspection import inspect_release

SECRET = "s3cr3t"
HOSTILE = f"<script>x</script>\x1b[31m https://jane:{SECRET}@host/a?sig={SECRET}"
RESULTS = ["report", "stats", "export", "push", "release", "sample", "inspection"]


def make(kind: str, release: Path, out: Path) -> Any:
    """Return a result object of a kind in `RESULTS`."""
    match kind:
        case "report":
            return segments_hf.validate(release)
        case "stats":
            return segments_hf.stats(release)
        case "export":
            return segments_hf.export_dataset(release, "coco", out, images="none")
        case "push":
            url = f"https://jane:{SECRET}@host/datasets/jane/flowers"
            commit: Any = SimpleNamespace(oid="1f2e", commit_url=url, pr_url=None)
            splits = {"train": PushedSplit(2, 12, LeftOut({"SKIPPED": 1}))}
            return PushResult(commit, url, "jane/flowers", {"default": splits}, None, 12, 3)
        case "inspection":
            return inspect_release(Release.open(release))
    opened = Release.open(release)
    return opened if kind == "release" else opened[0]


@pytest.fixture(params=RESULTS)
def result(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return make(request.param, demo_release(), tmp_path / "out")


@pytest.fixture(params=RESULTS)
def hostile_result(request: pytest.FixtureRequest, write_release: WriteRelease, tmp_path: Path) -> Any:
    """Return a result of a release with markup, control characters and secrets in its texts."""
    annotations = [{"id": 1, "category_id": 1, "attributes": {HOSTILE: HOSTILE}}]
    labels = label("LABELED", annotations=annotations, image_attributes={HOSTILE: HOSTILE})
    release = write_release(
        [sample(HOSTILE, f"https://host/a.jpg?sig={SECRET}", labels, metadata={"a": "b"})] * 2,
        name=HOSTILE,
        owner=HOSTILE,
        description=HOSTILE,
        task_attributes={"categories": [{"id": 1, "name": HOSTILE}]},
    )
    if request.param == "export":  # the name of the folder is its only untrusted text
        return make("export", demo_release(), tmp_path / f"<script>\x1b[31m?token={SECRET}")
    return make(request.param, release, tmp_path / "out")


class _Tags(HTMLParser):
    """A parser that collects the opened and closed tags of HTML, except `br`, which is never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened += [tag] * (tag != "br")

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)


def test_repr_is_one_short_line(result: Any) -> None:
    assert repr(result).startswith(type(result).__name__)
    assert "\n" not in repr(result)
    assert len(repr(result)) < 300


def test_str_differs_from_repr_and_has_no_trailing_spaces(result: Any) -> None:
    assert str(result) != repr(result)
    assert str(result) == "\n".join(line.rstrip() for line in str(result).split("\n"))


def test_html_closes_every_tag(result: Any) -> None:
    tags = _Tags()
    tags.feed(result._repr_html_())
    assert tags.opened
    assert sorted(tags.opened) == sorted(tags.closed)


def test_to_dict_can_be_written_as_json(result: Any) -> None:
    fields = result.to_dict()
    assert len(fields) > 3
    assert json.loads(json.dumps(fields)).keys() == fields.keys()


def test_results_show_no_secrets_and_no_markup(hostile_result: Any) -> None:
    for text in (repr(hostile_result), str(hostile_result), hostile_result._repr_html_()):
        assert SECRET not in text
        assert "\x1b" not in text
    assert "<script" not in hostile_result._repr_html_()


@pytest.mark.parametrize("kind", ["release", "sample"])
def test_malformed_release_and_sample_can_be_printed(kind: str, write_release: WriteRelease) -> None:
    categories = {"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}
    malformed = {**sample("a"), "labels": {"ground-truth": {"label_status": 3}}}
    printed = make(kind, write_release([malformed], task_attributes=categories), Path())
    for text in (repr(printed), str(printed), printed._repr_html_()):
        assert text


def test_to_dict_has_the_numbers_of_the_attributes() -> None:
    counted = segments_hf.stats(demo_release())
    assert counted.to_dict()["objects"] == counted.objects == 63
    report = segments_hf.validate(demo_release())
    assert report.to_dict()["samples"] == report.samples == 8
    release = Release.open(demo_release())
    assert release.to_dict()["samples"] == len(release)
    assert [item["name"] for item in release.to_dict()["categories"]] == [item.name for item in release.categories]


def test_export_result_has_counts_of_each_split(tmp_path: Path) -> None:
    data = segments_hf.load_release(demo_release(), splits={"train": 0.5, "test": 0.5}, streaming=True)
    exported = segments_hf.export_dataset(data, "coco", tmp_path / "out")
    assert {*exported.splits} == {"train", "test"}
    assert sum(part.images for part in exported.splits.values()) == exported.images
    assert sum(part.objects for part in exported.splits.values()) == exported.objects
    assert exported.to_dict()["splits"]["test"]["images"] == exported.splits["test"].images


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (["stats"], lambda: segments_hf.stats(demo_release())),
        (["validate"], lambda: segments_hf.validate(demo_release())),
        (["inspect"], lambda: inspect_release(Release.open(demo_release()))),
    ],
    ids=["stats", "validate", "inspect"],
)
def test_commands_print_the_same_text_as_str(command: list[str], call: Any) -> None:
    quiet = [] if command == ["inspect"] else ["-q"]
    printed = CliRunner().invoke(app, [*command, str(demo_release()), *quiet]).stdout.split()
    assert printed
    # The command line names its own options, such as --assets, where Python names parameters.
    differing = [word for word in printed if word not in str(call()).split()]
    assert all(word.startswith("--") for word in differing)
