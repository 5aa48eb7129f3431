"""Damaged bitmaps and invalid options raise errors of segments_hf that name the sample or the option."""

from __future__ import annotations

import zlib
from pathlib import Path

import datasets
import pytest
from dataset.making import bitmap, jpeg, label, sample, with_pixels
from PIL import Image

import segments_hf
from segments_hf import add_instance_masks, add_panoptic_masks, add_semantic_masks, load_release
from segments_hf.errors import BitmapError, OptionError, SegmentsHFError

from .mask_making import KINDS, annotation, bitmap_sample, pixels, write_image

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

ADD = [add_semantic_masks, add_instance_masks, add_panoptic_masks]


@pytest.fixture
def release(tmp_path, write_release):
    return write_release(
        [bitmap_sample(tmp_path, f"s{n}", [[n % 2, 2]], [annotation(1), annotation(2, 2)]) for n in range(3)]
    )


def masks(dataset, column="semantic_mask"):
    return [pixels(row[column]) for row in dataset]


VALID = bitmap([[n * m for n in range(40)] for m in range(30)])
HEAD = VALID.partition(b"IDAT")[0]
# `load_release` accepts these bitmaps because all chunks and checksums are valid, but their pixels cannot be decoded.
UNREADABLE = {
    "cut": with_pixels(VALID, lambda data: data[:56]),
    "no pixels": HEAD[:-4] + VALID[-12:],
    "zeros": with_pixels(VALID, lambda data: data[:16] + bytes(60) + data[76:]),
    "no zlib stream": with_pixels(VALID, lambda data: b"no zlib stream " * 9),
}
# `load_release` refuses these files, but a file may be damaged after it was loaded.
DAMAGED = {
    "cut": VALID[: len(HEAD) + 60],
    "zeros": VALID[: len(HEAD) + 20] + bytes(60) + VALID[len(HEAD) + 80 :],
    "empty": b"",
    "HTML": b"<html>Sign in</html>",
}


def damage(dataset, index, content):
    """Replace the content of the bitmap file of a row."""
    undecoded = dataset.cast_column("segmentation_bitmap", datasets.Image(decode=False))
    Path(undecoded[index]["segmentation_bitmap"]["path"]).write_bytes(content)


class TestDamagedBitmap:
    @pytest.mark.each_choice(1)
    @IGNORE_FORK_WARNING
    @pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
    @pytest.mark.parametrize("case", UNREADABLE)
    def test_bitmap_with_unreadable_pixels_raises_error_that_names_the_sample(
        self, tmp_path, write_release, options, case
    ):
        samples = [bitmap_sample(tmp_path, f"s{n}", [[1]], [annotation(1)]) for n in range(3)]
        release = write_release(
            [*samples, bitmap_sample(tmp_path, "bad", annotations=[annotation(1)], content=UNREADABLE[case])]
        )
        streaming = options == {"streaming": True}
        dataset = load_release(release, split="train", streaming=streaming)
        for add in ADD:
            with pytest.raises(BitmapError, match="sample 'bad'"):
                list(add(dataset, **({} if streaming else options)))

    @pytest.mark.each_choice(1)
    @IGNORE_FORK_WARNING
    @pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
    @pytest.mark.parametrize("case", DAMAGED)
    def test_bitmap_damaged_after_loading_raises_error_that_names_the_sample(
        self, tmp_path, write_release, options, case
    ):
        samples = [bitmap_sample(tmp_path, f"s{n}", [[1]], [annotation(1)]) for n in range(3)]
        samples.append(bitmap_sample(tmp_path, "bad", annotations=[annotation(1)], content=VALID))
        dataset = load_release(write_release(samples), split="train")
        damage(dataset, 3, DAMAGED[case])
        streaming = options == {"streaming": True}
        if streaming:
            dataset = dataset.to_iterable_dataset()
        for add in ADD:
            with pytest.raises(BitmapError, match="sample 'bad'"):
                list(add(dataset, **({} if streaming else options)))

    def test_unreadable_bitmap_of_a_sequence_raises_error_that_names_the_frame(self, tmp_path, write_release):
        frames = [{"image": {"url": write_image(tmp_path, f"{n}.jpg", jpeg((40, 30)))}} for n in range(2)]
        files = [write_image(tmp_path, f"{n}.png", png) for n, png in enumerate([VALID, UNREADABLE["cut"]])]
        contents = [{"annotations": [annotation(1)], "segmentation_bitmap": {"url": file}} for file in files]
        item = sample("drive", None, label(frames=contents), attributes={"frames": frames})
        dataset = load_release(write_release([item], task_type="image-segmentation-sequence"), split="train")
        with pytest.raises(BitmapError, match="sample 'drive', frame 1"):
            add_semantic_masks(dataset)

    @pytest.mark.parametrize("content", [b"", b"no image", None])
    def test_damaged_bitmap_in_changed_rows_raises_error_that_names_the_sample(self, release, content):
        rows = load_release(release, split="train").cast_column("segmentation_bitmap", datasets.Image(decode=False))
        broken = {"bytes": content, "path": None if content is not None else "/gone.png"}
        with pytest.raises(BitmapError, match="sample 's0'"):
            add_semantic_masks(rows.map(lambda row: {"segmentation_bitmap": broken}))

    def test_bitmap_with_a_huge_compressed_text_raises_error_that_names_the_sample(self, tmp_path, write_release):
        file = tmp_path / "rgb.png"
        Image.new("RGB", (2, 2)).save(file)
        text = b"zTXt" + b"Comment\0\0" + zlib.compress(bytes(2**22))
        chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
        content = file.read_bytes()[:-12] + chunk + file.read_bytes()[-12:]
        item = bitmap_sample(tmp_path, "bad", annotations=[annotation(1)], content=content)
        with pytest.raises(BitmapError, match="sample 'bad'"):
            add_semantic_masks(load_release(write_release([item]), split="train"))


class TestRefusedInput:
    @pytest.mark.parametrize("add", ADD)
    @pytest.mark.parametrize("kind", KINDS)
    def test_add_masks_refuses_the_name_of_an_existing_column(self, release, kind, add):
        with pytest.raises(OptionError, match="column: got image"):
            add(load_release(release, **KINDS[kind]), column="image")

    def test_add_masks_refuses_a_column_that_already_has_masks(self, release):
        for add in (add_semantic_masks, add_instance_masks):
            once = add(load_release(release, split="train"), column="first")
            with pytest.raises(OptionError, match="first"):
                add(once, column="first")
            assert masks(add(once, column="second"), "second") == masks(once, "first")

    def test_add_panoptic_masks_refuses_segments_info_as_the_name_of_its_column(self, release):
        with pytest.raises(OptionError, match="segments_info"):
            add_panoptic_masks(load_release(release, split="train"), column="segments_info")

    def test_add_panoptic_masks_refuses_a_dataset_that_has_segments_info(self, release):
        once = add_panoptic_masks(load_release(release, split="train"), column="first")
        with pytest.raises(OptionError, match="segments_info, which the dataset has already; rename or remove"):
            add_panoptic_masks(once, column="second")

    @pytest.mark.parametrize("ignore_index", [-1, -100, 0, 1, 2**16])
    def test_add_semantic_masks_refuses_ignore_index_that_is_a_class_or_outside_of_16_bits(self, release, ignore_index):
        with pytest.raises(OptionError, match=rf"ignore_index: got {ignore_index}.*2 to 65535"):
            add_semantic_masks(load_release(release, split="train"), ignore_index=ignore_index)

    @pytest.mark.parametrize("add", [*ADD, lambda data: segments_hf.to_layout(data, "object-detection")])
    @pytest.mark.parametrize(
        "data", [None, [], {"train": 1}, datasets.Dataset.from_dict({"image": [None], "name": ["a"]})]
    )
    def test_masks_and_layouts_refuse_data_that_is_not_a_dataset_of_segments_hf(self, add, data):
        with pytest.raises(SegmentsHFError, match=r"expected"):
            add(data)

    def test_add_semantic_masks_refuses_rows_of_point_clouds(self, write_release):
        release = write_release([sample("a")], task_type="pointcloud-cuboid")
        for streaming in (False, True):
            with pytest.raises(OptionError, match="pointcloud-cuboid"):
                add_semantic_masks(load_release(release, split="train", load_assets=False, streaming=streaming))

    @pytest.mark.parametrize("column", ["segmentation_bitmap", "annotations"])
    def test_add_instance_masks_refuses_a_dataset_without_a_column_of_the_label(self, release, column):
        with pytest.raises(SegmentsHFError):
            add_instance_masks(load_release(release, split="train").remove_columns(column))

    def test_add_panoptic_masks_refuses_a_dataset_without_categories(self, release):
        rows = load_release(release, split="train").cast_column("image", datasets.Image())
        with pytest.raises(SegmentsHFError, match="categories"):
            add_panoptic_masks(rows)
