"""The first rows of something that somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.inputs import as_dataset, release_of
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.row_map import without_decoding
from segments_hf.drawing.classes import Classes, classes_of
from segments_hf.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    if (release := release_of(given)) is not None:
        builder = release_builder(release, **{"on_error": "keep", **options})
        rows = (outcome.row for outcome in builder.outcomes(n) if outcome.row is not None)
        options, known = {}, builder.config.categories
    elif isinstance(given, Iterator | Sequence):
        rows, known = given, None
    else:
        known = as_dataset(given)
        rows = chain.from_iterable(map(without_decoding, known.values() if isinstance(known, dict) else [known]))
    if options:
        raise OptionError(f"got {', '.join(options)}; they are options of a release")
    chosen = [dict(row) for row in islice(rows, n)]
    if not chosen:
        raise OptionError("got no rows, wanted one at least")
    return chosen, classes_of(known if of is None else of)
