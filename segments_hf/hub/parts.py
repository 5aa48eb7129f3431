"""The splits that a push uploads, of a release, a dataset or a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets
from datasets.fingerprint import Hasher

from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.inputs import num_rows, open_splits
from segments_hf.dataset.row_map import filter_rows
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.hub.compat import fingerprint, generator_of
from segments_hf.images.depth.scaling import checked_range
from segments_hf.layouts import find_layout, lay_out, layout_of
from segments_hf.layouts.left_out import is_trainable
from segments_hf.option_names import option

if TYPE_CHECKING:
    from datasets import Features

    from segments_hf.layouts import Layout

_SHOWN = {"name", "status", "image", "width", "height", "annotations"}
_COUNTED = ("status", "annotations")  # which a layout does not have, but the card tells of


@dataclass(frozen=True)
class Part:
    """One split.

    Attributes:
        name: Its name.
        rows: A `Dataset` or an `IterableDataset`.
        features: The columns that are pushed.
    """

    name: str
    rows: Any
    features: Features

    @property
    def length(self) -> int | None:
        """The number of rows; None for a stream of unknown length."""
        return num_rows(self.rows, self.name)

    @property
    def key(self) -> str | None:
        """A key of the rows that is the same in every process; None if the rows cannot be identified.

        A stream of ours is known by the digests of its releases; whether another one gives the same rows again is
        unknown.
        """
        if isinstance(self.rows, datasets.Dataset):
            return fingerprint(self.rows)
        inner, function = generator_of(self.rows)
        return Hasher.hash(inner) if isinstance(getattr(function, "__self__", None), SegmentsRelease) else None


@dataclass(frozen=True)
class Source:
    """The input of a push.

    Attributes:
        parts: The splits.
        is_whole: Whether these are all splits of the dataset, so that other splits on the Hub are removed.
        layout: The layout of the columns; None for rows of a release and for other columns.
        shown: Rows of the first split for the contact sheet; None if it cannot be drawn from them.
        on_error: What to do with a row that has an error: ``raise``, ``skip`` it, or ``keep`` it with null.
    """

    parts: list[Part]
    is_whole: bool
    layout: Layout | None
    shown: Any
    on_error: str

    @property
    def features(self) -> Features:
        """The columns that are pushed."""
        return self.parts[0].features

    @property
    def is_known(self) -> bool:
        """Return whether another process would find the same rows by their keys."""
        return all(part.key is not None for part in self.parts)

    @property
    def info(self) -> datasets.DatasetInfo:
        """The info of the dataset."""
        return self.parts[0].rows.info


def open_source(
    data: Any,
    layout: str | None,
    num_proc: int | None,
    on_error: str = "raise",
    image_range: tuple[float, float] | None = None,
) -> Source:
    """Open data for a push.

    Args:
        data: Data of any kind, as `open_splits` takes it. A release is streamed.
        layout: The layout to convert to; None to push the columns as they are.
        num_proc: How many processes make the layout of a dataset.
        on_error: What to do with a row that has an error, in a release, a layout or a picture.
        image_range: The pixel values that become black and white in the layout.

    Raises:
        OptionError: There is no such layout, an option does not fit it, a split has no rows, or the name of a split is
            not allowed on the Hub.
        SegmentsHFError: The data are of another kind, or their features are not known.
    """
    if image_range is not None and layout is None:
        raise OptionError(
            f"got {image_range} without a layout, but only layouts convert images; pass {option('layout')} too",
            option="image_range",
        )
    if layout is not None:
        find_layout(layout, "layout")
    checked_range(image_range)
    policy = checked_on_error(on_error)
    splits = open_splits(data, on_error=policy)
    splits.check_names()
    parts: list[Part] = []
    for name, rows in splits.parts.items():
        if rows.features is None:
            raise SegmentsHFError("got a stream whose features are not known; give `map` the features of its result")
        pushed = rows
        if layout is not None:
            processes = num_proc if isinstance(rows, datasets.Dataset) else None
            pushed = lay_out(
                rows, layout, image_range=image_range, on_error=on_error, num_proc=processes, also=_COUNTED
            )
        columns = [column for column in pushed.features if layout is None or column not in _COUNTED]
        part = Part(name, pushed, datasets.Features({column: pushed.features[column] for column in columns}))
        if part.length == 0:
            raise OptionError(f"split {name!r} has no rows; leave it out")
        if parts and part.features != parts[0].features:
            raise OptionError(f"splits {parts[0].name!r} and {name!r} have other features; push them as two configs")
        parts.append(part)
    first = splits.first
    shown = first if first.features.keys() >= _SHOWN or layout_of(first.features) else None
    if layout is not None:  # as a stream: no more rows are read than are shown
        stream = first.to_iterable_dataset() if isinstance(first, datasets.Dataset) else first
        shown = filter_rows(stream, is_trainable, None)
    return Source(parts, splits.is_dict, layout_of(parts[0].features), shown, policy)
