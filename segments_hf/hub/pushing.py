"""Push a dataset to the Hub: upload the shards, and commit them so that readers see all changes at once."""

from __future__ import annotations

import hashlib
import json
import uuid
from functools import partial
from typing import TYPE_CHECKING

import datasets
import huggingface_hub
import pyarrow as pa
from filelock import FileLock, Timeout

from segments_hf.dataset.load import load_release
from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.dataset.sensor_list import opened_releases
from segments_hf.errors import HubError
from segments_hf.hub.card.card_data import kept_splits, split_path
from segments_hf.hub.card.card_section import README, parse_card
from segments_hf.hub.commits.commit_files import CommitFiles, PushedConfiguration, make_sheet
from segments_hf.hub.commits.group_commits import GroupCommits
from segments_hf.hub.configurations import check_config_name, open_configurations, open_one_configuration
from segments_hf.hub.push_result import PushedSplit, PushResult
from segments_hf.hub.quiet_library import without_library_bars
from segments_hf.hub.repository import Repository, open_repository
from segments_hf.hub.sources.row_sources import POSITION_FORMAT
from segments_hf.hub.sources.source_splits import Source, open_source
from segments_hf.hub.uploads.journal import journals_folder
from segments_hf.hub.uploads.process_uploader import ProcessUploader
from segments_hf.hub.uploads.split_upload import Target, upload_split
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.io.disk.atomic import make_folder, remove_file, remove_folder
from segments_hf.io.disk.disk_errors import storage_errors_of_library
from segments_hf.layouts import LayoutOptions, check_layout
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from segments_hf.dataset.data_types import Data
    from segments_hf.hub.uploads.split_upload import Uploader


@short_traceback
def push_to_hub(  # noqa: PLR0913  (all but two parameters are keyword-only)
    data: Data,
    repo_id: str,
    *,
    layout: str | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    on_error: str = "raise",
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    config_name: str | None = None,
    sensor: str | None = None,
    max_shard_size: int | str = "500MB",
    num_proc: int | None = None,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002  (as the Hub calls it)
) -> PushResult:
    """Push a dataset to the Hub: Parquet shards, ``id2label.json``, ``categories.json``, a card with a contact sheet.

    Readers of the branch see either the state before the push or the state after it. A push that changes at most 100
    files makes one commit. A larger push to ``main`` commits groups of at most 100 files to a pull request, because the
    Hub advises small commits. At the end, it merges the pull request, unless `create_pr` is true. If the branch is not
    ``main``, or the repository does not allow pull requests, a larger push makes one commit too.

    The same call resumes an interrupted push: uploaded shards are neither written nor uploaded again. The shards of a
    stream that does not come from `load_release` are written again, but not uploaded again. An interrupted push may
    leave a pull request, to which the next call adds the missing files.

    A release or a dict of splits replaces all splits of the configuration. A single dataset or stream replaces only its
    own split; a part such as ``train[:10%]`` replaces ``train``. Text that people wrote in the card is kept.

    Args:
        data: A dataset or a stream, or a dict of its splits; or a release in any form that `load_release` accepts. A
            release is streamed, so the disk holds only a few shards at a time.
        repo_id: ``owner/name``, or the name alone for a repository of the user. The repository is created if it does
            not exist.
        layout: The layout to convert to, as in `to_layout`; by default the columns are pushed as they are.
        palette: Whether the semantic masks of a layout have a palette, as in `to_layout`.
        image_range: The pixel values for black and for white in images of more than 8 bits, as in `to_layout`;
            only with a layout.
        fields: The fields of the points of a layout of point clouds, as in `to_layout`.
        on_error: What to do with a sample that has an error, a row that the layout cannot represent, or a row whose
            image, bitmap or point cloud cannot be read: ``"raise"`` an error, ``"skip"`` the row, or ``"keep"`` the row
            with null for the unreadable part.
        private: Whether a new repository is private; by default the setting of the owner on the Hub. A push does not
            change the visibility of an existing repository: if the repository is public and `private` is true, or the
            reverse, the push fails.
        token: A token with write access; by default ``HF_TOKEN``, or else the token of ``hf auth login``.
        revision: The branch to push to, which is created if it does not exist; by default ``main``.
        create_pr: Whether to leave the changes in an open pull request instead of a commit on the branch.
        config_name: The name of the configuration. By default, this is the name of the sensor for a release of several
            sensors, and ``default`` for other data. A configuration with any other name than ``default`` has its files
            in a folder of this name.
        sensor: The sensor to push of a release of several sensors, as in `load_release`; by default all sensors, each
            as a configuration with the name of the sensor.
        max_shard_size: The largest size of a shard: a number of bytes, or text such as ``"500MB"``.
        num_proc: The number of processes that convert a dataset to the layout, and that write and upload shards; by
            default one.
        commit_message: The message of the commits, and the title of a pull request.
        license: The license by its name on the Hub, such as ``"cc-by-4.0"``.

    Returns:
        The commit or merge commit, the rows and size of each split, and the numbers of rows and objects left out. If
        the push changes nothing, the commit is the last commit of the branch.

    Raises:
        OptionError: An option is invalid, or a split has no rows. The branch was not changed.
        HubError: The Hub refuses the push, or does not respond.
        StorageError: The shards cannot be written: the disk is full or read-only.
        AssetError: An image, a bitmap or a point cloud cannot be read. The error names the sample.
        SegmentsHFError: The data cannot be pushed.
    """
    max_bytes = bytes_of(max_shard_size, "max_shard_size")
    options = LayoutOptions(None, palette, image_range, fields)
    check_layout(layout, options)  # before the release is opened
    if releases_by_split(data) is None:
        open_data = partial(open_source, data, layout, num_proc, on_error, options)
        sources = open_one_configuration(data, open_data, sensor=sensor, config_name=config_name)
    else:
        releases = opened_releases(data)

        def open_sensor(name: str | None) -> Source:
            stream = load_release(releases, streaming=True, sensor=name, on_error=on_error)
            return open_source(stream, layout, num_proc, on_error, options)

        sources = open_configurations(releases, open_sensor, sensor=sensor, config_name=config_name)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    return push(
        sources,
        repository,
        max_bytes=max_bytes,
        uploader=ProcessUploader(num_proc),
        commit_message=commit_message,
        license=license,
    )


def push(
    sources: Mapping[str, Source],
    repository: Repository,
    *,
    max_bytes: int,
    uploader: Uploader,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002
) -> PushResult:
    """Push data that `open_source` has opened. The errors are those of `push_to_hub`.

    Args:
        sources: The data of each configuration by its name.
        repository: The repository.
        max_bytes: The largest size of a shard in bytes.
        uploader: The object that uploads the shards.
        commit_message: The message of the commits.
        license: The license.
    """
    for name in sources:
        check_config_name(name)
    _check_card(sources, repository)
    has_keys = all(source.has_keys for source in sources.values())
    folder = journals_folder() / _key(sources, repository, max_bytes, uploader)
    make_folder(folder)
    lock = folder.with_suffix(".lock")
    try:
        with storage_errors_of_library(folder), FileLock(lock, timeout=0), without_library_bars():
            sheets = {name: make_sheet(source, _subfolder(folder, name)) for name, source in sources.items()}
            commits = GroupCommits(repository, folder, commit_message or "Push the dataset with segments-hf")
            try:
                pushed = []
                for name, source in sources.items():
                    target = Target(
                        repository,
                        _subfolder(folder, name),
                        max_bytes,
                        source.on_error,
                        None if source.sensor is None else source.sensor.name,
                    )
                    splits = {
                        split.name: upload_split(
                            split, target, uploader, partial(commits.add, split_path(name, split.name))
                        )
                        for split in source.splits
                    }
                    pushed.append(PushedConfiguration(name, source, splits, sheets[name]))
                files = CommitFiles(pushed, repository, license)
                commit = commits.commit(files.stale_prefixes(), files.other_files)
            except BaseException:
                if not has_keys:
                    commits.close("The push failed, and a later push cannot continue it.")
                raise
            remove_folder(folder)
    except Timeout:
        raise HubError(f"{repository.repo_id}: another process is running the same push; wait until it ends") from None
    finally:
        if not has_keys:  # a later push cannot resume this push
            remove_folder(folder)
            remove_file(lock)
    uploaded_splits = [split for item in pushed for split in item.splits.values()]
    return PushResult(
        commit,
        repository.url,
        repository.repo_id,
        {
            item.name: {
                name: PushedSplit(split.tally.rows, split.size, split.tally.left_out)
                for name, split in item.splits.items()
            }
            for item in pushed
        },
        commit.pr_revision or repository.revision,
        sum(split.uploaded_bytes for split in uploaded_splits),
        sum(split.skipped_bytes for split in uploaded_splits),
    )


def _subfolder(folder: Path, config_name: str) -> Path:
    """Return the folder of a configuration in the folder of a push. The name is hashed, because it may be too long."""
    return folder / hashlib.sha256(config_name.encode()).hexdigest()[:16]


def _check_card(sources: Mapping[str, Source], repository: Repository) -> None:
    """Check before the upload that the card on the Hub can be updated."""
    if (head := repository.head()) is not None:
        card = parse_card(repository.read(README, head), repository.repo_id)
        for config_name, source in sources.items():
            names = [split.name for split in source.splits]
            kept_splits(card.data, config_name, names, source.features, is_whole=source.is_whole)


def _key(sources: Mapping[str, Source], repository: Repository, max_bytes: int, uploader: Uploader) -> str:
    """Return the key of a push: it is equal for two pushes if the second push can resume the first push."""
    identity: list[object] = [repository.api.endpoint, repository.repo_id, repository.revision, repository.create_pr]
    for config_name, source in sources.items():
        keys = [(split.name, split.key) for split in source.splits]
        if not source.has_keys:
            keys.append(("once", uuid.uuid4().hex))
        identity += [config_name, keys, source.features.to_dict(), uploader.division(source.splits), source.on_error]
    identity += [max_bytes, ROW_FORMAT, POSITION_FORMAT]
    identity += [datasets.__version__, pa.__version__, huggingface_hub.__version__]
    return hashlib.sha256(json.dumps(identity, default=str).encode()).hexdigest()[:32]
