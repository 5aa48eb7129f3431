"""The options of `load_release` and of the builder that control how assets are fetched."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import datasets
import pytest

from dataset.making import bitmap, jpeg, label, plain_rows, sample, served_samples, unreadable_png
from segments_hf import load_release
from segments_hf.errors import AssetError, OptionError, StorageError


@pytest.fixture
def release(server, write_release):
    return write_release(served_samples(server, 4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"connections": 0}, "connections: got 0"),
        ({"in_flight": -1}, "in_flight: got -1"),
        ({"timeout": 0}, "timeout: got 0"),
        ({"max_bytes": "1 XB"}, "max_bytes: got '1 XB'"),
        ({"verify": "all"}, "verify: got 'all'"),
        ({"resolve": 3}, "resolve: got 3"),
    ],
    ids=str,
)
@pytest.mark.parametrize("streaming", [False, True])
def test_invalid_option_is_refused_before_the_first_request(release, server, options, message, streaming):
    with pytest.raises(OptionError, match=message):
        load_release(release, streaming=streaming, **options)
    assert not server.requests


def test_load_dataset_accepts_the_fetching_options(release, server):
    options = {"in_flight": 2, "verify": "decode", "resolve": {"https://old/": server.address}}
    rows = datasets.load_dataset("segments_release", data_files=str(release), split="train", **options)
    assert plain_rows(rows) == plain_rows(load_release(release, split="train"))


@pytest.mark.parametrize("streaming", [False, True])
def test_verify_decode_finds_damaged_pixels_in_a_valid_file_structure(server, write_release, streaming):
    bitmap_url = server.url("/label.png", unreadable_png(bitmap()))
    sample_label = label(annotations=[], segmentation_bitmap={"url": bitmap_url})
    release = write_release([sample("a", server.url("/a.jpg", jpeg((2, 2))), sample_label)])
    assert len(list(load_release(release, split="train", streaming=streaming).select_columns("name"))) == 1
    with pytest.raises(AssetError, match="sample 'a', segmentation_bitmap: .*cannot be decoded"):
        list(load_release(release, split="train", streaming=streaming, verify="decode"))


@pytest.mark.parametrize(
    ("options", "column"), [({"max_pixels": 1}, "image"), ({"max_bytes": 400}, "image")], ids=["pixels", "bytes"]
)
def test_on_error_applies_to_assets_over_a_limit(release, options, column):
    with pytest.raises(AssetError, match=f"sample 'flower_0.jpg', {column}: .*{next(iter(options))}="):
        load_release(release, **options)
    rows = load_release(release, split="train", on_error="keep", **options)
    assert [row[column] for row in rows] == [None] * 4


class TestCachedDataset:
    def test_is_reused_for_options_that_do_not_change_rows(self, release):
        first = load_release(release, split="train")
        second = load_release(release, split="train", connections=3, in_flight=2, timeout=9)
        assert second.cache_files == first.cache_files

    @pytest.mark.parametrize(
        "options",
        [{"verify": "decode"}, {"max_bytes": "1MB"}, {"max_pixels": 10**6}, {"resolve": {"https://x/": "s3://y/"}}],
        ids=str,
    )
    def test_is_rebuilt_for_options_that_may_change_rows(self, release, options):
        first = load_release(release, split="train")
        other = load_release(release, split="train", **options)
        assert other.cache_files != first.cache_files
        assert load_release(release, split="train", **options).cache_files == other.cache_files

    def test_is_reused_for_a_resolve_function_with_the_same_code(self, release):
        def resolve(url, query=""):
            return url + query

        first = load_release(release, split="train", resolve=resolve)
        assert load_release(release, split="train", resolve=resolve).cache_files == first.cache_files
        other = load_release(release, split="train", resolve=functools.partial(resolve, query="?x"))
        assert other.cache_files != first.cache_files

    def test_is_rebuilt_for_a_resolve_function_that_cannot_be_pickled(self, release, caplog):
        generator = (number for number in range(3))  # a generator cannot be pickled

        def resolve(url):
            return url if generator else ""

        first = load_release(release, split="train", resolve=resolve)
        assert load_release(release, split="train", resolve=resolve).cache_files != first.cache_files
        assert "cannot be hashed" in caplog.text


def test_on_error_does_not_hide_a_wrong_result_of_resolve(release):
    with pytest.raises(OptionError, match="resolve: got None for http"):
        load_release(release, on_error="skip", resolve=lambda url: None)


@pytest.fixture
def progress_bars():
    """Enable progress bars, and restore the setting after the test."""
    were_disabled = datasets.utils.are_progress_bars_disabled()
    datasets.enable_progress_bars()
    yield
    if were_disabled:
        datasets.disable_progress_bars()


@pytest.mark.parametrize("options", [{}, {"num_proc": 2}], ids=str)
def test_progress_bar_shows_files_bytes_retries_and_failures(server, write_release, capfd, progress_bars, options):
    samples = served_samples(server, 4)
    server.files["/images/0.jpg"] = [(503, {}, b""), (200, {}, server.files["/images/0.jpg"])]
    samples[1]["attributes"]["image"]["url"] = server.address + "/gone.jpg"
    load_release(write_release(samples), on_error="skip", **options)
    output = capfd.readouterr().err
    assert "Fetching: " in output
    # With two processes, each process has a progress bar with its own counts.
    assert ("files=7, retries=1, failures=1" in output) == (not options)
    assert "B/s" in output


def test_disable_progress_bars_hides_the_progress_bar(release, capfd, progress_bars):
    datasets.disable_progress_bars()
    load_release(release)
    datasets.enable_progress_bars()
    assert capfd.readouterr().err == ""


def test_local_assets_show_no_progress_bar_of_downloads(write_release, tmp_path, capfd, progress_bars):
    (tmp_path / "a.jpg").write_bytes(jpeg())
    load_release(write_release([sample("a", "a.jpg")]))
    assert "Fetching" not in capfd.readouterr().err


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux can mount a small disk")
@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_full_disk_raises_storage_error_and_leaves_only_complete_files(
    server, write_release, tmp_path, monkeypatch, on_error
):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=False).returncode:
        pytest.skip("this machine cannot mount a tmpfs")
    try:
        monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(disk))
        images = [jpeg((2, 2), red=number) + bytes(20_000) for number in range(20)]
        release = write_release([sample(f"{n}", server.url(f"/{n}.jpg", image)) for n, image in enumerate(images)])
        with pytest.raises(StorageError, match=r"cannot store an asset of 20,\d+ bytes.* No space left on device"):
            load_release(release, on_error=on_error, in_flight=2)
        stored = [path.read_bytes() for path in disk.rglob("*.jpg")]
        assert 5 < len(stored) < 20
        assert set(stored) <= set(images)
        assert not list((disk / "segments_hf/assets/incoming").iterdir())
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
