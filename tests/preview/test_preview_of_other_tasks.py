"""A page of labels that stay JSON counts their objects, and names the data that `validate` did not check."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from json_label_releases import TASKS, cuboid, write_json_release

from preview.reading import page_of


@pytest.mark.parametrize("task_type", TASKS)
def test_page_counts_objects_and_the_annotations_and_files_that_were_not_checked(
    tmp_path: Path, task_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = page_of(write_json_release(tmp_path, task_type), tmp_path)
    assert task_type in caplog.text
    annotations = TASKS[task_type][2]
    objects = sum(count for kind, count in annotations.items() if kind not in {"labeled point", "label"})
    labeled, unlabeled, skipped = (entry["objects"] for entry in page.entries)
    assert (unlabeled, skipped) == (None, None)
    assert labeled is None if task_type == "radar-echo" else sum(count for _, count in labeled) == objects
    [not_checked] = page.blocks["not-checked"]
    for kind, count in annotations.items():
        assert re.search(rf"\b{count} {kind}s?\b", not_checked)


def test_page_shows_findings_and_objects_without_a_class(tmp_path: Path) -> None:
    label = {"frames": [{"annotations": [cuboid(1, 3), cuboid(2, 9)]}]}
    path = write_json_release(tmp_path, "radar-sequence", label)
    [entry] = page_of(path, tmp_path).entries
    assert entry["objects"] == [[1, 1], [2, 1]]  # category 9 is unknown: its class number is the number of classes, 2
    assert [finding["check"] for finding in entry["findings"]] == ["unknown-category"]


@pytest.mark.browser
@pytest.mark.parametrize("task_type", ["radar-sequence", "radar-echo"])
def test_browser_does_not_claim_that_a_page_has_no_findings_or_no_objects(
    browser: Any, tmp_path: Path, task_type: str
) -> None:
    page_of(write_json_release(tmp_path, task_type), tmp_path)
    browser.open(tmp_path / "page.html")
    summary = browser.text("#summary")
    assert "no findings in the checked data" in summary
    assert re.search("not checked: (3 cuboids|1 label)", summary)
    cards = browser.texts(".gallery li")
    expected = {"radar-sequence": "5 objects", "radar-echo": "not counted"}[task_type]
    assert [expected in card for card in cards] == [True, False, False]
    assert not any(re.search(r"\b0 objects", text) for text in [summary, *cards])
    browser.open(tmp_path / "page.html", fragment="#sample-1")
    assert "in the checked data" in browser.text("#findings")
    assert not browser.messages()
