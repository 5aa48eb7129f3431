"""Each function applies `on_error` to an unreadable image or bitmap, and the error names the sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import bitmap, jpeg, label, sample
from fuzz.damaged_images import EXPORTS, LAYOUTS, MASKS
from unreadable_images import UNSUPPORTED, damaged_images

import segments_hf
from segments_hf.dataset.row_map import without_decoding
from segments_hf.errors import AssetError, BitmapError, SegmentsHFError

# Pillow warns about a damaged image before it raises an exception.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

IDS = [[1, 1, 0], [0, 2, 2]]
SIZE = (3, 2)
ANNOTATIONS = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 2}]
NAMES = ["first", "middle", "last"]
COLUMNS = ["image", "segmentation_bitmap"]

_ALL_FILES = {**{name: content for name, (content, _) in UNSUPPORTED.items()}, **damaged_images()}
_CHOSEN_NAMES = ("eps", "tga", "damaged avif", "png of 60,000 x 60,000", "truncated webp", "png without its palette")
UNREADABLE = {name: _ALL_FILES[name] for name in _CHOSEN_NAMES}
with_each_unreadable_file = pytest.mark.parametrize("unreadable", UNREADABLE.values(), ids=UNREADABLE)
with_each_column = pytest.mark.parametrize("column", COLUMNS)


def written_release(folder: Path, write_release: Any, column: str = "", unreadable: bytes = b"") -> Path:
    """Write a release of three samples. The second sample has the unreadable file in `column`, if it is set."""
    samples = []
    for name in NAMES:
        contents = {"image": jpeg(SIZE), "segmentation_bitmap": bitmap(IDS)}
        if name == "middle" and column:
            contents[column] = unreadable
        for part, content in contents.items():
            (folder / f"{name}.{part}").write_bytes(content)
        reference = {"url": f"{name}.segmentation_bitmap"}
        labels = label(annotations=ANNOTATIONS, segmentation_bitmap=reference)
        samples.append(sample(name, f"{name}.image", labels))
    release: Path = write_release(samples)
    return release


def dataset_with(folder: Path, write_release: Any, column: str, unreadable: bytes, *, streaming: bool = False) -> Any:
    """Return a dataset of the samples of `written_release`. The file `unreadable` is in the second row, unchecked."""
    readable = segments_hf.load_release(written_release(folder, write_release), split="train", embed=True)
    rows = list(without_decoding(readable))
    rows[1][column] = {"bytes": unreadable, "path": None}
    undecoded = {
        name: datasets.Image(decode=False, id=feature.id) if isinstance(feature, datasets.Image) else feature
        for name, feature in readable.features.items()
    }
    dataset = datasets.Dataset.from_list(rows, features=datasets.Features(undecoded)).cast(readable.features)
    return dataset.to_iterable_dataset() if streaming else dataset


@with_each_column
@with_each_unreadable_file
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
class TestLoadReleaseWithUnreadableImage:
    def load(self, release: Path, streaming: bool, **options: Any) -> list[dict[str, Any]]:
        options = {"split": "train", "verify": "decode", "streaming": streaming, **options}
        return list(without_decoding(segments_hf.load_release(release, **options)))

    def test_raise_names_the_sample(self, tmp_path, write_release, column, unreadable, streaming) -> None:
        release = written_release(tmp_path, write_release, column, unreadable)
        with pytest.raises(AssetError, match="middle"):
            self.load(release, streaming)

    def test_skip_leaves_out_the_row(self, tmp_path, write_release, column, unreadable, streaming) -> None:
        release = written_release(tmp_path, write_release, column, unreadable)
        rows = self.load(release, streaming, on_error="skip")
        assert [row["name"] for row in rows] == ["first", "last"]

    def test_keep_leaves_null(self, tmp_path, write_release, column, unreadable, streaming) -> None:
        release = written_release(tmp_path, write_release, column, unreadable)
        rows = self.load(release, streaming, on_error="keep")
        assert [row["name"] for row in rows] == NAMES
        assert [row[column] is None for row in rows] == [False, True, False]


@pytest.mark.slow
def test_load_release_with_processes_applies_on_error(tmp_path, write_release) -> None:
    release = written_release(tmp_path, write_release, "image", UNREADABLE["damaged avif"])
    rows = segments_hf.load_release(release, split="train", num_proc=2, on_error="skip")
    assert rows["name"] == ["first", "last"]
    with pytest.raises(SegmentsHFError, match="middle"):
        segments_hf.load_release(release, split="train", num_proc=2)


@with_each_unreadable_file
class TestReleaseWithUnreadableImage:
    """Each function is called with a release that has an unreadable file."""

    def test_validate_reports_the_sample(self, tmp_path, write_release, unreadable) -> None:
        for column in COLUMNS:
            release = written_release(tmp_path, write_release, column, unreadable)
            report = segments_hf.validate(release, assets=True, verify="decode")
            assert any("middle" in str(finding.sample) for finding in report.findings)

    def test_stats_counts_the_other_samples_and_names_the_sample(self, tmp_path, write_release, unreadable) -> None:
        release = written_release(tmp_path, write_release, "segmentation_bitmap", unreadable)
        counted = segments_hf.stats(release, assets=True)
        assert counted.images == 3
        assert any("middle" in problem for problem in counted.problems)
        assert counted.unlabeled_pixels == 4  # 2 pixels of each of the two other samples

    @with_each_column
    def test_preview_continues_after_an_unreadable_image(self, tmp_path, write_release, column, unreadable) -> None:
        release = written_release(tmp_path, write_release, column, unreadable)
        segments_hf.preview(release, tmp_path / "page.html")
        page = (tmp_path / "page.html").read_text()
        assert [name for name in NAMES if f'"{name}"' not in page] == []

    @with_each_column
    @pytest.mark.parametrize(("on_error", "shown"), [("keep", 3), ("skip", 2)])
    def test_contact_sheet_applies_on_error(self, tmp_path, write_release, column, unreadable, on_error, shown) -> None:
        release = written_release(tmp_path, write_release, column, unreadable)
        sheet = segments_hf.contact_sheet(release, on_error=on_error)
        assert sheet.width == 12 + shown * (2 * 240 + 12)

    @with_each_column
    def test_contact_sheet_with_raise_names_the_sample(self, tmp_path, write_release, column, unreadable) -> None:
        release = written_release(tmp_path, write_release, column, unreadable)
        with pytest.raises((AssetError, BitmapError), match="middle"):
            segments_hf.contact_sheet(release, on_error="raise")


def _functions(folder: Path) -> dict[str, Callable[[Any], Any]]:
    """Return the functions that read bitmaps, each called without `on_error`."""
    masks = {add.__name__: lambda rows, add=add: list(without_decoding(add(rows))) for add in MASKS}
    layouts = {task: lambda rows, to=task: list(without_decoding(segments_hf.to_layout(rows, to))) for task in LAYOUTS}
    exports = {
        f"export {name}": lambda rows, to=name: segments_hf.export_dataset(rows, to, folder / "exported")
        for name in EXPORTS
    }
    drawings = {
        "contact sheet": segments_hf.contact_sheet,
        "plot": lambda rows: segments_hf.plot(rows, index=1),
    }
    return {**masks, **layouts, **exports, **drawings}


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("function", _functions(Path()))
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_unreadable_bitmap_raises_error_that_names_the_sample(tmp_path, write_release, function, streaming) -> None:
    rows = dataset_with(tmp_path, write_release, "segmentation_bitmap", UNREADABLE["damaged avif"], streaming=streaming)
    with pytest.raises((BitmapError, AssetError), match="middle"):
        _functions(tmp_path)[function](rows)


@with_each_unreadable_file
class TestDatasetWithUnreadableImage:
    """Each function is called with a dataset that has an unreadable file, which was not checked."""

    @pytest.mark.each_choice(2)
    @pytest.mark.parametrize("task", LAYOUTS)
    @pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
    def test_layouts_apply_on_error(self, tmp_path, write_release, unreadable, task, streaming) -> None:
        rows = dataset_with(tmp_path, write_release, "segmentation_bitmap", unreadable, streaming=streaming)
        for on_error, count in (("skip", 2), ("keep", 3)):
            rows_of_layout = list(without_decoding(segments_hf.to_layout(rows, task, on_error=on_error)))
            assert len(rows_of_layout) == count

    @with_each_column
    def test_stats_and_validate_continue_after_an_unreadable_image(
        self, tmp_path, write_release, unreadable, column
    ) -> None:
        rows = dataset_with(tmp_path, write_release, column, unreadable)
        report = segments_hf.validate(rows, assets=True)
        counted = segments_hf.stats(rows)
        segments_hf.preview(rows, tmp_path / "page.html")
        assert counted.images == 3
        if column == "segmentation_bitmap":
            assert any("middle" in str(finding.sample) for finding in report.findings)
            assert any("middle" in problem for problem in counted.problems)


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("export", EXPORTS)
def test_export_skips_rows_with_unreadable_images_or_names_the_sample(tmp_path, write_release, column, export) -> None:
    for unreadable in ("eps", "damaged avif"):
        rows = dataset_with(tmp_path, write_release, column, UNREADABLE[unreadable])
        exported = segments_hf.export_dataset(rows, export, tmp_path / "out", on_error="skip", overwrite=True)
        assert (exported.images, exported.left_out["broken"]) == (2, 1)
        with pytest.raises((AssetError, BitmapError), match="middle"):
            segments_hf.export_dataset(rows, export, tmp_path / "out", overwrite=True)
