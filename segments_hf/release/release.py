"""A release: a snapshot of a data set on Segments.ai, read from a file."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Raw

from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.io.choices import unknown_choice
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.io.redaction import public_name
from segments_hf.io.tables import Cell, short_repr, to_builtins
from segments_hf.io.urls import file_path, is_url
from segments_hf.release.decoding import decode
from segments_hf.release.default_labelset import find_default_labelset
from segments_hf.release.document import Document, Labelset, SampleDocument, Task
from segments_hf.release.json_file import file_state
from segments_hf.release.platform.pinning import pin
from segments_hf.release.release_head import ReleaseHead, categories_table, facts_table
from segments_hf.release.release_source import read_source
from segments_hf.release.sample import RAW_LABELS, Sample
from segments_hf.release.task_type_guess import guess_task_type
from segments_hf.release.task_types import TaskKind, task_kind
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from segments_hf.io.tables import Block
    from segments_hf.release.category import Category
    from segments_hf.release.json_file import Buffer, FileState

T = TypeVar("T")

_DOCUMENT: JsonDecoder[Document] = JsonDecoder(Document)


class Release(ReleaseHead):
    """An open release file.

    The file is scanned once; each sample is decoded when it is accessed. All versions of the file format since 2020
    are decoded to the same objects.

    Attributes:
        source: The name of the file for messages: a path, or a URL without its query.
        base: The folder from which relative paths of assets start, as a path or URL.
        location: The path or URL that opens the release again. The query of the URL may contain secrets. For a
            release on the platform, the location is a pinned reference.
        file_state: The state of the file when it was opened, to detect a changed or replaced file; None for a URL and
            for a release that was read from memory.

    >>> from segments_hf.demo import demo_release
    >>> release = Release.open(demo_release())
    >>> release.name, release.task_type, len(release)
    ('v1.0', 'segmentation-bitmap', 8)
    >>> next(iter(release)).label("ground-truth").status
    'LABELED'
    """

    def __init__(self, content: Buffer, source: str) -> None:
        """Read a release from memory.

        Args:
            content: The JSON of the release, without a byte order mark.
            source: The path or URL of the content.

        Raises:
            ReleaseError: The content is not that of a release file.
        """
        self.source: str = public_name(source)
        self.location = source
        self.file_state: FileState | None = None
        self.base: str = (
            source.partition("?")[0].rpartition("/")[0] if is_url(source) else os.path.dirname(os.path.abspath(source))
        )
        self._content = content
        self._document = decode(_DOCUMENT, content, self.source)
        samples = self._document.dataset.samples
        self._keys = list(samples) if isinstance(samples, dict) else None
        self._samples = list(samples.values()) if isinstance(samples, dict) else samples
        self._kinds: dict[str | None, TaskKind] = {}

    @classmethod
    @short_traceback
    def open(
        cls,
        source: str | os.PathLike[str],
        *,
        api_key: str | None = None,
        storage_options: Mapping[str, Any] | None = None,
        max_release_bytes: float | str = MAX_RELEASE_BYTES,
    ) -> Release:
        """Open a release.

        Args:
            source: A path, an http(s) URL, any URL that fsspec reads, or a release on the Segments.ai platform, such as
                ``jane/flowers@v1.0``. A file may be gzipped. ``jane/flowers@latest`` is the newest release that is
                ready. If a file has the name of a release on the platform, the file is opened.
            api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
            storage_options: The options of the fsspec file system that reads a bucket.
            max_release_bytes: The maximum size of the file after decompression: a number of bytes, or text such as
                ``"10GB"``.

        Raises:
            ReleaseError: The file cannot be read, is too large, or is not a release file.
            PlatformError: The platform refuses the request, or has no such release.
            StorageError: The release cannot be written to the cache.
        """
        if isinstance(max_release_bytes, str):
            max_release_bytes = bytes_of(max_release_bytes, "max_release_bytes")
        name = pin(source, api_key, max_release_bytes)
        name = file_path(name) or os.path.expanduser(name)
        state = file_state(name)
        content = read_source(name, api_key=api_key, storage_options=storage_options, max_bytes=max_release_bytes)
        release = cls(content, name)
        release.file_state = state
        return release

    def __repr__(self) -> str:
        return short_repr(self, self.source, samples=len(self))

    def blocks(self) -> Iterator[Block]:
        """Yield the facts about the release, and a table of its categories."""
        yield facts_table({**self.head, **self._facts})
        try:
            yield categories_table(self.categories)
        except ReleaseError as error:
            yield Cell(str(error), style="bold red")

    def to_dict(self) -> dict[str, Any]:
        """Return the facts about the release, without its samples, as a dict that `json.dumps` accepts."""
        return to_builtins({**self.head, **self._facts, "categories": self.categories})

    @property
    def _facts(self) -> dict[str, Any]:
        labelsets = [labelset.name for labelset in self.labelsets]
        return {"task_type": self.task_type, "labelsets": labelsets, "samples": len(self)}

    @property
    def content(self) -> Buffer:
        """The JSON of the file."""
        return self._content

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self._content).hexdigest()

    @property
    def task_type(self) -> str:
        """The task type of the default labelset, such as ``segmentation-bitmap``; empty if it is not known."""
        return self.labelset_task_type(self.leading_labelset)

    @property
    def categories(self) -> list[Category]:
        """The categories of the default labelset, in the order of their ids.

        Raises:
            ReleaseError: Two categories have the same id.
        """
        return self.labelset_categories(self.leading_labelset)

    @cached_property
    def labelsets(self) -> list[Labelset]:
        """The labelsets; if the file does not list them, those named by its tasks, else by its samples."""
        if listed := self._document.dataset.labelsets:
            return listed
        if self._tasks:
            return [Labelset(name) for name in self._tasks]
        found = itertools.chain.from_iterable(self._of_readable_samples(lambda sample: sample.labelsets))
        return [Labelset(name) for name in dict.fromkeys(found)]

    @property
    def default_labelset(self) -> str | None:
        """The name of the default labelset; None if the release has no labelsets.

        The default is the labelset that is marked as ground truth, else ``ground-truth``, else the only labelset.

        Raises:
            OptionError: There are several labelsets, and it is not clear which of them is the ground truth.
        """
        return find_default_labelset(self.labelsets, self.source)

    @property
    def leading_labelset(self) -> str | None:
        """The labelset that determines the task of the release: the default labelset, else the first one."""
        try:
            return self.default_labelset
        except OptionError:
            return self.labelsets[0].name

    def resolve_labelset(self, labelset: str | None) -> str | None:
        """Check the name of a labelset and return it; for None, return the default labelset.

        Raises:
            OptionError: There is no such labelset; the error lists the labelsets.
        """
        if labelset is None:
            return self.default_labelset
        names = [known.name for known in self.labelsets]
        if labelset not in names:
            raise unknown_choice("labelset", labelset, names, expected=f"a labelset of {self.source}:")
        return labelset

    def labelset_task_type(self, labelset: str | None) -> str:
        """Return the task type of a labelset; empty if it is not known.

        The type is that of the labelset's own task. If the task has no type, it is that of the data set. If the data
        set has no type either, it is guessed from the labels.
        """
        task = self._tasks.get(labelset) if labelset else None
        return (task and task.task_type) or self._document.dataset.task_type or self._guessed_task_type(labelset)

    def labelset_categories(self, labelset: str | None) -> list[Category]:
        """Return the categories of a labelset, in the order of their ids.

        Raises:
            ReleaseError: Two categories have the same id.
        """
        task = self._tasks.get(labelset) if labelset else None
        of_task = task.attributes.categories if task and task.attributes else None
        of_dataset = self._document.dataset.task_attributes
        categories = of_task or (of_dataset and of_dataset.categories) or []
        by_id = {entry.id: entry for entry in categories}
        if len(by_id) < len(categories):
            parent = f"tasks[{labelset!r}].attributes" if of_task else "task_attributes"
            raise ReleaseError("got two categories with the same id", self.source, f"$.dataset.{parent}.categories")
        return [by_id[category_id].category for category_id in sorted(by_id)]

    def kind(self, labelset: str | None) -> TaskKind:
        """Return the structure of the labels of a labelset."""
        if labelset not in self._kinds:
            self._kinds[labelset] = task_kind(self.labelset_task_type(labelset))
        return self._kinds[labelset]

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        """Iterate over the samples, in the order of the file.

        Raises:
            ReleaseError: A sample cannot be decoded.
        """
        source, kind, decoder = self.source, self.kind, self._decoder
        keys = self._keys or itertools.repeat(None)
        for index, raw, key in zip(itertools.count(), self._samples, keys, strict=False):
            yield Sample(source, kind, index, raw, key, decoder)

    def __getitem__(self, index: int) -> Sample:
        """Return the sample at an index.

        Raises:
            ReleaseError: The sample cannot be decoded.
            IndexError: The index is out of range.
        """
        return self._sample(index, self._decoder)

    def _sample(self, index: int, decoder: JsonDecoder[SampleDocument[Any]]) -> Sample:
        key = self._keys[index] if self._keys else None
        return Sample(self.source, self.kind, index, self._samples[index], key, decoder)

    @cached_property
    def _decoder(self) -> JsonDecoder[SampleDocument[Any]]:
        """The decoder of samples. If all labelsets have the same structure, it also decodes the labels, in one pass."""
        kinds = {self.kind(labelset.name) for labelset in self.labelsets}
        return kinds.pop().sample_decoder if len(kinds) == 1 else RAW_LABELS

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        tasks = self._document.dataset.tasks or {}
        return {task.name: task for task in tasks if task.name} if isinstance(tasks, list) else tasks

    def _guessed_task_type(self, labelset: str | None) -> str:
        if labelset is None:
            return ""
        labels = self._of_readable_samples(lambda sample: sample.label_document(labelset))
        return next((guess for raw in labels if isinstance(raw, Raw) and (guess := guess_task_type(raw))), "")

    def _of_readable_samples(self, part: Callable[[Sample], T]) -> Iterator[T]:
        """Yield a part of each sample that can be decoded; other samples raise their errors when rows are made."""
        for index in range(len(self)):
            with contextlib.suppress(ReleaseError):
                yield part(self._sample(index, RAW_LABELS))
