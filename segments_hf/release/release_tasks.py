"""The labelsets of a release, with the task type and the categories of each."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import Raw

from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.choices import unknown_choice
from segments_hf.release.default_labelset import find_default_labelset
from segments_hf.release.document import Labelset
from segments_hf.release.release_head import ReleaseHead
from segments_hf.release.tasks.task_type_guess import guess_task_type
from segments_hf.release.tasks.task_types import TaskKind, task_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segments_hf.release.category import Category
    from segments_hf.release.document import Document, Task
    from segments_hf.release.sample import Sample

T = TypeVar("T")


class ReleaseTasks(ReleaseHead):
    """The labelsets of a release, with the task type and the categories of each."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._kinds: dict[str | None, TaskKind] = {}

    @property
    def task_type(self) -> str:
        """The task type of the default labelset, such as ``segmentation-bitmap``; empty if it is not known."""
        return self.labelset_task_type(self.default_or_first_labelset)

    @property
    def categories(self) -> list[Category]:
        """The categories of the default labelset, in the order of their ids.

        Raises:
            ReleaseError: Two categories have the same id.
        """
        return self.labelset_categories(self.default_or_first_labelset)

    @cached_property
    def labelsets(self) -> list[Labelset]:
        """The labelsets; if the file does not list them, those named by its tasks, else by its samples."""
        if listed := self._document.dataset.labelsets:
            return listed
        if self._tasks:
            return [Labelset(name) for name in self._tasks]
        found = itertools.chain.from_iterable(self._map_readable_samples(lambda sample: sample.labelsets))
        return [Labelset(name) for name in dict.fromkeys(found)]

    @property
    def default_labelset(self) -> str | None:
        """The name of the default labelset; None if the release has no labelsets.

        The default is the labelset that is marked as ground truth, else ``ground-truth``, else the only labelset.

        Raises:
            OptionError: There are several labelsets, and it is not clear which of them is the ground truth.
        """
        return find_default_labelset(self.labelsets, self.source)

    @property
    def default_or_first_labelset(self) -> str | None:
        """The labelset that determines the task of the release: the default labelset, else the first one."""
        try:
            return self.default_labelset
        except OptionError:
            return self.labelsets[0].name

    def resolve_labelset(self, labelset: str | None) -> str | None:
        """Check the name of a labelset and return it; for None, return the default labelset.

        Raises:
            OptionError: There is no such labelset; the error lists the labelsets.
        """
        if labelset is None:
            return self.default_labelset
        names = [known.name for known in self.labelsets]
        if labelset not in names:
            raise unknown_choice("labelset", labelset, names, expected=f"a labelset of {self.source}:")
        return labelset

    def labelset_task_type(self, labelset: str | None) -> str:
        """Return the task type of a labelset; empty if it is not known.

        The type is that of the labelset's own task. If the task has no type, it is that of the data set. If the data
        set has no type either, it is guessed from the labels.
        """
        task = self._tasks.get(labelset) if labelset else None
        return (task and task.task_type) or self._document.dataset.task_type or self._guessed_task_type(labelset)

    def labelset_categories(self, labelset: str | None) -> list[Category]:
        """Return the categories of a labelset, in the order of their ids.

        Raises:
            ReleaseError: Two categories have the same id.
        """
        task = self._tasks.get(labelset) if labelset else None
        of_task = task.attributes.categories if task and task.attributes else None
        of_dataset = self._document.dataset.task_attributes
        categories = of_task or (of_dataset and of_dataset.categories) or []
        by_id = {entry.id: entry for entry in categories}
        if len(by_id) < len(categories):
            parent = f"tasks[{labelset!r}].attributes" if of_task else "task_attributes"
            raise ReleaseError("got two categories with the same id", self.source, f"$.dataset.{parent}.categories")
        return [by_id[category_id].category for category_id in sorted(by_id)]

    def kind(self, labelset: str | None) -> TaskKind:
        """Return the structure of the labels of a labelset."""
        if labelset not in self._kinds:
            self._kinds[labelset] = task_kind(self.labelset_task_type(labelset))
        return self._kinds[labelset]

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        tasks = self._document.dataset.tasks or {}
        return {task.name: task for task in tasks if task.name} if isinstance(tasks, list) else tasks

    def _guessed_task_type(self, labelset: str | None) -> str:
        if labelset is None:
            return ""
        labels = self._map_readable_samples(lambda sample: sample.label_document(labelset))
        return next((guess for raw in labels if isinstance(raw, Raw) and (guess := guess_task_type(raw))), "")

    @abstractmethod
    def _map_readable_samples(self, part: Callable[[Sample], T]) -> Iterator[T]:
        """Yield a part of each sample that can be decoded. Other samples raise their errors when rows are made."""
