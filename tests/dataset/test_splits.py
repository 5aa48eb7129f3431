"""`splits` assigns each sample to one split, by the hash of its uuid or name, or by its metadata."""

from __future__ import annotations

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

import segments_hf
from segments_hf.dataset.building.split_rule import assigned_splits, split_rule
from segments_hf.errors import OptionError
from segments_hf.release import Release

from .making import hash_fraction, sample

FRACTIONS = {"train": 0.6, "validation": 0.2, "test": 0.2}


def names_by_split(release, **options) -> dict[str, list[str]]:
    """Return the names of the rows of each split."""
    loaded = segments_hf.load_release(release, load_assets=False, **options)
    return {split: [row["name"] for row in dataset] for split, dataset in loaded.items()}


def samples(*splits, **metadata):
    """Return samples with the names of splits in their metadata."""
    return [sample(f"s{number}", metadata={"split": split, **metadata}) for number, split in enumerate(splits)]


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_fractions_assign_each_sample_to_one_split(write_release, streaming):
    release = write_release([sample(f"s{number}") for number in range(500)])
    splits = names_by_split(release, splits=FRACTIONS, streaming=streaming)
    assert list(splits) == list(FRACTIONS)
    assert sorted(sum(splits.values(), [])) == sorted(f"s{number}" for number in range(500))
    assert {split: round(len(names) / 500, 1) for split, names in splits.items()} == FRACTIONS
    assert names_by_split(release, splits=FRACTIONS) == splits


def test_split_selects_one_of_the_splits(write_release):
    release = write_release([sample(f"s{number}") for number in range(100)])
    test = segments_hf.load_release(release, load_assets=False, splits=FRACTIONS, split="test")
    assert test["name"][:] == names_by_split(release, splits=FRACTIONS)["test"]


@pytest.mark.parametrize("change", ["name", "label", "order"])
def test_sample_stays_in_its_split_while_its_uuid_is_unchanged(write_release, change):
    def make(changed):
        changed_samples = [sample(f"s{n}{'-new' if changed == 'name' else ''}", uuid=f"u{n}") for n in range(60)]
        for item in changed_samples if changed == "label" else ():
            item["labels"] = {"ground-truth": {"label_status": "LABELED"}}
        return changed_samples[::-1] if changed == "order" else changed_samples

    def uuids(release):
        loaded = segments_hf.load_release(release, load_assets=False, splits=FRACTIONS)
        return {split: sorted(dataset["uuid"][:]) for split, dataset in loaded.items()}

    assert uuids(write_release(make(change))) == uuids(write_release(make(None)))


@pytest.mark.parametrize(
    ("fractions", "expected"),
    [
        pytest.param({"train": 0.8, "test": 0.2}, "train test train train train train test train", id="two splits"),
        pytest.param({"test": 0.25, "train": 0.75}, "train train train train test train train train", id="test first"),
        pytest.param({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, "b c b b a a c c", id="thirds"),
    ],
)
def test_samples_have_the_same_split_in_every_version(write_release, fractions, expected):
    uuids = [
        "3e1c26d3-23ef-323e-e848-f808f54d35bf",
        "72775666-ffa6-4239-9cf3-42ca060bb525",
        "bd55fcad-1edf-1f1e-b3b3-406c2f2b3f2c",
        "cae64fa6-587c-2e15-e0ed-9827a6c38ad2",
        "44ee9bd7-3b53-690a-1464-6e57e3b99c58",
        "f9e20aa7-51c7-987e-0cb6-9ab7f5a0d02e",
        "8d4fc201-ee9d-4b09-2ddb-d20899e47610",
        "6e15336b-ec81-6103-bbae-4d5faf6d3939",
    ]
    release = write_release([sample(f"s{number}", uuid=uuid) for number, uuid in enumerate(uuids)])
    loaded = segments_hf.load_release(release, load_assets=False, splits=fractions)
    split_of = {uuid: split for split, rows in loaded.items() for uuid in rows["uuid"]}
    assert [split_of[uuid] for uuid in uuids] == expected.split()


def test_sample_without_uuid_is_assigned_by_its_name(write_release):
    release = write_release([sample(f"s{number}", uuid=None) for number in range(60)])
    splits = names_by_split(release, splits={"train": 0.5, "test": 0.5})
    assert all(hash_fraction(name) < 0.5 for name in splits["train"])
    assert all(hash_fraction(name) >= 0.5 for name in splits["test"])


@given(st.integers(1, 60), st.integers(1, 60))
def test_new_samples_do_not_move_old_samples_to_other_splits(old, new):
    def assigned(count):
        body = ",".join(f'{{"name": "s{n}", "uuid": "u{n}"}}' for n in range(count))
        release = Release(f'{{"dataset": {{"samples": [{body}]}}}}'.encode(), "release.json")
        splits = assigned_splits(split_rule(FRACTIONS), [(release, index) for index in range(count)])
        return {item.name: split for item, split in zip(release, splits, strict=True)}

    before, after = assigned(old), assigned(old + new)
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    "splits",
    [
        {"train": 0.8, "test": 0.1},
        {"train": 0.8, "test": 0.3},
        {"train": 1.5, "test": -0.5},
        {"train": float("nan"), "test": 0.5},
        {"train": "0.8", "test": "0.2"},
        {},
        {"train/test": 1.0},
        {"all": 1.0},
        {"": 1.0},
        {"../x": 1.0},
        {1: 1.0},
        "metadata:",
        "split",
    ],
    ids=str,
)
def test_invalid_splits_are_refused(write_release, splits):
    with pytest.raises(OptionError, match="split"):
        segments_hf.load_release(write_release(samples("a")), load_assets=False, splits=splits)


def test_error_for_a_negative_fraction_names_the_allowed_range(write_release):
    with pytest.raises(OptionError, match="numbers from 0 to 1"):
        segments_hf.load_release(write_release(samples("a")), splits={"train": 1.5, "test": -0.5})


@pytest.mark.parametrize("splits", [{"train": 0.1, "b": 0.2, "c": 0.7}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}], ids=str)
def test_sum_of_fractions_may_differ_from_1_by_a_rounding_error(write_release, splits):
    release = write_release([sample(f"s{number}") for number in range(60)])
    assert sum(map(len, names_by_split(release, splits=splits).values())) == 60


def test_metadata_names_the_split_of_each_sample(write_release):
    release = write_release(samples("train", "val", "train", "test.new"))
    splits = names_by_split(release, splits="metadata:split")
    assert splits == {"train": ["s0", "s2"], "val": ["s1"], "test.new": ["s3"]}


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([*samples("train", other=1), sample("s9", metadata={"place": "x"})], r"'split'.*'s9'.*'place'"),
        ([*samples("train"), sample("s9")], r"'split'.*'s9'"),
        ([*samples("train"), sample("s9", metadata=["split"])], r"'split'.*'s9'"),
        (samples("a b"), "'a b'"),
        (samples("../../x"), "'../../x'"),
        (samples("all"), "'all'"),
        (samples(None), "None"),
        (samples(3), r"^splits: got the number 3 as the value of 'split' .*'s0', expected text"),
    ],
    ids=["other keys", "no metadata", "metadata is a list", "space", "path", "all", "null", "number"],
)
def test_metadata_without_a_valid_split_name_is_refused(write_release, items, message):
    with pytest.raises(OptionError, match=message):
        segments_hf.load_release(write_release(items), load_assets=False, splits="metadata:split")


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
@pytest.mark.parametrize(
    "options",
    [{"splits": {"train": 1.0, "test": 0.0}}, {"filter_by": "labeled"}, {"filter_by_metadata": {"split": "nope"}}],
    ids=str,
)
def test_error_for_an_empty_split_counts_the_statuses_of_the_release(write_release, options, streaming):
    items = [*samples("a", "b"), sample("c", label={"label_status": "SKIPPED"})]
    with pytest.raises(OptionError, match=r"2 UNLABELED, 1 SKIPPED"):
        segments_hf.load_release(write_release(items), load_assets=False, streaming=streaming, **options)


def test_error_for_a_filter_that_no_sample_passes_names_the_filter_that_was_passed(write_release):
    with pytest.raises(OptionError, match=r"filter_by_metadata.*'nope'") as caught:
        segments_hf.load_release(write_release(samples("a")), load_assets=False, filter_by_metadata={"split": "nope"})
    assert "splits" not in str(caught.value)


@pytest.mark.parametrize("exact", [False, True])
def test_fractions_of_no_samples_raise_option_error(write_release, exact):
    options = {"splits": {"train": 0.5, "test": 0.5}, "exact": exact, "filter_by": "labeled"}
    with pytest.raises(OptionError, match="no samples.*1 UNLABELED"):
        segments_hf.load_release(write_release(samples("a")), load_assets=False, **options)


def test_metadata_splits_of_no_samples_raise_option_error(write_release):
    release = write_release(samples("train", "test"))
    with pytest.raises(OptionError, match="no samples.*2 UNLABELED"):
        segments_hf.load_release(release, splits="metadata:split", filter_by="labeled", load_assets=False)


def test_error_for_an_empty_split_does_not_count_a_broken_sample(write_release):
    items = [sample("a"), sample(None)]
    with pytest.raises(OptionError, match="1 UNLABELED"):
        segments_hf.load_release(write_release(items), load_assets=False, on_error="skip", splits={"a": 1.0, "b": 0.0})


def test_splits_are_refused_for_several_releases(write_release, tmp_path):
    files = {name: write_release(samples("a"), path=tmp_path / f"{name}.json") for name in ("train", "test")}
    with pytest.raises(OptionError, match="only one of them"):
        segments_hf.load_release(files, load_assets=False, splits=FRACTIONS)


@pytest.mark.parametrize(
    "split", ["train[:2]", "train[:50%]", "train+test[1:]", datasets.ReadInstruction("train", to=2)], ids=str
)
def test_stream_of_a_part_of_a_split_raises_option_error(write_release, split):
    release = write_release(samples("train", "test", "test"))
    with pytest.raises(OptionError, match=r"split.*\[.*take") as caught:
        segments_hf.load_release(release, splits="metadata:split", split=split, streaming=True)
    assert caught.value.option == "split"


@pytest.mark.parametrize("split", ["train", "train+test", "all", datasets.Split.TRAIN], ids=str)
def test_stream_of_whole_splits_has_the_rows_of_the_dataset(write_release, split):
    release = write_release(samples("train", "test", "test"))
    options = {"splits": "metadata:split", "split": split, "load_assets": False}
    try:
        stream = segments_hf.load_release(release, streaming=True, **options)
    except OptionError:
        if split in {"train+test", "all"} and int(datasets.__version__.partition(".")[0]) < 5:
            return  # before version 5, `datasets` streams only one split at a time
        raise
    assert [row["name"] for row in stream] == segments_hf.load_release(release, **options)["name"][:]


@pytest.mark.parametrize(
    "split",
    ["train[7:7]", "train[:0%]", "train[5:2]", "train[100:]+test[1:1]", datasets.ReadInstruction("train", to=0)],
    ids=str,
)
def test_part_of_a_split_without_rows_raises_option_error(write_release, split):
    release = write_release(samples("train", "test", "test"))
    with pytest.raises(OptionError, match=r"no rows.*1 in 'train'") as caught:
        segments_hf.load_release(release, splits="metadata:split", split=split, load_assets=False)
    assert caught.value.option == "split"


def test_empty_part_of_a_split_adds_no_rows_to_another_part(write_release):
    release = write_release(samples("train", "test", "test"))
    rows = segments_hf.load_release(release, splits="metadata:split", split="train[:0]+test[1:]", load_assets=False)
    assert rows["name"][:] == ["s2"]


@pytest.mark.parametrize("split", ["train[a:b]", "train[:200%]", "train[:10%](x)", " train", "train["])
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_malformed_split_raises_option_error(write_release, split, streaming):
    with pytest.raises(OptionError, match="split: got") as caught:
        segments_hf.load_release(write_release(samples("train")), split=split, streaming=streaming)
    assert caught.value.option == "split"
