"""Names become paths that are valid on every system, or raise an error."""

from __future__ import annotations

import ntpath
import sys
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import PathError
from segments_hf.io.disk.safe_path import check_length, collision_key, max_path_bytes, safe_path


@pytest.mark.parametrize(
    ("name", "expected"),
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
        ("a:b.jpg:stream", "a_b.jpg_stream"),
        ("a\x85b\x9f\u2028.jpg", "a_b__.jpg"),
        ("COM\u00b9.png", "_COM\u00b9.png"),
        ("com\u00b2", "_com\u00b2"),
        ("LPT\u00b3.tar.gz", "_LPT\u00b3.tar.gz"),
        ("CONIN$", "_CONIN$"),
        ("conout$.jpg", "_conout$.jpg"),
        ("nul .txt", "_nul .txt"),
        ("x/PRN/a.jpg", "x/_PRN/a.jpg"),
        ("console.jpg", "console.jpg"),
        ("~/a.jpg", "~/a.jpg"),
        ("\\\\server\\share\\a.jpg", "server/share/a.jpg"),
        ("\ud800.jpg", "_.jpg"),
        ("Zürich-花.png", "Zürich-花.png"),
    ],
)
def test_safe_path_is_valid_on_every_system(name: str, expected: str) -> None:
    assert str(safe_path(name)) == expected


def is_device(part: str) -> bool:
    """Tell whether Windows reserves a name, according to Python's `ntpath`."""
    return PureWindowsPath(part).is_reserved() if sys.version_info < (3, 13) else ntpath.isreserved(part)


NAMES = st.one_of(
    st.text(),
    st.text(alphabet="conCOMlptnulaux$0123456789\u00b9\u00b2\u00b3 ./\\:\x80\x9f\ud800"),
    st.builds("".join, st.lists(st.sampled_from(["con", "CONIN$", "com1", "LPT\u00b3", " ", ".", "/", "x", "\u2029"]))),
)


@given(NAMES)
def test_safe_path_of_any_name_is_safe(name: str) -> None:
    try:
        path = safe_path(name)
    except PathError:
        assert not name.strip("./\\ ") or name.count("/") + name.count("\\") >= 100
        return
    assert not path.is_absolute()
    assert path.parts
    for part in path.parts:
        assert part not in {"", ".", ".."}
        assert part[-1] not in ". "
        assert 0 < len(part.encode()) <= 160
        assert not set(part) & set('<>:"|?*\\/\x00\n\x85\u2028')
        assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in part)
        assert not is_device(part)
    assert safe_path(str(path)) == path


@pytest.mark.parametrize("name", ["", ".", "..", "/", "\\", ". ./..", "x/" * 101])
def test_safe_path_refuses_names_that_cannot_be_paths(name: str) -> None:
    with pytest.raises(PathError):
        safe_path(name)


@pytest.mark.parametrize(
    ("one", "other", "is_equal"),
    [
        ("a", "A", True),
        ("\u00e4", "a\u0308", True),
        ("\u212b", "\u00e5", True),
        ("a", "b", False),
        ("x/a", "X/A", True),
    ],
)
def test_collision_key_is_equal_for_paths_that_some_system_treats_as_one(one: str, other: str, is_equal: bool) -> None:
    assert (collision_key(PurePosixPath(one)) == collision_key(PurePosixPath(other))) == is_equal


def test_safe_path_of_long_names_keeps_the_suffix_and_is_unique() -> None:
    first, second = (safe_path("ä" * 300 + end) for end in ("1.jpg", "2.jpg"))
    assert first.suffix == second.suffix == ".jpg"
    assert first != second


def test_max_path_bytes_decreases_with_the_length_of_the_folder(tmp_path) -> None:
    assert max_path_bytes(tmp_path) == max_path_bytes(tmp_path / "abc") + 4


def test_check_length_counts_bytes() -> None:
    check_length(PurePosixPath("abcä"), 5)
    with pytest.raises(PathError):
        check_length(PurePosixPath("abcä"), 4)
