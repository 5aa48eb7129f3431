"""The options for reading the images, bitmaps and point clouds of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segments_hf.assets import AssetCache, Fetcher, SegmentsDir, default_cache_folder, resolver
from segments_hf.dataset.rows.row_images import AssetSources

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from segments_hf.assets import FetchOptions, Resolve, Traffic
    from segments_hf.release import ReleaseHeader, ReleaseSlice, TaskKind


@dataclass(frozen=True)
class AssetOptions:
    """The options for reading the assets of rows. They can be pickled if `resolve` can be pickled.

    Attributes:
        fetching: The limits of downloads, images and point clouds.
        segments_dir: A folder in the layout of the official SDK's cache. Images and bitmaps in this folder are not
            fetched, except bitmaps with too few bits per pixel for the ids of the annotations. None if there is
            no such folder. It is not used for sequences and point clouds.
        resolve: The new locations of moved assets.
        storage_options: The options of the file systems that read buckets.
        is_stored: Whether downloads are stored in the cache.
        in_memory: Whether a row contains the bytes of its assets; if not, it contains the paths of their files.
        cameras: Whether the images of the cameras of point clouds are fetched.
    """

    fetching: FetchOptions
    segments_dir: str | os.PathLike[str] | None
    resolve: Resolve | None = field(repr=False)
    storage_options: Mapping[str, Any] | None = field(repr=False)
    is_stored: bool
    in_memory: bool
    cameras: bool = False

    def sources(self, samples: ReleaseSlice, labelset: str | None, traffic: Traffic | None) -> AssetSources:
        """Return the sources of the assets.

        Args:
            samples: The samples whose assets are read.
            labelset: The labelset of the bitmaps.
            traffic: The counters of downloads; None to count nothing.

        Raises:
            OptionError: `segments_dir` is not a folder.
        """
        fetcher = Fetcher(
            samples.header.base,
            self.fetching,
            AssetCache(default_cache_folder()),
            storage_options=self.storage_options,
            store=self.is_stored,
            in_memory=self.in_memory,
            resolve=resolver(self.resolve),
            traffic=traffic,
        )
        folder = segments_folder(self.segments_dir, samples.header, samples.kind(labelset))
        return AssetSources(fetcher, folder, labelset, self.in_memory, self.cameras)


def segments_folder(
    segments_dir: str | os.PathLike[str] | None, header: ReleaseHeader, kind: TaskKind
) -> SegmentsDir | None:
    """Return the folder `segments_dir` for a release; None if no files are read from it.

    Args:
        segments_dir: The option `segments_dir`.
        header: The header of the release.
        kind: The structure of the labels of the release.

    Raises:
        OptionError: The folder does not exist.
    """
    if segments_dir is None or kind.sequence or kind.point_cloud:
        # The folder has one file for each sample, so all frames of a sequence would get the same image.
        return None
    return SegmentsDir(segments_dir, header.owner, header.dataset_name, header.name)
