"""Make the rows of the samples that a build, a stream or a push reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.dataset.rows.asset_options import AssetOptions
from segments_hf.dataset.rows.features import row_features
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.dataset.rows.row_maker import RowMaker

if TYPE_CHECKING:
    from segments_hf.dataset.building.config import SegmentsReleaseConfig
    from segments_hf.release import Release


def row_maker(config: SegmentsReleaseConfig, release: Release, *, is_stored: bool, in_memory: bool) -> RowMaker:
    """Return the function that makes the rows of a release.

    Args:
        config: The options of the builder.
        release: The release, one of those in the options.
        is_stored: Whether downloads are stored in the cache.
        in_memory: Whether a row contains the bytes of its images; if not, it contains the paths of their files.

    Raises:
        OptionError: An option is invalid or does not fit the release.
    """
    assets = AssetOptions(
        config.fetch_options, config.segments_dir, config.resolve, config.bucket_options, is_stored, in_memory
    )
    categories = config.categories
    return RowMaker(
        release.resolve_labelset(config.labelset),
        {category.id: index for index, category in enumerate(categories)},
        row_features(config.kind, categories),
        assets if config.load_assets else None,
        checked_on_error(config.on_error),
    )
