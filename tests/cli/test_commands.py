"""The commands ``inspect`` and ``build``, their errors, and the sizes of splits that ``build`` and ``export`` print."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
from typer.testing import CliRunner, Result

from segments_hf.cli.app import app
from segments_hf.demo import demo_release

LICENSE = Path(__file__).parents[2] / "LICENSE"


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_inspect_shows_name_categories_statuses_and_task_type() -> None:
    result = run("inspect", demo_release())
    assert result.exit_code == 0
    for expected in ("jane/flowers", "flower", "236, 72, 153", "REVIEWED", "segmentation-bitmap"):
        assert expected in result.output


def test_inspect_json_has_statuses_and_categories() -> None:
    found = json.loads(run("inspect", demo_release(), "--json").output)
    assert found["statuses"] == {"LABELED": 3, "REVIEWED": 3, "SKIPPED": 1, "UNLABELED": 1}
    flower = {"id": 1, "name": "flower", "color": [236, 72, 153], "annotations": 21, "points": None}
    assert found["categories"][0] == flower


def test_inspect_shows_markup_in_names_as_text(write_release) -> None:
    path = write_release([], task_attributes={"categories": [{"id": 1, "name": "[bold]odd[/bold] [/]"}]})
    result = run("inspect", path)
    assert "[bold]odd[/bold] [/]" in result.output


def test_inspect_escapes_control_characters(write_release) -> None:
    path = write_release(
        [{"name": "\x1b[2J", "labels": 3}],
        description="\x1b]0;title\x07",
        task_attributes={"categories": [{"id": 1, "name": "\x1b[31mred\u202e"}]},
    )
    output = run("inspect", path).output
    assert "\x1b" not in output
    assert r"\x1b[31mred\u202e" in output


@pytest.mark.parametrize("num_proc", [1, 2])
def test_build_writes_a_dataset_for_load_from_disk(tmp_path: Path, num_proc: int) -> None:
    out = tmp_path / "out"
    result = run("build", demo_release(), out, "--splits", "metadata:split", "--num-proc", num_proc, "--quiet")
    assert result.exit_code == 0, result.output
    loaded = datasets.load_from_disk(str(out))
    assert {name: len(part) for name, part in loaded.items()} == {"train": 5, "test": 3}
    raw = loaded["train"].cast_column("image", datasets.Image(decode=False))[0]["image"]
    assert raw["bytes"] == (demo_release().parent / "images" / "meadow_01.jpg").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("num_proc", [1, 2])
def test_build_in_parquet_writes_a_dataset_for_load_dataset(tmp_path: Path, num_proc: int) -> None:
    out = tmp_path / "out"
    options = ["--format", "parquet", "--filter-by", "labeled", "--filter-by", "REVIEWED", "--num-proc", num_proc]
    result = run("build", demo_release(), out, *options, "--quiet")
    assert result.exit_code == 0, result.output
    assert "train: 6 rows" in result.output
    expected = datasets.load_dataset("segments_release", data_files=str(demo_release()), split="train")
    for loaded in (datasets.load_dataset(str(out)), datasets.load_dataset("parquet", data_dir=str(out))):
        assert loaded["train"].features == expected.features
        assert loaded["train"]["name"][:] == [f"meadow_0{number}.jpg" for number in (1, 2, 3, 4, 6, 7)]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_build_without_assets_has_null_images_and_filters_by_metadata(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("build", demo_release(), out, "--no-load-assets", "--filter-by-metadata", "garden=north", "--quiet")
    assert result.exit_code == 0, result.output
    loaded = datasets.load_from_disk(str(out))["train"]
    assert loaded["image"][:] == [None] * 4
    assert {json.loads(row["metadata"])["garden"] if isinstance(row["metadata"], str) else row["metadata"]["garden"]
            for row in loaded} == {"north"}  # fmt: skip


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        (["--splits", "train=0.7,test=0.3"], "train 5, test 3"),
        (["--splits", "train=0.7,test=0.3", "--exact"], "train 6, test 2"),
        (["--splits", "train=0.5,test=0.5", "--split-by", "metadata:garden"], "train 4, test 4"),
        (["--splits", "metadata:split"], "train 5, test 3"),
    ],
    ids=["hash", "exact", "groups", "metadata"],
)
@pytest.mark.parametrize(
    ("command", "arguments"), [("build", []), ("export", ["coco"]), ("export", ["coco", "--images", "link"])], ids=str
)
def test_command_prints_the_sizes_of_the_splits(
    tmp_path: Path, command: str, arguments: list[str], options: list[str], sizes: str
) -> None:
    result = run(command, demo_release(), *arguments[:1], tmp_path / "out", *arguments[1:], *options)
    assert result.exit_code == 0, result.output
    assert sizes in result.output
    assert ("--exact" in result.output) == (options == ["--splits", "train=0.7,test=0.3"])


@pytest.mark.parametrize("options", [[], ["--quiet", "--splits", "train=0.7,test=0.3"]], ids=["undivided", "quiet"])
def test_command_prints_no_sizes_of_splits(tmp_path: Path, options: list[str]) -> None:
    result = run("build", demo_release(), tmp_path / "out", "--no-load-assets", *options)
    assert result.exit_code == 0, result.output
    assert "uuid" not in result.output


@pytest.mark.parametrize("file_format", ["arrow", "parquet"])
def test_build_writes_only_the_chosen_split(tmp_path: Path, file_format: str) -> None:
    options = ["--splits", "metadata:split", "--format", file_format, "--quiet", "--no-load-assets"]
    result = run("build", demo_release(), tmp_path / "out", *options, "--split", "test")
    assert result.exit_code == 0, result.output
    assert "test: 3 rows" in result.output
    assert "train" not in result.output
    if file_format == "arrow":
        assert len(datasets.load_from_disk(str(tmp_path / "out"))) == 3
    else:
        assert {name: len(part) for name, part in datasets.load_dataset(str(tmp_path / "out")).items()} == {"test": 3}
    unknown = run("build", demo_release(), tmp_path / "other", *options, "--split", "val")
    assert unknown.exit_code == 1
    assert "'train', 'test'" in unknown.output
    assert not (tmp_path / "other").exists()


def test_build_replaces_an_existing_dataset_only_with_overwrite(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for file_format, rows in (("arrow", 3), ("parquet", 8), ("arrow", 8)):
        options = ["--quiet", "--format", file_format, *(["--filter-by", "labeled"] if rows == 3 else [])]
        if out.exists():
            refused = run("build", demo_release(), out, *options)
            assert refused.exit_code == 1
            assert "--overwrite" in refused.output
            options.append("--overwrite")
        assert run("build", demo_release(), out, *options).exit_code == 0
        loaded = datasets.load_from_disk(str(out)) if file_format == "arrow" else datasets.load_dataset(str(out))
        assert len(loaded["train"]) == rows
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("out", [".", "precious", "link"])
def test_build_never_replaces_files_that_are_not_a_dataset(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "precious").write_text("data")
    (tmp_path / "link").symlink_to(tmp_path)
    result = run("build", demo_release(), out, "--quiet", "--overwrite")
    assert result.exit_code == 1
    assert "not a dataset" in result.output
    assert (tmp_path / "precious").read_text() == "data"


def test_failed_build_leaves_no_folder(tmp_path: Path, write_release) -> None:
    path = write_release([{"name": "a.jpg", "attributes": {"image": {"url": "missing.jpg"}}, "labels": {}}])
    out = tmp_path / "out"
    result = run("build", path, out, "--quiet")
    assert result.exit_code == 1
    assert "a.jpg" in result.output
    assert "missing.jpg" in result.output
    assert [file.name for file in tmp_path.iterdir()] == ["release.json"]


def test_errors_of_kept_samples_are_listed_in_the_folder_of_the_dataset(tmp_path: Path, write_release) -> None:
    path = write_release([{"name": "a.jpg", "attributes": {"image": {"url": "missing.jpg"}}, "labels": {}}])
    for file_format in ("arrow", "parquet"):
        out = tmp_path / file_format
        assert run("build", path, out, "--quiet", "--on-error", "keep", "--format", file_format).exit_code == 0
        assert json.loads((out / "errors.jsonl").read_text())["sample"] == "a.jpg"


@pytest.mark.parametrize(
    ("args", "exit_code", "message"),
    [
        pytest.param(["inspect", "nowhere.json"], 1, "cannot read the file", id="missing file"),
        pytest.param(["inspect", LICENSE], 1, "not JSON", id="not a release"),
        pytest.param(["inspect", demo_release(), "--labelset", "x"], 1, "'ground-truth'", id="unknown labelset"),
        pytest.param(["build"], 2, "Missing argument", id="missing argument"),
        pytest.param(["build", "a", "b", "--on-error", "ignore"], 2, "ignore", id="unknown policy"),
        pytest.param(["build", "a", "b", "--splits", "train"], 2, "metadata:KEY", id="bad splits"),
        pytest.param(["build", "a", "b", "--filter-by-metadata", "x"], 2, "KEY=VALUE", id="bad metadata"),
    ],
)
def test_error_is_one_message_without_traceback(
    args: list[object], exit_code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*args)
    assert result.exit_code == exit_code
    assert message in result.output
    assert "Traceback" not in result.output


def test_debug_shows_the_traceback() -> None:
    result = run("--debug", "inspect", "nowhere.json")
    assert type(result.exception).__name__ == "ReleaseError"
