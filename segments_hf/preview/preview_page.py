"""A page that shows a dataset: its pictures with labels over them, and findings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.rows.row_images import ASSET_COLUMNS
from segments_hf.errors import OptionError
from segments_hf.io.prefetching import DECODERS, prefetch
from segments_hf.labels import with_decoded_bitmap
from segments_hf.labels.categories import class_colors, class_names
from segments_hf.preview.page_file import block, new_page
from segments_hf.preview.shown_sample import shown_sample
from segments_hf.validate.validator import Validator

if TYPE_CHECKING:
    import os

    from segments_hf.dataset.rows.row_maker import Outcome
    from segments_hf.preview.shown_sample import ShownSample
    from segments_hf.validate.validator import Examined

_SMALLEST = 16  # pixels


class PageClass(msgspec.Struct):
    """A class on the page; its place in the list is its class index."""

    id: int
    name: str
    color: tuple[int, int, int]


class PageHead(msgspec.Struct):
    """The data of a page about all of its samples.

    Attributes:
        name: What is looked at.
        task_type: Its task type.
        classes: The classes.
        limit: How many samples are shown at most: where there are as many, there may be more.
    """

    name: str
    task_type: str | None
    classes: list[PageClass]
    limit: int | None


def preview(
    data: Any,
    path: str | os.PathLike[str],
    *,
    limit: int | None = 1000,
    size: int = 1280,
    overwrite: bool = False,
    **options: Any,
) -> Path:
    """Make a page of pictures with their labels over them, and of what `validate` finds in each sample.

    The page is one file that opens from disk and makes no requests. Broken samples are on it too.

    Args:
        data: A release as `load_release` takes it; or a dataset or a stream of rows, also one from the Hub, or a dict
            of its splits. Rows are read one by one.
        path: The file to write, such as ``preview.html``. A page that was made before is replaced.
        limit: How many samples of a release, or rows of a dataset, to show at most; None for all. A page of 1,000 has
            some 150 MB.
        size: The longest side of the pictures in pixels; larger ones are scaled down.
        overwrite: Whether to replace a file that is not such a page.
        **options: The options of `load_release` for a release: which samples, and how pictures are fetched.

    Returns:
        The file.

    Raises:
        OptionError: An option does not fit.
        OutputExistsError: Something else is there.
        SegmentsHFError: The data are neither a release nor a dataset.

    >>> import tempfile
    >>> from segments_hf.demo import demo_release
    >>> preview(demo_release(), Path(tempfile.mkdtemp()) / "preview.html").name
    'preview.html'
    """
    if size < _SMALLEST:
        raise OptionError(f"got {size}, wanted {_SMALLEST} pixels at least", option="size")
    source = open_rows(data, assets=True, limit=limit, **options)
    validator = Validator(assets=True)
    outcomes = progress_bar(source.outcomes(), desc="Preview", total=source.length, unit="img")
    names, colors = class_names(source.categories), class_colors(source.categories)
    ids = [category.id for category in source.categories]
    classes = [PageClass(*parts) for parts in zip(ids, names, colors, strict=True)]
    with new_page(Path(path), source.name, overwrite=overwrite) as page:
        page.add(block("page", PageHead(source.name, source.task_type, classes, limit)))
        look = partial(_look, validator=validator, classes=len(classes), longest=size)
        for examined, sample in prefetch(look, outcomes, weight=_weight, in_flight=DECODERS):
            sample.entry.findings = validator.compare(examined)
            page.add(block("entry", sample.entry) + block("thumb", sample.thumb) + block("detail", sample.detail))
    return Path(path)


def _look(outcome: Outcome, *, validator: Validator, classes: int, longest: int) -> tuple[Examined, ShownSample]:
    """Check a row by itself and make its data for the page; its pictures are dropped. Runs in threads."""
    row = outcome.row
    if row is not None:
        outcome.row = dict(with_decoded_bitmap(row))
    looked_at = validator.examine(outcome), shown_sample(outcome, [], classes=classes, longest=longest)
    if row is not None:
        outcome.row = {name: value for name, value in row.items() if name not in ASSET_COLUMNS}
    return looked_at


def _weight(looked_at: tuple[Examined, ShownSample]) -> int:
    """The bytes of the pictures that a page gets."""
    _, sample = looked_at
    return len(sample.detail.image or "") + len(sample.thumb.image or "")
