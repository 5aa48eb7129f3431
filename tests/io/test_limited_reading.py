"""Files are read and decompressed as a whole, or refused if they are larger than the limit."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.io.remote.limited_reading import BrokenGzipError, TooLargeError, decompress_gzip, read_limited

BODIES = st.one_of(st.binary(max_size=400), st.integers(0, 200_000).map(bytes))


@given(st.lists(BODIES, min_size=1, max_size=4), st.integers(0, 9))
def test_decompress_gzip_is_the_inverse_of_gzip(bodies, zeros):
    packed = b"".join(gzip.compress(body) + bytes(zeros) for body in bodies)
    whole = b"".join(bodies)
    assert decompress_gzip(packed, len(whole)) == whole
    assert decompress_gzip(memoryview(packed), len(whole) + 1) == whole
    if whole:
        with pytest.raises(TooLargeError):
            decompress_gzip(packed, len(whole) - 1)


@pytest.mark.parametrize("size", [10, 5_000, 3_000_000])
def test_decompress_gzip_refuses_a_truncated_file(size):
    packed = gzip.compress(random.Random(size).randbytes(size))
    for length in {1, 2, 9, len(packed) // 2, len(packed) - 8, len(packed) - 1}:
        with pytest.raises(BrokenGzipError):
            decompress_gzip(packed[:length], 2 * size)


def test_decompress_gzip_refuses_bytes_after_the_last_member():
    with pytest.raises(BrokenGzipError):
        decompress_gzip(gzip.compress(b"a") + b"<html>", 100)


def test_decompress_gzip_uses_little_more_memory_than_the_limit():
    bomb = gzip.compress(bytes(2**20)) * 200
    tracemalloc.start()
    with pytest.raises(TooLargeError, match="1,000,000 bytes after decompression"):
        decompress_gzip(bomb, 1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_decompress_gzip_reads_many_members_in_linear_time():
    assert decompress_gzip(gzip.compress(b"") * 50_000, 10) == b""


@given(st.binary(max_size=100), st.integers(0, 120))
def test_read_limited_returns_all_bytes_or_refuses_them(body, limit):
    if len(body) <= limit:
        assert read_limited(io.BytesIO(body).read, limit) == body
    else:
        with pytest.raises(TooLargeError):
            read_limited(io.BytesIO(body).read, limit)
