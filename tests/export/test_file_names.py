"""Names of files: safe, each once, and the same each time."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from segments_hf.errors import AssetError
from segments_hf.export.file_names import FileNames, safe_path


def row(name: str, image: bytes | None = None, **frame: Any) -> dict[str, Any]:
    return {"name": name, "image": image and {"bytes": image, "path": None}, **frame}


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("flowers/meadow 01 (2).v2.JPG", "flowers/meadow 01 (2).v2.JPG"),
        ("../../etc/passwd", "etc/passwd"),
        ("/absolute/a.jpg", "absolute/a.jpg"),
        ("C:\\x\\a.jpg", "C_/x/a.jpg"),
        ("a//b/./c.jpg", "a/b/c.jpg"),
        ('a<b>:"c|d?e*f\n.jpg', "a_b___c_d_e_f_.jpg"),
        ("con.jpg", "_con.jpg"),
        ("aux", "_aux"),
        ("trailing. /a.jpg", "trailing_/a.jpg"),
        ("", "_"),
        ("..", "_"),
        ("\ud800.jpg", "?.jpg".replace("?", "_")),
        ("Zürich-花.png", "Zürich-花.png"),
    ],
)
def test_safe(name: str, wanted: str) -> None:
    assert str(safe_path(name)) == wanted


@given(st.text())
def test_always_safe(name: str) -> None:
    path = safe_path(name)
    assert not path.is_absolute()
    assert path.parts
    for part in path.parts:
        assert part not in {"", ".", ".."}
        assert 0 < len(part.encode()) <= 160
        assert not set(part) & set('<>:"|?*\\/\x00\n')
    assert safe_path(str(path)) == path


def test_a_name_that_is_too_long_keeps_its_suffix_and_differs_from_others() -> None:
    first, second = (safe_path("ä" * 300 + end) for end in ("1.jpg", "2.jpg"))
    assert first.suffix == second.suffix == ".jpg"
    assert first != second


@pytest.mark.parametrize(
    ("names", "by_stem", "wanted"),
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
def test_each_once(names: list[str], by_stem: bool, wanted: list[str]) -> None:
    given_names = FileNames(by_stem=by_stem, not_folders={"images"})
    assert [str(given_names.path_of(row(name))) for name in names] == wanted


@given(st.lists(st.text(alphabet="aA/.ä\u0308-2", max_size=6), max_size=12), st.booleans())
def test_never_twice(names: list[str], by_stem: bool) -> None:
    paths = FileNames(by_stem=by_stem)
    found = [paths.path_of(row(name)) for name in names]
    assert len({str(path).casefold() for path in found}) == len(names)
    folders = {str(parent).casefold() for path in found for parent in path.parents}
    assert not folders & {str(path).casefold() for path in found}
    if by_stem:
        assert len({str(path.with_suffix("")).casefold() for path in found}) == len(names)


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("a", "JPEG", "a.jpg"),
        ("a.v2", "PNG", "a.v2.png"),
        ("a.JPG", "PNG", "a.JPG"),  # readers go by the content
        ("a", "TIFF", "a.tif"),
        ("a", "WEBP", "a.webp"),
    ],
)
def test_a_suffix_is_added_where_there_is_none(name: str, kind: str, wanted: str) -> None:
    assert FileNames().path_of(row(name, picture(kind))) == PurePosixPath(wanted)


def test_what_is_no_picture_has_no_suffix() -> None:
    with pytest.raises(AssetError, match="not a picture"):
        FileNames().path_of(row("a", b"<html>"))


def test_frames_are_in_a_folder_of_their_sequence() -> None:
    paths = FileNames()
    frames = [row("drive", frame_index=0, frame_name="front_0.png"), row("drive", frame_index=1, frame_name=None)]
    assert [str(paths.path_of(frame)) for frame in frames] == ["drive/front_0.png", "drive/00001"]
