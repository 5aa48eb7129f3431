"""Read a file through fsspec, with limits of size and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError
from segments_hf.io.remote.deadline import Deadline
from segments_hf.io.remote.limited_reading import TooLargeError, read_limited
from segments_hf.io.remote.time_limit import TimeLimitError, run_until

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

_SECONDS = 3000.0  # time limit for a file


def read_fsspec_file(url: str, storage_options: Mapping[str, Any] | None = None, *, max_bytes: int) -> bytes:
    """Return the content of a file.

    Args:
        url: Any URL that fsspec reads. It must come from the user and not from a release, because some URLs of fsspec
            lead to local files.
        storage_options: The options of the fsspec file system.
        max_bytes: The largest size of the file in bytes.

    Raises:
        TooLargeError: The file is larger.
        AssetError: The file cannot be read. The message does not contain the URL, because the URL may be signed.
    """
    import fsspec

    def read(is_given_up: threading.Event) -> bytes:
        def next_bytes(size: int) -> bytes:
            return b"" if is_given_up.is_set() else bytes(file.read(size))

        with fsspec.open(url, "rb", **(storage_options or {})) as file:  # noqa: TID251  (the only use of fsspec.open)
            return read_limited(next_bytes, max_bytes)

    try:
        return run_until(Deadline(_SECONDS), read)
    except (ImportError, TimeLimitError) as error:
        raise AssetError(str(error)) from None
    except TooLargeError:
        raise
    except Exception as error:  # noqa: BLE001  (each library behind fsspec has its own exceptions)
        raise AssetError(type(error).__name__) from None
