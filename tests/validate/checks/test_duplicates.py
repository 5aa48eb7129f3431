"""`Duplicates`, which compares hashes, finds the same duplicates as a comparison of names and uuids."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from segments_hf.validate.checks import Duplicates
from segments_hf.validate.first_row_of_key import FirstRows
from segments_hf.validate.text_list import TextList


class Position(NamedTuple):
    split: str | None
    row: int
    name: str


class EarlierSamples:
    """Find earlier samples with the same key, by comparing keys instead of hashes."""

    def __init__(self) -> None:
        self.first: dict[object, Position] = {}
        self.frames = Counter[tuple[object, int]]()
        self.reported = Counter[object]()
        self.splits: set[tuple[object, str | None]] = set()

    def earlier(self, key: object, frame: int | None, here: Position) -> Position | None:
        first = self.first.setdefault(key, here)
        if frame is None:
            return None if first is here else first
        self.frames[key, frame] += 1
        is_duplicate = self.frames[key, frame] > max(1, self.reported[key])
        if is_duplicate:
            self.reported[key] = self.frames[key, frame]
        if first.split != here.split and (key, here.split) not in self.splits:
            self.splits.add((key, here.split))
            is_duplicate = True
        return first if is_duplicate else None


def expected_findings(rows: list[tuple[str | None, dict[str, Any]]]) -> list[tuple[str, str, str]]:
    """Return the check, the sample and the message of each duplicate."""
    names, identities, found = EarlierSamples(), EarlierSamples(), []
    for number, (split, row) in enumerate(rows):
        name, uuid, frame = row["name"], row.get("uuid"), row.get("frame_index")
        here = Position(split, number, name)
        by_name = names.earlier((split, name), frame, here)
        by_identity = identities.earlier(uuid or (name,), frame, here)
        if by_identity and by_identity.split != split:
            message = f"the sample is also in split {by_identity.split!r}, with the name {by_identity.name!r}"
            found.append(("in-two-splits", name, message))
        elif uuid and by_name and by_name == by_identity:
            found.append(("duplicate-sample", name, f"row {by_name.row} has the same name and the same uuid"))
        else:
            if by_name:
                found.append(("duplicate-name", name, f"row {by_name.row} has the same name"))
            if uuid and by_identity:
                message = f"row {by_identity.row}, {by_identity.name!r}, has the same uuid"
                found.append(("duplicate-uuid", name, message))
    return found


FEW_ROWS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "b", "c", "1 a", "uuid a", "a\0"]),
        "uuid": st.sampled_from(["a", "b", "", None]),
        "frame_index": st.sampled_from([None, 0, 1]),
    }
)


@given(st.lists(st.tuples(st.sampled_from([None, "train", "test"]), FEW_ROWS), max_size=30))
def test_duplicates_are_those_of_a_comparison_of_names_and_uuids(rows) -> None:
    duplicates = Duplicates()
    found = [finding for number, (split, row) in enumerate(rows) for finding in duplicates.check(row, split, number)]
    assert [(finding.check, finding.sample, finding.message) for finding in found] == expected_findings(rows)


@given(st.integers(), st.integers(1, 5000))
def test_first_row_with_each_key_is_that_of_a_dict(seed, keys) -> None:
    rows, first = FirstRows(), dict[str, int]()
    for row, key in enumerate(map(str, random.Random(seed).choices(range(keys), k=5000))):
        assert rows.add(key) == first.setdefault(key, row)


@given(st.lists(st.text(), max_size=20), st.integers(1, 60))
def test_text_list_returns_the_appended_texts(texts, times) -> None:
    compressed, expected = TextList(), texts * times
    for text in expected:
        compressed.append(text)
    assert [compressed[index] for index in range(len(expected))] == expected
