"""`validate` accepts options, shows its progress and returns a readable report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import label, sample
from layouts.mask_making import bitmap_sample

from segments_hf import load_release, validate
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, ReleaseError, SegmentsHFError

from .planting import TASK_TYPES, clean


def test_unlabeled_share_counts_the_pixels_of_labeled_samples(tmp_path: Path, write_release) -> None:
    samples = [
        bitmap_sample(tmp_path, "a", [[0, 1, 1, 1]], [{"id": 1, "category_id": 1}]),
        bitmap_sample(tmp_path, "b", [[0, 0], [0, 0], [0, 0]]),
        bitmap_sample(tmp_path, "c", [[0, 0]], status="SKIPPED"),
        sample("d", "a.jpg"),
    ]
    report = validate(write_release(samples), assets=True)
    assert report.unlabeled_share == 7 / 10
    assert validate(write_release(samples)).unlabeled_share is None


def test_limit_is_a_number_of_samples(tmp_path: Path, write_release) -> None:
    for task_type in TASK_TYPES:
        release = write_release([*clean(tmp_path, task_type), {}], task_type=task_type)
        report = validate(release, limit=3)
        assert (report.samples, report.is_clean) == (3, True)
        assert validate(release, limit=4).counts == validate(release, limit=9).counts == {"unreadable-sample": 1}
    rows = load_release(demo_release(), split="train", streaming=True)
    assert validate(rows, limit=3).rows == 3


def test_progress_is_shown_unless_progress_bars_are_disabled(capsys: pytest.CaptureFixture[str]) -> None:
    validate(demo_release())
    assert "Validating" in capsys.readouterr().err
    datasets.disable_progress_bars()
    try:
        validate(demo_release(), assets=True)
    finally:
        datasets.enable_progress_bars()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("data", "options", "error"),
    [
        (demo_release(), {"limit": 0}, OptionError),
        (demo_release(), {"labelset": "other"}, OptionError),
        ("missing.json", {}, ReleaseError),
        (3, {}, SegmentsHFError),
        (datasets.Dataset.from_dict({"text": ["a"]}), {}, SegmentsHFError),
    ],
)
def test_invalid_data_and_options_are_refused(data: Any, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        validate(data, **options)


def test_report_escapes_hostile_names(write_release) -> None:
    name = "a\x1b[31m[bold]\nb\u202e"
    samples = [sample(name, label=label("\x1b]0;title\x07"), uuid=None)] * 6
    text = str(validate(write_release(samples)))
    assert all(fact in text for fact in ("release.json", "6 samples", "5 errors, 6 warnings"))
    assert r"a\x1b[31m[bold]\nb\u202e: row 0 " in text
    assert "… 1 more" in text
    assert all(char.isprintable() for char in text.replace("\n", ""))
