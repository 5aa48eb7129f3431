"""The processes that build with `num_proc`."""

from __future__ import annotations

import os
import threading
import time
from functools import cache

_PAUSE = 0.5  # seconds between two looks at the process that has started this one


@cache
def end_with_process(pid: int) -> None:
    """End this process soon after the one that has started it is gone.

    Without this, a worker of a killed process goes on writing into the folder in which the next process builds, and
    then waits for ever.

    Args:
        pid: The process that has started this one.
    """
    threading.Thread(target=_wait_and_end, args=(pid,), name="segments-hf watch", daemon=True).start()


def _wait_and_end(pid: int) -> None:
    import multiprocess

    parent = multiprocess.parent_process()
    # Other processes that were forked keep open what `is_alive` waits for. Windows does not fork, and its `getppid`
    # always gives the same number.
    while os.getppid() == pid and (os.name != "nt" or parent is None or parent.is_alive()):
        time.sleep(_PAUSE)
    os._exit(1)
