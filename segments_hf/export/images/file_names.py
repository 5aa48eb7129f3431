"""Make file names of samples that are unique and safe on every operating system."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from PIL import Image

from segments_hf.images import read_header
from segments_hf.images.stored_image import stored_content
from segments_hf.io.disk.safe_path import check_length, collision_key, safe_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from segments_hf.labels.row import Row

_SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif"}


class FileNames:
    """A maker of unique paths for images. It remembers the paths that are in use.

    Names that differ only in case or in the Unicode form of accents count as equal, as on some file systems.

    Args:
        unique_stems: Whether names that differ only in the suffix count as equal too.
        reserved_folders: Names that a folder must not have.
        suffixes: The suffixes that a file may keep, in lower case; by default all suffixes that Pillow knows. A file
            with another suffix gets the suffix for the file format of the image.
        longest: The maximum length of a path in bytes.
    """

    def __init__(
        self,
        *,
        unique_stems: bool = False,
        reserved_folders: Collection[str] = (),
        suffixes: Collection[str] | None = None,
        longest: int = 4095,
    ) -> None:
        self._unique_stems = unique_stems
        self._suffixes = suffixes
        self._longest = longest
        self._reserved_folders = reserved_folders
        self._files: set[str] = set()
        self._stems: set[str] = set()
        self._folders: dict[str, PurePosixPath] = {}  # by collision key of the name before it was made unique
        self._repeats: dict[str, int] = {}

    def path_of(self, row: Row, suffix: str | None = None) -> PurePosixPath:
        """Return a path for the image of a row. If the path is in use, a number is added to its stem.

        Args:
            row: The row.
            suffix: The suffix of the file; by default the suffix of the name if it is allowed, else the suffix for the
                file format of the image.

        Raises:
            AssetError: The suffix depends on the file format, but the content is not an image.
            PathError: The name of the sample cannot become a path.
        """
        preferred = self._preferred(row, suffix)
        folder = PurePosixPath()
        for name in preferred.parts[:-1]:
            part = f"{name}_" if name in self._reserved_folders else name
            key = collision_key(folder / part)
            if key not in self._folders:
                self._folders[key] = self._unused(folder / part, self._is_file)
            folder = self._folders[key]
        path = self._unused(folder / preferred.name, self._is_taken)
        check_length(path, self._longest)
        self._files.add(collision_key(path))
        if self._unique_stems:
            self._stems.add(collision_key(path.with_suffix("")))
        return path

    def _unused(self, path: PurePosixPath, is_taken: Callable[[PurePosixPath], bool]) -> PurePosixPath:
        """Return a path; if the path is taken, add a number to its stem."""
        unused = path
        while is_taken(unused):
            number = self._repeats.get(collision_key(path), 1) + 1
            self._repeats[collision_key(path)] = number
            unused = path.with_stem(f"{path.stem}-{number}")
        return unused

    def _is_file(self, path: PurePosixPath) -> bool:
        return collision_key(path) in self._files

    def _is_taken(self, path: PurePosixPath) -> bool:
        return (
            self._is_file(path)
            or collision_key(path) in self._folders
            or collision_key(path.with_suffix("")) in self._stems
        )

    def _preferred(self, row: Row, suffix: str | None) -> PurePosixPath:
        """Return the path of an image before it is made unique. A frame is in the folder of its sequence."""
        name = row["name"] or ""
        if row.get("frame_index") is not None:
            name = f"{name}/{row['frame_name'] or format(row['frame_index'], '05d')}"
        path = safe_path(name)
        known = Image.registered_extensions()
        if suffix is None:
            if row["image"] is None or path.suffix.lower() in (known if self._suffixes is None else self._suffixes):
                return path
            suffix = _suffix(row["image"])
        return path.with_suffix(suffix) if path.suffix.lower() in known else path.with_name(path.name + suffix)


def _suffix(image: Mapping[str, Any]) -> str:
    """Return the suffix for the file format of an image."""
    file_format = read_header(stored_content(image)).format
    return _SUFFIXES.get(file_format, f".{file_format}".lower())
