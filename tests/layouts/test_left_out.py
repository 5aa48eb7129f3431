"""Layouts leave out rows without an image or a label and skipped or rejected rows, and log the number of these rows."""

from __future__ import annotations

import pytest
from dataset.making import sample

from segments_hf import load_release, to_layout
from segments_hf.errors import OptionError

from .layout_release import COLUMNS, IDS, SEMANTIC, TASKS
from .mask_making import KINDS, annotation, bitmap_sample, messages, pixels, train


@pytest.mark.parametrize("keep_unlabeled", [False, True])
@pytest.mark.parametrize("task", TASKS)
def test_split_without_rows_has_the_columns_of_the_layout(layout_release, task, keep_unlabeled):
    empty = load_release(layout_release, split="train").select([])
    assert to_layout(empty, task, keep_unlabeled=keep_unlabeled).column_names == COLUMNS[task]


class TestRowsLeftOut:
    @pytest.mark.parametrize("task", TASKS)
    @pytest.mark.parametrize("row_format", [None, "numpy", "arrow", "pandas"])
    def test_rows_left_out_are_counted_by_status(self, layout_release, task, row_format, caplog):
        to_layout(load_release(layout_release, split="train").with_format(row_format), task)
        reports = [text for text in messages(caplog) if "rows left out" in text]
        assert reports == ["train: 3 of 5 rows left out: 1 UNLABELED, 1 SKIPPED, 1 REJECTED"]

    @pytest.mark.parametrize("kind", ["stream", "dict of streams"])
    def test_rows_left_out_are_counted_while_a_stream_is_read(self, tmp_path, write_release, kind, caplog):
        samples = [sample(f"null{number}", "full.jpg") for number in range(12)]
        release = write_release([bitmap_sample(tmp_path, "full", [[1]], [annotation(1)]), *samples])
        stream = to_layout(load_release(release, **KINDS[kind]), SEMANTIC)
        assert messages(caplog) == []
        assert len(list(train(stream))) == 1
        assert messages(caplog) == [f"train: rows left out so far: {count}" for count in (1, 10)]

    def test_nothing_is_logged_if_no_row_is_left_out(self, tmp_path, write_release, caplog):
        release = write_release([bitmap_sample(tmp_path, "a", IDS, [annotation(3)])])
        to_layout(load_release(release), SEMANTIC)
        assert messages(caplog) == []

    @pytest.mark.parametrize("task", TASKS)
    def test_split_whose_rows_are_all_left_out_raises_error_that_names_the_split(self, tmp_path, write_release, task):
        good = write_release([bitmap_sample(tmp_path, "a", [[1]], [annotation(1)])], path=tmp_path / "good.json")
        bad = write_release([sample("b", "a.jpg"), sample("c", "a.jpg")], path=tmp_path / "bad.json")
        dataset = load_release({"train": good, "validation": bad})
        with pytest.raises(OptionError, match=r"validation: 2 of 2 rows left out: 2 UNLABELED.*keep_unlabeled=True"):
            to_layout(dataset, task)
        assert len(to_layout(dataset, task, keep_unlabeled=True)["validation"]) == 2

    @pytest.mark.parametrize("kind", ["dataset", "stream"])
    def test_rows_without_image_or_label_are_left_out(self, tmp_path, write_release, kind):
        complete = bitmap_sample(tmp_path, "complete", [[1]], [annotation(1)])
        no_image = bitmap_sample(tmp_path, "no-image", [[1]], [annotation(1)]) | {"attributes": {}}
        no_bitmap = bitmap_sample(tmp_path, f"no-bitmap-{kind}", annotations=[annotation(1)])
        unreadable = bitmap_sample(tmp_path, "unreadable", [[1]], [{"id": "one", "category_id": 1}])
        unknown = bitmap_sample(tmp_path, "unknown", [[1, 2]], [annotation(1), annotation(2, 77)])
        release = write_release([complete, no_image, no_bitmap, unreadable, unknown])
        dataset = load_release(release, on_error="keep", **KINDS[kind])
        assert [pixels(row["label"]) for row in to_layout(dataset, SEMANTIC)] == [[[1]], [[1, 0]]]
        kept = list(to_layout(dataset, SEMANTIC, keep_unlabeled=True))
        assert [pixels(row["label"]) for row in kept] == [[[1]], [[1]], None, None, [[1, 0]]]
        assert [row["image"] is None for row in kept] == [False, True, False, False, False]

    def test_all_rows_of_a_release_without_assets_are_left_out(self, layout_release):
        with pytest.raises(OptionError, match="5 of 5 rows left out: .*2 LABELED without image or label"):
            to_layout(load_release(layout_release, load_assets=False), SEMANTIC)
