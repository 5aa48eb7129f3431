"""Find the files that differ between two folders, and say shortly how they differ."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ERROR_FILE = "error.txt"
MOST_LINES = 8  # shown for one file
MOST_CHARACTERS = 70  # shown of one value


@dataclass
class Comparison:
    """The result of a comparison.

    Attributes:
        equal: The number of equal files.
        errors: The number of equal files that hold an error message instead of an output.
        different: For the path of each file that differs, how it differs.
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
    """Say how two files differ, in a few lines."""
    if old.suffix == ".png":
        return [picture_difference(old, new)]
    try:
        before, after = old.read_text("utf-8"), new.read_text("utf-8")
    except UnicodeDecodeError:
        return [f"{old.stat().st_size:,} bytes → {new.stat().st_size:,} bytes"]
    if old.suffix != ".json":
        return shortened(line_differences(before, after))
    return shortened(value_differences(json.loads(before), json.loads(after))) or ["equal values, written differently"]


def shortened(lines: Iterator[str]) -> list[str]:
    """Return the first lines, and how many more there are."""
    first = list(islice(lines, MOST_LINES))
    more = sum(1 for _ in lines)
    return [*first, f"and {more:,} more"] if more else first


def picture_difference(old: Path, new: Path) -> str:
    """Say how many pixels of two pictures differ."""
    with Image.open(old) as first, Image.open(new) as second:
        if (first.mode, first.size) != (second.mode, second.size):
            return f"{first.mode} {first.size} → {second.mode} {second.size}"
        differ = np.asarray(first) != np.asarray(second)
    pixels = differ if differ.ndim == 2 else differ.any(axis=-1)  # noqa: PLR2004  (height, width)
    return f"{pixels.sum():,} of {pixels.size:,} pixels differ" if pixels.any() else "equal pixels, other bytes"


def line_differences(old: str, new: str) -> Iterator[str]:
    """Yield the lines that differ, compared place by place."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) != len(after):
        yield f"{len(before):,} lines → {len(after):,} lines"
    for number, (first, second) in enumerate(zip(before, after, strict=False), start=1):
        if first != second:
            yield f"line {number}: {cut(first)} → {cut(second)}"


def value_differences(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """Yield the places in two JSON values where they differ, with what is there."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from key_differences(old, new, place)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (first, second) in enumerate(zip(old, new, strict=True)):
            yield from value_differences(first, second, f"{place}[{index}]")
    elif isinstance(old, list) and isinstance(new, list):
        yield f"{place or 'the list'}: {len(old):,} items {short(old)} → {len(new):,} items {short(new)}"
    elif old != new or type(old) is not type(new):
        yield f"{place or 'the value'}: {short(old)} → {short(new)}"


def key_differences(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield the keys of two JSON objects whose values differ, or which only one of them has."""
    for key in [*old, *(key for key in new if key not in old)]:
        there = f"{place}.{key}" if place else key
        if key not in new:
            yield f"{there}: {short(old[key])} → no such key"
        elif key not in old:
            yield f"{there}: no such key → {short(new[key])}"
        else:
            yield from value_differences(old[key], new[key], there)


def short(value: Any) -> str:
    """Return a value as JSON, cut where it is long."""
    return cut(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
