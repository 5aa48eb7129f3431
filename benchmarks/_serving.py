"""Functions for benchmarks that download or push a release: start the servers, and read the release as a client."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent


@contextlib.contextmanager
def served_release(
    folder: Path, count: int, *arguments: int, script: str = "_served_release.py"
) -> Iterator[tuple[list[str], int]]:
    """Serve a release from a new process; yield its URLs, and the total bytes of its assets.

    The arguments of `_served_release.py` are latencies. There is a URL for each latency, or one URL without arguments.
    The arguments of `_served_photos.py` are the width and height of the images; there is one URL.
    """
    command = [sys.executable, str(HERE / script), str(folder), str(count), *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            raise SystemExit("the server did not start")
        served = json.loads(line)
        # The end of the `with` block closes the standard input of the server, which then ends.
        yield served["urls"], served["bytes"]


class ServedHub:
    """An empty Hub on the loopback address, which runs in a new process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._output = process.stdin, process.stdout
        self.url = self._output.readline().strip()

    def counts(self) -> tuple[int, int, int]:
        """Return the three numbers of `_served_hub.py`: requests for uploads, other requests and uploaded files."""
        self._input.write("counts\n")
        self._input.flush()
        uploads, others, files = map(int, self._output.readline().split())
        return uploads, others, files


@contextlib.contextmanager
def served_hub() -> Iterator[ServedHub]:
    """Run an empty Hub in a new process."""
    command = [sys.executable, str(HERE / "_served_hub.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        # The end of the `with` block closes the standard input of the process, which then ends.
        yield ServedHub(process)


def sdk_release(url: str, count: int) -> Any:
    """Return the release as an object of the SDK. Call this function in the environment of the SDK."""
    from segments.typing import Release

    return Release(
        uuid="00000000-0000-4000-8000-000000000000",
        name="v1.0",
        description="",
        release_type="JSON",
        attributes={"url": url},
        status="SUCCEEDED",
        created_at="2024-05-01T12:00:00Z",
        samples_count=count,
    )


def asset_paths(release: bytes) -> list[str]:
    """Return the URL paths of all assets of a release."""
    paths = []
    for sample in json.loads(release)["dataset"]["samples"]:
        attributes = sample["labels"]["ground-truth"]["attributes"]
        for asset in (sample["attributes"]["image"], attributes["segmentation_bitmap"]):
            paths.append(urllib.parse.urlsplit(asset["url"]).path)
    return paths
