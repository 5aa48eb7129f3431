"""Find the files that differ between two folders, and describe the differences."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ERROR_FILE = "error.txt"
MAX_LINES = 8  # the maximum number of lines about one file
MAX_CHARACTERS = 70  # the maximum number of characters of one value


@dataclass
class Comparison:
    """The result of a comparison.

    Attributes:
        equal: The number of equal files.
        errors: The number of equal files that contain an error message instead of an output.
        different: The lines that describe the differences of each different file, by the path of the file.
    """

    equal: int = 0
    errors: int = 0
    different: dict[str, list[str]] = field(default_factory=dict)


def compare_folders(old: Path, new: Path) -> Comparison:
    """Compare all files of two folders."""
    comparison = Comparison()
    old_files, new_files = files_of(old), files_of(new)
    for path in sorted({*old_files, *new_files}):
        if path not in new_files:
            comparison.different[path] = ["only in the old outputs"]
        elif path not in old_files:
            comparison.different[path] = ["only in the new outputs"]
        elif (old / path).read_bytes() != (new / path).read_bytes():
            comparison.different[path] = describe(old / path, new / path)
        else:
            comparison.equal += 1
            comparison.errors += Path(path).name == ERROR_FILE
    return comparison


def files_of(folder: Path) -> set[str]:
    """Return the paths of all files in a folder, relative to it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def describe(old: Path, new: Path) -> list[str]:
    """Describe the differences of two files in a few lines."""
    if old.suffix == ".png":
        return [image_difference(old, new)]
    try:
        before, after = old.read_text("utf-8"), new.read_text("utf-8")
    except UnicodeDecodeError:
        return [f"{old.stat().st_size:,} bytes → {new.stat().st_size:,} bytes"]
    if old.suffix != ".json":
        return shortened(line_differences(before, after))
    return shortened(value_differences(json.loads(before), json.loads(after))) or ["equal values, different JSON text"]


def shortened(lines: Iterator[str]) -> list[str]:
    """Return the first lines, and the number of the other lines."""
    shown = list(islice(lines, MAX_LINES))
    more = sum(1 for _ in lines)
    return [*shown, f"and {more:,} more"] if more else shown


def image_difference(old: Path, new: Path) -> str:
    """Describe the difference of two images: the mode and size, or the number of different pixels."""
    with Image.open(old) as old_image, Image.open(new) as new_image:
        if (old_image.mode, old_image.size) != (new_image.mode, new_image.size):
            return f"{old_image.mode} {old_image.size} → {new_image.mode} {new_image.size}"
        differ = np.asarray(old_image) != np.asarray(new_image)
    pixels = differ if differ.ndim == 2 else differ.any(axis=-1)  # noqa: PLR2004  (height, width)
    return f"{pixels.sum():,} of {pixels.size:,} pixels differ" if pixels.any() else "equal pixels, different bytes"


def line_differences(old: str, new: str) -> Iterator[str]:
    """Yield both numbers of lines if they differ, and the differences between lines at the same position."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) != len(after):
        yield f"{len(before):,} lines → {len(after):,} lines"
    for number, (old_line, new_line) in enumerate(zip(before, after, strict=False), start=1):
        if old_line != new_line:
            yield f"line {number}: {cut(old_line)} → {cut(new_line)}"


def value_differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """Yield the JSON paths at which two values differ, with the old and the new value."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from key_differences(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (old_item, new_item) in enumerate(zip(old, new, strict=True)):
            yield from value_differences(old_item, new_item, f"{path}[{index}]")
    elif isinstance(old, list) and isinstance(new, list):
        yield f"{path or 'the list'}: {len(old):,} items {short(old)} → {len(new):,} items {short(new)}"
    elif old != new or type(old) is not type(new):
        yield f"{path or 'the value'}: {short(old)} → {short(new)}"


def key_differences(old: Mapping[str, Any], new: Mapping[str, Any], parent: str) -> Iterator[str]:
    """Yield the differences between the values of two JSON objects, and the keys that only one object has."""
    for key in [*old, *(key for key in new if key not in old)]:
        path = f"{parent}.{key}" if parent else key
        if key not in new:
            yield f"{path}: {short(old[key])} → no such key"
        elif key not in old:
            yield f"{path}: no such key → {short(new[key])}"
        else:
            yield from value_differences(old[key], new[key], path)


def short(value: object) -> str:
    """Return a value as JSON, truncated if it is long."""
    return cut(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    """Return a text, truncated if it is long."""
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"
