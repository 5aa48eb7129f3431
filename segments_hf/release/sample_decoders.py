"""The decoders of a sample and of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Raw

from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.release.document import ListedLabel, SampleAttributes, SampleDocument
from segments_hf.release.tasks.cloud_sample import CloudAttributes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segments_hf.release.tasks.task_types import TaskKind

# The attributes and the labels of the sample stay raw JSON.
SHALLOW_SAMPLE: JsonDecoder[SampleDocument[Any, Any]] = JsonDecoder(SampleDocument[Raw, Raw])

ATTRIBUTES: JsonDecoder[SampleAttributes | None] = JsonDecoder(SampleAttributes | None)
CLOUD_ATTRIBUTES: JsonDecoder[CloudAttributes | None] = JsonDecoder(CloudAttributes | None)
TIMESTAMP: JsonDecoder[str | int | float | None] = JsonDecoder(str | int | float | None)
LISTED_LABEL: JsonDecoder[ListedLabel | None] = JsonDecoder(ListedLabel | None)


def sample_decoder(kinds: Iterable[TaskKind]) -> JsonDecoder[SampleDocument[Any, Any]]:
    """Return a decoder of samples.

    If the labels of all labelsets have the same structure, the decoder also decodes them, which is faster than a second
    pass. Otherwise the labels stay raw JSON.

    Args:
        kinds: The structure of the labels of each labelset.
    """
    distinct_kinds = set(kinds)
    return distinct_kinds.pop().sample_decoder if len(distinct_kinds) == 1 else SHALLOW_SAMPLE
