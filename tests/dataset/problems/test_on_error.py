"""For a sample with a problem, `on_error` raises an error, skips the row, or keeps it with null for the bad value."""

from __future__ import annotations

import json

import pytest

from dataset.loading import load_by_function, load_with_builder_name, read_errors_file, warnings_of
from dataset.making import bitmap, jpeg, plain_rows, sample, undecoded
from dataset.problem_cases import CASES, IDS
from segments_hf.errors import AssetError, OptionError

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

LOADERS = {
    "load_release": (load_by_function, {}),
    "load_dataset": (load_with_builder_name, {}),
    "load_release with two processes": (load_by_function, {"num_proc": 2}),
    "load_dataset with two processes": (load_with_builder_name, {"num_proc": 2}),
    "load_release as a stream": (load_by_function, {"streaming": True}),
    "load_dataset as a stream": (load_with_builder_name, {"streaming": True}),
}


@pytest.mark.each_choice(2)
@IGNORE_FORK_WARNING
@pytest.mark.parametrize("loader_name", LOADERS)
@pytest.mark.parametrize("case", CASES)
def test_on_error_raise_raises_a_segments_hf_error_that_names_the_sample(write_bad_release, case, loader_name):
    load, options = LOADERS[loader_name]
    with pytest.raises(CASES[case].error, match=CASES[case].reason) as caught:
        list(load(write_bad_release(case), **options))
    assert "secret" not in str(caught.value)
    assert ("samples[1]" if case == "no name" else "'bad'") in str(caught.value)
    if case != "no name":
        assert "on_error" in str(caught.value)


@pytest.mark.parametrize("policy", ["skip", "keep"])
@pytest.mark.parametrize("case", CASES)
def test_on_error_skip_leaves_out_the_row_and_keep_sets_the_column_to_null(write_bad_release, case, policy, caplog):
    column = CASES[case].column
    dataset = undecoded(load_by_function(write_bad_release(case), on_error=policy))
    is_kept = policy == "keep" and column != "row"
    assert dataset["name"][:] == (["first", "bad", "last"] if is_kept else ["first", "last"])
    if is_kept and column:
        assert dataset[1][column] is None
        others = (
            {"image", "annotations", "status", "uuid"} - {column} - ({"status"} if column == "annotations" else set())
        )
        assert all(dataset[1][other] for other in others)

    (problem,) = read_errors_file(dataset)
    assert problem["sample"] == ("samples[1]" if case == "no name" else "bad")
    assert problem["action"] == ("kept" if is_kept else "skipped")
    assert problem["column"] == {None: "annotations", "row": None}.get(column, column)
    assert "secret" not in json.dumps(problem)
    assert problem["sample"] in warnings_of(caplog)
    assert "errors.jsonl" in warnings_of(caplog)
    assert "1 sample(s)" in warnings_of(caplog)


def test_keep_sets_the_class_of_an_unknown_category_to_null(write_bad_release):
    row = load_by_function(write_bad_release("unknown category"), on_error="keep")[1]
    assert [(item["category_id"], item["category"]) for item in row["annotations"]] == [(1, 0), (77, None)]
    assert row["status"] == "LABELED"
    assert row["image"].size == (8, 6)


def test_failed_build_leaves_no_dataset_in_the_cache(write_bad_release, server):
    path = write_bad_release("image not found")
    with pytest.raises(AssetError):
        load_by_function(path)
    server.url("/gone.jpg", jpeg())
    assert load_by_function(path)["name"][:] == ["first", "bad", "last"]


# The path of the bad file of some cases, and the valid content that replaces the file.
REPLACEMENTS = {
    "image is HTML": ("/page.jpg", jpeg()),
    "image is cut": ("/cut.jpg", jpeg()),
    "bitmap is cut": ("/cut.png", bitmap(IDS)),
    "bitmap is JPEG": ("/jpeg.png", bitmap(IDS)),
    "bitmap of another size": ("/other.png", bitmap(IDS)),
}


@pytest.mark.parametrize("policy", ["raise", "skip", "keep"])
@pytest.mark.parametrize("case", REPLACEMENTS)
def test_bad_asset_is_not_stored_in_the_cache(write_bad_release, server, case, policy):
    path, content = REPLACEMENTS[case]
    file = write_bad_release(case)
    if policy == "raise":
        with pytest.raises(AssetError):
            load_by_function(file)
    else:
        load_by_function(file, on_error=policy)
    server.url(path, content)
    rows = plain_rows(load_by_function(file))
    assert [row["name"] for row in rows] == ["first", "bad", "last"]
    assert content in (rows[1]["image"], rows[1]["segmentation_bitmap"])


def test_missing_asset_is_not_reported_if_no_assets_are_loaded(write_bad_release):
    assert len(load_by_function(write_bad_release("image not found"), load_assets=False)) == 3


@pytest.mark.parametrize(
    "options", [{"splits": {"train": 1.0}}, {"filter_by": "unlabeled"}, {"filter_by_metadata": {"k": 1}}], ids=str
)
def test_splits_and_filters_report_a_sample_without_a_name(write_release, options):
    samples = [sample("a", metadata={"k": 1}), sample(None), sample("b", metadata={"k": 1})]
    dataset = load_by_function(write_release(samples), on_error="skip", load_assets=False, **options)
    assert dataset["name"][:] == ["a", "b"]
    assert [problem["sample"] for problem in read_errors_file(dataset)] == ["samples[1]"]


def test_error_for_an_unknown_policy_lists_the_policies():
    with pytest.raises(OptionError, match=r"got 'ignore'.*'raise', 'skip', 'keep'"):
        load_by_function("release.json", on_error="ignore")
