"""Write files and folders in a staging folder, and move them to their destinations when all are complete.

A file or folder is replaced only if it is in the state that the caller expects. A staging folder has the same parent
folder as the destinations. The process that creates the staging folder locks a file in it. If the process is killed,
the lock is released, and the next process that writes to the parent folder removes the staging folder. The old files
are moved into the staging folder before the new files are moved out of it, in steps that another process can undo or
finish. The staging folder contains these folders:

    new/       the new files and folders, while they are written
    ready/     the new files and folders, when all are complete
    leaving/   the old files and folders, while they are moved. If the process is killed in this step, the next process
               moves them back
    left/      the folder `leaving`, renamed when all old files and folders are in it. If the process is killed after
               this step, the next process moves the new files and folders to their destinations
    undone/    the folder `leaving` or `left`, renamed when all old files and folders have been moved back
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from segments_hf.errors import OutputExistsError
from segments_hf.io.disk.atomic import TEMPORARY_PREFIX, NewFile, make_folder, remove_folder, temporary_name, write_file
from segments_hf.io.disk.disk_errors import storage_errors
from segments_hf.io.disk.snapshots import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from segments_hf.io.disk.snapshots import Snapshot

_LOCK, _NEW, _READY, _LEAVING, _LEFT, _UNDONE = "lock", "new", "ready", "leaving", "left", "undone"
_MAX_AGE = 3600.0  # seconds; an older temporary file or folder without a lock is a leftover of a killed process
# The errors of `os.link` on file systems without hard links.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class Staging:
    """A temporary folder for files that are moved to the parent folder when all of them are complete.

    Attributes:
        new: The subfolder to write to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.new: Path = folder / _NEW

    def publish(self, expected: Mapping[str, Snapshot]) -> None:
        """Move files and folders from `new` to their destinations, all of them or none.

        Args:
            expected: The expected state of each destination, by its name. The destination is replaced, or removed if
                `new` has no file or folder of that name. If several processes publish the same names in the same order,
                only one of them succeeds.

        Raises:
            OutputExistsError: Another program created, changed or removed a destination in the meantime. No destination
                is replaced.
            StorageError: The write failed.
        """
        parent, ready = self._folder.parent, self._folder / _READY
        with storage_errors(parent):
            ready.mkdir()
            names = [name for name in expected if os.path.lexists(self.new / name)]
            for name in names:
                (self.new / name).rename(ready / name)
            try:
                self._move_old_files(expected)
                for name in names:
                    _move_in(ready / name, parent / name)
            except BaseException:
                for name in names:
                    if not os.path.lexists(ready / name):
                        _move_back(parent / name, ready / name)
                _restore_old_files(self._folder)
                raise

    def _move_old_files(self, expected: Mapping[str, Snapshot]) -> None:
        """Move the old files and folders into the staging folder.

        Raises:
            OutputExistsError: A destination is not in the expected state.
        """
        leaving = self._folder / _LEAVING
        leaving.mkdir()
        for number, (name, snapshot) in enumerate(expected.items()):
            destination = self._folder.parent / name
            if not snapshot:
                continue
            try:
                destination.rename(leaving / name)
                is_expected = take_snapshot(leaving / name) == snapshot  # no other program uses the new path
            except FileNotFoundError:
                # If the first destination is missing, another process is replacing it or has removed it. A later
                # destination is allowed to be missing, because it is replaced anyway.
                is_expected = number > 0
            if not is_expected:
                raise _changed_error(destination)
        leaving.rename(self._folder / _LEFT)


@contextmanager
def staging_folder(parent: Path) -> Iterator[Staging]:
    """Create a staging folder, which is removed at the end of the block.

    The leftovers of killed processes in the parent folder are removed first.

    Args:
        parent: The folder of the destinations. It is created if it does not exist.

    Raises:
        StorageError: The write failed.
    """
    make_folder(parent)
    remove_leftovers(parent)
    folder, lock = _locked_folder(parent)
    try:
        make_folder(folder / _NEW)
        yield Staging(folder)
    finally:
        lock.release()  # Windows does not remove open files
        remove_folder(folder)


@contextmanager
def new_file(path: Path, expected: Snapshot) -> Iterator[NewFile]:
    """Create a file that can be written, and move it to its destination at the end of the block.

    Args:
        path: The destination. Its parent folders are created.
        expected: The state of the destination before the call. A destination in this state is replaced.

    Raises:
        OutputExistsError: Another program created, changed or removed the destination in the meantime.
        StorageError: The write failed. The destination is unchanged.
    """
    with staging_folder(path.parent) as staging:
        with NewFile(staging.new / path.name) as file:
            yield file
        staging.publish({path.name: expected})


def write_new_file(path: Path, content: bytes, expected: Snapshot) -> None:
    """Write the whole content of a file, with the guarantees of `new_file`."""
    with staging_folder(path.parent) as staging:
        write_file(staging.new / path.name, content)
        staging.publish({path.name: expected})


def remove_leftovers(parent: Path) -> None:
    """Finish or undo the moves of killed processes in a folder, and remove their temporary files and folders."""
    for found in parent.glob(f"{TEMPORARY_PREFIX}*"):
        path = found
        with suppress(OSError):  # another process may be removing the same leftover
            if not (path / _LOCK).is_file():
                if path.lstat().st_mtime < time.time() - _MAX_AGE:
                    path.unlink() if path.is_file() else remove_folder(path)
                continue
            lock = FileLock(path / _LOCK)
            try:
                lock.acquire(timeout=0)
            except (Timeout, NotImplementedError):
                continue  # the process that created this folder is alive, or the file system has no locks
            try:
                _recover(path)
                # The process that created this folder may still wait for the lock. Rename the folder before the lock is
                # released, so that the waiting process finds that the folder is gone. Windows cannot rename a folder
                # that contains an open file, so on Windows, rename the folder after the release. This rename fails if
                # the other process waits for the lock, because that process has the file open.
                if os.name != "nt":
                    path = path.rename(parent / temporary_name())
            finally:
                lock.release()
            if os.name == "nt":
                path = path.rename(parent / temporary_name())
            remove_folder(path)


def _locked_folder(parent: Path) -> tuple[Path, FileLock]:
    """Create a staging folder with a lock that this process holds.

    Another process may remove the folder as a leftover before this process locks it. If so, create another folder.
    """
    while True:
        folder = parent / temporary_name()
        lock = FileLock(folder / _LOCK)
        with storage_errors(folder):
            folder.mkdir()
            try:
                lock.acquire()
            except FileNotFoundError:
                continue
            except NotImplementedError:  # without locks, no process can detect whether this one is alive
                (folder / _LOCK).touch()
        if (folder / _LOCK).exists():
            return folder, lock
        lock.release()


def _recover(folder: Path) -> None:
    """Finish or undo the moves of a killed process."""
    if not (folder / _LEFT).is_dir():
        _restore_old_files(folder)
        return
    for path in (folder / _READY).iterdir():
        with suppress(FileExistsError):
            _move_in(path, folder.parent / path.name)


def _restore_old_files(folder: Path) -> None:
    """Move the old files and folders from a staging folder back to their original paths."""
    for moved in (folder / _LEAVING, folder / _LEFT):
        if moved.is_dir():
            for path in moved.iterdir():
                _move_back(path, folder.parent / path.name)
            moved.rename(folder / _UNDONE)


def _move_in(source: Path, destination: Path) -> None:
    """Move a file or folder to its destination, which must not exist.

    Raises:
        OutputExistsError: The destination exists. On some systems, an empty folder is replaced instead.
    """
    try:
        move_without_replacing(source, destination)
    except FileExistsError:
        raise _changed_error(destination) from None


def _move_back(source: Path, original: Path) -> None:
    """Move a file or folder back to its original path, or to a similar path if the original path exists."""
    try:
        move_without_replacing(source, original)
    except FileExistsError:
        move_without_replacing(source, original.with_name(f"{original.name}.{temporary_name()[-8:]}"))


def move_without_replacing(source: Path, destination: Path) -> None:
    """Move a file or folder to a destination that does not exist, on the same disk.

    If several processes move files to the same destination, only one of them succeeds.

    Raises:
        FileExistsError: The destination exists. On some systems, an empty folder is replaced instead.
        OSError: The move failed.
    """
    if source.is_symlink():
        destination.symlink_to(source.readlink())  # fails if the destination exists, as `os.link` does
        source.unlink()
    elif os.name == "nt":
        source.rename(destination)  # fails on Windows if the destination exists
    elif source.is_dir():
        try:
            source.rename(destination)  # fails if the destination is a file or a folder with content
        except OSError:
            if os.path.lexists(destination):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(destination)) from None
            raise
    else:
        _move_file(source, destination)


def _move_file(source: Path, destination: Path) -> None:
    try:
        os.link(source, destination)  # noqa: TID251
        source.unlink()
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        # On a file system without hard links, create an empty file at the destination and replace it. The creation
        # fails if the destination exists.
        os.close(os.open(destination, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # noqa: TID251
        source.replace(destination)


def _changed_error(destination: Path) -> OutputExistsError:
    return OutputExistsError(
        f"{destination} was created, changed or removed by another program in the meantime, so nothing was written "
        "there; try again, or choose another path"
    )
