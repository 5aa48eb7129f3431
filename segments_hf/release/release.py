"""A release: a snapshot of a data set on Segments.ai, read from a file."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from segments_hf.errors import ReleaseError
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.io.number_options import check_number
from segments_hf.io.prefetching import CPU_THREADS
from segments_hf.io.redaction import public_name
from segments_hf.io.tables import Cell, short_repr, to_builtins
from segments_hf.io.urls import file_path, is_url
from segments_hf.release.decoding import decode
from segments_hf.release.document import Document, SampleDocument
from segments_hf.release.json_file import file_state
from segments_hf.release.platform.pinning import pin
from segments_hf.release.release_head import categories_table, facts_table
from segments_hf.release.release_slice import ReleaseHeader, ReleaseSlice
from segments_hf.release.release_source import read_source
from segments_hf.release.sample import Sample
from segments_hf.release.sample_decoders import SHALLOW_SAMPLE, sample_decoder
from segments_hf.release.sensors.release_sensors import ReleaseSensors
from segments_hf.release.sensors.sensor_sample import SensorSample
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from segments_hf.io.tables import Block
    from segments_hf.release.json_file import Buffer, FileState

T = TypeVar("T")

_HASHED_PART_SIZE = 64 * 2**20  # bytes

_DOCUMENT: JsonDecoder[Document] = JsonDecoder(Document)


class Release(ReleaseSensors):
    """An open release file.

    The file is scanned once; each sample is decoded when it is accessed. All versions of the file format since 2020
    are decoded to objects of the same classes.

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
        super().__init__(decode(_DOCUMENT, content, self.source))
        samples = self._document.dataset.samples
        self._keys = list(samples) if isinstance(samples, dict) else None
        self._samples = list(samples.values()) if isinstance(samples, dict) else samples

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
                ready. If a text is both the path of a file and the name of a release on the platform, the file is
                opened.
            api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
            storage_options: The options of the fsspec file system that reads a bucket.
            max_release_bytes: The maximum size of the file after decompression: a number of bytes, or text such as
                ``"10GB"``.

        Raises:
            ReleaseError: The file cannot be read, is too large, or is not a release file.
            PlatformError: There is no API key, or the platform does not provide the release.
            StorageError: The release cannot be written to the cache.
        """
        if isinstance(max_release_bytes, str):
            max_release_bytes = bytes_of(max_release_bytes, "max_release_bytes")
        location = pin(source, api_key, max_release_bytes)
        location = file_path(location) or os.path.expanduser(location)
        state = file_state(location)
        content = read_source(location, api_key=api_key, storage_options=storage_options, max_bytes=max_release_bytes)
        release = cls(content, location)
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
        facts = {"task_type": self.task_type, "labelsets": labelsets, "samples": len(self)}
        return {**facts, "sensors": [sensor.name for sensor in self.sensors]} if self.sensors else facts

    @property
    def content(self) -> Buffer:
        """The JSON of the file."""
        return self._content

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content, in hexadecimal.

        If the content is larger than 64 MiB, it is divided into parts of 64 MiB, and `digest` is the SHA-256 of the
        concatenated SHA-256 digests of the parts.
        """
        content = memoryview(self._content)
        parts = [content[start : start + _HASHED_PART_SIZE] for start in range(0, len(content), _HASHED_PART_SIZE)]
        if len(parts) <= 1:
            return hashlib.sha256(content).hexdigest()
        with ThreadPoolExecutor(CPU_THREADS) as threads:  # hashing in one thread would delay the first row
            digests = threads.map(lambda part: hashlib.sha256(part).digest(), parts)
            return hashlib.sha256(b"".join(digests)).hexdigest()

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        """Iterate over the samples, in the order of the file.

        Raises:
            ReleaseError: A sample cannot be decoded.
        """
        source, kind, decoder = self.source, self.kind, self._decoder
        keys = self._keys or itertools.repeat(None)
        if self.sensor is not None:
            yield from self.slice(range(len(self)))
            return
        for index, raw, key in zip(itertools.count(), self._samples, keys, strict=False):
            yield Sample(source, kind, index, raw, key, decoder)

    def __getitem__(self, index: int) -> Sample:
        """Return the sample at an index.

        Raises:
            ReleaseError: The sample cannot be decoded.
            IndexError: The index is out of range.
        """
        return self._sample(index, self._decoder)

    def slices(self, n: int) -> Iterator[ReleaseSlice]:
        """Divide the samples into slices, which can be pickled and read without the release file.

        Args:
            n: The number of samples in each slice; the last slice may have fewer.

        Raises:
            OptionError: `n` is not a positive whole number.
        """
        check_number("n", n, 1)
        return (self.slice(range(start, min(start + n, len(self)))) for start in range(0, len(self), n))

    def slice(self, indices: Sequence[int]) -> ReleaseSlice:
        """Return a slice with the samples at these indices, in the order of the indices.

        Raises:
            IndexError: An index is negative or out of range.
        """
        if indices == range(len(self)):
            return ReleaseSlice(self.header, indices, self._samples, self._keys)
        if any(index < 0 for index in indices):
            raise IndexError(f"got the index {min(indices)}, expected an index from 0 to {len(self) - 1}")
        keys = [self._keys[index] for index in indices] if self._keys else None
        return ReleaseSlice(self.header, indices, [self._samples[index] for index in indices], keys)

    @cached_property
    def header(self) -> ReleaseHeader:
        """The facts about the release that are needed to read its samples."""
        labelsets = [None, *(labelset.name for labelset in self.labelsets)]
        task_types = {labelset: self.labelset_task_type(labelset) for labelset in labelsets}
        return ReleaseHeader(self.source, self.base, self.owner, self.dataset_name, self.name, task_types, self.sensor)

    def _sample(self, index: int, decoder: JsonDecoder[SampleDocument[Any, Any]]) -> Sample:
        key = self._keys[index] if self._keys else None
        if self.sensor is not None:
            return SensorSample(self.sensor, self.source, self.kind, index, self._samples[index], key)
        return Sample(self.source, self.kind, index, self._samples[index], key, decoder)

    @cached_property
    def _decoder(self) -> JsonDecoder[SampleDocument[Any, Any]]:
        return sample_decoder(self.kind(labelset.name) for labelset in self.labelsets)

    def _map_readable_samples(self, function: Callable[[Sample], T]) -> Iterator[T]:
        for index in range(len(self)):
            with contextlib.suppress(ReleaseError):
                yield function(self._sample(index, SHALLOW_SAMPLE))
