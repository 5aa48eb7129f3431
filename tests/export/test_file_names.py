"""The paths of exported images are unique, and have suffixes that readers know."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from segments_hf.errors import AssetError, PathError
from segments_hf.export.images.file_names import FileNames


def row(name: str, image: bytes | None = None, **frame: Any) -> dict[str, Any]:
    return {"name": name, "image": image and {"bytes": image, "path": None}, **frame}


def image_bytes(file_format: str) -> bytes:
    """Return the content of an image file in a format of Pillow, such as ``JPEG``."""
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, file_format)
    return file.getvalue()


@pytest.mark.parametrize(
    ("names", "unique_stems", "expected"),
    [
        (["a.jpg", "a.jpg", "a.jpg"], False, ["a.jpg", "a-2.jpg", "a-3.jpg"]),
        (["a.jpg", "a-2.jpg", "a.jpg"], False, ["a.jpg", "a-2.jpg", "a-3.jpg"]),
        (["a.jpg", "A.JPG"], False, ["a.jpg", "A-2.JPG"]),
        (["\u00e4.jpg", "a\u0308.jpg"], False, ["\u00e4.jpg", "a\u0308-2.jpg"]),
        (["a.jpg", "a.png"], False, ["a.jpg", "a.png"]),
        (["a.jpg", "a.png"], True, ["a.jpg", "a-2.png"]),
        (["x/a.jpg", "y/a.jpg", "x/A.jpg"], False, ["x/a.jpg", "y/a.jpg", "x/A-2.jpg"]),
        (["x", "x/a.jpg", "x/b.jpg"], False, ["x", "x-2/a.jpg", "x-2/b.jpg"]),
        (["x/a.jpg", "x"], False, ["x/a.jpg", "x-2"]),
        (["X/a.jpg", "x/b.jpg"], False, ["X/a.jpg", "X/b.jpg"]),
        (["images/a.jpg", "images.jpg"], False, ["images_/a.jpg", "images.jpg"]),
    ],
)
def test_repeated_names_are_numbered(names: list[str], unique_stems: bool, expected: list[str]) -> None:
    file_names = FileNames(unique_stems=unique_stems, reserved_folders={"images"})
    assert [str(file_names.path_of(row(name))) for name in names] == expected


@given(
    st.lists(
        st.text(alphabet="aA/.ä\u0308-2", min_size=1, max_size=6).filter(lambda name: name.strip("./")), max_size=12
    ),
    st.booleans(),
)
def test_paths_are_unique_on_every_file_system(names: list[str], unique_stems: bool) -> None:
    file_names = FileNames(unique_stems=unique_stems)
    paths = [file_names.path_of(row(name)) for name in names]
    assert len({str(path).casefold() for path in paths}) == len(names)
    folders = {str(parent).casefold() for path in paths for parent in path.parents}
    assert not folders & {str(path).casefold() for path in paths}
    if unique_stems:
        assert len({str(path.with_suffix("")).casefold() for path in paths}) == len(names)


@pytest.mark.parametrize(
    ("name", "file_format", "expected"),
    [
        ("a", "JPEG", "a.jpg"),
        ("a.v2", "PNG", "a.v2.png"),
        ("a.JPG", "PNG", "a.JPG"),  # readers recognize the format from the content
        ("a", "TIFF", "a.tif"),
        ("a", "WEBP", "a.webp"),
    ],
)
def test_only_names_without_an_image_suffix_get_one(name: str, file_format: str, expected: str) -> None:
    assert FileNames().path_of(row(name, image_bytes(file_format))) == PurePosixPath(expected)


def test_name_without_suffix_is_refused_for_an_unreadable_image() -> None:
    with pytest.raises(AssetError, match="<html>"):
        FileNames().path_of(row("a", b"<html>"))


def test_frames_are_in_the_folder_of_their_sequence() -> None:
    file_names = FileNames()
    frames = [row("drive", frame_index=0, frame_name="front_0.png"), row("drive", frame_index=1, frame_name=None)]
    assert [str(file_names.path_of(frame)) for frame in frames] == ["drive/front_0.png", "drive/00001"]


@pytest.mark.parametrize(
    ("name", "file_format", "expected"),
    [
        ("a.jpg", "JPEG", "a.jpg"),
        ("a.JPEG", "JPEG", "a.JPEG"),
        ("a.jfif", "JPEG", "a.jpg"),
        ("a.pdf", "PNG", "a.png"),
        ("a.b", "WEBP", "a.b.webp"),
    ],
)
def test_only_suffixes_that_readers_know_are_kept(name: str, file_format: str, expected: str) -> None:
    file_names = FileNames(suffixes={".jpg", ".jpeg", ".png", ".webp"})
    assert str(file_names.path_of(row(name, image_bytes(file_format)))) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a.gif", "a.png"), ("a.jpg", "a.png"), ("a", "a.png"), ("a.b", "a.b.png")]
)
def test_converted_image_has_the_suffix_png(name: str, expected: str) -> None:
    assert str(FileNames().path_of(row(name, image_bytes("GIF")), ".png")) == expected


def test_path_over_the_limit_is_refused() -> None:
    file_names = FileNames(max_length=20)
    assert str(file_names.path_of(row("a" * 16 + ".jpg"))) == "a" * 16 + ".jpg"
    with pytest.raises(PathError, match="20"):
        file_names.path_of(row("b" * 17 + ".jpg"))
    with pytest.raises(PathError):
        file_names.path_of(row("a" * 16 + ".jpg"))  # with "-2", the path is unique but too long


def test_image_without_a_name_is_refused() -> None:
    with pytest.raises(PathError):
        FileNames().path_of({**row("a.jpg"), "name": None})
