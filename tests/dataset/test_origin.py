"""The sentence about the origin of a dataset is found, also if the owner's description contains similar text."""

from __future__ import annotations

from typing import Any

import pytest

import segments_hf
from segments_hf.dataset.origin import described_task_type, parse_origin, split_origin

from .making import sample


@pytest.mark.parametrize(
    "text",
    [
        "Flowers of a meadow",
        "Labeled on Segments.ai by my students",
        "Labeled on Segments.ai as vector: release v0.1 of jane/leaves.",
        "A meadow\n\nLabeled on Segments.ai as vector: release v0.1 of jane/leaves.\n\nHave fun",
        "",
    ],
)
def test_origin_is_found_after_each_description_of_the_owner(write_release: Any, text: str) -> None:
    release = write_release([sample("a")], description=text, task_type="bboxes")
    rows = segments_hf.load_release(release, split="train", load_assets=False, streaming=True)
    description = rows.info.description
    sentence = "Labeled on Segments.ai as bboxes: release v1.0 (2025-03-04) of jane/flowers."
    assert split_origin(description) == (text, sentence)
    assert parse_origin(description) == (text, "v1.0", "2025-03-04", "jane/flowers", "bboxes")
    assert described_task_type(description) == "bboxes"


def test_name_of_the_release_may_contain_the_first_words_of_the_sentence() -> None:
    name = "Labeled on Segments.ai as vector: release v2"
    description = f"A meadow\n\nLabeled on Segments.ai as bboxes: release v1 {name} of jane/flowers."
    assert split_origin(description)[0] == "A meadow"
    assert described_task_type(description) == "bboxes"


@pytest.mark.parametrize("description", ["", "A meadow", "A meadow. Labeled on Segments.ai by my students"])
def test_description_without_the_sentence_has_no_origin(description: str) -> None:
    assert split_origin(description) == (description, "")
    assert parse_origin(description) == (description, None, None, None, None)
    assert described_task_type(description) is None
