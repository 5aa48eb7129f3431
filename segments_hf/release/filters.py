"""Filters of samples, by status and by metadata."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.choices import unknown_choice
from segments_hf.release.sample import UNLABELED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segments_hf.release.release import Release
    from segments_hf.release.sample import Sample

STATUSES = frozenset(
    {
        UNLABELED,
        "PRELABELED",
        "LABELING_IN_PROGRESS",
        "LABELED",
        "REVIEWING_IN_PROGRESS",
        "REVIEWED",
        "REJECTED",
        "SKIPPED",
        "VERIFIED",
    }
)


def wanted_statuses(filter_by: str | Iterable[str], release: Release, labelset: str | None) -> frozenset[str]:
    """Check the option `filter_by` and return its statuses in upper case, as the platform spells them.

    A status is valid if the platform knows it, or if a label of the labelset has it.

    Args:
        filter_by: One status or several, in upper or lower case.
        release: The release whose samples are filtered.
        labelset: The labelset whose labels are filtered by status; None for a release without labelsets.

    Raises:
        OptionError: A status is not a string, or is invalid; the error about an invalid status lists the statuses of
            the labelset.
    """
    requested = [filter_by] if isinstance(filter_by, str) else list(filter_by)
    if not all(isinstance(status, str) for status in requested):
        raise OptionError(f"got {requested!r}, expected names of statuses such as 'LABELED'", option="filter_by")
    statuses = frozenset(status.upper() for status in requested)
    if unknown := statuses - STATUSES:
        present = _present_statuses(release, labelset)
        if invalid := sorted(status for status in requested if status.upper() in unknown - present):
            expected = f"a status of {release.source}:"
            raise unknown_choice(
                "filter_by", invalid[0], sorted(present), also_suggested=sorted(STATUSES), expected=expected
            )
    return statuses


def _present_statuses(release: Release, labelset: str | None) -> set[str]:
    """Return the statuses of all labels of a labelset that can be decoded."""
    present = set()
    for index in release.indices:
        with suppress(ReleaseError):  # the error is raised again when the row of this sample is made
            present.add(release[index].status(labelset))
    return {status for status in present if status}


def has_metadata(sample: Sample, wanted: Mapping[str, Any]) -> bool:
    """Return whether the metadata of a sample has all `wanted` keys, each with the wanted value.

    Raises:
        ReleaseError: The metadata cannot be decoded.
    """
    metadata = sample.metadata
    return all(key in metadata and metadata[key] == value for key, value in wanted.items())
