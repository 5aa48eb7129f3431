"""``segments-hf cache`` counts and removes cached files; datasets that refer to removed files are built again."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from dataset.making import served_samples
from filelock import FileLock
from typer.testing import CliRunner, Result

from segments_hf import load_release
from segments_hf.assets import AssetCache, default_cache_folder
from segments_hf.cli.app import app
from segments_hf.hub.uploads.journal import journals_folder
from segments_hf.io.number_text import counted
from segments_hf.release import releases_folder

DAY = 86400


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["cache", *map(str, args)])


@pytest.fixture
def filled_cache(caches) -> AssetCache:
    """Fill the caches with three images, two releases and two interrupted pushes, and return the cache of assets.

    A test can lock the push ``running``, as if it were still running.
    """
    cache = AssetCache(default_cache_folder())
    for days in range(3):
        path = Path(cache.store(f"https://host/{days}.jpg", b"x" * 1_000_000))
        os.utime(path, (time.time() - days * 10 * DAY,) * 2)
    releases_folder().mkdir(parents=True)
    for name in ("a", "b"):
        (releases_folder() / f"{name}.json").write_text("{}")
    for name in ("interrupted", "running"):
        (journals_folder() / name).mkdir(parents=True)
        (journals_folder() / name / "0.jsonl").write_text("{}")
        (journals_folder() / f"{name}.lock").touch()
    return cache


def test_info_shows_files_size_and_oldest_use(filled_cache) -> None:
    with FileLock(journals_folder() / "running.lock"):
        result = run("info")
    assert result.exit_code == 0, result.output
    columns = [re.split(r"\s{2,}", line.strip()) for line in result.output.splitlines()]
    caches = {name: values for name, *values in columns}
    files, size, oldest_use = next(values for name, values in caches.items() if "images" in name)
    assert (files, size) == ("3", "3.0 MB")
    assert oldest_use.startswith("20 d")
    assert caches["releases"][0] == "2"
    assert caches["interrupted pushes"][0] == "1"
    assert str(default_cache_folder().parent) in result.output


def test_info_shows_0_mb_for_empty_caches(caches) -> None:
    result = run("info")
    assert result.exit_code == 0
    assert "0.0 MB" in result.output


@pytest.mark.parametrize(("age", "files_left"), [("30d", 3), ("15d", 2), ("200h", 1), ("1w", 1)])
def test_older_than_removes_only_files_without_recent_use(filled_cache, age: str, files_left: int) -> None:
    result = run("clear", "--older-than", age, "--yes")
    assert result.exit_code == 0, result.output
    assert any(
        "images" in line and counted(3 - files_left, "file") in line and f"{3 - files_left}.0 MB" in line
        for line in result.output.splitlines()
    )
    assert filled_cache.usage().files == files_left
    assert len(list(releases_folder().iterdir())) == 2


def test_clear_keeps_the_files_of_a_running_push(filled_cache) -> None:
    with FileLock(journals_folder() / "running.lock"):
        result = run("clear", "-y")
    assert result.exit_code == 0, result.output
    assert filled_cache.usage().files == 0
    assert list(releases_folder().iterdir()) == []
    assert [path.parent.name for path in journals_folder().glob("*/*")] == ["running"]


@pytest.mark.parametrize("age", ["30", "d", "-1d", "30 days", "30y", ""])
def test_error_about_an_invalid_age_names_the_option_and_the_value(filled_cache, age: str) -> None:
    result = run("clear", "--yes", f"--older-than={age}")
    assert result.exit_code == 2
    assert "--older-than" in result.output
    assert repr(age) in result.output
    assert filled_cache.usage().files == 3


def test_clear_without_confirmation_removes_nothing(filled_cache) -> None:
    result = CliRunner().invoke(app, ["cache", "clear"], input="n\n")
    assert result.exit_code == 1
    assert str(default_cache_folder().parent) in result.output
    assert filled_cache.usage().files == 3


@pytest.mark.parametrize(("options", "rebuilt"), [({}, True), ({"embed": True}, False)], ids=["paths", "embedded"])
def test_dataset_that_refers_to_removed_files_is_built_again(server, write_release, options, rebuilt) -> None:
    release = write_release(served_samples(server, 4))
    first = load_release(release, split="train", **options)
    built_at = Path(first.cache_files[0]["filename"]).stat().st_mtime_ns
    assert run("clear", "--yes").exit_code == 0
    again = load_release(release, split="train", **options)
    assert [row["image"].size for row in again] == [(2, 1)] * 4
    assert (Path(again.cache_files[0]["filename"]).stat().st_mtime_ns != built_at) == rebuilt
    once_more = load_release(release, split="train", **options)
    assert server.requests["/images/0.jpg"] == (2 if rebuilt else 1)
    assert once_more.cache_files == again.cache_files


@pytest.fixture
def killed_build(caches) -> Path:
    """Return the unfinished folder of a killed build in the cache of `datasets`."""
    import datasets

    folder = Path(datasets.config.HF_DATASETS_CACHE, "segments_release", "default", "1.0.0", "hash.incomplete")
    folder.mkdir(parents=True)
    (folder / "rows.arrow").write_bytes(b"x" * 1_000_000)
    return folder


def test_clear_removes_the_files_of_a_killed_build(killed_build) -> None:
    assert "unfinished datasets" in run("info").output
    assert run("clear", "-y").exit_code == 0
    assert not list(killed_build.glob("*"))


def test_clear_keeps_the_files_of_a_running_build(killed_build) -> None:
    with FileLock(killed_build.with_name("hash_builder.lock")):
        assert run("clear", "-y").exit_code == 0
    assert (killed_build / "rows.arrow").exists()


def test_clear_keeps_the_shard_of_a_running_worker_of_a_killed_push(filled_cache) -> None:
    shard = journals_folder() / "interrupted" / "train" / "0.shards" / "0.parquet"
    shard.parent.mkdir(parents=True)
    shard.write_bytes(b"shard")
    with FileLock(journals_folder() / "interrupted" / "train" / "0.lock"):
        assert run("clear", "-y").exit_code == 0
        assert shard.exists()
    assert run("clear", "-y").exit_code == 0
    assert not shard.exists()
