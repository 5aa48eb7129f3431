"""The structure of release files, from 2020 to today, as msgspec structs.

Samples stay raw JSON; `Release` decodes them one at a time.
The format is documented at https://docs.segments.ai/how-to-integrate/export/structure-of-the-release-file
"""

from __future__ import annotations

import datetime
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import checked_text
from segments_hf.io.redaction import public_name
from segments_hf.release.category import CategoryDocument  # noqa: TC001  (msgspec reads the types)


class Labelset(msgspec.Struct, frozen=True):
    """A set of labels, at most one for each sample, such as the ground truth or the predictions of a model."""

    name: str
    description: str | None = None
    is_groundtruth: bool | None = None


class TaskAttributes(msgspec.Struct, frozen=True):
    """The attributes of a task, or of the task of the whole data set."""

    categories: list[CategoryDocument] | None = None


class Task(msgspec.Struct, frozen=True):
    """An entry of `tasks`: the task of one labelset.

    In files since 2024, the task type is an empty string, and the attributes have no categories.
    """

    name: str | None = None
    task_type: str | None = None
    attributes: TaskAttributes | None = None


class Owner(msgspec.Struct, frozen=True):
    """The owner of a data set, in files where the owner is an object and not a string."""

    username: str


class Dataset(msgspec.Struct, frozen=True):
    """The object `dataset` of a release file: the data set, its samples and its tasks."""

    samples: list[Raw] | dict[str, Raw]
    name: str | None = None
    description: str | None = None
    owner: str | Owner | None = None
    task_type: str | None = None
    task_attributes: TaskAttributes | None = None
    tasks: dict[str, Task] | list[Task] | None = None
    labelsets: list[Labelset] | None = None


class Document(msgspec.Struct, frozen=True):
    """A release file."""

    dataset: Dataset
    name: str | None = None
    description: str | None = None
    created_at: Any = None


class AssetRef(msgspec.Struct, gc=False):
    """The URL of an image, a bitmap or a release file."""

    url: str | None = None

    def __repr__(self) -> str:
        return f"AssetRef(url={self.url and public_name(self.url)!r})"


class Frame(msgspec.Struct):
    """One image of a sample: the image of an image sample, or one frame of a sequence."""

    image: AssetRef | None = None
    name: str | None = None
    timestamp: str | int | float | None = None


class SampleAttributes(Frame):
    """The attributes of a sample: its image, or the frames of its sequence."""

    frames: list[Frame] | None = None


AttributesDocument = TypeVar("AttributesDocument")
LabelDocument = TypeVar("LabelDocument")


class SampleDocument(msgspec.Struct, Generic[AttributesDocument, LabelDocument]):
    """An entry of `samples`. Its attributes and labels are decoded, or still raw JSON."""

    name: str | UnsetType = UNSET
    uuid: str | None = None
    attributes: AttributesDocument | UnsetType = UNSET
    metadata: Raw | UnsetType = UNSET
    labels: dict[str, LabelDocument] | list[Raw] | None = None


class ListedLabel(msgspec.Struct):
    """The keys that can name the labelset of an entry in a list of labels. The platform has used different keys."""

    labelset: str | None = None
    task: str | None = None
    task_name: str | None = None
    name: str | None = None

    @property
    def labelset_name(self) -> str | None:
        """The name of the labelset that the label belongs to; None if no key names it."""
        return self.labelset or self.task or self.task_name or self.name


NULL = b"null"


def parse_moment(value: object) -> datetime.datetime | None:
    """Parse a date and time of a release file; return None if the value is not a date and time.

    A date and time without a time zone is in UTC.

    >>> parse_moment("2025-03-04 05:06:07")
    datetime.datetime(2025, 3, 4, 5, 6, 7, tzinfo=datetime.timezone.utc)
    """
    try:
        moment = msgspec.convert(value, datetime.datetime | None)
    except msgspec.ValidationError:  # a number, whose unit is unknown, or a text that is not a date and time
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def json_text(raw: Raw | UnsetType) -> str | None:
    """Check raw JSON and return it as text; return None if the JSON is missing or null.

    Raises:
        JsonError: The text is not UTF-8, is nested too deeply, or has a number that is too large.
    """
    if isinstance(raw, UnsetType) or (text := bytes(raw)) == NULL:
        return None
    return checked_text(text)
