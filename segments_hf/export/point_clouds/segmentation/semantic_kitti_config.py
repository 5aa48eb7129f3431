"""The file ``semantic-kitti.yaml``, which describes a dataset to programs for SemanticKITTI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import yaml

from segments_hf.export.split_names import split_file_name
from segments_hf.labels.mask_values import mask_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from segments_hf.export.format import Job

CONFIG = "semantic-kitti.yaml"


def semantic_kitti_config(
    job: Job, splits: Mapping[str, Sequence[int]], num_points: Mapping[str, npt.NDArray[np.int64]]
) -> bytes:
    """Return the content of ``semantic-kitti.yaml``.

    The keys are those of semantic-kitti-api. `content` is the share of each class in the points of the split ``train``,
    or of all splits if there is no such split. A single validation split has the name ``valid``; of several ones, only
    ``val`` gets this name, unless there is a split ``valid``. `name` is the name of the parser in RangeNet++.

    Args:
        job: The input of the export.
        splits: The numbers of the sequences of each split, by the name of the split.
        num_points: The number of points of each class, by the name of the split: int64 arrays of shape (C + 1,) for C
            classes. The first number is that of unlabeled points.
    """
    names = mask_names(job.categories)
    counts = num_points["train"] if "train" in num_points else np.sum([*num_points.values()], axis=0)
    split_lists: dict[str, list[int]] = {"train": [], "valid": [], "test": []}
    for split, sequences in splits.items():
        name = split_file_name(split, list(splits))
        is_valid = split == "valid" or (name == "val" and "valid" not in splits)
        split_lists.setdefault("valid" if is_valid else name, []).extend(sequences)
    config = {
        "name": "kitti",
        "labels": names,
        "color_map": {value: [*color[::-1]] for value, color in enumerate([(0, 0, 0), *job.colors])},  # blue first
        "content": dict(enumerate((counts / max(1, counts.sum())).tolist())),
        "learning_map": {value: value for value in names},
        "learning_map_inv": {value: value for value in names},
        "learning_ignore": {value: value == 0 for value in names},
        "split": split_lists,
    }
    text: str = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None)
    return text.encode()
