"""A damaged, hostile or too large release file raises an error that names the file, the cause and any JSON path."""

from __future__ import annotations

import gzip
import json
import os

import fsspec
import pytest
from fuzz.servers import BEHAVIORS, MAY_SUCCEED, SLOW, MisbehavingServer
from hypothesis import given
from hypothesis import strategies as st

from segments_hf import load_release
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.remote.object_stores import read_object
from segments_hf.release import Release, has_metadata
from segments_hf.release.release_source import read_source

from .platform_errors import CONTENT as PLATFORM_CONTENT
from .platform_errors import RELEASE_PATH, platform_error

NESTED_ARRAYS = b"[" * 100_000 + b"]" * 100_000
SAMPLES = b'[{"name": "a.jpg", "metadata": {"k": %s}}, {"name": "b"}]'
CONTENT = b'{"name": "v1", "dataset": {"name": "pets", "samples": ' + SAMPLES + b"}}"
CATEGORY = b'{"dataset": {"samples": [], "task_attributes": {"categories": [{"id": 1, "name": "a", "%s": %s}]}}}'
FILE_FAULTS = {
    "HTML page": (b"<!DOCTYPE html><title>Sign in</title>", "HTML"),
    "NaN": (CONTENT % b"NaN", "NaN"),
    "Infinity": (CONTENT % b"-Infinity", "-Infinity"),
    "UTF-16": ((CONTENT % b"1").decode().encode("utf-16"), "UTF-16"),
    "array": (b"[%s]" % (CONTENT % b"1"), "array"),
    "truncated": ((CONTENT % b"1")[:-9], "too early"),
    "empty": (b"", "empty"),
    "nested in a sample": (CONTENT % NESTED_ARRAYS, "nested"),
    "nested": (NESTED_ARRAYS, "array"),
    "nested beside the samples": (b'{"x": %s, "dataset": {"samples": []}}' % NESTED_ARRAYS, "nested"),
    "nested in a category": (CATEGORY % (b"attributes", b'[{"a": %s}]' % NESTED_ARRAYS), "nested"),
    "1e400 in a category": (CATEGORY % (b"attributes", b'[{"a": 1e400}]'), "1e400"),
    "Latin-1 in a name": ('{"dataset": {"name": "é", "samples": []}}'.encode("latin-1"), "Latin-1"),
    "gzip in gzip": (gzip.compress(gzip.compress(CONTENT % b"1")), "gzip"),
}
SAMPLE_FAULTS = {
    "1e400": (b"1e400", "1e400"),
    "5,000 digits": (b"9" * 5000, "5,000"),
    "25 digits": (b"9" * 25, "64 bits"),
    "200 levels": (b"[" * 200 + b"]" * 200, "nested"),
    "Latin-1": ('"é"'.encode("latin-1"), "Latin-1"),
}


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_error_of_open_names_the_cause(fault, tmp_path):
    content, cause = FILE_FAULTS[fault]
    path = tmp_path / "release.json"
    path.write_bytes(content)
    with pytest.raises(ReleaseError) as caught:
        Release.open(path)
    assert cause in caught.value.problem
    assert caught.value.source == str(path)
    assert caught.value.json_path.startswith("$") or fault == "gzip in gzip"


def test_error_of_nan_has_its_json_path():
    with pytest.raises(ReleaseError) as caught:
        Release(CONTENT % b"NaN", "release.json")
    assert caught.value.json_path == "$.dataset.samples[0].metadata.k"


@pytest.mark.parametrize("fault", SAMPLE_FAULTS)
def test_unreadable_metadata_is_an_error_only_when_it_is_read(fault):
    value, cause = SAMPLE_FAULTS[fault]
    release = Release(CONTENT % value, "release.json")
    assert [sample.name for sample in release] == ["a.jpg", "b"]
    for read_metadata in (
        lambda: release[0].metadata,
        lambda: release[0].metadata_json,
        lambda: has_metadata(release[0], {"k": 1}),
    ):
        with pytest.raises(ReleaseError, match=cause) as caught:
            read_metadata()
        assert caught.value.json_path.startswith("$.dataset.samples[0].metadata.k")


def test_labelsets_are_inferred_from_the_valid_samples_if_another_sample_is_invalid(read):
    samples = [None, {"name": "a", "labels": {"gt": {"attributes": {"segmentation_bitmap": {"url": "a.png"}}}}}]
    release = read({"samples": samples})
    assert [labelset.name for labelset in release.labelsets] == ["gt"]
    assert release.task_type == "segmentation-bitmap"


class TestLimits:
    def test_apply_to_files(self, tmp_path):
        content, path = CONTENT % b"1", tmp_path / "release.json"
        for data in (content, gzip.compress(content)):
            path.write_bytes(data)
            assert len(Release.open(path, max_release_bytes=len(content))) == 2
            with pytest.raises(ReleaseError, match="max_release_bytes") as caught:
                Release.open(path, max_release_bytes=len(content) - 1)
            assert caught.value.source == str(path)

    def test_apply_to_urls(self, server):
        content = CONTENT % b"1"
        for data in (content, gzip.compress(content)):
            url = server.url("/r.json", data)
            assert len(Release.open(url + "?sig=secret", max_release_bytes=len(content))) == 2
            with pytest.raises(ReleaseError, match="max_release_bytes") as caught:
                Release.open(url + "?sig=secret", max_release_bytes=len(content) - 1)
            assert caught.value.source == url

    def test_apply_to_files_of_fsspec(self):
        content = CONTENT % b"1"
        fsspec.filesystem("memory").pipe("/limits/release.json", content)
        assert len(Release.open("memory://limits/release.json", max_release_bytes=len(content))) == 2
        with pytest.raises(ReleaseError, match="max_release_bytes"):
            Release.open("memory://limits/release.json", max_release_bytes=len(content) - 1)

    @pytest.mark.usefixtures("no_cloud_credentials")
    def test_apply_to_objects_in_buckets(self, s3):
        content = CONTENT % b"1"
        for data in (content, gzip.compress(content)):
            url = s3.put("private", "limits/release.json", data)
            assert read_object(url, s3.storage_options) == data
            assert read_source(url, storage_options=s3.storage_options, max_bytes=len(content)) == content
            with pytest.raises(ReleaseError, match="max_release_bytes"):
                read_source(url, storage_options=s3.storage_options, max_bytes=len(content) - 1)

    def test_apply_to_releases_on_the_platform(self, platform):
        platform.release("v1.0", PLATFORM_CONTENT)
        with pytest.raises(ReleaseError, match="max_release_bytes"):
            Release.open("jane/flowers@v1.0", max_release_bytes=len(PLATFORM_CONTENT) - 1)
        assert len(Release.open("jane/flowers@v1.0", max_release_bytes=len(PLATFORM_CONTENT))) == 1

    def test_apply_to_responses_of_the_api(self, platform):
        platform.respond(RELEASE_PATH, gzip.compress(bytes(2**20)) * 100, Content_Encoding="gzip")
        assert "more than 67,108,864 bytes" in platform_error()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_do_not_allow_pipes(self, tmp_path):
        os.mkfifo(tmp_path / "release.json")
        with pytest.raises(ReleaseError, match="pipe"):
            Release.open(tmp_path / "release.json")

    @pytest.mark.parametrize("value", [0, -1, "4 x", None, True], ids=repr)
    def test_must_be_positive_sizes(self, value):
        with pytest.raises(OptionError, match="max_release_bytes"):
            load_release(demo_release(), load_assets=False, max_release_bytes=value)


@pytest.fixture(scope="module")
def misbehaving():
    with MisbehavingServer(CONTENT % b"1") as running:
        yield running


@pytest.mark.usefixtures("no_retry_delays")
class TestMisbehavingServers:
    @pytest.mark.parametrize("behavior", sorted(BEHAVIORS.keys() - set(SLOW)))
    def test_open_reads_the_release_or_raises_a_release_error(self, behavior, misbehaving):
        url = misbehaving.url(behavior)
        if behavior in MAY_SUCCEED:
            assert len(Release.open(url)) == 2
            return
        with pytest.raises(ReleaseError) as caught:
            Release.open(url + "?sig=secret", max_release_bytes=4_000_000)
        assert caught.value.source == url
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("behavior", SLOW)
    def test_open_raises_a_release_error_for_a_slow_server(self, behavior, misbehaving, monkeypatch):
        monkeypatch.setattr("segments_hf.io.remote.remote_file.DEFAULT_SECONDS", 0.4)
        with pytest.raises(ReleaseError, match="slow"):
            Release.open(misbehaving.url(behavior))


INVALID_COLORS = [
    *(b"[]", b"[255]", b"[1, 2]", b"[1, 2, 3, 4, 5]", b"[256, 0, 0]", b"[-1, 0, 0]", b"[1e400, 0, 0]", b"[1, 2, true]"),
    *(b'["1", "2", "3"]', b'"#ff0000"', b"7", b'{"r": 1}', b"[[1, 2, 3]]", b"[1, 2, null]", b'"\xe9"'),
    b"[" * 200 + b"]" * 200,
]
COLORS = st.one_of(
    st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(), max_size=5),
    st.recursive(st.none() | st.text() | st.booleans() | st.integers(), lambda inner: st.lists(inner, max_size=5)),
)


class TestColors:
    @pytest.mark.parametrize("color", INVALID_COLORS)
    def test_invalid_color_is_read_as_no_color(self, color):
        (category,) = Release(CATEGORY % (b"color", color), "release.json").categories
        assert category.color is None
        assert category.refused_color

    @given(COLORS)
    def test_color_is_three_or_four_numbers_or_none(self, color):
        dataset = {"samples": [], "task_attributes": {"categories": [{"id": 1, "name": "a", "color": color}]}}
        content = json.dumps({"dataset": dataset}).encode()
        (category,) = Release(content, "release.json").categories
        is_color = (
            isinstance(color, list)
            and len(color) in {3, 4}
            and all(type(value) in {int, float} and 0 <= value <= 255 for value in color)
        )
        assert category.color == (tuple(color) if is_color else None)
        assert (category.refused_color is None) == (is_color or color is None)
