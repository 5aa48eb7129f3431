"""Count the samples, annotations and hosts of a release without downloading its files."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import asdict, astuple

from segments_hf.errors import ReleaseError
from segments_hf.io.number_text import counted
from segments_hf.io.redaction import public_name, text_without_secrets
from segments_hf.io.tables import Cell, Result, Table, short_repr
from segments_hf.io.urls import is_url
from segments_hf.labels.label import NO_TYPE
from segments_hf.release import UNLABELED, JsonLabel
from segments_hf.release.release_head import color_text, facts_table
from segments_hf.release.tasks.label_parts import LABEL, count_kinds
from segments_hf.release.tasks.task_types import task_kind
from segments_hf.stats.clouds.cloud_inspection import count_cloud_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.io.tables import Block
    from segments_hf.release import Release, Sample, TaskKind

_LOCAL_FILES = "(local files)"
_BROKEN_URLS = "(broken URLs)"
_PLAIN_URL = re.compile(r"https?://([a-z0-9.\-]+)/")


class CategoryCount(msgspec.Struct, frozen=True):
    """A category and its number of annotations.

    Attributes:
        id: The category id.
        name: The name; None if the release does not define the category.
        color: The color.
        annotations: The number of annotations; None if the labels have no list of annotations, which may happen for an
            unknown task type.
        points: The number of labeled points; None if no label has points of a category.
    """

    id: int
    name: str | None
    color: tuple[int | float, ...] | None
    annotations: int | None
    points: int | None = None


class SensorCount(msgspec.Struct, frozen=True):
    """A sensor and its counts.

    Attributes:
        name: The name.
        task_type: The task type of its labels; empty if it is not known.
        samples: The number of samples that have this sensor.
        frames: The number of its frames in all samples.
        annotations: The number of its annotations in all frames.
    """

    name: str
    task_type: str
    samples: int
    frames: int
    annotations: int


class Inspection(Result, msgspec.Struct, frozen=True):
    """The facts and counts of a release file.

    Attributes:
        labelset: The labelset whose annotations and statuses are counted; None if the release has no labelset.
        image_hosts: The number of images, or of point clouds and camera images, on each host.
        broken: An error message for each sample that cannot be read.
        kinds: The number of annotations of each kind, such as ``{"cuboid": 120}``, of labeled points, and of labels
            without a list of annotations. It is empty for image tasks. Annotations of point clouds that lack the type
            which their task requires count as ``without a type``.
        sensors: The sensors of a multi-sensor release; empty for any other release.
    """

    source: str
    name: str | None
    dataset: str
    description: str | None
    created_at: str | None
    task_type: str
    labelsets: list[str]
    labelset: str | None
    samples: int
    statuses: dict[str, int]
    categories: list[CategoryCount]
    image_hosts: dict[str, int]
    broken: list[str]
    kinds: dict[str, int] = {}
    sensors: list[SensorCount] = []

    def __repr__(self) -> str:
        return short_repr(self, self.source, samples=self.samples, broken=len(self.broken))

    def blocks(self) -> Iterator[Block]:
        """Yield the facts about the release, and tables of its sensors, categories, statuses and hosts."""
        is_cloud = task_kind(self.task_type).point_cloud
        yield self._facts()
        if self.sensors:
            counts = ("samples", "frames", "annotations")
            yield Table(("sensor", "task type", *counts), list(map(astuple, self.sensors)), counts, "Sensors")
        yield _categories_table(self.categories)
        if kinds := {kind: number for kind, number in self.kinds.items() if kind != LABEL}:
            note = "" if is_cloud else " (their geometry and content are not read)"
            texts = (
                f"{number:,} {kind}" if kind == NO_TYPE else counted(number, kind) for kind, number in kinds.items()
            )
            yield Cell(f"Annotations by kind{note}: {', '.join(texts)}")
        if labels := self.kinds.get(LABEL):
            yield Cell(f"Labels that are not counted, because they have no list of annotations: {labels:,}")
        yield Table(("status", "samples"), [*self.statuses.items()], ("samples",), "Statuses")
        if self.image_hosts:
            files, title = ("files", "Hosts of files") if is_cloud or self.sensors else ("images", "Image hosts")
            yield Table(("host", files), [*self.image_hosts.items()], (files,), title)
        if self.broken:
            samples = f"{counted(len(self.broken), 'sample')} that cannot be read"
            yield Cell(f"{samples}, the first: {self.broken[0]}", style="bold red")

    def _facts(self) -> Table:
        has_several = len(self.labelsets) > 1
        labelsets = [f"{name} (shown)" if has_several and name == self.labelset else name for name in self.labelsets]
        return facts_table(
            {
                "release": self.name,
                "dataset": self.dataset,
                "description": self.description,
                "created_at": self.created_at,
                "task_type": self.task_type,
                "labelsets": labelsets,
                "samples": self.samples,
            }
        )


def _categories_table(categories: list[CategoryCount]) -> Table:
    has_points = any(category.points is not None for category in categories)
    rows = [_category_row(category)[: 5 if has_points else 4] for category in categories]
    columns = ("id", "name", "color", "annotations", *(("points",) if has_points else ()))
    return Table(columns, rows, ("id", "annotations", "points"), "Categories")


def _category_row(category: CategoryCount) -> tuple[str, Cell, str, int | str, int | str]:
    name = Cell("(not defined)", style="bold red") if category.name is None else Cell(category.name, category.color)
    counts = ["–" if count is None else count for count in (category.annotations, category.points)]
    return str(category.id), name, color_text(category.color), counts[0], counts[1]


def inspect_release(release: Release, labelset: str | None = None) -> Inspection:
    """Count the samples, annotations and hosts of a release without downloading its files.

    Args:
        release: The release.
        labelset: The labelset to count; by default the ground truth, or the first labelset if there is no ground truth.

    Raises:
        OptionError: There is no such labelset.
    """
    labelset = release.default_or_first_labelset if labelset is None else release.resolve_labelset(labelset)
    kind = release.kind(labelset)
    statuses, kinds, hosts = Counter[str](), Counter[str](), Counter[str]()
    annotations, points = Counter[int](), Counter[int]()  # by category id
    sensor_annotations = Counter[str | None]()
    broken = []
    for index in range(len(release)):
        try:
            sample = release[index]
            label = sample.label(labelset)
            statuses[UNLABELED if label is None else label.status or "(none)"] += 1
            if isinstance(label, JsonLabel):
                parts = label.parts
                kinds += count_kinds(parts)
                for part in parts or ():
                    annotations.update(
                        item.valid_category_id for item in part.annotations if item.valid_category_id is not None
                    )
                    points.update(part.points_by_category())
                    sensor_annotations[part.sensor] += len(part.annotations)
            elif label is not None:
                for annotation in label.annotations:
                    annotations[annotation.category_id] += 1
                if kind.point_cloud:
                    count_cloud_label(label, kinds, points, has_point_labels=kind.point_labels)
            if kind.annotation is not None:
                hosts.update(map(_host, _urls(sample, kind)))
        except ReleaseError as error:
            broken.append(str(error))
    for sensor in release.sensors:
        hosts.update(_hosts_of_sensor(release.of_sensor(sensor.name)))
    defined = {category.id: category for category in release.labelset_categories(labelset)}
    return Inspection(
        source=release.source,
        name=release.name,
        dataset=f"{release.owner or '?'}/{release.dataset_name or '?'}",
        description=text_without_secrets(release.dataset_description or release.description or "") or None,
        created_at=None if release.created_at is None else release.created_at.isoformat(),
        task_type=release.labelset_task_type(labelset),
        labelsets=[item.name for item in release.labelsets],
        labelset=labelset,
        samples=len(release),
        statuses=dict(statuses.most_common()),
        categories=[
            CategoryCount(
                category_id,
                defined[category_id].name if category_id in defined else None,
                defined[category_id].color if category_id in defined else None,
                None if LABEL in kinds and not annotations else annotations[category_id],
                points[category_id] if points else None,
            )
            for category_id in sorted(defined.keys() | annotations.keys())
        ],
        image_hosts=dict(hosts.most_common()),
        broken=broken,
        kinds=dict(kinds.most_common()),
        sensors=[
            SensorCount(**asdict(sensor), annotations=sensor_annotations[sensor.name]) for sensor in release.sensors
        ],
    )


def _hosts_of_sensor(release: Release) -> Iterator[str]:
    """Yield the host of each file of a release of one sensor. Samples that cannot be read are left out."""
    for index in release.indices:
        with suppress(ReleaseError):
            yield from map(_host, _urls(release[index], release.kind(None)))


def _urls(sample: Sample, kind: TaskKind) -> Iterator[str]:
    """Yield the URLs of the images, or of the point clouds and the images of their cameras."""
    if not kind.point_cloud:
        yield from (frame.image.url for frame in sample.images if frame.image and frame.image.url)
        return
    for cloud in sample.point_clouds:
        files = [cloud.pcd, *(cloud.images or ())]
        yield from (file.url for file in files if file and file.url)


def _host(url: str) -> str:
    # `urlsplit` takes longer than decoding a sample. A regular expression reads the host of a plain URL without a user.
    if (plain := _PLAIN_URL.match(url)) and "@" not in url and "%40" not in url:
        return plain[1]
    if not is_url(url):
        return _LOCAL_FILES
    try:
        return urlsplit(public_name(url)).hostname or _LOCAL_FILES
    except ValueError:
        return _BROKEN_URLS
