"""What a layout cannot hold: objects are left out and counted, rows follow `on_error`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segments_hf import load_release, to_layout
from segments_hf.errors import BitmapError, OptionError

from .mask_making import KINDS, bitmap_sample, marked, messages, shape, train, vector_sample

INSTANCE = "instance-segmentation"
MANY = 256


@pytest.fixture
def crowded(tmp_path: Any, write_release: Any) -> Any:
    """A release of three images; the second has more instances than instance-segmentation holds."""
    ids = np.arange(1, MANY + 1).reshape(16, 16).tolist()
    samples = [
        bitmap_sample(tmp_path, "first", [[1, 2]], [marked(1), marked(2)]),
        bitmap_sample(tmp_path, "crowded", ids, [marked(number) for number in range(1, MANY + 1)]),
        bitmap_sample(tmp_path, "third", [[0, 2]], [marked(2)]),
    ]
    return write_release(samples)


@pytest.mark.parametrize("kind", KINDS)
class TestRows:
    def test_raise_names_the_sample(self, crowded: Any, kind: str) -> None:
        with pytest.raises(BitmapError, match="sample 'crowded'"):
            list(train(to_layout(load_release(crowded, **KINDS[kind]), INSTANCE)))

    def test_skip_leaves_the_row_out_and_says_so(self, crowded: Any, kind: str, caplog: Any) -> None:
        rows = list(train(to_layout(load_release(crowded, **KINDS[kind]), INSTANCE, on_error="skip")))
        assert [row["image"].size for row in rows] == [(2, 1), (2, 1)]
        assert list(rows[0]) == ["image", "annotation", "semantic_class_to_id"]
        assert any("crowded" in text and "left out" in text for text in messages(caplog))

    def test_keep_leaves_null_and_says_so(self, crowded: Any, kind: str, caplog: Any) -> None:
        rows = list(train(to_layout(load_release(crowded, **KINDS[kind]), INSTANCE, on_error="keep")))
        assert [row["annotation"] is None for row in rows] == [False, True, False]
        assert any("crowded" in text for text in messages(caplog))

    def test_other_layouts_hold_the_row(self, crowded: Any, kind: str) -> None:
        for task in ("semantic-segmentation", "panoptic-segmentation", "object-detection"):
            assert len(list(train(to_layout(load_release(crowded, **KINDS[kind]), task)))) == 3


def test_a_split_of_which_no_row_is_left_is_an_error(tmp_path: Any, write_release: Any) -> None:
    ids = np.arange(1, MANY + 1).reshape(16, 16).tolist()
    release = write_release([bitmap_sample(tmp_path, "a", ids, [marked(n) for n in range(1, MANY + 1)])])
    with pytest.raises(OptionError, match="no row is left"):
        to_layout(load_release(release, split="train"), INSTANCE, on_error="skip")


def test_an_unknown_policy_is_an_error(crowded: Any) -> None:
    with pytest.raises(OptionError, match="on_error"):
        to_layout(load_release(crowded), INSTANCE, on_error="ignore")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task", ["semantic-segmentation", INSTANCE, "panoptic-segmentation", "object-detection"])
def test_objects_that_a_layout_cannot_hold_are_counted(
    tmp_path: Any, write_release: Any, caplog: Any, kind: str, task: str
) -> None:
    shapes = [
        shape("bbox", [[1, 1], [4, 4]]),
        shape("point", [[2, 2]]),
        shape("bbox", [[50, 50], [60, 60]]),
    ]
    release = write_release([vector_sample(tmp_path, "a", *shapes)], task_type="vector")
    list(train(to_layout(load_release(release, **KINDS[kind]), task)))
    (told,) = [text for text in messages(caplog) if "left out" in text]
    assert "2" in told
