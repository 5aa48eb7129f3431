"""List the sensors of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.dataset.load import named_releases
from segments_hf.dataset.open_releases import open_release
from segments_hf.dataset.release_inputs import release_source
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.release import Release, Sensor
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segments_hf.dataset.data_types import Releases


@short_traceback
def sensors(
    release: Releases,
    *,
    storage_options: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    max_release_bytes: float | str = MAX_RELEASE_BYTES,
) -> list[Sensor]:
    """List the sensors of a release of several sensors. No image and no point cloud is fetched.

    `load_release` loads the rows of one of them with the option `sensor`.

    Args:
        release: A release in any form that `load_release` accepts. The sensors of a dict of releases are those of all
            its releases.
        storage_options: The options of the fsspec file system that reads a bucket.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        max_release_bytes: The maximum size of the release file: a number of bytes, or text such as ``"10GB"``.

    Returns:
        The sensors, in the order in which they first occur in the samples; an empty list for a release without sensors.

    Raises:
        OptionError: A dict of releases is empty, the SDK's release has no URL yet, or `max_release_bytes` is invalid.
        ReleaseError: The file cannot be read, is too large, or is not a release.
        PlatformError: There is no API key, or the platform does not provide the release.
        SegmentsHFError: The value is not a release.

    >>> lidar = '{"name": "Lidar", "task_type": "pointcloud-cuboid-sequence", "attributes": {"frames": [{}, {}]}}'
    >>> sample = f'{{"name": "drive", "attributes": {{"sensors": [{lidar}]}}}}'
    >>> text = f'{{"dataset": {{"task_type": "multisensor-sequence", "samples": [{sample}]}}}}'
    >>> sensors(Release(text.encode(), "drives.json"))
    [Sensor(name='Lidar', task_type='pointcloud-cuboid-sequence', samples=1, frames=2)]
    """
    opened = opened_releases(
        release, storage_options=storage_options, api_key=api_key, max_release_bytes=max_release_bytes
    )
    return sensors_of(opened.values())


def opened_releases(
    release: Releases,
    *,
    storage_options: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    max_release_bytes: float | str = MAX_RELEASE_BYTES,
) -> dict[str, Release]:
    """Open the release of each split. An open `Release` is returned unchanged. The arguments are those of `sensors`.

    Raises:
        OptionError: A dict of releases is empty, the SDK's release has no URL yet, or `max_release_bytes` is invalid.
        ReleaseError: The file cannot be read, is too large, or is not a release.
        PlatformError: There is no API key, or the platform does not provide the release.
        SegmentsHFError: The value is not a release.
    """
    max_bytes = bytes_of(max_release_bytes, "max_release_bytes")
    opened: dict[str, Release] = {}
    for split, part in named_releases(release).items():
        if isinstance(part, Release):
            opened[split] = part
        else:
            location = str(release_source(part, api_key, max_bytes))
            opened[split] = open_release(location, storage_options, max_bytes)[1]
    return opened


def sensors_of(releases: Iterable[Release]) -> list[Sensor]:
    """Return the sensors of several releases, with the sums of their samples and frames."""
    merged: dict[str, Sensor] = {}
    for item in (sensor for release in releases for sensor in release.sensors):
        known = merged.get(item.name, Sensor(item.name, item.task_type, 0, 0))
        samples, frames = known.samples + item.samples, known.frames + item.frames
        merged[item.name] = Sensor(item.name, known.task_type or item.task_type, samples, frames)
    return list(merged.values())
