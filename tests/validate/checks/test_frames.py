"""`validate` finds frames without a label or without annotations, if other frames of the sequence have annotations."""

from __future__ import annotations

from typing import Any

import pytest
from dataset.making import label, sample

from segments_hf import load_release, validate

TWO_OBJECTS = {"annotations": [{"id": 1, "category_id": 1, "track_id": 1}, {"id": 2, "category_id": 2, "track_id": 2}]}
NO_OBJECTS: dict[str, Any] = {"annotations": []}
WITHOUT_LABEL, WITHOUT_ANNOTATIONS = "frames-without-label", "frames-without-annotations"


def sequence(name: str, contents: list[Any], count: int | None = None, status: str = "LABELED") -> dict[str, Any]:
    """Return a sequence.

    Args:
        name: The name of the sample.
        contents: The label of each frame.
        count: The number of frames with an image; by default one for each label.
        status: The status of the label.
    """
    images = [{"image": {"url": f"{name}-{index}.jpg"}} for index in range(count or len(contents))]
    label_of_frames = {**label(status), "attributes": {"frames": contents}}
    return sample(name, label=label_of_frames, attributes={"frames": images})


@pytest.mark.parametrize(
    ("contents", "count", "findings"),
    [
        pytest.param([TWO_OBJECTS] * 3, None, {}, id="annotations in all frames"),
        pytest.param([NO_OBJECTS] * 3, None, {}, id="no annotations"),
        pytest.param(
            [TWO_OBJECTS, NO_OBJECTS, TWO_OBJECTS],
            None,
            {WITHOUT_ANNOTATIONS: ["1 of 3", "1"]},
            id="one frame without annotations",
        ),
        pytest.param([TWO_OBJECTS, TWO_OBJECTS], 6, {WITHOUT_LABEL: ["4 of 6", "2-5"]}, id="label with fewer frames"),
        pytest.param(
            [TWO_OBJECTS, None, NO_OBJECTS],
            None,
            {WITHOUT_LABEL: ["1 of 3", "1"], WITHOUT_ANNOTATIONS: ["1 of 3", "2"]},
            id="null in the label",
        ),
        pytest.param(
            [TWO_OBJECTS, NO_OBJECTS] * 9,
            None,
            {WITHOUT_ANNOTATIONS: ["9 of 18", "1, 3, 5, 7, 9, …"]},
            id="many frames without annotations",
        ),
    ],
)
@pytest.mark.parametrize("task_type", ["image-segmentation-sequence", "image-vector-sequence"])
def test_frames_without_label_or_annotations_are_a_finding_about_their_sequence(
    write_release: Any, task_type: str, contents: list[Any], count: int | None, findings: dict[str, list[str]]
) -> None:
    shape = {"type": "bbox", "points": [[0, 0], [4, 4]]} if "vector" in task_type else {}
    contents = [content and {"annotations": [item | shape for item in content["annotations"]]} for content in contents]
    whole = sequence("whole", [{"annotations": [item | shape for item in TWO_OBJECTS["annotations"]]}] * 2)
    release = write_release([whole, sequence("part", contents, count)], task_type=task_type)
    for data in (release, load_release(release, load_assets=False, split="train").shuffle(seed=1)):
        found = validate(data).findings
        assert {finding.check: _counts_and_frames(finding.message) for finding in found} == findings
        assert len(found) == len(findings)
        assert all((finding.sample, finding.frame) == ("part", None) for finding in found)


def _counts_and_frames(message: str) -> list[str]:
    """Return ``2 of 5`` and ``1-2`` for a message such as ``2 of 5 frames have no label: 1-2``."""
    return [message.split(" frames", maxsplit=1)[0], message.rsplit(": ")[1]]


def test_frames_of_skipped_sequences_are_not_checked(write_release: Any) -> None:
    release = write_release(
        [sequence("a", [TWO_OBJECTS, NO_OBJECTS], status="SKIPPED")], task_type="image-segmentation-sequence"
    )
    assert validate(release).is_clean
