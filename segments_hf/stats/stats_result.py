"""The result of `stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.io.json_codec.json_text import text_or_json
from segments_hf.io.number_text import counted, listed_counts, share_text
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.option_names import option
from segments_hf.release.tasks.label_parts import LABEL
from segments_hf.stats.clouds.cloud_stats import CloudStats  # noqa: TC001  (msgspec reads the annotations)
from segments_hf.stats.clouds.cloud_tables import cloud_tables
from segments_hf.stats.tally import AttributeCounts, Sizes  # noqa: TC001  (msgspec reads the annotations)
from segments_hf.stats.titles import (
    ATTRIBUTES,
    CO_OCCURRENCE,
    IMAGE_SIZES,
    LABEL_STATUSES,
    OBJECT_SIZES,
    objects_per,
    title_of_classes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segments_hf.io.tables import Block

_MAX_LINES = 12  # of a table that may have any number of rows


class ClassStats(msgspec.Struct, frozen=True):
    """The statistics of one class.

    Attributes:
        index: The class index.
        id: The category id.
        name: The name.
        color: The color as (R, G, B).
        objects: The number of objects of the class.
        images: The number of images with the class.
        pixels: The number of pixels of the class in all semantic masks; None if no mask could be made.
        sizes: The sizes of the objects of the class; None if no area is known.
    """

    index: int
    id: int
    name: str
    color: tuple[int, int, int]
    objects: int
    images: int
    pixels: int | None
    sizes: Sizes | None


class ImageSize(msgspec.Struct, frozen=True):
    """An image size in pixels and the number of images with this size."""

    width: int
    height: int
    images: int


class CoOccurrence(msgspec.Struct, frozen=True):
    """The class indices of two classes and the number of images that contain both."""

    first: int
    second: int
    images: int


class Stats(Result, msgspec.Struct, frozen=True):
    """The statistics of a release or a dataset. The objects of unlabeled, skipped and rejected images do not count.

    Attributes:
        name: The name of the release or the dataset.
        task_type: The task type; None if it is not known.
        images: The number of images; each frame of a sequence counts as one image.
        labeled: The number of images with a label.
        statuses: The number of images with each label status, the most frequent first; empty for a layout.
        objects: The number of objects; 0 for semantic masks, which do not separate objects. Annotations with the same
            id are one object with the class of the last annotation.
        without_class: The number of objects whose class is not known.
        classes: The statistics of the classes, in the order of the class indices.
        objects_per_image: The number of labeled images for each number of objects.
        unlabeled_pixels: The number of pixels without a class in all semantic masks; None if no mask could be made.
        sizes: The sizes of all objects; None if no area is known, as for points, or for bitmaps that were not read.
        image_sizes: The sizes of images, the most frequent first. Unknown sizes are left out.
        co_occurrence: The pairs of classes that occur in the same image, the most frequent first.
        attributes: The attributes of objects.
        image_attributes: The attributes of images.
        left_out: The number of annotations that are not counted as objects, by reason, such as
            ``without a pixel``.
        problems: An error message for each part of a sample that could not be read and is not counted.
        unit: The unit of the numbers of images: ``image``; ``point cloud``, also for each frame of a sequence; or
            ``sample`` for other task types, such as those of text. For these task types, a sequence is one sample, and
            its objects are the annotations of all its frames.
        point_clouds: The statistics of points and cuboids; None for other data than point clouds.
        not_measured: The counts of labels that are not measured, because they are not those of images or point clouds:
            the number of annotations of each kind, such as ``{"text span": 120}``, of labeled points, and of labels
            without a list of annotations. Empty for images and point clouds.
    """

    name: str
    task_type: str | None
    images: int
    labeled: int
    statuses: dict[str, int]
    objects: int
    without_class: int
    classes: list[ClassStats]
    objects_per_image: dict[int, int]
    unlabeled_pixels: int | None
    sizes: Sizes | None
    image_sizes: list[ImageSize]
    co_occurrence: list[CoOccurrence]
    attributes: list[AttributeCounts]
    image_attributes: list[AttributeCounts]
    left_out: dict[str, int]
    problems: list[str]
    unit: str = "image"
    point_clouds: CloudStats | None = None
    not_measured: dict[str, int] = {}

    def __repr__(self) -> str:
        counts = {"images": self.images, "labeled": self.labeled, "objects": self.objects}
        return short_repr(self, self.name, **counts, classes=len(self.classes))

    def blocks(self) -> Iterable[Block]:
        """Return the lines and tables that `str` and a notebook show."""
        return _blocks(self)


def _blocks(stats: Stats) -> Iterator[Block]:
    """Yield the lines and tables that show statistics."""
    units = f"{stats.unit}s"
    yield _facts(stats)
    yield _classes(stats)
    if stats.point_clouds:
        yield from cloud_tables(stats.point_clouds, [Cell(item.name, item.color) for item in stats.classes])
    if stats.statuses:
        yield _counts(LABEL_STATUSES, ("status", units), stats.statuses.items())
    if stats.objects_per_image:
        yield _counts(objects_per(stats.unit), ("objects", units), _ranges(stats.objects_per_image))
    if stats.image_sizes:
        sizes = [(f"{item.width} x {item.height}", item.images) for item in stats.image_sizes]
        yield _counts(IMAGE_SIZES, ("width x height", "images"), _limited(sizes))
    if stats.co_occurrence:
        names = [item.name for item in stats.classes]
        pairs = [(f"{names[pair.first]}, {names[pair.second]}", pair.images) for pair in stats.co_occurrence]
        yield _counts(CO_OCCURRENCE, ("both classes", units), _limited(pairs))
    if stats.attributes:
        yield _counts(f"{ATTRIBUTES} of objects", ("attribute", "value", "objects"), _attribute_rows(stats.attributes))
    if stats.image_attributes:
        yield _counts(
            f"{ATTRIBUTES} of {units}", ("attribute", "value", units), _attribute_rows(stats.image_attributes)
        )
    if stats.problems:
        yield Cell(f"{counted(len(stats.problems), 'problem')}, the first: {stats.problems[0]}", style="bold red")


def _facts(stats: Stats) -> Table:
    without_class = f", {stats.without_class:,} without a class" if stats.without_class else ""
    facts = {
        "name": stats.name,
        "task type": stats.task_type or "–",
        f"{stats.unit}s": f"{stats.images:,} ({stats.labeled:,} labeled)",
        "objects": f"{stats.objects:,}{without_class}",
    }
    if not stats.point_clouds:
        facts[OBJECT_SIZES.lower()] = _size_text(stats.sizes)
    if stats.not_measured:
        if _is_uncounted(stats):
            facts["objects"] = "not counted: the labels have no list of annotations"
        facts[OBJECT_SIZES.lower()] = f"not measured for this task type: {listed_counts(stats.not_measured)}"
    if stats.left_out:
        facts["left out"] = ", ".join(f"{count:,} {reason}" for reason, count in stats.left_out.items())
    return Table(("", ""), [(Cell(name, style="dim"), text) for name, text in facts.items()])


def _classes(stats: Stats) -> Table:
    columns: dict[str, Any] = {
        "class": lambda item: Cell(item.name, item.color),
        "objects": lambda item: item.objects,
        f"{stats.unit}s": lambda item: item.images,
    }
    if _is_uncounted(stats):
        columns = {name: cell if name == "class" else lambda _: "–" for name, cell in columns.items()}
    total = (stats.unlabeled_pixels or 0) + sum(item.pixels or 0 for item in stats.classes)
    if stats.unlabeled_pixels is not None:
        columns["pixels"] = lambda item: item.pixels
        columns["%"] = lambda item: share_text(item.pixels, total)
    if stats.sizes:
        columns["median"] = lambda item: f"{item.sizes.median:,.0f}" if item.sizes else "–"
        columns["s / m / l"] = _small_medium_large
    rows = [[cell(item) for cell in columns.values()] for item in stats.classes]
    if stats.unlabeled_pixels is not None:
        unlabeled = ["", "", stats.unlabeled_pixels, share_text(stats.unlabeled_pixels, total)]
        rows.append([Cell("(unlabeled)", style="dim"), *unlabeled, *[""] * (len(columns) - len(unlabeled) - 1)])
    title = title_of_classes(objects=True, pixels="pixels" in columns, unit=stats.unit)
    return Table(tuple(columns), rows, number_columns=tuple(columns)[1:], title=title)


def _is_uncounted(stats: Stats) -> bool:
    """Return whether no object was counted, and a label has no valid list of annotations."""
    return LABEL in stats.not_measured and not stats.objects


def _small_medium_large(item: ClassStats) -> str:
    return f"{item.sizes.small:,} / {item.sizes.medium:,} / {item.sizes.large:,}" if item.sizes else "–"


def _size_text(sizes: Sizes | None) -> str:
    if sizes is None:
        return f"not known: the sizes of masks need {option('assets', True)}, and points have no size"
    return (
        f"{sizes.smallest:,.0f} to {sizes.largest:,.0f} pixels, median {sizes.median:,.0f}; "
        f"{sizes.small:,} small, {sizes.medium:,} medium, {sizes.large:,} large (s, m, l as in COCO)"
    )


def _counts(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Table:
    return Table(columns, list(rows), number_columns=columns[-1:], title=title)


def _ranges(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return the number of images for each number of objects, or for ranges if there are many numbers."""
    if len(counts) <= _MAX_LINES:
        return [(str(number), images) for number, images in counts.items()]
    step = -(-(max(counts) + 1) // _MAX_LINES)
    lines: dict[int, int] = {}
    for number, images in counts.items():
        lines[number // step] = lines.get(number // step, 0) + images
    return [(f"{step * line} to {step * (line + 1) - 1}", images) for line, images in lines.items()]


def _limited(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the first rows of a table, and one row with the sum of all other rows."""
    others = rows[_MAX_LINES:]
    return [*rows[:_MAX_LINES], *([(f"({len(others)} others)", sum(count for _, count in others))] if others else [])]


def _attribute_rows(attributes: list[AttributeCounts]) -> Iterator[tuple[str, str, int]]:
    for attribute in attributes:
        for index, item in enumerate(attribute.values[:_MAX_LINES]):
            yield attribute.name if index == 0 else "", text_or_json(item.value), item.count
        if others := attribute.other + sum(item.count for item in attribute.values[_MAX_LINES:]):
            yield "", "(others)", others
