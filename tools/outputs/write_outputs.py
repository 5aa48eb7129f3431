"""Write the outputs of one version of segments_hf. `compare_outputs.py` runs this program once for each version.

The program uses only public names that all versions have.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import datasets

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.export import FORMATS

LAYOUTS = ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]
MASKS: dict[str, Callable[[Any], Any]] = {
    "semantic": segments_hf.add_semantic_masks,
    "semantic-255": partial(segments_hf.add_semantic_masks, ignore_index=255),
    "semantic-gray": partial(segments_hf.add_semantic_masks, palette=False),
    "instance": segments_hf.add_instance_masks,
    "panoptic": segments_hf.add_panoptic_masks,
}
SOURCES = {"image", "segmentation_bitmap"}  # files of the release, of which only the hashes are compared


class Output(NamedTuple):
    """One output: the name of its folder, and the function that writes to this folder."""

    name: str
    write: Callable[[Path], object]


def main(checkout: Path, folder: Path, releases: Path, real: Path, only: str) -> None:
    """Write all outputs whose name matches the pattern `only`."""
    imported = Path(segments_hf.__file__).resolve().parents[1]
    if imported != checkout:
        sys.exit(f"segments_hf was imported from {imported}, not from {checkout}")
    for output in all_outputs(releases, real):
        if fnmatch(output.name, only):
            write_output(output, folder, checkout)


def write_output(output: Output, folder: Path, checkout: Path) -> None:
    """Write one output, or `error.txt` with the error message if it fails."""
    target = folder / output.name
    target.mkdir(parents=True)
    try:
        output.write(target)
    except Exception as error:  # noqa: BLE001  (error messages are compared too)
        message = f"{type(error).__name__}: {error}".replace(str(folder), "OUTPUTS").replace(str(checkout), "CHECKOUT")
        (target / "error.txt").write_text(message, encoding="utf-8")


def all_outputs(releases: Path, real: Path) -> Iterator[Output]:
    """Yield the outputs of all releases."""
    yield from outputs_of("demo", partial(segments_hf.load_release, demo_release(), split="train"))
    for path in sorted(releases.glob("*/release.json")):
        yield from outputs_of(path.parent.name, partial(segments_hf.load_release, path, split="train"))
    if real.is_file():
        load = partial(segments_hf.load_release, real, split="train")
        yield Output("arc_litter/labels", lambda folder: write_rows(load(load_assets=False), folder))
        options = {"segments_dir": real.parent / "segments", "filter_by": "reviewed"}
        yield from outputs_of("arc_litter", partial(load, **options))


def outputs_of(release: str, load: Callable[[], Any]) -> Iterator[Output]:
    """Yield the outputs of one release, which is loaded when its first output is written."""
    rows = cache(load)
    yield Output(f"{release}/rows", lambda folder: write_rows(rows(), folder))
    for kind, add_masks in MASKS.items():
        yield Output(f"{release}/masks/{kind}", partial(write_masks, rows, add_masks))
    for layout in LAYOUTS:
        yield Output(f"{release}/layouts/{layout}", partial(write_layout, rows, layout))
        yield Output(f"{release}/cards/{layout}", partial(push, rows, f"{release}.{layout}", layout))
    yield Output(f"{release}/cards/rows", partial(push, rows, f"{release}.rows", None))
    for name in FORMATS:
        yield Output(f"{release}/exports/{name}", partial(export, rows, name))


def write_masks(rows: Callable[[], Any], add_masks: Callable[[Any], Any], folder: Path) -> None:
    """Write the mask columns that a function adds to rows."""
    masked = add_masks(rows())
    write_rows(masked.select_columns([name for name in masked.column_names if name not in rows().column_names]), folder)


def write_layout(rows: Callable[[], Any], layout: str, folder: Path) -> None:
    """Convert rows to a layout and write them."""
    write_rows(segments_hf.to_layout(rows(), layout), folder)


def export(rows: Callable[[], Any], name: str, folder: Path) -> None:
    """Export rows to a format."""
    segments_hf.export_dataset(rows(), name, folder)


def push(rows: Callable[[], Any], name: str, layout: str | None, _: Path) -> None:
    """Push rows to the Hub repository `jane/NAME`, from which `compare_outputs.py` reads the files."""
    segments_hf.push_to_hub(rows(), f"jane/{name}", layout=layout)


def write_rows(rows: datasets.Dataset | datasets.IterableDataset, folder: Path) -> None:
    """Write `rows.json`, `features.json`, `info.json` and the masks that were made from the labels."""
    write_json(folder / "features.json", rows.features.to_dict())
    write_json(folder / "info.json", {"description": rows.info.description, "homepage": rows.info.homepage})
    image_columns = {name for name, feature in rows.features.items() if isinstance(feature, datasets.Image)}
    for name in image_columns:
        rows = rows.cast_column(name, datasets.Image(decode=False))
    json_rows = []
    for number, row in enumerate(rows):
        contents = {name: image_bytes(row[name]) for name in image_columns}
        for name in image_columns - SOURCES:
            if (content := contents[name]) is not None:
                (folder / f"{name}-{number:03d}.png").write_bytes(content)
        json_rows.append(row | {name: content and sha256(content) for name, content in contents.items()})
    write_json(folder / "rows.json", json_rows)


def image_bytes(image: dict[str, Any] | None) -> bytes | None:
    """Return the bytes of an image that a row contains or refers to."""
    if image is None:
        return None
    return Path(image["path"]).read_bytes() if image["bytes"] is None else bytes(image["bytes"])


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file with the prefix `sha256:`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON with sorted keys."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5])
