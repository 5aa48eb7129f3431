"""Releases whose images are in private buckets, together with images on the platform and in public buckets."""

from __future__ import annotations

import pytest
from cloud_storage import KEYS, REGION

from dataset.making import bitmap, jpeg, label, plain_rows, sample
from segments_hf import load_release
from segments_hf.errors import AssetError, ReleaseError

URL_TEMPLATES = {
    "virtual-hosted": "http://private.s3.{region}.amazonaws.com/{key}",
    "virtual-hosted without region": "http://private.s3.amazonaws.com/{key}",
    "path style": "http://s3.{region}.amazonaws.com/private/{key}",
}


@pytest.fixture
def s3_with_keys(s3, monkeypatch, no_cloud_credentials):
    """Return an S3 server that receives all requests to S3 hosts, and set its credentials in the environment."""
    monkeypatch.setenv("HTTP_PROXY", s3.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["secret"])
    return s3


@pytest.fixture
def mixed_release(s3_with_keys, server, write_release):
    """Return a release with an image at each kind of URL, and the bytes of the image of each sample by its name."""
    samples, images = [], {}
    for number, template in enumerate(URL_TEMPLATES.values()):
        s3_with_keys.put("private", f"x/{number} ä.jpg", image := jpeg((2, 2), red=number))
        url = template.format(region=REGION, key=f"x/{number}%20%C3%A4.jpg")
        images[f"http-{number}"] = image
        samples.append(sample(f"http-{number}", url))
    images["s3"] = jpeg((2, 2), red=100)
    bitmap_url = server.url("/label.png", bitmap())  # the platform stores the bitmaps
    sample_label = label(annotations=[{"id": 1, "category_id": 1}], segmentation_bitmap={"url": bitmap_url})
    samples.append(sample("s3", s3_with_keys.put("private", "x/s3 #1.jpg", images["s3"]), sample_label))
    images["platform"] = jpeg((2, 2), red=101)
    samples.append(sample("platform", server.url("/image.jpg", images["platform"])))
    images["public"] = jpeg((2, 2), red=102)
    s3_with_keys.put("public", "a.jpg", images["public"], public=True)
    samples.append(sample("public", f"http://public.s3.{REGION}.amazonaws.com/a.jpg"))
    return write_release(samples), images


@pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}, {"in_flight": 1}], ids=str)
def test_load_release_reads_images_at_all_kinds_of_urls_in_one_release(mixed_release, options):
    release, images = mixed_release
    rows = plain_rows(load_release(release, split="train", **options))
    assert {row["name"]: row["image"] for row in rows} == images


def test_keys_may_be_in_storage_options(mixed_release, s3_with_keys, monkeypatch):
    release, images = mixed_release
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    rows = plain_rows(load_release(release, split="train", storage_options={"s3": s3_with_keys.storage_options}))
    assert {row["name"]: row["image"] for row in rows} == images


def test_public_object_needs_no_keys(s3_with_keys, monkeypatch, write_release):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    s3_with_keys.put("public", "a.jpg", image := jpeg(), public=True)
    release = write_release([sample("a", f"http://public.s3.{REGION}.amazonaws.com/a.jpg")])
    assert [row["image"] for row in plain_rows(load_release(release, split="train"))] == [image]


def test_error_without_keys_says_that_credentials_are_missing(s3_with_keys, monkeypatch, write_release):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    s3_with_keys.put("private", "a.jpg", jpeg())
    release = write_release([sample("a", f"http://private.s3.{REGION}.amazonaws.com/a.jpg")])
    with pytest.raises(AssetError, match=r"sample 'a', image: .*HTTP 403.*With your credentials: found no credentials"):
        load_release(release)


def test_expired_url_is_read_with_the_keys_of_the_user(s3_with_keys, server, monkeypatch, write_release):
    monkeypatch.setenv("HTTP_PROXY", server.address)  # this server receives the requests to S3 hosts
    url = f"http://expired.s3.{REGION}.amazonaws.com/a.jpg"
    server.files[url] = [(403, {}, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")]
    s3_with_keys.put("expired", "a.jpg", image := jpeg())
    release = write_release([sample(name, f"{url}?X-Amz-Signature=secret&part={name}") for name in "abc"])
    rows = plain_rows(load_release(release, split="train", in_flight=1))
    assert [row["image"] for row in rows] == [image] * 3
    # After the first refusal, the other URLs of the bucket are read with the keys, without an anonymous request.
    assert server.requests[url] == 1


def test_error_without_s3fs_names_the_package_to_install(s3_with_keys, monkeypatch, write_release):
    s3_with_keys.put("private", "a.jpg", jpeg())
    release = write_release([sample("a", f"http://private.s3.{REGION}.amazonaws.com/a.jpg")])
    monkeypatch.setattr("segments_hf.assets.url_reader.importlib.util.find_spec", lambda name: None)
    with pytest.raises(AssetError, match=r"HTTP 403.*pip install s3fs"):
        load_release(release)


@pytest.mark.parametrize("streaming", [False, True])
def test_relative_urls_of_a_release_in_a_bucket_are_read_from_the_bucket(
    s3_with_keys, write_release, tmp_path, streaming
):
    release = write_release([sample("a", "images/a b.jpg"), sample("b", "../other/b.jpg")])
    s3_with_keys.put("private", "r/release.json", release.read_bytes())
    s3_with_keys.put("private", "r/images/a b.jpg", first := jpeg(red=1))
    s3_with_keys.put("private", "other/b.jpg", second := jpeg(red=2))
    rows = plain_rows(load_release("s3://private/r/release.json", split="train", streaming=streaming))
    assert [row["image"] for row in rows] == [first, second]


def test_release_in_a_bucket_must_not_read_local_files(s3_with_keys, write_release, tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg())
    release = write_release([sample("a", str(tmp_path / "a.jpg"))])
    s3_with_keys.put("private", "r/release.json", release.read_bytes())
    with pytest.raises(AssetError, match="got a local file in a release from s3://private/r"):
        load_release("s3://private/r/release.json")


def test_error_for_a_missing_release_names_its_url(s3_with_keys):
    with pytest.raises(ReleaseError, match=r"s3://private/gone\.json: .*does not exist"):
        load_release("s3://private/gone.json")


def test_keys_of_storage_options_are_not_written_to_the_caches(mixed_release, s3_with_keys, caches, monkeypatch):
    release, _ = mixed_release
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    load_release(release, storage_options=s3_with_keys.storage_options)
    files = [path for path in caches.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if KEYS["secret"].encode() in path.read_bytes()]


def test_cached_dataset_is_reused_with_other_keys(mixed_release, s3_with_keys):
    release, _ = mixed_release
    first = load_release(release, split="train")
    second = load_release(release, split="train", storage_options=s3_with_keys.storage_options)
    assert first.cache_files == second.cache_files


def test_resolve_replaces_the_old_host_by_a_bucket(s3_with_keys, write_release):
    s3_with_keys.put("mirror", "2020/a b.jpg", image := jpeg())
    release = write_release([sample("a", "https://old-host/files/2020/a%20b.jpg?X-Amz-Signature=abc")])
    rows = plain_rows(load_release(release, split="train", resolve={"https://old-host/files/": "s3://mirror/"}))
    assert [row["image"] for row in rows] == [image]
