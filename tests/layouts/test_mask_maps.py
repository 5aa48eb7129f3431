"""Masks work with the cache, the processes, the streams and the operations of `datasets`."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import datasets
import pytest

from segments_hf import add_instance_masks, add_panoptic_masks, add_semantic_masks, load_release
from segments_hf.errors import OptionError, SegmentsHFError

from .mask_making import KINDS, annotation, bitmap_sample, pixels, through_disk, through_parquet, train

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

ADD = [add_semantic_masks, add_instance_masks, add_panoptic_masks]
COUNT = 6
EXPECTED = [[[number % 2, 2]] for number in range(COUNT)]

# A program that makes masks and layouts of a release and prints the files in which they are cached.
MAKE = """
import json, sys
import datasets
datasets.disable_progress_bars()
import segments_hf
from segments_hf.layouts import LAYOUTS
dataset = segments_hf.load_release(sys.argv[1], split="train")
datasets_made = [
    segments_hf.add_semantic_masks(dataset),
    segments_hf.add_semantic_masks(dataset, ignore_index=9, palette=False),
    segments_hf.add_instance_masks(dataset),
    segments_hf.add_panoptic_masks(dataset),
    *(segments_hf.to_layout(dataset, task) for task, layout in LAYOUTS.items() if layout.label_type is None),
]
print(json.dumps([part.cache_files for part in datasets_made]))
"""


@pytest.fixture
def release(tmp_path, write_release):
    """A release whose semantic and panoptic masks are equal to the ids of its bitmaps."""
    samples = [
        bitmap_sample(tmp_path, f"s{n}", EXPECTED[n], [annotation(1, 1), annotation(2, 2)]) for n in range(COUNT)
    ]
    return write_release(samples)


@pytest.fixture
def forbid_masks(monkeypatch):
    """Return a function that makes each later attempt to compute a mask raise an error."""

    def forbid():
        def fail(row):
            raise AssertionError("a mask was computed again")

        monkeypatch.setattr("segments_hf.layouts.mask_columns.raster_of", fail)

    return forbid


def masks(dataset, column="semantic_mask"):
    return [pixels(row[column]) for row in dataset]


class TestCache:
    @pytest.mark.parametrize("add", ADD)
    def test_second_call_computes_no_masks(self, release, forbid_masks, add):
        first = add(load_release(release, split="train"))
        forbid_masks()
        again = add(load_release(release, split="train"))
        assert again.cache_files == first.cache_files
        assert len(again) == COUNT

    @pytest.mark.parametrize("options", [{"column": "other"}, {"ignore_index": 7}, {"palette": False}], ids=str)
    def test_cache_is_not_used_for_another_option(self, release, options):
        dataset = load_release(release, split="train")
        assert add_semantic_masks(dataset, **options).cache_files != add_semantic_masks(dataset).cache_files

    def test_cache_is_not_used_for_other_categories(self, tmp_path, write_release):
        files = set()
        for color in ([255, 0, 0], [0, 255, 0]):
            item = bitmap_sample(tmp_path, "a", [[1]], [annotation(1)])
            parts = {"categories": [{"id": 1, "name": "x", "color": color}]}
            masked = add_semantic_masks(load_release(write_release([item], task_attributes=parts), split="train"))
            assert masked[0]["semantic_mask"].convert("RGB").getpixel((0, 0)) == tuple(color)
            files.add(masked.cache_files[0]["filename"])
        assert len(files) == 2

    def test_cache_is_shared_between_processes(self, release, tmp_path):
        outputs = []
        for seed in ("1", "2"):
            environment = {**os.environ, "PYTHONHASHSEED": seed, "HF_HOME": str(tmp_path / "home")}
            environment.pop("HF_DATASETS_CACHE", None)
            done = subprocess.run(
                [sys.executable, "-c", MAKE, str(release)], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            times = {file: file.stat().st_mtime_ns for file in (tmp_path / "home").rglob("*.arrow")}
            outputs.append((json.loads(done.stdout), times))
        assert outputs[0] == outputs[1]
        assert len({file["filename"] for files in outputs[0][0] for file in files}) == 8

    @IGNORE_FORK_WARNING
    def test_two_processes_make_the_same_masks_as_one_process(self, release):
        dataset = load_release(release, split="train")
        for add in ADD:
            one, two = add(dataset, column="mask"), add(dataset, column="mask", num_proc=2)
            assert masks(two, "mask") == masks(one, "mask")
            assert two.features == one.features


class TestStreams:
    def test_streams_of_masks_can_be_shortened_and_shuffled(self, release):
        stream = add_semantic_masks(load_release(release, split="train", streaming=True))
        assert masks(stream.take(2)) == EXPECTED[:2]
        assert masks(stream.skip(4)) == EXPECTED[4:]
        assert sorted(masks(stream.shuffle(seed=1, buffer_size=3))) == sorted(EXPECTED)
        assert (
            masks(add_semantic_masks(load_release(release, split="train", streaming=True).skip(1).take(2)))
            == EXPECTED[1:3]
        )

    def test_streams_of_masks_can_be_pickled(self, release):
        for add in ADD:
            stream = add(load_release(release, split="train", streaming=True), column="mask")
            assert masks(pickle.loads(pickle.dumps(stream)), "mask") == masks(stream, "mask")

    def test_streams_of_masks_can_be_read_twice_and_resumed(self, release):
        stream = add_semantic_masks(load_release(release, split="train", streaming=True))
        assert masks(stream) == masks(stream) == EXPECTED
        rows = iter(stream)
        next(rows), next(rows)
        state = stream.state_dict()
        stream.load_state_dict(state)
        assert masks(stream) == EXPECTED[2:]

    def test_num_proc_is_refused_for_streams(self, release):
        for kind in ("stream", "dict of streams"):
            with pytest.raises(OptionError, match="num_proc: got 2"):
                add_semantic_masks(load_release(release, **KINDS[kind]), num_proc=2)

    def test_stream_of_unknown_features_is_refused(self, release):
        stream = load_release(release, split="train", streaming=True)
        with pytest.raises(SegmentsHFError, match="features"):
            add_semantic_masks(stream.map(lambda row: {"new": 1}))
        features = datasets.Features({**stream.features, "new": datasets.Value("int64")})
        masked = add_semantic_masks(stream.map(lambda row: {"new": len(row["name"])}, features=features))
        assert [(row["new"], pixels(row["semantic_mask"])) for row in masked] == [(2, mask) for mask in EXPECTED]


# Operations on a dataset before masks are added; each keeps all columns.
OPERATIONS = {
    "map": lambda ds, _: ds.map(lambda row: {"new": row["image"].size}),
    "map that returns the row": lambda ds, _: ds.map(lambda row: {**row, "name": row["name"] + "!"}),
    "map with features": lambda ds, _: ds.map(lambda row: {"name": "x"}, features=ds.features),
    "numpy format": lambda ds, _: ds.with_format("numpy"),
    "arrow format": lambda ds, _: ds.with_format("arrow"),
    "format of one column": lambda ds, _: ds.with_format("numpy", columns=["name"]),
    "transform": lambda ds, _: ds.with_transform(lambda rows: {"n": rows["name"]}),
    "select": lambda ds, _: ds.select(range(COUNT)),
    "disk": through_disk,
    "parquet": through_parquet,
    "stream of parquet": lambda ds, folder: through_parquet(ds, folder, streaming=True),
    "convert to a stream": lambda ds, _: ds.to_iterable_dataset(num_shards=2),
    "concatenate": lambda ds, _: datasets.concatenate_datasets([ds.select([0, 1]), ds.select(range(2, COUNT))]),
    "images without decoding": lambda ds, _: ds.cast_column("segmentation_bitmap", datasets.Image(decode=False)),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_masks_can_be_added_after_operations_of_datasets(release, tmp_path, operation):
    masked = add_semantic_masks(operation(load_release(release, split="train"), tmp_path))
    assert masks(masked.with_format(None)) == EXPECTED


@pytest.mark.parametrize("kind", KINDS)
def test_map_after_add_semantic_masks_reads_the_masks(release, kind):
    masked = add_semantic_masks(load_release(release, **KINDS[kind]))
    mapped = train(masked.map(lambda row: {"maximum": max(pixels(row["semantic_mask"])[0])}))
    assert [row["maximum"] for row in mapped] == [2] * COUNT
    assert masks(mapped) == EXPECTED


@pytest.mark.parametrize("add", ADD)
def test_dataset_without_rows_gets_the_mask_columns(release, add):
    empty = load_release(release, split="train").select([])
    assert set(add(empty, column="mask").column_names) >= {"mask", *empty.column_names}
