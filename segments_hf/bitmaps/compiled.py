"""Functions compiled by numba, which the extra ``fast`` installs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """A function of arrays and numbers, compiled when it is first called; None where numba is not installed."""
    try:
        import numba
    except ImportError:
        return None
    try:
        made: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no folder that it may write to
        made = numba.njit(nogil=True)(function)
    return made
