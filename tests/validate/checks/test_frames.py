"""Frames without a label or without annotations in a sequence whose other frames have annotations are a finding."""

from __future__ import annotations

from typing import Any

import pytest
from dataset.making import label, sample

from segments_hf import load_release, validate

MARKED = {"annotations": [{"id": 1, "category_id": 1, "track_id": 1}, {"id": 2, "category_id": 2, "track_id": 2}]}
EMPTY: dict[str, Any] = {"annotations": []}
WITHOUT_LABEL, WITHOUT_ANNOTATIONS = "frames-without-label", "frames-without-annotations"


def sequence(name: str, contents: list[Any], count: int | None = None, status: str = "LABELED") -> dict[str, Any]:
    """Return a sequence whose label has these contents of frames."""
    images = [{"image": {"url": f"{name}-{index}.jpg"}} for index in range(count or len(contents))]
    of_frames = {**label(status), "attributes": {"frames": contents}}
    return sample(name, label=of_frames, attributes={"frames": images})


@pytest.mark.parametrize(
    ("contents", "count", "findings"),
    [
        pytest.param([MARKED] * 3, None, {}, id="all frames"),
        pytest.param([EMPTY] * 3, None, {}, id="no frame"),
        pytest.param([MARKED, EMPTY, MARKED], None, {WITHOUT_ANNOTATIONS: ["1 of 3", "1"]}, id="one frame"),
        pytest.param([MARKED, MARKED], 6, {WITHOUT_LABEL: ["4 of 6", "2-5"]}, id="label with fewer frames"),
        pytest.param(
            [MARKED, None, EMPTY],
            None,
            {WITHOUT_LABEL: ["1 of 3", "1"], WITHOUT_ANNOTATIONS: ["1 of 3", "2"]},
            id="null",
        ),
        pytest.param([MARKED, EMPTY] * 9, None, {WITHOUT_ANNOTATIONS: ["9 of 18", "1, 3, 5, 7, 9, …"]}, id="many"),
    ],
)
@pytest.mark.parametrize("task_type", ["image-segmentation-sequence", "image-vector-sequence"])
def test_frames_without_label_or_without_annotations_are_a_finding_of_their_sequence(
    write_release: Any, task_type: str, contents: list[Any], count: int | None, findings: dict[str, list[str]]
) -> None:
    shape = {"type": "bbox", "points": [[0, 0], [4, 4]]} if "vector" in task_type else {}
    contents = [content and {"annotations": [item | shape for item in content["annotations"]]} for content in contents]
    whole = sequence("whole", [{"annotations": [item | shape for item in MARKED["annotations"]]}] * 2)
    release = write_release([whole, sequence("part", contents, count)], task_type=task_type)
    for data in (release, load_release(release, load_assets=False, split="train").shuffle(seed=1)):
        found = validate(data).findings
        assert {finding.check: _counts_and_frames(finding.message) for finding in found} == findings
        assert len(found) == len(findings)
        assert all((finding.sample, finding.frame) == ("part", None) for finding in found)


def _counts_and_frames(message: str) -> list[str]:
    """Return the numbers of frames and the indices of frames of a message: `2 of 5 frames have no label: 1-2`."""
    return [message.split(" frames", maxsplit=1)[0], message.rsplit(": ")[1]]


def test_frames_of_skipped_sequences_are_not_checked(write_release: Any) -> None:
    release = write_release([sequence("a", [MARKED, EMPTY], status="SKIPPED")], task_type="image-segmentation-sequence")
    assert validate(release).is_clean
