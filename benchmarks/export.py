"""Measure exports in comparison with the SDK, and the run lengths of bitmaps in comparison with a lower limit.

Releases of images of 1280 x 960 pixels with 40 and with 200 instances each are drawn into a folder with the structure
of the SDK cache (with 16-bit bitmaps). They are exported to coco-instance and coco-panoptic without image files, as the
SDK does. Each role runs in a new process:

- SDK: `segments.utils.export_dataset` of segments-ai 1.33.0 with Pillow 12, in its own environment;
- ours: `segments_hf.export_dataset` of the release, with the extra `fast` and without it ("plain"), with the folder as
  `segments_dir`;
- run lengths: `segments_hf.bitmaps.rle` of an array of ids. The limit is one pass that compares neighboring pixels.

A first export, which is not timed, imports modules and compiles code. Each process reports the fastest of three further
exports; for run lengths, the fastest of nine calls. The result is the median of three processes. Times from different
runs of this script cannot be compared; each ratio is computed from times of the same run. The script checks that the
`annotations` of both formats are equal, except for `attributes`, for file names, and for the ids of panoptic segments,
which the SDK makes from random colors. Finally, the script measures the peak memory for releases of 1,000 and of 10,000
small samples whose images are copied.

Run it with `python benchmarks/export.py`. The first run makes the environment of the SDK with pip.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _drawn import HEIGHT, WIDTH, draw, write_png
from _measure import REPOSITORY, Measure, median, print_table, run, sdk_environment, start, timed, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

OURS = {"PYTHONPATH": str(REPOSITORY)}
IMAGES = 16
DRAWN = 4  # different bitmaps, which the images share
INSTANCE_COUNTS = (40, 200)
FORMATS = ("coco-instance", "coco-panoptic")
ROUNDS, CALLS = 3, 3
MINIMA = {  # the minimum ratio to the SDK by format and number of instances: (plain, fast)
    ("coco-instance", 40): (3.5, 7),
    ("coco-instance", 200): (20, 22),
    ("coco-panoptic", 40): (3, 6),
    ("coco-panoptic", 200): (12, 15),
}
MAX_RLE_RATIOS = {40: 12, 200: 36}  # the maximum ratio to the limit by number of instances
SAMPLE_COUNTS = (1_000, 10_000)  # of the releases with small samples
MAX_PEAK_MIB = 300


def write(folder: str) -> Measure:
    """Write a release for each number of instances, with its images and bitmaps in the folder structure of the SDK."""
    import numpy as np
    from PIL import Image

    for count in INSTANCE_COUNTS:
        case = Path(folder, str(count))
        cache = case / "segments" / "jane_flowers" / "v1.0"
        cache.mkdir(parents=True)
        samples = []
        for number in range(IMAGES):
            ids = draw(range(1, count + 1), seed=2024 + number % DRAWN)
            Image.fromarray(np.full((HEIGHT, WIDTH, 3), 60 * number % 256, np.uint8)).save(cache / f"{number}.jpg")
            Image.fromarray(ids.astype(np.uint16)).save(cache / f"{number}_label_ground-truth.png")
            np.save(case / f"{number}.npy", ids)
            samples.append(sample(f"{number}.jpg", range(1, count + 1)))
        write_release(case / "release.json", samples)
    for count in SAMPLE_COUNTS:
        case = Path(folder, f"small-{count}")
        case.mkdir()
        Image.new("RGB", (64, 48)).save(case / "image.jpg")
        ids = np.arange(64 * 48, dtype=np.uint32).reshape(48, 64) // 300
        write_png(ids, case / "bitmap.png")
        write_release(case / "release.json", [sample(f"{number}.jpg", range(1, 11)) for number in range(count)])
    return {}


def sample(name: str, ids: Any) -> dict[str, Any]:
    """Return a sample in the format of Segments.ai."""
    annotations = [{"id": number, "category_id": number % 3} for number in ids]
    label = {"annotations": annotations, "segmentation_bitmap": {"url": "bitmap.png"}}
    labels = {"ground-truth": {"label_status": "LABELED", "attributes": label}}
    attributes = {"image": {"url": "image.jpg"}}
    return {"name": name, "uuid": name, "attributes": attributes, "metadata": {}, "labels": labels}


def write_release(path: Path, samples: list[dict[str, Any]]) -> None:
    """Write a release file."""
    categories = [{"id": number, "name": f"class {number}", "has_instances": True} for number in range(3)]
    dataset = {
        "name": "flowers",
        "owner": "jane",
        "task_type": "segmentation-bitmap",
        "task_attributes": {"format_version": "0.1", "categories": categories},
        "labelsets": [{"name": "ground-truth"}],
        "samples": samples,
    }
    path.write_text(json.dumps({"name": "v1.0", "description": "", "created_at": "2024-01-01", "dataset": dataset}))


def per_image(export: Callable[[Path], Path], out: Path) -> Measure:
    """Export several times; return the milliseconds per image of the fastest call, and a checksum of annotations."""
    export(out / "first")
    calls = [timed(export, out / str(call)) for call in range(CALLS)]
    file, measure = min(calls, key=lambda call: call[1]["seconds"])
    annotations = json.loads(file.read_bytes())["annotations"]
    for annotation in annotations:
        annotation.pop("attributes", None)
        annotation.pop("file_name", None)
        for segment in annotation.get("segments_info", ()):
            segment.pop("id")
    text = json.dumps(annotations, sort_keys=True)
    return {"ms": measure["seconds"] * 1e3 / IMAGES, "peak": measure["peak"], "checksum": zlib.crc32(text.encode())}


def sdk(case: str, export_format: str) -> Measure:
    """Export with the SDK. Call this function in the environment of the SDK."""
    from segments import SegmentsDataset
    from segments.utils import export_dataset

    with tempfile.TemporaryDirectory() as out, contextlib.redirect_stdout(sys.stderr):
        release = str(Path(case, "release.json"))
        dataset = SegmentsDataset(release, segments_dir=str(Path(case, "segments")), preload=False)
        return per_image(lambda folder: Path(export_dataset(dataset, str(folder), export_format)[0]), Path(out))


def ours(case: str, export_format: str, extra: str) -> Measure:
    """Export with segments_hf. "plain" disables the extra `fast`."""
    if extra == "plain":
        sys.modules["numba"] = None  # type: ignore[assignment]
    import datasets

    from segments_hf import export_dataset, load_release

    datasets.disable_progress_bars()

    def export(folder: Path) -> Path:
        release = load_release(Path(case, "release.json"), streaming=True, segments_dir=Path(case, "segments"))
        export_dataset(release, export_format, folder, images="none")
        stem = export_format.removeprefix("coco-").replace("instance", "instances")
        return folder / "annotations" / f"{stem}_train.json"

    with tempfile.TemporaryDirectory() as out:
        return per_image(export, Path(out))


def run_lengths(case: str) -> Measure:
    """Measure the time for the run lengths of each bitmap, and for one pass that compares neighboring pixels."""
    import numpy as np

    from segments_hf.bitmaps import rle

    # The allocator of glibc keeps blocks up to the size of the largest freed block. This allocation makes that size
    # equal for both functions.
    bytearray(2**24)
    bitmaps = [np.load(Path(case, f"{number}.npy")) for number in range(DRAWN)]

    def best(function: Callable[[Any], Any]) -> float:
        fastest = []
        for ids in bitmaps:
            calls = []
            for _ in range(9):
                begin = time.perf_counter()
                function(ids)
                calls.append(time.perf_counter() - begin)
            fastest.append(min(calls))
        return sum(fastest) * 1e3 / DRAWN

    measure = {"rle": best(rle), "limit": best(lambda ids: ids[1:] != ids[:-1])}
    return {**measure, "ratio": measure["rle"] / measure["limit"], "peak": 0}


def small(case: str) -> Measure:
    """Export small samples and copy their images, to measure the peak memory."""
    import datasets

    from segments_hf import export_dataset

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as out:
        exported, measure = timed(export_dataset, Path(case, "release.json"), "coco", out)
    return {**measure, "images": exported.images}


def compare(work: Path, python: str) -> tuple[list[list[str]], list[str]]:
    """Return the table rows and the verdicts of the exports."""
    rows, verdicts = [], []
    for (export_format, count), minima in MINIMA.items():
        case = str(work / str(count))
        rounds: dict[str, list[Measure]] = {"SDK": [], "plain": [], "fast": []}
        for _ in range(ROUNDS):
            rounds["SDK"].append(run(__file__, "sdk", case, export_format, python=python))
            for how in ("plain", "fast"):
                rounds[how].append(run(__file__, "ours", case, export_format, how, env=OURS))
        if len({measure["checksum"] for measures in rounds.values() for measure in measures}) > 1:
            raise SystemExit(f"{export_format}, {count} instances: the annotations differ")
        measures = {how: median(found) for how, found in rounds.items()}
        ratios = {how: measures["SDK"]["ms"] / measure["ms"] for how, measure in measures.items()}
        for how, measure in measures.items():
            title = f"{export_format}, {count}: {how if how == 'SDK' else f'ours, {how}'}"
            rows.append([title, f"{measure['ms']:.1f}", f"{ratios[how]:.1f}", f"{measure['peak']:.0f}"])
        for how, minimum in zip(("plain", "fast"), minima, strict=True):
            verdicts.append(verdict(f"{export_format}, {count}, {how}: ratio", ratios[how], ">=", minimum))
    return rows, verdicts


def compare_run_lengths(work: Path) -> tuple[list[list[str]], list[str]]:
    """Return the table rows and the verdicts of the run lengths."""
    rows, verdicts = [], []
    for count, maximum in MAX_RLE_RATIOS.items():
        measure = median(run(__file__, "run_lengths", str(work / str(count)), env=OURS) for _ in range(ROUNDS))
        rows.append([f"run lengths, {count}: ours", f"{measure['rle']:.2f}", "", ""])
        rows.append([f"run lengths, {count}: limit", f"{measure['limit']:.2f}", "", ""])
        verdicts.append(verdict(f"run lengths, {count}: ratio to limit", measure["ratio"], "<=", maximum))
    return rows, verdicts


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        python = sdk_environment()
        run(__file__, "write", name)
        rows, verdicts = compare(work, python)
        more_rows, more_verdicts = compare_run_lengths(work)
        rows += more_rows
        verdicts += more_verdicts
        for count in SAMPLE_COUNTS:
            measure = run(__file__, "small", str(work / f"small-{count}"), env=OURS)
            milliseconds = measure["seconds"] * 1e3 / count
            rows.append([f"{count} small samples", f"{milliseconds:.2f}", "", f"{measure['peak']:.0f}"])
            verdicts.append(verdict(f"{count} small samples: peak", measure["peak"], "<=", MAX_PEAK_MIB))
    print_table(["", "ms per image", "ratio to SDK", "peak MiB"], rows)
    print("\n".join(verdicts))


if __name__ == "__main__":
    start({"write": write, "sdk": sdk, "ours": ours, "run_lengths": run_lengths, "small": small}, main)
