"""The folder of an export: files of other programs are kept, and a failed export leaves no files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import unreadable_png

from segments_hf import export_dataset, load_release
from segments_hf.errors import BitmapError, OutputExistsError
from segments_hf.io.disk.atomic import TEMPORARY_PREFIX

from .making import bitmap_release, files


def test_existing_export_is_replaced_only_with_overwrite(tmp_path: Path) -> None:
    out = tmp_path / "out"
    release = bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": True})
    export_dataset(release, "yolo", out)
    before = files(out)
    with pytest.raises(OutputExistsError, match=r"data.yaml exists; .*overwrite"):
        export_dataset(release, "yolo", out)
    assert files(out) == before
    export_dataset(bitmap_release(tmp_path, {"a.jpg": True}), "yolo", out, overwrite=True)
    assert files(out) == {"data.yaml", "images/train/a.jpg", "labels/train/a.txt"}


def test_overwrite_removes_all_files_of_the_earlier_export(tmp_path: Path) -> None:
    out = tmp_path / "out"
    release = bitmap_release(tmp_path)
    export_dataset(release, "coco", out)
    export_dataset(release, "coco", out, images="none", overwrite=True)
    assert files(out) == {"annotations/instances_train.json"}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("entry", ["images", "labels", "data.yaml"])
def test_files_of_other_programs_are_never_replaced(tmp_path: Path, entry: str, overwrite: bool) -> None:
    out = tmp_path / "out"
    other_file = out / entry / "mine.txt" if entry != "data.yaml" else out / entry
    other_file.parent.mkdir(parents=True)
    other_file.write_text("mine")
    with pytest.raises(OutputExistsError, match=f"{entry} exists .*choose another folder"):
        export_dataset(bitmap_release(tmp_path), "yolo", out, overwrite=overwrite)
    assert files(out) == {other_file.relative_to(out).as_posix()}


def test_folder_may_hold_other_files_and_exports_in_other_formats(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    release = bitmap_release(tmp_path)
    export_dataset(release, "yolo", out)
    export_dataset(release, "coco", out)
    export_dataset(release, "coco", out, overwrite=True)
    assert {"notes.txt", "data.yaml", "annotations/instances_train.json", "train/meadow.jpg"} <= files(out)


def test_formats_with_the_same_file_names_cannot_share_a_folder(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path)
    export_dataset(release, "semantic", tmp_path / "out")
    with pytest.raises(OutputExistsError, match=r"masks exists .*semantic"):
        export_dataset(release, "instance", tmp_path / "out", overwrite=True)


def test_failed_overwrite_keeps_the_earlier_export(tmp_path: Path) -> None:
    out = tmp_path / "out"
    release = bitmap_release(tmp_path)
    export_dataset(release, "semantic", out)
    before = {name: (out / name).read_bytes() for name in files(out)}
    (tmp_path / "bitmap.png").write_bytes(unreadable_png((tmp_path / "bitmap.png").read_bytes()))
    with pytest.raises(BitmapError):
        export_dataset(release, "semantic", out, overwrite=True)
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert sorted(path.name for path in out.iterdir()) == [
        ".segments-hf-export.json", "id2label.json", "images", "masks",
    ]  # fmt: skip


def test_failed_export_leaves_no_folder(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path)
    (tmp_path / "bitmap.png").write_bytes(unreadable_png((tmp_path / "bitmap.png").read_bytes()))
    with pytest.raises(BitmapError):
        export_dataset(release, "semantic", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_export_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputExistsError, match="got the file"):
        export_dataset(bitmap_release(tmp_path), "coco", tmp_path / "out")


def test_broken_link_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "data.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(OutputExistsError):
        export_dataset(bitmap_release(tmp_path), "yolo", out, overwrite=True)
    assert [path.name for path in out.iterdir()] == ["data.yaml"]


def rows_that_call(action: Callable[[], object], release: Path) -> datasets.IterableDataset:
    """Return the rows of a release as a stream that calls a function before each row."""
    stream = load_release(release, split="train", streaming=True)

    def call(row: dict[str, Any]) -> dict[str, Any]:
        action()
        return row

    return stream.map(call, features=stream.features)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["data.yaml", "images/mine.jpg", "labels/train/mine.txt", ".segments-hf-export.json"])
def test_files_that_appear_during_the_export_are_not_replaced(tmp_path: Path, name: str, overwrite: bool) -> None:
    out = tmp_path / "out"
    release = bitmap_release(tmp_path)
    if overwrite:
        export_dataset(release, "yolo", out)
    before = {file: (out / file).read_bytes() for file in files(out)}

    def action() -> None:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("mine")

    with pytest.raises(OutputExistsError):
        export_dataset(rows_that_call(action, release), "yolo", out, overwrite=overwrite)
    marker = ".segments-hf-export.json"
    assert {file: (out / file).read_bytes() for file in files(out) | {name}} == {**before, name: b"mine"}
    assert (out / marker).exists() == (overwrite or name == marker)


@pytest.mark.parametrize("overwrite", [False, True])
def test_one_of_two_simultaneous_exports_to_one_folder_fails(tmp_path: Path, overwrite: bool) -> None:
    out = tmp_path / "out"
    release = bitmap_release(tmp_path)
    if overwrite:
        export_dataset(release, "yolo", out)
    barrier = threading.Barrier(2, timeout=60)
    streams = [rows_that_call(barrier.wait, release) for _ in range(2)]
    errors: list[Exception] = []

    def export(rows: datasets.IterableDataset) -> None:
        try:
            export_dataset(rows, "yolo", out, overwrite=overwrite)
        except OutputExistsError as error:
            errors.append(error)

    threads = [threading.Thread(target=export, args=(rows,)) for rows in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    assert not list(out.glob(f"{TEMPORARY_PREFIX}*"))


@pytest.mark.parametrize("overwrite", [False, True])
def test_export_fails_if_another_format_is_exported_to_its_folder_meanwhile(tmp_path: Path, overwrite: bool) -> None:
    out = tmp_path / "out"
    release = bitmap_release(tmp_path)
    if overwrite:
        export_dataset(release, "yolo", out)
        export_dataset(release, "coco", out)
    rows = rows_that_call(lambda: export_dataset(release, "coco", out, overwrite=overwrite), release)
    with pytest.raises(OutputExistsError):
        export_dataset(rows, "yolo", out, overwrite=overwrite)
    assert ("annotations/instances_train.json" in files(out), "data.yaml" in files(out)) == (True, overwrite)
    assert not list(out.glob(f"{TEMPORARY_PREFIX}*"))


def test_export_removes_the_temporary_files_of_a_killed_export(tmp_path: Path) -> None:
    leftover = tmp_path / "out" / f"{TEMPORARY_PREFIX}killed"
    (leftover / "new").mkdir(parents=True)
    (leftover / "lock").touch()
    export_dataset(bitmap_release(tmp_path), "coco", tmp_path / "out")
    assert not leftover.exists()
