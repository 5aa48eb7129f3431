"""A dataset to the Hub: shards first, then one commit."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import signal
import uuid
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import datasets
import huggingface_hub
import multiprocess
import pyarrow as pa
from datasets.naming import INVALID_WINDOWS_CHARACTERS_IN_PATH
from datasets.utils import tqdm
from datasets.utils.py_utils import convert_file_size_to_int, iflatmap_unordered
from filelock import FileLock, Timeout

from segments_hf.dataset.class_info import CATEGORIES_FILE, path_in_repo
from segments_hf.dataset.registration import code_hash
from segments_hf.dataset.row_map import without_decoding
from segments_hf.drawing import contact_sheet
from segments_hf.errors import HubError, OptionError, SegmentsHFError
from segments_hf.hub.card import SHEET, CardFacts, known_counts, parse_card, with_section
from segments_hf.hub.card_data import data_folder, other_splits, pushed_splits, update_card_data
from segments_hf.hub.commit import commit_push, is_of_split
from segments_hf.hub.journal import Arrived, Journal, journals_folder
from segments_hf.hub.parts import Part, Source, open_source
from segments_hf.hub.repository import Repository, open_repository
from segments_hf.hub.row_counts import Tally, total
from segments_hf.hub.upload import Progress, Worker
from segments_hf.labels.categories import carried_categories, categories_json
from segments_hf.labels.mask_values import class_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from huggingface_hub import CommitInfo
    from huggingface_hub.hf_api import RepoFile

    from segments_hf.release import Category

_ID2LABEL_FILE = "id2label.json"
_README = "README.md"
_SHOWN = 12  # rows on the contact sheet


class Pushed(NamedTuple):
    """What a push did.

    Attributes:
        commit: The commit.
        url: The page of the dataset.
        sent: How many bytes of shards were uploaded.
        skipped: How many bytes the Hub had already.
    """

    commit: CommitInfo
    url: str
    sent: int
    skipped: int


def push_to_hub(  # noqa: PLR0913  (the options of the job; all but two by name)
    data: Any,
    repo_id: str,
    *,
    layout: str | None = None,
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    config_name: str = "default",
    max_shard_size: int | str = "500MB",
    num_proc: int | None = None,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002  (as the Hub calls it)
) -> CommitInfo:
    """Pushes a dataset to the Hub: Parquet shards, ``id2label.json``, ``categories.json``, a card with a contact sheet.

    Readers see the state before or the state after, never half of it. A push that was interrupted goes on when the same
    is called again: what has arrived is neither written nor sent again (a stream that does not come from `load_release`
    is written again). A dict of splits and a release replace all splits of the configuration, a single dataset or
    stream replaces its own: ``train`` also where it is a part, such as ``train[:10%]``. What people wrote in the card
    stays.

    Args:
        data: A dataset or a stream, or a dict of its splits; or a release as `load_release` takes it, which is
            streamed: a few shards are on disk at most.
        repo_id: ``owner/name``, or the name alone. The repository is created if it is not there.
        layout: The layout it gets, as `to_layout` makes it.
        private: Whether a repository that is created is private.
        token: Who writes; by default who is logged in.
        revision: The branch that is written to; it is created if it is not there.
        create_pr: Whether to make a pull request instead.
        config_name: The configuration. The files about others than ``default`` are in a folder of that name.
        max_shard_size: The size of a shard at most: bytes, or text such as ``"500MB"``.
        num_proc: How many processes write and upload.
        commit_message: The message of the commit.
        license: The licence, as the Hub names it: ``"cc-by-4.0"``.

    Returns:
        The commit. Where nothing has changed, it is the last one.

    Raises:
        OptionError: An option is not what it should be, or a split has no rows. Nothing was changed.
        HubError: The Hub refuses, or does not answer.
        SegmentsHFError: What is pushed is wrong.
    """
    source = open_source(data, layout, num_proc)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    return push(
        source,
        repository,
        config_name=config_name,
        max_shard_size=max_shard_size,
        num_proc=num_proc,
        commit_message=commit_message,
        license=license,
    ).commit


def push(
    source: Source,
    repository: Repository,
    *,
    config_name: str = "default",
    max_shard_size: int | str = "500MB",
    num_proc: int | None = None,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002
) -> Pushed:
    """Pushes what is opened. See `push_to_hub`."""
    max_bytes = _checked_size(max_shard_size)
    if config_name in {"", "data"} or set(config_name) & set(INVALID_WINDOWS_CHARACTERS_IN_PATH):
        raise OptionError(f"config_name: got {config_name!r}, which cannot be the name of a folder beside data/")
    _check_card(source, repository, config_name)
    folder = journals_folder() / _key(source, repository, config_name, max_bytes, num_proc)
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder.with_suffix(".lock")
    try:
        with FileLock(lock, timeout=0):
            sheet = _sheet(source, folder)
            shards: dict[str, list[Arrived]] = {}
            sent = skipped = 0
            for part in source.parts:
                shards[part.name], part_sent, part_skipped = _upload(part, repository, folder, max_bytes, num_proc)
                sent, skipped = sent + part_sent, skipped + part_skipped
            commit = _commit(source, repository, config_name, shards, sheet, license, commit_message)
            shutil.rmtree(folder)
    except Timeout:
        raise HubError(f"{repository.repo_id}: another process is pushing the same; wait until it has ended") from None
    finally:
        if not source.is_known:  # nobody can go on with it
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)
    return Pushed(commit, repository.url, sent, skipped)


def _checked_size(size: int | str) -> int:
    try:
        checked = int(convert_file_size_to_int(size))
    except ValueError:
        checked = 0
    if checked <= 0:
        raise OptionError(f"max_shard_size: got {size!r}, wanted bytes, or text such as '500MB'")
    return checked


def _check_card(source: Source, repository: Repository, config_name: str) -> None:
    """Finds out before the work whether the card can be updated."""
    if (head := repository.head()) is not None:
        card = parse_card(repository.read(_README, head), repository.repo_id)
        names = [part.name for part in source.parts]
        other_splits(card.data, config_name, names, source.features, is_whole=source.is_whole)


def _key(source: Source, repository: Repository, config_name: str, max_bytes: int, num_proc: int | None) -> str:
    """What tells this push from others: the same in every process that is to go on with it."""
    keys = [(part.name, part.key) for part in source.parts]
    if not source.is_known:
        keys.append(("once", uuid.uuid4().hex))
    identity = [
        *(repository.api.endpoint, repository.repo_id, repository.revision, repository.create_pr, config_name),
        *(keys, source.features.to_dict(), max_bytes, num_proc),
        *(code_hash(), datasets.__version__, pa.__version__, huggingface_hub.__version__),
    ]
    return hashlib.sha256(json.dumps(identity, default=str).encode()).hexdigest()[:32]


def _upload(
    part: Part, repository: Repository, folder: Path, max_bytes: int, num_proc: int | None
) -> tuple[list[Arrived], int, int]:
    """Uploads a split; returns its shards in order, and how many bytes were sent and skipped."""
    count = min(num_proc or 1, part.length or 1 if isinstance(part.rows, datasets.Dataset) else part.rows.num_shards)
    workers = [
        Worker(
            part.rows if count == 1 else part.rows.shard(num_shards=count, index=index, contiguous=True),
            part.features,
            Journal(folder / part.name / f"{index:05d}-of-{count:05d}.jsonl"),
            repository,
            max_bytes,
        )
        for index in range(count)
    ]
    shards: list[list[Arrived]] = [[] for _ in workers]
    sent = skipped = 0
    with tqdm(desc=f"Pushing {part.name}", total=part.length, unit=" rows") as bar:
        for index, progress in _progress(workers):
            shards[index] += progress.shards
            sent, skipped = sent + progress.sent, skipped + progress.skipped
            bar.set_postfix_str(f"sent {sent / 1e6:.1f} MB, skipped {skipped / 1e6:.1f} MB", refresh=False)
            bar.update(sum(shard.tally.rows for shard in progress.shards))
    if not any(shards):
        raise OptionError(f"split {part.name!r} has no rows; leave it out")
    return [shard for arrived in shards for shard in arrived], sent, skipped


def _progress(workers: list[Worker]) -> Iterator[tuple[int, Progress]]:
    if len(workers) == 1:
        yield from _run(0, workers[0])
        return
    # Not forked: the HTTP client and hf_xet have threads.
    # Ctrl-C is the business of this process, which ends the others.
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with multiprocess.get_context("spawn").Pool(len(workers), signal.signal, ignore) as pool:
        arguments = [{"index": index, "worker": worker} for index, worker in enumerate(workers)]
        try:
            yield from iflatmap_unordered(pool, _run, kwargs_iterable=arguments)
        except multiprocess.TimeoutError as error:
            if isinstance(error.__context__, KeyboardInterrupt):  # which `datasets` hides
                raise error.__context__ from None
            raise


def _run(index: int, worker: Worker) -> Iterator[tuple[int, Progress]]:
    pushing = multiprocess.parent_process()
    for progress in worker.run():
        yield index, progress
        if pushing is not None and not pushing.is_alive():
            return


def _sheet(source: Source, folder: Path) -> bytes | None:
    """The contact sheet of the first rows, drawn once for all tries."""
    file = folder / SHEET
    if file.exists():
        return file.read_bytes()
    if not _categories(source) or source.shown is None:
        return None
    rows = list(islice(without_decoding(source.shown), _SHOWN))
    if not rows:
        raise OptionError(f"split {source.parts[0].name!r} has no rows; leave it out")
    picture = contact_sheet(rows, _SHOWN, of=source.shown)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    aside = file.with_suffix(".aside")
    aside.write_bytes(buffer.getvalue())
    aside.replace(file)
    return buffer.getvalue()


def _categories(source: Source) -> list[Category]:
    with contextlib.suppress(SegmentsHFError):  # a dataset that is not of images, or not ours
        return carried_categories(source.features)
    return []


def _commit(
    source: Source,
    repository: Repository,
    config_name: str,
    shards: dict[str, list[Arrived]],
    sheet: bytes | None,
    license: str | None,  # noqa: A002
    message: str | None,
) -> CommitInfo:
    data = data_folder(config_name)
    by_path = {
        f"{data}/{split}-{number:05d}-of-{len(arrived):05d}.parquet": shard
        for split, arrived in shards.items()
        for number, shard in enumerate(arrived)
    }
    tallies = {split: total(shard.tally for shard in arrived) for split, arrived in shards.items()}
    sizes = {split: sum(shard.size for shard in arrived) for split, arrived in shards.items()}
    classes = _categories(source)
    head = repository.head()
    known = parse_card(repository.read(_README, head) if head else None, repository.repo_id)
    replaced = {*shards, *(pushed_splits(known.data, config_name) if source.is_whole else [])}

    def texts(head: str, present: Mapping[str, RepoFile]) -> dict[str, bytes]:
        card = parse_card(repository.read(_README, head), repository.repo_id)
        kept = other_splits(card.data, config_name, shards, source.features, is_whole=source.is_whole)
        counts = known_counts(card.text, config_name)
        splits = {split: counts.get(split, Tally(info.num_examples, info.num_bytes)) for split, info in kept.items()}
        for split in kept:
            sizes[split] = sum(file.size for path, file in present.items() if is_of_split(path, [f"{data}/{split}-"]))
        splits |= tallies
        facts = CardFacts(
            repository.repo_id,
            config_name,
            source.info.description or "",
            source.info.homepage or "",
            source.features,
            source.layout,
            classes,
            splits,
            sizes,
            sheet is not None,
        )
        update_card_data(
            card.data,
            config_name=config_name,
            features=source.features,
            splits=splits,
            sizes=sizes,
            layout=source.layout,
            license=license,
        )
        card.text = with_section(card.text, facts)
        files = {_README: str(card).encode()}
        if classes:
            files[path_in_repo(CATEGORIES_FILE, config_name)] = categories_json(classes)
        with contextlib.suppress(SegmentsHFError):  # no column has classes
            numbers = json.dumps(class_numbers(source.features), indent=2, ensure_ascii=False)
            files[path_in_repo(_ID2LABEL_FILE, config_name)] = f"{numbers}\n".encode()
        if sheet is not None:
            files[path_in_repo(SHEET, config_name)] = sheet
        return files

    stale = [f"{data}/{split}-" for split in sorted(replaced)]
    return commit_push(repository, by_path, stale, texts, message or "Push the dataset with segments-hf")
