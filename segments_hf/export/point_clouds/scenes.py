"""Scenes: the frames of one sequence and one sensor in one split, or a single point cloud."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from segments_hf.errors import OptionError
from segments_hf.io.disk.safe_path import collision_key, safe_path
from segments_hf.labels.row import sample_name

if TYPE_CHECKING:
    from segments_hf.labels.row import Row


@dataclass(frozen=True)
class Scene:
    """The frames of one sequence and one sensor in one split, or a single point cloud.

    Attributes:
        number: The number of the scene in the export, from 0 on.
        name: A unique name for files and folders, without slashes and spaces, short enough for a file system. It does
            not begin with a dot, because programs such as ``ls`` and Python's ``glob`` skip these names.
        split: The name of the split.
        is_sequence: Whether the scene is a sequence.
    """

    number: int
    name: str
    split: str
    is_sequence: bool


class Scenes:
    """The scenes of an export, numbered in the order of their first rows.

    Args:
        in_order: Whether the frames of a scene must follow each other in the order of time.
    """

    def __init__(self, *, in_order: bool) -> None:
        self._in_order = in_order
        # The scene of each sequence, by the split, the uuid (if it is null, the name) of the sample, and the sensor.
        self._scenes: dict[tuple[str, str, str | None], Scene] = {}
        self._names: set[str] = set()  # the collision keys of the names of all scenes
        self._last_numbers: dict[str, int] = {}  # the last number added to a name, by its collision key
        self._splits: dict[str, str] = {}  # the first split of each sequence, by the uuid or the name of the sample
        self._last: tuple[Scene, int] | None = None  # the scene and the frame index of the last row
        self.divided_sequences: set[str] = set()  # the names of sequences with frames in several splits

    def scene_of(self, row: Row, split: str) -> Scene:
        """Return the scene of a row. Call this method once for each row, in the order of the rows.

        Raises:
            OptionError: `in_order` is true, but the frames of a sequence are not in order.
            PathError: The name of the sample cannot become a path.
        """
        frame_index = row.get("frame_index")
        if frame_index is None:
            return self._new_scene(row, split)
        sample_id = row.get("uuid") or row["name"]
        key = split, sample_id, row.get("sensor")
        if self._splits.setdefault(sample_id, split) != split:
            self.divided_sequences.add(row["name"])
        scene = self._scenes.get(key)
        if self._in_order and scene is not None and not self._follows_last_row(scene, frame_index):
            raise OptionError(
                f"got {sample_name(row)} after a frame of another sequence or sensor, or after the same or a later "
                "frame; expected all frames of a sequence and a sensor one after the other, in the order of "
                "time. Remove repeated rows, and sort the rows by uuid, by sensor if they have this column, and by "
                "frame_index"
            )
        if scene is None:
            scene = self._scenes[key] = self._new_scene(row, split)
        self._last = scene, frame_index
        return scene

    def _follows_last_row(self, scene: Scene, frame_index: int) -> bool:
        return self._last is not None and self._last[0] is scene and self._last[1] < frame_index

    def _new_scene(self, row: Row, split: str) -> Scene:
        words = re.sub(r"\s", "_", "_".join(safe_path(row["name"] or "").parts))
        unique = name = str(safe_path(words.lstrip(".")))  # the parts of a path may be too long for one name
        while _collision_key(unique) in self._names:
            number = self._last_numbers.get(_collision_key(name), 1) + 1
            self._last_numbers[_collision_key(name)] = number
            unique = f"{name}-{number}"
        self._names.add(_collision_key(unique))
        return Scene(len(self._names) - 1, unique, split, row.get("frame_index") is not None)


def _collision_key(name: str) -> str:
    return collision_key(PurePosixPath(name))
