"""`on_error` applies to rows that do not fit into a layout. Objects that do not fit are left out and counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segments_hf import load_release, to_layout
from segments_hf.errors import BitmapError, OptionError

from .layout_release import INSTANCE, TASKS
from .mask_making import KINDS, annotation, bitmap_sample, messages, shape, train, vector_sample

TOO_MANY = 256  # instances of one image


@pytest.fixture
def crowded(tmp_path: Any, write_release: Any) -> Any:
    """A release of three images; the second one has more instances than the layout of instance segmentation allows."""
    ids = np.arange(1, TOO_MANY + 1).reshape(16, 16).tolist()
    samples = [
        bitmap_sample(tmp_path, "first", [[1, 2]], [annotation(1), annotation(2)]),
        bitmap_sample(tmp_path, "crowded", ids, [annotation(number) for number in range(1, TOO_MANY + 1)]),
        bitmap_sample(tmp_path, "third", [[0, 2]], [annotation(2)]),
    ]
    return write_release(samples)


@pytest.mark.parametrize("kind", KINDS)
class TestRowWithTooManyInstances:
    def test_on_error_raise_names_the_sample(self, crowded: Any, kind: str) -> None:
        with pytest.raises(BitmapError, match="sample 'crowded'"):
            list(train(to_layout(load_release(crowded, **KINDS[kind]), INSTANCE)))

    def test_on_error_skip_leaves_out_the_row_with_a_warning(self, crowded: Any, kind: str, caplog: Any) -> None:
        rows = list(train(to_layout(load_release(crowded, **KINDS[kind]), INSTANCE, on_error="skip")))
        assert [row["image"].size for row in rows] == [(2, 1), (2, 1)]
        assert list(rows[0]) == ["image", "annotation", "semantic_class_to_id"]
        assert any("crowded" in text and "left out" in text for text in messages(caplog))

    def test_on_error_keep_sets_the_column_to_null_with_a_warning(self, crowded: Any, kind: str, caplog: Any) -> None:
        rows = list(train(to_layout(load_release(crowded, **KINDS[kind]), INSTANCE, on_error="keep")))
        assert [row["annotation"] is None for row in rows] == [False, True, False]
        assert any("crowded" in text for text in messages(caplog))

    def test_other_layouts_accept_the_row(self, crowded: Any, kind: str) -> None:
        for task in [task for task in TASKS if task != INSTANCE]:
            assert len(list(train(to_layout(load_release(crowded, **KINDS[kind]), task)))) == 3


def test_split_whose_rows_are_all_skipped_raises_an_error(tmp_path: Any, write_release: Any) -> None:
    ids = np.arange(1, TOO_MANY + 1).reshape(16, 16).tolist()
    release = write_release([bitmap_sample(tmp_path, "a", ids, [annotation(n) for n in range(1, TOO_MANY + 1)])])
    with pytest.raises(OptionError, match="no row is left"):
        to_layout(load_release(release, split="train"), INSTANCE, on_error="skip")


def test_unknown_value_of_on_error_is_refused(crowded: Any) -> None:
    with pytest.raises(OptionError, match="on_error"):
        to_layout(load_release(crowded), INSTANCE, on_error="ignore")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task", TASKS)
def test_objects_that_a_layout_leaves_out_are_counted(
    tmp_path: Any, write_release: Any, caplog: Any, kind: str, task: str
) -> None:
    shapes = [
        shape("bbox", [[1, 1], [4, 4]]),
        shape("point", [[2, 2]]),
        shape("bbox", [[50, 50], [60, 60]]),
    ]
    release = write_release([vector_sample(tmp_path, "a", *shapes)], task_type="vector")
    list(train(to_layout(load_release(release, **KINDS[kind]), task)))
    (report,) = [text for text in messages(caplog) if "left out" in text]
    assert "2" in report
