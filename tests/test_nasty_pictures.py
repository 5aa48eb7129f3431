"""An unreadable picture is one error that names the sample, and follows `on_error` in every function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from dataset.making import bitmap, jpeg, label, sample
from fuzz.pictures import EXPORTS, LAYOUTS, MASKS
from nasty_pictures import UNSUPPORTED, damaged_pictures

import segments_hf
from segments_hf.dataset.row_map import without_decoding
from segments_hf.errors import AssetError, BitmapError, SegmentsHFError

# Of a damaged picture, before it raises.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

IDS = [[1, 1, 0], [0, 2, 2]]
SIZE = (3, 2)
ANNOTATIONS = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 2}]
NAMES = ["first", "nasty", "last"]
COLUMNS = ["image", "segmentation_bitmap"]

_ALL = {**{name: content for name, (content, _) in UNSUPPORTED.items()}, **damaged_pictures()}
_SOME = ("eps", "tga", "damaged avif", "png of 60,000 x 60,000", "cut webp", "png of a palette without one")
NASTY = {name: _ALL[name] for name in _SOME}
nasty_pictures = pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
in_each_column = pytest.mark.parametrize("column", COLUMNS)


def written_release(folder: Path, write_release: Any, column: str = "", nasty: bytes = b"") -> Path:
    """A release of three samples; the second has a picture that cannot be read in this column."""
    samples = []
    for name in NAMES:
        contents = {"image": jpeg(SIZE), "segmentation_bitmap": bitmap(IDS)}
        if name == "nasty" and column:
            contents[column] = nasty
        for part, content in contents.items():
            (folder / f"{name}.{part}").write_bytes(content)
        bitmap_of = {"url": f"{name}.segmentation_bitmap"}
        labels = label(annotations=ANNOTATIONS, segmentation_bitmap=bitmap_of)
        samples.append(sample(name, f"{name}.image", labels))
    release: Path = write_release(samples)
    return release


def dataset_with(folder: Path, write_release: Any, column: str, nasty: bytes, *, streaming: bool = False) -> Any:
    """A dataset of the same samples, whose pictures were not checked."""
    good = segments_hf.load_release(written_release(folder, write_release), split="train", embed=True)
    rows = list(without_decoding(good))
    rows[1][column] = {"bytes": nasty, "path": None}
    undecoded = {
        name: datasets.Image(decode=False, id=feature.id) if isinstance(feature, datasets.Image) else feature
        for name, feature in good.features.items()
    }
    made = datasets.Dataset.from_list(rows, features=datasets.Features(undecoded)).cast(good.features)
    return made.to_iterable_dataset() if streaming else made


@in_each_column
@nasty_pictures
@pytest.mark.parametrize("streaming", [False, True], ids=["built", "streamed"])
class TestLoadRelease:
    def load(self, release: Path, streaming: bool, **options: Any) -> list[dict[str, Any]]:
        options = {"split": "train", "verify": "decode", "streaming": streaming, **options}
        return list(without_decoding(segments_hf.load_release(release, **options)))

    def test_raise_names_the_sample(self, tmp_path, write_release, column, nasty, streaming) -> None:
        release = written_release(tmp_path, write_release, column, nasty)
        with pytest.raises(AssetError, match="nasty"):
            self.load(release, streaming)

    def test_skip_leaves_the_row_out(self, tmp_path, write_release, column, nasty, streaming) -> None:
        release = written_release(tmp_path, write_release, column, nasty)
        rows = self.load(release, streaming, on_error="skip")
        assert [row["name"] for row in rows] == ["first", "last"]

    def test_keep_leaves_null(self, tmp_path, write_release, column, nasty, streaming) -> None:
        release = written_release(tmp_path, write_release, column, nasty)
        rows = self.load(release, streaming, on_error="keep")
        assert [row["name"] for row in rows] == NAMES
        assert [row[column] is None for row in rows] == [False, True, False]


@pytest.mark.slow
def test_load_release_with_processes_follows_the_policy(tmp_path, write_release) -> None:
    release = written_release(tmp_path, write_release, "image", NASTY["damaged avif"])
    rows = segments_hf.load_release(release, split="train", num_proc=2, on_error="skip")
    assert rows["name"] == ["first", "last"]
    with pytest.raises(SegmentsHFError, match="nasty"):
        segments_hf.load_release(release, split="train", num_proc=2)


@nasty_pictures
class TestReleases:
    """Releases loaded by default, which does not check pixels."""

    def test_validate_reports_it(self, tmp_path, write_release, nasty) -> None:
        for column in COLUMNS:
            release = written_release(tmp_path, write_release, column, nasty)
            report = segments_hf.validate(release, assets=True, verify="decode")
            assert any("nasty" in str(finding.sample) for finding in report.findings)

    def test_stats_counts_other_samples(self, tmp_path, write_release, nasty) -> None:
        release = written_release(tmp_path, write_release, "segmentation_bitmap", nasty)
        counted = segments_hf.stats(release, assets=True)
        assert counted.images == 3
        assert any("nasty" in problem for problem in counted.problems)
        assert counted.unlabeled_pixels == 4  # of the two others

    @in_each_column
    def test_preview_shows_unreadable_picture_as_missing(self, tmp_path, write_release, column, nasty) -> None:
        release = written_release(tmp_path, write_release, column, nasty)
        segments_hf.preview(release, tmp_path / "page.html")
        assert (tmp_path / "page.html").exists()

    @in_each_column
    @pytest.mark.parametrize(("policy", "shown"), [("keep", 3), ("skip", 2)])
    def test_contact_sheet_follows_the_policy(self, tmp_path, write_release, column, nasty, policy, shown) -> None:
        release = written_release(tmp_path, write_release, column, nasty)
        sheet = segments_hf.contact_sheet(release, on_error=policy)
        assert sheet.width == 12 + shown * (2 * 240 + 12)

    @in_each_column
    def test_contact_sheet_raises_if_asked_to(self, tmp_path, write_release, column, nasty) -> None:
        release = written_release(tmp_path, write_release, column, nasty)
        with pytest.raises((AssetError, BitmapError), match="nasty"):
            segments_hf.contact_sheet(release, on_error="raise")


def _readers(folder: Path) -> dict[str, Callable[[Any], Any]]:
    """Return the functions that read bitmaps and have no `on_error`."""
    masks = {function.__name__: lambda rows, add=function: list(without_decoding(add(rows))) for function in MASKS}
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


@pytest.mark.parametrize("reader", _readers(Path()))
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_unreadable_bitmap_raises_error_with_sample(tmp_path, write_release, reader, streaming) -> None:
    rows = dataset_with(tmp_path, write_release, "segmentation_bitmap", NASTY["damaged avif"], streaming=streaming)
    with pytest.raises((BitmapError, AssetError), match="nasty"):
        _readers(tmp_path)[reader](rows)


@nasty_pictures
class TestDatasets:
    """Rows whose pictures were not checked."""

    @pytest.mark.parametrize("task", LAYOUTS)
    @pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
    def test_layouts_follow_the_policy(self, tmp_path, write_release, nasty, task, streaming) -> None:
        rows = dataset_with(tmp_path, write_release, "segmentation_bitmap", nasty, streaming=streaming)
        for policy, count in (("skip", 2), ("keep", 3)):
            made = list(without_decoding(segments_hf.to_layout(rows, task, on_error=policy)))
            assert len(made) == count

    @in_each_column
    def test_stats_and_validate_continue_after_unreadable_picture(self, tmp_path, write_release, nasty, column) -> None:
        rows = dataset_with(tmp_path, write_release, column, nasty)
        report = segments_hf.validate(rows, assets=True)
        counted = segments_hf.stats(rows)
        segments_hf.preview(rows, tmp_path / "page.html")
        assert counted.images == 3
        if column == "segmentation_bitmap":
            assert any("nasty" in str(finding.sample) for finding in report.findings)
            assert any("nasty" in problem for problem in counted.problems)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("export", EXPORTS)
def test_exports_skip_rows_whose_pictures_cannot_be_read(tmp_path, write_release, column, export) -> None:
    for nasty in ("eps", "damaged avif"):
        rows = dataset_with(tmp_path, write_release, column, NASTY[nasty])
        exported = segments_hf.export_dataset(rows, export, tmp_path / "out", on_error="skip", overwrite=True)
        assert (exported.images, exported.left_out["broken"]) == (2, 1)
        with pytest.raises((AssetError, BitmapError), match="nasty"):
            segments_hf.export_dataset(rows, export, tmp_path / "out", overwrite=True)
