"""The layout of instance segmentation has at most 255 instances per image and 255 classes."""

from __future__ import annotations

import datasets
import numpy as np
import pytest
from PIL import Image

from segments_hf import categories, load_release, to_layout
from segments_hf.errors import BitmapError, OptionError

from .layout_release import DETECTION, INSTANCE, PANOPTIC, SEMANTIC
from .mask_making import annotation, bitmap_sample, classes, pixels

IGNORE_FORK_WARNING = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


class TestLimits:
    @pytest.fixture
    def crowded_release(self, tmp_path, write_release):
        """Return a function that writes a release of one image.

        The label has `count` annotations, of which the first `visible` have pixels, by default all.
        """

        def make(count, visible=None):
            ids = np.arange(300)[None] * (np.arange(300)[None] <= (visible or count))
            return write_release([bitmap_sample(tmp_path, "crowd", ids, [annotation(n) for n in range(1, count + 1)])])

        return make

    @pytest.mark.parametrize(("count", "visible"), [(255, 255), (299, 255), (299, 3)])
    def test_255_instances_with_pixels_are_accepted(self, crowded_release, count, visible):
        (row,) = to_layout(load_release(crowded_release(count, visible), split="train"), INSTANCE)
        classes_, instances, blue = np.array(row["annotation"])[0].T
        assert sorted(set(instances.tolist())) == list(range(visible + 1))
        assert set(classes_[instances > 0].tolist()) == {1}
        assert not blue.any()

    @IGNORE_FORK_WARNING
    @pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"streaming": True}], ids=str)
    def test_error_of_256_instances_names_the_sample(self, crowded_release, options):
        dataset = load_release(crowded_release(256), split="train", streaming="streaming" in options)
        processes = {key: value for key, value in options.items() if key == "num_proc"}
        with pytest.raises(BitmapError, match=r"sample 'crowd': got 256 instances.*255"):
            list(to_layout(dataset, INSTANCE, **processes))
        for task in (SEMANTIC, PANOPTIC, DETECTION):
            assert len(list(to_layout(dataset, task, **processes))) == 1

    def test_256_classes_are_refused_by_instance_but_not_by_semantic_segmentation(self, tmp_path, write_release):
        samples = [bitmap_sample(tmp_path, "a", [[0, 1]], [annotation(1, 256)])]
        many = load_release(write_release(samples, **classes(*map(str, range(256)))), split="train")
        with pytest.raises(OptionError, match="256 classes"):
            to_layout(many, INSTANCE)
        assert (to_layout(many, SEMANTIC)[0]["label"].mode, pixels(to_layout(many, SEMANTIC)[0]["label"])) == (
            "I;16",
            [[0, 256]],
        )


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_images_are_decoded_as_rgb_and_the_bytes_of_8_bit_gray_are_unchanged(tmp_path, write_release, mode, streaming):
    sample = bitmap_sample(tmp_path, "a", [[0, 1]], [annotation(1)])
    file = tmp_path / "image.png"
    Image.new(mode, (2, 1), 7 if mode == "L" else (7, 7, 7, 9)).save(file)
    sample["attributes"]["image"]["url"] = file.name
    dataset = load_release(write_release([sample]), split="train", streaming=streaming)
    laid_out = to_layout(dataset, INSTANCE)
    (row,) = laid_out
    assert (row["image"].mode, row["image"].getpixel((0, 0))) == ("RGB", (7, 7, 7))
    (stored,) = laid_out.cast_column("image", datasets.Image(decode=False))
    assert ((stored["image"]["bytes"] or file.read_bytes()) == file.read_bytes()) == (mode == "L")
    assert categories(laid_out) == categories(dataset)


def test_repeated_id_is_one_instance_with_the_class_of_the_last_annotation(tmp_path, write_release):
    ids = np.arange(1, 201)[None]
    once = [annotation(number) for number in range(1, 201)]
    no_such_category = 99
    twice = [*once, *(annotation(number, 2) for number in range(2, 201)), annotation(1, no_such_category)]
    release = write_release([bitmap_sample(tmp_path, "twice", ids, twice)], **classes("a", "b"))
    rows = load_release(release, split="train", on_error="keep")
    (row,) = to_layout(rows, INSTANCE)
    (semantic,) = to_layout(rows, SEMANTIC)
    class_values, instances, _ = np.array(row["annotation"])[0].T
    assert class_values.tolist() == np.array(semantic["label"])[0].tolist() == [0] + [2] * 199
    assert len(set(instances.tolist())) == 200
    assert instances[0] == 0
