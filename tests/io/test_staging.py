"""Staged files are moved to their destinations together. They replace no file that appeared in the meantime."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from segments_hf.errors import OutputExistsError
from segments_hf.io.disk import staging as staging_module
from segments_hf.io.disk.atomic import TEMPORARY_PREFIX, write_file
from segments_hf.io.disk.snapshots import NO_FILE, take_snapshot
from segments_hf.io.disk.staging import (
    move_without_replacing,
    new_file,
    remove_leftovers,
    staging_folder,
    write_new_file,
)


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below a folder, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(f"{TEMPORARY_PREFIX}*"))


def publish(parent: Path, content: dict[str, bytes], expected: dict[str, object]) -> None:
    with staging_folder(parent) as staging:
        for name, text in content.items():
            write_file(staging.new / name, text)
        staging.publish(expected)  # type: ignore[arg-type]


class TestNewFile:
    def test_file_appears_at_the_end_of_the_block(self, tmp_path):
        path = tmp_path / "a" / "b.png"
        with new_file(path, NO_FILE) as file:
            file.write(b"new")
            assert not path.exists()
            assert file.path.suffix == ".png"
        assert tree(tmp_path) == {"a/b.png": b"new"}

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_failure_leaves_the_old_file_and_nothing_else(self, tmp_path, error):
        (tmp_path / "a.png").write_bytes(b"old")
        with pytest.raises(error), new_file(tmp_path / "a.png", take_snapshot(tmp_path / "a.png")) as file:
            file.write(b"half")
            raise error
        assert tree(tmp_path) == {"a.png": b"old"}
        assert not leftovers(tmp_path)

    def test_expected_file_is_replaced(self, tmp_path):
        (tmp_path / "a").write_bytes(b"old")
        write_new_file(tmp_path / "a", b"new", take_snapshot(tmp_path / "a"))
        assert tree(tmp_path) == {"a": b"new"}

    @pytest.mark.parametrize("before", [None, b"old"], ids=["new", "overwritten"])
    @pytest.mark.parametrize("appeared", ["file", "folder", "link"])
    def test_file_that_appears_in_the_meantime_is_not_replaced(self, tmp_path, before, appeared):
        path = tmp_path / "a"
        if before is not None:
            path.write_bytes(before)
        with (
            pytest.raises(OutputExistsError, match="by another program"),
            new_file(path, take_snapshot(path)) as file,
        ):
            file.write(b"new")
            path.unlink(missing_ok=True)
            if appeared == "file":
                path.write_bytes(b"mine")
            elif appeared == "folder":
                path.mkdir()
                (path / "b").write_bytes(b"mine")
            else:
                (tmp_path / "target").write_bytes(b"mine")
                path.symlink_to("target")
        assert next(iter(tree(tmp_path).values())) == b"mine"
        assert path.is_symlink() == (appeared == "link")
        assert not leftovers(tmp_path)

    def test_file_that_another_program_has_removed_is_not_written(self, tmp_path):
        (tmp_path / "a").write_bytes(b"old")
        expected = take_snapshot(tmp_path / "a")
        (tmp_path / "a").unlink()
        with pytest.raises(OutputExistsError):
            write_new_file(tmp_path / "a", b"new", expected)
        assert tree(tmp_path) == {}


class TestPublish:
    @pytest.fixture
    def out(self, tmp_path):
        for name in ("images/2", "list", "labels/3"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"old " + name.encode())
        return tmp_path

    NEW = {"list": b"list", "images/1": b"1"}

    @staticmethod
    def snapshots(out: Path) -> dict[str, object]:
        return {name: take_snapshot(out / name) for name in ("list", "images", "labels", "none")}

    def test_old_files_and_folders_are_replaced_or_removed(self, out):
        publish(out, self.NEW, self.snapshots(out))
        assert tree(out) == {"list": b"list", "images/1": b"1"}
        assert not (out / "labels").exists()

    @pytest.mark.parametrize("name", ["list", "images/2", "images/new", "labels/3", "labels/new/4", "none/5"])
    def test_change_of_any_file_prevents_every_move(self, out, name):
        expected = self.snapshots(out)
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(b"mine")
        before = tree(out)
        content = {**self.NEW, "none/1": b"1"}
        with pytest.raises(OutputExistsError):
            publish(out, content, expected)
        assert tree(out) == before

    def test_link_is_replaced_and_its_target_is_kept(self, out):
        (out / "link").symlink_to(out / "labels")
        publish(out, {"link": b"new"}, {"link": take_snapshot(out / "link")})
        assert (out / "link").read_bytes() == b"new"
        assert (out / "labels" / "3").exists()

    @pytest.mark.parametrize("overwrite", [False, True])
    def test_only_one_of_many_simultaneous_writers_succeeds(self, tmp_path, overwrite):
        names = ["marker", "a", "b", "c"]
        if overwrite:
            publish(tmp_path, {f"{name}/old": b"" for name in names}, dict.fromkeys(names, NO_FILE))
        expected = {name: take_snapshot(tmp_path / name) for name in names}
        barrier = threading.Barrier(8, timeout=20)
        succeeded: list[int] = []
        failed: list[int] = []

        def run(number: int) -> None:
            with staging_folder(tmp_path) as staging:  # the lock excludes threads as it excludes processes
                for name in names:
                    write_file(staging.new / name / "x", b"%d" % number)
                barrier.wait()
                try:
                    staging.publish(expected)
                    succeeded.append(number)
                except OutputExistsError:
                    failed.append(number)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(succeeded), len(failed)) == (1, 7)
        assert tree(tmp_path) == {f"{name}/x": b"%d" % succeeded[0] for name in names}


class TestMoveWithoutReplacing:
    @pytest.mark.parametrize("has_links", [True, False])
    def test_file_is_moved_only_to_a_path_without_a_file(self, tmp_path, has_links, monkeypatch):
        if not has_links:

            def link(*_: object) -> None:
                raise PermissionError(1, "Operation not permitted")

            monkeypatch.setattr(os, "link", link)
        (tmp_path / "a").write_bytes(b"a")
        move_without_replacing(tmp_path / "a", tmp_path / "b")
        assert tree(tmp_path) == {"b": b"a"}
        (tmp_path / "c").write_bytes(b"c")
        with pytest.raises(FileExistsError):
            move_without_replacing(tmp_path / "c", tmp_path / "b")
        assert tree(tmp_path) == {"b": b"a", "c": b"c"}


def _write_and_hang(parent: str, moves: int, ready: multiprocessing.synchronize.Event) -> None:
    """Replace a file and a folder, but hang after a number of moves."""
    count = 0
    rename = Path.rename

    def counting_rename(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count > moves:
            ready.set()
            time.sleep(600)
        return rename(self, target)

    link = os.link

    def counting_link(source: object, target: object) -> None:
        nonlocal count
        count += 1
        if count > moves:
            ready.set()
            time.sleep(600)
        link(source, target)  # type: ignore[arg-type]

    Path.rename = counting_rename  # type: ignore[method-assign]
    os.link = counting_link  # type: ignore[assignment]
    path = Path(parent)
    expected = {name: take_snapshot(path / name) for name in ("list", "images")}
    with staging_folder(path) as staging:
        write_file(staging.new / "list", b"new")
        write_file(staging.new / "images" / "1", b"new")
        staging.publish(expected)
    ready.set()
    time.sleep(600)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moves", range(8))
def test_killed_process_leaves_all_old_or_all_new_files(tmp_path, moves):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1").write_bytes(b"old")
    (tmp_path / "list").write_bytes(b"old")
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_write_and_hang, args=(str(tmp_path), moves, ready))
    process.start()
    try:
        assert ready.wait(60)
        content = tree(tmp_path)
        remove_leftovers(tmp_path)
        assert tree(tmp_path) == content  # files of a running process are not removed
    finally:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    remove_leftovers(tmp_path)
    assert tree(tmp_path) in [{"images/1": b, "list": b} for b in (b"old", b"new")]
    assert not leftovers(tmp_path)


def test_leftover_of_a_killed_process_is_removed_by_the_next_process_that_writes(tmp_path):
    old = tmp_path / f"{TEMPORARY_PREFIX}killed"
    write_file(old / "new" / "shard", b"half")
    (old / "lock").touch()
    write_new_file(tmp_path / "a", b"a", NO_FILE)
    assert tree(tmp_path) == {"a": b"a"}


def test_leftover_without_a_lock_is_removed_only_if_it_is_old(tmp_path):
    for name in ("young", "old"):
        (tmp_path / f"{TEMPORARY_PREFIX}{name}").mkdir()
        (tmp_path / f"{TEMPORARY_PREFIX}{name}.png").touch()
    for path in tmp_path.glob("*old*"):
        os.utime(path, (time.time() - 2 * 3600,) * 2)
    remove_leftovers(tmp_path)
    assert len(leftovers(tmp_path)) == 2
    assert all("young" in path.name for path in leftovers(tmp_path))


def test_another_staging_folder_is_created_if_the_lock_file_was_removed(tmp_path, monkeypatch):
    real = staging_module.FileLock
    removed: list[Path] = []

    class LockWhoseFileIsRemoved(real):  # type: ignore[misc,valid-type]
        def acquire(self, *args: object, **options: object) -> object:
            lock = super().acquire(*args, **options)  # type: ignore[arg-type]
            if not removed:
                removed.append(Path(self.lock_file))
                removed[0].unlink()
            return lock

    monkeypatch.setattr(staging_module, "FileLock", LockWhoseFileIsRemoved)
    write_new_file(tmp_path / "a", b"a", NO_FILE)
    assert removed
    assert (tmp_path / "a").read_bytes() == b"a"
