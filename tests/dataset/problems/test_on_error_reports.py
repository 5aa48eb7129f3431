"""Samples that `on_error` skips or keeps are reported in the log and in the file errors.jsonl of the dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataset.loading import load_by_function, read_errors_file, warnings_of
from dataset.making import jpeg, label, sample
from segments_hf.errors import SegmentsHFError

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.mark.parametrize("policy", ["skip", "keep"])
def test_stream_logs_a_warning_for_the_sample(write_bad_release, policy, caplog):
    stream = load_by_function(write_bad_release("image not found"), on_error=policy, streaming=True)
    names = [row["name"] for row in stream]
    assert names == (["first", "bad", "last"] if policy == "keep" else ["first", "last"])
    assert "bad: " in warnings_of(caplog)
    assert "HTTP 404" in warnings_of(caplog)


@IGNORE_FORK_WARNING
@pytest.mark.parametrize("policy", ["skip", "keep"])
def test_build_with_two_processes_reports_each_sample_once(server, write_release, caplog, policy):
    url = server.url("/good.jpg", jpeg())
    samples = [sample(f"s{n}", url if n % 3 else f"{server.address}/gone{n}.jpg") for n in range(40)]
    dataset = load_by_function(write_release(samples), on_error=policy, num_proc=2)
    assert len(dataset) == (40 if policy == "keep" else 26)
    problems = read_errors_file(dataset)
    assert sorted(problem["sample"] for problem in problems) == sorted(f"s{n}" for n in range(0, 40, 3))
    assert "14 sample(s)" in warnings_of(caplog)


def test_cached_dataset_reports_its_problems_again(write_bad_release, caplog, server):
    path = write_bad_release("image not found")
    first = load_by_function(path, on_error="skip")
    first_warnings = warnings_of(caplog)
    caplog.clear()
    requests = server.requests.total()
    second = load_by_function(path, on_error="skip")
    assert second.cache_files == first.cache_files
    assert warnings_of(caplog) == first_warnings
    assert len(read_errors_file(second)) == 1
    assert server.requests.total() == requests


def test_dataset_without_problems_has_no_warning_and_no_errors_file(server, write_release, caplog):
    dataset = load_by_function(write_release([sample("a", server.url("/a.jpg", jpeg()))]), on_error="keep")
    assert warnings_of(caplog) == ""
    assert not (Path(dataset.cache_files[0]["filename"]).parent / "errors.jsonl").exists()


@IGNORE_FORK_WARNING
@pytest.mark.parametrize("options", [{}, {"num_proc": 2}], ids=["one process", "two processes"])
def test_split_whose_rows_are_all_skipped_raises_a_segments_hf_error(server, write_release, options):
    release = write_release([sample(f"s{n}", f"{server.address}/gone{n}.jpg") for n in range(3)])
    for _ in ("first load", "again"):
        with pytest.raises(SegmentsHFError, match="train"):
            load_by_function(release, on_error="skip", **options)


def test_sample_with_three_problems_has_three_reports(server, write_release):
    wrong_label = label(
        annotations=[{"id": 1, "category_id": 77}], segmentation_bitmap={"url": f"{server.address}/no.png"}
    )
    dataset = load_by_function(write_release([sample("bad", f"{server.address}/no.jpg", wrong_label)]), on_error="keep")
    assert [problem["column"] for problem in read_errors_file(dataset)] == [
        "annotations",
        "image",
        "segmentation_bitmap",
    ]
