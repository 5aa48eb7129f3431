"""How many instances and classes the layout of instance segmentation holds."""

from __future__ import annotations

import datasets
import numpy as np
import pytest
from PIL import Image

from segments_hf import categories, load_release, to_layout
from segments_hf.errors import BitmapError, OptionError

from .mask_making import (
    bitmap_sample,
    classes,
    marked,
    pixels,
)

FORK = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

SEMANTIC, INSTANCE, PANOPTIC = "semantic-segmentation", "instance-segmentation", "panoptic-segmentation"
TASKS = [SEMANTIC, INSTANCE, PANOPTIC, "object-detection"]


class TestManyInstances:
    @pytest.fixture
    def crowd(self, tmp_path, write_release):
        def make(count, seen=None):
            ids = np.arange(300)[None] * (np.arange(300)[None] <= (seen or count))
            return write_release([bitmap_sample(tmp_path, "crowd", ids, [marked(n) for n in range(1, count + 1)])])

        return make

    @pytest.mark.parametrize(("count", "seen"), [(255, 255), (299, 255), (299, 3)])
    def test_255_with_pixels_fit(self, crowd, count, seen):
        (row,) = to_layout(load_release(crowd(count, seen), split="train"), INSTANCE)
        classes_, instances, blue = np.array(row["annotation"])[0].T
        assert sorted(set(instances.tolist())) == list(range(seen + 1))
        assert set(classes_[instances > 0].tolist()) == {1}
        assert not blue.any()

    @FORK
    @pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
    def test_256_are_an_error_that_names_the_sample(self, crowd, options):
        dataset = load_release(crowd(256), split="train", streaming="streaming" in options)
        more = {key: value for key, value in options.items() if key == "num_proc"}
        with pytest.raises(BitmapError, match=r"sample 'crowd': got 256 instances.*255"):
            list(to_layout(dataset, INSTANCE, **more))
        for task in (SEMANTIC, PANOPTIC, "object-detection"):
            assert len(list(to_layout(dataset, task, **more))) == 1

    def test_a_class_index_over_255_is_refused(self, tmp_path, write_release):
        samples = [bitmap_sample(tmp_path, "a", [[0, 1]], [marked(1, 256)])]
        many = load_release(write_release(samples, **classes(*map(str, range(256)))), split="train")
        with pytest.raises(OptionError, match="256 classes"):
            to_layout(many, INSTANCE)
        assert (to_layout(many, SEMANTIC)[0]["label"].mode, pixels(to_layout(many, SEMANTIC)[0]["label"])) == (
            "I;16",
            [[0, 256]],
        )


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_an_image_is_decoded_as_rgb_and_8_bit_gray_stays_as_it_is(tmp_path, write_release, mode, streaming):
    sample = bitmap_sample(tmp_path, "a", [[0, 1]], [marked(1)])
    file = tmp_path / "picture.png"
    Image.new(mode, (2, 1), 7 if mode == "L" else (7, 7, 7, 9)).save(file)
    sample["attributes"]["image"]["url"] = file.name
    dataset = load_release(write_release([sample]), split="train", streaming=streaming)
    laid_out = to_layout(dataset, INSTANCE)
    (row,) = laid_out
    assert (row["image"].mode, row["image"].getpixel((0, 0))) == ("RGB", (7, 7, 7))
    (stored,) = laid_out.cast_column("image", datasets.Image(decode=False))
    assert ((stored["image"]["bytes"] or file.read_bytes()) == file.read_bytes()) == (mode == "L")
    assert categories(laid_out) == categories(dataset)


def test_an_id_that_occurs_twice_is_one_instance(tmp_path, write_release):
    """The last annotation counts, even if it has no class."""
    ids = np.arange(1, 201)[None]
    given = [marked(number) for number in range(1, 201)]
    twice = [*given, *(marked(number, 2) for number in range(2, 201)), marked(1, 99)]
    release = write_release([bitmap_sample(tmp_path, "twice", ids, twice)], **classes("a", "b"))
    rows = load_release(release, split="train", on_error="keep")
    (row,) = to_layout(rows, INSTANCE)
    (semantic,) = to_layout(rows, SEMANTIC)
    class_values, instances, _ = np.array(row["annotation"])[0].T
    assert class_values.tolist() == np.array(semantic["label"])[0].tolist() == [0] + [2] * 199
    assert len(set(instances.tolist())) == 200
    assert instances[0] == 0
