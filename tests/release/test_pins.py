"""A pinned release is cached on disk, never changes, and can be opened without an API key in any process."""

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

pytestmark = pytest.mark.usefixtures("no_retry_delays")


@pytest.fixture
def pinned(platform, monkeypatch) -> str:
    """The URL of a pinned release; the environment has no API key, and the platform responds with HTTP 404."""
    platform.release("v1.0", CONTENT)
    pinned = pin(SOURCE)
    monkeypatch.delenv("SEGMENTS_API_KEY")
    platform.responses.clear()
    platform.requests.clear()
    return pinned


def cached_file() -> Path:
    return releases_folder() / f"{DIGEST}.json"


def sample_names(release_key: ReleaseKey) -> list[str]:
    return [sample.name for sample in reopen_release(release_key)]


def test_releases_folder_is_in_the_cache_of_hugging_face(caches):
    assert releases_folder() == caches / "segments_hf" / "releases"


def test_pinned_release_is_opened_from_the_cached_file_without_requests(pinned, platform):
    assert pinned == PINNED
    assert cached_file().read_bytes() == CONTENT
    assert pin(pinned) == pinned
    release = Release.open(pinned)
    assert bytes(release.content) == CONTENT
    assert isinstance(release.content, memoryview)  # the cached file is mapped into memory
    assert (release.source, release.base) == ("segments://jane/flowers@v1.0", "segments://jane")
    assert release.location == pinned
    assert platform.requests == []


def test_releases_with_equal_content_have_one_cached_file(platform):
    platform.release("v1.0", CONTENT)
    platform.release("v1.1", CONTENT)
    first, second = pin("jane/flowers@v1.0"), pin("jane/flowers@v1.1")
    assert (first, second) == (PINNED, PINNED.replace("v1.0", "v1.1"))
    assert list(releases_folder().iterdir()) == [cached_file()]


@pytest.mark.parametrize("source", ["r.json", "/data/r.json", "https://host/r.json?sig=1", "s3://jane/flowers@v1"])
def test_pin_does_not_change_a_source_that_is_not_on_the_platform(source):
    assert pin(source, KEY) == source


def test_pin_does_not_change_a_path_object():
    assert pin(Path(SOURCE), KEY) == str(Path(SOURCE))


@pytest.mark.parametrize("damage", ["deleted", "truncated", "changed"])
def test_damaged_cached_file_is_fetched_again(damage, pinned, platform):
    platform.release("v1.0", CONTENT)
    if damage == "deleted":
        cached_file().unlink()
    else:
        cached_file().write_bytes(CONTENT[:-1] if damage == "truncated" else CONTENT.replace(b"a", b"b"))
    assert bytes(Release.open(pinned, api_key=KEY).content) == CONTENT
    assert cached_file().read_bytes() == CONTENT
    assert len(platform.requests) == 2


def test_open_refuses_a_release_that_changed_since_it_was_pinned(pinned, platform):
    cached_file().unlink()
    platform.release("v1.0", CONTENT.replace(b'"a"', b'"b"'))
    with pytest.raises(ReleaseError, match="has changed") as caught:
        Release.open(pinned, api_key=KEY)
    assert caught.value.source == "segments://jane/flowers@v1.0"
    assert not cached_file().exists()


def test_error_of_a_pinned_release_without_a_cached_file_asks_for_an_api_key(pinned):
    cached_file().unlink()
    with pytest.raises(PlatformError, match="cache.*SEGMENTS_API_KEY"):
        Release.open(pinned)


def test_pin_replaces_latest_with_the_name_of_the_newest_release(platform):
    platform.release("v1.0", CONTENT)
    assert pin("jane/flowers@latest") == PINNED
    platform.release("v2.0", b"{}")
    cached_file().unlink()
    assert bytes(Release.open(PINNED).content) == CONTENT


def test_pin_on_a_full_disk_is_a_storage_error(platform, monkeypatch):
    def raise_disk_full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    platform.release("v1.0", CONTENT)
    monkeypatch.setattr("os.replace", raise_disk_full)
    with pytest.raises(StorageError, match=r"cannot .* No space left on device"):
        pin(SOURCE)
    assert list(releases_folder().iterdir()) == []


def test_error_of_a_cache_folder_that_cannot_be_made_names_hf_home(platform, caches):
    platform.release("v1.0", CONTENT)
    (caches / "segments_hf").write_bytes(b"")
    with pytest.raises(StorageError, match="HF_HOME"):
        pin(SOURCE)


def test_open_release_returns_the_release_key_of_the_pinned_release(platform, monkeypatch):
    platform.release("v1.0", CONTENT)
    release_key, release = open_release(SOURCE)
    assert release_key == ReleaseKey(PINNED, DIGEST)
    monkeypatch.delenv("SEGMENTS_API_KEY")
    platform.responses.clear()
    assert reopen_release(release_key) is release
    assert open_release(PINNED)[0] == release_key


def test_another_process_opens_a_pinned_release_without_api_key_and_requests(monkeypatch, caches):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("HF_HOME", str(caches))  # the other process reads this variable
    with serving() as platform:
        monkeypatch.setenv("SEGMENTS_API_URL", platform.api)
        platform.release("v1.0", CONTENT)
        release_key, _ = open_release(pin(SOURCE, KEY))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(sample_names, release_key).result(timeout=120) == ["a"]


def test_rows_of_an_opened_release_need_no_requests(pinned, platform):
    rows = open_splits(Release.open(pinned), load_assets=False).first_split
    assert [row["name"] for row in rows] == ["a"]
    assert platform.requests == []


def test_reference_with_the_digest_of_other_content_is_refused(platform):
    wrong = f"segments://jane/flowers@v1.0#sha256={'0' * 64}"
    platform.release("v1.0", CONTENT)
    assert pin(wrong) == wrong
    assert parse_reference(wrong).digest == "0" * 64
    with pytest.raises(ReleaseError, match="has changed"):
        open_release(wrong)
