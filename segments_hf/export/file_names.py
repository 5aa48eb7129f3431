"""Names of samples as names of files: safe on every system, and each once."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from PIL import Image

from segments_hf.images import read_header
from segments_hf.images.stored_image import stored_content

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from segments_hf.labels.row import Row

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # names of devices on Windows
_LONGEST = 160  # bytes, with room for what a format adds
_SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif"}


def safe_path(name: str) -> PurePosixPath:
    r"""A name as a relative path that stays where it is put.

    >>> str(safe_path("../flowers/a: b?.jpg")), str(safe_path("C:\\x\\NUL.png"))
    ('flowers/a_ b_.jpg', 'C_/x/_NUL.png')
    """
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(". ")]
    return PurePosixPath(*map(_safe_part, parts or ["_"]))


def _safe_part(part: str) -> str:
    part = _UNSAFE.sub("_", part.encode(errors="replace").decode())
    if part[-1] in ". ":  # which Windows drops
        part = part.rstrip(". ") + "_"
    if _RESERVED.match(part):
        part = "_" + part
    if len(part.encode()) <= _LONGEST:
        return part
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    suffix = PurePosixPath(part).suffix if len(PurePosixPath(part).suffix) < 10 else ""  # noqa: PLR2004
    kept = part.encode()[: _LONGEST - 20].decode(errors="ignore")
    return f"{kept}-{digest}{suffix}"


class FileNames:
    """The paths of images, each given once.

    Names that only differ in case or in how accents are written are the same: on some systems they are.

    Args:
        by_stem: Whether names that only differ in the suffix are the same too.
        not_folders: Names that no folder may have.
    """

    def __init__(self, *, by_stem: bool = False, not_folders: Collection[str] = ()) -> None:
        self._by_stem = by_stem
        self._not_folders = not_folders
        self._files: set[str] = set()
        self._stems: set[str] = set()
        self._folders: dict[str, PurePosixPath] = {}  # the one that is meant by a name
        self._repeats: dict[str, int] = {}

    def path_of(self, row: Row) -> PurePosixPath:
        """A path for the image of a row; where a name is taken, the next one of it gets a number."""
        wanted = _wanted(row)
        folder = PurePosixPath()
        for name in wanted.parts[:-1]:
            part = f"{name}_" if name in self._not_folders else name
            key = _key(folder / part)
            if key not in self._folders:
                self._folders[key] = self._free(folder / part, self._is_file)
            folder = self._folders[key]
        path = self._free(folder / wanted.name, self._is_taken)
        self._files.add(_key(path))
        if self._by_stem:
            self._stems.add(_key(path.with_suffix("")))
        return path

    def _free(self, path: PurePosixPath, is_taken: Callable[[PurePosixPath], bool]) -> PurePosixPath:
        free = path
        while is_taken(free):
            number = self._repeats.get(_key(path), 1) + 1
            self._repeats[_key(path)] = number
            free = path.with_stem(f"{path.stem}-{number}")
        return free

    def _is_file(self, path: PurePosixPath) -> bool:
        return _key(path) in self._files

    def _is_taken(self, path: PurePosixPath) -> bool:
        return self._is_file(path) or _key(path) in self._folders or _key(path.with_suffix("")) in self._stems


def _wanted(row: Row) -> PurePosixPath:
    """The path that a row's image would have alone; a frame is in a folder of its sequence."""
    name = row["name"]
    if row.get("frame_index") is not None:
        name = f"{name}/{row['frame_name'] or format(row['frame_index'], '05d')}"
    path = safe_path(name)
    if row["image"] is None or path.suffix.lower() in Image.registered_extensions():
        return path
    return path.with_name(path.name + _suffix(row["image"]))


def _suffix(image: Mapping[str, Any]) -> str:
    """The suffix for a picture, as its content tells."""
    found = read_header(stored_content(image)).format
    return _SUFFIXES.get(found, f".{found}".lower())


def _key(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()
