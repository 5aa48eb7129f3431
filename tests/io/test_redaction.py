"""Redacted text contains no secret of a URL, even of a malformed URL. Text without secrets is unchanged."""

from __future__ import annotations

import importlib
import json
import logging

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segments_hf.errors import AssetError
from segments_hf.io.redaction import (
    json_without_secrets,
    own_logger,
    public_name,
    text_without_secrets,
    unsigned_url,
    without_queries,
)
from segments_hf.shown_text import shown, without_secrets

URLS_WITH_SECRETS = [
    "https://jane:SECRET@host/a.jpg",
    "HTTPS://JANE:SECRET@HOST/a.jpg",
    "https://SECRET@host/a.jpg",
    "//jane:SECRET@host/a.jpg",
    "https:/jane:SECRET@host/a.jpg",
    "https:jane:SECRET@host/a.jpg",
    "https:///jane:SECRET@host/a.jpg",
    r"https:\\jane:SECRET@host\a.jpg",
    r"https:\jane:SECRET@host\a.jpg",
    "https:%2F%2Fjane:SECRET@host/a.jpg",
    "simplecache::https://jane:SECRET@host/a.jpg",
    "zip://a.jpg::https://jane:SECRET@host/a.zip",
    "zip://jane:SECRET@a.jpg::simplecache::https://jane:SECRET@host/a.zip",
    "https://jane:SECRET@[::1/a.jpg",
    "https://jane:SECRET@[::1]:8080/a.jpg",
    "https://jane:SECRET@host:port/a.jpg",
    "https://jane:p@SECRET@host/a.jpg",
    "https://jane:SEC/SECRET@host/a.jpg",
    "https://jane:SECRET/x@host/a.jpg",
    "https://jane:SECRET//x@host/a.jpg",
    "https://jane:p@s/SECRET@host/a.jpg",
    "https://jane:p:SECRET@host/a.jpg",
    "https://jane:p#SECRET@host/a.jpg",
    "https://jane:p?SECRET@host/a.jpg",
    "https://jane:p%40SECRET%2F@host/a.jpg",
    "https://ja/ne:SECRET@host/a.jpg",
    "ftp://jane:SECRET@host/a.jpg",
    "git+https://jane:SECRET@host/a.jpg",
    "s3://key:SECRET@bucket/a.jpg",
    "https://host.com/old/https://jane:SECRET@host/a.jpg",
    "/data/https:/jane:SECRET@host/a.jpg",
    "https://host/a.jpg?X-Amz-Signature=SECRET",
    "https://host/a.jpg?page=2&sig=SECRET",
    "https://host/a.jpg?Expires=1&Signature=SECRET&Key-Pair-Id=SECRET",
    "https://host/a.jpg#access_token=SECRET",
    "https://host/a.jpg?token=SECRET",
    "/data/a.jpg?X-Goog-Signature=SECRET",
    "a.jpg%3Fsig%3DSECRET",
]
TEXTS_AROUND_A_URL = [
    "{}",
    "cannot read {}: not found",
    "({})",
    "got '{}', expected a URL",
    'got "{}"',
    "a@b.c: {} jane@home",
    "x{}",
]


@pytest.mark.parametrize("url", URLS_WITH_SECRETS)
def test_public_name_has_no_secret(url: str) -> None:
    assert "SECRET" not in public_name(url)


def test_public_name_has_no_part_of_a_secret_with_spaces() -> None:
    for url in ("https://jane:SEC RET@host/a.jpg", "https:/jane: SECRET@host/a.jpg", '//jane:"SECRET @host/a.jpg'):
        assert "RET" not in public_name(url)


@pytest.mark.parametrize("text", TEXTS_AROUND_A_URL)
@pytest.mark.parametrize("url", URLS_WITH_SECRETS)
def test_shown_text_has_no_secret_of_a_url(url: str, text: str) -> None:
    written = text.format(url)
    for safe in (without_secrets(written), shown(written), without_queries(written), str(AssetError(written))):
        assert "SECRET" not in safe
        assert shown(safe) == safe


@pytest.mark.parametrize("url", URLS_WITH_SECRETS)
def test_json_without_secrets_has_no_secret_of_a_url(url: str) -> None:
    value = {"url": url, "list": [f"see {url}"], url: 1.5}
    for text in (json.dumps(value), json.dumps(value).replace("/", r"\/"), json.dumps(value).replace("@", r"\u0040")):
        safe = json_without_secrets(text)
        assert "SECRET" not in (safe or "")
        assert len(json.loads(safe or "")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "https://host/a.jpg",
        "https://host.com:8080/a@2x.png",
        "https://[::1]:8080/a@2x.png",
        "http://127.0.0.1:8080/a:b@c.png",
        "http://localhost/a:b@c.png",
        "segments://jane/flowers@v1.0",
        "jane/flowers@v1.0",
        "s3://bucket/a:b@c.jpg",
        "/data/a@2x.jpg",
        r"C:\data\a@2x.jpg",
        "sample 'a: b@c': ratio 1:2, 50 % @ 3",
        "jane@home.org",
        "is it there? It is not",
        "http://host.com by jane@home.org",
    ],
)
def test_text_that_has_no_secrets_is_unchanged(text: str) -> None:
    assert public_name(text) == without_secrets(text) == text_without_secrets(text) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from([None, 2]), st.booleans())
@example({"mail": "jane@home", "sum": "1 + 1 = 2", "url": "https://host/a.jpg?page=2#top", "big": 10**30}, None, True)
def test_json_that_has_no_secrets_is_unchanged(value: object, indent: int | None, is_ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    assert json_without_secrets(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://jane:x@host/a@2x.jpg", "https://jane:x@host/b@2x.jpg"),
        ("https://jane:x@host/a:1@2x.jpg", "https://jane:x@host/a:2@2x.jpg"),
        ("https://jane:x@one/a.jpg", "https://jane:x@other/a.jpg"),
        ("simplecache::https://jane:x@host/a.jpg", "simplecache::https://jane:x@host/b.jpg"),
        ("https://[broken/a.jpg", "https://[broken/b.jpg"),
    ],
)
def test_unsigned_url_distinguishes_urls_with_passwords(one: str, other: str) -> None:
    assert unsigned_url(one) != unsigned_url(other)
    assert unsigned_url(one.replace(":x@", ":y@")) == unsigned_url(one)


@pytest.mark.parametrize("name", ["segments_hf.test", "fsspec.http", "httpx", "urllib3.connectionpool"])
def test_logs_contain_no_secret_and_no_control_character(name: str, caplog: pytest.LogCaptureFixture) -> None:
    importlib.import_module("segments_hf.io.remote.remote_file")
    own_logger("segments_hf.test")
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger(name)
    logger.warning("%s is at %r, \x1b[31m", "it", "https://jane:SECRET@host/a?sig=SECRET")
    logger.warning("failed", exc_info=ValueError("https://jane:SECRET@host/a?sig=SECRET"))
    assert "SECRET" not in caplog.text
    assert "SECRET" not in repr([record.__dict__ for record in caplog.records])
    assert "\x1b" not in caplog.text
    assert "ValueError" in caplog.text
