"""Read release files with random changes of types, keys, numbers, text and bytes.

`run` repeats this for a given number of seconds. The changes depend only on the seed.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from segments_hf import load_release, validate
from segments_hf.errors import SegmentsHFError
from segments_hf.release import Release

MAX_SECONDS = 30.0  # for one file, which normally takes some milliseconds

_BITMAP = {"annotations": [{"id": 1, "category_id": 1, "attributes": {"open": True}}, {"id": 2, "category_id": 2}]}
_VECTORS = {
    "annotations": [
        {"id": 1, "category_id": 1, "type": "polygon", "points": [[0, 0], [9, 0], [5.5, 7]]},
        {"id": 2, "category_id": 2, "type": "bbox", "points": [[1, 1], [4, 3]], "attributes": {"color": "red"}},
    ]
}
_CUBOIDS = {"annotations": [{"id": 1, "category_id": 1, "type": "cuboid", "position": {"x": 1.5, "y": 2, "z": 0}}]}
_LABELS: dict[str, Any] = {
    "segmentation-bitmap": {**_BITMAP, "segmentation_bitmap": {"url": "a.png"}, "image_attributes": {"sky": "blue"}},
    "vector": _VECTORS,
    "image-segmentation-sequence": {"frames": [{**_BITMAP, "segmentation_bitmap": {"url": "a.png"}}, None]},
    "image-vector-sequence": {"frames": [_VECTORS, {"annotations": []}]},
    "pointcloud-cuboid": _CUBOIDS,
}
_EXTREME_NUMBERS = [
    "1e400",
    "-1e999",
    "9" * 25,
    "9" * 5000,
    "-" + "9" * 400,
    "0." + "1" * 400,
    "1e-400",
    "9223372036854775808",
]
_DEEP_JSON = ["[" * 100_000, "[" * 300 + "]" * 300, '{"a":' * 2000 + "1" + "}" * 2000]
_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    2**70,
    "",
    "é",
    "a\0b",
    "\x1b[31m",
    [],
    {},
    [[]],
    [None],
    {"a": 1},
]
_INSERTED_BYTES = [
    b"NaN",
    b"Infinity",
    b"<html>",
    b"\xff\xfe",
    b"\xe9",
    b"\0",
    b'"',
    b"{",
    b"]",
    b"\\ud800",
    b"\x1f\x8b",
    b" " * 99,
]
_PLACEHOLDER = "@@placeholder of raw JSON@@"


def document(task_type: str) -> dict[str, Any]:
    """Return the content of a correct release file with two samples."""
    is_sequence = "sequence" in task_type
    image = {"url": "a.jpg"}
    attributes = {"frames": [{"name": "0", "timestamp": 5, "image": image}, {"image": image}]} if is_sequence else None
    samples = [
        {
            "name": name,
            "uuid": f"u-{name}",
            "metadata": {"k": 1, "city": "Ghent"},
            "attributes": attributes or {"image": image},
            "labels": {"ground-truth": {"label_status": "LABELED", "attributes": _LABELS[task_type]}},
        }
        for name in ("a.jpg", "b.jpg")
    ]
    categories = [
        {"id": 1, "name": "cat", "color": [255, 0, 0], "attributes": [{"name": "open"}]},
        {"id": 2, "name": "dog"},
    ]
    dataset = {
        "name": "pets",
        "owner": "jane",
        "description": "",
        "task_type": task_type,
        "task_attributes": {"format_version": "0.1", "categories": categories},
        "tasks": {"ground-truth": {"task_type": "", "attributes": {}}},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": samples,
    }
    return {"name": "v1", "description": "", "created_at": "2025-01-01 00:00:00", "dataset": dataset}


def mutated(seed: int | str) -> bytes:
    """Return the content of a release file with random changes, which depend only on the seed."""
    rng = random.Random(seed)
    tree = copy.deepcopy(document(rng.choice(list(_LABELS))))
    raw: list[str] = []
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        _change_tree(tree, rng, raw)
    text = json.dumps(tree, ensure_ascii=rng.random() < 0.5)
    for raw_json in raw:
        text = text.replace(json.dumps(_PLACEHOLDER), raw_json, 1)
    content = text.encode(rng.choice(["utf-8"] * 20 + ["latin-1", "utf-16", "utf-32"]), "replace")
    if rng.random() < 0.3:
        content = _change_bytes(content, rng)
    return gzip.compress(content) if rng.random() < 0.05 else content


def _change_tree(tree: Any, rng: random.Random, raw: list[str]) -> None:
    """Change one value.

    If `json.dumps` cannot write the new value, its JSON is appended to `raw`, and `_PLACEHOLDER` is written instead.
    """
    positions = list(_positions(tree))
    if not positions:
        return
    container, key = rng.choice(positions)
    match rng.randrange(6):
        case 0:
            del container[key]
        case 1:
            container[key] = copy.deepcopy(rng.choice(_VALUES))
        case 2:
            other, _ = rng.choice(positions)
            container[key] = copy.deepcopy(other)
        case 3:
            container[key] = _PLACEHOLDER
            raw.append(rng.choice(_EXTREME_NUMBERS if rng.random() < 0.7 else _DEEP_JSON))
        case 4:
            other, other_key = rng.choice(positions)
            container[key] = copy.deepcopy(other[other_key])
        case _:
            value = container[key]
            container[key] = [value] if rng.random() < 0.5 else {str(key): value, "": value}


def _positions(tree: Any) -> Any:
    """Yield the container and the key of each value in a tree."""
    remaining = [tree]
    while remaining:
        container = remaining.pop()
        for key in list(container) if isinstance(container, dict) else range(len(container)):
            yield container, key
            if isinstance(container[key], dict | list):
                remaining.append(container[key])


def _change_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    position = rng.randrange(len(changed) + 1)
    match rng.randrange(4):
        case 0:
            del changed[position:]
        case 1:
            changed[position : position + 1] = bytes([rng.randrange(256)])
        case 2:
            changed[position:position] = rng.choice(_INSERTED_BYTES)
        case _:
            del changed[position : position + rng.randrange(1, 40)]
    return bytes(changed)


def check(content: bytes, folder: Path) -> str:
    """Read a release file with functions that fetch no assets.

    Args:
        content: The content of the file.
        folder: The folder for the file and the caches.

    Returns:
        ``read``, or the name of the first error.

    Raises:
        Exception: A function raised an exception that is not a `SegmentsHFError`. This is a bug in segments_hf.
        AssertionError: An error has no message, or the functions took too long.
    """
    path = folder / "release.json"
    path.write_bytes(content)
    began = time.monotonic()
    errors = []
    for read in (_open, _load, _load_filtered, _validate):
        try:
            read(path, folder)
        except SegmentsHFError as error:
            errors.append(f"{type(error).__name__}{'' if str(error) else ' without a message'}")
    assert "without a message" not in " ".join(errors)
    assert time.monotonic() - began < MAX_SECONDS
    return errors[0] if errors else "read"


def _open(path: Path, folder: Path) -> None:
    release = Release.open(path)
    _ = (release.categories, release.task_type, release.created_at, release.owner, release.labelsets)
    for index in range(len(release)):
        sample = release[index]
        _ = (sample.metadata, sample.attributes_json, sample.images)
        for labelset in sample.labelsets:
            sample.label(labelset)


def _load(path: Path, folder: Path) -> None:
    for row in load_release(path, split="train", streaming=True, load_assets=False, on_error="skip", cache_dir=folder):
        assert row["name"]


def _load_filtered(path: Path, folder: Path) -> None:
    options = {"filter_by_metadata": {"k": 1}, "filter_by": "labeled", "splits": {"train": 0.5, "test": 0.5}}
    for rows in load_release(
        path, streaming=True, load_assets=False, on_error="keep", cache_dir=folder, **options
    ).values():
        list(rows)


def _validate(path: Path, folder: Path) -> None:
    str(validate(path))


def run(seconds: float, seed: int) -> Counter[str]:
    """Read changed release files until the time is over.

    Args:
        seconds: The time in seconds.
        seed: The seed. The changes of a file depend on this seed and on the number of the file.

    Returns:
        The number of files for each outcome of `check`.

    Raises:
        AssertionError: `check` raised an exception for a file. The message contains the call of `mutated` that returns
            the file.
    """
    end, outcomes, number = time.monotonic() + seconds, Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            case = f"{seed}-{number}"
            try:
                outcomes[check(mutated(case), Path(folder))] += 1
            except Exception as error:
                raise AssertionError(f"structure: mutated({case!r}) raised {type(error).__name__}: {error}") from error
            number += 1
    return outcomes
