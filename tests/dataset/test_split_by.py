"""`split_by` keeps the samples with the same value in their metadata in one split."""

from __future__ import annotations

import random

import pytest

import segments_hf
from segments_hf.errors import OptionError

from .making import sample

TRAIN_TEST = {"train": 0.8, "test": 0.2}
BY_SCENE = {"splits": TRAIN_TEST, "split_by": "metadata:scene"}


def samples_of_scenes(*scenes, **fields):
    return [sample(f"s{number}", metadata={"scene": scene}, **fields) for number, scene in enumerate(scenes)]


def splits_of(release, **options) -> dict[str, str]:
    """Return the split of each sample, by its name."""
    loaded = segments_hf.load_release(release, load_assets=False, **options)
    return {row["name"]: split for split, rows in loaded.items() for row in rows}


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
@pytest.mark.parametrize("exact", [False, True])
def test_samples_with_the_same_value_are_in_the_same_split(write_release, exact, streaming):
    values = [f"scene {number % 40}" for number in range(200)]
    split_by_name = splits_of(write_release(samples_of_scenes(*values)), **BY_SCENE, exact=exact, streaming=streaming)
    by_value = {value: {split_by_name[f"s{n}"] for n, other in enumerate(values) if other == value} for value in values}
    assert all(len(splits) == 1 for splits in by_value.values())
    assert {*split_by_name.values()} == {"train", "test"}


def test_new_samples_do_not_move_old_samples_to_other_splits(write_release, tmp_path):
    old = samples_of_scenes(*(number % 30 for number in range(60)))
    new = [sample(f"new{number}", metadata={"scene": number % 45}) for number in range(90)]
    before = splits_of(write_release(old), **BY_SCENE)
    after = splits_of(write_release([*new, *old], path=tmp_path / "new.json"), **BY_SCENE)
    assert before.items() <= after.items()


def test_text_and_numbers_that_look_alike_are_the_same_value(write_release):
    values = ["7", 7, 7.0, *range(20, 60)]
    split_by_name = splits_of(
        write_release(samples_of_scenes(*values)), splits={"a": 0.5, "b": 0.5}, split_by="metadata:scene"
    )
    assert split_by_name["s0"] == split_by_name["s1"] == split_by_name["s2"]


@pytest.mark.parametrize(
    ("sizes", "fractions", "expected"),
    [
        ([5] * 10, {"train": 0.8, "test": 0.2}, [{40}, {10}]),
        ([10] * 5, {"train": 0.7, "test": 0.3}, [{30, 40}, {20, 10}]),
        ([20, 1, 1, 1, 1], {"a": 0.5, "b": 0.5}, [{*range(1, 24)}, {*range(1, 24)}]),
    ],
    ids=["scenes of equal size", "fraction inside a scene", "one large scene"],
)
def test_exact_split_ends_at_the_nearest_boundary_between_values(write_release, sizes, fractions, expected):
    values = [number for number, size in enumerate(sizes) for _ in range(size)]
    splits = list(
        splits_of(
            write_release(samples_of_scenes(*values)), splits=fractions, split_by="metadata:scene", exact=True
        ).values()
    )
    counts = [splits.count(split) for split in fractions]
    assert sum(counts) == sum(sizes)
    assert all(count in allowed for count, allowed in zip(counts, expected, strict=True))


def test_exact_splits_by_metadata_do_not_depend_on_the_order_of_the_samples(write_release, tmp_path):
    samples = samples_of_scenes(*(number % 7 for number in range(50)))
    expected = splits_of(write_release(samples), **BY_SCENE, exact=True)
    random.Random(1).shuffle(samples)
    assert splits_of(write_release(samples, path=tmp_path / "b.json"), **BY_SCENE, exact=True) == expected


def test_sequences_with_the_same_value_are_in_the_same_split(write_release):
    frames = [{"name": f"f{number}", "image": {"url": f"{number}.jpg"}} for number in range(2)]
    samples = samples_of_scenes(*(number % 5 for number in range(20)), attributes={"frames": frames})
    release = write_release(samples, task_type="image-segmentation-sequence")
    split_by_name = splits_of(release, splits={"train": 0.6, "test": 0.4}, split_by="metadata:scene", exact=True)
    assert [*split_by_name.values()].count("train") == 12
    assert all(split_by_name[f"s{number}"] == split_by_name[f"s{number % 5}"] for number in range(20))


@pytest.mark.parametrize(
    ("metadata", "message"),
    [({"place": "x"}, "'scene'.*'s9'.*'place'"), (None, "'scene'.*'s9'"), ({"scene": None}, "null.*'scene'.*'s9'"),
     ({"scene": ["a"]}, "'scene'.*'s9'")],
    ids=["other key", "no metadata", "null", "list"],
)  # fmt: skip
def test_sample_without_a_value_raises_option_error(write_release, metadata, message):
    release = write_release([*samples_of_scenes("a", "b"), sample("s9", metadata=metadata)])
    with pytest.raises(OptionError, match=message) as caught:
        segments_hf.load_release(release, load_assets=False, **BY_SCENE)
    assert caught.value.option == "split_by"


@pytest.mark.parametrize("split_by", ["scene", "metadata:", "", 3])
def test_malformed_split_by_raises_option_error(write_release, split_by):
    with pytest.raises(OptionError, match="metadata:KEY") as caught:
        segments_hf.load_release(write_release(samples_of_scenes("a")), splits=TRAIN_TEST, split_by=split_by)
    assert caught.value.option == "split_by"


def test_splits_by_different_keys_are_cached_separately(write_release):
    samples = [sample(f"s{number}", metadata={"scene": number % 9, "drive": number % 11}) for number in range(60)]
    release = write_release(samples)
    by_scene, by_drive = (
        splits_of(release, splits=TRAIN_TEST, split_by=f"metadata:{key}") for key in ("scene", "drive")
    )
    assert by_scene != by_drive
