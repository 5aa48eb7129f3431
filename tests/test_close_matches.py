"""An error for a name that is not in a list of choices suggests the closest choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import datasets
import pytest
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError
from segments_hf.io.choices import unknown_choice

DEMO = str(demo_release())


def stream() -> datasets.IterableDataset:
    return segments_hf.load_release(DEMO, split="train", streaming=True)


# A call with a wrong value, and the closest valid value.
CALLS: dict[str, tuple[Callable[[Path], object], str]] = {
    "export format": (lambda out: segments_hf.export_dataset(DEMO, "coco_instance", out), "coco-instance"),
    "alias of an export format": (lambda out: segments_hf.export_dataset(DEMO, "cocos", out), "coco"),
    "images of an export": (lambda out: segments_hf.export_dataset(DEMO, "coco", out, images="cpoy"), "copy"),
    "on_error of an export": (lambda out: segments_hf.export_dataset(DEMO, "coco", out, on_error="rise"), "raise"),
    "on_error": (lambda _: segments_hf.load_release(DEMO, on_error="skp"), "skip"),
    "on_error of a layout": (
        lambda _: segments_hf.to_layout(stream(), "object-detection", on_error="kep"),
        "keep",
    ),
    "verify": (lambda _: segments_hf.load_release(DEMO, verify="decoded"), "decode"),
    "layout": (lambda _: segments_hf.to_layout(stream(), "semantic"), "semantic-segmentation"),
    "layout of a push": (lambda _: segments_hf.push_to_hub(DEMO, "a/b", layout="objct-detection"), "object-detection"),
    "split": (lambda _: segments_hf.load_release(DEMO, split="trian"), "train"),
    "part of a split": (lambda _: segments_hf.load_release(DEMO, split="trian[:2]", streaming=True), "train"),
    "labelset": (lambda _: segments_hf.load_release(DEMO, labelset="ground_truth"), "ground-truth"),
    "label status": (lambda _: segments_hf.load_release(DEMO, filter_by="labled"), "LABELED"),
    "key of metadata": (lambda _: segments_hf.load_release(DEMO, splits="metadata:splt"), "split"),
}


@pytest.mark.parametrize("case", CALLS)
def test_option_error_for_a_wrong_value_suggests_the_closest_value(case: str, tmp_path: Path) -> None:
    call, closest = CALLS[case]
    with pytest.raises(OptionError) as raised:
        call(tmp_path / "out")
    assert str(raised.value).endswith(f"{closest!r}?")


@pytest.mark.parametrize(
    "call",
    [
        lambda: segments_hf.load_release(DEMO, fiter_by="LABELED"),
        lambda: segments_hf.stats(DEMO, fiter_by="LABELED"),
        lambda: datasets.load_dataset("segments_release", data_files=DEMO, fiter_by="LABELED"),
    ],
    ids=["load_release", "stats", "load_dataset"],
)
def test_error_for_an_unknown_option_suggests_the_closest_option(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=r"'filter_by'\?$"):
        call()


@pytest.mark.parametrize(
    ("arguments", "closest"),
    [
        (["exprt"], "export"),
        (["stats", DEMO, "--limt", "3"], "--limit"),
        (["export", DEMO, "coco", "OUT", "--images", "cpoy"], "copy"),
        (["build", DEMO, "OUT", "--format", "parqet"], "parquet"),
        (["build", DEMO, "OUT", "--on-error", "skp"], "skip"),
        (["build", DEMO, "OUT", "--verify", "decoded"], "decode"),
        (["export", DEMO, "coco-instanc", "OUT"], "coco-instance"),
        (["push", DEMO, "a/b", "--layout", "semantic"], "semantic-segmentation"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[2:] or value),
)
def test_commands_suggest_the_closest_name(tmp_path: Path, arguments: list[str], closest: str) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "out") if item == "OUT" else item for item in arguments])
    assert result.exit_code in {1, 2}
    printed = " ".join(result.output.replace("│", " ").split())
    assert closest in printed.lower().partition("did you mean")[2] or f"options: {closest}" in printed


def test_commands_offer_the_same_choices_as_the_functions(tmp_path: Path) -> None:
    from segments_hf.dataset.rows.problems import OnError
    from segments_hf.export.images.image_files import Images

    out = str(tmp_path / "out")
    export, build = ["export", DEMO, "coco", out], ["build", DEMO, out]
    for command, name, choices in ((export, "--images", get_args(Images)), (build, "--on-error", get_args(OnError))):
        result = CliRunner().invoke(app, [*command, name, "nothing"])
        printed = " ".join(result.output.replace("│", " ").split())
        assert ", ".join(map(repr, choices)) in printed


def test_error_for_a_name_unlike_all_choices_has_no_suggestion() -> None:
    assert "?" not in str(unknown_choice("export_format", "xml", ["coco-instance", "yolo"]))


def test_error_with_many_choices_is_short_and_suggests_the_closest_of_all() -> None:
    error = str(unknown_choice("labelset", "set-490x", [f"set-{number}" for number in range(500)]))
    assert len(error) < 600
    assert error.endswith("'set-490'?")


def test_error_for_a_value_that_is_not_text_has_no_suggestion() -> None:
    error = str(unknown_choice("images", None, ["copy"]))
    assert "None" in error
    assert "?" not in error


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("flowers.json", "flowers-v1.0.json"),
        ("Flowers-v1.0.JSON", "flowers-v1.0.json"),
        ("leafs.json", "leaves.json.gz"),
        ("missing.json", None),  # no name is close
        ("table.csv", None),  # only JSON files are suggested
        ("nowhere/flowers.json", None),
    ],
)
def test_error_for_a_missing_release_file_suggests_the_closest_json_file_in_its_folder(
    name: str, closest: str | None, tmp_path: Path
) -> None:
    for file in ("flowers-v1.0.json", "leaves.json.gz", "table1.csv"):
        (tmp_path / file).write_text("{}")
    (tmp_path / "flowers.json.d").mkdir()
    with pytest.raises(segments_hf.ReleaseError) as raised:
        segments_hf.load_release(tmp_path / name)
    assert str(tmp_path / name) in str(raised.value)
    assert ("did you mean" in str(raised.value)) == (closest is not None)
    assert closest is None or str(raised.value).endswith(f"{closest!r}?")
    assert "\n" not in str(raised.value)
