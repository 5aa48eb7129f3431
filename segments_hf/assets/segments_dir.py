"""Find images and bitmaps in the folder to which the official SDK downloads."""

from __future__ import annotations

import os
from pathlib import Path

from segments_hf.errors import OptionError
from segments_hf.io.urls import url_suffix


class SegmentsDir:
    """A folder in the layout of the official SDK: ``<owner>_<dataset>/<release>/<sample name>``.

    Args:
        folder: The folder that holds ``<owner>_<dataset>``, or the folder of the release itself.
        owner: The owner of the data set.
        dataset: The name of the data set.
        release: The name of the release.

    Attributes:
        expected: The folder of the release in the layout of the official SDK.
        searched: The folder in which files are searched: `expected` if it exists inside `folder`, else `folder`.

    Raises:
        OptionError: The folder does not exist.
    """

    def __init__(
        self, folder: str | os.PathLike[str], owner: str | None, dataset: str | None, release: str | None
    ) -> None:
        try:
            root = Path(os.path.expanduser(folder)).resolve()
            is_folder = root.is_dir()
        except (OSError, ValueError):  # the name is too long, or contains a null byte
            is_folder = False
        if not is_folder:
            raise OptionError(f"got {os.fspath(folder)!r}, which is not a folder", option="segments_dir")
        self.expected: Path = root / f"{owner}_{dataset}" / f"{release}"
        # The names are untrusted and may be `..`.
        is_inside = Path(os.path.normpath(self.expected)).is_relative_to(root)
        self.searched: Path = self.expected.resolve() if is_inside and self.expected.is_dir() else root

    def image(self, name: str, url: str) -> Path | None:
        """Return the file of an image; None if it does not exist.

        The file has the name of the sample, or the stem of this name with the suffix of the URL.
        """
        return self._find(name) or self._find(os.path.splitext(name)[0] + url_suffix(url))

    def bitmap(self, name: str, labelset: str) -> Path | None:
        """Return the file of a segmentation bitmap; None if it does not exist."""
        return self._find(f"{os.path.splitext(name)[0]}_label_{labelset}.png")

    def _find(self, name: str) -> Path | None:
        # A name is untrusted: it may be `../../x`, or the name of a link to a file outside the folder. `resolve`
        # follows `..` and links, so that `is_relative_to` detects such a path.
        try:
            path = (self.searched / name).resolve()
            found = path.is_relative_to(self.searched) and path.is_file()
        except (OSError, ValueError):  # the name is too long, or contains a null byte
            return None
        return path if found else None
