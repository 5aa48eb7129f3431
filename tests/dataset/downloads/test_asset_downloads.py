"""Datasets download each asset once. Assets may be at relative, file and HTTP URLs and at absolute paths."""

from __future__ import annotations

from pathlib import Path

import pytest

import segments_hf
from dataset.making import bitmap, file_samples, jpeg, labeled_sample, plain_rows, sample, served_samples, undecoded
from segments_hf.errors import AssetError

# Python 3.12 and later warn when a process that has threads is forked.
IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


class TestDownloads:
    def test_each_asset_is_downloaded_once_into_the_asset_cache(self, server, write_release, caches):
        dataset = segments_hf.load_release(write_release(served_samples(server, 3)), split="train")
        assert set(server.requests.values()) == {1}
        paths = [Path(row["image"]["path"]) for row in undecoded(dataset)]
        assert [path.read_bytes() for path in paths] == [server.files[f"/images/{n}.jpg"] for n in range(3)]
        assert all(path.is_relative_to(caches / "segments_hf" / "assets") for path in paths)

    def test_second_load_sends_no_requests(self, server, write_release):
        release = write_release(served_samples(server, 3))
        for options in ({}, {}, {"embed": True}, {"streaming": True}):
            assert len(plain_rows(segments_hf.load_release(release, split="train", **options))) == 3
        assert set(server.requests.values()) == {1}

    def test_url_with_another_signature_is_not_downloaded_again(self, server, write_release):
        for signature in ("?X-Amz-Signature=one&X-Amz-Date=1", "?X-Amz-Signature=two&X-Amz-Date=2"):
            dataset = segments_hf.load_release(write_release(served_samples(server, 3, signature)), split="train")
            assert len(plain_rows(dataset)) == 3
        assert set(server.requests.values()) == {1}

    def test_next_release_downloads_only_new_assets(self, server, write_release):
        segments_hf.load_release(write_release(served_samples(server, 3)))
        segments_hf.load_release(write_release(served_samples(server, 5)))
        assert len(server.requests) == 10
        assert set(server.requests.values()) == {1}

    def test_stream_stores_no_files_except_locks(self, server, write_release, caches):
        stream = segments_hf.load_release(write_release(served_samples(server, 3)), split="train", streaming=True)
        assert [row["image"] for row in plain_rows(stream)] == [server.files[f"/images/{n}.jpg"] for n in range(3)]
        assert not [path for path in caches.rglob("*") if path.is_file() and path.suffix != ".lock"]

    @IGNORE_FORK_WARNING
    def test_two_processes_download_each_asset_once(self, server, write_release):
        release = write_release(served_samples(server, 40))
        assert len(segments_hf.load_release(release, split="train", num_proc=2)) == 40
        assert len(server.requests) == 80
        assert set(server.requests.values()) == {1}


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
class TestUrls:
    def load(self, source, streaming):
        return plain_rows(segments_hf.load_release(source, split="train", streaming=streaming))

    def test_relative_urls_are_resolved_from_the_folder_of_the_release(self, write_release, tmp_path, streaming):
        rows = self.load(write_release(file_samples(tmp_path, 2)), streaming)
        assert [row["image"] for row in rows] == [(tmp_path / f"images/{n}.jpg").read_bytes() for n in range(2)]

    def test_absolute_paths_and_file_urls_are_read(self, write_release, tmp_path, streaming):
        file = tmp_path / "a b.jpg"
        file.write_bytes(jpeg())
        rows = self.load(write_release([sample("a", str(file)), sample("b", file.as_uri())]), streaming)
        assert [row["image"] for row in rows] == [jpeg()] * 2

    def test_release_may_be_a_file_url(self, write_release, tmp_path, streaming):
        release = write_release(file_samples(tmp_path, 2))
        assert len(self.load(release.as_uri(), streaming)) == 2

    def test_relative_urls_are_resolved_from_the_url_of_the_release(self, server, write_release, tmp_path, streaming):
        server.url("/r/images/a%20b.jpg", jpeg((2, 2)))
        server.url("/r/labels/a.png", bitmap())
        release = write_release([labeled_sample("a", "images/a b.jpg", "labels/a.png")])
        url = server.url("/r/release.json", release.read_bytes()) + "?X-Amz-Signature=secret"
        rows = self.load(url, streaming)
        assert [(row["image"], row["segmentation_bitmap"]) for row in rows] == [(jpeg((2, 2)), bitmap())]

    @pytest.mark.parametrize("form", ["path", "url"])
    def test_release_from_http_must_not_read_local_files(self, server, write_release, tmp_path, streaming, form):
        (tmp_path / "a.jpg").write_bytes(jpeg())
        reference = {"path": str(tmp_path / "a.jpg"), "url": (tmp_path / "a.jpg").as_uri()}[form]
        release = write_release([sample("mine", reference)])
        url = server.url("/release.json", release.read_bytes())
        with pytest.raises(AssetError, match=r"'mine'.*local file"):
            self.load(url, streaming)
