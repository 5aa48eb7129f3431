"""`read_release` returns the rows of `load_release` and `to_layout` as a dataset of Ray, in order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from golden_releases import bitmap_release, bitmap_sequence_release, cuboid_release, vector_release
from hub.demo_push import stored_rows

from distributed.conftest import TwoNodes
from distributed.pushes import local_image_release
from segments_hf import AssetError, MissingExtraError, OptionError, load_release, to_layout
from segments_hf.demo import demo_release
from segments_hf.distributed import features_of, read_release

# Ray Data issues a warning about its own default settings.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")


def stored_ray_rows(dataset: Any, features: datasets.Features) -> list[dict[str, Any]]:
    """Return the rows of a dataset of Ray as `datasets` stores them."""
    tables = list(dataset.iter_batches(batch_size=None, batch_format="pyarrow"))
    return stored_rows(datasets.Dataset(pa.concat_tables(tables)).cast(features))


@pytest.mark.parametrize("layout", [None, "semantic-segmentation", "panoptic-segmentation", "object-detection"])
def test_features_are_those_of_the_dataset(layout: str | None) -> None:
    rows = load_release(demo_release(), split="train", streaming=True)
    expected = rows if layout is None else to_layout(rows, layout)
    assert features_of(demo_release(), layout=layout) == expected.features


@pytest.mark.parametrize("options", [{"embed": True}, {"num_proc": 2}, {"cache_dir": "/tmp"}, {"connections": 3}])
def test_option_that_features_of_does_not_have_is_an_error(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=next(iter(options))):
        features_of(demo_release(), **options)


def test_error_of_missing_ray_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"segments-hf\[ray\]"):
        read_release(demo_release())


@pytest.mark.slow
@pytest.mark.parametrize("write", [bitmap_release, vector_release, bitmap_sequence_release, cuboid_release])
def test_rows_are_those_of_load_release(cluster: TwoNodes, tmp_path: Path, write: Any) -> None:
    release = write(tmp_path)
    rows = read_release(release)
    expected = load_release(release, split="train", embed=True)
    assert stored_ray_rows(rows, features_of(release)) == stored_rows(expected)


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation"])
def test_rows_of_a_layout_are_those_of_to_layout(
    cluster: TwoNodes, tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each sample is a slice, so some slices have no rows.
    monkeypatch.setattr("segments_hf.distributed.release_dataset.slice_size_of", lambda rows: 1)
    release = bitmap_release(tmp_path)
    rows = read_release(release, layout=layout)
    expected = to_layout(load_release(release, split="train"), layout)
    assert rows.schema().names == list(expected.features)
    assert stored_ray_rows(rows, features_of(release, layout=layout)) == stored_rows(expected)


@pytest.mark.slow
def test_rows_of_several_slices_are_in_order(cluster: TwoNodes, tmp_path: Path, write_release: Any) -> None:
    release = local_image_release(tmp_path, write_release, 300)
    rows = read_release(release)
    names = [f"{number}.png" for number in range(300)]
    assert [row["name"] for row in rows.iter_rows()] == names
    mapped = rows.map_batches(lambda batch: batch, batch_format="pyarrow")
    assert [row["name"] for row in mapped.iter_rows()] == names
    assert rows.count() == 300
    assert rows.sort("name", descending=True).take(1)[0]["name"] == "99.png"


@pytest.mark.slow
def test_split_must_be_passed_if_there_are_several(cluster: TwoNodes) -> None:
    splits = {"train": 0.5, "test": 0.5}
    with pytest.raises(OptionError, match="splits 'train', 'test', .* split='train'"):
        read_release(demo_release(), splits=splits)
    rows = read_release(demo_release(), splits=splits, split="test")
    expected = load_release(demo_release(), splits=splits, split="test")
    assert [row["name"] for row in rows.iter_rows()] == expected["name"]


@pytest.mark.slow
def test_rows_left_out_by_on_error_are_not_counted(cluster: TwoNodes, tmp_path: Path, write_release: Any) -> None:
    release = write_release([{"name": "0"}, {"name": 5}, {"name": "2"}], task_type="text-named-entities")
    rows = read_release(release, on_error="skip")
    assert rows.count() == 2
    assert [row["name"] for row in rows.iter_rows()] == ["0", "2"]


@pytest.mark.slow
def test_error_of_a_sample_is_an_error_of_segments_hf(cluster: TwoNodes, tmp_path: Path, write_release: Any) -> None:
    release = local_image_release(tmp_path, write_release, 3)
    (tmp_path / "1.png").write_bytes(b"no image")
    rows = read_release(release)
    with pytest.raises(AssetError, match=r"sample '1\.png'"):
        rows.materialize()
