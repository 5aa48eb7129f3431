"""The labelsets of a release, with the task type and the categories of each labelset."""

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
    """The labelsets of a release, with the task type and the categories of each labelset."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._kinds: dict[str | None, TaskKind] = {}

    @property
    def task_type(self) -> str:
        """The task type of the default labelset, such as ``segmentation-bitmap``; an empty text if it is not known.

        If the default labelset is not clear, the task type is that of the first labelset.
        """
        return self.labelset_task_type(self.default_or_first_labelset)

    @property
    def categories(self) -> list[Category]:
        """The categories of the default labelset, in the order of their ids.

        If the default labelset is not clear, the categories are those of the first labelset.

        Raises:
            ReleaseError: Two categories have the same id.
        """
        return self.labelset_categories(self.default_or_first_labelset)

    @cached_property
    def labelsets(self) -> list[Labelset]:
        """The labelsets that the file lists; else the labelsets of the tasks; else the labelsets of the samples."""
        if listed := self._document.dataset.labelsets:
            return listed
        if self._tasks:
            return [Labelset(name) for name in self._tasks]
        names = itertools.chain.from_iterable(self._map_readable_samples(lambda sample: sample.labelsets))
        return [Labelset(name) for name in dict.fromkeys(names)]

    @property
    def default_labelset(self) -> str | None:
        """The name of the default labelset; None if the release has no labelsets.

        The default is the labelset that is marked as ground truth, else the labelset with the name ``ground-truth``,
        else the only labelset.

        Raises:
            OptionError: There are several labelsets, and it is not clear which of them is the ground truth.
        """
        return find_default_labelset(self.labelsets, self.source)

    @property
    def default_or_first_labelset(self) -> str | None:
        """The name of the default labelset, or of the first labelset if the default labelset is not clear.

        None if the release has no labelsets.
        """
        try:
            return self.default_labelset
        except OptionError:
            return self.labelsets[0].name

    def resolve_labelset(self, labelset: str | None) -> str | None:
        """Check the name of a labelset and return it; for None, return the name of the default labelset.

        Raises:
            OptionError: There is no such labelset, or the name is None and the default labelset is not clear. The error
                lists the labelsets.
        """
        if labelset is None:
            return self.default_labelset
        names = [known.name for known in self.labelsets]
        if labelset not in names:
            raise unknown_choice("labelset", labelset, names, expected=f"a labelset of {self.source}:")
        return labelset

    def labelset_task_type(self, labelset: str | None) -> str:
        """Return the task type of a labelset; an empty text if it is not known.

        The task type of the labelset's task has priority over that of the data set. If the file has neither, the task
        type is guessed from the labels.
        """
        task = self._tasks.get(labelset) if labelset else None
        return (task and task.task_type) or self._document.dataset.task_type or self._guessed_task_type(labelset)

    def labelset_categories(self, labelset: str | None) -> list[Category]:
        """Return the categories of a labelset, in the order of their ids.

        They are the categories of the task of the labelset. If the task has none, they are those of the data set.

        Raises:
            ReleaseError: Two categories have the same id.
        """
        task = self._tasks.get(labelset) if labelset else None
        own_categories = task.attributes.categories if task and task.attributes else None
        shared_attributes = self._document.dataset.task_attributes
        categories = own_categories or (shared_attributes and shared_attributes.categories) or []
        by_id = {entry.id: entry for entry in categories}
        if len(by_id) < len(categories):
            parent = f"tasks[{labelset!r}].attributes" if own_categories else "task_attributes"
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
    def _map_readable_samples(self, function: Callable[[Sample], T]) -> Iterator[T]:
        """Call a function with each sample and yield its results, without the samples that cannot be decoded.

        The errors of these samples are raised when rows are made.
        """
