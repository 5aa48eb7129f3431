"""Collect the uploaded shards of a push, and name their files in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.hub.uploads.journal import UploadedShard

# The largest number of files in a group; https://huggingface.co/docs/hub/storage-limits advises fewer than 100 files in
# a commit.
GROUP_SIZE = 100


class PushedShards:
    """The uploaded shards of a push.

    The rows of a split are divided into slices: one for each worker process of a push, for each task of a push on Ray,
    or for each block of a Ray dataset. Slices are added in any order. The shards of one slice are added in the order of
    their rows.

    If a push has at most 100 shards, they have names such as ``data/train-00003-of-00017.parquet``. If there are more
    shards, the first shards may be committed before the number of all shards is known. Therefore, the names have the
    number of the slice and the number of the shard in its slice, such as ``data/train-00002-00003.parquet``. The
    alphabetical order of the names is the order of the rows.

    A split is identified by the folder of its configuration and its name, such as ``data/train``.
    """

    def __init__(self) -> None:
        self._slices: dict[str, dict[int, list[UploadedShard]]] = {}
        self._count = 0

    @property
    def are_many(self) -> bool:
        """Whether there are more shards than `GROUP_SIZE`."""
        return self._count > GROUP_SIZE

    def add(self, split: str, index: int, shards: Sequence[UploadedShard]) -> dict[str, UploadedShard]:
        """Add the next shards of a slice.

        Args:
            split: The folder and the name of the split.
            index: The number of the slice, from 0.
            shards: The shards in the order of their rows.

        Returns:
            The shards whose final paths become known with this call, by path. The dict is empty while there are at most
            100 shards.
        """
        had_many = self.are_many
        slice_shards = self._slices.setdefault(split, {}).setdefault(index, [])
        next_number = len(slice_shards)
        slice_shards += shards
        self._count += len(shards)
        if not self.are_many:
            return {}
        if not had_many:
            return self.by_path()
        return {self._path(split, index, next_number + number): shard for number, shard in enumerate(shards)}

    def by_path(self) -> dict[str, UploadedShard]:
        """Return the shards by path. The paths are final if all shards were added, or if there are more than 100."""
        if self.are_many:
            return {
                self._path(split, index, number): shard
                for split, slices in self._slices.items()
                for index, slice_shards in sorted(slices.items())
                for number, shard in enumerate(slice_shards)
            }
        paths = {}
        for split, slices in self._slices.items():
            in_order = [shard for _, slice_shards in sorted(slices.items()) for shard in slice_shards]
            for number, shard in enumerate(in_order):
                paths[f"{split}-{number:05d}-of-{len(in_order):05d}.parquet"] = shard
        return paths

    @staticmethod
    def _path(split: str, index: int, number: int) -> str:
        return f"{split}-{index:05d}-{number:05d}.parquet"
