"""Where labels come from: a sentence in the description of a dataset, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.io.escaping import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release import Release

_BEGIN = "Labelled on Segments.ai"
_ONE_RELEASE = re.compile(
    r"(?: as (?P<task_type>\S+))?: release (?P<release>.+?)(?: \((?P<date>\d{4}-\d\d-\d\d)\))?"
    r"(?: of (?P<dataset>\S+/\S+))?\."
)


class Origin(NamedTuple):
    """What a dataset's description says of it.

    Attributes:
        description: What the owner wrote.
        release: The name of the release.
        date: The day on which it was made, such as ``2025-03-04``.
        dataset: The data set on the platform, such as ``jane/flowers``.
        task_type: The task type of its labels.
    """

    description: str
    release: str | None = None
    date: str | None = None
    dataset: str | None = None
    task_type: str | None = None


def origin_sentence(releases: Sequence[tuple[Release, str | None]]) -> str:
    """Where the labels come from, as a sentence.

    Args:
        releases: Releases of one task type, with the labelset that is read of each.
    """
    task_type = releases[0][0].labelset_task_type(releases[0][1])
    named = []
    for release, _ in releases:
        date = f" ({release.created_at:%Y-%m-%d})" if release.created_at else ""
        dataset = f" of {release.owner}/{release.dataset_name}" if release.owner and release.dataset_name else ""
        named.append(shown(f"release {release.name or '?'}{date}{dataset}".replace("\n", "\\n")))
    return f"{_BEGIN}{f' as {task_type}' if task_type else ''}: {', '.join(named)}."


def split_origin(description: str) -> tuple[str, str]:
    """What the owner wrote of a dataset, and the rest, from the first sentence that may be of ours.

    >>> split_origin("A meadow. Labelled on Segments.ai: release v1.0.")
    ('A meadow.', 'Labelled on Segments.ai: release v1.0.')
    """
    text, begin, rest = description.partition(_BEGIN)
    return text.rstrip(), begin + rest


def parse_origin(description: str) -> Origin:
    r"""What a description says; of several releases, or of a dataset that is not ours, only the text.

    >>> parse_origin("A meadow\n\nLabelled on Segments.ai as bboxes: release v1.0 (2025-03-04) of jane/flowers.")
    Origin(description='A meadow', release='v1.0', date='2025-03-04', dataset='jane/flowers', task_type='bboxes')
    """
    text, _, sentence = description.rpartition(_BEGIN)
    match = _ONE_RELEASE.fullmatch(sentence)
    if match is None or ", release " in sentence:
        return Origin(description)
    return Origin(text.rstrip(), **match.groupdict())
