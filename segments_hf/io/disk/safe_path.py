"""Convert untrusted names to paths that are valid on every operating system."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import unicodedata
from pathlib import PurePosixPath

from segments_hf.errors import PathError

# Control characters (C0, DEL, C1), line and paragraph separators, and the characters that Windows forbids
# (https://learn.microsoft.com/windows/win32/fileio/naming-a-file). On Windows, a colon begins an alternate data stream.
_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029<>:"|?*]')
# The names of devices on Windows, which are also reserved if a suffix or spaces follow.
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
_LONGEST_PART = 160  # bytes; file systems allow 255 bytes, and callers may append to the name
_SUFFIX_LIMIT = 10  # bytes; a part that is cut keeps its suffix only if the suffix is shorter
_MOST_PARTS = 100
_LONGEST_PATH = {"win32": 259, "darwin": 1023}.get(sys.platform, 4095)  # bytes


def safe_path(name: str) -> PurePosixPath:
    r"""Return a name as a relative path that stays in the folder to which it is joined.

    Slashes and backslashes separate the parts of the path. Empty parts, and parts that have only dots and spaces, are
    dropped. Characters that some operating systems forbid become underscores. A part that Windows reserves for a device
    gets an underscore at its beginning. A hash replaces the end of a part that is too long, except a short suffix.

    Args:
        name: The name.

    Raises:
        PathError: The name has only dots, spaces and slashes, or it has more than 100 parts.

    >>> str(safe_path("../flowers/a: b?.jpg")), str(safe_path("C:\\x\\NUL.png"))
    ('flowers/a_ b_.jpg', 'C_/x/_NUL.png')
    """
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(". ")]
    if not parts:
        raise PathError(
            f"got {name!r}, which cannot be a file name; expected a name with more than dots, spaces and slashes"
        )
    if len(parts) > _MOST_PARTS:
        raise PathError(f"got a name with {len(parts):,} parts between slashes, expected {_MOST_PARTS} at most")
    return PurePosixPath(*map(_safe_part, parts))


def check_length(path: PurePosixPath, longest: int) -> None:
    """Check the length of a relative path.

    Args:
        path: The path.
        longest: The largest length in bytes, in UTF-8.

    Raises:
        PathError: The path is longer.
    """
    length = len(str(path).encode())
    if length > longest:
        raise PathError(
            f"got a name of {length:,} bytes, expected {max(0, longest):,} at most: its path in the "
            "output folder would be too long for this system; choose an output folder with a shorter path"
        )


def max_path_bytes(folder: str | os.PathLike[str]) -> int:
    """Return the largest length in bytes of a path relative to a folder on this system."""
    return _LONGEST_PATH - len(os.fsencode(os.path.abspath(folder))) - 1


def collision_key(path: PurePosixPath) -> str:
    """Return a key that is equal for two paths if some operating system treats them as the same path.

    Windows and macOS ignore the case of letters. macOS also ignores Unicode normalization.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(path)).casefold())


def _safe_part(part: str) -> str:
    part = _UNSAFE.sub("_", part.encode(errors="replace").decode())
    if part[-1] in ". ":  # Windows drops dots and spaces at the end of a name
        part = part.rstrip(". ") + "_"
    if _RESERVED.match(part):
        part = "_" + part
    if len(part.encode()) <= _LONGEST_PART:
        return part
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    suffix = PurePosixPath(part).suffix if len(PurePosixPath(part).suffix.encode()) < _SUFFIX_LIMIT else ""
    kept = part.encode()[: _LONGEST_PART - 2 * _SUFFIX_LIMIT].decode(errors="ignore")
    return f"{kept}-{digest}{suffix}"
