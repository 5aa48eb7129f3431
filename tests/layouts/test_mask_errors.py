"""Masks that cannot be made: broken bitmaps, and what is refused; the errors are ours and name the sample."""

from __future__ import annotations

import zlib
from pathlib import Path

import datasets
import pytest
from dataset.making import bitmap, jpeg, label, sample, with_pixels

import segments_hf
from segments_hf import add_instance_masks, add_panoptic_masks, add_semantic_masks, load_release
from segments_hf.errors import BitmapError, OptionError, SegmentsHFError

from .mask_making import KINDS, bitmap_sample, marked, pixels, write_picture

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

ADD = [add_semantic_masks, add_instance_masks, add_panoptic_masks]


@pytest.fixture
def release(tmp_path, write_release):
    return write_release([bitmap_sample(tmp_path, f"s{n}", [[n % 2, 2]], [marked(1), marked(2, 2)]) for n in range(3)])


def masks(dataset, column="semantic_mask"):
    return [pixels(row[column]) for row in dataset]


WHOLE = bitmap([[n * m for n in range(40)] for m in range(30)])
HEAD = WHOLE.partition(b"IDAT")[0]
# Of these all chunks are there with the right checksums, so that they are loaded; but the pixels cannot be read.
UNREADABLE = {
    "cut": with_pixels(WHOLE, lambda data: data[:56]),
    "no-pixels": HEAD[:-4] + WHOLE[-12:],
    "zeroed": with_pixels(WHOLE, lambda data: data[:16] + bytes(60) + data[76:]),
    "garbage": with_pixels(WHOLE, lambda data: b"no zlib stream " * 9),
}
# These are not loaded any more; a file may become so afterwards.
DAMAGED = {
    "cut": WHOLE[: len(HEAD) + 60],
    "zeroed": WHOLE[: len(HEAD) + 20] + bytes(60) + WHOLE[len(HEAD) + 80 :],
    "empty": b"",
    "html": b"<html>Sign in</html>",
}


def damage(dataset, place, content):
    """Writes something else into the file of the bitmap of a row."""
    referring = dataset.cast_column("segmentation_bitmap", datasets.Image(decode=False))
    Path(referring[place]["segmentation_bitmap"]["path"]).write_bytes(content)


class TestBrokenBitmaps:
    @FORK
    @pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
    @pytest.mark.parametrize("how", UNREADABLE)
    def test_the_error_names_the_sample(self, tmp_path, write_release, options, how):
        samples = [bitmap_sample(tmp_path, f"s{n}", [[1]], [marked(1)]) for n in range(3)]
        release = write_release(
            [*samples, bitmap_sample(tmp_path, "bad", annotations=[marked(1)], content=UNREADABLE[how])]
        )
        streaming = options == {"streaming": True}
        dataset = load_release(release, split="train", streaming=streaming)
        for add in ADD:
            with pytest.raises(BitmapError, match="sample 'bad'"):
                list(add(dataset, **({} if streaming else options)))

    @FORK
    @pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
    @pytest.mark.parametrize("how", DAMAGED)
    def test_a_file_that_was_damaged_since(self, tmp_path, write_release, options, how):
        samples = [bitmap_sample(tmp_path, f"s{n}", [[1]], [marked(1)]) for n in range(3)]
        samples.append(bitmap_sample(tmp_path, "bad", annotations=[marked(1)], content=WHOLE))
        dataset = load_release(write_release(samples), split="train")
        damage(dataset, 3, DAMAGED[how])
        streaming = options == {"streaming": True}
        if streaming:
            dataset = dataset.to_iterable_dataset()
        for add in ADD:
            with pytest.raises(BitmapError, match="sample 'bad'"):
                list(add(dataset, **({} if streaming else options)))

    def test_it_names_the_frame(self, tmp_path, write_release):
        frames = [{"image": {"url": write_picture(tmp_path, f"{n}.jpg", jpeg((40, 30)))}} for n in range(2)]
        files = [write_picture(tmp_path, f"{n}.png", png) for n, png in enumerate([WHOLE, UNREADABLE["cut"]])]
        contents = [{"annotations": [marked(1)], "segmentation_bitmap": {"url": file}} for file in files]
        item = sample("drive", None, label(frames=contents), attributes={"frames": frames})
        dataset = load_release(write_release([item], task_type="image-segmentation-sequence"), split="train")
        with pytest.raises(BitmapError, match="sample 'drive', frame 1"):
            add_semantic_masks(dataset)

    @pytest.mark.parametrize("content", [b"", b"no picture", None])
    def test_bytes_that_a_map_changed(self, release, content):
        whole = load_release(release, split="train").cast_column("segmentation_bitmap", datasets.Image(decode=False))
        picture = {"bytes": content, "path": None if content is not None else "/gone.png"}
        with pytest.raises(BitmapError, match="sample 's0'"):
            add_semantic_masks(whole.map(lambda row: {"segmentation_bitmap": picture}))

    def test_a_text_bomb_behind_the_pixels(self, tmp_path, write_release):
        from PIL import Image

        file = tmp_path / "rgb.png"
        Image.new("RGB", (2, 2)).save(file)
        text = b"zTXt" + b"Comment\0\0" + zlib.compress(bytes(2**22))
        chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
        content = file.read_bytes()[:-12] + chunk + file.read_bytes()[-12:]
        item = bitmap_sample(tmp_path, "bad", annotations=[marked(1)], content=content)
        with pytest.raises(BitmapError, match="sample 'bad'"):
            add_semantic_masks(load_release(write_release([item]), split="train"))


class TestRefused:
    @pytest.mark.parametrize("add", ADD)
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_column_that_exists(self, release, kind, add):
        with pytest.raises(OptionError, match="image, which the dataset has already"):
            add(load_release(release, **KINDS[kind]), column="image")

    def test_twice_needs_another_column(self, release):
        for add in (add_semantic_masks, add_instance_masks):
            once = add(load_release(release, split="train"), column="first")
            with pytest.raises(OptionError, match="first"):
                add(once, column="first")
            assert masks(add(once, column="second"), "second") == masks(once, "first")

    def test_two_columns_of_one_name(self, release):
        with pytest.raises(OptionError, match="segments_info"):
            add_panoptic_masks(load_release(release, split="train"), column="segments_info")

    @pytest.mark.parametrize("ignore_index", [-1, -100, 0, 1, 2**16])
    def test_an_ignore_index_that_is_a_class_or_does_not_fit(self, release, ignore_index):
        with pytest.raises(OptionError, match=rf"ignore_index: got {ignore_index}, wanted 2 to 65535"):
            add_semantic_masks(load_release(release, split="train"), ignore_index=ignore_index)

    @pytest.mark.parametrize("add", [*ADD, lambda thing: segments_hf.to_layout(thing, "object-detection")])
    @pytest.mark.parametrize(
        "thing", [None, [], {"train": 1}, datasets.Dataset.from_dict({"image": [None], "name": ["a"]})]
    )
    def test_what_is_no_dataset_of_ours(self, add, thing):
        with pytest.raises(SegmentsHFError, match=r"wanted"):
            add(thing)

    def test_rows_without_pictures(self, write_release):
        release = write_release([sample("a")], task_type="pointcloud-cuboid")
        for streaming in (False, True):
            with pytest.raises(SegmentsHFError, match="for images"):
                add_semantic_masks(load_release(release, split="train", streaming=streaming))

    def test_a_dataset_that_lost_its_bitmaps(self, release):
        with pytest.raises(SegmentsHFError):
            add_semantic_masks(load_release(release, split="train").remove_columns("segmentation_bitmap"))
