"""Damaged point-cloud files cause only an AssetError, and little memory is allocated."""

from __future__ import annotations

import contextlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import AssetError
from segments_hf.points.files import open_cloud

from .cloud_files import NO_LIMIT, whole_clouds

names = pytest.mark.parametrize("name", whole_clouds())
PARTS = st.tuples(st.floats(0, 1), st.binary(max_size=9), st.integers(0, 9))


def read(content: bytes, kind: str) -> None:
    """Read a cloud that may be damaged."""
    with contextlib.suppress(AssetError):
        cloud = open_cloud(content, kind, max_points=NO_LIMIT)
        points = cloud.structured()
        assert len(points) == cloud.num_points
        with contextlib.suppress(AssetError):  # a field may have several values per point
            assert cloud.columns(cloud.fields).shape == (cloud.num_points, len(cloud.fields))


@names
@given(parts=st.lists(PARTS, min_size=1, max_size=4))
def test_replaced_bytes_cause_only_our_error(name: str, parts: list[tuple[float, bytes, int]]) -> None:
    kind, content = whole_clouds()[name]
    for place, inserted, removed in parts:
        position = int(place * len(content))
        content = content[:position] + inserted + content[position + removed :]
    read(content, kind)


@names
@pytest.mark.parametrize("flip", [1, 0x20, 0x80, 0xFF])
def test_flipped_byte_causes_only_our_error(name: str, flip: int) -> None:
    kind, content = whole_clouds()[name]
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= flip
        read(bytes(changed), kind)


@names
def test_truncated_file_causes_our_error(name: str) -> None:
    """Text may be cut within its last number, and numbers without a header after any point."""
    kind, content = whole_clouds()[name]
    text = content.rstrip(b"\n")
    for end in range(len(content)):
        if kind.startswith("binary") or ("ascii" in name and end > len(text) - 12):
            read(content[:end], kind)
        else:
            with pytest.raises(AssetError):
                open_cloud(content[:end], kind, max_points=NO_LIMIT).structured()


@names
def test_flipped_byte_does_not_cause_much_memory(name: str) -> None:
    kind, content = whole_clouds()[name]
    tracemalloc.start()
    try:
        for position in range(len(content)):
            changed = bytearray(content)
            changed[position] ^= 0xFF
            read(bytes(changed), kind)
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()
