"""Write the demo folder: the demo release, and the files that segments-hf makes from it."""

from __future__ import annotations

import hashlib
import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

import msgspec

from segments_hf.dataset.load import release_builder
from segments_hf.dataset.save import save_build
from segments_hf.demo import demo_release
from segments_hf.drawing import contact_sheet
from segments_hf.errors import OutputExistsError
from segments_hf.images.encoding import png_bytes
from segments_hf.io.disk.atomic import copy_file, remove_empty_folder, write_file
from segments_hf.io.disk.snapshots import take_snapshot
from segments_hf.io.disk.staging import remove_leftovers, staging_folder
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.preview.preview_page import preview

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELEASE: Final = demo_release().name
SCRIPT: Final = "train.py"
_IMAGES, _LABELS, _DATASET, _SHEET, _PAGE = "images", "labels", "dataset", "contact-sheet.png", "preview.html"

# The files and folders in the demo folder, with their descriptions.
CONTENTS: Final = {
    RELEASE: "the release file: images of flowers, and their labels",
    _IMAGES: "the images of the release",
    _LABELS: "the bitmaps of the release, which hold instance ids",
    _DATASET: "the dataset built from the release, for load_from_disk",
    _SHEET: "a picture of all images and their labels",
    _PAGE: "a page that shows the images and labels in a browser",
    SCRIPT: "a script that trains a small network on the dataset",
}

_MARKER = ".segments-hf-demo.json"  # maps the path of each written file to the SHA-256 of its content
_MARKER_DECODER: JsonDecoder[dict[str, str]] = JsonDecoder(dict[str, str])
_CACHE_FILES = f"{_DATASET}/*/cache-*.arrow"  # `datasets` writes the results of `map` and `filter` beside the rows


def write_demo(folder: Path) -> None:
    """Write the demo folder, and replace the files that an earlier call wrote into it.

    Args:
        folder: The folder. It is created if it does not exist, and its other files are kept.

    Raises:
        OutputExistsError: A file that would be replaced was not written by an earlier call, or has been changed since.
        StorageError: The files cannot be written: the disk is full or read-only.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"got the file {folder}, expected a folder; choose another path")
    remove_leftovers(folder)
    # `publish` moves the files in this order, the marker before all others. Of two simultaneous calls, only the one
    # that moves its marker earlier succeeds.
    expected = {name: take_snapshot(folder / name) for name in [_MARKER, *CONTENTS]}
    _check(folder)
    is_new = not folder.exists()
    try:
        with staging_folder(folder) as staging:
            _write(staging.new)
            digests = {name: digest for name, digest in _digests(staging.new) if digest is not None}
            write_file(staging.new / _MARKER, msgspec.json.encode(digests))
            staging.publish(expected)
    finally:
        if is_new:
            remove_empty_folder(folder)


def _write(folder: Path) -> None:
    """Write all files except the marker to a folder."""
    release = demo_release()
    for file in (release, *release.parent.glob(f"{_IMAGES}/*"), *release.parent.glob(f"{_LABELS}/*")):
        copy_file(file, folder / file.relative_to(release.parent))
    save_build(release_builder(release), folder / _DATASET)
    write_file(folder / _SHEET, png_bytes(contact_sheet(release)))
    preview(release, folder / _PAGE)
    copy_file(release.with_name(f"{SCRIPT}.txt"), folder / SCRIPT)


def _check(folder: Path) -> None:
    """Check that all files that would be replaced are unchanged files of an earlier call.

    Raises:
        OutputExistsError: A file was not written by an earlier call, or was changed since; or the marker is damaged.
    """
    marker = folder / _MARKER
    try:
        earlier = _MARKER_DECODER.decode(marker.read_bytes()) if marker.exists() else {}
    except JsonError as error:
        raise OutputExistsError(
            f"{marker} is damaged, so the files of earlier runs are not known ({error}); choose another folder"
        ) from None
    for name, digest in _digests(folder):
        if name not in earlier and not fnmatchcase(name, _CACHE_FILES):
            raise OutputExistsError(
                f"{folder / name} exists and was not written by `segments-hf demo`; move it, or choose another folder"
            )
        if name in earlier and digest != earlier[name]:
            raise OutputExistsError(
                f"{folder / name} was changed after `segments-hf demo` wrote it; move it, or choose another folder"
            )


def _digests(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Yield the path of each file of the demo in a folder, and its SHA-256; None for a link, which is not read."""
    for name in CONTENTS:
        for path in _files(folder / name):
            digest = None if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
            yield path.relative_to(folder).as_posix(), digest


def _files(path: Path) -> Iterator[Path]:
    """Yield the path itself if it is a file or a link, or all files and links in it if it is a folder."""
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _files(inner)
    elif os.path.lexists(path):
        yield path
