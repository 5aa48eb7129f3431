"""Releases whose pictures are in private buckets, beside those on the platform's own."""

from __future__ import annotations

import json

import pytest
from clouds import KEYS, REGION

from segments_hf import load_release
from segments_hf.errors import AssetError, ReleaseError

from .making import bitmap, jpeg, label, plain_rows, sample

HOSTS = {
    "virtual-hosted": "http://private.s3.{region}.amazonaws.com/{key}",
    "virtual-hosted without region": "http://private.s3.amazonaws.com/{key}",
    "path style": "http://s3.{region}.amazonaws.com/private/{key}",
}


@pytest.fixture
def around(s3, monkeypatch, no_credentials_around):
    """A machine from which S3's hosts are reached, and one where its users have their keys."""
    monkeypatch.setenv("HTTP_PROXY", s3.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["secret"])
    return s3


@pytest.fixture
def mixed(around, server, write_release):
    """A release with pictures at every kind of place, and what they are."""
    samples, images = [], {}
    for number, host in enumerate(HOSTS.values()):
        around.put("private", f"x/{number} ä.jpg", image := jpeg((2, 2), red=number))
        url = host.format(region=REGION, key=f"x/{number}%20%C3%A4.jpg")
        images[f"https-{number}"] = image
        samples.append(sample(f"https-{number}", url))
    images["s3"] = jpeg((2, 2), red=100)
    mask = server.url("/label.png", bitmap())  # which the platform keeps
    content = label(annotations=[{"id": 1, "category_id": 1}], segmentation_bitmap={"url": mask})
    samples.append(sample("s3", around.put("private", "x/s3 #1.jpg", images["s3"]), content))
    images["platform"] = jpeg((2, 2), red=101)
    samples.append(sample("platform", server.url("/image.jpg", images["platform"])))
    images["public"] = jpeg((2, 2), red=102)
    around.put("public", "a.jpg", images["public"], public=True)
    samples.append(sample("public", f"http://public.s3.{REGION}.amazonaws.com/a.jpg"))
    return write_release(samples), images


@pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}, {"in_flight": 1}], ids=str)
def test_they_mix_in_one_release(mixed, options):
    release, images = mixed
    rows = plain_rows(load_release(release, split="train", **options))
    assert {row["name"]: row["image"] for row in rows} == images


def test_the_keys_may_be_given(mixed, around, monkeypatch):
    release, images = mixed
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    rows = plain_rows(load_release(release, split="train", storage_options={"s3": around.storage_options}))
    assert {row["name"]: row["image"] for row in rows} == images


def test_an_object_that_is_for_everyone_needs_no_keys(around, monkeypatch, write_release):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    around.put("public", "a.jpg", image := jpeg(), public=True)
    release = write_release([sample("a", f"http://public.s3.{REGION}.amazonaws.com/a.jpg")])
    assert [row["image"] for row in plain_rows(load_release(release, split="train"))] == [image]


def test_without_keys_the_error_says_what_is_missing(around, monkeypatch, write_release):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    around.put("private", "a.jpg", jpeg())
    release = write_release([sample("a", f"http://private.s3.{REGION}.amazonaws.com/a.jpg")])
    with pytest.raises(AssetError, match=r"sample 'a', image: .*HTTP 403.*With credentials: found no credentials"):
        load_release(release)


def test_an_expired_link_is_read_with_the_users_keys(around, server, monkeypatch, write_release):
    monkeypatch.setenv("HTTP_PROXY", server.address)  # in the place of S3, which is what refuses it
    url = f"http://expired.s3.{REGION}.amazonaws.com/a.jpg"
    server.files[url] = [(403, {}, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")]
    around.put("expired", "a.jpg", image := jpeg())
    release = write_release([sample(name, f"{url}?X-Amz-Signature=secret&part={name}") for name in "abc"])
    rows = plain_rows(load_release(release, split="train", in_flight=1))
    assert [row["image"] for row in rows] == [image] * 3
    assert server.asked[url] == 1  # the rest of the bucket is read with the keys at once


def test_without_s3fs_the_error_says_what_to_install(around, monkeypatch, write_release):
    around.put("private", "a.jpg", jpeg())
    release = write_release([sample("a", f"http://private.s3.{REGION}.amazonaws.com/a.jpg")])
    monkeypatch.setattr("segments_hf.assets.url_reader.importlib.util.find_spec", lambda name: None)
    with pytest.raises(AssetError, match=r"HTTP 403.*pip install 'segments-hf\[s3\]'"):
        load_release(release)


@pytest.mark.parametrize("streaming", [False, True])
def test_a_release_in_a_bucket_with_pictures_beside_it(around, write_release, tmp_path, streaming):
    release = write_release([sample("a", "images/a b.jpg"), sample("b", "../other/b.jpg")])
    around.put("private", "r/release.json", release.read_bytes())
    around.put("private", "r/images/a b.jpg", first := jpeg(red=1))
    around.put("private", "other/b.jpg", second := jpeg(red=2))
    rows = plain_rows(load_release("s3://private/r/release.json", split="train", streaming=streaming))
    assert [row["image"] for row in rows] == [first, second]


def test_a_release_in_a_bucket_reads_no_file_of_this_machine(around, write_release, tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg())
    release = write_release([sample("a", str(tmp_path / "a.jpg"))])
    around.put("private", "r/release.json", release.read_bytes())
    with pytest.raises(AssetError, match="got a local file in a release from s3://private/r"):
        load_release("s3://private/r/release.json")


def test_a_release_that_is_not_in_its_bucket(around):
    with pytest.raises(ReleaseError, match=r"s3://private/gone\.json: .*does not exist"):
        load_release("s3://private/gone.json")


def test_the_keys_given_are_in_no_file(mixed, around, caches, monkeypatch):
    release, _ = mixed
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    load_release(release, storage_options=around.storage_options)
    written = [path for path in caches.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if KEYS["secret"].encode() in path.read_bytes()]


def test_other_keys_are_the_same_dataset(mixed, around):
    release, _ = mixed
    first = load_release(release, split="train")
    again = load_release(release, split="train", storage_options=around.storage_options)
    assert first.cache_files == again.cache_files


def test_a_moved_bucket(around, write_release):
    around.put("mirror", "2020/a b.jpg", image := jpeg())
    release = write_release([sample("a", "https://old-host/files/2020/a%20b.jpg?X-Amz-Signature=abc")])
    rows = plain_rows(load_release(release, split="train", resolve={"https://old-host/files/": "s3://mirror/"}))
    assert [row["image"] for row in rows] == [image]
    assert json.loads(release.read_text())["dataset"]["samples"][0]["name"] == "a"
