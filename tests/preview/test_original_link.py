"""A page has a link to each original image with a public URL, and contains no location that is not public."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dataset.making import jpeg, sample

import segments_hf
from preview.reading import Page, page_of
from segments_hf.demo import demo_release
from segments_hf.preview.original_link import is_public

PUBLIC = "https://images.example.org/a/my%20photo.jpg"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PUBLIC, True),
        ("http://images.example.org/a.jpg", True),
        ("https://bucket.s3.eu-west-2.amazonaws.com/assets/a.jpg", True),
        ("https://8.8.8.8:8443/a.jpg", True),
        (f"{PUBLIC}?X-Amz-Signature=abc", False),
        (f"{PUBLIC}?page=2", False),
        (f"{PUBLIC}#token=abc", False),
        ("https://images.example.org/a.jpg;token=abc", False),
        ("https://jane:secret@images.example.org/a.jpg", False),
        ("https://jane@images.example.org/a.jpg", False),
        ("s3://bucket/a.jpg", False),
        ("file:///data/a.jpg", False),
        ("/data/a.jpg", False),
        ("https://localhost/a.jpg", False),
        ("http://127.0.0.1/a.jpg", False),
        ("http://[::1]/a.jpg", False),
        ("http://192.168.0.7/a.jpg", False),
        ("http://intranet/a.jpg", False),
        ("http://files.internal/a.jpg", False),
        ("https://[broken/a.jpg", False),
        ("javascript:alert(1)//https://images.example.org", False),
    ],
)
def test_public_urls_are_http_urls_on_the_internet_without_secrets(url: str, expected: bool) -> None:
    assert is_public(url) == expected


def page_of_url(url: str, folder: Path, write_release: Any, **options: Any) -> Page:
    """Return the page of one sample with this image URL. The image itself is read from `segments_dir`."""
    images = folder / "segments" / "jane_flowers" / "v1.0"
    images.mkdir(parents=True, exist_ok=True)
    (images / "a.jpg").write_bytes(jpeg())
    return page_of(write_release([sample("a.jpg", url)]), folder, segments_dir=folder / "segments", **options)


def test_page_links_the_public_url_of_an_image(tmp_path: Path, write_release: Any) -> None:
    page = page_of_url(PUBLIC, tmp_path, write_release)
    assert page.details[0]["image"]
    assert page.details[0]["original"] == PUBLIC


def test_link_of_a_moved_image_has_its_new_url(tmp_path: Path, write_release: Any) -> None:
    moved = page_of_url("s3://old/a.jpg", tmp_path, write_release, resolve={"s3://old/": "https://new.example.org/"})
    assert moved.details[0]["original"] == "https://new.example.org/a.jpg"
    hidden = page_of_url(PUBLIC, tmp_path, write_release, resolve={"https://images.example.org/": "s3://mirror/"})
    assert hidden.details[0]["original"] is None


@pytest.mark.parametrize("url", [f"{PUBLIC}?X-Amz-Signature=abc", "s3://bucket/my%20photo.jpg", "photos/my photo.jpg"])
def test_locations_that_are_not_public_are_not_in_the_page(url: str, tmp_path: Path, write_release: Any) -> None:
    page = page_of_url(url, tmp_path, write_release)
    assert page.details[0]["original"] is None
    text = (tmp_path / "page.html").read_text("utf-8")
    assert not [part for part in ("my%20photo", "my photo", "Signature=", str(tmp_path)) if part in text]


def test_rows_of_a_dataset_have_no_link(tmp_path: Path) -> None:
    page = page_of(segments_hf.load_release(demo_release(), split="train"), tmp_path)
    assert {detail["original"] for detail in page.details} == {None}
