"""Write aside, then rename: a file or folder is at its place when it is whole, and not before."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Each temporary file and folder of this package has a name that begins so; it is on the disk of its place.
TEMPORARY_PREFIX = ".segments-hf-incoming-"


def write_atomically(path: str | Path, content: bytes | memoryview, *, aside: str | Path | None = None) -> None:
    """Write a file, replacing the one that is there; folders that are missing are made.

    Args:
        path: The file.
        content: Its content.
        aside: The folder of the temporary file, on the same disk; by default the folder of the file.

    Raises:
        OSError: The disk does not take it. Then all is as before.
    """
    folder = (os.path.dirname(path) or ".") if aside is None else aside
    temporary = f"{folder}/{_temporary_name()}"
    try:
        try:
            _write(temporary, content)
            os.replace(temporary, path)  # noqa: PTH105  (a Path for each asset costs more than this)
        except FileNotFoundError:  # one of the folders
            for place in (temporary, path):
                Path(place).parent.mkdir(parents=True, exist_ok=True)
            _write(temporary, content)
            os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        _remove(Path(temporary))
        raise


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A temporary file to write, which becomes the file at the end of the block.

    If the block raises, the temporary file is removed and the file stays as it was. To check that nothing is replaced
    that must stay, check it at the end of the block.

    Args:
        path: The file; its folder exists.

    Yields:
        Where to write: a path with the same suffix.
    """
    temporary = path.with_name(f"{_temporary_name()}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        _remove(temporary)
        raise


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """A temporary folder, removed at the end of the block.

    Args:
        parent: The folder to make it in: where its content goes, so that moving it is one step.
    """
    folder = parent / _temporary_name()
    folder.mkdir()
    try:
        yield folder
    finally:
        _remove(folder)


def move_into_place(moves: Iterable[tuple[Path | None, Path]], replaced: Path) -> None:
    """Put new files and folders in their places, in order. If one cannot be moved, all is as before.

    Args:
        moves: For each place what is moved to it; None where what is there is only removed.
        replaced: A folder on the same disk, which takes what was in the places; it is made.

    Raises:
        OSError: One of them cannot be moved.
    """
    replaced.mkdir()
    done: list[tuple[Path, Path]] = []
    try:
        for new, place in moves:
            if os.path.lexists(place):
                done.append(_move(place, replaced / str(len(done))))
            if new is not None:
                done.append(_move(new, place))
    except BaseException:
        for source, target in reversed(done):
            target.replace(source)
        raise


def _move(source: Path, target: Path) -> tuple[Path, Path]:
    source.replace(target)
    return source, target


def _temporary_name() -> str:
    return TEMPORARY_PREFIX + secrets.token_hex(16)


def _write(path: str, content: bytes | memoryview) -> None:
    with open(path, "wb") as file:  # noqa: PTH123  (buffered, so that a write is whole or an error)
        file.write(content)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # nothing was written, or the error that is under way says why
            path.unlink()
