"""Count the classes, objects, pixels, statuses and attributes of a release or a dataset."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.dataset.row_map import check_rows
from segments_hf.errors import AssetError, BitmapError
from segments_hf.io.batching import map_in_batches
from segments_hf.io.json_codec.json_decoding import JsonError
from segments_hf.io.prefetching import DECODERS, prefetch
from segments_hf.labels import BITMAP_COLUMN, JSON_LABEL_COLUMN, has_json_label, is_labeled
from segments_hf.labels.categories import class_colors, class_names
from segments_hf.labels.label import last_of_ids
from segments_hf.labels.row import sample_name
from segments_hf.layouts import layout_of, mask_classes
from segments_hf.release import json_text
from segments_hf.release.tasks.listed_label import kinds_in, label_parts
from segments_hf.short_traceback import short_traceback
from segments_hf.stats.layout_rows import countable
from segments_hf.stats.measure import Measured, measure
from segments_hf.stats.stats_result import ClassStats, CoOccurrence, ImageSize, Stats
from segments_hf.stats.tally import AttributeCounts, Attributes, AttributeValue, Sizes, sizes_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, ReleaseKeywords, SplitRows
    from segments_hf.dataset.input_rows import InputRows
    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.labels.row import Row
    from segments_hf.layouts import Layout
    from segments_hf.layouts.layout_label import MaskClasses

__all__ = ["AttributeCounts", "AttributeValue", "ClassStats", "CoOccurrence", "ImageSize", "Sizes", "Stats", "stats"]


@short_traceback
def stats(data: Data, *, assets: bool = False, limit: int | None = None, **options: Unpack[ReleaseKeywords]) -> Stats:
    """Count the classes, objects, pixels, sizes, statuses and attributes of a release or a dataset.

    Pixels and the sizes of masks need bitmaps. The bitmaps of a dataset are always read, those of a release only with
    ``assets=True``. A layout has no statuses and no attributes, and a semantic mask has no objects. The annotations of
    other task types than those of images, such as point clouds, are counted by class, but not measured.

    Args:
        data: A release in any form that `load_release` accepts; or a dataset or a stream of rows, also in a layout or
            from the Hub, or a dict of its splits. Splits are counted together.
        assets: Whether to download the images and bitmaps of a release.
        limit: The largest number of samples of a release, or rows of a dataset, to count; by default all.
        **options: Options of `load_release` for a release, such as `labelset`, `filter_by` and `timeout`.

    Raises:
        OptionError: An option is invalid or does not match the release; or the data are a dataset whose labels stay
            JSON, and whose rows have no categories.
        SegmentsHFError: The data are neither a release nor rows of images with labels.

    >>> from segments_hf.demo import demo_release
    >>> counted = stats(demo_release())
    >>> counted.labeled, counted.objects, [(item.name, item.objects, item.images) for item in counted.classes]
    (6, 63, [('flower', 21, 6), ('leaf', 42, 6)])
    """
    source = open_rows(data, assets=assets, limit=limit, check=_check, **options)
    counter = _Counter(source)
    outcomes = progress_bar(source.outcomes(), desc="Counting", total=source.length, unit="img")
    layout = layout_of(source.features)
    measure_row: Any = _measure_row
    if layout is not None:
        classes = mask_classes(source.features, len(source.categories))
        measure_row = partial(_measure_layout_row, layout=layout, classes=classes)
    rows = map(_without_image, outcomes)
    # Measuring a row without images takes less time than passing the row to a thread.
    may_have_images = assets or releases_by_split(data) is None
    measures = (
        prefetch(measure_row, rows, weight=lambda _: 0, in_flight=DECODERS)
        if may_have_images
        else map_in_batches(measure_row, rows)
    )
    for outcome, measured in measures:
        counter.add(outcome, measured)
    return counter.stats()


def _check(rows: SplitRows) -> None:
    layout = layout_of(rows.features or ())
    if layout is None:
        check_rows(rows, "stats for datasets (pass the release instead)")
    else:
        layout.check_readable()


def _without_image(outcome: Outcome) -> Outcome:
    """Remove the image of a row, to save memory while the row waits for a thread."""
    if outcome.row is not None:
        outcome.row["image"] = None
    return outcome


def _measure_row(outcome: Outcome) -> tuple[Outcome, Measured | BitmapError | None]:
    """Measure a row that has a label, and remove its bitmap. The function runs in several threads."""
    row = outcome.row
    if row is None or not is_labeled(row) or "annotations" not in row:
        return outcome, None
    try:
        return outcome, measure(row)
    except BitmapError as error:
        return outcome, error
    finally:
        row.pop(BITMAP_COLUMN, None)


def _measure_layout_row(
    outcome: Outcome, layout: Layout, classes: MaskClasses
) -> tuple[Outcome, Measured | AssetError | BitmapError | None]:
    """Measure a row in a layout, and keep only the columns that are counted. The function runs in several threads."""
    try:
        outcome.row, measured = countable(layout.read_label(outcome.row or {}, classes))
    except (AssetError, BitmapError) as error:
        outcome.row = {}
        return outcome, error
    return outcome, measured


class _Counter:
    """The counts of the rows so far."""

    def __init__(self, source: InputRows) -> None:
        self._source = source
        self._images = self._labeled = self._unlabeled_pixels = self._masks = 0
        self._statuses = Counter[str]()
        self._objects = Counter[int | None]()  # by class index
        self._images_with = Counter[int]()
        self._pairs = Counter[tuple[int, int]]()
        self._per_image = Counter[int]()
        self._pixels = Counter[int]()
        self._areas = [array("d") for _ in source.categories]
        self._image_sizes = Counter[tuple[int, int]]()
        self._attributes, self._image_attributes = Attributes(), Attributes()
        self._left_out = Counter[str]()
        self._has_json_label = has_json_label(source.features)
        self._not_measured = Counter[str]()
        self._indices = {category.id: index for index, category in enumerate(source.categories)}
        self._problems: list[str] = []

    def add(self, outcome: Outcome, measured: Measured | AssetError | BitmapError | None) -> None:
        """Count a row."""
        self._problems += [f"sample {problem.sample!r}: {problem.reason}" for problem in outcome.losses]
        row = outcome.row
        if row is None:
            return
        self._images += 1
        if "status" in row:
            self._statuses[row["status"] or "(unknown)"] += 1
        if row.get("width") and row.get("height"):
            self._image_sizes[row["width"], row["height"]] += 1
        if not is_labeled(row):
            return
        self._labeled += 1
        if isinstance(measured, Measured):
            self._add_measured(measured)
        elif measured is not None:
            self._problems.append(f"{sample_name(row) if 'name' in row else f'row {self._images - 1}'}: {measured}")
        if self._has_json_label:
            self._add_json_label(row)
        elif "annotations" in row:
            self._add_annotations(row, measured if isinstance(measured, Measured) else None)
        elif isinstance(measured, Measured):  # semantic masks
            self._add_classes(sorted(measured.pixels or ()))

    def _add_annotations(self, row: Row, measured: Measured | None) -> None:
        annotations = row["annotations"]
        if annotations and "id" in annotations[0]:
            ids = [item["id"] for item in annotations]
            if len(set(ids)) < len(ids):
                annotations = [annotations[index] for index in last_of_ids(ids)]
        classes = [item["category"] for item in annotations]
        if measured is not None and measured.found is not None:
            annotations = [item for item in annotations if item["id"] in measured.found]
            classes = [*(item["category"] for item in annotations), *[None] * measured.without_class]
        self._add_objects(classes)
        try:
            if texts := [item["attributes"] for item in annotations if item["attributes"]]:
                self._attributes.add(texts)
            if text := row.get("image_attributes"):
                self._image_attributes.add([text])
        except JsonError as error:
            self._problems.append(f"{sample_name(row)}: got attributes that are not JSON ({error})")

    def _add_json_label(self, row: Row) -> None:
        """Count the annotations of a label that stays JSON. Their geometry is not measured."""
        parts = label_parts(row[JSON_LABEL_COLUMN])
        self._not_measured += kinds_in(parts)
        if parts is None:
            self._problems.append(
                f"{sample_name(row)}: got a label without a list of annotations, which is not counted"
            )
            return
        annotations = [item for part in parts for item in part.annotations]
        classes = [None if item.category is None else self._indices.get(item.category) for item in annotations]
        self._add_objects(classes)
        try:
            self._attributes.add(json_text(item.attributes) for item in annotations)
        except JsonError as error:
            self._problems.append(f"{sample_name(row)}: got attributes that cannot be counted ({error})")

    def _add_objects(self, classes: list[int | None]) -> None:
        """Count the objects of an image by class index."""
        for index in classes:
            self._objects[index] += 1
        self._add_classes(sorted({index for index in classes if index is not None}))
        self._per_image[len(classes)] += 1

    def _add_classes(self, indices: list[int]) -> None:
        # For a few items, these loops are faster than `Counter.update`.
        for index in indices:
            self._images_with[index] += 1
        for pair in itertools.combinations(indices, 2):
            self._pairs[pair] += 1

    def _add_measured(self, measured: Measured) -> None:
        if measured.left_out:
            self._left_out.update(measured.left_out)
        for index, area in measured.areas:
            self._areas[index].append(area)
        if measured.pixels is not None:
            self._masks += 1
            self._pixels.update(measured.pixels)
            self._unlabeled_pixels += measured.unlabeled

    def stats(self) -> Stats:
        """Return the statistics of the rows so far."""
        categories = self._source.categories
        names, colors = class_names(categories), class_colors(categories)
        return Stats(
            name=self._source.name,
            task_type=self._source.task_type,
            images=self._images,
            labeled=self._labeled,
            statuses=dict(self._statuses.most_common()),
            objects=self._objects.total(),
            without_class=self._objects[None],
            classes=[
                ClassStats(
                    index,
                    category.id,
                    names[index],
                    colors[index],
                    self._objects[index],
                    self._images_with[index],
                    self._pixels[index] if self._masks else None,
                    sizes_of([self._areas[index]]),
                )
                for index, category in enumerate(categories)
            ],
            objects_per_image=dict(sorted(self._per_image.items())),
            unlabeled_pixels=self._unlabeled_pixels if self._masks else None,
            sizes=sizes_of(self._areas),
            image_sizes=[ImageSize(*size, count) for size, count in self._image_sizes.most_common()],
            co_occurrence=[CoOccurrence(*pair, count) for pair, count in self._pairs.most_common()],
            attributes=self._attributes.counts(),
            image_attributes=self._image_attributes.counts(),
            left_out=dict(self._left_out.most_common()),
            problems=self._problems,
            unit="sample" if self._has_json_label else "image",
            not_measured=dict(self._not_measured.most_common()),
        )
