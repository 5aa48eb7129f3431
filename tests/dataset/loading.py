"""Functions that load a release, and functions that read the problems that a load reports."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import datasets

import segments_hf


def read_errors_file(dataset: datasets.Dataset) -> list[dict]:
    """Return the problems in the file errors.jsonl of a built dataset."""
    file = Path(dataset.cache_files[0]["filename"]).parent / "errors.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def warnings_of(caplog) -> str:
    """Return the messages that segments_hf logged, and check that all of them are warnings."""
    records = [record for record in caplog.records if record.name.startswith("segments_hf")]
    assert all(record.levelno == logging.WARNING for record in records)
    return "\n".join(record.getMessage() for record in records)


def load_with_builder_name(release, **options):
    """Load a release with `datasets.load_dataset` and the name of the registered builder."""
    return datasets.load_dataset("segments_release", data_files=str(release), split="train", **options)


def load_by_function(release, **options):
    """Load a release with `segments_hf.load_release`."""
    return segments_hf.load_release(release, split="train", **options)
