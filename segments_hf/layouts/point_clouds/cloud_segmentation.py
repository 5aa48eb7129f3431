"""``point-cloud-segmentation``: `points`, `labels`, `instances`.

`labels` has the class of each point, with the values of a semantic mask. `instances` has the number of the object of
each point, from 1 on; 0 is unlabeled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from datasets import Value

from segments_hf.labels import PointLabel, label_of
from segments_hf.labels.mask_values import checked_ignore_index, mask_names, point_feature
from segments_hf.layouts.layout import Columns, Layout, LayoutOptions
from segments_hf.layouts.point_clouds.layout_points import POINTS_ENCODING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels.row import Row
    from segments_hf.release import Category


def _make(categories: Sequence[Category], options: LayoutOptions) -> _PointLabels:
    ignore_index = checked_ignore_index(options.ignore_index, len(categories))
    return _PointLabels(tuple(mask_names(categories, ignore_index).items()), ignore_index)


@dataclass(frozen=True)
class _PointLabels:
    value_names: tuple[tuple[int, str], ...]
    ignore_index: int | None

    @property
    def features(self) -> dict[str, Any]:
        return {"labels": [point_feature(dict(self.value_names))], "instances": [Value("int32")]}

    def columns_of(self, row: Row) -> Columns:
        label = label_of(row)
        if not isinstance(label, PointLabel) or label.missing_part:
            return Columns({"labels": None, "instances": None})
        classes, instances = label.classes_and_instances()
        values = classes if self.ignore_index is None else np.where(classes, classes - 1, self.ignore_index)
        columns = {"labels": values.astype(np.int32), "instances": instances.astype(np.int32)}
        return Columns(columns, label.count_without_points())


LAYOUT = Layout(
    "point-cloud-segmentation",
    ("points", "labels", "instances"),
    ("labels", "instances"),
    _make,
    None,
    f"{POINTS_ENCODING} "
    "`labels` has the class of each point: `id2label.json` has the names of the values. `instances` has the number of "
    "the object of each point, from 1 on; 0 is unlabeled.",
    "`labels`",
    PointLabel.hub_task,
    options=("ignore_index", "fields"),
    has_semantic_mask=True,
    label_type=PointLabel,
)
