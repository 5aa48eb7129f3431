"""The bytes of a release file, wherever it is."""

from __future__ import annotations

import gzip
import mmap
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from segments_hf.errors import ReleaseError
from segments_hf.urls import is_url, public_name

if TYPE_CHECKING:
    import requests

Buffer = bytes | memoryview

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_TIMEOUT = (10, 60)  # seconds to connect, and between two reads
_RETRIED = (408, 429, 500, 502, 503, 504)


def read_source(source: str) -> Buffer:
    """The JSON text of a release, ungzipped and without a byte order mark.

    A local file is mapped, not read: the processes that share it share its memory.

    Args:
        source: A path, an http(s) URL, or any URL that fsspec reads.

    Raises:
        ReleaseError: The source cannot be read.
    """
    content = _read_url(source) if is_url(source) else _map_file(Path(source))
    if content[:2] == _GZIP_MAGIC:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ReleaseError(f"the gzip file is broken ({error}); download it again", public_name(source)) from error
    return memoryview(content)[len(_BOM) :] if content[: len(_BOM)] == _BOM else content


def _map_file(path: Path) -> Buffer:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return b""
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"cannot read the file: {getattr(error, 'strerror', error)}", str(path)) from error


def _read_url(source: str) -> bytes:
    if source.partition("://")[0].lower() in {"http", "https"}:
        return _get(source)
    import fsspec

    try:
        with fsspec.open(source, "rb") as file:
            return bytes(file.read())
    except ImportError as error:
        raise ReleaseError(f"cannot read the URL: {error}", public_name(source)) from error
    except (OSError, ValueError) as error:
        # Its text may hold the whole URL, signature included.
        raise ReleaseError(f"cannot read the URL: {type(error).__name__}", public_name(source)) from None


def _get(url: str) -> bytes:
    import requests

    with _session() as session:
        try:
            response = session.get(url, timeout=_TIMEOUT)
        except (requests.RequestException, ValueError) as error:
            # Its text holds the whole URL, signature included.
            raise ReleaseError(f"cannot fetch the URL: {type(error).__name__}", public_name(url)) from None
    if not response.ok:
        raise ReleaseError(
            f"got HTTP {response.status_code} {response.reason}; wanted a release file. "
            "Is the link still valid? Signed links expire",
            public_name(url),
        )
    return response.content


def _session() -> requests.Session:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

    session = requests.Session()
    retries = Retry(total=5, backoff_factor=0.5, status_forcelist=_RETRIED, raise_on_status=False)
    session.mount("http://", HTTPAdapter(max_retries=retries))
    session.mount("https://", HTTPAdapter(max_retries=retries))
    return session
