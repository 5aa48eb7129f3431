"""`parse_reference` and `canonical_source` recognize references to releases on the platform."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url
from segments_hf.release import Reference, canonical_source, parse_reference

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("jane/flowers@v1.0", Reference("jane", "flowers", "v1.0")),
        ("jane_d.o-e/my.flowers-2_@v1.0", Reference("jane_d.o-e", "my.flowers-2_", "v1.0")),
        ("jane/flowers@latest", Reference("jane", "flowers", "latest")),
        ("jane/flowers@after review", Reference("jane", "flowers", "after review")),
        ("jane/flowers@a/b", Reference("jane", "flowers", "a/b")),
        ("jane/flowers@a@b", Reference("jane", "flowers", "a@b")),
        ("jane/flowers@100%25 #1?", Reference("jane", "flowers", "100%25 #1?")),
        ("jane/flowers@ ", Reference("jane", "flowers", " ")),
        ("jane/flowers@é\n", Reference("jane", "flowers", "é\n")),
        (f"jane/flowers@v1#sha256={DIGEST}", Reference("jane", "flowers", "v1", DIGEST)),
        (f"jane/flowers@v1#sha256={DIGEST[1:]}", Reference("jane", "flowers", f"v1#sha256={DIGEST[1:]}")),
        ("segments://jane/flowers@v1.0", Reference("jane", "flowers", "v1.0")),
        ("SEGMENTS://jane/flowers@v1.0", Reference("jane", "flowers", "v1.0")),
        ("segments://jane/flowers@after%20review%2F2%20%231", Reference("jane", "flowers", "after review/2 #1")),
        ("segments://jane/flowers@after review", Reference("jane", "flowers", "after review")),
        (f"segments://jane/flowers@v1#sha256={DIGEST.upper()}", Reference("jane", "flowers", "v1", DIGEST)),
    ],
)
def test_reference_is_parsed(source, expected):
    assert parse_reference(source) == expected
    assert parse_reference(str(expected)) == expected


@pytest.mark.parametrize(
    "source",
    [
        "",
        "v1.json",
        "flowers@v1.0",
        "jane/flowers",
        "jane/flowers@",
        "/jane/flowers@v1",
        "./flowers@v1",
        "../flowers@v1",
        "jane/../flowers@v1",
        "jane/..@v1",
        "~/flowers@v1",
        "jane/my flowers@v1",
        "a/jane/flowers@v1",
        "C:/flowers@v1",
        "C:\\flowers@v1",
        "https://host/flowers@v1.json",
        "https://jane/flowers@v1",
        "s3://jane/flowers@v1",
        "jane/flowers@s3://v1",
        "segments:/jane/flowers@v1",
    ],
)
def test_source_that_is_not_a_reference_is_unchanged(source):
    assert parse_reference(source) is None
    assert canonical_source(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "segments://",
        "segments://jane/flowers",
        "segments://jane/flowers@",
        "segments://jane/flowers/v1",
        "segments://jane@flowers/v1",
        "segments://../flowers@v1",
        "segments://jane/flowers@v1#",
        "segments://jane/flowers@v1#1",
        "segments://jane/flowers@v1#sha256=",
        f"segments://jane/flowers@v1#sha256={DIGEST}0",
        f"segments://jane/flowers@v1#sha256={DIGEST[1:]}g",
    ],
)
def test_error_of_an_invalid_url_shows_the_expected_form(source):
    with pytest.raises(ReleaseError, match="segments://owner/dataset@name"):
        parse_reference(source)


@given(
    st.from_regex(r"[\w-][\w.-]*", fullmatch=True, alphabet=st.characters(codec="ascii")),
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.none() | st.just(DIGEST),
)
def test_text_of_a_reference_is_a_url_of_the_same_reference(owner, name, digest):
    reference = Reference(owner, "flowers", name, digest)
    assert parse_reference(str(reference)) == reference
    assert is_url(str(reference))
    assert public_name(str(reference)) == str(Reference(owner, "flowers", name))


def test_canonical_source_of_a_reference_is_a_url():
    assert canonical_source("jane/flowers@after review") == "segments://jane/flowers@after%20review"
    assert canonical_source("SEGMENTS://jane/flowers@after review") == "segments://jane/flowers@after%20review"


def test_existing_file_has_priority_over_a_release_of_the_same_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("jane").mkdir()
    Path("jane/flowers@v1.0").write_bytes(b"{}")
    Path("jane/flowers@v2.0").mkdir()
    assert canonical_source("jane/flowers@v1.0") == "jane/flowers@v1.0"
    assert canonical_source("segments://jane/flowers@v1.0") == "segments://jane/flowers@v1.0"
    assert canonical_source("jane/flowers@v2.0") == "segments://jane/flowers@v2.0"


def test_path_object_is_never_a_reference(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert canonical_source(Path("jane/flowers@v1.0")) == str(Path("jane/flowers@v1.0"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_reference_whose_name_cannot_be_a_file_name_is_converted_to_a_url(name):
    assert canonical_source(f"jane/flowers@{name}").startswith("segments://jane/flowers@")
