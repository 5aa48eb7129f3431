"""Read damaged point clouds of every format. Only errors of segments_hf may be raised.

    cd tests && python -m fuzz.damaged_clouds --seconds 120

This command prints the seed. If a batch fails, the error contains the seed S and the number N of the batch; the options
``--seed S --first N`` repeat the batch. The damage depends only on these two numbers.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from points.files.cloud_files import valid_clouds
from process_memory import peak_memory

from segments_hf.errors import AssetError
from segments_hf.points import read_points
from segments_hf.points.files import POINT_CLOUD_TYPES

CLOUDS_PER_BATCH = 50
# Small integers, and integers at the limits of integer types.
_INTEGERS = (*range(5), 7, 8, 16, 127, 128, 255, 256, 32767, 32768, 65535, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40)
_WORDS = (b"-1", b"0", b"1", b"7", b"9", b"1e9", b"1000000000000", b"99999999999999999999", b"nan", b"x", b"")
_MAX_GROWTH = 2**29  # bytes that a batch may add to the peak memory of the process


class Crash(AssertionError):  # noqa: N818
    """A function raised an exception that is not an error of segments_hf, or a batch needed too much memory."""


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return a file with one to four random changes."""
    for _ in range(rng.randint(1, 4)):
        change = rng.choice((_flip_bit, _replace_word, _cut, _repeat_bytes, _insert_bytes, _write_integer))
        content = change(content, rng)
    return content


def _flip_bit(content: bytes, rng: random.Random) -> bytes:
    if not content:
        return content
    changed = bytearray(content)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _replace_word(content: bytes, rng: random.Random) -> bytes:
    """Replace the bytes between two spaces. In the header of a PCD file, they are a name or a number."""
    words = content.split(b" ")
    words[rng.randrange(len(words))] = rng.choice(_WORDS)
    return b" ".join(words)


def _cut(content: bytes, rng: random.Random) -> bytes:
    """Remove all bytes from a position on, or only some of them."""
    start = rng.randrange(len(content) + 1)
    return content[:start] if rng.random() < 0.5 else content[:start] + content[start + rng.randrange(1, 40) :]


def _repeat_bytes(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    end = start + rng.randrange(60)
    return content[:end] + content[start:]


def _insert_bytes(content: bytes, rng: random.Random) -> bytes:
    position = rng.randrange(len(content) + 1)
    return content[:position] + rng.randbytes(rng.randrange(1, 20)) + content[position:]


def _write_integer(content: bytes, rng: random.Random) -> bytes:
    """Replace 1, 2, 4 or 8 bytes by a small integer, or by one at the limit of an integer type."""
    size = rng.choice((1, 2, 4, 8))
    value = (rng.choice(_INTEGERS) % 256**size).to_bytes(size, rng.choice(("little", "big")))
    position = rng.randrange(len(content) + 1)
    return content[:position] + value + content[position + size :]


def run_batch(seed: int, number: int) -> int:
    """Read the damaged point clouds of one batch, and return their number.

    Args:
        seed: The seed of the random numbers.
        number: The number of the batch.

    Raises:
        Crash: A function raised an exception that is not an error of segments_hf.
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


def run(seconds: float, seed: int, first_batch: int = 0) -> Counter[str]:
    """Read batches of damaged point clouds until the time is over.

    Args:
        seconds: The time in seconds.
        seed: The seed of the random numbers.
        first_batch: The number of the first batch.

    Returns:
        The numbers of point clouds and of batches.

    Raises:
        Crash: A function raised an exception that is not an error of segments_hf, or a batch needed too much memory.
            The message contains the options that repeat the batch.
    """
    end, counts, number = time.monotonic() + seconds, Counter[str](), first_batch
    valid_clouds()
    while time.monotonic() < end:
        before = _peak_memory()
        try:
            counts["clouds"] += run_batch(seed, number)
        except Exception as error:
            raise Crash(f"clouds: --seed {seed} --first {number}: {error}") from error
        growth = _peak_memory() - before
        if growth > _MAX_GROWTH:
            raise Crash(f"clouds: --seed {seed} --first {number}: needed {growth >> 20} MiB more memory")
        counts["batches"] += 1
        number += 1
    return counts


def _peak_memory() -> int:
    """Return the peak memory of this process in bytes; 0 on a system other than Linux, where it is not measured."""
    return peak_memory() if sys.platform == "linux" else 0


def main() -> None:
    """Read damaged point clouds for the time in the option ``--seconds``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    print(f"clouds: --seed {options.seed}", flush=True)
    counts = run(options.seconds, options.seed, options.first)
    print(f"clouds: {counts['clouds']} point clouds in {counts['batches']} batches raised only errors of segments_hf")


if __name__ == "__main__":
    main()
