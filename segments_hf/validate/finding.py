"""What a look at a row has found."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, or looks so.

    Attributes:
        check: The name of the check that found it, such as ``duplicate-name``.
        severity: ``error`` where a label is lost, wrong or cannot be read; ``warning`` where it may be meant.
        sample: The sample's name, or its place where it has none; the category, such as ``category 'leaf'``, where that
            is wrong.
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
