"""A finding of `validate`."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, or looks so.

    Attributes:
        check: The name of the check that found it, such as ``duplicate-name``.
        severity: ``error`` where a label is lost, wrong or cannot be read; ``warning`` where it may be meant.
        sample: The name of the sample, or its place if it has no name; the category, such as ``category 'leaf'``, for a
            finding about a category.
        uuid: The sample's uuid, if it has one.
        frame: The place of the frame in a sequence.
        what: What was found.
        why: Why it matters.
    """

    check: str
    severity: Severity
    sample: str
    uuid: str | None
    frame: int | None
    what: str
    why: str
