"""The memory of a process, for tests that measure it in a new process. Only Linux has these numbers in /proc."""

from __future__ import annotations

import re
from pathlib import Path


def current_memory() -> int:
    """Return the resident memory of this process in bytes."""
    return _status("VmRSS")


def peak_memory() -> int:
    """Return the largest resident memory of this process so far in bytes."""
    # Not `ru_maxrss`: in a new process, it begins with the peak of the parent process.
    return _status("VmHWM")


def _status(name: str) -> int:
    """Return a number of bytes of /proc/self/status."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None, name
    return int(found[1]) * 1024
