"""The first rows of something that somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.given import as_dataset
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.row_map import without_decoding
from segments_hf.errors import OptionError
from segments_hf.pictures.classes import Classes, classes_of
from segments_hf.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterable

_DATASETS = (datasets.Dataset, datasets.IterableDataset, datasets.DatasetDict, datasets.IterableDatasetDict)


def first_rows(given: Any, n: int, of: Any = None, **options: Any) -> tuple[list[dict[str, Any]], Classes]:
    """The first rows, pictures as they are stored, and their classes. No more pictures are fetched or decoded.

    Args:
        given: A dataset or a stream, or a dict of splits, which come one after the other; a release as `load_release`
            takes it, or a `Release`; or rows.
        n: How many rows at most.
        of: What tells the classes, as `classes_of` takes it; by default it is what is given.
        **options: The options of `load_release` for a release.

    Raises:
        SegmentsHFError: It is something else, or does not carry categories.
        OptionError: There are no rows, `n` is not positive, or options of a release are given for something else.
    """
    if n < 1:
        raise OptionError(f"n: got {n}, wanted 1 at least")
    rows: Iterable[Any]
    if isinstance(given, Iterator | Sequence) and not isinstance(given, str):
        rows, classes = given, classes_of(of)
    elif isinstance(given, _DATASETS):
        classes = classes_of(given if of is None else of)
        rows = chain.from_iterable(map(without_decoding, given.values() if isinstance(given, dict) else [given]))
    else:
        rows, classes = _of_release(given, n, of, options)
        options = {}
    if options:
        raise OptionError(f"got {', '.join(options)}; they are options of a release")
    chosen = [dict(row) for row in islice(rows, n)]
    if not chosen:
        raise OptionError("got no rows, wanted one at least")
    return chosen, classes


def _of_release(given: Any, n: int, of: Any, options: Mapping[str, Any]) -> tuple[Iterable[Any], Classes]:
    options = {"on_error": "keep", **options}
    dataset = as_dataset(given, **options)
    builder = release_builder(given.location if isinstance(given, Release) else given, **options)
    rows = (outcome.row for outcome in builder.outcomes(n) if outcome.row is not None)
    return rows, classes_of(dataset if of is None else of)
