"""Streams: shards for workers and nodes, shuffling, resuming, and little to pickle."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import datasets
import pytest
from datasets.distributed import split_dataset_by_node

import segments_hf
from segments_hf.errors import ReleaseError

from .making import file_samples, plain_rows, sample

COUNT = 320  # 16 shards of 20

# Unpickles a stream in a fresh interpreter, as a DataLoader worker does, and prints the names it gives.
WORKER = """
import json, pickle, sys
with open(sys.argv[1], "rb") as file:
    stream = pickle.load(file)
print(json.dumps([row["name"] for row in stream]))
"""


@pytest.fixture
def large(write_release):
    """A release of many samples without pictures."""
    return write_release([sample(f"flower_{number:04}") for number in range(COUNT)])


@pytest.fixture
def huge(write_release):
    """A release of 2,000 samples without pictures."""
    return write_release([sample(f"flower_{number:04}") for number in range(2000)])


def stream_of(release, **options):
    return segments_hf.load_release(release, split="train", streaming=True, load_assets=False, **options)


def names(dataset) -> list[str]:
    return [row["name"] for row in dataset]


# Does not read it to its end, and leaves what it has to the end of the process.
EARLY_WORKER = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    rows = iter(pickle.load(file))
print(next(rows)["name"])
"""


def run_worker(stream, tmp_path, caches, script=WORKER) -> subprocess.CompletedProcess:
    file = tmp_path / "stream.pickle"
    file.write_bytes(pickle.dumps(stream))
    environment = {**os.environ, "HF_HOME": str(caches)}
    command = [sys.executable, "-c", script, str(file)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(("samples", "shards"), [(1, 1), (3, 3), (16, 16), (17, 9), (100, 15), (1024, 16), (2000, 32)])
def test_the_number_of_shards(write_release, samples, shards):
    stream = stream_of(write_release([sample(str(number)) for number in range(samples)]))
    assert stream.n_shards == shards
    assert names(stream.take(20)) == [str(number) for number in range(min(20, samples))]


@pytest.mark.parametrize("nodes", [2, 3, 8])
def test_nodes_share_the_samples(large, nodes):
    parts = [names(split_dataset_by_node(stream_of(large), rank, nodes)) for rank in range(nodes)]
    assert sorted(sum(parts, [])) == names(stream_of(large))
    assert all(parts)


@pytest.mark.parametrize("nodes", [2, 4])
def test_nodes_of_a_power_of_two_get_whole_shards(large, nodes):
    for rank in range(nodes):
        assert split_dataset_by_node(stream_of(large), rank, nodes).n_shards == 16 // nodes


def test_shards_share_the_samples(large):
    stream = stream_of(large)
    parts = [names(stream.shard(num_shards=4, index=index)) for index in range(4)]
    assert sorted(sum(parts, [])) == names(stream)
    assert all(parts)


def test_shuffling_shuffles_shards_and_is_seeded(large):
    stream = stream_of(large)
    in_order = names(stream)
    one = names(stream.shuffle(seed=1, buffer_size=10))
    assert one == names(stream.shuffle(seed=1, buffer_size=10))
    assert one != names(stream.shuffle(seed=2, buffer_size=10))
    assert sorted(one) == in_order
    moved = [abs(in_order.index(name) - place) for place, name in enumerate(one[:50])]
    assert max(moved) > 60  # further than the buffer: shards have changed places


def test_every_epoch_is_shuffled_anew(large):
    stream = stream_of(large).shuffle(seed=1, buffer_size=10)
    first = names(stream)
    stream.set_epoch(1)
    assert names(stream) != first
    assert sorted(names(stream)) == sorted(first)


@pytest.mark.parametrize("taken", [0, 1, 19, 20, 21, COUNT - 1, COUNT])
def test_a_stream_resumes_where_it_was(large, taken):
    stream = stream_of(large)
    rows = iter(stream)
    before = [next(rows)["name"] for _ in range(taken)]
    state = json.loads(json.dumps(stream.state_dict()))
    resumed = stream_of(large)
    resumed.load_state_dict(state)
    assert before + names(resumed) == names(stream_of(large))


def test_a_stream_with_pictures_resumes(write_release, tmp_path):
    release = write_release(file_samples(tmp_path, 40))
    stream = segments_hf.load_release(release, split="train", streaming=True)
    whole = plain_rows(stream)
    rows = iter(stream)
    for _ in range(7):
        next(rows)
    state = stream.state_dict()
    stream.load_state_dict(state)
    assert names(stream) == [row["name"] for row in whole[7:]]


def test_taking_a_few_fetches_a_few(server, write_release):
    samples = [sample(f"s{n}", f"{server.address}/{n}.jpg") for n in range(1000)]
    stream = segments_hf.load_release(write_release(samples), split="train", streaming=True, on_error="keep")
    assert len(list(stream.take(3))) == 3
    assert 3 <= server.asked.total() <= 200


def test_a_process_may_end_before_its_stream(server, write_release, tmp_path, caches):
    samples = [sample(f"s{n}", f"{server.address}/{n}.jpg") for n in range(1000)]
    stream = segments_hf.load_release(write_release(samples), split="train", streaming=True, on_error="keep")
    worker = run_worker(stream, tmp_path, caches, EARLY_WORKER)
    assert (worker.returncode, worker.stdout, worker.stderr) == (0, "s0\n", "")


@pytest.mark.parametrize("filters", [{}, {"filter_by": "unlabeled"}], ids=["all", "filtered"])
def test_a_stream_pickles_small_and_reads_in_another_process(huge, filters, tmp_path, caches):
    stream = stream_of(huge, **filters)
    pickled = pickle.dumps(stream)
    assert len(pickled) < 200_000
    assert b"flower_0" not in pickled
    worker = run_worker(stream, tmp_path, caches)
    assert worker.returncode == 0, worker.stderr
    assert json.loads(worker.stdout) == [f"flower_{number:04}" for number in range(2000)]


def test_a_stream_says_so_when_its_release_has_changed(write_release, tmp_path, caches):
    stream = stream_of(write_release([sample("a"), sample("b")]))
    assert names(stream) == ["a", "b"]
    write_release([sample("c"), sample("d"), sample("e")])
    with pytest.raises(ReleaseError, match="changed"):
        names(stream)
    worker = run_worker(stream, tmp_path, caches)
    assert worker.returncode == 1
    assert "ReleaseError" in worker.stderr
    assert "changed" in worker.stderr


def test_a_stream_says_so_when_its_release_is_gone(write_release):
    release = write_release([sample("a")])
    stream = stream_of(release)
    release.unlink()
    with pytest.raises(ReleaseError, match=r"release\.json"):
        names(stream)


def test_a_stream_does_not_mind_a_release_that_is_written_anew_the_same(write_release):
    stream = stream_of(write_release([sample("a")]))
    write_release([sample("a")])
    assert names(stream) == ["a"]


def test_a_dict_of_streams(large):
    streams = segments_hf.load_release(large, streaming=True, load_assets=False)
    assert isinstance(streams, datasets.IterableDatasetDict)
    assert len(names(streams["train"])) == COUNT
