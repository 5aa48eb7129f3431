"""`load_release` and the commands load a release from the platform, and do not store the API key."""

from __future__ import annotations

import pickle

import datasets
import pytest
from dataset.making import plain_rows, sample, served_samples
from typer.testing import CliRunner

from segments_hf import load_release
from segments_hf.cli.app import app
from segments_hf.errors import AssetError, PlatformError

from .platform_server import KEY

pytestmark = pytest.mark.usefixtures("no_retry_delays")


@pytest.fixture
def flowers(server, write_release, platform) -> list[dict]:
    """The rows of a release file that is also on the platform."""
    file = write_release(served_samples(server, 3))
    platform.release("v1.0", file.read_bytes())
    return plain_rows(load_release(file, split="train"))


@pytest.mark.parametrize("source", ["jane/flowers@v1.0", "jane/flowers@latest", "segments://jane/flowers@v1.0"])
@pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
def test_release_on_the_platform_has_the_rows_of_its_file(flowers, platform, monkeypatch, source, options):
    monkeypatch.delenv("SEGMENTS_API_KEY")
    assert plain_rows(load_release(source, split="train", api_key=KEY, **options)) == flowers
    assert {request.authorization for request in platform.requests if request.host == "127.0.0.1"} == {f"APIKey {KEY}"}


def test_splits_may_be_releases_on_the_platform(flowers, platform):
    loaded = load_release({"train": "jane/flowers@v1.0", "test": "jane/flowers@latest"}, load_assets=False)
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 3, "test": 3}


def test_key_is_not_written_to_caches_logs_and_datasets(flowers, monkeypatch, caches, caplog):
    monkeypatch.delenv("SEGMENTS_API_KEY")
    with caplog.at_level("DEBUG"):
        built = load_release("jane/flowers@v1.0", split="train", api_key=KEY)
        stream = load_release("jane/flowers@v1.0", split="train", api_key=KEY, streaming=True)
        next(iter(stream))
    files = [path.read_bytes() for path in caches.rglob("*") if path.is_file()]
    assert len(files) > 5
    for content in [*files, pickle.dumps(built), pickle.dumps(stream), caplog.text.encode(), str(built.info).encode()]:
        assert KEY.encode() not in content


def test_cached_dataset_is_reused_with_another_key(flowers, platform):
    first = load_release("jane/flowers@v1.0", split="train", api_key=KEY)
    again = load_release("jane/flowers@v1.0", split="train", api_key=KEY[::-1])
    assert first.cache_files == again.cache_files


def test_release_on_the_platform_must_not_read_local_files(write_release, platform, tmp_path):
    platform.release("v1.0", write_release([sample("a", str(tmp_path / "a.jpg"))]).read_bytes())
    with pytest.raises(AssetError, match="local file .* segments://jane"):
        load_release("jane/flowers@v1.0")


def test_error_without_a_key_says_where_to_make_a_key(flowers, monkeypatch):
    monkeypatch.delenv("SEGMENTS_API_KEY")
    with pytest.raises(PlatformError, match="no API key.* https://segments.ai/account"):
        load_release("jane/flowers@v1.0")


@pytest.mark.parametrize("command", [["inspect"], ["build", "--quiet"], ["export", "coco"]], ids=str)
def test_commands_accept_a_release_on_the_platform(flowers, tmp_path, command):
    name, *arguments = command
    out = [] if name == "inspect" else [*(word for word in arguments if word[0] != "-"), str(tmp_path / "out")]
    flags = [word for word in arguments if word[0] == "-"]
    result = CliRunner().invoke(app, [name, "jane/flowers@v1.0", *out, *flags])
    assert result.exit_code == 0, result.output
    if name == "build":
        assert plain_rows(datasets.load_from_disk(str(tmp_path / "out"))["train"]) == flowers
