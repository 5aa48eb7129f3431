"""Open the splits of the data of a push: a release, a dataset or a stream."""

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
from segments_hf.hub.compat import fingerprint, stream_origin
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

# The columns that a contact sheet of images needs, and the columns that a contact sheet of point clouds needs.
_SHEET_COLUMNS = (
    {"name", "status", "image", "width", "height", "annotations"},
    {"name", "status", "point_cloud", "point_cloud_type", "ego_pose", "annotations", "cameras"},
)
_COUNTED = ("status", "annotations")  # columns that are not pushed with a layout, but are counted for the card


@dataclass(frozen=True)
class SourceSplit:
    """One split of a push.

    Attributes:
        name: The name of the split.
        rows: The rows, a `Dataset` or an `IterableDataset`.
        features: The columns that are pushed.
        release_rows: The same rows in a form that other machines can read in slices, if they come from a stream of
            `load_release`; None for other rows.
        left_out: The numbers of rows and objects that the conversion of a dataset to a layout has left out; empty for a
            stream, whose rows are converted while they are pushed.
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
        """The number of rows, including rows that the push leaves out; None if it is not known before reading."""
        return num_rows(self.rows, self.name) if self.release_rows is None else self.release_rows.num_rows

    def row_sources(self, count: int, on_error: str) -> Sequence[RowSource]:
        """Divide the rows into parts for several processes. The parts are in the order of the rows.

        Args:
            count: The largest number of parts. Each part has at least one row of a dataset, or one shard of a stream.
            on_error: What to do with a row whose image, bitmap or point cloud cannot be read: ``raise``, ``skip`` the
                row, or ``keep`` the row with null. If `release_rows` is not None, the option of the stream applies.
        """
        if self.release_rows is not None:
            return self.release_rows.divided(min(count, len(self.release_rows.shards)))
        is_dataset = isinstance(self.rows, datasets.Dataset)
        num_parts = min(count, (self.length or 1) if is_dataset else self.rows.num_shards)
        if num_parts == 1:
            return [DatasetRows(self.rows, self.features, on_error)]
        parts = [self.rows.shard(num_parts, index, contiguous=True) for index in range(num_parts)]
        return [DatasetRows(part, self.features, on_error) for part in parts]

    def expected_left_out(self) -> LeftOut:
        """Return the numbers of rows and objects left out, as far as they are known before the rows are read."""
        if not self.is_reported or self.release_rows is None or self.length is None:
            return self.left_out
        statuses = self.release_rows.statuses()
        return LeftOut(rows={status: statuses[status] for status in sorted(UNUSABLE_STATUSES & statuses.keys())})

    @property
    def key(self) -> str | None:
        """A key that identifies the rows in every process; None if the rows cannot be identified.

        The key of a stream of `load_release` depends on the digests of its releases. Any other stream has no key,
        because it may yield other rows when it is read again.
        """
        if isinstance(self.rows, datasets.Dataset):
            return fingerprint(self.rows)
        examples, function, _ = stream_origin(self.rows)
        return Hasher.hash(examples) if isinstance(getattr(function, "__self__", None), SegmentsRelease) else None


@dataclass(frozen=True)
class Source:
    """The data of one configuration of a push.

    Attributes:
        splits: The splits that are pushed.
        is_whole: Whether these are all splits of the dataset. If they are, the push removes other splits of the
            configuration on the Hub.
        layout: The layout of the columns; None if the columns are not in a layout.
        sheet_rows: The rows of the first split for the contact sheet; None if the sheet cannot be drawn from them.
        on_error: What to do with a row that has an error: ``raise``, ``skip`` the row, or ``keep`` the row with null.
        sensor: The sensor whose rows are pushed; None if the data are not a release of several sensors.
    """

    splits: list[SourceSplit]
    is_whole: bool
    layout: Layout | None
    sheet_rows: SplitRows | None
    on_error: str
    sensor: Sensor | None = None

    @property
    def features(self) -> Features:
        """The columns that are pushed."""
        return self.splits[0].features

    @property
    def has_keys(self) -> bool:
        """Whether all splits have keys, by which a later process can identify the same rows."""
        return all(split.key is not None for split in self.splits)

    @property
    def info(self) -> datasets.DatasetInfo:
        """The `DatasetInfo` of the first split."""
        return self.splits[0].rows.info


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
        num_proc: The number of processes that convert a dataset to the layout; None for this process alone.
        on_error: What to do with a row that cannot be read or converted: ``raise``, ``skip`` or ``keep``.
        options: The options of the layout.

    Raises:
        OptionError: The layout is unknown, an option does not match the layout, `num_proc` is not positive, a split
            has no rows, the name of a split is not allowed on the Hub, or two splits have different features.
        SegmentsHFError: The data have another type, or their features are not known.
    """
    check_layout(layout, options)
    policy = checked_on_error(on_error)
    check_num_proc(num_proc)
    opened = open_splits(data, on_error=policy)
    opened.check_names()
    splits: list[SourceSplit] = []
    counts = Counts(_COUNTED)
    for name, rows in opened.rows_by_split.items():
        check_features(rows)
        pushed = rows
        new_columns = None
        if layout is not None:
            processes = num_proc if isinstance(rows, datasets.Dataset) else None
            laid_out = lay_out({name: rows}, layout, options, on_error=on_error, num_proc=processes, counts=counts)
            pushed = laid_out[name]
            new_columns = reported_columns(rows, name, layout, options, policy)
        columns = [column for column in pushed.features if layout is None or column not in (*_COUNTED, REPORT)]
        split = SourceSplit(
            name,
            pushed,
            datasets.Features({column: pushed.features[column] for column in columns}),
            _release_rows(rows, pushed.features, new_columns),
            counts.left_out.get(name, LeftOut()),
            REPORT in pushed.features,
        )
        if split.length == 0:
            raise OptionError(f"split {name!r} has no rows; leave the split out")
        if splits and split.features != splits[0].features:
            raise OptionError(
                f"splits {splits[0].name!r} and {name!r} have different features; push each split with "
                f"its own {option('config_name')}"
            )
        splits.append(split)
    first_rows = opened.first_split
    first_layout = layout_of(first_rows.features)
    is_drawable = any(first_rows.features.keys() >= columns for columns in _SHEET_COLUMNS)
    sheet_rows = first_rows if is_drawable or (first_layout and first_layout.read) else None
    if layout is not None:  # the filter of a stream reads only the rows that the contact sheet needs
        stream = first_rows.to_iterable_dataset() if isinstance(first_rows, datasets.Dataset) else first_rows
        sheet_rows = filter_rows(stream, is_trainable, None)
    return Source(splits, opened.is_dict, layout_of(splits[0].features), sheet_rows, policy)


def _release_rows(rows: SplitRows, features: Features, new_columns: NewColumns | None) -> ReleaseRows | None:
    """Return the rows of a stream of `load_release` in a form that is read without the stream; None for other rows.

    Args:
        rows: The rows before they are converted to a layout.
        features: The columns that are pushed, and with a layout the columns that are only counted.
        new_columns: The function that makes the columns of the layout; None without a layout.
    """
    if isinstance(rows, datasets.Dataset):
        return None
    _, function, arguments = stream_origin(rows)
    builder = getattr(function, "__self__", None)
    if not isinstance(builder, SegmentsRelease) or arguments is None or rows.features != builder.info.features:
        return None
    return ReleaseRows(builder.config, arguments["shards"], features, new_columns)
