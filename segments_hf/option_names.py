"""Name options in messages as the user types them: ``on_error='skip'`` in Python, ``--on-error skip`` in a shell.

This module is in the lowest layer because the errors use it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLE = "_SEGMENTS_HF_COMMAND_LINE"  # an environment variable, because worker processes inherit it

# The parameters that have another name on the command line.
COMMAND_LINE_NAMES: Final = {
    "connections_per_host": "--connections",
    "export_format": "FORMAT",
    "path": "OUT",
    "repo_id": "REPO_ID",
    "resolve": "--rewrite",
}

# The parameters that no command has as an option.
PYTHON_ONLY: Final = frozenset(
    {
        *(
            "api_key",
            "column",
            "data",
            "data_files",
            "embed",
            "frame",
            "ignore_index",
            "index",
            "keep_unlabeled",
            "of",
            "row",
            "storage_options",
            "stuff",
            "task",
            "time_unit",
        ),
    }
)


def option(name: str, value: object = None) -> str:
    """Return an option, with its value if there is one, as the user of this process types it.

    Args:
        name: The name of the parameter in Python.
        value: The value; None for the name alone.

    >>> option("on_error"), option("on_error", "skip")
    ('on_error', "on_error='skip'")
    >>> with on_command_line():
    ...     option("on_error", "skip"), option("overwrite", True), option("load_assets", False), option("embed", True)
    ('--on-error skip', '--overwrite', '--no-load-assets', 'embed=True (only in Python)')
    """
    in_python = name if value is None else f"{name}={value!r}"
    if not is_command_line():
        return in_python
    if name in PYTHON_ONLY:
        return f"{in_python} (only in Python)"
    flag = COMMAND_LINE_NAMES.get(name) or f"--{name.replace('_', '-')}"
    if value is False:
        return flag.replace("--", "--no-", 1)
    return flag if value is None or value is True else f"{flag} {_value_on_command_line(value)}"


def _value_on_command_line(value: object) -> str:
    """Return a value as a user types it after an option of the command line.

    >>> _value_on_command_line({"train": 0.8, "test": 0.2}), _value_on_command_line((0, 4095))
    ('train=0.8,test=0.2', '0,4095')
    """
    if isinstance(value, Mapping):
        return ",".join(f"{key}={item}" for key, item in value.items())
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def in_interface(in_python: str, in_shell: str) -> str:
    """Return `in_shell` in a process of the command line, and `in_python` in any other process."""
    return in_shell if is_command_line() else in_python


def is_command_line() -> bool:
    """Return whether this process is the command line, or a worker process of the command line."""
    return _VARIABLE in os.environ


@contextmanager
def on_command_line() -> Iterator[None]:
    """Make `option` return options of the command line in this block, and in worker processes started in this block."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
