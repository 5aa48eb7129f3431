"""Objects in buckets are read from local servers that imitate the clouds."""

from __future__ import annotations

import pickle
import sys

import pytest
from cloud_storage import KEYS, REGION, object_server

from segments_hf.errors import AssetError
from segments_hf.io.remote.object_stores import NoCredentialsError, is_bucket_url, read_object

BODY = b"the body of the object"


@pytest.fixture(scope="module")
def server():
    with object_server() as running:
        running.objects |= {"box/x/a b#1.png": BODY, "box/empty.png": b""}
        yield running


def azure_options(url):
    """Return storage options with a connection string for a server that imitates Azure."""
    account = f"AccountName=account;AccountKey=a2V5;BlobEndpoint={url}/account;"
    return {"connection_string": f"DefaultEndpointsProtocol=http;{account}"}


@pytest.fixture(params=["gs", "az", "abfs"])
def cloud(request, server):
    """Return a URL scheme and the storage options for its server."""
    if request.param == "gs":
        return "gs", {"endpoint_url": server.url, "token": "anon"}
    return request.param, azure_options(server.url)


@pytest.mark.usefixtures("no_cloud_credentials")
class TestS3:
    def test_read_object_uses_keys_of_storage_options(self, s3):
        url = s3.put("private", "x/a b#1+%20.png", BODY)
        assert read_object(url, s3.storage_options, region=REGION) == BODY
        assert read_object(url, {"s3": s3.storage_options, "gs": {}}, max_bytes=len(BODY), timeout=10) == BODY

    def test_read_object_uses_keys_of_the_environment(self, s3, monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["key"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["secret"])
        url = s3.put("private", "env.png", BODY)
        assert read_object(url, {"client_kwargs": {"endpoint_url": s3.url, "region_name": REGION}}) == BODY

    def test_read_object_without_credentials_raises_no_credentials_error(self, s3):
        with pytest.raises(NoCredentialsError, match="found no credentials: .*storage_options"):
            read_object(s3.put("private", "a.png", BODY), {"client_kwargs": {"endpoint_url": s3.url, "use_ssl": False}})

    def test_read_object_reads_public_objects_anonymously(self, s3):
        url = s3.put("private", "public.png", BODY, public=True)
        assert read_object(url, {"anon": True, "client_kwargs": {"endpoint_url": s3.url}}) == BODY

    def test_read_object_reports_denied_access(self, s3):
        with pytest.raises(AssetError, match="access denied"):
            read_object(s3.put("private", "a.png", BODY), {"anon": True, "client_kwargs": {"endpoint_url": s3.url}})

    def test_read_object_reads_a_version_of_an_object(self, s3):
        s3.put("versions", "a.png", b"first")
        s3.enable_versions("versions")
        s3.put("versions", "a.png", b"second")
        urls = [f"s3://versions/a.png?versionId={version}" for version in s3.version_ids("versions")]
        assert {read_object(url, s3.storage_options) for url in urls} == {b"first", b"second"}

    @pytest.mark.parametrize("key", ["gone.png", "x"])
    def test_read_object_reports_missing_objects(self, s3, key):
        s3.put("private", "x/a.png", BODY)
        with pytest.raises(AssetError, match="does not exist"):
            read_object(f"s3://private/{key}", s3.storage_options)

    def test_read_object_enforces_max_bytes(self, s3):
        url = s3.put("private", "a.png", BODY)
        assert read_object(url, s3.storage_options, max_bytes=len(BODY)) == BODY
        with pytest.raises(AssetError, match="got more bytes than max_bytes=21 allows"):
            read_object(url, s3.storage_options, max_bytes=21)
        with pytest.raises(AssetError, match="got an empty file"):
            read_object(s3.put("private", "empty.png", b""), s3.storage_options, max_bytes=21)

    def test_errors_and_logs_contain_no_secret_key(self, s3, caplog):
        options = {**s3.storage_options, "client_kwargs": {"endpoint_url": "http://127.0.0.1:9"}}
        with caplog.at_level("INFO"), pytest.raises(AssetError) as caught:
            read_object("s3://private/a.png", options, timeout=3)
        assert KEYS["secret"] not in f"{caught.value}{caught.value.__dict__}{caplog.text}{pickle.dumps(caught.value)}"


@pytest.mark.usefixtures("no_cloud_credentials")
class TestOtherClouds:
    def test_read_object_uses_storage_options(self, cloud):
        scheme, options = cloud
        assert read_object(f"{scheme}://box/x/a b#1.png", options, max_bytes=100, timeout=20) == BODY
        assert read_object(f"{scheme}://box/x/a b#1.png", {scheme: options, "s3": {}}) == BODY

    def test_read_object_reports_missing_objects(self, cloud):
        scheme, options = cloud
        with pytest.raises(AssetError, match="does not exist"):
            read_object(f"{scheme}://box/gone.png", options, max_bytes=100, timeout=20)

    def test_read_object_enforces_max_bytes(self, cloud):
        scheme, options = cloud
        with pytest.raises(AssetError, match="got more bytes than max_bytes=21 allows"):
            read_object(f"{scheme}://box/x/a b#1.png", options, max_bytes=21, timeout=20)
        with pytest.raises(AssetError, match="got an empty file"):
            read_object(f"{scheme}://box/empty.png", options, max_bytes=21, timeout=20)


@pytest.mark.usefixtures("no_cloud_credentials")
class TestAzureAccounts:
    URL = "abfs://box@account.dfs.core.windows.net/x/a b#1.png"

    def test_read_object_uses_the_account_of_the_credentials(self, server):
        assert read_object(self.URL, azure_options(server.url)) == BODY

    @pytest.mark.parametrize("account", [None, "mine"])
    @pytest.mark.parametrize("host", ["dfs", "blob"])
    def test_a_release_does_not_choose_the_account_that_receives_the_credentials(self, monkeypatch, account, host):
        if account:
            monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", account)
        with pytest.raises(AssetError, match="the Azure account 'account'"):
            read_object(self.URL.replace("dfs", host), {"sas_token": "secret"})


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs"), ("abfss", "adlfs")])
def test_error_of_a_missing_package_says_how_to_install_it(monkeypatch, scheme, package):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, scheme, raising=False)
    with pytest.raises(AssetError, match=rf"{scheme}://.*pip install {package}"):
        read_object(f"{scheme}://box/a.png")


@pytest.mark.parametrize(
    "url", ["s3://b/a", "S3://b/a", "gs://b/a", "gcs://b/a", "az://b/a", "abfs://b/a", "abfss://b/a"]
)
def test_is_bucket_url_recognizes_buckets(url):
    assert is_bucket_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://b/a",
        "file:///a",
        "local:///a",
        "zip://a::s3://b/a",
        "simplecache::s3://b/a",
        "memory://a",
        "s3:/b",
        "a",
    ],
)
def test_is_bucket_url_rejects_other_urls(url):
    assert not is_bucket_url(url)
