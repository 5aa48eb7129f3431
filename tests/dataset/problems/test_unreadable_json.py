"""`on_error` applies to samples whose metadata or attributes cannot be read, also together with filters."""

from __future__ import annotations

import json

import pytest

from dataset.making import label, plain_rows, sample
from segments_hf import load_release, validate
from segments_hf.dataset.rows.problems import read_problems
from segments_hf.errors import ReleaseError, SegmentsHFError, StorageError

VALUES = {
    "1e400": "1e400",
    "5,000 digits": "9" * 5000,
    "25 digits": "9" * 25,
    "deeply nested list": "[" * 200 + "]" * 200,
}
PLACEHOLDER = "@@"


def _sample_with_metadata(name):
    return sample(name, "a.jpg", label(annotations=[]), metadata={"k": PLACEHOLDER})


def _sample_with_image_attributes(name):
    return sample(name, "a.jpg", label(annotations=[], image_attributes={"k": PLACEHOLDER}), metadata={"k": 1})


def _sample_with_attributes(name):
    annotations = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 1, "attributes": {"k": PLACEHOLDER}}]
    return sample(name, "a.jpg", label(annotations=annotations), metadata={"k": 1})


# For each column, a function that makes the sample, and the JSON path of the field that cannot be read.
COLUMNS = {
    "metadata": (_sample_with_metadata, "samples[1].metadata"),
    "image_attributes": (
        _sample_with_image_attributes,
        "samples[1].labels['ground-truth'].attributes.image_attributes",
    ),
    "annotations": (_sample_with_attributes, "samples[1].labels['ground-truth'].attributes.annotations[1].attributes"),
}


@pytest.fixture(params=VALUES)
def value(request):
    """Return a JSON text that cannot be read."""
    return VALUES[request.param]


@pytest.fixture(params=COLUMNS)
def column(request):
    return request.param


@pytest.fixture
def release(write_release, value, column):
    """Return a release of three samples; the second one has JSON that cannot be read."""
    make, _ = COLUMNS[column]
    good = [sample(name, "a.jpg", label(annotations=[]), metadata={"k": 1}) for name in ("a.jpg", "c.jpg")]
    path = write_release([good[0], make("b.jpg"), good[1]])
    path.write_text(path.read_text("utf-8").replace(json.dumps(PLACEHOLDER), value), encoding="utf-8")
    return path


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
class TestOnError:
    def test_load_release_raises_an_error_with_the_json_path(self, release, column, streaming):
        with pytest.raises(ReleaseError, match=r"b\.jpg") as caught:
            list(load_release(release, split="train", load_assets=False, streaming=streaming))
        assert caught.value.json_path.startswith(f"$.dataset.{COLUMNS[column][1]}")

    @pytest.mark.parametrize("filters", [{}, {"filter_by_metadata": {"k": 1}}, {"filter_by": "labeled"}], ids=str)
    def test_load_release_skips_the_sample(self, release, filters, streaming):
        rows = load_release(release, split="train", load_assets=False, on_error="skip", streaming=streaming, **filters)
        assert [row["name"] for row in rows] == ["a.jpg", "c.jpg"]

    def test_load_release_keeps_the_sample_with_a_null_column(self, release, column, streaming):
        rows = plain_rows(load_release(release, split="train", load_assets=False, on_error="keep", streaming=streaming))
        assert [row["name"] for row in rows] == ["a.jpg", "b.jpg", "c.jpg"]
        assert rows[1][column] is None
        others = {"metadata", "annotations", "status"} - {column} - ({"status"} if column == "annotations" else set())
        assert all(rows[1][name] is not None for name in others)


def test_validate_reports_the_sample_with_unreadable_json(release, column):
    report = validate(release)
    check = "unreadable-label" if column == "annotations" else "unreadable-attributes"
    assert [(finding.sample, finding.check, finding.severity) for finding in report.findings] == [
        ("b.jpg", check, "error")
    ]


@pytest.mark.parametrize("field", ["attributes", "metadata", "label"])
def test_on_error_applies_to_unreadable_json_of_task_types_without_images(write_release, field, value):
    unreadable = {"k": PLACEHOLDER}
    fields = {
        "attributes": {"attributes": unreadable},
        "metadata": {"metadata": unreadable},
        "label": {"labels": {"ground-truth": {"label_status": "LABELED", "attributes": unreadable}}},
    }
    path = write_release([{"name": "a"}, {"name": "b", **fields[field]}], task_type="text-named-entities")
    path.write_text(path.read_text("utf-8").replace(json.dumps(PLACEHOLDER), value), encoding="utf-8")
    _, row = load_release(path, split="train", on_error="keep")
    column = {"attributes": "sample_attributes", "label": "label_attributes"}.get(field, field)
    assert (row["name"], row[column]) == ("b", None)
    assert load_release(path, split="train", on_error="skip")["name"] == ["a"]
    with pytest.raises(ReleaseError):
        load_release(path, split="train")


def test_read_problems_raises_storage_error_for_damaged_file(tmp_path):
    file = tmp_path / "errors.jsonl"
    file.write_bytes(b'{"sample": "a"')
    with pytest.raises(StorageError, match="errors.jsonl"):
        read_problems(file)
    assert issubclass(StorageError, SegmentsHFError)


def test_load_release_refuses_release_over_max_release_bytes(write_release):
    path = write_release([sample("a.jpg", "a.jpg")])
    size = path.stat().st_size
    assert len(load_release(path, split="train", load_assets=False, max_release_bytes=size)) == 1
    with pytest.raises(ReleaseError, match="max_release_bytes"):
        load_release(path, split="train", load_assets=False, max_release_bytes=size - 1)
