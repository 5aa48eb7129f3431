"""Check options that are whole numbers."""

from __future__ import annotations

from segments_hf.errors import OptionError


def check_number(name: str, value: object, least: int) -> None:
    """Check an option that is a whole number.

    Raises:
        OptionError: The value is not a whole number, or is less than `least`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise OptionError(f"got {value!r}, expected a whole number of at least {least}", option=name)


def check_num_proc(num_proc: object) -> None:
    """Check the option `num_proc`, a number of processes. None is also valid: it is the default.

    Raises:
        OptionError: The value is neither None nor a positive whole number.
    """
    if num_proc is not None:
        check_number("num_proc", num_proc, 1)
