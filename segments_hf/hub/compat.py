"""The private names of `datasets` and `huggingface_hub` that a push uses, and why it needs each of them.

No other module of this folder uses private names of these libraries. `tests/hub/test_compat.py` fails if one of these
names changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import multiprocess
from datasets.arrow_writer import ParquetWriter

# No public function writes a card that `datasets` can read. The `push_to_hub` of `datasets` uses this class and
# MetadataConfigs.
from datasets.info import DatasetInfosDict

# No public function tells which names of configurations `datasets` refuses.
from datasets.naming import INVALID_WINDOWS_CHARACTERS_IN_PATH
from datasets.table import embed_table_storage
from datasets.utils.metadata import MetadataConfigs
from datasets.utils.py_utils import iflatmap_unordered
from huggingface_hub import CommitOperationAdd
from huggingface_hub.lfs import UploadInfo, post_lfs_batch_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from datasets import Dataset, Features, IterableDataset
    from huggingface_hub import HfApi
    from multiprocess.pool import Pool

__all__ = [
    "INVALID_WINDOWS_CHARACTERS_IN_PATH",
    "DatasetInfosDict",
    "MetadataConfigs",
    "fingerprint",
    "flat_map",
    "is_uploaded",
    "known_files",
    "parquet_writer",
    "status_in_text",
    "stream_origin",
    "uploaded_file",
    "with_embedded_images",
]

# The text of an error of hf_xet for a response with status 4xx or 5xx.
_STATUS = re.compile(r"HTTP status (?:client|server) error \((\d{3})\b")


def fingerprint(rows: Dataset) -> str:
    """Return the fingerprint of a `Dataset`; `datasets` has no public attribute for it."""
    return str(rows._fingerprint)


def stream_origin(rows: IterableDataset) -> tuple[Any, Any, dict[str, Any] | None]:
    """Return how an `IterableDataset` makes its rows. No public attribute tells this.

    Returns:
        Three objects: the examples iterable of the stream; the function that generates the rows, before any `map` and
        `filter`; and the keyword arguments of this function. The function is None if no function generates the rows.
        The arguments are None if the stream changes the generated rows, as `map` and `filter` do, or if it has only the
        rows of one node (`split_dataset_by_node`).
    """
    outer = inner = rows._ex_iterable
    while hasattr(inner, "ex_iterable"):
        inner = inner.ex_iterable
    is_unchanged = inner is outer and rows._distributed is None
    arguments = getattr(inner, "kwargs", None) if is_unchanged else None
    return outer, getattr(inner, "generate_examples_fn", None), arguments


def with_embedded_images(table: pa.Table) -> pa.Table:
    """Return a table that contains the bytes of its images. `datasets` has no public function for tables."""
    return embed_table_storage(table)


def parquet_writer(file: Path, features: Features) -> ParquetWriter:
    """Open a Parquet file for writing tables, with the features of its columns in its metadata.

    `datasets` has no public function that writes tables one after the other.
    """
    return ParquetWriter(features=features, path=str(file))


def flat_map(pool: Pool, function: Callable[..., Iterable[Any]], arguments: Sequence[dict[str, Any]]) -> Iterator[Any]:
    """Yield the results of generators that run in the processes of a pool, as they arrive.

    Neither `datasets` nor `multiprocess` has a public function for this.

    Raises:
        KeyboardInterrupt: The user pressed Ctrl-C.
    """
    try:
        yield from iflatmap_unordered(pool, function, kwargs_iterable=arguments)
    except multiprocess.TimeoutError as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # `datasets` hides the interrupt
            raise error.__context__ from None
        raise


def uploaded_file(path: str, sha256: str, size: int) -> CommitOperationAdd:
    """Return the commit operation of a file that was uploaded, possibly by another process.

    The operation is in the state in which `preupload_lfs_files` leaves it. No public function marks a file as uploaded.
    """
    operation = CommitOperationAdd(path, b"")
    operation.upload_info = _upload_info(sha256, size)
    operation._upload_mode = "lfs"
    operation._is_uploaded = True
    return operation


def is_uploaded(operation: CommitOperationAdd) -> bool:
    """Return whether `preupload_lfs_files` has uploaded a file.

    `preupload_lfs_files` silently skips files that the repository ignores or stores as regular files, and no public
    attribute tells whether a file was skipped.
    """
    return operation._is_uploaded


def known_files(
    api: HfApi, repo_id: str, revision: str | None, token: str, files: Sequence[tuple[str, int]]
) -> set[str]:
    """Return the SHA-256 of each of these large files that the Hub has already. No public function returns this.

    Args:
        api: The client.
        repo_id: The id of the dataset repository.
        revision: The branch; None for ``main``.
        token: The token for the request.
        files: The SHA-256 and the size in bytes of each file, at most 100 files.
    """
    responses, _, _ = post_lfs_batch_info(
        [_upload_info(sha256, size) for sha256, size in files],
        token=token,
        repo_type="dataset",
        repo_id=repo_id,
        revision=revision,
        endpoint=api.endpoint,
    )
    return {response["oid"] for response in responses if response.get("actions") is None}


def status_in_text(error: BaseException) -> int | None:
    """Return the HTTP status in the text of an error of hf_xet, which has no attribute for it; None without status."""
    found = _STATUS.search(str(error)) if isinstance(error, OSError | RuntimeError) else None
    return int(found[1]) if found else None


def _upload_info(sha256: str, size: int) -> UploadInfo:
    return UploadInfo(size=size, sample=b"", sha256=bytes.fromhex(sha256))
