"""Digests of the rows, layouts and masks of a set of releases, which are the same on every machine.

The command ``python tests/golden_rows.py`` compares them with ``golden_rows.json`` and writes the file. If digests
differ, it does not write the file until `segments_hf.dataset.rows.row_format.ROW_FORMAT` is raised. Without a new row
format, users would get rows that an older version of segments-hf cached.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from golden_releases import RELEASES
from PIL import Image

from segments_hf import add_instance_masks, add_panoptic_masks, add_semantic_masks, load_release, to_layout
from segments_hf.dataset.row_map import without_decoding
from segments_hf.dataset.rows.row_format import ROW_FORMAT
from segments_hf.demo import demo_release

FILE = Path(__file__).with_suffix(".json")
COMMAND = "python tests/golden_rows.py"

_JSON_FIELDS = {  # columns and fields whose values are JSON as text
    "attributes",
    "distortion",
    "image_attributes",
    "label_attributes",
    "links",
    "metadata",
    "other",
    "sample_attributes",
}
# Each product is a dataset that a function returns for the rows of a release.
_PRODUCTS: dict[str, Callable[[Any], Any]] = {
    "rows": lambda rows: rows,
    "layouts/semantic-segmentation": partial(to_layout, task="semantic-segmentation"),
    "layouts/semantic-segmentation, ignored": partial(
        to_layout, task="semantic-segmentation", ignore_index=255, keep_unlabeled=True
    ),
    "layouts/instance-segmentation": partial(to_layout, task="instance-segmentation"),
    "layouts/panoptic-segmentation": partial(to_layout, task="panoptic-segmentation"),
    "layouts/object-detection": partial(to_layout, task="object-detection"),
    "masks/semantic": add_semantic_masks,
    "masks/semantic, ignored": partial(add_semantic_masks, ignore_index=255, palette=False),
    "masks/instance": add_instance_masks,
    "masks/panoptic": add_panoptic_masks,
}


def digests_of_releases(folder: Path) -> dict[str, str]:
    """Return the digest of each product of each release.

    Args:
        folder: An empty folder for the releases.
    """
    return dict(_digests_of_releases(folder))


def required_step(golden: dict[str, Any], digests: dict[str, str], version: int) -> str | None:
    """Return what a developer must do; None if the digests and the version are equal to those in the golden file.

    Args:
        golden: The content of ``golden_rows.json``: ``version`` and ``digests``.
        digests: The digests of the current code.
        version: The version of the row format.
    """
    changed = [name for name, digest in golden["digests"].items() if digests.get(name, digest) != digest]
    if changed and version <= golden["version"]:
        return (
            f"rows have changed: {', '.join(changed)}. If this is intended, raise ROW_FORMAT in "
            f"segments_hf/dataset/rows/row_format.py to {golden['version'] + 1}, then run {COMMAND}"
        )
    if digests != golden["digests"] or version != golden["version"]:
        return f"{FILE.name} is of row format {golden['version']}; run {COMMAND} to write it for {version}"
    return None


def _digests_of_releases(folder: Path) -> Iterator[tuple[str, str]]:
    yield from _digests("demo", demo_release())
    for name, make in RELEASES.items():
        (folder / name).mkdir()
        yield from _digests(name, make(folder / name))


def _digests(name: str, release: Path) -> Iterator[tuple[str, str]]:
    files = {
        hashlib.sha256(path.read_bytes()).digest(): path.name for path in release.parent.rglob("*") if path.is_file()
    }
    stream = load_release(release, split="train", streaming=True, cameras=True)
    information = [stream.info.description, stream.info.homepage]
    for product, make in _PRODUCTS.items():
        if product == "rows" or "image" in stream.features:
            dataset = make(stream)
            rows = [_plain(row, files) for row in without_decoding(dataset)]
            text = json.dumps([information, _plain_feature(dataset.features), rows], sort_keys=True)
            yield f"{name}/{product}", hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any, files: dict[bytes, str], name: str = "") -> Any:
    """Return a value as JSON.

    A stored file becomes the name of the file of the release with the same bytes. If no file has the same bytes, the
    stored file is an image, and becomes its format, mode, palette, shape and the digest of its pixels.
    """
    if name in _JSON_FIELDS and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, dict):
        if value.keys() == {"bytes", "path"}:
            return _plain_file(value, files)
        return {key: _plain(inner, files, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, files) for inner in value]
    return round(value, 6) + 0.0 if isinstance(value, float) else value


def _plain_file(stored: dict[str, Any], files: dict[bytes, str]) -> Any:
    content = stored["bytes"] if stored["bytes"] is not None else Path(stored["path"]).read_bytes()
    if file := files.get(hashlib.sha256(content).digest()):
        return file
    with Image.open(io.BytesIO(content)) as opened:
        pixels = np.asarray(opened)
        colors = opened.getpalette()
        used = colors and [colors[3 * number : 3 * number + 3] for number in np.unique(pixels).tolist()]
        return [opened.format, opened.mode, used, pixels.shape, hashlib.sha256(pixels.tobytes()).hexdigest()]


def _plain_feature(feature: Any, name: str = "") -> Any:
    """Return a feature as JSON that is the same for every version of `datasets`."""
    if name in _JSON_FIELDS:
        return "json"
    if isinstance(feature, dict):
        return [[key, _plain_feature(inner, key)] for key, inner in feature.items()]
    if isinstance(feature, datasets.Image | datasets.ClassLabel | datasets.Value):
        facts = {part: getattr(feature, part, None) for part in ("mode", "id", "names", "dtype")}
        return [type(feature).__name__, facts]
    inner = feature[0] if isinstance(feature, list) else feature.feature
    if not isinstance(feature, list) and isinstance(inner, dict) and not hasattr(datasets, "List"):
        # Before `datasets` 4, a `Sequence` of a struct is a struct of lists.
        return [[key, ["list", _plain_feature(field, key)]] for key, field in inner.items()]
    return ["list", _plain_feature(inner)]


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        digests = digests_of_releases(Path(folder))
    golden = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"version": 0, "digests": {}}
    problem = required_step(golden, digests, ROW_FORMAT)
    if problem and problem.startswith("rows"):
        sys.exit(problem)
    FILE.write_text(json.dumps({"version": ROW_FORMAT, "digests": digests}, indent=2) + "\n", "utf-8")
    print(f"{FILE} contains {len(digests)} digests of row format {ROW_FORMAT}")  # noqa: T201


if __name__ == "__main__":
    _main()
