"""Fuzz release files, images, point clouds and servers for a limited time. The seed is printed first.

cd tests && python -m fuzz --seconds 120
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

PARTS = {
    "structure": structure.run,
    "images": damaged_images.run,
    "clouds": damaged_clouds.run,
    "servers": misbehaving_servers.run,
}


def main() -> None:
    """Run each part for an equal part of the time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"fuzz: --seed {options.seed}", flush=True)
    datasets.disable_progress_bars()
    _silence_libraries()
    with tempfile.TemporaryDirectory() as home:
        _use_caches_in(home)
        for name, run in PARTS.items():
            counts = run(options.seconds / len(PARTS), options.seed)
            print(f"{name}: {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}", flush=True)


def _silence_libraries() -> None:
    """Silence the logs, which name each skipped sample, and libtiff, which writes to standard error."""
    logging.disable(logging.CRITICAL)
    # Tracebacks stay visible: Python writes to a copy of standard error, and libtiff to the redirected descriptor 2.
    sys.stderr = os.fdopen(os.dup(2), "w")
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 2)


def _use_caches_in(home: str) -> None:
    """Set cache folders for assets and datasets, so that the fuzz does not use those of the user."""
    import huggingface_hub.constants

    huggingface_hub.constants.HF_HOME = home
    datasets.config.HF_DATASETS_CACHE = home


if __name__ == "__main__":
    main()
