"""Some samples of a release, which can be sent to another process or machine and read there without the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from segments_hf.io.tables import short_repr
from segments_hf.release.sample import Sample
from segments_hf.release.sample_decoders import sample_decoder
from segments_hf.release.sensors.sensor_sample import SensorSample
from segments_hf.release.tasks.task_types import task_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segments_hf.io.json_codec.json_decoding import JsonDecoder
    from segments_hf.release.document import SampleDocument
    from segments_hf.release.sensors.sensor import Sensor
    from segments_hf.release.tasks.task_types import TaskKind


@dataclass(frozen=True)
class ReleaseHeader:
    """The facts about a release that are needed to read its samples.

    Attributes:
        source: The name of the release file, for messages.
        base: The folder from which relative paths of assets start, as a path or URL. It may contain a password.
        owner: The user or organization that owns the data set; None if the file lacks it.
        dataset_name: The name of the data set; None if the file lacks it.
        name: The name of the release; None if the file lacks it.
        task_types: The task type by the name of the labelset; an empty text if it is not known. The key None has the
            task type of the data set, or of the sensor.
        sensor: The sensor if only the part of the samples that belongs to one sensor is read; None for whole samples.
    """

    source: str
    base: str = field(repr=False)
    owner: str | None
    dataset_name: str | None
    name: str | None
    task_types: Mapping[str | None, str]
    sensor: Sensor | None = None


class ReleaseSlice:
    """Some samples of a release: a header, and the JSON of each sample.

    A slice can be pickled, and is then about as large as the JSON of its samples. Other machines read it without the
    release file. Its samples keep their indices in the release, so that errors name the JSON path in the release file.

    Attributes:
        header: The facts about the release.
        indices: The index of each sample in the release.

    >>> import pickle
    >>> from segments_hf import Release
    >>> from segments_hf.demo import demo_release
    >>> first, second = Release.open(demo_release()).slices(5)
    >>> copy = pickle.loads(pickle.dumps(second))
    >>> [(sample.index, sample.name) for sample in copy]
    [(5, 'meadow_06.jpg'), (6, 'meadow_07.jpg'), (7, 'meadow_08.jpg')]
    """

    def __init__(
        self, header: ReleaseHeader, indices: Sequence[int], samples: Sequence[Raw], keys: Sequence[str] | None = None
    ) -> None:
        """Make a slice. `Release.slice` and `Release.slices` are the usual ways to make one.

        Args:
            header: The facts about the release.
            indices: The index of each sample in the release.
            samples: The JSON of each sample.
            keys: The key of each sample if `samples` of the release file is a JSON object.
        """
        self.header = header
        self.indices = indices
        self._samples = samples
        self._keys = keys

    def __repr__(self) -> str:
        return short_repr(self, self.header.source, samples=len(self))

    def __getstate__(self) -> tuple[ReleaseHeader, Sequence[int], list[bytes], Sequence[str] | None]:
        return self.header, self.indices, list(map(bytes, self._samples)), self._keys

    def __setstate__(self, state: tuple[ReleaseHeader, Sequence[int], list[bytes], Sequence[str] | None]) -> None:
        header, indices, samples, keys = state
        self.__init__(header, indices, list(map(Raw, samples)), keys)  # type: ignore[misc]

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[Sample]:
        """Iterate over the samples.

        Raises:
            ReleaseError: A sample cannot be decoded.
        """
        return (self[position] for position in range(len(self)))

    def __getitem__(self, position: int) -> Sample:
        """Return the sample at a position in the slice.

        Raises:
            ReleaseError: The sample cannot be decoded.
            IndexError: The position is out of range.
        """
        key = self._keys[position] if self._keys else None
        header, index, raw = self.header, self.indices[position], self._samples[position]
        if header.sensor is not None:
            return SensorSample(header.sensor, header.source, self.kind, index, raw, key)
        return Sample(header.source, self.kind, index, raw, key, self._decoder)

    def kind(self, labelset: str | None) -> TaskKind:
        """Return the structure of the labels of a labelset."""
        return task_kind(self.header.task_types.get(labelset, ""))

    @cached_property
    def _decoder(self) -> JsonDecoder[SampleDocument[Any, Any]]:
        return sample_decoder(self.kind(labelset) for labelset in self.header.task_types if labelset is not None)
