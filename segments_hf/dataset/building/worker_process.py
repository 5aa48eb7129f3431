"""End the worker processes of a build with `num_proc` if the main process is killed."""

from __future__ import annotations

import os
import threading
import time
from functools import cache

_PAUSE = 0.5  # seconds between checks of the parent process


@cache
def end_with_parent(pid: int) -> None:
    """End this process soon after its parent process has ended.

    Without this function, a worker of a killed process never ends, and writes into the folder that the next build uses.

    Args:
        pid: The id of the parent process.
    """
    threading.Thread(target=_wait_and_end, args=(pid,), name="segments-hf watch", daemon=True).start()


def _wait_and_end(pid: int) -> None:
    import multiprocess

    parent = multiprocess.parent_process()
    # On POSIX, the parent id changes when the parent ends. `is_alive` is not used there: it waits for a file descriptor
    # that other forked workers keep open. On Windows, the parent id never changes, and `is_alive` works,
    # because processes are not forked.
    while os.getppid() == pid and (os.name != "nt" or parent is None or parent.is_alive()):
        time.sleep(_PAUSE)
    os._exit(1)
