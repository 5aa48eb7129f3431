"""Read and write sizes in bytes: ``10MB`` is decimal, ``10MiB`` is binary, and a number without a unit is bytes."""

from __future__ import annotations

import re
from fractions import Fraction

from segments_hf.errors import OptionError

_PREFIXES = "KMGTP"
_UNITS = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate(_PREFIXES, start=1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate(_PREFIXES, start=1)},
}
_UNITS_IN_UPPER_CASE = {unit.upper(): number for unit, number in _UNITS.items()}
_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?) ?([A-Za-z]*)")


def bytes_of(size: object, option: str) -> int:
    """Return the number of bytes of a size.

    Args:
        size: A number of bytes, or text such as ``"10MB"``, ``"1.5 GB"`` or ``"256MiB"``, in upper or lower case.
        option: The name of the parameter, for the error.

    Raises:
        OptionError: The value is not a size, is less than one byte, or does not fit into 63 bits.

    >>> bytes_of("10MB", "max_bytes"), bytes_of("256MiB", "max_bytes"), bytes_of("500", "max_bytes")
    (10000000, 268435456, 500)
    """
    number = _number_of(size)
    if not 1 <= number < 2**63:
        raise OptionError(
            f"got {size!r}, expected a number of bytes from 1 to 2^63 - 1, or text with a unit, such as '10MB' or "
            "'256MiB'",
            option=option,
        )
    return int(number)


def size_text(number: int) -> str:
    """Return the shortest exact text of a number of bytes.

    >>> size_text(268_435_456), size_text(500_000_000), size_text(1234)
    ('256MiB', '500MB', '1234')
    """
    exact = [f"{number // size}{unit}" for unit, size in _UNITS.items() if size > 1 and number % size == 0]
    return min([str(number), *exact], key=len)


def _number_of(size: object) -> Fraction | float:
    """Return the number of bytes of a size; 0 if the value is not a size."""
    if isinstance(size, int | float) and not isinstance(size, bool):
        return size
    match = _SIZE.fullmatch(size.strip()) if isinstance(size, str) else None
    unit = _UNITS_IN_UPPER_CASE.get(match[2].upper() or "B") if match else None
    return Fraction(match[1]) * unit if match and unit else 0
