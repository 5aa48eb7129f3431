"""One finding of `validate`."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """A fault, or a likely fault, in a sample or a category.

    A finding about the images of all rows names one row as an example.

    Attributes:
        check: The name of the check, such as ``duplicate-name``.
        severity: ``error`` if data is lost, wrong or unreadable; ``warning`` if the data is unusual but may be correct.
        sample: The name of the sample; its position, such as ``samples[3]``, if it has no name; the category, such as
            ``category 'leaf'``, if the finding is about a category.
        uuid: The uuid of the sample; None if it has no uuid, or if the finding is about a category.
        frame: The index of the frame in its sequence, from 0 on; None if the finding is not about one frame.
        message: A description of the fault, with the values in the data.
        effect: The effect of the fault on datasets and training.
    """

    check: str
    severity: Severity
    sample: str
    uuid: str | None
    frame: int | None
    message: str
    effect: str
