"""Load release files and images from misbehaving servers. Each load succeeds or raises one of our errors.

`run` repeats this for a given time. The same seed produces the same releases.
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

from .image_mutations import whole_images
from .servers import BEHAVIORS, MAY_SUCCEED, SLOW, MisbehavingServer

LONGEST_CASE = 60.0  # seconds for one release, which normally takes two
_SAMPLES = 40
_LIMITS: dict[str, Any] = {"timeout": 0.5, "max_bytes": 2**20}


def check_release_file(behavior: str) -> str:
    """Read a release file from a server.

    Args:
        behavior: One of `BEHAVIORS` that is not in `SLOW`: only the time limit of a release file, 300 s, ends those.

    Returns:
        ``read``, or the name of the error.

    Raises:
        AssertionError: The release was read from a misbehaving server, or was not read from a good server.
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
        behaviors: One of `BEHAVIORS` for the image of each sample.
        folder: The folder for the release and the caches.

    Returns:
        The numbers of rows and of skipped samples.

    Raises:
        AssertionError: A sample with a good response is missing, a sample with a bad response is present, or the load
            took too long.
    """
    began = time.monotonic()
    with MisbehavingServer(whole_images()["png rgb"]) as server:
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
    assert time.monotonic() - began < LONGEST_CASE
    return Counter(rows=len(names), skipped=len(behaviors) - len(names))


def run(seconds: float, seed: int) -> Counter[str]:
    """Read from misbehaving servers until the time is over.

    Args:
        seconds: The time in seconds.
        seed: The seed of the random behaviors.

    Returns:
        The numbers of release files by outcome, of rows and of skipped samples.

    Raises:
        AssertionError: A server caused an error that is not of segments_hf, or the rows are wrong; the message has the
            behaviors that repeat the failure.
    """
    end, counts, number = time.monotonic() + seconds, Counter[str](), 0
    while time.monotonic() < end:
        chance = random.Random(f"{seed}-{number}")
        behaviors = ["good", *chance.choices(sorted(BEHAVIORS), k=_SAMPLES - 1)]
        file_behavior = chance.choice(sorted(BEHAVIORS.keys() - set(SLOW)))
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
