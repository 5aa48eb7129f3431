"""Short tracebacks for the errors that the public functions raise."""

from __future__ import annotations

import os
import sys
from functools import wraps
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from segments_hf.errors import SegmentsHFError
from segments_hf.option_names import is_command_line

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

DEBUG_VARIABLE: Final = "SEGMENTS_HF_DEBUG"


def short_traceback(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public function, so that the traceback of a `SegmentsHFError` ends in this function.

    The traceback shows the frames of the caller and the frame of the function. It does not show the frames of the
    functions that this function calls. It shows the errors that caused the `SegmentsHFError` only if the caller calls
    the function in an ``except`` block. The traceback is complete if the environment variable ``SEGMENTS_HF_DEBUG`` is
    1, and on the command line, which prints a traceback only with ``--debug``.

    Args:
        function: The function.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        handled = sys.exc_info()[1]  # not None if the caller calls the function in an `except` block
        try:
            return function(*args, **kwargs)
        except SegmentsHFError as error:
            if os.environ.get(DEBUG_VARIABLE) != "1" and not is_command_line():
                _remove_inner_frames(error)
                if handled is None:  # otherwise the traceback must also show the error that the caller handles
                    _hide_cause(error)
            raise

    return call


def _remove_inner_frames(error: SegmentsHFError) -> None:
    """Keep only the frame of the decorated function in a traceback that begins with the frame of the decorator."""
    decorator_frame = error.__traceback__
    public_frame = None if decorator_frame is None else decorator_frame.tb_next
    if public_frame is not None:
        public_frame.tb_next = None
        # Python 3.10 ignores this assignment when the error is raised again, and also shows the frame of the decorator.
        error.__traceback__ = public_frame


def _hide_cause(error: SegmentsHFError) -> None:
    """Hide the cause of an error in its traceback. `SegmentsHFError.cause` still returns the cause."""
    if error.__cause__ is not None:
        error.__context__, error.__cause__ = error.__cause__, None
    error.__suppress_context__ = True
