"""Open a release, a dataset or a stream for a push, as splits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import datasets
from datasets.fingerprint import Hasher

from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.inputs import num_rows, open_splits
from segments_hf.dataset.row_map import check_features, filter_rows
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.errors import OptionError
from segments_hf.hub.compat import fingerprint, generator_of
from segments_hf.hub.sources.release_rows import ReleaseRows
from segments_hf.hub.sources.row_sources import DatasetRows
from segments_hf.io.number_options import check_num_proc
from segments_hf.labels import UNUSABLE_STATUSES
from segments_hf.layouts import DEFAULT_OPTIONS, check_layout, lay_out, layout_of, reported_columns
from segments_hf.layouts.left_out import is_trainable
from segments_hf.layouts.row_report import REPORT, Counts, LeftOut
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasets import Features

    from segments_hf.dataset.data_types import Data, SplitRows
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.hub.sources.row_sources import RowSource
    from segments_hf.layouts import Layout, LayoutOptions
    from segments_hf.release import Sensor

# The columns that a contact sheet needs, of images and of point clouds.
_SHEET_COLUMNS = (
    {"name", "status", "image", "width", "height", "annotations"},
    {"name", "status", "point_cloud", "point_cloud_type", "ego_pose", "annotations", "cameras"},
)
_COUNTED = ("status", "annotations")  # columns that a layout does not have, but whose counts are in the card


@dataclass(frozen=True)
class Part:
    """One split of a push.

    Attributes:
        name: The name of the split.
        rows: The rows, a `Dataset` or an `IterableDataset`.
        features: The columns that are pushed.
        release_rows: The same rows, if they come from a stream of `load_release`. They are read without the stream, and
            other machines can read slices of them.
        left_out: The numbers of rows and objects that were left out to make the rows.
        is_reported: Whether the rows are a stream with the column `REPORT`, which tells which rows the push leaves out.
    """

    name: str
    rows: SplitRows
    features: Features
    release_rows: ReleaseRows | None = None
    left_out: LeftOut = field(default_factory=LeftOut)
    is_reported: bool = False

    @property
    def length(self) -> int | None:
        """The number of rows, including those that the push leaves out; None if it is only known after reading them."""
        return num_rows(self.rows, self.name) if self.release_rows is None else self.release_rows.num_rows

    def sources(self, count: int, on_error: str) -> Sequence[RowSource]:
        """Divide the rows into parts for several processes, in order.

        Args:
            count: The largest number of parts. Each part has at least one row of a dataset, or one shard of a stream.
            on_error: What to do with a row of a dataset whose files cannot be read: ``raise``, ``skip`` the
                row, or ``keep`` the row with null.
        """
        if self.release_rows is not None:
            return self.release_rows.divided(min(count, len(self.release_rows.shards)))
        is_dataset = isinstance(self.rows, datasets.Dataset)
        number = min(count, (self.length or 1) if is_dataset else self.rows.num_shards)
        if number == 1:
            return [DatasetRows(self.rows, self.features, on_error)]
        parts = [self.rows.shard(number, index, contiguous=True) for index in range(number)]
        return [DatasetRows(part, self.features, on_error) for part in parts]

    def expected_left_out(self) -> LeftOut:
        """Return the numbers of rows and objects that are left out, as far as they are known before rows are read."""
        if not self.is_reported or self.release_rows is None or self.length is None:
            return self.left_out
        statuses = self.release_rows.statuses()
        return LeftOut(rows={status: statuses[status] for status in sorted(UNUSABLE_STATUSES & statuses.keys())})

    @property
    def key(self) -> str | None:
        """A key that identifies the rows in every process; None if the rows cannot be identified.

        A stream of `load_release` is identified by the digests of its releases. It is not known whether any other
        stream yields the same rows again.
        """
        if isinstance(self.rows, datasets.Dataset):
            return fingerprint(self.rows)
        inner, function, _ = generator_of(self.rows)
        return Hasher.hash(inner) if isinstance(getattr(function, "__self__", None), SegmentsRelease) else None


@dataclass(frozen=True)
class Source:
    """The input of a push.

    Attributes:
        parts: The splits.
        is_whole: Whether the parts are all splits of the dataset. If they are, other splits on the Hub are removed.
        layout: The layout of the columns; None for rows of a release and for other columns.
        sheet_rows: The rows of the first split for the contact sheet; None if the sheet cannot be drawn from them.
        on_error: What to do with a row that has an error: ``raise``, ``skip`` the row, or ``keep`` it with null.
        sensor: The sensor whose rows these are; None if the data are not a release of several sensors.
    """

    parts: list[Part]
    is_whole: bool
    layout: Layout | None
    sheet_rows: SplitRows | None
    on_error: str
    sensor: Sensor | None = None

    @property
    def features(self) -> Features:
        """The columns that are pushed."""
        return self.parts[0].features

    @property
    def has_keys(self) -> bool:
        """Whether all parts have keys, by which a later process can identify the same rows."""
        return all(part.key is not None for part in self.parts)

    @property
    def info(self) -> datasets.DatasetInfo:
        """The `DatasetInfo` of the first split."""
        return self.parts[0].rows.info


def open_source(
    data: Data,
    layout: str | None,
    num_proc: int | None,
    on_error: str = "raise",
    options: LayoutOptions = DEFAULT_OPTIONS,
) -> Source:
    """Open data for a push.

    Args:
        data: A release, a dataset, a stream or a dict of splits, as in `open_splits`. A release is streamed.
        layout: The layout to convert to; None to push the columns as they are.
        num_proc: The number of processes that convert a dataset to the layout.
        on_error: What to do with a row that cannot be read or converted: ``raise``, ``skip`` or ``keep``.
        options: The options of the layout.

    Raises:
        OptionError: The layout is unknown, an option does not match the layout, `num_proc` is not positive, a split
            has no rows, or the name of a split is not allowed on the Hub.
        SegmentsHFError: The data have another type, or their features are not known.
    """
    check_layout(layout, options)
    policy = checked_on_error(on_error)
    check_num_proc(num_proc)
    splits = open_splits(data, on_error=policy)
    splits.check_names()
    parts: list[Part] = []
    counts = Counts(_COUNTED)
    for name, rows in splits.parts.items():
        check_features(rows)
        pushed = rows
        new_columns = None
        if layout is not None:
            processes = num_proc if isinstance(rows, datasets.Dataset) else None
            named = {name: rows}
            pushed = lay_out(
                named,
                layout,
                options,
                on_error=on_error,
                num_proc=processes,
                counts=counts,
            )[name]
            new_columns = reported_columns(rows, name, layout, options, policy)
        columns = [column for column in pushed.features if layout is None or column not in (*_COUNTED, REPORT)]
        part = Part(
            name,
            pushed,
            datasets.Features({column: pushed.features[column] for column in columns}),
            _release_rows(rows, pushed.features, new_columns),
            counts.left_out.get(name, LeftOut()),
            REPORT in pushed.features,
        )
        if part.length == 0:
            raise OptionError(f"split {name!r} has no rows; leave the split out")
        if parts and part.features != parts[0].features:
            raise OptionError(
                f"splits {parts[0].name!r} and {name!r} have different features; push each of them with "
                f"its own {option('config_name')}"
            )
        parts.append(part)
    first = splits.first
    found = layout_of(first.features)
    is_drawable = any(first.features.keys() >= columns for columns in _SHEET_COLUMNS)
    sheet_rows = first if is_drawable or (found and found.read) else None
    if layout is not None:  # as a stream, because then only the rows of the contact sheet are read
        stream = first.to_iterable_dataset() if isinstance(first, datasets.Dataset) else first
        sheet_rows = filter_rows(stream, is_trainable, None)
    return Source(parts, splits.is_dict, layout_of(parts[0].features), sheet_rows, policy)


def _release_rows(rows: SplitRows, features: Features, new_columns: NewColumns | None) -> ReleaseRows | None:
    """Return the rows of a stream of `load_release`, read without the stream; None for other rows.

    Args:
        rows: The rows before they are converted to a layout.
        features: The columns of the layout, and the columns that are only counted.
        new_columns: The function that makes the columns of the layout; None without a layout.
    """
    if isinstance(rows, datasets.Dataset):
        return None
    _, function, arguments = generator_of(rows)
    builder = getattr(function, "__self__", None)
    if not isinstance(builder, SegmentsRelease) or arguments is None or rows.features != builder.info.features:
        return None
    return ReleaseRows(builder.config, arguments["shards"], features, new_columns)
