"""A made-up release and the web server that it is fetched from, in a process of its own.

`python _served_release.py FOLDER SAMPLES [LATENCY ...]` writes the pictures and the bitmaps to FOLDER, and for each
LATENCY, in milliseconds (none is 0), a release whose assets are answered so much later, each by a thread of its own
for every connection. It prints one line of JSON (`urls` of the releases, `bytes` of all assets), and serves FOLDER on
the loopback address until its standard input closes, which is when its parent ends, and never for more than an hour.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

INSTANCES = 20
CLASSES = 8
LIFETIME_SECONDS = 3600
ADDRESS = "http://release"  # stands for that of a server, until there is one

# A PNG keeps the noise of every pixel, so at the weight of a JPEG (some 230 kB) it is a smaller picture.
JPEG_SIZE, JPEG_NOISE = (1280, 960), 5.0
PNG_SIZE, PNG_NOISE = (480, 360), 2.0


def photo(rng: np.random.Generator, size: tuple[int, int], noise: float) -> Image.Image:
    """Draw soft gradients under the grain of a sensor."""
    width, height = size
    coarse = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    grain = np.rint(rng.normal(0, noise, (height, width, 1)))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def bitmap(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Image.Image, list[int]]:
    """Draw wavy blobs as the platform stores them, id = R + 256 G + 65536 B; return them and the ids seen."""
    width, height = size
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    ids = np.zeros((height, width), dtype="<u4")
    for instance in range(1, INSTANCES + 1):
        x, y = columns - rng.uniform(0, width), rows - rng.uniform(0, height)
        radius = np.hypot(x, y * rng.uniform(0.6, 1.6)) / (rng.uniform(0.04, 0.15) * width)
        ids[radius < 1 + 0.1 * np.sin(np.arctan2(y, x) * rng.integers(3, 12))] = instance
    seen = [int(value) for value in np.unique(ids) if value]
    return Image.fromarray((ids | 0xFF000000).view(np.uint8).reshape(height, width, 4), "RGBA"), seen


def write_sample(folder: Path, index: int) -> dict[str, Any]:
    """Write the two files of one sample and return its entry in the release."""
    rng = np.random.default_rng([2024, index])
    size, noise, suffix = (PNG_SIZE, PNG_NOISE, "png") if index % 2 else (JPEG_SIZE, JPEG_NOISE, "jpg")
    name = f"street_{index:05d}.{suffix}"
    photo(rng, size, noise).save(folder / name, quality=85)
    mask, seen = bitmap(rng, size)
    mask.save(folder / f"label_{index:05d}.png")
    annotations = [{"id": id_, "category_id": int(rng.integers(1, CLASSES + 1))} for id_ in seen]
    label = {
        "label_status": "LABELED",
        "attributes": {
            "format_version": "0.1",
            "annotations": annotations,
            "segmentation_bitmap": {"url": f"{ADDRESS}/label_{index:05d}.png"},
        },
    }
    return {
        "uuid": f"00000000-0000-4000-8000-{index:012x}",
        "name": name,
        "attributes": {"image": {"url": f"{ADDRESS}/{name}"}},
        "metadata": {"camera": f"cam{index % 4}"},
        "labels": {"ground-truth": label},
    }


def draw_release(folder: Path, count: int) -> tuple[str, int]:
    """Write the assets of a release of `count` samples; return the release and the bytes of all its assets."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        samples = list(pool.map(partial(write_sample, folder), range(count)))
    size = sum(path.stat().st_size for path in folder.iterdir())
    categories = [{"id": number, "name": f"class {number}"} for number in range(1, CLASSES + 1)]
    release = {
        "name": "v1.0",
        "description": "",
        "created_at": "2024-05-01 12:00:00.123456+00:00",
        "dataset": {
            "name": "streets",
            "description": "Made-up streets",
            "owner": "jane",
            "task_type": "segmentation-bitmap",
            "task_attributes": {"format_version": "0.1", "categories": categories},
            "labelsets": [{"name": "ground-truth", "description": "", "is_groundtruth": True}],
            "samples": samples,
        },
    }
    return json.dumps(release), size


class Handler(SimpleHTTPRequestHandler):
    """Serve files in silence over connections that stay open, with as little work of its own as can be."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    latency = 0.0

    def do_GET(self) -> None:
        if self.latency and not self.path.endswith(".json"):
            time.sleep(self.latency)
        super().do_GET()

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
        self.connection.sendfile(source)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Let many connect at once: where the queue is full, they wait a second and try again."""

    request_queue_size = 128


def serve(folder: Path, release: str, latency: str) -> str:
    """Serve a release and its assets, the assets so many milliseconds late; return the URL of the release."""
    handler = type("LateHandler", (Handler,), {"latency": float(latency) / 1e3})
    server = Server(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    address = f"http://127.0.0.1:{server.server_address[1]}"
    name = f"release-{latency}.json"
    (folder / name).write_text(release.replace(ADDRESS, address))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"{address}/{name}"


def main() -> None:
    folder, count, latencies = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or ["0"]
    release, size = draw_release(folder, count)
    urls = [serve(folder, release, latency) for latency in latencies]
    lifetime = threading.Timer(LIFETIME_SECONDS, os._exit, [1])
    lifetime.daemon = True
    lifetime.start()
    print(json.dumps({"urls": urls, "bytes": size}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
