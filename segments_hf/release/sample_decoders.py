"""The decoders of the parts of a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Raw

from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.release.document import ListedLabel, SampleAttributes, SampleDocument
from segments_hf.release.tasks.cloud_sample import CloudAttributes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segments_hf.release.tasks.task_types import TaskKind

SHALLOW_SAMPLE: JsonDecoder[SampleDocument[Any, Any]] = JsonDecoder(SampleDocument[Raw, Raw])

ATTRIBUTES: JsonDecoder[SampleAttributes | None] = JsonDecoder(SampleAttributes | None)
CLOUD_ATTRIBUTES: JsonDecoder[CloudAttributes | None] = JsonDecoder(CloudAttributes | None)
TIMESTAMP: JsonDecoder[str | int | float | None] = JsonDecoder(str | int | float | None)
LISTED_LABEL: JsonDecoder[ListedLabel | None] = JsonDecoder(ListedLabel | None)


def sample_decoder(kinds: Iterable[TaskKind]) -> JsonDecoder[SampleDocument[Any, Any]]:
    """Return a decoder of samples. If all labelsets have the same structure, it also decodes the labels, in one pass.

    Args:
        kinds: The structure of the labels of each labelset.
    """
    different = set(kinds)
    return different.pop().sample_decoder if len(different) == 1 else SHALLOW_SAMPLE
