"""Pinned releases: kept on disk, the same for ever, and opened without a key in any process."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from segments_hf.dataset.inputs import open_splits
from segments_hf.dataset.open_releases import ReleaseKey, open_release, reopen_release
from segments_hf.errors import PlatformError, ReleaseError, StorageError
from segments_hf.release import Release, parse_reference, pin, releases_folder

from .platform_server import KEY, serving

CONTENT = json.dumps({"name": "v1.0", "dataset": {"samples": [{"name": "a"}]}}).encode()
DIGEST = hashlib.sha256(CONTENT).hexdigest()
SOURCE = "jane/flowers@v1.0"
PINNED = f"segments://jane/flowers@v1.0#sha256={DIGEST}"

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture
def pinned(platform, monkeypatch) -> str:
    """A release, pinned; then the key is gone and the platform says nothing."""
    platform.release("v1.0", CONTENT)
    pinned = pin(SOURCE)
    monkeypatch.delenv("SEGMENTS_API_KEY")
    platform.answers.clear()
    platform.requests.clear()
    return pinned


def copy() -> Path:
    return releases_folder() / f"{DIGEST}.json"


def names_in(key: ReleaseKey) -> list[str]:
    return [sample.name for sample in reopen_release(key)]


def test_the_folder_is_under_the_cache_of_hugging_face(caches):
    assert releases_folder() == caches / "segments_hf" / "releases"


def test_a_pin_is_opened_from_the_copy(pinned, platform):
    assert pinned == PINNED
    assert copy().read_bytes() == CONTENT
    assert pin(pinned) == pinned
    release = Release.open(pinned)
    assert bytes(release.content) == CONTENT
    assert isinstance(release.content, memoryview)  # of the mapped file
    assert (release.source, release.base) == ("segments://jane/flowers@v1.0", "segments://jane")
    assert release.location == pinned
    assert platform.requests == []


def test_there_is_one_copy_of_one_content(platform):
    platform.release("v1.0", CONTENT)
    platform.release("v1.1", CONTENT)
    first, second = pin("jane/flowers@v1.0"), pin("jane/flowers@v1.1")
    assert (first, second) == (PINNED, PINNED.replace("v1.0", "v1.1"))
    assert list(releases_folder().iterdir()) == [copy()]


@pytest.mark.parametrize("source", ["r.json", "/data/r.json", "https://host/r.json?sig=1", "s3://jane/flowers@v1", ""])
def test_any_other_source_is_not_pinned(source):
    assert pin(source, KEY) == source


def test_a_path_is_not_pinned():
    assert pin(Path(SOURCE), KEY) == str(Path(SOURCE))


@pytest.mark.parametrize("damage", ["gone", "cut", "other"])
def test_a_copy_that_is_not_whole_is_fetched_again(damage, pinned, platform):
    platform.release("v1.0", CONTENT)
    if damage == "gone":
        copy().unlink()
    else:
        copy().write_bytes(CONTENT[:-1] if damage == "cut" else CONTENT.replace(b"a", b"b"))
    assert bytes(Release.open(pinned, api_key=KEY).content) == CONTENT
    assert copy().read_bytes() == CONTENT
    assert len(platform.requests) == 2


def test_a_release_that_changed(pinned, platform):
    copy().unlink()
    platform.release("v1.0", CONTENT.replace(b'"a"', b'"b"'))
    with pytest.raises(ReleaseError, match="the release has changed on the platform since it was pinned") as caught:
        Release.open(pinned, api_key=KEY)
    assert caught.value.source == "segments://jane/flowers@v1.0"
    assert not copy().exists()


def test_pinned_release_without_copy_asks_for_a_key(pinned):
    copy().unlink()
    with pytest.raises(PlatformError, match="cache.*SEGMENTS_API_KEY"):
        Release.open(pinned)


def test_latest_is_pinned_to_what_it_is_now(platform):
    platform.release("v1.0", CONTENT)
    assert pin("jane/flowers@latest") == PINNED
    platform.release("v2.0", b"{}")
    copy().unlink()
    assert bytes(Release.open(PINNED).content) == CONTENT


def test_a_disk_that_does_not_take_it(platform, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    platform.release("v1.0", CONTENT)
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StorageError, match=r"cannot .* No space left on device"):
        pin(SOURCE)
    assert list(releases_folder().iterdir()) == []


def test_a_cache_folder_that_cannot_be(platform, caches):
    platform.release("v1.0", CONTENT)
    (caches / "segments_hf").write_bytes(b"")
    with pytest.raises(StorageError, match="HF_HOME"):
        pin(SOURCE)


def test_keys_of_opened_releases_are_pinned(platform, monkeypatch):
    platform.release("v1.0", CONTENT)
    key, release = open_release(SOURCE)
    assert key == ReleaseKey(PINNED, DIGEST)
    monkeypatch.delenv("SEGMENTS_API_KEY")
    platform.answers.clear()
    assert reopen_release(key) is release
    assert open_release(PINNED)[0] == key


def test_another_process_needs_neither_the_key_nor_the_platform(monkeypatch, caches):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("HF_HOME", str(caches))  # where the other process looks
    with serving() as platform:
        monkeypatch.setenv("SEGMENTS_API_URL", platform.api)
        platform.release("v1.0", CONTENT)
        key, _ = open_release(pin(SOURCE, KEY))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(names_in, key).result(timeout=120) == ["a"]


def test_an_open_release_is_loaded_as_it_was_opened(pinned, platform):
    rows = open_splits(Release.open(pinned), load_assets=False).first
    assert [row["name"] for row in rows] == ["a"]
    assert platform.requests == []


def test_a_reference_with_a_pin_of_nothing(platform):
    nothing = f"segments://jane/flowers@v1.0#sha256={'0' * 64}"
    platform.release("v1.0", CONTENT)
    assert pin(nothing) == nothing
    assert parse_reference(nothing).digest == "0" * 64
    with pytest.raises(ReleaseError, match="has changed"):
        open_release(nothing)
