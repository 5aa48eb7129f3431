"""The rows of data that are to be drawn, with their classes. No more pictures are fetched or decoded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.input_rows import open_rows
from segments_hf.drawing.classes import Classes, classes_of, features_classes
from segments_hf.errors import OptionError, SegmentsHFError

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

_COLUMNS = ("image", "annotations", "objects", "label", "annotation")  # that only a row has, and no dict of splits


def first_rows(data: Any, n: int, of: Any = None, **options: Any) -> tuple[list[dict[str, Any]], Classes]:
    """The first rows of data, pictures as they are stored, and their classes.

    Args:
        data: Data of any kind, as `open_splits` takes it; several splits come one after the other. Or rows.
        n: How many rows at most.
        of: The source of the classes, as `classes_of` takes it; by default it is the data.
        **options: The options of `load_release` for a release.

    Raises:
        SegmentsHFError: The data are of another kind, or hold no categories.
        OptionError: There are no rows, `n` is not positive, or options of a release are given for something else.
    """
    if n < 1:
        raise OptionError(f"got {n}, wanted 1 at least", option="n")
    if isinstance(data, Iterator | Sequence) and not isinstance(data, str):
        if options:
            raise OptionError(f"got {', '.join(options)}; they are options of a release")
        chosen = [dict(row) for row in islice(data, n)]
    else:
        opened = open_rows(data, assets=True, limit=n, check=_any_columns, building={"on_error"}, **options)
        rows = (outcome.row for outcome in opened.outcomes() if outcome.row is not None)
        chosen = [dict(row) for row in islice(rows, n)]
        of = features_classes(opened.features) if of is None else of
    if not chosen:
        raise OptionError("got no rows, wanted one at least")
    return chosen, classes_of(of)


def one_row(data: Any, index: int, of: Any = None) -> tuple[Row, Classes]:
    """A row of data, pictures as they are stored, and its classes.

    Args:
        data: A row; or data of any kind, as `open_splits` takes it.
        index: The place of the row in the data, from 0 on; several splits come one after the other.
        of: The source of the classes, as `classes_of` takes it; by default it is the data.

    Raises:
        OptionError: There is no such place.
        SegmentsHFError: The data are of another kind, or hold no categories; or the sample at this place is broken.
    """
    if index < 0:
        raise OptionError(f"got {index}, wanted 0 at least", option="index")
    if isinstance(data, Mapping) and any(name in data for name in _COLUMNS):
        if index:
            raise OptionError(f"got {index} for a row; wanted a dataset or a release", option="index")
        return data, classes_of(of)
    opened = open_rows(data, assets=True, skip=index, limit=1, check=_any_columns)
    outcome = next(iter(opened.outcomes()), None)
    if outcome is None:
        raise OptionError(f"got {index}, but the data has fewer rows", option="index")
    if outcome.row is None:
        raise SegmentsHFError(f"sample {outcome.problems[0].sample!r}: {outcome.problems[0].reason}")
    return outcome.row, features_classes(opened.features) if of is None else classes_of(of)


def _any_columns(_: Any) -> None:
    """Let rows through in any layout."""
