"""`write_atomically` writes a whole file or nothing. A failed write raises `StorageError`."""

from __future__ import annotations

from pathlib import Path

import pytest

from segments_hf.errors import StorageError
from segments_hf.io.disk.atomic import (
    NewFile,
    append_line,
    copy_file,
    link_to_file,
    make_folder,
    scratch_file,
    touch,
    write_atomically,
    write_file,
)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return the content of each file below a folder, by its relative path; None for a subfolder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


class TestWriteAtomically:
    @pytest.mark.parametrize("before", [None, b"old"], ids=["new", "replaced"])
    @pytest.mark.parametrize("content", [b"", b"new", memoryview(b"new")], ids=["empty", "bytes", "memory view"])
    def test_file_has_the_content_and_no_temporary_file_is_left(self, tmp_path, before, content):
        if before is not None:
            (tmp_path / "a.json").write_bytes(before)
        write_atomically(tmp_path / "a.json", content)
        assert tree(tmp_path) == {"a.json": bytes(content)}

    def test_missing_folders_are_created(self, tmp_path):
        write_atomically(tmp_path / "a" / "b" / "c.json", b"c")
        write_atomically(tmp_path / "a" / "d.json", b"d", temporary_folder=tmp_path / "e")
        assert tree(tmp_path) == {"a": None, "a/b": None, "a/b/c.json": b"c", "a/d.json": b"d", "e": None}

    def test_path_may_be_relative(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        write_atomically("a.json", b"a")
        assert tree(tmp_path) == {"a.json": b"a"}

    def test_failure_leaves_the_old_file_and_nothing_else(self, tmp_path):
        (tmp_path / "a.json").write_bytes(b"old")
        with pytest.raises(TypeError):
            write_atomically(tmp_path / "a.json", "text")  # type: ignore[arg-type]
        assert tree(tmp_path) == {"a.json": b"old"}

    @pytest.mark.parametrize("path", ["folder", "file/a.json"])
    def test_path_of_a_folder_or_below_a_file_raises_storage_error(self, tmp_path, path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").write_bytes(b"mine")
        with pytest.raises(StorageError):
            write_atomically(tmp_path / path, b"new")
        assert tree(tmp_path) == {"file": b"mine", "folder": None}


class TestNewFile:
    def test_pieces_are_joined(self, tmp_path):
        with NewFile(tmp_path / "a" / "b") as file:
            file.write(b"1")
            file.write(b"2")
        assert tree(tmp_path) == {"a": None, "a/b": b"12"}

    def test_file_that_exists_is_not_replaced(self, tmp_path):
        (tmp_path / "a").write_bytes(b"mine")
        with pytest.raises(StorageError):
            NewFile(tmp_path / "a")
        assert tree(tmp_path) == {"a": b"mine"}

    def test_scratch_file_is_copied_and_removed(self, tmp_path):
        with NewFile(tmp_path / "a") as file, scratch_file(tmp_path / "b") as scratch:
            file.write(b"1")
            scratch.write(b"2")
            scratch.copy_into(file)
            file.write(b"3")
        assert tree(tmp_path) == {"a": b"123"}


def test_append_line_creates_the_file_and_appends(tmp_path):
    append_line(tmp_path / "a", b"1\n")
    append_line(tmp_path / "a", b"2\n", is_synced=True)
    assert tree(tmp_path) == {"a": b"1\n2\n"}


def test_copy_file_distinguishes_a_missing_source_from_an_unwritable_target(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    copy_file(tmp_path / "a", tmp_path / "b" / "c")
    assert (tmp_path / "b" / "c").read_bytes() == b"a"
    with pytest.raises(FileNotFoundError):
        copy_file(tmp_path / "missing", tmp_path / "d")
    with pytest.raises(StorageError):
        copy_file(tmp_path / "a", tmp_path / "a" / "d")


def write_with(name: str, path: Path) -> None:
    """Create a file or folder with the function of this name."""
    if name == "write_atomically":
        write_atomically(path, b"x" * 5000)
    elif name == "write_file":
        write_file(path, b"x" * 5000)
    elif name == "append_line":
        append_line(path, b"x" * 5000)
    elif name == "NewFile":
        with NewFile(path) as file:
            file.write(b"x" * 5000)
    elif name == "copy_file":
        copy_file(__file__, path)
    elif name == "link_to_file":
        link_to_file(__file__, path)
    elif name == "make_folder":
        make_folder(path)
    else:
        touch(path)


FUNCTIONS = [
    "write_atomically",
    "write_file",
    "append_line",
    "NewFile",
    "copy_file",
    "link_to_file",
    "make_folder",
    "touch",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_write_to_a_path_below_a_file_raises_storage_error(tmp_path, function):
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(StorageError, match="file"):
        write_with(function, tmp_path / "file" / "a")
    assert tree(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("function", ["append_line", "copy_file"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_error_of_a_full_disk_advises_to_free_space(function):
    with pytest.raises(StorageError, match="free some space"):
        write_with(function, Path("/dev/full"))
