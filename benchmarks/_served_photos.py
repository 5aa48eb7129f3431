"""Draw a release of JPEG images of one size with bitmaps, and serve it from a web server.

`python _served_photos.py FOLDER SAMPLES WIDTH HEIGHT` does the same as `_served_release.py`, without latency. The
images have about 0.4 MB per megapixel, like images of a camera at a high quality. The images and bitmaps are made from
one image and one bitmap by shifting the pixels, because drawing a large image takes seconds. They
repeat after as many samples as the least common multiple of WIDTH and HEIGHT, such as 288 for 96 x 72 pixels.
"""

from __future__ import annotations

import functools
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _served_release import bitmap, draw_release, photo, run_server, sample_entry
from PIL import Image

JPEG_QUALITY, NOISE = 96, 5.0


@functools.cache
def pixels(size: tuple[int, int]) -> tuple[Any, Any, list[int]]:
    """Return the pixels of the image and of the bitmap, and the ids in the bitmap."""
    rng = np.random.default_rng(2026)
    mask, present = bitmap(rng, size)
    return np.asarray(photo(rng, size, NOISE)), np.asarray(mask), present


def write_photo(folder: Path, index: int, size: tuple[int, int]) -> dict[str, Any]:
    """Write the two files of one sample and return its entry in the release."""
    image, mask, present = pixels(size)
    shift = (7 * index % size[1], 11 * index % size[0])
    name = f"photo_{index:05d}.jpg"
    Image.fromarray(np.roll(image, shift, (0, 1))).save(folder / name, quality=JPEG_QUALITY)
    Image.fromarray(np.roll(mask, shift, (0, 1)), "RGBA").save(folder / f"label_{index:05d}.png")
    return sample_entry(index, name, [(id_, 1 + id_ % 8) for id_ in present[:5]])


def main() -> None:
    folder, count, size = Path(sys.argv[1]), int(sys.argv[2]), (int(sys.argv[3]), int(sys.argv[4]))
    run_server(folder, *draw_release(folder, count, partial(write_photo, size=size)), ["0"])


if __name__ == "__main__":
    main()
