"""Damaged point-cloud files raise no other error than AssetError, and little memory is allocated."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import AssetError
from segments_hf.points.files import open_cloud

from .cloud_files import NO_LIMIT, valid_clouds

TESTS = Path(__file__).parents[2]
names = pytest.mark.parametrize("name", valid_clouds())
# The position as a fraction of the file, the inserted bytes, and the number of removed bytes.
REPLACEMENTS = st.tuples(st.floats(0, 1), st.binary(max_size=9), st.integers(0, 9))


def read(content: bytes, kind: str) -> None:
    """Read a cloud that may be damaged. An AssetError is ignored."""
    with contextlib.suppress(AssetError):
        cloud = open_cloud(content, kind, max_points=NO_LIMIT)
        points = cloud.structured()
        assert len(points) == cloud.num_points
        with contextlib.suppress(AssetError):  # a field may have several values per point
            assert cloud.columns(cloud.fields).shape == (cloud.num_points, len(cloud.fields))


def read_flipped(content: bytes, position: int, flipped_bits: int, kind: str) -> None:
    """Read a cloud with bits of one byte flipped."""
    changed = bytearray(content)
    changed[position] ^= flipped_bits
    read(bytes(changed), kind)


@names
@given(replacements=st.lists(REPLACEMENTS, min_size=1, max_size=4))
def test_replaced_bytes_cause_only_an_asset_error(name: str, replacements: list[tuple[float, bytes, int]]) -> None:
    kind, content = valid_clouds()[name]
    for fraction, inserted, num_removed in replacements:
        position = int(fraction * len(content))
        content = content[:position] + inserted + content[position + num_removed :]
    read(content, kind)


@names
@pytest.mark.parametrize("flipped_bits", [1, 0xFF])
def test_flipped_bits_cause_only_an_asset_error(name: str, flipped_bits: int) -> None:
    kind, content = valid_clouds()[name]
    for position in random.Random(name).sample(range(len(content)), min(len(content), 100)):
        read_flipped(content, position, flipped_bits, kind)


@names
def test_truncated_file_is_an_error(name: str) -> None:
    """A text file that is cut within its last number, and a file without a header, may still be valid."""
    kind, content = valid_clouds()[name]
    text = content.rstrip(b"\n")
    for end in random.Random(name).sample(range(len(content)), min(len(content), 200)):
        if kind.startswith("binary") or ("ascii" in name and end > len(text) - 12):
            read(content[:end], kind)
        else:
            with pytest.raises(AssetError):
                open_cloud(content[:end], kind, max_points=NO_LIMIT).structured()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory of a process in /proc")
def test_flipped_byte_of_a_laz_file_allocates_little_memory() -> None:
    """Python does not trace the memory of lazrs, so a new process measures its peak."""
    code = (
        "from points.files.cloud_files import valid_clouds\n"
        "from points.files.test_damaged_clouds import read, read_flipped\n"
        "from process_memory import peak_memory\n"
        "kind, content = valid_clouds()['laz 6']\n"
        "read(content, kind)\n"
        "before = peak_memory()\n"
        "for position in range(0, len(content), 7):\n"
        "    read_flipped(content, position, 0xFF, kind)\n"
        "print(peak_memory() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TESTS, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100 * 2**20


@pytest.mark.parametrize("name", [name for name in valid_clouds() if not name.startswith("la")])
def test_flipped_byte_allocates_little_memory(name: str) -> None:
    kind, content = valid_clouds()[name]
    tracemalloc.start()
    try:
        for position in range(len(content)):
            read_flipped(content, position, 0xFF, kind)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
