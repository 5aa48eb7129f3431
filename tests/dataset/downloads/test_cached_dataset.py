"""`load_release` reuses a built dataset, unless the release or an option that may change the rows differs."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest

import segments_hf
from dataset.making import file_samples, jpeg, sample


def arrow_file(dataset: datasets.Dataset) -> Path:
    return Path(dataset.cache_files[0]["filename"])


class TestCachedDataset:
    SAMPLES = (sample("a", metadata={"k": 1}), sample("b", metadata={"k": 1}))

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({}, {}),
            ({}, {"labelset": None, "on_error": "raise"}),
            ({"filter_by": "unlabeled"}, {"filter_by": ["unlabeled"]}),
            ({"task": "ground-truth"}, {"labelset": "ground-truth"}),
        ],
        ids=str,
    )
    def test_is_reused_for_equal_options(self, write_release, first, second):
        release = write_release(self.SAMPLES)
        file = arrow_file(segments_hf.load_release(release, split="train", load_assets=False, **first))
        written_at = file.stat().st_mtime_ns
        assert arrow_file(segments_hf.load_release(release, split="train", load_assets=False, **second)) == file
        assert file.stat().st_mtime_ns == written_at

    @pytest.mark.parametrize(
        "option",
        [
            {"filter_by": "unlabeled"},
            {"filter_by_metadata": {"k": 1}},
            {"splits": {"train": 1.0}},
            {"labelset": "model"},
            {"embed": True},
            {"on_error": "skip"},
            {"on_error": "keep"},
            {"segments_dir": "."},
        ],
        ids=str,
    )
    def test_is_not_reused_for_another_option(self, write_release, option):
        release = write_release(self.SAMPLES, labelsets=[{"name": "ground-truth"}, {"name": "model"}])
        file = arrow_file(segments_hf.load_release(release, split="train", load_assets=False))
        other_file = arrow_file(segments_hf.load_release(release, split="train", load_assets=False, **option))
        assert other_file != file
        assert other_file.exists()
        assert file.exists()

    def test_without_assets_is_not_reused_with_assets(self, write_release, tmp_path):
        release = write_release(file_samples(tmp_path, 1))
        dataset = segments_hf.load_release(release, split="train", load_assets=False)
        assert arrow_file(dataset) != arrow_file(segments_hf.load_release(release, split="train"))

    def test_is_not_reused_for_a_release_with_other_content(self, write_release):
        before = segments_hf.load_release(write_release(self.SAMPLES), split="train", load_assets=False)
        after = segments_hf.load_release(write_release([sample("c")]), split="train", load_assets=False)
        assert (before["name"][:], after["name"][:]) == (["a", "b"], ["c"])

    def test_is_not_reused_for_the_same_release_in_a_folder_of_other_images(self, write_release, tmp_path):
        sizes = []
        for folder, size in ((tmp_path / "one", (3, 4)), (tmp_path / "two", (5, 6))):
            folder.mkdir()
            (folder / "a.jpg").write_bytes(jpeg(size))
            release = write_release([sample("a", "a.jpg")], path=folder / "release.json")
            sizes += [row["image"].size for row in segments_hf.load_release(release, split="train")]
        assert sizes == [(3, 4), (5, 6)]

    def test_is_stored_in_cache_dir(self, write_release, tmp_path):
        dataset = segments_hf.load_release(
            write_release(self.SAMPLES), split="train", load_assets=False, cache_dir=tmp_path / "here"
        )
        assert arrow_file(dataset).is_relative_to(tmp_path / "here")
