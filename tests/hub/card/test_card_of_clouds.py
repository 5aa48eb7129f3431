"""The card of pushed point clouds has the numbers of points, and code that reads the points."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from huggingface_hub import DatasetCard

import segments_hf
from hub.cloud_samples import POINT_COUNT, REPO, TASK_TYPES, pcd_file, points, write_cloud_release
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release
from segments_hf.points import read_points


def card_of(hub: HubServer) -> DatasetCard:
    return DatasetCard(hub.files(REPO)["README.md"].decode())


def table_rows(card: DatasetCard) -> list[list[str]]:
    """Return the cells of each row of the tables in the card."""
    lines = [line for line in card.text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def code_blocks(card: DatasetCard) -> list[str]:
    return re.findall(r"```python\n(.*?)```", card.text, re.DOTALL)


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("task_type", TASK_TYPES)
@pytest.mark.parametrize("form", ["release", "dataset"])
def test_card_has_the_numbers_of_points_and_objects(
    hub: HubServer, tmp_path: Path, write_release: Any, task_type: str, form: str
) -> None:
    path = write_cloud_release(tmp_path, write_release, task_type)
    segments_hf.push_to_hub(path if form == "release" else segments_hf.load_release(path), REPO)
    rows = table_rows(card_of(hub))
    clouds = 9 if "sequence" in task_type else 3
    labeled = clouds * 2 // 3
    header = next(cells for cells in rows if cells[0] == "split")
    assert header == ["split", "rows", "points", "points per cloud", "objects", "size"]
    assert ["train", str(clouds), str(clouds * POINT_COUNT), str(POINT_COUNT), str(2 * labeled)] in [
        cells[:5] for cells in rows
    ]
    classes = {cells[1]: cells[4:] for cells in rows if cells[1] in ("car", "road")}
    if "segmentation" in task_type:
        assert classes == {"car": [str(labeled), str(18 * labeled)], "road": [str(labeled), str(12 * labeled)]}
    else:
        assert classes == {"car": [str(labeled)], "road": [str(labeled)]}


def test_yaml_of_the_card_has_tags_of_point_clouds(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    segments_hf.push_to_hub(write_cloud_release(tmp_path, write_release, "pointcloud-cuboid"), REPO)
    data = card_of(hub).data
    assert data.task_categories == ["other"]
    assert {"3d", "point-cloud", "segments.ai"} <= set(data.tags)


@pytest.mark.parametrize("kind", ["kitti", "binary-xyzir", "pcd"])
@pytest.mark.parametrize("task_type", ["pointcloud-cuboid", "pointcloud-segmentation"])
def test_code_in_the_card_reads_points_with_segments_hf_and_without_it(
    hub: HubServer, tmp_path: Path, write_release: Any, task_type: str, kind: str
) -> None:
    segments_hf.push_to_hub(write_cloud_release(tmp_path, write_release, task_type, kind), REPO)
    loading, with_segments_hf, without_segments_hf = code_blocks(card_of(hub))
    names: dict[str, Any] = {}
    exec(loading, names)
    exec(with_segments_hf, names)
    row = names["row"]
    np.testing.assert_array_equal(names["points"], read_points(row, ("x", "y", "z")))
    if task_type == "pointcloud-cuboid":
        assert len(names["cuboids"]) == 2
    else:
        assert len(names["labels"]) == POINT_COUNT
    assert "segments_hf" not in without_segments_hf
    exec(without_segments_hf, names)
    np.testing.assert_array_equal(names["points"][:, :3], read_points(row, ("x", "y", "z")))


def test_card_has_code_for_each_type_of_point_cloud_from_the_most_frequent_type_on(
    hub: HubServer, tmp_path: Path, write_release: Any
) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid")
    rows = segments_hf.load_release(path, split="train", embed=True)
    files = [("kitti", points(0)), ("pcd", pcd_file(0)), ("pcd", pcd_file(1))]
    items = [
        row | {"point_cloud_type": kind, "point_cloud": {"bytes": content, "path": None}}
        for row, (kind, content) in zip(rows, files, strict=True)
    ]
    segments_hf.push_to_hub(datasets.Dataset.from_list(items, features=rows.features), REPO)
    text = card_of(hub).text
    assert text.index("type `pcd`") < text.index("type `kitti`")


def test_counts_of_a_kept_split_stay_in_the_card(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-segmentation")
    splits = segments_hf.load_release({"train": path, "test": path})
    segments_hf.push_to_hub(splits, REPO)
    before = table_rows(card_of(hub))
    segments_hf.push_to_hub(splits["test"], REPO)
    assert table_rows(card_of(hub)) == before


@pytest.mark.parametrize("name", ["street-cuboids", "street-segmentation"])
def test_card_of_the_demo_release_counts_the_points_of_its_files(hub: HubServer, name: Any) -> None:
    segments_hf.push_to_hub(demo_release(name), REPO)
    total = sum(len(read_points(row)) for row in segments_hf.load_release(demo_release(name), split="train"))
    assert [f"{total:,}"] == [cells[2] for cells in table_rows(card_of(hub)) if cells[:2] == ["train", "5"]]


@pytest.mark.parametrize(
    ("name", "layout"),
    [("street-cuboids", "point-cloud-detection"), ("street-segmentation", "point-cloud-segmentation")],
)
def test_card_of_a_layout_counts_points_and_has_tags_of_point_clouds(hub: HubServer, name: Any, layout: str) -> None:
    pushed = segments_hf.push_to_hub(demo_release(name), REPO, layout=layout)
    rows = datasets.load_dataset(REPO, split="train").with_format("numpy")
    total = sum(len(row["points"]) for row in rows)
    cells = next(cells for cells in table_rows(card_of(hub)) if cells[0] == "train")
    assert cells[:3] == ["train", str(pushed.splits["train"].rows), f"{total:,}"]
    assert {"3d", "point-cloud"} <= set(card_of(hub).data.tags)
    assert card_of(hub).data.task_categories == ["other"]
    assert "contact_sheet.jpg" in hub.files(REPO)
