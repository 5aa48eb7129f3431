"""The origin of a dataset: write and parse the sentence in its description that names the releases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.io.escaping import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release import Release

_BEGIN = "Labeled on Segments.ai"
_ONE_RELEASE = re.compile(
    re.escape(_BEGIN)
    + r"(?: as (?P<task_type>\S+))?: release (?P<release>.+?)(?: \((?P<date>\d{4}-\d\d-\d\d)\))?"
    + r"(?: of (?P<dataset>\S+/\S+))?\."
)
_TASK_TYPE = re.compile(re.escape(_BEGIN) + r" as (\S+): release ")


class Origin(NamedTuple):
    """The origin of a dataset, read from its description.

    Attributes:
        description: The description that the owner wrote; the whole text if it does not name exactly one release.
        release: The name of the release.
        date: The day on which the release was made, such as ``2025-03-04``.
        dataset: The data set on the platform, such as ``jane/flowers``.
        task_type: The task type of the labels.
    """

    description: str
    release: str | None = None
    date: str | None = None
    dataset: str | None = None
    task_type: str | None = None

    @property
    def title(self) -> str | None:
        """The data set and the release, such as ``jane/flowers v1.0``; None if the description does not name both."""
        return f"{self.dataset} {self.release}" if self.dataset else None


def origin_sentence(releases: Sequence[tuple[Release, str | None]]) -> str:
    """Make the sentence that names the releases of a dataset.

    Args:
        releases: Releases of one task type, each with the labelset that is read from it.
    """
    task_type = releases[0][0].labelset_task_type(releases[0][1])
    release_texts = []
    for release, _ in releases:
        date = f" ({release.created_at:%Y-%m-%d})" if release.created_at else ""
        dataset = f" of {release.owner}/{release.dataset_name}" if release.owner and release.dataset_name else ""
        release_texts.append(shown(f"release {release.name or '?'}{date}{dataset}".replace("\n", "\\n")))
    return f"{_BEGIN}{f' as {task_type}' if task_type else ''}: {', '.join(release_texts)}."


def release_title(release: Release) -> str | None:
    """Return the owner, the data set and the name of a release, such as ``jane/flowers v1.0``.

    If the file lacks the owner or the name of the release, that part is left out. If it lacks the name of the data set,
    return None.
    """
    if not release.dataset_name:
        return None
    dataset = f"{release.owner}/{release.dataset_name}" if release.owner else release.dataset_name
    return f"{dataset} {release.name}" if release.name else dataset


def split_origin(description: str) -> tuple[str, str]:
    r"""Split a description into the owner's text and the sentence about the origin, which is its last paragraph.

    The sentence is empty if the description has none. The owner's text may contain sentences that look like it.

    >>> split_origin("A meadow.\n\nLabeled on Segments.ai: release v1.0.")
    ('A meadow.', 'Labeled on Segments.ai: release v1.0.')
    """
    text, _, paragraph = description.rpartition("\n\n")
    return (text.rstrip(), paragraph) if paragraph.startswith(_BEGIN) else (description.rstrip(), "")


def described_task_type(description: str) -> str | None:
    """Return the task type that the sentence about the origin names, even for several releases; None if it names none.

    >>> described_task_type("Labeled on Segments.ai as bboxes: release v1.0, release v2.0.")
    'bboxes'
    """
    match = _TASK_TYPE.match(split_origin(description)[1])
    return match and match[1]


def parse_origin(description: str) -> Origin:
    r"""Parse a description. If it names no release, or several releases, the result has only the description.

    >>> parse_origin("A meadow\n\nLabeled on Segments.ai as bboxes: release v1.0 (2025-03-04) of jane/flowers.")
    Origin(description='A meadow', release='v1.0', date='2025-03-04', dataset='jane/flowers', task_type='bboxes')
    """
    text, sentence = split_origin(description)
    match = _ONE_RELEASE.fullmatch(sentence)
    if match is None or ", release " in sentence:
        return Origin(description)
    return Origin(text, **match.groupdict())
