"""A row maker makes the rows of a dataset from slices of a release, in any process."""

from __future__ import annotations

import itertools
import json
import pickle
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pytest
from datasets import Features, Image

from segments_hf import load_release
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.rows.features import json_feature
from segments_hf.dataset.rows.outcome import Outcome, RowPosition
from segments_hf.dataset.rows.row_batches import make_batches
from segments_hf.dataset.rows.row_maker import RowMaker
from segments_hf.demo import demo_release
from segments_hf.release import Release


def row_maker_and_release(path: Any, **options: Any) -> tuple[RowMaker, Release]:
    """Return the row maker of a release file with the options of `load_release`, and the release."""
    config = release_builder(path, **options).config
    release = config.releases[0][0]
    return config.row_maker(release, is_stored=False, in_memory=True), release


def slice_tables(maker: RowMaker, release: Release, size: int) -> list[pa.Table]:
    """Return the tables of slices of `size` samples. The row maker and the slices are pickled and unpickled first."""
    pairs = [pickle.loads(pickle.dumps((maker, samples))) for samples in release.slices(size)]
    return [batch.table for maker, samples in pairs for batch in maker.batches(samples)]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_tables_of_slices_equal_the_table_of_the_dataset(size: int) -> None:
    maker, release = row_maker_and_release(demo_release())
    expected = load_release(demo_release(), split="train", embed=True).with_format("arrow")[:]
    table = pa.concat_tables(slice_tables(maker, release, size))
    assert table.schema.equals(expected.schema)
    assert table.to_pylist() == expected.to_pylist()


BOX = {"id": 7, "category_id": 1, "type": "bbox", "points": [[1, 2], [3.5, 4]], "attributes": {"hidden": True}}
TRACKED_ANNOTATION = {"id": 3, "category_id": 2, "track_id": 9, "is_keyframe": True}
FRAMES = [{"name": "left", "timestamp": 12}, {"name": "right"}]
LABELS = {
    "segmentation-bitmap": {"annotations": [{"id": 1, "category_id": 2}], "image_attributes": {"night": False}},
    "vector": {"annotations": [BOX, {**BOX, "id": 8, "points": [[0, 0]], "type": "point"}]},
    "image-segmentation-sequence": {"frames": [{"annotations": [TRACKED_ANNOTATION]}, {"annotations": []}]},
    "image-vector-sequence": {"frames": [{"annotations": [{**BOX, **TRACKED_ANNOTATION}]}, None]},
    "text-named-entities": {"annotations": [{"start": 0, "end": 4, "category_id": 1}]},
}


@pytest.mark.parametrize("task_type", LABELS)
def test_tables_of_slices_equal_the_table_of_the_dataset_for_each_task_type(task_type: str, write_release: Any) -> None:
    label = {"label_status": "LABELED", "attributes": LABELS[task_type]}
    attributes = {"frames": FRAMES} if "sequence" in task_type else {}
    first = {"name": "a", "attributes": attributes, "labels": {"ground-truth": label}, "metadata": {"scene": "x"}}
    samples = [first, {"name": "b", "attributes": attributes, "labels": {"ground-truth": None}}]
    path = write_release(samples, task_type=task_type)
    maker, release = row_maker_and_release(path, load_assets=False)
    expected = load_release(path, split="train", load_assets=False).with_format("arrow")[:]
    table = pa.concat_tables(slice_tables(maker, release, 1))
    assert table.schema.equals(expected.schema)
    assert table.to_pylist() == expected.to_pylist()


def test_pickled_row_maker_has_less_than_8_kilobytes() -> None:
    maker, _ = row_maker_and_release(demo_release())
    assert len(pickle.dumps(maker)) < 8_000


@pytest.mark.parametrize("start", [RowPosition(0, 0), RowPosition(2, 0), RowPosition(7, 0), RowPosition(8, 0)])
def test_rows_can_begin_at_any_position(start: RowPosition) -> None:
    maker, release = row_maker_and_release(demo_release(), load_assets=False)
    samples = release.slice(range(len(release)))
    outcomes = list(maker.outcomes(samples, start))
    assert [outcome.position for outcome in outcomes] == [(number, 0) for number in range(start.sample, 8)]


def test_rows_of_a_sequence_can_begin_at_any_frame(write_release: Any) -> None:
    frames = [{"name": f"frame {number}"} for number in range(3)]
    samples = [{"name": name, "attributes": {"frames": frames}} for name in ("a", "b")]
    path = write_release(samples, task_type="image-vector-sequence")
    maker, release = row_maker_and_release(path, load_assets=False)
    samples_slice = release.slice(range(2))
    expected = [(outcome.position, outcome.row["frame_name"]) for outcome in maker.outcomes(samples_slice)]
    assert [position for position, _ in expected] == list(itertools.product(range(2), range(3)))
    for number, (position, _) in enumerate(expected):
        remaining = [
            (outcome.position, outcome.row["frame_name"]) for outcome in maker.outcomes(samples_slice, position)
        ]
        assert remaining == expected[number:]


def test_batch_has_the_problems_of_rows_that_are_left_out_of_its_table(write_release: Any) -> None:
    samples = [{"name": "0.jpg"}, {"name": 5}, {"name": "2.jpg"}]
    maker, release = row_maker_and_release(write_release(samples), load_assets=False, on_error="skip")
    (batch,) = maker.batches(release.slice(range(3)))
    assert batch.table["name"].to_pylist() == ["0.jpg", "2.jpg"]
    assert [outcome.row is None for outcome in batch.outcomes] == [False, True, False]
    assert [problem.action for problem in batch.outcomes[1].problems] == ["skipped"]


def test_batches_have_at_most_64_rows(write_release: Any) -> None:
    samples = [{"name": f"{number}.jpg"} for number in range(150)]
    maker, release = row_maker_and_release(write_release(samples), load_assets=False)
    batches = list(maker.batches(release.slice(range(150))))
    assert [batch.table.num_rows for batch in batches] == [64, 64, 22]


def test_batches_of_rows_with_large_json_have_fewer_rows() -> None:
    outcome = Outcome({"label_attributes": "1" * 2**24})
    batches = list(make_batches([outcome] * 3, Features({"label_attributes": json_feature()}), None))
    assert [batch.table.num_rows for batch in batches] == [2, 1]


@dataclass(frozen=True)
class LargeImages:
    """A function that makes an image of 16 MiB."""

    features: Any

    def __call__(self, row: Any) -> dict[str, Any]:
        return {"image": {"bytes": bytes(2**24), "path": None}}


def test_batches_of_rows_with_large_new_images_have_fewer_rows(write_release: Any) -> None:
    maker, release = row_maker_and_release(
        write_release([{"name": str(number)} for number in range(3)]), load_assets=False
    )
    maker = replace(maker, new_columns=LargeImages({"image": Image()}))
    batches = list(maker.batches(release.slice(range(3))))
    assert [batch.table.num_rows for batch in batches] == [2, 1]


def test_json_columns_stay_text(write_release: Any) -> None:
    metadata = {"scene": "a", "list": [1, 2.5, None]}
    maker, release = row_maker_and_release(write_release([{"name": "0.jpg", "metadata": metadata}]), load_assets=False)
    (batch,) = maker.batches(release.slice([0]))
    (text,) = batch.table["metadata"].to_pylist()
    assert json.loads(text) == metadata
