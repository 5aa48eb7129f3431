"""Categories with no or one annotation are findings, if any category has annotations and all rows are read."""

from __future__ import annotations

from typing import Any

import pytest
from dataset.making import label, sample

from segments_hf import load_release, validate

CATEGORIES = {"categories": [{"id": number, "name": f"class {number}"} for number in (3, 5, 7)]}


def release_of(write_release: Any, *category_ids: list[int], status: str = "LABELED") -> Any:
    """Write a release with a sample for each list of category ids."""
    samples = [
        sample(
            f"{index}", label=label(status, annotations=[{"id": i + 1, "category_id": n} for i, n in enumerate(ids)])
        )
        for index, ids in enumerate(category_ids)
    ]
    return write_release(samples, task_attributes=CATEGORIES)


@pytest.mark.parametrize(
    ("category_ids", "expected"),
    [
        ([[3, 5], [3, 5], [7, 7]], []),
        ([[3, 5], [3, 5]], [("unused-category", "class 7")]),
        ([[3, 5], [3]], [("category-used-once", "class 5"), ("unused-category", "class 7")]),
        ([[3], [3], [3]], [("unused-category", "class 5"), ("unused-category", "class 7")]),
        ([[], []], []),  # no annotations
    ],
)
def test_rarely_used_categories_are_warnings(
    write_release: Any, category_ids: list[list[int]], expected: list[tuple[str, str]]
) -> None:
    release = release_of(write_release, *category_ids)
    for data in (release, load_release(release, load_assets=False)):
        report = validate(data)
        assert [(finding.check, finding.sample) for finding in report.warnings] == [
            (check, f"category '{name}'") for check, name in expected
        ]


def test_category_used_once_is_found_with_its_sample(write_release: Any) -> None:
    report = validate(release_of(write_release, [3, 3], [5, 5, 7]))
    (finding,) = report.findings
    assert "'1'" in finding.message


def test_annotations_of_skipped_samples_do_not_count(write_release: Any) -> None:
    assert validate(release_of(write_release, [3, 5], [3, 5], status="SKIPPED")).is_clean


def test_categories_are_not_checked_with_a_limit(write_release: Any) -> None:
    release = release_of(write_release, [3, 5], [3, 5])
    assert validate(release, limit=1).is_clean
    assert not validate(release).is_clean
