"""Fuzz release files, images, point clouds and servers for a limited time. The seed is printed first.

Run it with `cd tests && python -m fuzz --seconds 120`.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
from pathlib import Path

import datasets

from . import damaged_clouds, damaged_images, misbehaving_servers, structure

FUZZERS = {
    "structure": structure.run,
    "images": damaged_images.run,
    "clouds": damaged_clouds.run,
    "servers": misbehaving_servers.run,
}


def main() -> None:
    """Run each fuzzer for the same time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"fuzz: --seed {options.seed}", flush=True)
    datasets.disable_progress_bars()
    _silence_libraries()
    with tempfile.TemporaryDirectory() as home:
        _use_caches_in(home)
        for name, run in FUZZERS.items():
            counts = run(options.seconds / len(FUZZERS), options.seed)
            parts = [f"{count} {description}" for description, count in sorted(counts.items())]
            print(f"{name}: {', '.join(parts)}", flush=True)


def _silence_libraries() -> None:
    """Disable logging, which names each skipped sample, and hide the messages of libtiff on standard error."""
    logging.disable(logging.CRITICAL)
    # Tracebacks stay visible: Python writes to a copy of standard error, and libtiff to the redirected descriptor 2.
    sys.stderr = os.fdopen(os.dup(2), "w")
    with Path(os.devnull).open("w") as null_device:
        os.dup2(null_device.fileno(), 2)


def _use_caches_in(home: str) -> None:
    """Set the cache folders of assets and datasets, so that the fuzzers do not use the caches of the user."""
    import huggingface_hub.constants

    huggingface_hub.constants.HF_HOME = home
    datasets.config.HF_DATASETS_CACHE = home


if __name__ == "__main__":
    main()
