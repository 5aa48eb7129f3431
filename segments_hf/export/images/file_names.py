"""Make unique paths for the images of an export. The paths are safe on every operating system."""

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

# The suffixes for image formats whose usual suffix is not the name of the format.
_SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif"}


class FileNames:
    """A maker of unique paths for images. It remembers the paths that are in use.

    Paths that differ only in case or in the Unicode form of accents count as equal, as on some file systems.

    Args:
        unique_stems: Whether paths that differ only in the suffix count as equal too.
        reserved_folders: Names that a folder must not have. A folder with such a name gets an underscore at the end.
        suffixes: The suffixes that a file may keep, in lower case; by default all suffixes that Pillow knows. A file
            with another suffix gets the suffix for the file format of the image.
        max_length: The maximum length of a path in bytes.
    """

    def __init__(
        self,
        *,
        unique_stems: bool = False,
        reserved_folders: Collection[str] = (),
        suffixes: Collection[str] | None = None,
        max_length: int = 4095,
    ) -> None:
        self._unique_stems = unique_stems
        self._suffixes = suffixes
        self._max_length = max_length
        self._reserved_folders = reserved_folders
        self._files: set[str] = set()  # the collision keys of the paths of files
        self._stems: set[str] = set()  # the collision keys of the paths of files without their suffixes
        # The unique path of each folder, by the collision key of its path before it was made unique.
        self._folders: dict[str, PurePosixPath] = {}
        self._last_numbers: dict[str, int] = {}  # the last number added to a path, by its collision key

    def path_of(self, row: Row, suffix: str | None = None) -> PurePosixPath:
        """Return a unique path for the image of a row. If the preferred path is in use, a number is added to its stem.

        Args:
            row: The row.
            suffix: The suffix of the file; by default the suffix of the name if it is allowed or the row has no image,
                else the suffix for the file format of the image.

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
        check_length(path, self._max_length)
        self._files.add(collision_key(path))
        if self._unique_stems:
            self._stems.add(collision_key(path.with_suffix("")))
        return path

    def _unused(self, path: PurePosixPath, is_taken: Callable[[PurePosixPath], bool]) -> PurePosixPath:
        """Return the path if it is not taken; otherwise the path with a number after its stem."""
        unused = path
        while is_taken(unused):
            number = self._last_numbers.get(collision_key(path), 1) + 1
            self._last_numbers[collision_key(path)] = number
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
        pillow_suffixes = Image.registered_extensions()
        allowed_suffixes = pillow_suffixes if self._suffixes is None else self._suffixes
        if suffix is None:
            if row["image"] is None or path.suffix.lower() in allowed_suffixes:
                return path
            suffix = _suffix(row["image"])
        has_image_suffix = path.suffix.lower() in pillow_suffixes
        return path.with_suffix(suffix) if has_image_suffix else path.with_name(path.name + suffix)


def _suffix(image: Mapping[str, Any]) -> str:
    """Return the suffix for the file format of an image."""
    file_format = read_header(stored_content(image)).format
    return _SUFFIXES.get(file_format, f".{file_format}".lower())
