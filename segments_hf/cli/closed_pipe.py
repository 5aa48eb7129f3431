"""End a command silently when the program that reads its output ends: ``segments-hf export --help | head -3``."""

from __future__ import annotations

import io
import sys
from typing import TextIO

from segments_hf.io.disk.atomic import discard_output

_EXIT_CODE = 141  # the exit code that shells report for a program that the signal SIGPIPE ends: 128 + 13


class _PipedOutput(io.TextIOWrapper):
    """A text stream that ends the process if the other end of its pipe is closed.

    The signal SIGPIPE cannot be used for this purpose, because it would also end the process if a server closes a
    connection. A BrokenPipeError is not passed on, because a library that prints may catch it and end the process with
    another exit code.
    """

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            raise self._exit() from None

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            raise self._exit() from None

    def _exit(self) -> SystemExit:
        discard_output(self)  # otherwise Python tries to write the rest at exit, and fails again
        return SystemExit(_EXIT_CODE)


def exit_on_closed_pipe() -> None:
    """Let this process end silently when it writes to standard output or standard error and no program reads it."""
    sys.stdout, sys.stderr = _piped(sys.stdout), _piped(sys.stderr)


def _piped(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):  # a stream that the process lacks is None
        return stream
    return _PipedOutput(
        stream.buffer,
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
