"""Sizes are read with decimal and binary units, and written exactly."""

from __future__ import annotations

import pytest

from segments_hf.errors import OptionError
from segments_hf.io.byte_sizes import bytes_of, size_text


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, 1),
        (1e6, 1_000_000),
        ("7", 7),
        ("7B", 7),
        ("500KB", 500_000),
        ("10mb", 10_000_000),
        (" 1.5 GB ", 1_500_000_000),
        ("2TB", 2_000_000_000_000),
        ("1KiB", 1024),
        ("256MiB", 256 * 2**20),
        ("4gib", 4 * 2**30),
    ],
)
def test_size_is_read_in_bytes(size: object, expected: int) -> None:
    assert bytes_of(size, "max_bytes") == expected


@pytest.mark.parametrize(
    "size",
    ["", "MB", "10XB", "10 M", "-1MB", "1e6", "1,5GB", "0", "0.5B", "9" * 30, 0, -1, None, True, [1],
     float("nan"), float("inf")],
    ids=repr,
)  # fmt: skip
def test_error_of_an_invalid_size_names_the_option_and_the_value(size: object) -> None:
    with pytest.raises(OptionError, match="^max_bytes: got ") as raised:
        bytes_of(size, "max_bytes")
    assert repr(size) in str(raised.value)


@pytest.mark.parametrize("number", [1, 999, 1000, 1024, 1500, 10_000_000, 256 * 2**20, 4 * 2**30, 2**20 + 1])
def test_text_of_a_size_is_exact(number: int) -> None:
    assert bytes_of(size_text(number), "max_bytes") == number
