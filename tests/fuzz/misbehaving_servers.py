"""Load release files and images from misbehaving servers. Only errors of segments_hf may be raised.

`run` repeats this for a given number of seconds. The behaviors depend only on the seed.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from segments_hf import load_release
from segments_hf.errors import ReleaseError
from segments_hf.release import Release

from .image_mutations import valid_images
from .servers import BEHAVIORS, MAY_SUCCEED, SLOW, MisbehavingServer

MAX_SECONDS = 60.0  # for one release, which normally takes two seconds
_SAMPLE_COUNT = 40
_LIMITS: dict[str, Any] = {"timeout": 0.5, "max_bytes": 2**20}


def check_release_file(behavior: str) -> str:
    """Read a release file from a server.

    Args:
        behavior: One of `BEHAVIORS` that is not in `SLOW`. A slow behavior would end only after 300 s, the time
            limit of a release file.

    Returns:
        ``read``, or the name of the error.

    Raises:
        AssertionError: The release was read although the behavior is not in `MAY_SUCCEED`, or was not read although it
            is.
    """
    content = json.dumps({"name": "v1", "dataset": {"name": "pets", "samples": []}}).encode()
    with MisbehavingServer(content) as server:
        try:
            Release.open(server.url(behavior), max_release_bytes=2**20)
            outcome = "read"
        except ReleaseError as error:
            outcome = type(error).__name__
    assert (outcome == "read") == (behavior in MAY_SUCCEED), f"got {outcome} for {behavior}"
    return outcome


def check_images(behaviors: list[str], folder: Path) -> Counter[str]:
    """Load a release whose images are on a server.

    Args:
        behaviors: The behavior of the server for the image of each sample, a key of `BEHAVIORS`.
        folder: The folder for the release and the caches.

    Returns:
        The numbers of rows and of skipped samples.

    Raises:
        AssertionError: The row of a sample with a good response is missing, a sample with a bad response has a row, or
            the load took too long.
    """
    began = time.monotonic()
    with MisbehavingServer(valid_images()["png rgb"]) as server:
        samples = [
            {"name": str(number), "attributes": {"image": {"url": f"{server.url(behavior)}?{number}"}}, "labels": {}}
            for number, behavior in enumerate(behaviors)
        ]
        path = folder / "release.json"
        dataset = {"name": "pets", "task_type": "vector", "task_attributes": {"categories": []}, "samples": samples}
        path.write_text(json.dumps({"name": "v1", "dataset": dataset}), "utf-8")
        rows = load_release(path, split="train", streaming=True, on_error="skip", **_LIMITS)
        names = {row["name"] for row in rows}
    good = {str(number) for number, behavior in enumerate(behaviors) if behavior == "good"}
    possible = {str(number) for number, behavior in enumerate(behaviors) if behavior in MAY_SUCCEED}
    assert good <= names <= possible, f"got rows {sorted(names)} for {behaviors}"
    assert time.monotonic() - began < MAX_SECONDS
    return Counter(rows=len(names), skipped=len(behaviors) - len(names))


def run(seconds: float, seed: int) -> Counter[str]:
    """Load release files and images from misbehaving servers until the time is over.

    Args:
        seconds: The time in seconds.
        seed: The seed of the random behaviors.

    Returns:
        The number of release files for each outcome of `check_release_file`, and the numbers of rows and of skipped
        samples.

    Raises:
        AssertionError: An exception is not an error of segments_hf, or a check failed. The message contains the
            behaviors that repeat the failure.
    """
    end, counts, number = time.monotonic() + seconds, Counter[str](), 0
    while time.monotonic() < end:
        rng = random.Random(f"{seed}-{number}")
        behaviors = ["good", *rng.choices(sorted(BEHAVIORS), k=_SAMPLE_COUNT - 1)]
        file_behavior = rng.choice(sorted(BEHAVIORS.keys() - set(SLOW)))
        with tempfile.TemporaryDirectory() as folder:
            try:
                counts[f"release file: {check_release_file(file_behavior)}"] += 1
                counts += check_images(behaviors, Path(folder))
            except Exception as error:
                raise AssertionError(
                    f"servers: {file_behavior}, {behaviors}: {type(error).__name__}: {error}"
                ) from error
        number += 1
    return counts
