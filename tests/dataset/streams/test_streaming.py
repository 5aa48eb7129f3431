"""Streams have shards for workers and nodes, can be shuffled and resumed, and are small when they are pickled."""

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
from dataset.making import file_samples, plain_rows, sample
from segments_hf.errors import ReleaseError

COUNT = 320  # samples, in 16 shards of 20

# A script that unpickles a stream in a new process, as a worker of a DataLoader does, and prints the names of the rows.
WORKER_SCRIPT = """
import json, pickle, sys
with open(sys.argv[1], "rb") as file:
    stream = pickle.load(file)
print(json.dumps([row["name"] for row in stream]))
"""


@pytest.fixture
def large_release(write_release):
    """Return a release of 320 samples without images."""
    return write_release([sample(f"flower_{number:04}") for number in range(COUNT)])


@pytest.fixture
def huge_release(write_release):
    """Return a release of 2,000 samples without images."""
    return write_release([sample(f"flower_{number:04}") for number in range(2000)])


def stream_of(release, **options):
    return segments_hf.load_release(release, split="train", streaming=True, load_assets=False, **options)


def names(dataset) -> list[str]:
    return [row["name"] for row in dataset]


# A script that reads one row of a stream and ends while requests for other rows are in flight.
EARLY_WORKER_SCRIPT = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    rows = iter(pickle.load(file))
print(next(rows)["name"])
"""


def run_worker(stream, tmp_path, caches, script=WORKER_SCRIPT) -> subprocess.CompletedProcess:
    file = tmp_path / "stream.pickle"
    file.write_bytes(pickle.dumps(stream))
    environment = {**os.environ, "HF_HOME": str(caches)}
    command = [sys.executable, "-c", script, str(file)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(("samples", "shards"), [(1, 1), (3, 3), (16, 16), (17, 9), (100, 15), (1024, 16), (2000, 32)])
def test_number_of_shards_follows_from_the_number_of_samples(write_release, samples, shards):
    stream = stream_of(write_release([sample(str(number)) for number in range(samples)]))
    assert stream.n_shards == shards
    assert names(stream.take(20)) == [str(number) for number in range(min(20, samples))]


@pytest.mark.parametrize("nodes", [2, 3, 8])
def test_each_sample_is_on_one_of_the_nodes(large_release, nodes):
    parts = [names(split_dataset_by_node(stream_of(large_release), rank, nodes)) for rank in range(nodes)]
    assert sorted(sum(parts, [])) == names(stream_of(large_release))
    assert all(parts)


@pytest.mark.parametrize("nodes", [2, 4])
def test_two_or_four_nodes_have_equally_many_shards(large_release, nodes):
    for rank in range(nodes):
        assert split_dataset_by_node(stream_of(large_release), rank, nodes).n_shards == 16 // nodes


def test_each_sample_is_in_one_of_the_shards(large_release):
    stream = stream_of(large_release)
    parts = [names(stream.shard(num_shards=4, index=index)) for index in range(4)]
    assert sorted(sum(parts, [])) == names(stream)
    assert all(parts)


def test_shuffle_with_a_seed_reorders_shards_and_is_repeatable(large_release):
    stream = stream_of(large_release)
    ordered = names(stream)
    shuffled = names(stream.shuffle(seed=1, buffer_size=10))
    assert shuffled == names(stream.shuffle(seed=1, buffer_size=10))
    assert shuffled != names(stream.shuffle(seed=2, buffer_size=10))
    assert sorted(shuffled) == ordered
    distances = [abs(ordered.index(name) - index) for index, name in enumerate(shuffled[:50])]
    assert max(distances) > 60  # farther than the buffer, so shards were reordered


def test_each_epoch_has_another_order(large_release):
    stream = stream_of(large_release).shuffle(seed=1, buffer_size=10)
    first_epoch = names(stream)
    stream.set_epoch(1)
    assert names(stream) != first_epoch
    assert sorted(names(stream)) == sorted(first_epoch)


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, COUNT - 1, COUNT])
def test_stream_resumes_after_the_last_row_that_was_read(large_release, count):
    stream = stream_of(large_release)
    rows = iter(stream)
    before = [next(rows)["name"] for _ in range(count)]
    state = json.loads(json.dumps(stream.state_dict()))
    resumed = stream_of(large_release)
    resumed.load_state_dict(state)
    assert before + names(resumed) == names(stream_of(large_release))


def test_stream_with_images_resumes_after_the_last_row_that_was_read(write_release, tmp_path):
    release = write_release(file_samples(tmp_path, 40))
    stream = segments_hf.load_release(release, split="train", streaming=True)
    expected = plain_rows(stream)
    rows = iter(stream)
    for _ in range(7):
        next(rows)
    state = stream.state_dict()
    stream.load_state_dict(state)
    assert names(stream) == [row["name"] for row in expected[7:]]


def test_take_fetches_only_the_first_images(server, write_release):
    samples = [sample(f"s{n}", f"{server.address}/{n}.jpg") for n in range(1000)]
    stream = segments_hf.load_release(write_release(samples), split="train", streaming=True, on_error="keep")
    assert len(list(stream.take(3))) == 3
    assert 3 <= server.requests.total() <= 200


def test_process_that_ends_before_the_end_of_its_stream_prints_no_error(server, write_release, tmp_path, caches):
    samples = [sample(f"s{n}", f"{server.address}/{n}.jpg") for n in range(1000)]
    stream = segments_hf.load_release(write_release(samples), split="train", streaming=True, on_error="keep")
    worker = run_worker(stream, tmp_path, caches, EARLY_WORKER_SCRIPT)
    assert (worker.returncode, worker.stdout, worker.stderr) == (0, "s0\n", "")


@pytest.mark.parametrize("filters", [{}, {"filter_by": "unlabeled"}], ids=["all", "filtered"])
def test_pickled_stream_is_small_and_can_be_read_in_another_process(huge_release, filters, tmp_path, caches):
    stream = stream_of(huge_release, **filters)
    pickled = pickle.dumps(stream)
    assert len(pickled) < 200_000
    assert b"flower_0" not in pickled
    worker = run_worker(stream, tmp_path, caches)
    assert worker.returncode == 0, worker.stderr
    assert json.loads(worker.stdout) == [f"flower_{number:04}" for number in range(2000)]


def test_stream_of_a_changed_release_raises_release_error(write_release, tmp_path, caches):
    stream = stream_of(write_release([sample("a"), sample("b")]))
    assert names(stream) == ["a", "b"]
    write_release([sample("c"), sample("d"), sample("e")])
    with pytest.raises(ReleaseError, match="changed"):
        names(stream)
    worker = run_worker(stream, tmp_path, caches)
    assert worker.returncode == 1
    assert "ReleaseError" in worker.stderr
    assert "changed" in worker.stderr


def test_stream_of_a_deleted_release_raises_release_error(write_release):
    release = write_release([sample("a")])
    stream = stream_of(release)
    release.unlink()
    with pytest.raises(ReleaseError, match=r"release\.json"):
        names(stream)


def test_stream_accepts_a_release_that_was_rewritten_with_equal_content(write_release):
    stream = stream_of(write_release([sample("a")]))
    write_release([sample("a")])
    assert names(stream) == ["a"]


def test_load_release_without_split_returns_a_dict_of_streams(large_release):
    streams = segments_hf.load_release(large_release, streaming=True, load_assets=False)
    assert isinstance(streams, datasets.IterableDatasetDict)
    assert len(names(streams["train"])) == COUNT
