"""Read damaged images of every format with functions that read images. Only errors of segments_hf may be raised.

    cd tests && python -m fuzz.damaged_images --seconds 120

This command prints the seed. If a batch fails, the error contains the seed S and the number N of the batch; the options
``--seed S --first N`` repeat the batch. The damage depends only on these two numbers.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import shutil
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from PIL import Image

import segments_hf
from segments_hf.bitmaps import decode_bitmap
from segments_hf.dataset.row_map import without_decoding
from segments_hf.drawing.overlay import overlay
from segments_hf.errors import SegmentsHFError
from segments_hf.images.viewing import decode_image, to_rgb
from segments_hf.preview.shown_image import show_image

from .image_headers import check_decoded_size, check_plain_header
from .image_mutations import encoded, mutated, valid_images

MAX_PIXELS = 2**20
LAYOUTS = ("semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection")
EXPORTS = (
    *("coco-instance", "coco-panoptic", "yolo", "yolo-segment", "pascal-voc", "instance", "instance-color"),
    *("semantic", "semantic-color", "polygon"),
)
MASKS = (segments_hf.add_semantic_masks, segments_hf.add_instance_masks, segments_hf.add_panoptic_masks)
_SIZE = (24, 16)
_SAMPLE_COUNT = 4  # samples per release


class Crash(AssertionError):  # noqa: N818
    """A function raised an exception that is not an error of segments_hf."""


def read_with_all_functions(content: bytes) -> None:
    """Read one image file with functions that read single images."""
    row = {"name": "a", "status": "LABELED", "image": {"bytes": content, "path": None}}
    row |= {"segmentation_bitmap": row["image"], "annotations": [], "width": 24, "height": 16}
    for read in (
        lambda: check_plain_header(content),
        lambda: check_decoded_size(content),
        lambda: decode_bitmap(content),
        lambda: show_image(row["image"], 20, 1000),
        lambda: to_rgb(decode_image(row["image"]), (8, 8)),
        lambda: overlay(row),
        lambda: segments_hf.contact_sheet([row]),
        lambda: segments_hf.contact_sheet([{"image": row["image"], "label": row["image"]}]),
    ):
        _check_errors(read)


def read_release(folder: Path, rng: random.Random) -> None:
    """Write a release with damaged images and bitmaps, and read it with functions that read releases."""
    release = write_release(folder, rng)
    on_error = rng.choice(("skip", "keep", "raise"))
    verify = rng.choice(("structure", "decode"))
    limits = {"max_pixels": MAX_PIXELS, "verify": verify}
    load = functools.partial(segments_hf.load_release, release, split="train", **limits)
    stream = load(streaming=True, on_error=on_error)
    if rng.random() < 0.3:
        stream = _check_errors(lambda: load(on_error=on_error, cache_dir=folder / "cache")) or stream
    checked = without_decoding(load(streaming=True, on_error="keep"))
    _use_rows(stream, on_error, folder, rng)
    unchecked = _check_errors(lambda: _unchecked(checked, rng))
    if unchecked is not None:
        _use_rows(unchecked, on_error, folder, rng)
    export = rng.choice(EXPORTS)
    for use in (
        lambda: segments_hf.stats(release, assets=True, **limits),
        lambda: segments_hf.validate(release, assets=True, **limits),
        lambda: segments_hf.preview(release, folder / "release.html", overwrite=True, **limits),
        lambda: segments_hf.contact_sheet(release, on_error=on_error, **limits),
        lambda: segments_hf.plot(release, index=rng.randrange(_SAMPLE_COUNT)),
        lambda: segments_hf.export_dataset(release, export, folder / "exported", overwrite=True),
    ):
        _check_errors(use)


def write_release(folder: Path, rng: random.Random) -> Path:
    """Write a release of which some images and bitmaps are damaged, and return its path."""
    valid = valid_images()
    samples = []
    for number in range(_SAMPLE_COUNT):
        image = _perhaps_mutated(valid[rng.choice(sorted(valid))], rng)
        bitmap = valid_bitmap() if rng.random() < 0.5 else valid[rng.choice(sorted(valid))]
        (folder / f"{number}.image").write_bytes(image)
        (folder / f"{number}.bitmap").write_bytes(_perhaps_mutated(bitmap, rng))
        annotations = [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 2}]
        attributes = {"annotations": annotations, "segmentation_bitmap": {"url": f"{number}.bitmap"}}
        label = {"label_status": "LABELED", "attributes": attributes}
        image_attributes = {"image": {"url": f"{number}.image"}}
        samples.append(
            {"name": f"sample {number}", "uuid": str(number), "attributes": image_attributes, "labels": {"a": label}}
        )
    categories = [{"id": 1, "name": "flower"}, {"id": 2, "name": "leaf"}]
    dataset = {
        "name": "flowers",
        "task_type": "segmentation-bitmap",
        "task_attributes": {"format_version": "0.1", "categories": categories},
        "labelsets": [{"name": "a", "is_groundtruth": True}],
        "samples": samples,
    }
    path = folder / "release.json"
    path.write_text(json.dumps({"name": "v1", "dataset": dataset}), "utf-8")
    return path


def run_batch(seed: int, number: int, folder: Path) -> int:
    """Read the damaged images of one batch.

    Args:
        seed: The seed of the random numbers.
        number: The number of the batch.
        folder: An empty folder.

    Returns:
        The number of images and bitmaps that were read. Most of them are damaged.

    Raises:
        Crash: A function raised an exception that is not an error of segments_hf.
    """
    rng = random.Random(f"{seed} {number}")
    valid = valid_images()
    count = 12
    for _ in range(count):
        content = mutated(valid[rng.choice(sorted(valid))], rng)
        (folder / "last").write_bytes(content)  # a crash of the process leaves this file
        read_with_all_functions(content)
    read_release(folder, rng)
    return count + 2 * _SAMPLE_COUNT


@functools.cache
def valid_bitmap() -> bytes:
    """Return an undamaged bitmap of the same size as the images of `valid_images`."""
    ids = np.zeros((*_SIZE[::-1], 4), np.uint8)
    ids[2:8, 2:8, 0], ids[9:, 9:, 0], ids[..., 3] = 1, 2, 255
    return encoded(Image.fromarray(ids), "PNG")


def _perhaps_mutated(content: bytes, rng: random.Random) -> bytes:
    return mutated(content, rng) if rng.random() < 0.5 else content


def _unchecked(rows: Any, rng: random.Random) -> Any:
    """Return a dataset in which one image or bitmap of each row is damaged and was not checked; None without rows."""
    valid = valid_images()
    damaged_rows = []
    for row in rows:
        damaged = {"bytes": mutated(valid[rng.choice(sorted(valid))], rng), "path": None}
        damaged_rows.append({**row, rng.choice(("image", "segmentation_bitmap")): damaged})
    if not damaged_rows:
        return None
    return datasets.Dataset.from_list(damaged_rows, features=rows.features).cast(_decoded_features(rows.features))


def _decoded_features(features: Any) -> Any:
    decoded = {
        name: datasets.Image(id=value.id) for name, value in features.items() if isinstance(value, datasets.Image)
    }
    return datasets.Features({**features, **decoded})


def _use_rows(rows: Any, on_error: str, folder: Path, rng: random.Random) -> None:
    """Read the rows of a dataset with functions that need no Hub."""
    layout, export, masks = rng.choice(LAYOUTS), rng.choice(EXPORTS), rng.choice(MASKS)
    export_on_error = "skip" if on_error == "keep" else on_error
    for use in (
        lambda: list(without_decoding(rows)),
        lambda: list(without_decoding(segments_hf.to_layout(rows, layout, on_error=on_error))),
        lambda: list(without_decoding(masks(rows))),
        lambda: segments_hf.export_dataset(rows, export, folder / "rows", on_error=export_on_error, overwrite=True),
        lambda: segments_hf.stats(rows),
        lambda: segments_hf.validate(rows),
        lambda: segments_hf.preview(rows, folder / "rows.html", overwrite=True),
        lambda: segments_hf.contact_sheet(rows),
        lambda: segments_hf.plot(rows, index=1),
    ):
        _check_errors(use)
        shutil.rmtree(folder / "rows", ignore_errors=True)


def _check_errors(read: Callable[[], Any]) -> Any:
    """Call a function, and return its result; None if it raises an error of segments_hf.

    Raises:
        Crash: The function raised another exception.
    """
    try:
        return read()
    except SegmentsHFError:
        return None
    except Exception as error:
        raise Crash(f"{type(error).__name__}: {error}") from error


def run(seconds: float, seed: int, first_batch: int = 0) -> Counter[str]:
    """Read batches of damaged images until the time is over.

    Args:
        seconds: The time in seconds.
        seed: The seed of the random numbers.
        first_batch: The number of the first batch.

    Returns:
        The numbers of images and of batches.

    Raises:
        Crash: A function raised an exception that is not an error of segments_hf. The message contains the options that
            repeat the batch.
    """
    end, counts, number = time.monotonic() + seconds, Counter[str](), first_batch
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about a damaged image before it raises
            while time.monotonic() < end:
                with tempfile.TemporaryDirectory() as folder:
                    counts["images"] += _run_numbered_batch(seed, number, Path(folder))
                counts["batches"] += 1
                number += 1
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    return counts


def _run_numbered_batch(seed: int, number: int, folder: Path) -> int:
    try:
        return run_batch(seed, number, folder)
    except Exception as error:
        raise Crash(f"images: --seed {seed} --first {number}: {error}") from error


def main() -> None:
    """Read damaged images for the time in the option ``--seconds``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    print(f"images: --seed {options.seed}", flush=True)
    datasets.disable_progress_bars()
    counts = run(options.seconds, options.seed, options.first)
    print(f"images: {counts['images']} images in {counts['batches']} batches raised only errors of segments_hf")


if __name__ == "__main__":
    main()
