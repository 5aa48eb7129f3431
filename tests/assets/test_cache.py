"""The cache: one file an asset, whole, and inside its folder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segments_hf.assets import AssetCache, Fetcher, HttpClient, default_cache_folder
from segments_hf.errors import AssetError

URL = "https://host/a.jpg"


@pytest.fixture
def cache(tmp_path):
    return AssetCache(tmp_path / "cache")


def files(cache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def test_what_is_stored_is_found(cache):
    assert cache.find(URL) is None
    path = cache.store(URL, b"content")
    assert cache.find(URL) == path == cache.path(URL)
    assert path.read_bytes() == b"content"
    assert files(cache) == [path]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("?X-Amz-Signature=a&X-Amz-Date=1", "?X-Amz-Signature=b&X-Amz-Date=2&X-Amz-Security-Token=t"),
        ("?X-Goog-Signature=a", "?x-goog-signature=b"),
        ("?AWSAccessKeyId=a&Signature=b&Expires=1", "?AWSAccessKeyId=a&Signature=c&Expires=2"),
        ("?sv=2020&se=2024&sr=b&sp=r&sig=a", "?sv=2021&se=2025&sr=b&sp=r&sig=b"),
        ("?Policy=a&Signature=b&Key-Pair-Id=c", ""),
        ("", "#fragment"),
        ("?versionId=7&X-Amz-Signature=a", "?versionId=7"),
    ],
    ids=["aws", "google", "aws-v2", "azure", "cloudfront", "fragment", "version"],
)
def test_another_signature_is_the_same_asset(cache, one, other):
    cache.store(URL + one, b"content")
    assert cache.find(URL + other) == cache.path(URL + one)
    cache.store(URL + other, b"content")
    assert len(files(cache)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (URL + "?page=1", URL + "?page=2"),
        (URL + "?versionId=1&X-Amz-Signature=a", URL + "?versionId=2&X-Amz-Signature=a"),
        (URL + "?id=1&sig=a", URL + "?id=2&sig=a"),
        (URL, "http://host/a.jpg"),
        (URL, "https://other/a.jpg"),
        (URL, "https://host/A.jpg"),
        (URL, "https://host/a.png"),
        (URL + "?sr=b", URL + "?sr=c"),
        (URL, URL + "?page="),
    ],
    ids=str,
)
def test_another_asset_is_another_file(cache, one, other):
    assert cache.path(one) != cache.path(other)


@pytest.mark.parametrize(
    ("url", "suffix"),
    [
        ("https://host/a.jpg?X-Amz-Signature=a.b", ".jpg"),
        ("https://host/a.tar.gz", ".gz"),
        ("https://host/a", ""),
        ("https://host/.jpg", ""),
        ("https://host/a.j/../pg", ""),
        ("https://host/a.verylongsuffix", ""),
        ("https://host/a.j\\g", ""),
        ("https://host/a.j\x00g", ""),
        ("https://host/a.j g", ""),
        ("https://host/a.jpg\n", ".jpg"),
        ("https://host/a.größe", ""),
        ("https://host", ""),
    ],
    ids=repr,
)
def test_a_harmless_suffix_is_kept(cache, url, suffix):
    assert cache.path(url).suffix == suffix


@given(st.text() | st.from_regex(r"https?://[^/]*/\S*"))
@example("https://host/a/../../..")
@example("https://host/a.jp%2F..%2Fg")
@example("https://[host/a.jpg")
def test_any_url_stays_inside_the_folder(url):
    cache = AssetCache(Path("/cache"))
    try:
        path = cache.path(url)
    except ValueError:  # it is no URL
        return
    assert path.parent.parent == cache.folder
    assert path.resolve() == path
    assert len(path.name) < 80


@pytest.mark.parametrize("content", ["text", None, 3], ids=repr)
def test_a_store_that_fails_leaves_nothing(cache, content):
    with pytest.raises(TypeError):
        cache.store(URL, content)
    assert files(cache) == []
    assert cache.find(URL) is None


def test_a_store_that_fails_keeps_what_was_there(cache):
    cache.store(URL, b"content")
    with pytest.raises(TypeError):
        cache.store(URL, "text")
    assert [path.read_bytes() for path in files(cache)] == [b"content"]


def test_threads_may_store_the_same(cache):
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: cache.store(URL, b"content" * 1000), range(200)))
    assert files(cache) == list(paths) == [cache.path(URL)]
    assert cache.path(URL).read_bytes() == b"content" * 1000


def test_the_folder_is_under_the_hugging_face_home(caches):
    assert default_cache_folder() == caches / "segments_hf" / "assets"


class TestFetcher:
    @pytest.fixture
    def fetcher(self, cache, tmp_path):
        client = HttpClient(connections=4, retries=1, backoff=0)
        yield lambda *, store=True: Fetcher(str(tmp_path), cache, store=store, client=client)
        client.close()

    def test_what_is_fetched_is_kept(self, fetcher, server, cache):
        url = server.url("/a.jpg", b"content")
        fetched = fetcher().fetch(url)
        assert (fetched.content, fetched.path) == (b"content", None)
        assert not cache.folder.exists()  # until it was found to be good
        kept = fetcher().keep(url, fetched)
        assert (kept.content, kept.path) == (b"content", cache.path(url))
        again = fetcher().fetch(url)
        assert (again.read(), again.path) == (b"content", cache.path(url))
        assert fetcher().keep(url, again) == again
        assert server.asked["/a.jpg"] == 1

    def test_or_not(self, fetcher, server, cache):
        url = server.url("/a.jpg", b"content")
        asset = fetcher(store=False).keep(url, fetcher(store=False).fetch(url))
        assert (asset.read(), asset.path) == (b"content", None)
        assert not cache.folder.exists()

    def test_an_error_is_not_kept(self, fetcher, server, cache):
        with pytest.raises(AssetError, match="404"):
            fetcher().fetch(server.address + "/a.jpg")
        assert not cache.folder.exists()

    def test_a_local_file_is_not_copied(self, fetcher, cache, tmp_path):
        (tmp_path / "a.jpg").write_bytes(b"content")
        asset = fetcher().keep("a.jpg", fetcher().fetch("a.jpg"))
        assert (asset.content, asset.path) == (None, tmp_path / "a.jpg")
        assert asset.read() == b"content"
        assert not cache.folder.exists()

    @pytest.mark.parametrize(
        "reference", ["gone.jpg", ".", "", "nul\0l", "x" * 5000, "/dev/null/x", "http://[broken/x.jpg", "ftp://host/a"]
    )
    def test_what_is_not_there(self, fetcher, reference):
        with pytest.raises(AssetError):
            fetcher().fetch(reference)

    def test_a_name_to_show_has_no_signature(self, fetcher):
        assert fetcher().name("https://jane:pw@host/a.jpg?X-Amz-Signature=secret") == URL
