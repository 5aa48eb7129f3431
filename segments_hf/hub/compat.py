"""Private parts of `datasets` and `huggingface_hub` that the push uses, each with the reason.

No other module of this folder does; `tests/hub/test_compat.py` fails when one of these names changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import multiprocess
from datasets.arrow_writer import ParquetWriter

# There is no public way to write a card that `datasets` reads back: its own `push_to_hub` does it with these.
from datasets.info import DatasetInfosDict

# There is no public way to know which names `datasets` refuses for a configuration.
from datasets.naming import INVALID_WINDOWS_CHARACTERS_IN_PATH
from datasets.table import embed_table_storage
from datasets.utils.metadata import MetadataConfigs
from datasets.utils.py_utils import convert_file_size_to_int, iflatmap_unordered
from huggingface_hub import CommitOperationAdd
from huggingface_hub.lfs import UploadInfo, post_lfs_batch_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from datasets import Features
    from huggingface_hub import HfApi

__all__ = [
    "INVALID_WINDOWS_CHARACTERS_IN_PATH",
    "DatasetInfosDict",
    "MetadataConfigs",
    "bytes_of_size",
    "fingerprint",
    "flat_map",
    "generator_of",
    "is_uploaded",
    "known_objects",
    "parquet_writer",
    "status_in_text",
    "uploaded_file",
    "with_pictures",
]

# How hf_xet words the answer of a server that refuses, or has an error of its own.
_STATUS = re.compile(r"HTTP status (?:client|server) error \((\d{3})\b")


def fingerprint(rows: Any) -> str:
    """Return the fingerprint of a `Dataset`; `datasets` has no public attribute for it."""
    return str(rows._fingerprint)


def generator_of(rows: Any) -> tuple[Any, Any]:
    """What an `IterableDataset` is made of, and the function that makes its first rows, if it is one.

    There is no public way to see whose rows a stream has, behind its maps and filters.
    """
    whole = inner = rows._ex_iterable
    while hasattr(inner, "ex_iterable"):
        inner = inner.ex_iterable
    return whole, getattr(inner, "generate_examples_fn", None)


def with_pictures(table: pa.Table) -> pa.Table:
    """A table that holds the bytes of the pictures it refers to; there is no public way to do it to a table."""
    return embed_table_storage(table)


def parquet_writer(file: Path, features: Features) -> ParquetWriter:
    """A writer of Parquet with the features in its metadata; there is no public way to write row by row."""
    return ParquetWriter(features=features, path=str(file))


def bytes_of_size(size: int | str) -> int:
    """A size such as ``"500MB"`` in bytes, as the `push_to_hub` of `datasets` reads it; it is not public.

    Raises:
        ValueError: The text is not a size.
    """
    return int(convert_file_size_to_int(size))


def flat_map(pool: Any, function: Callable[..., Iterable[Any]], arguments: Sequence[dict[str, Any]]) -> Iterator[Any]:
    """What the processes of a pool yield, as it comes; there is no public way, in `multiprocess` neither.

    Raises:
        KeyboardInterrupt: Somebody pressed Ctrl-C.
    """
    try:
        yield from iflatmap_unordered(pool, function, kwargs_iterable=arguments)
    except multiprocess.TimeoutError as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # which `datasets` hides
            raise error.__context__ from None
        raise


def uploaded_file(path: str, sha256: str, size: int) -> CommitOperationAdd:
    """The commit of a file that has been uploaded, maybe by another process.

    What `preupload_lfs_files` leaves behind; there is no public way to say that a file has arrived.
    """
    operation = CommitOperationAdd(path, b"")
    operation.upload_info = _upload_info(sha256, size)
    operation._upload_mode = "lfs"
    operation._is_uploaded = True
    return operation


def is_uploaded(operation: CommitOperationAdd) -> bool:
    """Return whether `preupload_lfs_files` has uploaded a file.

    There is no public way to learn it: files that the repository takes for small ones are silently left out.
    """
    return operation._is_uploaded


def known_objects(
    api: HfApi, repo_id: str, revision: str | None, token: str, objects: Sequence[tuple[str, int]]
) -> set[str]:
    """The hashes of those large files that the Hub has; there is no public way to ask for them.

    Args:
        api: The client.
        repo_id: The dataset.
        revision: The branch.
        token: Who asks.
        objects: The SHA-256 and the size of each, 100 at most.
    """
    answers, _, _ = post_lfs_batch_info(
        [_upload_info(sha256, size) for sha256, size in objects],
        token=token,
        repo_type="dataset",
        repo_id=repo_id,
        revision=revision,
        endpoint=api.endpoint,
    )
    return {answer["oid"] for answer in answers if answer.get("actions") is None}


def status_in_text(error: BaseException) -> int | None:
    """Return the HTTP status of an error of hf_xet, which has it in its text only."""
    found = _STATUS.search(str(error)) if isinstance(error, OSError | RuntimeError) else None
    return int(found[1]) if found else None


def _upload_info(sha256: str, size: int) -> UploadInfo:
    return UploadInfo(size=size, sample=b"", sha256=bytes.fromhex(sha256))
