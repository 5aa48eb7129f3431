"""Functions that tasks call in processes of Ray. They record events, such as their start, in a folder."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segments_hf.errors import OptionError


@dataclass(frozen=True)
class RecordedWork:
    """A function that takes some time, and returns its key and the id of its process."""

    folder: Path
    key: str
    seconds: float = 0

    def __call__(self) -> tuple[str, int]:
        record(self.folder, "start", self.key)
        time.sleep(self.seconds)
        return self.key, os.getpid()


@dataclass(frozen=True)
class WaitingWork:
    """A function that waits for a minute, and records if it is canceled.

    Attributes:
        folder: The folder of the records.
        key: The key of the task.
        step: The duration of each system call that waits, in seconds.
    """

    folder: Path
    key: str
    step: float

    def __call__(self) -> None:
        record(self.folder, "start", self.key)
        try:
            for _ in range(int(60 / self.step)):
                time.sleep(self.step)
        except KeyboardInterrupt:
            record(self.folder, "canceled", self.key)
            raise
        record(self.folder, "end", self.key)


@dataclass(frozen=True)
class FailingWork:
    """A function that raises an error of segments-hf."""

    folder: Path

    def __call__(self) -> None:
        record(self.folder, "start", "failing")
        raise OptionError("got 0, expected 1 or more", option="max_shard_size")


@dataclass(frozen=True)
class CrashingWork:
    """A function that ends its process in each of its first `num_crashes` calls."""

    folder: Path
    num_crashes: int

    def __call__(self) -> int:
        record(self.folder, "start", "crashing")
        if len(records(self.folder, "start")) <= self.num_crashes:
            os._exit(1)
        return self.num_crashes


def record(folder: Path, event: str, key: str) -> None:
    """Write an empty file whose name contains the event and the key."""
    (folder / f"{event} {key} {uuid.uuid4().hex}").touch()


def records(folder: Path, event: str) -> list[str]:
    """Return the sorted keys of all records of an event."""
    return sorted(file.name.split()[1] for file in folder.iterdir() if file.name.startswith(f"{event} "))


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a function returns a true value."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.05)
