"""What a layout leaves out, and that it is told."""

from __future__ import annotations

import pytest
from dataset.making import sample

from segments_hf import load_release, to_layout
from segments_hf.errors import OptionError

from .mask_making import (
    KINDS,
    bitmap_sample,
    marked,
    messages,
    pixels,
    train,
)

SEMANTIC, INSTANCE, PANOPTIC = "semantic-segmentation", "instance-segmentation", "panoptic-segmentation"
TASKS = [SEMANTIC, INSTANCE, PANOPTIC, "object-detection"]
CATEGORIES = [
    {"id": 0, "name": "sky", "has_instances": False},
    {"id": 7, "name": "unlabeled", "has_instances": True, "color": [1, 2, 3]},
]
IDS = [[70000, 0, 3], [4, 4, 9]]
OBJECTS = [marked(70000, 7), marked(3, 0), marked(12, 7), marked(4, 0)]
COLUMNS = {
    SEMANTIC: ["image", "label"],
    INSTANCE: ["image", "annotation", "semantic_class_to_id"],
    PANOPTIC: ["image", "label", "segments_info"],
    "object-detection": ["image_id", "image", "width", "height", "objects"],
}


@pytest.fixture
def release(tmp_path, write_release):
    samples = [
        sample("null", "full.jpg"),
        bitmap_sample(tmp_path, "full", IDS, OBJECTS),
        bitmap_sample(tmp_path, "skipped", [[4]], OBJECTS, status="SKIPPED"),
        bitmap_sample(tmp_path, "rejected", status="REJECTED"),
        bitmap_sample(tmp_path, "nothing"),
    ]
    return write_release(samples, task_attributes={"categories": CATEGORIES})


class TestLeftOut:
    @pytest.mark.parametrize("task", TASKS)
    @pytest.mark.parametrize("form", [None, "numpy", "arrow", "pandas"])
    def test_is_counted(self, release, task, form, caplog):
        to_layout(load_release(release, split="train").with_format(form), task)
        reports = [text for text in messages(caplog) if "rows left out" in text]
        assert reports == ["train: 3 of 5 rows left out: 1 UNLABELED, 1 SKIPPED, 1 REJECTED"]

    @pytest.mark.parametrize("kind", ["stream", "stream-dict"])
    def test_is_counted_as_a_stream_goes(self, tmp_path, write_release, kind, caplog):
        samples = [sample(f"null{number}", "full.jpg") for number in range(12)]
        release = write_release([bitmap_sample(tmp_path, "full", [[1]], [marked(1)]), *samples])
        stream = to_layout(load_release(release, **KINDS[kind]), SEMANTIC)
        assert messages(caplog) == []
        assert len(list(train(stream))) == 1
        assert messages(caplog) == [f"train: rows left out so far: {count}" for count in (1, 10)]

    def test_nothing_left_out_nothing_said(self, tmp_path, write_release, caplog):
        release = write_release([bitmap_sample(tmp_path, "a", IDS, [marked(3)])])
        to_layout(load_release(release), SEMANTIC)
        assert messages(caplog) == []

    @pytest.mark.parametrize("task", TASKS)
    def test_a_split_of_which_all_is_left_out_is_an_error_that_names_it(self, tmp_path, write_release, task):
        good = write_release([bitmap_sample(tmp_path, "a", [[1]], [marked(1)])], path=tmp_path / "good.json")
        bad = write_release([sample("b", "a.jpg"), sample("c", "a.jpg")], path=tmp_path / "bad.json")
        dataset = load_release({"train": good, "validation": bad})
        with pytest.raises(OptionError, match=r"validation: 2 of 2 rows left out: 2 UNLABELED.*keep_unlabeled=True"):
            to_layout(dataset, task)
        assert len(to_layout(dataset, task, keep_unlabeled=True)["validation"]) == 2

    @pytest.mark.parametrize("keep", [False, True])
    @pytest.mark.parametrize("task", TASKS)
    def test_a_split_without_rows_has_the_columns(self, release, task, keep):
        empty = load_release(release, split="train").select([])
        assert to_layout(empty, task, keep_unlabeled=keep).column_names == COLUMNS[task]

    @pytest.mark.parametrize("kind", ["dataset", "stream"])
    def test_rows_without_image_or_mask(self, tmp_path, write_release, kind):
        whole = bitmap_sample(tmp_path, "whole", [[1]], [marked(1)])
        no_image = bitmap_sample(tmp_path, "no-image", [[1]], [marked(1)]) | {"attributes": {}}
        no_mask = bitmap_sample(tmp_path, f"no-mask-{kind}", annotations=[marked(1)])
        unread = bitmap_sample(tmp_path, "unread", [[1]], [{"id": "one", "category_id": 1}])
        strange = bitmap_sample(tmp_path, "strange", [[1, 2]], [marked(1), marked(2, 77)])
        release = write_release([whole, no_image, no_mask, unread, strange])
        dataset = load_release(release, on_error="keep", **KINDS[kind])
        assert [pixels(row["label"]) for row in to_layout(dataset, SEMANTIC)] == [[[1]], [[1, 0]]]
        kept = list(to_layout(dataset, SEMANTIC, keep_unlabeled=True))
        assert [pixels(row["label"]) for row in kept] == [[[1]], [[1]], None, None, [[1, 0]]]
        assert [row["image"] is None for row in kept] == [False, True, False, False, False]

    def test_without_assets_all_is_left_out(self, release):
        with pytest.raises(OptionError, match="5 of 5 rows left out: .*2 LABELED without image or mask"):
            to_layout(load_release(release, load_assets=False), SEMANTIC)
