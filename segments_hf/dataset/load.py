"""From a release to a dataset in one call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.dataset.building.config import OPTIONS
from segments_hf.dataset.building.plan import check_split
from segments_hf.dataset.registration import BUILDER_HASH, NAME
from segments_hf.dataset.release_inputs import is_release, release_source, releases_by_split
from segments_hf.dataset.splits import names_in
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.choices import unknown_option
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES, FetchOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from segments_hf.assets import FetchKeywords, Resolve
    from segments_hf.dataset.release_inputs import AnyRelease, Location

_OF_THE_CALL = {"api_key", "cache_dir", "num_proc", "split", "storage_options", "streaming"}


def load_release(  # noqa: PLR0913  (the options of the job; all but one by name)
    release: AnyRelease | Mapping[str, AnyRelease],
    *,
    split: str | None = None,
    streaming: bool = False,
    labelset: str | None = None,
    task: str | None = None,
    filter_by: str | Sequence[str] | None = None,
    filter_by_metadata: Mapping[str, Any] | None = None,
    splits: Mapping[str, float] | str | None = None,
    segments_dir: Location | None = None,
    load_assets: bool = True,
    embed: bool = False,
    on_error: str = "raise",
    resolve: Resolve | None = None,
    storage_options: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    num_proc: int | None = None,
    cache_dir: Location | None = None,
    **fetching: Unpack[FetchKeywords],
) -> Any:
    """Load a Segments.ai release as a Hugging Face dataset.

    Args:
        release: A release file: a path, an http(s) URL, or any URL that fsspec reads; a release on the Segments.ai
            platform, such as ``jane/flowers@v1.0``, or ``jane/flowers@latest``; a `Release`; the release object of the
            official SDK; or a dict of split name to release.
        split: The split to return; all of them in a dict by default. A release has one, ``train``, unless `splits`
            or a dict say otherwise.
        streaming: Whether to return a stream, which fetches pictures as it goes and needs no disk.
        labelset: The labelset whose labels are read; by default the ground truth.
        task: The same, as the original SDK called it once.
        filter_by: One label status or several, in any case: ``"reviewed"``. A null label is ``UNLABELED``.
        filter_by_metadata: Metadata that the wanted samples have, all of it.
        splits: The fraction of each split, such as ``{"train": 0.8, "test": 0.2}``: a hash of the sample's uuid
            decides, so that adding samples moves none. Or ``"metadata:KEY"``: the sample's metadata decide.
        segments_dir: A folder in the layout of the original SDK's cache, in which pictures are looked for first.
        load_assets: Whether to fetch pictures; without them `image` is null and the labels are there.
        embed: Whether the Arrow file holds the pictures' bytes. Without it, it refers to the files in the cache, and
            the disk holds them once.
        on_error: What to do with a sample that is wrong: ``"raise"``; ``"skip"`` leaves the row out; ``"keep"``
            leaves the column null. Skipped and kept samples are logged, and listed in ``errors.jsonl`` in the cache.
            Images with malformed EXIF data are listed there too: with any policy, the row gets a repaired copy.
        resolve: Where assets are now: the new beginning of URLs for each old one, such as
            ``{"https://old-host/": "s3://mirror/"}``; or a function that gets the URL of an asset, or the absolute
            path of one of this machine, and returns another.
        storage_options: The options of the fsspec file systems that read private buckets: for one, or for several by
            scheme, ``{"s3": {"profile": "work"}, "gs": {"token": "cloud"}}``. By default they look for
            credentials where the tools of those clouds have them.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        num_proc: How many processes build the dataset.
        cache_dir: Where the Arrow files go; by default the cache of `datasets`.
        **fetching: The options of fetching, and the limits of pictures: `connections`, `in_flight`, `timeout`,
            `max_bytes`, `max_pixels`, `verify`; and the limit of the release file: `max_release_bytes`. See
            `FetchOptions`.

    Returns:
        What `datasets.load_dataset` returns: a `Dataset` for one split, a `DatasetDict` for all; an
        `IterableDataset` or `IterableDatasetDict` when streaming.

    Raises:
        ReleaseError: The file is not a release, or something in it is wrong.
        OptionError: An option does not fit the release.
        AssetError: A picture cannot be fetched or read, and `on_error` is ``"raise"``.
        PlatformError: The platform refuses the request, or has no such release.
        StorageError: The disk is full.

    >>> from segments_hf.demo import demo_release
    >>> flowers = load_release(demo_release(), split="train", filter_by=["labeled", "reviewed"], streaming=True)
    >>> row = next(iter(flowers))
    >>> row["name"], row["status"], row["image"].size
    ('meadow_01.jpg', 'LABELED', (480, 360))
    """
    builder = release_builder(
        release,
        cache_dir=cache_dir,
        labelset=labelset,
        task=task,
        filter_by=filter_by,
        filter_by_metadata=filter_by_metadata,
        splits=splits,
        segments_dir=segments_dir,
        load_assets=load_assets,
        embed=embed,
        on_error=on_error,
        resolve=resolve,
        storage_options=storage_options,
        api_key=api_key,
        **fetching,
    )
    if isinstance(split, str):
        check_split(builder.config, split, names_in(split) - {"all"})
    if streaming:
        return builder.as_streaming_dataset(split=split)
    builder.download_and_prepare(num_proc=num_proc)
    return builder.as_dataset(split=split)


def release_builder(
    release: AnyRelease | Mapping[str, AnyRelease],
    *,
    cache_dir: Location | None = None,
    api_key: str | None = None,
    storage_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> SegmentsRelease:
    """The builder of a release's dataset.

    Args:
        release: A release in any form, or a dict of split name to release.
        cache_dir: Where the Arrow files go; by default the cache of `datasets`.
        api_key: The key to the platform. It goes no further: the builder gets the release as it was found here.
        storage_options: The options of file systems of buckets.
        **options: The options of `SegmentsReleaseConfig`.

    Raises:
        OptionError: An option does not fit, or there is no release.
        SegmentsHFError: The value is not a release.
    """
    if unknown := sorted(options.keys() - {*OPTIONS}):
        raise TypeError(unknown_option(unknown[0], sorted({*OPTIONS, *_OF_THE_CALL})))
    by_split = releases_by_split(release)
    if by_split is None:
        if release == {}:
            raise OptionError("got no splits, wanted one release at least")
        raise SegmentsHFError(
            f"got {_received(release)}, wanted a release: a path, a URL, owner/dataset@name on Segments.ai, a "
            "Release, the SDK's release object, or a dict of these by split name"
        )
    max_bytes = FetchOptions(max_release_bytes=options.get("max_release_bytes", MAX_RELEASE_BYTES)).max_release_bytes
    return SegmentsRelease(
        cache_dir=None if cache_dir is None else os.fspath(cache_dir),
        dataset_name=NAME,
        hash=BUILDER_HASH,
        storage_options=storage_options,
        # Not as `data_files`, in which `datasets` takes the brackets of a file name and the `?` of a URL for wildcards.
        sources={split: [release_source(part, api_key, max_bytes)] for split, part in by_split.items()},
        **options,
    )


def _received(release: Any) -> str:
    """Name the type of a value that is not a release, and its split."""
    by_split = release if isinstance(release, Mapping) else {}
    wrong = [(type(part).__name__, str(split)) for split, part in by_split.items() if not is_release(part)]
    return f"{wrong[0][0]} as split {wrong[0][1]!r}" if wrong else type(release).__name__
