"""Turn names that others chose into paths that every system can hold."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import unicodedata
from pathlib import PurePosixPath

from segments_hf.errors import PathError

# Control characters (C0, DEL, C1), the ends of lines and paragraphs, and what Windows forbids
# (https://learn.microsoft.com/windows/win32/fileio/naming-a-file). A colon would begin an alternate data stream.
_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029<>:"|?*]')
# The names of devices on Windows, also with a suffix or spaces behind them.
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
_LONGEST_PART = 160  # bytes, of 255 that disks allow: with room for what a caller adds
_LONGEST_SUFFIX = 10
_MOST_PARTS = 100
_LONGEST_PATH = {"win32": 259, "darwin": 1023}.get(sys.platform, 4095)  # bytes


def safe_path(name: str) -> PurePosixPath:
    r"""Return a name as a relative path that stays in the folder to which it is joined.

    Slashes and backslashes separate its parts; empty parts and dots are left out. Characters that a system forbids
    become underscores. The end of a part that is too long is replaced by a hash.

    Args:
        name: The name.

    Raises:
        PathError: Nothing is left of the name, or it has too many parts.

    >>> str(safe_path("../flowers/a: b?.jpg")), str(safe_path("C:\\x\\NUL.png"))
    ('flowers/a_ b_.jpg', 'C_/x/_NUL.png')
    """
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(". ")]
    if not parts:
        raise PathError(f"got the name {name!r}, which cannot be the name of a file; wanted a letter or a digit in it")
    if len(parts) > _MOST_PARTS:
        raise PathError(f"got a name with {len(parts):,} parts between slashes, wanted {_MOST_PARTS} at most")
    return PurePosixPath(*map(_safe_part, parts))


def check_length(path: PurePosixPath, longest: int) -> None:
    """Check the length of a relative path.

    Args:
        path: The path.
        longest: The number of bytes in UTF-8 that it may have.

    Raises:
        PathError: It has more.
    """
    length = len(str(path).encode())
    if length > longest:
        raise PathError(
            f"got a name of {length:,} bytes, wanted {max(0, longest):,} at most: with the folder to write to, its "
            "path would be too long for this system; choose a folder with a shorter path"
        )


def room_in(folder: str | os.PathLike[str]) -> int:
    """Return the number of bytes that a path in a folder may have on this system."""
    return _LONGEST_PATH - len(os.fsencode(os.path.abspath(folder))) - 1


def collision_key(path: PurePosixPath) -> str:
    """Return a key that two paths share if some system takes them for the same.

    Windows and macOS ignore the case of letters; macOS also ignores whether an accent is a character of its own.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(path)).casefold())


def _safe_part(part: str) -> str:
    part = _UNSAFE.sub("_", part.encode(errors="replace").decode())
    if part[-1] in ". ":  # which Windows drops
        part = part.rstrip(". ") + "_"
    if _RESERVED.match(part):
        part = "_" + part
    if len(part.encode()) <= _LONGEST_PART:
        return part
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    suffix = PurePosixPath(part).suffix if len(PurePosixPath(part).suffix.encode()) < _LONGEST_SUFFIX else ""
    kept = part.encode()[: _LONGEST_PART - 2 * _LONGEST_SUFFIX].decode(errors="ignore")
    return f"{kept}-{digest}{suffix}"
