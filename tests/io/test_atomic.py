"""Files and folders appear when they are whole; a failure leaves all as it was, and nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from segments_hf.io.atomic import TEMPORARY_PREFIX, move_into_place, new_file, temporary_folder, write_atomically


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


class TestWriteAtomically:
    @pytest.mark.parametrize("before", [None, b"old"], ids=["new", "replaced"])
    @pytest.mark.parametrize("content", [b"", b"new", memoryview(b"new")], ids=["nothing", "bytes", "memory"])
    def test_file_has_the_content_and_nothing_is_left_behind(self, tmp_path, before, content):
        if before is not None:
            (tmp_path / "a.json").write_bytes(before)
        write_atomically(tmp_path / "a.json", content)
        assert tree(tmp_path) == {"a.json": bytes(content)}

    def test_missing_folders_are_made(self, tmp_path):
        write_atomically(tmp_path / "a" / "b" / "c.json", b"c")
        write_atomically(tmp_path / "a" / "d.json", b"d", aside=tmp_path / "e")
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

    @pytest.mark.parametrize("place", ["folder", "file/a.json"])
    def test_place_that_is_taken_is_an_error_of_the_disk(self, tmp_path, place):
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").write_bytes(b"mine")
        with pytest.raises(OSError):
            write_atomically(tmp_path / place, b"new")
        assert tree(tmp_path) == {"file": b"mine", "folder": None}


class TestNewFile:
    def test_file_appears_at_the_end(self, tmp_path):
        place = tmp_path / "a.png"
        with new_file(place) as temporary:
            temporary.write_bytes(b"new")
            assert not place.exists()
            assert temporary.suffix == ".png"
            assert temporary.name.startswith(TEMPORARY_PREFIX)
        assert tree(tmp_path) == {"a.png": b"new"}

    @pytest.mark.parametrize("written", [True, False])
    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_failure_leaves_the_old_file_and_nothing_else(self, tmp_path, error, written):
        (tmp_path / "a.png").write_bytes(b"old")
        with pytest.raises(error), new_file(tmp_path / "a.png") as temporary:
            if written:
                temporary.write_bytes(b"half")
            raise error
        assert tree(tmp_path) == {"a.png": b"old"}


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_temporary_folder_is_gone_at_the_end(tmp_path, error):
    with pytest.raises(error or ZeroDivisionError), temporary_folder(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a" / "b").write_bytes(b"b")
        assert folder.parent == tmp_path
        assert folder.name.startswith(TEMPORARY_PREFIX)
        raise error or ZeroDivisionError
    assert tree(tmp_path) == {}


class TestMoveIntoPlace:
    @pytest.fixture
    def out(self, tmp_path):
        out = tmp_path / "out"
        for name in ("new/images/1", "new/list", "images/2", "list", "labels/3"):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(name.encode())
        return out

    @staticmethod
    def moves(out: Path, *names: str) -> list[tuple[Path | None, Path]]:
        return [(out / "new" / name, out / name) for name in names]

    def test_old_files_and_folders_are_replaced_or_removed(self, out):
        move_into_place([(None, out / "labels"), (None, out / "none"), *self.moves(out, "images", "list")], out / "old")
        moved = {name: content for name, content in tree(out).items() if not name.startswith("old") and content}
        assert moved == {"images/1": b"new/images/1", "list": b"new/list"}

    def test_failure_leaves_all_as_it_was(self, out):
        before = tree(out)
        with pytest.raises(FileNotFoundError):
            move_into_place([(None, out / "labels"), *self.moves(out, "images", "list", "missing")], out / "old")
        assert tree(out) == before | {"old": None}

    def test_link_is_moved_and_not_what_it_points_to(self, out):
        (out / "link").symlink_to(out / "labels")
        (out / "new" / "link").write_bytes(b"new")
        move_into_place(self.moves(out, "link"), out / "old")
        assert (out / "link").read_bytes() == b"new"
        assert (out / "labels" / "3").exists()
