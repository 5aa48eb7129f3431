"""Write the demo folder: demo releases, and the files that segments-hf makes from them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
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
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FLOWERS, _CUBOIDS, _SEGMENTATION, _SENSORS = (
    demo_release(name).name for name in ("flowers", "street-cuboids", "street-segmentation", "street-sensors")
)
_SCRIPT = "train.py"
_IMAGES, _LABELS, _CLOUDS, _DATASET = "images", "labels", "clouds", "dataset"
_CUBOID_ROWS, _SEGMENTATION_ROWS = "dataset-cuboids", "dataset-segmentation"
_CUBOID_SHEET, _SEGMENTATION_SHEET = "contact-sheet-cuboids.png", "contact-sheet-segmentation.png"
_CUBOID_PAGE, _SEGMENTATION_PAGE = "preview-cuboids.html", "preview-segmentation.html"
_SHEET, _PAGE = "contact-sheet.png", "preview.html"
_MARKER = ".segments-hf-demo.json"  # maps the path of each written file to the SHA-256 of its content
_MARKER_DECODER: JsonDecoder[dict[str, str]] = JsonDecoder(dict[str, str])
_CACHE_FILES = "dataset*/*/cache-*.arrow"  # `datasets` writes the results of `map` and `filter` beside the rows


@dataclass(frozen=True)
class Demo:
    """The demo folder of one kind of data.

    Attributes:
        contents: The description of each file or folder in the demo folder, by its name. The first file is a release.
        write: The function that writes all these files to a folder.
    """

    contents: dict[str, str]
    write: Callable[[Path], None]


def write_demo(folder: Path, kind: str = "image") -> None:
    """Write the demo folder, and replace the files that an earlier call wrote into it.

    Args:
        folder: The folder. It is created if it does not exist. Other files in it are kept.
        kind: The kind of data, a key of `DEMOS`.

    Raises:
        OutputExistsError: A file that would be replaced was not written by an earlier call, or has been changed since;
            a file was added to a subfolder that would be replaced; the path is a file; the list of the written files is
            damaged; or the folder has a demo of another kind.
        StorageError: The files cannot be written: the disk is full or read-only.
    """
    demo = DEMOS[kind]
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"got the file {folder}, expected a folder; choose another path")
    remove_leftovers(folder)
    # `publish` moves the files in this order. The marker comes first: if two calls run at the same time, the call
    # that moves its marker first succeeds, and the other call raises an error before it replaces a file.
    snapshots = {name: take_snapshot(folder / name) for name in [_MARKER, *demo.contents]}
    _check_earlier_files(folder, demo)
    is_new = not folder.exists()
    try:
        with staging_folder(folder) as staging:
            demo.write(staging.new)
            digests = {name: digest for name, digest in _digests(staging.new, demo) if digest is not None}
            write_file(staging.new / _MARKER, msgspec.json.encode(digests))
            staging.publish(snapshots)
    finally:
        if is_new:
            remove_empty_folder(folder)


def _write_flowers(folder: Path) -> None:
    """Write the release of images, and the files made from it."""
    release = demo_release()
    _copy(release.parent, [release.name, _IMAGES, _LABELS], folder)
    save_build(release_builder(release), folder / _DATASET)
    write_file(folder / _SHEET, png_bytes(contact_sheet(release)))
    preview(release, folder / _PAGE)
    copy_file(release.with_name(f"{_SCRIPT}.txt"), folder / _SCRIPT)


def _write_street(folder: Path) -> None:
    """Write the releases of point clouds, and the files made from them."""
    cuboids, segmentation = demo_release("street-cuboids"), demo_release("street-segmentation")
    _copy(cuboids.parent, [_CUBOIDS, _SEGMENTATION, _SENSORS, _CLOUDS, _IMAGES], folder)
    for release, rows, sheet, page in (
        (cuboids, _CUBOID_ROWS, _CUBOID_SHEET, _CUBOID_PAGE),
        (segmentation, _SEGMENTATION_ROWS, _SEGMENTATION_SHEET, _SEGMENTATION_PAGE),
    ):
        save_build(release_builder(release, cameras=True, embed=True), folder / rows)
        write_file(folder / sheet, png_bytes(contact_sheet(release, cameras=True)))
        preview(release, folder / page, cameras=True)
    copy_file(cuboids.with_name(f"{_SCRIPT}.txt"), folder / _SCRIPT)


def _copy(source: Path, names: list[str], folder: Path) -> None:
    """Copy files, and folders of files, from one folder to another."""
    for name in names:
        for file in _files(source / name):
            copy_file(file, folder / file.relative_to(source))


DEMOS: Final = {
    "image": Demo(
        {
            _FLOWERS: "the release file: images of flowers, and their labels",
            _IMAGES: "the images of the release",
            _LABELS: "the bitmaps of the release, which hold instance ids",
            _DATASET: "the dataset built from the release, for load_from_disk",
            _SHEET: "a picture of all images and their labels",
            _PAGE: "a page that shows the images and labels in a browser",
            _SCRIPT: "a script that trains a small network on the dataset",
        },
        _write_flowers,
    ),
    "point-cloud": Demo(
        {
            _CUBOIDS: "a release file: five point clouds of a street, with boxes around two cars and a person",
            _SEGMENTATION: "a release file: the same point clouds, with a class for each point",
            _SENSORS: "a release file: the lidar and a camera as two sensors, both with labels",
            _CLOUDS: "the point clouds of these releases",
            _IMAGES: "the camera images of these releases",
            _CUBOID_ROWS: "the dataset built from the release with boxes, for load_from_disk",
            _SEGMENTATION_ROWS: "the dataset built from the release with classes, for load_from_disk",
            _CUBOID_SHEET: "a picture of all point clouds and images with the boxes",
            _SEGMENTATION_SHEET: "a picture of all point clouds with the classes of the points",
            _CUBOID_PAGE: "a page that shows the boxes in a browser",
            _SEGMENTATION_PAGE: "a page that shows the classes of the points in a browser",
            _SCRIPT: "a script that trains a small network on the dataset with classes",
        },
        _write_street,
    ),
}


def _check_earlier_files(folder: Path, demo: Demo) -> None:
    """Check that an earlier call wrote all files that would be replaced, and that they have not been changed since.

    Cache files of `datasets` are not checked.

    Raises:
        OutputExistsError: A file was not written by an earlier call, or was changed since; or the marker is damaged,
            or belongs to a demo of another kind.
    """
    marker = folder / _MARKER
    try:
        earlier = _MARKER_DECODER.decode(marker.read_bytes()) if marker.exists() else {}
    except JsonError as error:
        raise OutputExistsError(
            f"{marker} is damaged, so it is not known which files an earlier run wrote ({error}); choose another folder"
        ) from None
    for kind, other in DEMOS.items():
        if other is not demo and next(iter(other.contents)) in earlier:
            raise OutputExistsError(
                f"{folder} has the files of `segments-hf demo --kind {kind}`; choose another folder"
            )
    for name, digest in _digests(folder, demo):
        if name not in earlier and not fnmatchcase(name, _CACHE_FILES):
            raise OutputExistsError(
                f"{folder / name} exists and was not written by `segments-hf demo`; move it, or choose another folder"
            )
        if name in earlier and digest != earlier[name]:
            raise OutputExistsError(
                f"{folder / name} was changed after `segments-hf demo` wrote it; move it, or choose another folder"
            )


def _digests(folder: Path, demo: Demo) -> Iterator[tuple[str, str | None]]:
    """Yield the path of each demo file relative to the folder, and its SHA-256. The SHA-256 of a link is None."""
    for name in demo.contents:
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
