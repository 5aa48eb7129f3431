"""Make samples and releases for pushes, and read what the Hub received."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from conftest import LoopbackServer
from dataset.making import jpeg, sample, with_comment
from hub.demo_push import shards
from hub.server.hub_server import HubServer
from hub.server.large_files import COMPLETING_REQUESTS
from PIL import Image

UPLOAD = COMPLETING_REQUESTS["xet"]  # the request that completes the upload of a file


def image_samples(server: LoopbackServer, count: int, *, broken: frozenset[int] = frozenset()) -> list[dict[str, Any]]:
    """Add images to a server, and return their samples. The files with the numbers in `broken` are not images."""
    return [
        sample(
            f"{number}.jpg",
            server.url(
                f"/{number}.jpg", b"not an image" if number in broken else with_comment(jpeg(), f"image {number}")
            ),
        )
        for number in range(count)
    ]


def local_image_release(folder: Path, write_release: Any, count: int) -> Path:
    """Write a release of small images in local files."""
    samples = []
    for number in range(count):
        Image.new("RGB", (4, 3), (number % 256, number // 256, 0)).save(folder / f"{number}.png")
        samples.append({"name": f"{number}.png", "attributes": {"image": {"url": str(folder / f"{number}.png")}}})
    return write_release(samples)


def pushed_rows(hub: HubServer, repo: str) -> list[dict[str, Any]]:
    """Return the rows of all shards of a repository."""
    files = hub.files(repo)
    return [row for path in shards(hub, repo) for row in pq.read_table(io.BytesIO(files[path])).to_pylist()]


def assert_received_once(hub: HubServer) -> None:
    """Check that the Hub received the content of each file once."""
    assert {oid: len(hub.objects[oid]) for oid in hub.received} == dict(hub.received)
