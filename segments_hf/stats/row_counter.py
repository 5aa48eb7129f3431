"""Add up the counts of rows: classes, objects, pixels, statuses and attributes."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from segments_hf.errors import AssetError, BitmapError, PointCloudError
from segments_hf.io.json_codec.json_decoding import JsonError
from segments_hf.labels import JSON_LABEL_COLUMN, has_json_label, is_labeled, is_point_cloud
from segments_hf.labels.categories import class_colors, class_names
from segments_hf.labels.label import last_indices
from segments_hf.labels.row import sample_name
from segments_hf.release import json_text
from segments_hf.release.tasks.label_parts import count_kinds, label_parts
from segments_hf.stats.clouds.cloud_measure import MeasuredCloud
from segments_hf.stats.clouds.cloud_stats import CloudCounter
from segments_hf.stats.measure import Measured
from segments_hf.stats.stats_result import ClassStats, CoOccurrence, ImageSize, Stats
from segments_hf.stats.tally import AttributeCounter, sizes_of

if TYPE_CHECKING:
    from segments_hf.dataset.input_rows import InputRows
    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.labels.row import Row

# The errors of labels that cannot be measured.
MeasureError: TypeAlias = AssetError | BitmapError | PointCloudError


class RowCounter:
    """The counts of the rows so far."""

    def __init__(self, source: InputRows) -> None:
        self._source = source
        self._images = self._labeled = self._unlabeled_pixels = self._masks = 0
        self._statuses = Counter[str]()
        self._objects = Counter[int | None]()  # by class index
        self._images_with_class = Counter[int]()  # by class index
        self._pairs = Counter[tuple[int, int]]()  # by two class indices
        self._objects_per_image = Counter[int]()
        self._pixels = Counter[int]()  # by class index
        self._areas = [array("d") for _ in source.categories]
        self._image_sizes = Counter[tuple[int, int]]()
        self._attributes, self._image_attributes = AttributeCounter(), AttributeCounter()
        self._left_out = Counter[str]()
        self._has_json_label = has_json_label(source.features)
        self._has_clouds = is_point_cloud(source.features)
        self._clouds = CloudCounter(len(source.categories))
        self._not_measured = Counter[str]()
        self._class_indices = {category.id: index for index, category in enumerate(source.categories)}
        self._problems: list[str] = []

    def add(self, outcome: Outcome, measured: Measured | MeasuredCloud | MeasureError | None) -> None:
        """Count a row.

        Args:
            outcome: The row and its problems.
            measured: The measures of the label, or the error if it cannot be measured; None if there are no measures.
        """
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
        if isinstance(measured, AssetError | BitmapError | PointCloudError):
            self._problems.append(f"{sample_name(row) if 'name' in row else f'row {self._images - 1}'}: {measured}")
        elif measured is not None:
            self._add_measured(measured)
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
                annotations = [annotations[index] for index in last_indices(ids)]
        classes = [item["category"] for item in annotations]
        if measured is not None and measured.object_ids is not None:
            annotations = [item for item in annotations if item["id"] in measured.object_ids]
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
        """Count the annotations of a label that stays JSON. The geometry of the annotations is not measured."""
        parts = label_parts(row[JSON_LABEL_COLUMN])
        self._not_measured += count_kinds(parts)
        if parts is None:
            self._problems.append(
                f"{sample_name(row)}: got a label without a valid list of annotations; its objects are not counted"
            )
            return
        annotations = [item for part in parts for item in part.annotations]
        classes = [
            None if item.valid_category_id is None else self._class_indices.get(item.valid_category_id)
            for item in annotations
        ]
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
        self._objects_per_image[len(classes)] += 1

    def _add_classes(self, indices: list[int]) -> None:
        # For a few items, these loops are faster than `Counter.update`.
        for index in indices:
            self._images_with_class[index] += 1
        for pair in itertools.combinations(indices, 2):
            self._pairs[pair] += 1

    def _add_measured(self, measured: Measured | MeasuredCloud) -> None:
        if measured.left_out:
            self._left_out.update(measured.left_out)
        if isinstance(measured, MeasuredCloud):
            self._clouds.add(measured)
            return
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
                    self._images_with_class[index],
                    self._pixels[index] if self._masks else None,
                    sizes_of([self._areas[index]]),
                )
                for index, category in enumerate(categories)
            ],
            objects_per_image=dict(sorted(self._objects_per_image.items())),
            unlabeled_pixels=self._unlabeled_pixels if self._masks else None,
            sizes=sizes_of(self._areas),
            image_sizes=[ImageSize(*size, count) for size, count in self._image_sizes.most_common()],
            co_occurrence=[CoOccurrence(*pair, count) for pair, count in self._pairs.most_common()],
            attributes=self._attributes.counts(),
            image_attributes=self._image_attributes.counts(),
            left_out=dict(self._left_out.most_common()),
            problems=self._problems,
            unit="sample" if self._has_json_label else "point cloud" if self._has_clouds else "image",
            point_clouds=self._clouds.stats() if self._has_clouds else None,
            not_measured=dict(self._not_measured.most_common()),
        )
