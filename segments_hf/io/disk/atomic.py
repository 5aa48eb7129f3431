"""Write, copy and remove files. Every failed write raises `StorageError`.

Output files are written in a staging folder, and moved to their destination when they are complete (see `staging`).
All code outside of `segments_hf.io.disk` writes files only through this package, or with libraries such as `datasets`.
"""

from __future__ import annotations

import os
import secrets
import shutil  # noqa: TID251  (files are written by this module and `staging` only)
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from segments_hf.io.disk.disk_errors import storage_error, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO, TextIO

    from typing_extensions import Self

# The beginning of the name of every temporary file and folder.
TEMPORARY_PREFIX = ".segments-hf-incoming-"

_PIECE = 2**20  # bytes


def temporary_name() -> str:
    """Return a unique name for a temporary file or folder."""
    return TEMPORARY_PREFIX + secrets.token_hex(16)


def write_atomically(
    path: str | Path, content: bytes | memoryview, *, temporary_folder: str | Path | None = None
) -> None:
    """Write or replace a file, such as a file of a cache, and create missing folders.

    Args:
        path: The file.
        content: Its content.
        temporary_folder: The folder of the temporary file, on the same disk; by default the folder of the file. Other
            processes may remove the content of the temporary folder at any time.

    Raises:
        StorageError: The write failed. The file is unchanged.
    """
    folder = os.path.dirname(path) or "."
    first_choice = folder if temporary_folder is None else os.fspath(temporary_folder)
    with storage_errors(path):
        for _ in range(2):
            try:
                _write_and_rename(path, content, first_choice)
            except FileNotFoundError:  # a folder is missing, or another process has removed the temporary file
                for needed in (first_choice, folder):
                    os.makedirs(needed, exist_ok=True)  # noqa: PTH103, TID251
            else:
                return
        _write_and_rename(path, content, folder)


def write_file(path: Path, content: bytes) -> None:
    """Write a file in a staging folder, and create its parent folders.

    Raises:
        StorageError: The write failed.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def copy_file(source: str | Path, target: Path) -> None:
    """Copy the content of a file to a staging folder, and create the parent folders of the copy.

    Raises:
        StorageError: The write failed.
        OSError: The source cannot be read.
    """
    make_folder(target.parent)
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        if error.filename2 is None and error.filename is not None and os.fspath(error.filename) == os.fspath(source):
            raise
        raise storage_error(error, target) from error


def link_to_file(source: str | Path, target: Path) -> None:
    """Create a symbolic link to an existing file, and create the parent folders of the link.

    Raises:
        StorageError: The write failed.
        OSError: The source does not exist, or cannot be inspected.
    """
    os.stat(source)
    make_folder(target.parent)
    with storage_errors(target):
        target.symlink_to(os.path.abspath(source))


def append_line(file: Path, line: bytes, *, is_synced: bool = False) -> None:
    """Append a line to a file in one write, so that several processes can append to the same file.

    Args:
        file: The file. It is created if it does not exist.
        line: The line, with its line end.
        is_synced: Whether to wait until the line is on the disk.

    Raises:
        StorageError: The write failed.
    """
    with storage_errors(file), file.open("ab") as stream:
        stream.write(line)
        if is_synced:
            stream.flush()
            os.fsync(stream.fileno())


class NewFile:
    """A file in a staging folder that is written piece by piece.

    Args:
        path: The file. Its parent folders are created.

    Raises:
        StorageError: The write failed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        with storage_errors(path):
            self._file: BinaryIO = path.open("xb")

    def write(self, content: bytes) -> None:
        """Append to the file.

        Raises:
            StorageError: The write failed.
        """
        with storage_errors(self.path):
            self._file.write(content)

    def copy_into(self, other: NewFile) -> None:
        """Close this file, and append its content to another file.

        Raises:
            StorageError: The write failed.
        """
        self.close()
        with self.path.open("rb") as content:
            while piece := content.read(_PIECE):
                other.write(piece)

    def close(self) -> None:
        """Write the buffered bytes, and close the file.

        Raises:
            StorageError: The write failed.
        """
        with storage_errors(self.path):
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            with suppress(OSError):  # the error of the block is raised instead
                self._file.close()


@contextmanager
def scratch_file(path: Path) -> Iterator[NewFile]:
    """Create a file that can be written, and remove it at the end of the block.

    Args:
        path: The file, in a staging folder.
    """
    try:
        with NewFile(path) as file:
            yield file
    finally:
        with suppress(OSError):  # the staging folder is removed anyway
            path.unlink()


def make_folder(path: Path) -> None:
    """Create a folder and its parent folders. A folder that exists is kept.

    Raises:
        StorageError: The write failed.
    """
    with storage_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def touch(path: Path) -> None:
    """Set the modification time of a file to now, and create the file if it does not exist.

    Raises:
        StorageError: The write failed.
    """
    with storage_errors(path):
        path.touch()


def rename(path: Path, target: Path) -> None:
    """Rename a file inside a staging folder. A file with the new name is replaced.

    Raises:
        StorageError: The write failed.
    """
    with storage_errors(target):
        path.replace(target)


def remove_file(path: Path) -> None:
    """Remove a file, if it exists.

    Raises:
        StorageError: The file cannot be removed.
    """
    with storage_errors(path):
        path.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove a folder with its content. Files that cannot be removed are kept."""
    shutil.rmtree(path, ignore_errors=True)


def remove_empty_folder(path: Path) -> None:
    """Remove a folder if it is empty and can be removed."""
    with suppress(OSError):
        path.rmdir()


def discard_output(stream: TextIO) -> None:
    """Discard the buffered output of a stream of this process, and all later output to it."""
    with suppress(OSError, ValueError):  # ValueError if the stream has no file descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # noqa: TID251


def _write_and_rename(path: str | Path, content: bytes | memoryview, folder: str) -> None:
    """Write a file under a temporary name, and rename it. The folder is text because creating a `Path` takes longer."""
    temporary = f"{folder}/{temporary_name()}"
    try:
        with open(temporary, "wb") as file:  # noqa: PTH123  (a buffered file writes all bytes or raises an error)
            file.write(content)
        os.replace(temporary, path)  # noqa: PTH105, TID251
    except BaseException:
        with suppress(OSError):  # the temporary file may not exist; the original error is raised
            os.unlink(temporary)  # noqa: PTH108, TID251
        raise
