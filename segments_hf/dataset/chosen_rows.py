"""Choose rows of datasets and streams: all, the first ones, or rows at even distances."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.row_map import without_decoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments_hf.dataset.data_types import SplitRows


def even_positions(total: int, limit: int) -> list[int]:
    """Return positions at even distances, from 0 to below `total`: as many as `limit`, or all if there are fewer.

    >>> even_positions(10, 4), even_positions(3, 4)
    ([0, 2, 5, 7], [0, 1, 2])
    """
    count = min(limit, total)
    return [number * total // count for number in range(count)]


def rows_after(splits: Mapping[str, SplitRows], skip: int) -> Iterator[tuple[str, Any]]:
    """Yield the rows of all splits except for the first `skip` rows, each with the name of its split."""
    for name, rows in splits.items():
        if isinstance(rows, datasets.Dataset):
            skipped = min(skip, len(rows))
            skip -= skipped
            remaining = _stream(rows.select(range(skipped, len(rows)))) if skipped < len(rows) else ()
            yield from ((name, row) for row in remaining)
            continue
        for row in _stream(rows):
            if skip:
                skip -= 1
            else:
                yield name, row


def first_rows_of_splits(splits: Mapping[str, SplitRows], limit: int) -> Iterator[tuple[str, Any]]:
    """Yield the first rows of each split, up to `limit` rows in all.

    Each split has an equal share of the limit. If a split has fewer rows than its share, the next splits get the rest.
    """
    for number, (name, rows) in enumerate(splits.items()):
        share = -(-limit // (len(splits) - number))
        for row in itertools.islice(_stream(rows), share):
            limit -= 1
            yield name, row


def even_rows(splits: Mapping[str, datasets.Dataset], limit: int) -> Iterator[tuple[str, Any]]:
    """Yield rows of datasets at even distances, as if all splits were one dataset."""
    positions, end = even_positions(sum(map(len, splits.values())), limit), 0
    for name, rows in splits.items():
        begin, end = end, end + len(rows)
        chosen = [position - begin for position in positions if begin <= position < end]
        yield from ((name, row) for row in (_stream(rows.select(chosen)) if chosen else ()))


def _stream(rows: SplitRows) -> SplitRows:
    return without_decoding(rows.to_iterable_dataset() if isinstance(rows, datasets.Dataset) else rows)
