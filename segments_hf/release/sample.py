"""A sample of a release, and its labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import Raw, UnsetType

from segments_hf.errors import ReleaseError
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError, read_json
from segments_hf.io.redaction import name_without_secrets
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.release.decoding import decode, to_release_error
from segments_hf.release.document import json_text
from segments_hf.release.sample_decoders import ATTRIBUTES, CLOUD_ATTRIBUTES, LISTED_LABEL, SHALLOW_SAMPLE, TIMESTAMP
from segments_hf.release.tasks.label_document import JsonLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segments_hf.io.tables import Block
    from segments_hf.release.document import Frame, SampleDocument
    from segments_hf.release.tasks.cloud_sample import CloudFrame
    from segments_hf.release.tasks.label_document import Label
    from segments_hf.release.tasks.task_types import TaskKind

T = TypeVar("T")

UNLABELED = "UNLABELED"


class Sample(Result):
    """One sample of a release, such as an image, a point cloud, or a sequence of images or point clouds.

    Attributes:
        source: The name of the release file, for messages.
        index: The index of the sample in the release, from 0.
        name: The name of the sample, without the secrets of URLs in it. It is untrusted: do not use it as a path.
        uuid: The uuid of the sample; None if the file lacks it.
        sensor: The name of the sensor in the part of a sample that belongs to one sensor; None in a whole sample.
    """

    sensor: str | None = None
    __slots__ = ("_document", "_key", "_kind", "_raw", "index", "name", "source", "uuid")

    def __init__(
        self,
        source: str,
        kind: Callable[[str | None], TaskKind],
        index: int,
        raw: Raw,
        key: str | None = None,
        decoder: JsonDecoder[SampleDocument[Any, Any]] = SHALLOW_SAMPLE,
    ) -> None:
        """Decode a sample.

        Args:
            source: The name of the release file.
            kind: A function that returns the structure of the labels of a labelset.
            index: The index of the sample, from 0.
            raw: The JSON of the sample.
            key: The key of the sample if `samples` is a JSON object. If the sample has no name, the key is its name.
            decoder: The decoder of the sample. A decoder that also decodes the attributes and the labels is faster. If
                it fails, they stay raw JSON, and an invalid label raises its error only when that label is read.

        Raises:
            ReleaseError: The JSON is not that of a sample, or the sample has no name.
        """
        self.source: str = source
        self._kind = kind
        self._key = key
        self._raw = raw
        self.index: int = index
        try:
            self._document = decoder.decode(raw)
        except JsonError:
            self._document = decode(SHALLOW_SAMPLE, raw, source, self.json_path)
        self.name: str = name_without_secrets(self._document.name or key or "")
        self.uuid: str | None = self._document.uuid and name_without_secrets(self._document.uuid)
        if not self.name:
            raise ReleaseError(
                "got a sample without a `name`, expected a name, because the name identifies the row", *self._location()
            )

    def __repr__(self) -> str:
        return short_repr(self, self.name, index=self.index)

    def blocks(self) -> Iterator[Block]:
        """Yield the name of the sample, and a table of its labels."""
        uuid = f" ({self.uuid})" if self.uuid else ""
        yield Cell(f"{self.name}{uuid}: sample {self.index} of {self.source}")
        try:
            facts = self._label_facts()
            labels = [(item["labelset"], item["status"], _count_text(item["annotations"])) for item in facts]
        except ReleaseError as error:
            yield Cell(str(error), style="bold red")
        else:
            yield Table(("labelset", "status", "annotations"), labels, number_columns=("annotations",))

    def to_dict(self) -> dict[str, Any]:
        """Return the name, the metadata and the facts about the labels as a dict that `json.dumps` accepts.

        Raises:
            ReleaseError: The metadata or the list of labels cannot be decoded.
        """
        return {
            "source": self.source,
            "index": self.index,
            "name": self.name,
            "uuid": self.uuid,
            "metadata": self.metadata,
            "labels": self._label_facts(),
        }

    def _label_facts(self) -> list[dict[str, Any]]:
        """Return the status and the number of annotations of each label.

        A label without a status has the status ``(none)``. A label that cannot be decoded has the status ``(broken)``
        and 0 annotations. The number is None if a label has no list of annotations.
        """
        facts = []
        for labelset in self.labelsets:
            try:
                label = self.label(labelset)
                status, count = self.status(labelset) or "(none)", _number_of_annotations(label)
            except ReleaseError:
                status, count = "(broken)", 0
            facts.append({"labelset": labelset, "status": status, "annotations": count})
        return facts

    @property
    def json_path(self) -> str:
        """The JSON path of the sample."""
        return f"$.dataset.samples[{self.index if self._key is None else repr(self._key)}]"

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata; an empty dict if the sample has no metadata, or if the metadata is not a JSON object.

        Raises:
            ReleaseError: The metadata cannot be decoded.
        """
        text = self.metadata_json
        value = None if text is None else read_json(text)
        return value if isinstance(value, dict) else {}

    @property
    def metadata_json(self) -> str | None:
        """The JSON text of the metadata; None if the sample has no metadata.

        Raises:
            ReleaseError: The text is not UTF-8, is nested too deeply, or has a number that is too large.
        """
        return self.json_text_of(self._document.metadata, ".metadata")

    @property
    def attributes_json(self) -> str | None:
        """The attributes of the sample (image, frames or point cloud) as JSON text; None if it has no attributes.

        Raises:
            ReleaseError: The text is not UTF-8, is nested too deeply, or has a number that is too large.
        """
        attributes = decode(SHALLOW_SAMPLE, self._raw, *self._location()).attributes
        return self.json_text_of(attributes, ".attributes")

    @property
    def images(self) -> list[Frame]:
        """The image as a list of one frame, or the frames of the sequence; an empty list without attributes.

        Raises:
            ReleaseError: The attributes are not those of an image or a sequence of images.
        """
        attributes = self._attributes(ATTRIBUTES)
        if attributes is None:
            return []
        return [attributes] if attributes.frames is None else list(attributes.frames)

    @property
    def point_clouds(self) -> list[CloudFrame]:
        """The point cloud as a list of one frame, or the frames of the sequence; an empty list without attributes.

        Raises:
            ReleaseError: The attributes are not those of a point cloud or a sequence of point clouds.
        """
        attributes = self._attributes(CLOUD_ATTRIBUTES)
        if attributes is None:
            return []
        return [attributes] if attributes.frames is None else list(attributes.frames)

    def timestamp(self, frame: Frame | CloudFrame, inner_path: str) -> str | None:
        """Return the timestamp of a frame as text; None if the frame has no timestamp.

        The text has all digits of the file, except for float timestamps of images.

        Args:
            frame: The frame.
            inner_path: The JSON path of the frame in the sample, for the error.

        Raises:
            ReleaseError: The timestamp is neither text nor a number.
        """
        if isinstance(frame.timestamp, UnsetType):
            return None
        if not isinstance(frame.timestamp, Raw):
            return None if frame.timestamp is None else str(frame.timestamp)
        value = decode(TIMESTAMP, frame.timestamp, *self._location(f"{inner_path}.timestamp"))
        return value if value is None or isinstance(value, str) else bytes(frame.timestamp).decode()

    def _attributes(self, decoder: JsonDecoder[T | None]) -> T | None:
        """Return the attributes, and decode them if they are raw JSON; return None if they are null or missing."""
        attributes: T | Raw | UnsetType | None = self._document.attributes
        if isinstance(attributes, Raw):
            return decode(decoder, attributes, *self._location(".attributes"))
        return None if isinstance(attributes, UnsetType) else attributes

    def status(self, labelset: str | None) -> str | None:
        """Return the status of the label of a labelset; ``UNLABELED`` without a label; None if the label has no status.

        Raises:
            ReleaseError: The label cannot be decoded.
        """
        label = self.label(labelset)
        return UNLABELED if label is None else label.status

    def label(self, labelset: str | None) -> Label[Any] | JsonLabel | None:
        """Return the label of a labelset; None if it is null or missing.

        Raises:
            ReleaseError: The label cannot be decoded; the error names the JSON path of the label.
        """
        label: Label[Any] | JsonLabel | Raw | None = self.label_document(labelset)
        if isinstance(label, Raw):
            return decode(self._kind(labelset).decoder, label, self.source, self.label_path(labelset))
        return label

    def label_document(self, labelset: str | None) -> Label[Any] | JsonLabel | Raw | None:
        """Return the label of a labelset, raw or decoded, depending on the sample's decoder; None if it is missing.

        If the only label of a list does not name its labelset, it is the label of every labelset.

        Raises:
            ReleaseError: In a list of labels, an entry cannot be decoded, or one of several does not name its labelset.
        """
        labels = self._document.labels
        if not isinstance(labels, list):
            return labels.get(labelset) if labels and labelset else None
        listed = self._listed_labels(labels)
        if any(name is None for _, name in listed) and len(listed) > 1:
            raise ReleaseError(
                "got a list of several labels, expected the key `labelset` in each of them", *self._location(".labels")
            )
        return next((raw for raw, name in listed if name in {labelset, None}), None)

    @property
    def labelsets(self) -> list[str]:
        """The names of the labelsets in `labels` of the sample, including those with a null label."""
        labels = self._document.labels
        if isinstance(labels, list):
            return [name for _, name in self._listed_labels(labels) if name]
        return list(labels or ())

    def label_path(self, labelset: str | None) -> str:
        """Return the JSON path of the label of a labelset."""
        labels = self._document.labels
        key = labels.index(cast("Raw", self.label_document(labelset))) if isinstance(labels, list) else repr(labelset)
        return f"{self.json_path}.labels[{key}]"

    def json_text_of(self, raw: Raw | UnsetType, inner_path: str) -> str | None:
        """Return the JSON text of a part of the sample that is not decoded; None if it is missing or null.

        Args:
            raw: The raw JSON of the part.
            inner_path: The JSON path of the part in the sample, for the error.

        Raises:
            ReleaseError: The text is not UTF-8, is nested too deeply, or has a number that is too large.
        """
        try:
            return json_text(raw)
        except JsonError as error:
            raise to_release_error(error, *self._location(inner_path)) from None

    def _location(self, inner_path: str = "") -> tuple[str, str]:
        """Return the name of the file and the JSON path of a part of the sample, for errors."""
        return self.source, self.json_path + inner_path

    def _listed_labels(self, labels: list[Raw]) -> list[tuple[Raw, str | None]]:
        """Return the labels of a list that are not null, each with the name of its labelset."""
        entries = [(raw, decode(LISTED_LABEL, raw, *self._location(f".labels[{i}]"))) for i, raw in enumerate(labels)]
        return [(raw, entry.labelset_name) for raw, entry in entries if entry is not None]


def _number_of_annotations(label: Label[Any] | JsonLabel | None) -> int | None:
    if not isinstance(label, JsonLabel):
        return len(label.annotations) if label else 0
    return None if (parts := label.parts) is None else sum(len(part.annotations) for part in parts)


def _count_text(count: int | None) -> int | str:
    return "(not counted)" if count is None else count
