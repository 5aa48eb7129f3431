"""A way to wake who waits for sockets."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bell:
    """A pair of sockets: what goes into one wakes who watches the other.

    Only their numbers are kept. A socket that is left to the garbage collector complains, even if who holds it is left
    with it and is about to close it, as with an iterator that nobody reads to its end.
    """

    def __init__(self) -> None:
        self.fd, self._push = (end.detach() for end in socket.socketpair())

    def ring(self) -> None:
        """Wakes; any thread may call it."""
        with _socket(self._push) as push:
            push.send(b"!")

    def hush(self) -> None:
        """Forgets how often it rang."""
        with _socket(self.fd) as pull:
            pull.recv(4096)

    def close(self) -> None:
        """Closes both."""
        socket.close(self.fd)
        socket.close(self._push)


@contextlib.contextmanager
def _socket(fd: int) -> Iterator[socket.socket]:
    end = socket.socket(fileno=fd)
    try:
        yield end
    finally:
        end.detach()
