"""Draw a release, and serve it from a web server in this process.

`python _served_release.py FOLDER SAMPLES [LATENCY ...]` writes the images and bitmaps to FOLDER. For each LATENCY in
milliseconds (0 by default), it serves a release whose assets arrive after this latency. It prints one line of JSON:
`urls` of the releases and `bytes` of all assets. It serves the files from memory on the loopback address until its
standard input closes, at the latest when the parent process ends. After an hour, the program ends in any case.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

INSTANCES = 20
CLASSES = 8
LIFETIME_SECONDS = 3600
END_OF_HEADERS = b"\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0" + END_OF_HEADERS
ADDRESS = "http://release"  # the placeholder for the address of the server

# The PNGs have fewer pixels than the JPEGs, so that both have about 230 kB: PNG stores noise without loss.
JPEG_SIZE, JPEG_NOISE = (1280, 960), 5.0
PNG_SIZE, PNG_NOISE = (480, 360), 2.0


def photo(rng: np.random.Generator, size: tuple[int, int], noise: float) -> Image.Image:
    """Draw soft gradients with the noise of a camera sensor."""
    width, height = size
    coarse = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    grain = np.rint(rng.normal(0, noise, (height, width, 1)))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def bitmap(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Image.Image, list[int]]:
    """Draw wavy blobs as a bitmap, id = R + 256 G + 65536 B; return the bitmap and its ids."""
    width, height = size
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    ids = np.zeros((height, width), dtype="<u4")
    for instance in range(1, INSTANCES + 1):
        (center_x, center_y), stretch = rng.uniform(0, size), rng.uniform(0.6, 1.6)
        size_x = rng.uniform(0.04, 0.15) * width
        reach = [1.1 * size_x / stretch, 1.1 * size_x]  # vertical and horizontal radius; the waves add a tenth
        box = tuple(
            slice(max(0, int(center - half)), int(center + half) + 2)
            for center, half in zip((center_y, center_x), reach, strict=True)
        )
        x, y = columns[box] - center_x, rows[box] - center_y
        radius = np.hypot(x, y * stretch) / size_x
        ids[box][radius < 1 + 0.1 * np.sin(np.arctan2(y, x) * rng.integers(3, 12))] = instance
    present = [int(value) for value in np.unique(ids) if value]
    return Image.fromarray((ids | 0xFF000000).view(np.uint8).reshape(height, width, 4), "RGBA"), present


def write_sample(folder: Path, index: int) -> dict[str, Any]:
    """Write the two files of one sample and return its entry in the release."""
    rng = np.random.default_rng([2024, index])
    size, noise, suffix = (PNG_SIZE, PNG_NOISE, "png") if index % 2 else (JPEG_SIZE, JPEG_NOISE, "jpg")
    name = f"street_{index:05d}.{suffix}"
    photo(rng, size, noise).save(folder / name, quality=85)
    mask, present = bitmap(rng, size)
    mask.save(folder / f"label_{index:05d}.png")
    return sample_entry(index, name, [(id_, int(rng.integers(1, CLASSES + 1))) for id_ in present])


def sample_entry(index: int, name: str, instances: list[tuple[int, int]]) -> dict[str, Any]:
    """Return the entry of a sample in the release, with the ids and category ids of its instances."""
    annotations = [{"id": id_, "category_id": category_id} for id_, category_id in instances]
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


def draw_release(folder: Path, count: int, write: Callable[[Path, int], dict[str, Any]]) -> tuple[str, int]:
    """Write the assets of a release with `count` samples; return the release as JSON and the total bytes of assets."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        samples = list(pool.map(partial(write, folder), range(count)))
    asset_bytes = sum(path.stat().st_size for path in folder.iterdir())
    return json.dumps(release_of(samples)), asset_bytes


def release_of(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a release with these samples."""
    categories = [{"id": number, "name": f"class {number}"} for number in range(1, CLASSES + 1)]
    return {
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


class Connection(asyncio.Protocol):
    """Respond to GET requests over one persistent connection, with as little CPU time as possible.

    A real server runs on another machine. This server shares the cores with the client.
    """

    def __init__(self, responses: dict[bytes, bytes], latency: float) -> None:
        self.responses = responses
        self.latency = latency
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        *requests, self.received = (self.received + data).split(END_OF_HEADERS)
        for request in requests:
            path = request.split(b" ", 2)[1]
            response = self.responses.get(path, NOT_FOUND)
            if self.latency and not path.endswith(b".json"):
                asyncio.get_running_loop().call_later(self.latency, self.transport.write, response)
            else:
                self.transport.write(response)


def response_of(content: bytes) -> bytes:
    """Return a complete HTTP response with this body."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d" % len(content) + END_OF_HEADERS + content


async def serve(responses: dict[bytes, bytes], release: str, latency: str) -> tuple[asyncio.Server, str]:
    """Serve a release, and its assets with a latency in milliseconds; return the server and the URL of the release."""
    all_responses = dict(responses)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(all_responses, float(latency) / 1e3), "127.0.0.1", 0, backlog=128
    )
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    path = f"/release-{latency}.json"
    all_responses[path.encode()] = response_of(release.replace(ADDRESS, address).encode())
    return server, address + path


async def serve_all(folder: Path, release: str, asset_bytes: int, latencies: list[str]) -> None:
    """Serve a release for each latency until standard input closes."""
    responses = {b"/" + path.name.encode(): response_of(path.read_bytes()) for path in folder.iterdir()}
    servers, urls = zip(*[await serve(responses, release, latency) for latency in latencies], strict=True)
    print(json.dumps({"urls": urls, "bytes": asset_bytes}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


def run_server(folder: Path, release: str, asset_bytes: int, latencies: list[str]) -> None:
    """Serve a release until standard input closes, at the latest after an hour."""
    lifetime = threading.Timer(LIFETIME_SECONDS, os._exit, [1])
    lifetime.daemon = True
    lifetime.start()
    asyncio.run(serve_all(folder, release, asset_bytes, latencies))


def main() -> None:
    folder, count, latencies = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or ["0"]
    run_server(folder, *draw_release(folder, count, write_sample), latencies)


if __name__ == "__main__":
    main()
