"""Class names with unusual characters in the files of exports: label maps, XML, YAML and JSON."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from segments_hf import export_dataset
from segments_hf.export.images.labelmap import labelmap, labelmap_names
from segments_hf.release import Category

from .making import bitmap_release

# The names of the three classes of a release.
NAMES = [
    ["car: red", "car red", "car\nred"],
    ["# car", "car", " car "],
    ["background", "unlabeled", "Background"],
    ["", "::", "#\r\n"],
    ["a\x07", "a", "a\x9b\u2028"],
    ["<b> & \"c\"", "]]>", "<!-- -->"],
    ["- a: [b]", "null", "yes"],
    ["---\n", "...\n", "\t'\""],
]  # fmt: skip


def _read_labelmap(content: str) -> list[str]:
    """Return the class names as CVAT and datumaro read them: they skip comments, and split lines at colons."""
    lines = [line.strip() for line in content.splitlines()]
    fields = [line.split(":") for line in lines if line and not line.startswith("#")]
    assert all(len(field) == 4 for field in fields)
    return [field[0] for field in fields]


@example(["background", "unlabeled", "unlabeled (1)"])
@given(st.lists(st.one_of(st.sampled_from(sum(NAMES, [])), st.text(max_size=4)), min_size=1))
def test_labelmap_has_one_line_with_a_unique_name_for_each_class(names: list[str]) -> None:
    categories = [Category(number, name) for number, name in enumerate(names)]
    content = labelmap("background", categories, [(1, 2, 3)] * len(names)).decode()
    read = _read_labelmap(content)
    assert read == ["background", *labelmap_names(categories)]
    assert len(set(read)) == len(names) + 1
    assert not {"background", "unlabeled"} & set(read[1:])
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for name in read for char in name)


@pytest.mark.parametrize("names", NAMES)
def test_xml_of_pascal_voc_has_the_class_names_of_its_labelmap(tmp_path: Path, names: list[str]) -> None:
    out = _exported(tmp_path, names, "pascal-voc")
    class_names = _read_labelmap((out / "labelmap.txt").read_text("utf-8"))
    assert class_names[0] == "background"
    assert len(set(class_names)) == 4
    found = ET.parse(out / "Annotations" / "meadow.xml").getroot().findall("object/name")
    assert found
    assert {name.text for name in found} <= set(class_names[1:])


@pytest.mark.parametrize("names", NAMES)
def test_semantic_color_reserves_the_name_of_unlabeled_pixels(tmp_path: Path, names: list[str]) -> None:
    out = _exported(tmp_path, names, "semantic-color")
    class_names = _read_labelmap((out / "labelmap.txt").read_text("utf-8"))
    assert class_names[0] == "unlabeled"
    assert len(set(class_names)) == 4


@pytest.mark.parametrize("names", NAMES)
def test_yolo_and_coco_keep_the_class_names_of_the_release(tmp_path: Path, names: list[str]) -> None:
    data = yaml.safe_load((_exported(tmp_path / "yolo", names, "yolo") / "data.yaml").read_text("utf-8"))
    assert data["names"] == dict(enumerate(names))
    assert {"train", "val", "nc", "names"} == set(data)
    coco = json.loads((_exported(tmp_path / "coco", names, "coco") / "annotations/instances_train.json").read_bytes())
    assert [category["name"] for category in coco["categories"]] == names


@pytest.mark.parametrize("name", ["a\u3000b.jpg", "a & <b>.jpg", "é\u200d.jpg"])
def test_xml_of_pascal_voc_has_the_name_of_the_image_file(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    export_dataset(bitmap_release(tmp_path, {name: True}), "pascal-voc", out)
    (xml,) = (out / "Annotations").iterdir()
    assert (out / "JPEGImages" / str(ET.parse(xml).getroot().findtext("filename"))).is_file()


def _exported(folder: Path, names: list[str], export_format: str) -> Path:
    folder.mkdir(exist_ok=True)
    categories = [{"id": number, "name": name} for number, name in zip((0, 3, 8), names, strict=True)]
    release = bitmap_release(folder, task_attributes={"format_version": "0.1", "categories": categories})
    export_dataset(release, export_format, folder / "out")
    return folder / "out"
