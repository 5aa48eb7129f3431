"""`plot` draws the row at `index` of every kind of data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, SegmentsHFError

from .data_kinds import demo_dataset, demo_stream


class TestPlot:
    def test_index_selects_the_row_across_splits(self) -> None:
        halves = {"train": demo_dataset().select(range(3)), "test": demo_dataset().select(range(3, 8))}
        streams = {name: half.to_iterable_dataset() for name, half in halves.items()}
        for index, name in enumerate(demo_dataset()["name"]):
            for data in (demo_release(), demo_dataset(), halves, streams):
                assert segments_hf.plot(data, index=index).get_suptitle().startswith(name)

    def test_index_counts_each_frame_of_a_sequence_as_a_row(self, write_release: Any) -> None:
        frames = [{"image": {"url": "a.jpg"}, "name": f"{number}"} for number in range(3)]
        samples = [{"name": name, "attributes": {"frames": frames}, "labels": {}} for name in "ab"]
        path = write_release(samples, task_type="image-segmentation-sequence")
        assert [segments_hf.plot(path, index=index).get_suptitle()[0] for index in range(6)] == list("aaabbb")

    @pytest.mark.parametrize("make", [demo_release, demo_dataset, demo_stream], ids=["release", "dataset", "stream"])
    def test_index_outside_the_rows_raises_option_error(self, make: Callable[[], Any]) -> None:
        for index in (-1, 8):
            with pytest.raises(OptionError, match=f"index: got {index}"):
                segments_hf.plot(make(), index=index)

    def test_only_the_image_and_the_bitmap_of_the_row_are_fetched(self, url: str, server: Any) -> None:
        segments_hf.plot(url, index=2)
        assert [path for path in server.requests if path.endswith(("jpg", "png"))] == [
            "/images/meadow_03.jpg",
            "/labels/meadow_03.png",
        ]

    def test_plot_of_a_malformed_sample_raises_error_that_names_its_position(self, write_release: Any) -> None:
        path = write_release([{"name": "a"}, {"labels": {}}])
        with pytest.raises(SegmentsHFError, match=r"samples\[1\].*`name`"):
            segments_hf.plot(path, index=1)
