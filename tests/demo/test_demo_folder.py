"""`segments-hf demo` writes files that work, and replaces only files that it wrote itself."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import datasets
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.demo_folder import write_demo
from segments_hf.errors import OutputExistsError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a demo folder. Tests must not change it."""
    demo = tmp_path_factory.mktemp("demo") / "new" / "folder"
    write_demo(demo)
    return demo


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_release_in_the_demo_folder_has_the_images_and_labels_of_the_demo_release(folder: Path) -> None:
    flowers = segments_hf.load_release(folder / "flowers-v1.0.json", split="train")
    originals = segments_hf.load_release(demo_release(), split="train")
    for column in ("image", "segmentation_bitmap"):
        for copy, original in zip(flowers[column], originals[column], strict=True):
            assert (copy and np.array(copy).tobytes()) == (original and np.array(original).tobytes())
    assert flowers["annotations"][:] == originals["annotations"][:]


def test_dataset_in_the_demo_folder_is_built_from_the_release(folder: Path) -> None:
    rows = datasets.load_from_disk(str(folder / "dataset"))["train"]
    assert rows["name"][:] == [f"meadow_0{number}.jpg" for number in range(1, 9)]
    stored = rows.cast_column("image", datasets.Image(decode=False))[0]["image"]["bytes"]
    assert stored == (folder / "images" / "meadow_01.jpg").read_bytes()
    assert segments_hf.to_layout(rows.to_iterable_dataset(), "semantic-segmentation").take(1)


def test_pictures_in_the_demo_folder_can_be_opened(folder: Path) -> None:
    with Image.open(folder / "contact-sheet.png") as sheet:
        assert sheet.width > 1000
    page = (folder / "preview.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "meadow_08.jpg" in page


@pytest.mark.parametrize("name", ["flowers", "street-cuboids"])
def test_training_script_is_short(name: str) -> None:
    lines = demo_release(name).with_name("train.py.txt").read_text("utf-8").splitlines()
    compile("\n".join(lines), "train.py", "exec")
    assert len(lines) <= 35
    assert max(map(len, lines)) <= 120


def test_second_demo_replaces_the_files_of_the_first_and_keeps_other_files(tmp_path: Path) -> None:
    write_demo(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "train.py").unlink()
    rows = datasets.load_from_disk(str(tmp_path / "dataset"))["train"]
    rows.map(lambda row: {"kept": row["name"]})  # `datasets` writes the result into the folder of the dataset
    names = set(contents(tmp_path))
    write_demo(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert {name for name in names if "cache-" not in name} | {"train.py"} == set(contents(tmp_path))


def change_release(folder: Path) -> None:
    write_demo(folder)
    (folder / "flowers-v1.0.json").write_text("mine")


def add_image(folder: Path) -> None:
    write_demo(folder)
    (folder / "images" / "mine.jpg").write_bytes(b"mine")


def replace_file_by_link(folder: Path) -> None:
    write_demo(folder)
    (folder / "mine.html").write_bytes((folder / "preview.html").read_bytes())
    (folder / "preview.html").unlink()
    (folder / "preview.html").symlink_to("mine.html")


def damage_marker(folder: Path) -> None:
    write_demo(folder)
    (folder / ".segments-hf-demo.json").write_text("{")


def write_own_page(folder: Path) -> None:
    folder.mkdir()
    (folder / "preview.html").write_text("mine")


def write_own_dataset(folder: Path) -> None:
    datasets.Dataset.from_dict({"a": [1]}).save_to_disk(str(folder / "dataset"))


def link_to_other_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "images").symlink_to(folder)


@pytest.mark.parametrize(
    ("prepare", "file_in_error"),
    [
        (change_release, "flowers-v1.0.json"),
        (add_image, "images/mine.jpg"),
        (replace_file_by_link, "preview.html"),
        (damage_marker, ".segments-hf-demo.json"),
        (write_own_page, "preview.html"),
        (write_own_dataset, "dataset/"),
        (link_to_other_folder, "images"),
    ],
)
def test_demo_refuses_to_replace_files_of_the_user(
    prepare: Callable[[Path], None], file_in_error: str, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    prepare(folder)
    before = contents(folder)
    with pytest.raises(OutputExistsError) as raised:
        write_demo(folder)
    assert f"demo/{file_in_error}" in str(raised.value).replace(os.sep, "/")
    assert contents(folder) == before


def test_demo_refuses_a_file_as_its_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(OutputExistsError):
        write_demo(tmp_path / "demo")
    assert (tmp_path / "demo").read_text() == "mine"


def test_demo_does_not_replace_a_file_that_is_created_while_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segments_hf.drawing import contact_sheet

    def create_file_and_draw(data: object) -> object:
        (tmp_path / "train.py").write_bytes(b"mine")
        return contact_sheet(data)

    monkeypatch.setattr("segments_hf.demo_folder.contact_sheet", create_file_and_draw)
    with pytest.raises(OutputExistsError):
        write_demo(tmp_path)
    assert contents(tmp_path) == {"train.py": b"mine"}


def test_failed_demo_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segments_hf.demo_folder.contact_sheet", lambda data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_demo(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("first_kind", "second_kind"), [("image", "point-cloud"), ("point-cloud", "image")])
def test_demo_refuses_a_folder_with_a_demo_of_another_kind(first_kind: str, second_kind: str, tmp_path: Path) -> None:
    write_demo(tmp_path, first_kind)
    before = contents(tmp_path)
    with pytest.raises(OutputExistsError, match=first_kind):
        write_demo(tmp_path, second_kind)
    assert contents(tmp_path) == before


def test_demo_of_point_clouds_has_all_files_of_its_releases(tmp_path: Path) -> None:
    for _ in range(2):  # the second call replaces the files of the first
        write_demo(tmp_path, "point-cloud")
    for name in ("street-cuboids-v1.0.json", "street-segmentation-v1.0.json", "street-sensors-v1.0.json"):
        urls = set(re.findall(r'"url": "([^"]+)"', (tmp_path / name).read_text("utf-8")))
        assert len(urls) == 10
        for url in urls:
            assert (tmp_path / url).read_bytes() == (demo_release("street-cuboids").parent / url).read_bytes()


def test_datasets_and_pictures_of_point_clouds_are_made_from_the_releases(tmp_path: Path) -> None:
    write_demo(tmp_path, "point-cloud")
    cuboids = datasets.load_from_disk(str(tmp_path / "dataset-cuboids"))["train"]
    segmentation = datasets.load_from_disk(str(tmp_path / "dataset-segmentation"))["train"]
    assert [len(segments_hf.points.boxes(row)) for row in cuboids] == [3] * 5
    for box_row, row in zip(cuboids, segmentation, strict=True):
        points = segments_hf.points.read_points(row)
        np.testing.assert_array_equal(points, segments_hf.points.read_points(box_row))
        assert row["point_annotations"] is None or len(row["point_annotations"]) == len(points)
        assert row["cameras"][0]["image"].size == (480, 270)
        file = tmp_path / "clouds" / f"frame_{box_row['frame_index']}.pcd"
        assert box_row["point_cloud"]["bytes"] == file.read_bytes()
    for name in ("cuboids", "segmentation"):
        with Image.open(tmp_path / f"contact-sheet-{name}.png") as sheet:
            assert sheet.width > 1000


def test_commands_other_than_push_that_demo_of_point_clouds_prints_succeed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo", "--kind", "point-cloud"])
    assert result.exit_code == 0, result.output
    commands = [shlex.split(line)[1:] for line in result.output.splitlines() if line.startswith("  segments-hf ")]
    assert len(commands) >= 3
    for command in commands:
        if command[0] == "push":  # `tests/hub` tests the push of the image demo
            continue
        command_result = CliRunner().invoke(app, command)
        assert command_result.exit_code == 0, command_result.output


@pytest.mark.parametrize("name", [None, "my demo's folder", "-demo"])
def test_demo_prints_commands_with_paths_that_exist(
    name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo", *([] if name is None else ["--", name])])
    assert result.exit_code == 0, result.output
    commands = [line for line in result.output.splitlines() if line.startswith(("  segments-hf ", "  python "))]
    paths = [word for command in commands for word in shlex.split(command) if "/" in word]
    assert [Path(path).name for path in paths] == ["flowers-v1.0.json", "train.py", "flowers-v1.0.json"]
    assert all(Path(path).is_file() and not path.startswith("-") for path in paths)
