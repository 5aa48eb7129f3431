"""Read the rows to draw and their classes. Only the images of these rows are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.input_rows import open_rows
from segments_hf.drawing.classes import Classes, classes_of, features_classes
from segments_hf.errors import OptionError, SegmentsHFError

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

# A dict with one of these keys is a row; any other dict is a dict of splits.
_COLUMNS = ("image", "annotations", "objects", "label", "annotation")


def first_rows(data: Any, n: int, of: Any = None, **options: Any) -> tuple[list[dict[str, Any]], Classes]:
    """Return the first rows of an input, with encoded images, and their classes.

    Args:
        data: An input of any kind that `open_splits` accepts; its splits are read one after the other. Or a list or
            an iterator of rows.
        n: The maximum number of rows.
        of: The source of the classes, as `classes_of` takes it; by default the input itself.
        **options: The options of `load_release` for a release.

    Raises:
        SegmentsHFError: The input has an unsupported type, or contains no categories.
        OptionError: There are no rows, `n` is not positive, or there are options but the input is not a release.
    """
    if n < 1:
        raise OptionError(f"got {n}, wanted at least 1", option="n")
    if isinstance(data, Iterator | Sequence) and not isinstance(data, str):
        if options:
            raise OptionError(f"got {', '.join(options)} for rows, but only releases have these options")
        chosen = [dict(row) for row in islice(data, n)]
    else:
        opened = open_rows(data, assets=True, limit=n, check=_any_columns, building={"on_error"}, **options)
        rows = (outcome.row for outcome in opened.outcomes() if outcome.row is not None)
        chosen = [dict(row) for row in islice(rows, n)]
        of = features_classes(opened.features) if of is None else of
    if not chosen:
        raise OptionError("got no rows, wanted at least one")
    return chosen, classes_of(of)


def one_row(data: Any, index: int, of: Any = None) -> tuple[Row, Classes]:
    """Return one row of an input, with encoded images, and its classes.

    Args:
        data: A row, or an input of any kind that `open_splits` accepts.
        index: The index of the row, from 0; its splits are counted one after the other.
        of: The source of the classes, as `classes_of` takes it; by default the input itself.

    Raises:
        OptionError: The index is out of range.
        SegmentsHFError: The input has an unsupported type, or contains no categories; or the sample cannot be read.
    """
    if index < 0:
        raise OptionError(f"got {index}, wanted at least 0", option="index")
    if isinstance(data, Mapping) and any(name in data for name in _COLUMNS):
        if index:
            raise OptionError(f"got {index} for a single row, wanted a dataset or a release as data", option="index")
        return data, classes_of(of)
    opened = open_rows(data, assets=True, skip=index, limit=1, check=_any_columns)
    outcome = next(iter(opened.outcomes()), None)
    if outcome is None:
        raise OptionError(f"got {index}, but there are fewer rows; the first row has the index 0", option="index")
    if outcome.row is None:
        raise SegmentsHFError(f"sample {outcome.problems[0].sample!r}: {outcome.problems[0].reason}")
    return outcome.row, features_classes(opened.features) if of is None else classes_of(of)


def _any_columns(_: Any) -> None:
    """Accept rows with any columns: those of a release and those of all layouts."""
