"""Warn if a load finds no file in `segments_dir`, for example because the folder is one level too high."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.dataset.rows.asset_options import segments_folder
from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import own_logger
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import Logger
    from pathlib import Path

    from segments_hf.assets import SegmentsDir
    from segments_hf.dataset.building.config import SegmentsReleaseConfig
    from segments_hf.dataset.building.plan import Shard
    from segments_hf.release import Release

_MAX_LISTED = 5

logger: Logger = own_logger(__name__)


def warn_if_segments_dir_is_unused(config: SegmentsReleaseConfig, plan: Mapping[str, list[Shard]]) -> None:
    """Log a warning if no image and no bitmap of a load is in `segments_dir`.

    Usually, the search ends at the first sample, whose image is found.

    Args:
        config: The options of the builder.
        plan: The shards of each split.
    """
    if not config.load_assets:
        return
    example = None
    for shard in (shard for shards in plan.values() for shard in shards):
        release = config.reopen(shard.release)
        labelset = release.resolve_labelset(config.labelset)
        folder = segments_folder(config.segments_dir, release.header, release.kind(labelset))
        if folder is None:
            return
        for index in shard.indices:
            if _is_found(folder, release, index, labelset):
                return
        example = example or folder
    if example is not None:
        logger.warning(
            "%s: the folder %s contains no image and no bitmap of this load, so all images and bitmaps are fetched; "
            "expected the files of the official SDK in %s, named after the samples; %s contains %s",
            option("segments_dir"),
            example.searched,
            example.expected,
            example.searched,
            _content(example.searched),
        )


def _is_found(folder: SegmentsDir, release: Release, index: int, labelset: str | None) -> bool:
    try:
        sample = release[index]
        images = sample.images[:1]
    except ReleaseError:
        return False
    url = images[0].image.url if images and images[0].image else None
    return bool(folder.image(sample.name, url or "") or folder.bitmap(sample.name, labelset or ""))


def _content(folder: Path) -> str:
    """Return text that lists the first names in a folder, and the number of all other names."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        return f"(cannot be listed: {error})"
    more = [f"… {len(names) - _MAX_LISTED} more"] if len(names) > _MAX_LISTED else []
    return ", ".join([*map(repr, names[:_MAX_LISTED]), *more]) or "nothing"
