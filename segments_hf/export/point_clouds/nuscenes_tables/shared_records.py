"""The records of nuScenes that belong to no scene, and the lists of the scenes of each split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from segments_hf.export.point_clouds.nuscenes_tables.table_files import token_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNKNOWN_VISIBILITY: Final = "5"  # a token; those of nuScenes are 1 to 4, and programs convert them to numbers
# The splits for which the devkit has its own lists of scenes. It looks up other names in splits.json.
_OFFICIAL_SPLITS = {"train", "val", "test", "mini_train", "mini_val", "train_detect", "train_track"}


def shared_records(title: str, names: Sequence[str], mask: str) -> dict[str, list[dict[str, Any]]]:
    """Return the records of the tables `category`, `log`, `map` and `visibility`.

    Args:
        title: The name of the only log: the names of the data set and the release; empty if they are not known.
        names: The name of each class index.
        mask: The path of the picture of the only map, which the devkit requires.
    """
    categories = [
        {"token": token_of("category", index), "name": name, "description": ""} for index, name in enumerate(names)
    ]
    log = {"token": token_of("log", title), "logfile": title, "vehicle": "", "date_captured": "", "location": ""}
    map_record = {"token": token_of("map"), "log_tokens": [log["token"]], "category": "semantic_prior"}
    visibility = {"token": UNKNOWN_VISIBILITY, "level": "unknown", "description": "The release has no visibility"}
    return {
        "category": categories,
        "log": [log],
        "map": [{**map_record, "filename": mask}],
        "visibility": [visibility],
    }


def custom_splits(scenes: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the content of ``splits.json``.

    For splits such as ``train``, the devkit never reads this file, because it has its own lists of their scenes.
    Therefore, the file lists the scenes of such a split twice: also under a name such as ``custom_train``.

    Args:
        scenes: The names of the scenes of each split.

    Returns:
        The names of the scenes of each split in the file, and the second name of each split that has one.

    >>> custom_splits({"train": ["a"], "field": ["b"]})
    ({'train': ['a'], 'field': ['b'], 'custom_train': ['a']}, {'train': 'custom_train'})
    """
    splits, second_names = dict(scenes), {}
    for split in scenes:
        if split in _OFFICIAL_SPLITS:
            second_name = f"custom_{split}"
            while second_name in splits:
                second_name = f"custom_{second_name}"
            second_names[split] = second_name
            splits[second_name] = scenes[split]
    return splits, second_names
