"""Write files and folders aside, and move them to their place when they are whole. Nothing unexpected is replaced.

A staging folder is beside the places of its files. Its process holds a lock in it: leftovers of killed processes are
known by their free lock, and are removed by the next process that writes there. What is replaced is moved into the
staging folder before the new files are moved out of it, in steps that another process can undo or finish:

    ready/     the new files and folders, all whole
    leaving/   what they replace, while it is moved here: if the process is killed, it is moved back
    left/      the same, as soon as all of it is here: if the process is killed, the new files are moved to their places
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
from segments_hf.io.disk.snapshots import look

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from segments_hf.io.disk.snapshots import Snapshot

_LOCK, _NEW, _READY, _LEAVING, _LEFT, _UNDONE = "lock", "new", "ready", "leaving", "left", "undone"
_HOUR = 3600.0  # seconds: what has no lock for so long was left by a process that was killed
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class Staging:
    """A folder to write to, whose content is then moved to the folder that it is in.

    Attributes:
        new: The folder to write to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.new = folder / _NEW

    def publish(self, expected: Mapping[str, Snapshot]) -> None:
        """Move files and folders to their places, all of them or none.

        Args:
            expected: What is expected at each place, by the name of the place: it is replaced. Where `new` has nothing
                of that name, it is only removed. The first of these names decides between two processes.

        Raises:
            OutputExistsError: Something else is there: it was made or changed meanwhile. It stays as it is.
            StorageError: The disk does not take them.
        """
        parent, ready = self._folder.parent, self._folder / _READY
        with storage_errors(parent):
            ready.mkdir()
            names = [name for name in expected if os.path.lexists(self.new / name)]
            for name in names:
                (self.new / name).rename(ready / name)
            try:
                self._take_away(expected)
                for name in names:
                    _put(ready / name, parent / name)
            except BaseException:
                for name in names:
                    if not os.path.lexists(ready / name):
                        _return(parent / name, ready / name)
                _undo(self._folder)
                raise

    def _take_away(self, expected: Mapping[str, Snapshot]) -> None:
        """Move what is at the places here.

        Raises:
            OutputExistsError: Something is there that is not expected.
        """
        leaving = self._folder / _LEAVING
        leaving.mkdir()
        for number, (name, snapshot) in enumerate(expected.items()):
            place = self._folder.parent / name
            if not snapshot:
                continue
            try:
                place.rename(leaving / name)
                is_expected = look(leaving / name) == snapshot  # once it is moved, nobody changes it any more
            except FileNotFoundError:
                is_expected = number > 0  # the first is gone: another process is replacing it, or has removed it
            if not is_expected:
                raise _changed(place)
        leaving.rename(self._folder / _LEFT)


@contextmanager
def staging_folder(parent: Path) -> Iterator[Staging]:
    """A staging folder, removed at the end of the block. Leftovers beside it are removed first.

    Args:
        parent: The folder of the places of its files, on the same disk; it is made if it does not exist.

    Raises:
        StorageError: The disk does not take it.
    """
    make_folder(parent)
    remove_leftovers(parent)
    folder, lock = _locked_folder(parent)
    try:
        make_folder(folder / _NEW)
        yield Staging(folder)
    finally:
        lock.release()  # Windows does not remove what is open
        remove_folder(folder)


@contextmanager
def new_file(path: Path, expected: Snapshot) -> Iterator[NewFile]:
    """A file to write, which is moved to its place at the end of the block.

    Args:
        path: The file; the folders that it is in are made.
        expected: What is at its place: it is replaced.

    Raises:
        OutputExistsError: Something else is there at the end: it was made or changed meanwhile.
        StorageError: The disk does not take it. Then all is as before.
    """
    with staging_folder(path.parent) as staging:
        with NewFile(staging.new / path.name) as file:
            yield file
        staging.publish({path.name: expected})


def write_new_file(path: Path, content: bytes, expected: Snapshot) -> None:
    """Write a file as `new_file` does, in one step."""
    with staging_folder(path.parent) as staging:
        write_file(staging.new / path.name, content)
        staging.publish({path.name: expected})


def remove_leftovers(parent: Path) -> None:
    """Remove what killed processes left in a folder, and finish or undo what they were moving."""
    for found in parent.glob(f"{TEMPORARY_PREFIX}*"):
        path = found
        with suppress(OSError):  # another process removes the same
            if not (path / _LOCK).is_file():
                if path.lstat().st_mtime < time.time() - _HOUR:
                    path.unlink() if path.is_file() else remove_folder(path)
                continue
            lock = FileLock(path / _LOCK)
            try:
                lock.acquire(timeout=0)
            except (Timeout, NotImplementedError):  # its process is alive, or the disk has no locks
                continue
            try:
                _recover(path)
                # Renamed while it is locked: a process that waits for the lock of a folder that it has just made then
                # sees that the folder is gone. Windows renames no folder with an open file, so none that is waited for.
                if os.name != "nt":
                    path = path.rename(parent / temporary_name())
            finally:
                lock.release()
            if os.name == "nt":
                path = path.rename(parent / temporary_name())
            remove_folder(path)


def _locked_folder(parent: Path) -> tuple[Path, FileLock]:
    """Make a folder with a lock that this process holds.

    Until it is locked, another process may take it for a leftover and remove it: then the next one is made.
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
            except NotImplementedError:  # a disk without locks: nobody can tell whether this process is alive
                (folder / _LOCK).touch()
        if (folder / _LOCK).exists():
            return folder, lock
        lock.release()


def _recover(folder: Path) -> None:
    """Finish what a killed process was moving, or undo it."""
    if not (folder / _LEFT).is_dir():
        _undo(folder)
        return
    for path in (folder / _READY).iterdir():
        with suppress(FileExistsError):
            _put(path, folder.parent / path.name)


def _undo(folder: Path) -> None:
    """Move what was at the places back."""
    for moved in (folder / _LEAVING, folder / _LEFT):
        if moved.is_dir():
            for path in moved.iterdir():
                _return(path, folder.parent / path.name)
            moved.rename(folder / _UNDONE)


def _put(source: Path, place: Path) -> None:
    """Move a file or folder to a place where nothing is.

    Raises:
        OutputExistsError: Something is there; an empty folder does not count.
    """
    try:
        move_to_free_place(source, place)
    except FileExistsError:
        raise _changed(place) from None


def _return(source: Path, place: Path) -> None:
    """Move something back to its place, or beside it where that is taken."""
    try:
        move_to_free_place(source, place)
    except FileExistsError:
        move_to_free_place(source, place.with_name(f"{place.name}.{temporary_name()[-8:]}"))


def move_to_free_place(source: Path, place: Path) -> None:
    """Move a file or folder on one disk to a place where nothing is; of two processes, one can do it.

    Raises:
        FileExistsError: Something is there. An empty folder counts as nothing where the system takes it so.
        OSError: The disk does not take it.
    """
    if source.is_symlink():
        place.symlink_to(source.readlink())  # this and `os.link` fail where something is
        source.unlink()
    elif os.name == "nt":
        source.rename(place)  # fails where something is
    elif source.is_dir():
        try:
            source.rename(place)  # fails where a file or a folder with content is
        except OSError:
            if os.path.lexists(place):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from None
            raise
    else:
        _move_file(source, place)


def _move_file(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
        source.unlink()
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        # A disk without hard links: an empty file takes the place first.
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        source.replace(place)


def _changed(place: Path) -> OutputExistsError:
    return OutputExistsError(
        f"{place} was made, changed or removed by another program meanwhile, so nothing was written there; try again, "
        "or choose another place"
    )
