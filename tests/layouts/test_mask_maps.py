"""Masks as `datasets` runs them: cached, in processes, in streams, before and after other maps; and what is refused."""

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

from .mask_making import KINDS, bitmap_sample, marked, pixels, through_disk, through_parquet, train

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

ADD = [add_semantic_masks, add_instance_masks, add_panoptic_masks]
COUNT = 6
WANTED = [[[number % 2, 2]] for number in range(COUNT)]

# What a process makes of a release: where it is cached, and its fingerprint.
MAKE = """
import json, sys
import datasets
datasets.disable_progress_bars()
import segments_hf
from segments_hf.layouts import LAYOUTS
dataset = segments_hf.load_release(sys.argv[1], split="train")
made = [
    segments_hf.add_semantic_masks(dataset),
    segments_hf.add_semantic_masks(dataset, ignore_index=9, palette=False),
    segments_hf.add_instance_masks(dataset),
    segments_hf.add_panoptic_masks(dataset),
    *(segments_hf.to_layout(dataset, task) for task in LAYOUTS),
]
print(json.dumps([[part._fingerprint, part.cache_files] for part in made]))
"""


@pytest.fixture
def release(tmp_path, write_release):
    """Of each row, the semantic and the panoptic mask are the ids."""
    samples = [bitmap_sample(tmp_path, f"s{n}", WANTED[n], [marked(1, 1), marked(2, 2)]) for n in range(COUNT)]
    return write_release(samples)


@pytest.fixture
def never(monkeypatch):
    """From here on, no mask can be made."""

    def refuse():
        def fail(row):
            raise AssertionError("it was made again")

        monkeypatch.setattr("segments_hf.layouts.mask_columns.raster_of", fail)

    return refuse


def masks(dataset, column="semantic_mask"):
    return [pixels(row[column]) for row in dataset]


class TestCache:
    @pytest.mark.parametrize("add", ADD)
    def test_a_second_call_makes_nothing(self, release, never, add):
        first = add(load_release(release, split="train"))
        never()
        again = add(load_release(release, split="train"))
        assert (again.cache_files, again._fingerprint) == (first.cache_files, first._fingerprint)
        assert len(again) == COUNT

    @pytest.mark.parametrize("options", [{"column": "other"}, {"ignore_index": 7}, {"palette": False}], ids=str)
    def test_another_option_is_made_anew(self, release, options):
        dataset = load_release(release, split="train")
        assert add_semantic_masks(dataset, **options).cache_files != add_semantic_masks(dataset).cache_files

    def test_other_categories_are_made_anew(self, tmp_path, write_release):
        files = set()
        for color in ([255, 0, 0], [0, 255, 0]):
            item = bitmap_sample(tmp_path, "a", [[1]], [marked(1)])
            parts = {"categories": [{"id": 1, "name": "x", "color": color}]}
            masked = add_semantic_masks(load_release(write_release([item], task_attributes=parts), split="train"))
            assert masked[0]["semantic_mask"].convert("RGB").getpixel((0, 0)) == tuple(color)
            files.add(masked.cache_files[0]["filename"])
        assert len(files) == 2

    def test_every_process_finds_what_another_made(self, release, tmp_path):
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
        assert len({fingerprint for fingerprint, _ in outputs[0][0]}) == 8

    @FORK
    def test_two_processes_make_the_same(self, release):
        dataset = load_release(release, split="train")
        for add in ADD:
            one, two = add(dataset, column="mask"), add(dataset, column="mask", num_proc=2)
            assert masks(two, "mask") == masks(one, "mask")
            assert two.features == one.features


class TestStreams:
    def test_take_and_skip_and_shuffle(self, release):
        stream = add_semantic_masks(load_release(release, split="train", streaming=True))
        assert masks(stream.take(2)) == WANTED[:2]
        assert masks(stream.skip(4)) == WANTED[4:]
        assert sorted(masks(stream.shuffle(seed=1, buffer_size=3))) == sorted(WANTED)
        assert (
            masks(add_semantic_masks(load_release(release, split="train", streaming=True).skip(1).take(2)))
            == WANTED[1:3]
        )

    def test_a_worker_gets_it_pickled(self, release):
        for add in ADD:
            stream = add(load_release(release, split="train", streaming=True), column="mask")
            assert masks(pickle.loads(pickle.dumps(stream)), "mask") == masks(stream, "mask")

    def test_it_can_be_read_twice_and_resumed(self, release):
        stream = add_semantic_masks(load_release(release, split="train", streaming=True))
        assert masks(stream) == masks(stream) == WANTED
        read = iter(stream)
        next(read), next(read)
        state = stream.state_dict()
        stream.load_state_dict(state)
        assert masks(stream) == WANTED[2:]

    def test_processes_are_refused(self, release):
        for kind in ("stream", "stream-dict"):
            with pytest.raises(OptionError, match="num_proc: got 2 for a stream"):
                add_semantic_masks(load_release(release, **KINDS[kind]), num_proc=2)

    def test_a_stream_of_unknown_features_is_refused(self, release):
        stream = load_release(release, split="train", streaming=True)
        with pytest.raises(SegmentsHFError, match="features"):
            add_semantic_masks(stream.map(lambda row: {"new": 1}))
        features = datasets.Features({**stream.features, "new": datasets.Value("int64")})
        masked = add_semantic_masks(stream.map(lambda row: {"new": len(row["name"])}, features=features))
        assert [(row["new"], pixels(row["semantic_mask"])) for row in masked] == [(2, mask) for mask in WANTED]


# What users do before; each keeps all columns.
BEFORE = {
    "map": lambda ds, _: ds.map(lambda row: {"new": row["image"].size}),
    "map-that-returns-the-row": lambda ds, _: ds.map(lambda row: {**row, "name": row["name"] + "!"}),
    "map-with-features": lambda ds, _: ds.map(lambda row: {"name": "x"}, features=ds.features),
    "numpy": lambda ds, _: ds.with_format("numpy"),
    "arrow": lambda ds, _: ds.with_format("arrow"),
    "some-columns": lambda ds, _: ds.with_format("numpy", columns=["name"]),
    "transform": lambda ds, _: ds.with_transform(lambda rows: {"n": rows["name"]}),
    "select": lambda ds, _: ds.select(range(COUNT)),
    "disk": through_disk,
    "parquet": through_parquet,
    "parquet-stream": lambda ds, folder: through_parquet(ds, folder, streaming=True),
    "to-stream": lambda ds, _: ds.to_iterable_dataset(num_shards=2),
    "rows-of-sizes": lambda ds, _: datasets.concatenate_datasets([ds.select([0, 1]), ds.select(range(2, COUNT))]),
    "undecoded": lambda ds, _: ds.cast_column("segmentation_bitmap", datasets.Image(decode=False)),
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_after_what_users_do(release, tmp_path, before):
    masked = add_semantic_masks(before(load_release(release, split="train"), tmp_path))
    assert masks(masked.with_format(None)) == WANTED


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_after_it_sees_the_masks(release, kind):
    masked = add_semantic_masks(load_release(release, **KINDS[kind]))
    seen = train(masked.map(lambda row: {"most": max(pixels(row["semantic_mask"])[0])}))
    assert [row["most"] for row in seen] == [2] * COUNT
    assert masks(seen) == WANTED


@pytest.mark.parametrize("add", ADD)
def test_a_dataset_without_rows_gets_the_columns(release, add):
    empty = load_release(release, split="train").select([])
    assert set(add(empty, column="mask").column_names) >= {"mask", *empty.column_names}
