"""Count the content of a release file without downloading images or bitmaps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import public_name, text_without_secrets
from segments_hf.io.urls import is_url

if TYPE_CHECKING:
    from segments_hf.release import Release, Sample

LOCAL = "(local files)"
BROKEN = "(broken URLs)"


class CategoryCount(msgspec.Struct, frozen=True):
    """A category and its number of annotations. A category that the release does not define has no name."""

    id: int
    name: str | None
    color: tuple[int | float, ...] | None
    annotations: int


class Inspection(msgspec.Struct, frozen=True):
    """The content of a release.

    Attributes:
        labelset: The labelset of `categories` and `statuses`.
        image_hosts: The number of images on each host.
        broken: An error message for each sample that cannot be read.
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


def inspect_release(release: Release, labelset: str | None = None) -> Inspection:
    """Count the content of a release file without downloading images or bitmaps.

    Args:
        release: The release.
        labelset: The labelset to count; by default the ground truth, or the first labelset.

    Raises:
        OptionError: There is no such labelset.
    """
    labelset = release.leading_labelset if labelset is None else release.resolve_labelset(labelset)
    is_image_task = release.kind(labelset).annotation is not None
    statuses, annotations, hosts = Counter[str](), Counter[int](), Counter[str]()
    broken = []
    for index in range(len(release)):
        try:
            sample = release[index]
            label = sample.label(labelset)
            statuses[sample.status(labelset) or "(none)"] += 1
            annotations.update(annotation.category_id for annotation in (label.annotations if label else ()))
            if is_image_task:
                hosts.update(_hosts(sample))
        except ReleaseError as error:
            broken.append(str(error))
    defined = {category.id: category for category in release.labelset_categories(labelset)}
    return Inspection(
        source=release.source,
        name=release.name,
        dataset=f"{release.owner or '?'}/{release.dataset_name or '?'}",
        description=text_without_secrets(release.dataset_description or release.description or "") or None,
        created_at=None if release.created_at is None else release.created_at.isoformat(),
        task_type=release.labelset_task_type(labelset),
        labelsets=[known.name for known in release.labelsets],
        labelset=labelset,
        samples=len(release),
        statuses=dict(statuses.most_common()),
        categories=[
            CategoryCount(
                category_id,
                defined[category_id].name if category_id in defined else None,
                defined[category_id].color if category_id in defined else None,
                annotations[category_id],
            )
            for category_id in sorted(defined.keys() | annotations.keys())
        ],
        image_hosts=dict(hosts.most_common()),
        broken=broken,
    )


def _hosts(sample: Sample) -> list[str]:
    urls = [frame.image.url for frame in sample.images if frame.image and frame.image.url]
    return [_host(url) for url in urls]


def _host(url: str) -> str:
    if not is_url(url):
        return LOCAL
    try:
        return urlsplit(public_name(url)).hostname or LOCAL
    except ValueError:
        return BROKEN
