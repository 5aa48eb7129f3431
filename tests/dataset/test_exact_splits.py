"""With `exact=True`, the size of each split is its fraction of the samples, rounded up or down to a whole number."""

from __future__ import annotations

import logging
import random
from collections import Counter

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

import segments_hf
from segments_hf.dataset.building.exact_splits import rounded_counts
from segments_hf.errors import OptionError

from .making import hash_fraction, label, sample

TRAIN_TEST = {"train": 0.8, "test": 0.2}


def names_by_split(release, **options) -> dict[str, list[str]]:
    """Return the names of the rows of each split."""
    loaded = segments_hf.load_release(release, load_assets=False, **options)
    return {split: [row["name"] for row in rows] for split, rows in loaded.items()}


def rows_per_split(release, **options) -> dict[str, int]:
    return {split: len(rows) for split, rows in names_by_split(release, **options).items()}


def make_samples(count, **fields):
    return [sample(f"s{number}", **fields) for number in range(count)]


@pytest.mark.parametrize(
    ("fractions", "count", "expected"),
    [
        (TRAIN_TEST, 12, [10, 2]),
        (TRAIN_TEST, 5, [4, 1]),
        ({"train": 0.7, "test": 0.3}, 5, [4, 1]),
        ({"test": 0.3, "train": 0.7}, 5, [2, 3]),
        ({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, 10, [4, 3, 3]),
        ({"a": 0.1, "b": 0.2, "c": 0.7}, 10, [1, 2, 7]),
        ({"train": 1}, 3, [3]),
    ],
    ids=str,
)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_size_of_each_split_is_its_fraction_of_the_samples_rounded(
    write_release, fractions, count, expected, streaming
):
    sizes = rows_per_split(write_release(make_samples(count)), splits=fractions, exact=True, streaming=streaming)
    assert sizes == dict(zip(fractions, expected, strict=True))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any), st.integers(0, 10**7))
def test_rounded_counts_sum_to_the_number_of_samples_and_are_within_one_sample_of_each_fraction(weights, count):
    fractions = {str(number): weight / sum(weights) for number, weight in enumerate(weights)}
    counts = rounded_counts(fractions, count)
    assert sum(counts.values()) == count
    assert all(abs(counts[name] - fraction * count) < 1 + 1e-6 for name, fraction in fractions.items())
    assert all(counts[name] == 0 for name, fraction in fractions.items() if fraction == 0)


def test_first_split_has_the_samples_with_the_smallest_hashes(write_release):
    names = names_by_split(write_release(make_samples(40)), splits=TRAIN_TEST, exact=True)
    largest = max(hash_fraction(f"uuid-{name}") for name in names["train"])
    assert largest < min(hash_fraction(f"uuid-{name}") for name in names["test"])


def test_exact_splits_do_not_depend_on_the_order_of_the_samples(write_release, tmp_path):
    samples = make_samples(50)
    expected = names_by_split(write_release(samples), splits=TRAIN_TEST, exact=True)
    random.Random(0).shuffle(samples)
    shuffled = names_by_split(write_release(samples, path=tmp_path / "shuffled.json"), splits=TRAIN_TEST, exact=True)
    assert {split: set(part) for split, part in shuffled.items()} == {
        split: {*part} for split, part in expected.items()
    }


def test_rows_of_an_exact_split_are_in_the_order_of_the_release(write_release):
    names = names_by_split(write_release(make_samples(50)), splits=TRAIN_TEST, exact=True)
    assert all(part == sorted(part, key=lambda name: int(name[1:])) for part in names.values())


def test_only_samples_that_match_the_filters_are_counted(write_release):
    samples = [sample(f"s{number}", label=label() if number % 3 else None) for number in range(30)]
    assert rows_per_split(write_release(samples), splits=TRAIN_TEST, exact=True, filter_by="labeled") == {
        "train": 16,
        "test": 4,
    }


def test_samples_with_the_same_uuid_are_in_the_same_exact_split(write_release):
    samples = [sample(f"s{number}", uuid=f"u{number // 4}") for number in range(40)]
    names = names_by_split(write_release(samples), splits={"a": 0.5, "b": 0.5}, exact=True)
    groups = {split: {int(name[1:]) // 4 for name in part} for split, part in names.items()}
    assert not groups["a"] & groups["b"]
    assert {split: len(part) for split, part in names.items()} == {"a": 20, "b": 20}


def test_broken_sample_is_not_counted(write_release):
    samples = [*make_samples(10), sample(None)]
    assert rows_per_split(write_release(samples), splits=TRAIN_TEST, exact=True, on_error="skip") == {
        "train": 8,
        "test": 2,
    }


def test_exact_splits_of_a_sequence_count_samples_and_keep_frames_together(write_release):
    frames = [{"name": f"f{number}", "image": {"url": f"{number}.jpg"}} for number in range(3)]
    samples = [sample(f"s{number}", attributes={"frames": frames}) for number in range(10)]
    release = write_release(samples, task_type="image-segmentation-sequence")
    names = names_by_split(release, splits=TRAIN_TEST, exact=True)
    assert {split: Counter(part).most_common() for split, part in names.items()} == {
        split: [(name, 3) for name in dict.fromkeys(part)] for split, part in names.items()
    }
    assert {split: len(set(part)) for split, part in names.items()} == {"train": 8, "test": 2}


def test_exact_splits_count_the_samples_of_several_files_together(write_release, tmp_path):
    files = [
        write_release([sample(f"{part}{n}") for n in range(5)], path=tmp_path / f"{part}.json") for part in ("a", "b")
    ]
    options = {"splits": {"train": 0.7, "test": 0.3}, "exact": True, "load_assets": False}
    loaded = datasets.load_dataset("segments_release", data_files=[*map(str, files)], **options)
    assert {split: rows.num_rows for split, rows in loaded.items()} == {"train": 7, "test": 3}


def test_exact_splits_are_the_same_with_several_processes(write_release, tmp_path):
    release = write_release(make_samples(40))
    expected = names_by_split(release, splits=TRAIN_TEST, exact=True)
    assert names_by_split(release, splits=TRAIN_TEST, exact=True, num_proc=2, cache_dir=tmp_path / "cache") == expected


def test_exact_splits_and_splits_by_hash_are_cached_separately(write_release):
    release = write_release(make_samples(12))
    by_hash, exact = (names_by_split(release, splits=TRAIN_TEST, exact=value) for value in (False, True))
    assert by_hash != exact
    assert names_by_split(release, splits=TRAIN_TEST) == by_hash


@pytest.mark.parametrize("options", [{}, {"split_by": "metadata:scene"}], ids=["exact", "exact with split_by"])
def test_exact_split_without_samples_raises_option_error(write_release, options):
    samples = make_samples(4, metadata={"scene": 1})
    with pytest.raises(OptionError, match="4 samples.*'test'.*fraction") as caught:
        segments_hf.load_release(write_release(samples), splits={"train": 0.9, "test": 0.1}, exact=True, **options)
    assert caught.value.option == "splits"


def test_error_for_a_split_without_samples_suggests_exact(write_release):
    release = write_release(make_samples(2))
    fractions = {"train": 0.8, "a": 0.1, "b": 0.1}
    with pytest.raises(OptionError, match="exact=True"):
        segments_hf.load_release(release, splits=fractions, load_assets=False)


@pytest.mark.parametrize("option", [{"exact": True}, {"split_by": "metadata:scene"}], ids=str)
@pytest.mark.parametrize("splits", [None, "metadata:split"])
def test_exact_and_split_by_are_refused_without_fractions(write_release, option, splits):
    with pytest.raises(OptionError, match="fractions") as caught:
        segments_hf.load_release(write_release(make_samples(1)), splits=splits, **option)
    assert caught.value.option == next(iter(option))


@pytest.mark.parametrize("function", [segments_hf.validate, segments_hf.stats])
def test_functions_that_read_a_release_accept_exact_and_split_by(write_release, function):
    release = write_release(make_samples(10, metadata={"scene": 1}))
    function(release, splits=TRAIN_TEST, exact=True)
    with pytest.raises(OptionError, match="'test'"):
        function(release, splits=TRAIN_TEST, exact=True, split_by="metadata:scene")


@pytest.mark.parametrize(
    ("options", "suggests_exact"),
    [({}, True), ({"exact": True}, False), ({"split_by": "metadata:scene"}, True)],
    ids=["hash", "exact", "split_by"],
)
def test_log_has_the_sizes_of_the_splits_and_suggests_exact_if_they_differ_from_the_fractions(
    write_release, caplog, options, suggests_exact
):
    samples = [sample(f"s{number}", metadata={"scene": number % 4}) for number in range(20)]
    with caplog.at_level(logging.INFO, "segments_hf"):
        sizes = rows_per_split(write_release(samples), splits={"train": 0.7, "test": 0.3}, **options)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert f"train {sizes['train']}, test {sizes['test']}" in text
    assert ("exact=True" in text) == suggests_exact


@pytest.mark.parametrize("num_proc", [0, -1, 1.5, True, "2"])
def test_num_proc_must_be_a_positive_whole_number(write_release, num_proc):
    release = write_release(make_samples(1))
    rows = segments_hf.load_release(release, split="train", load_assets=False)
    for call in (
        lambda: segments_hf.load_release(release, num_proc=num_proc),
        lambda: segments_hf.load_release(release, num_proc=num_proc, streaming=True),
        lambda: datasets.load_dataset("segments_release", data_files=str(release), num_proc=num_proc),
        lambda: segments_hf.add_semantic_masks(rows, num_proc=num_proc),
        lambda: segments_hf.push_to_hub(rows, "jane/flowers", num_proc=num_proc),
    ):
        with pytest.raises(OptionError) as caught:
            call()
        assert caught.value.option == "num_proc"
