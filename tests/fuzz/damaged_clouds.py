"""Read damaged point clouds of every format. Only our own errors may be raised.

    cd tests && python -m fuzz.damaged_clouds --seconds 120

prints the seed. If a batch fails, the error has its number: ``--seed S --first N`` repeats this batch. The
random numbers of a batch depend only on the seed and its number.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter

from points.files.cloud_files import valid_clouds

from segments_hf.errors import AssetError
from segments_hf.points import read_points
from segments_hf.points.files import POINT_CLOUD_TYPES

CLOUDS_PER_BATCH = 50
_EDGES = (0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 255, 256, 32767, 32768, 65535, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40)
_NUMBERS = (b"-1", b"0", b"1", b"7", b"9", b"1e9", b"1000000000000", b"99999999999999999999", b"nan", b"x", b"")
_MOST_MEMORY = 2**29  # bytes that a batch may add to the peak of the process


class Crash(AssertionError):  # noqa: N818
    """An exception that is not one of our errors, or too much memory."""


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return a file with one to four random changes."""
    for _ in range(rng.randint(1, 4)):
        content = rng.choice((_flip, _number, _cut, _repeat, _insert, _edge))(content, rng)
    return content


def _flip(content: bytes, rng: random.Random) -> bytes:
    if not content:
        return content
    changed = bytearray(content)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _number(content: bytes, rng: random.Random) -> bytes:
    """Replace a word of the text, which is often a number."""
    words = content.split(b" ")
    words[rng.randrange(len(words))] = rng.choice(_NUMBERS)
    return b" ".join(words)


def _cut(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:start] if rng.random() < 0.5 else content[:start] + content[start + rng.randrange(1, 40) :]


def _repeat(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    end = start + rng.randrange(60)
    return content[:end] + content[start:]


def _insert(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.randbytes(rng.randrange(1, 20)) + content[place:]


def _edge(content: bytes, rng: random.Random) -> bytes:
    """Replace some bytes by a number at the limit of a type."""
    size = rng.choice((1, 2, 4, 8))
    value = (rng.choice(_EDGES) % 256**size).to_bytes(size, rng.choice(("little", "big")))
    place = rng.randrange(len(content) + 1)
    return content[:place] + value + content[place + size :]


def run_batch(seed: int, number: int) -> int:
    """Read the damaged point clouds of one batch, and return their number.

    Args:
        seed: The seed of the random numbers.
        number: The number of the batch.

    Raises:
        Crash: An exception that is not one of our errors was raised.
    """
    rng = random.Random(f"{seed} {number}")
    for _ in range(CLOUDS_PER_BATCH):
        kind, content = valid_clouds()[rng.choice(sorted(valid_clouds()))]
        kind = kind if rng.random() < 0.9 else rng.choice(POINT_CLOUD_TYPES)
        damaged = mutated(content, rng)
        for structured in (False, True):
            try:
                read_points(damaged, kind=kind, structured=structured)
            except AssetError:
                pass
            except Exception as error:
                raise Crash(f"{kind}: {type(error).__name__}: {error}") from error
    return CLOUDS_PER_BATCH


def run(seconds: float, seed: int, first: int = 0) -> Counter[str]:
    """Read damaged point clouds until the time is over.

    Args:
        seconds: The time in seconds.
        seed: The seed of the random numbers.
        first: The number of the first batch.

    Returns:
        The numbers of point clouds and of batches.

    Raises:
        Crash: A function raised an exception that is not one of our errors, or a batch needed much memory; the message
            has the options that repeat it.
    """
    end, counts, number = time.monotonic() + seconds, Counter[str](), first
    valid_clouds()
    while time.monotonic() < end:
        before = _peak()
        try:
            counts["clouds"] += run_batch(seed, number)
        except Exception as error:
            raise Crash(f"clouds: --seed {seed} --first {number}: {error}") from error
        needed = _peak() - before
        if needed > _MOST_MEMORY:
            raise Crash(f"clouds: --seed {seed} --first {number}: needed {needed >> 20} MiB of memory")
        counts["batches"] += 1
        number += 1
    return counts


def _peak() -> int:
    """Return the largest memory of this process so far in bytes."""
    # Linux counts in KiB, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Read damaged point clouds for some seconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    print(f"clouds: --seed {options.seed}", flush=True)
    counts = run(options.seconds, options.seed, options.first)
    print(f"clouds: {counts['clouds']} point clouds in {counts['batches']} batches raised only our own errors")


if __name__ == "__main__":
    main()
