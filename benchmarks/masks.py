"""Measure how long it takes to make masks from bitmaps, in comparison with the SDK and with a lower limit.

Bitmaps of 1280 x 960 pixels with 40 and 200 instances are drawn, with low ids (from 1 on) and high ids (up to 2^24 -
1), and written in the format of Segments.ai. Each role runs in a new process, and makes the masks both from the array
of ids and from the PNG bytes:

- SDK: `segments.utils.get_semantic_bitmap` of segments-ai 1.33.0 with Pillow 12, in its own environment. A PNG is
  decoded as in `load_label_bitmap_from_url`;
- ours: `decode_bitmap` and `get_semantic_bitmap` of segments_hf, with the extra `fast` and without it ("plain"), and
  `semantic_mask` with the extra;
- limit: libdeflate inflates the PNG data, and one pass reads the ids. For masks from the array of ids, the limit is
  only the pass.

The roles run three times, interleaved. Each process reports its fastest call; the result is the median of three
processes. A first call, which is not timed, imports modules and compiles code. Times from different runs of this script
cannot be compared; each ratio is computed from times of the same run. It varies by a few percent on a machine without
other work. The script checks that all masks are equal.

Run it with `python benchmarks/masks.py`. The first run makes the environment of the SDK with pip. With `--candidates`,
the script instead measures PNG decoders that the extra `fast` could use, in their own environment.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _drawn import HEIGHT, WIDTH, draw, write_png
from _measure import REPOSITORY, Measure, environment, median, print_table, run, start, timed, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
SDK_PACKAGES = ["segments-ai==1.33.0", "pillow==12.*"]
CANDIDATE_PACKAGES = [f"{REPOSITORY}[fast]", "pyspng", "imagecodecs"]
OURS = {"PYTHONPATH": str(REPOSITORY)}
CASES = [(count, kind) for kind in ("low", "high") for count in (40, 200)]
ROWS = {
    "SDK": ["sdk"],
    "ours, fast": ["ours", "fast"],
    "ours, plain": ["ours", "plain"],
    "semantic_mask": ["ours", "semantic"],
    "limit": ["limit"],
}
ROUNDS = 3
SECONDS, MIN_CALLS = 0.4, 4  # the minimum time and the minimum number of calls of a function
MIN_LOW, MIN_HIGH, MIN_FAST, MIN_PLAIN = 1.5, 300, 2.5, 1.0


def write(folder: str) -> Measure:
    """Write the ids, the PNG and the annotations of each case."""
    import numpy as np

    for count, kind in CASES:
        case = Path(folder, f"{count}-{kind}")
        case.mkdir()
        numbers = range(1, count + 1) if kind == "low" else range(2**24 - count, 2**24)
        ids = draw(numbers)
        np.save(case / "ids.npy", ids)
        write_png(ids, case / "bitmap.png")
        annotations = [{"id": number, "category_id": index} for index, number in enumerate(numbers, start=1)]
        (case / "annotations.json").write_text(json.dumps(annotations))
    return {}


def read_case(case: str) -> tuple[Any, bytes, list[dict[str, int]]]:
    """Return the ids, the PNG and the annotations of one case."""
    import numpy as np

    folder = Path(case)
    annotations = json.loads((folder / "annotations.json").read_text())
    return np.load(folder / "ids.npy"), (folder / "bitmap.png").read_bytes(), annotations


def best(function: Callable[[], Any]) -> tuple[Any, Measure]:
    """Call a function repeatedly; return its result and the measure of the fastest call."""
    function()
    end = time.perf_counter() + SECONDS
    calls = []
    while len(calls) < MIN_CALLS or time.perf_counter() < end:
        result, measure = timed(function)
        calls.append(measure)
    return result, min(calls, key=lambda measure: measure["seconds"])


def measure_both(from_ids: Callable[[], Any], from_png: Callable[[], Any]) -> Measure:
    """Return the milliseconds from ids and from the PNG, the peak memory, and checksums of the two masks."""
    # The allocator of glibc keeps blocks up to the size of the largest freed block. This allocation makes that size
    # equal for all functions.
    bytearray(2**24)
    (mask_from_png, png), (mask_from_ids, ids) = best(from_png), best(from_ids)
    checksums = [zlib.crc32(mask.astype("<u4").tobytes()) for mask in (mask_from_ids, mask_from_png)]
    return {"ids": ids["seconds"] * 1e3, "png": png["seconds"] * 1e3, "peak": png["peak"], "checksums": checksums}


def sdk(case: str) -> Measure:
    """Make masks with the SDK. Call this function in the environment of the SDK."""
    import numpy as np
    from PIL import Image
    from segments.utils import get_semantic_bitmap

    ids, content, annotations = read_case(case)

    def from_png() -> Any:
        # `load_label_bitmap_from_url` decodes the downloaded bytes in this way.
        pixels = np.array(Image.open(io.BytesIO(content)))
        pixels[:, :, 3] = 0
        return get_semantic_bitmap(pixels.view(np.uint32).squeeze(2), annotations)

    return measure_both(lambda: get_semantic_bitmap(ids, annotations), from_png)


def ours(case: str, variant: str) -> Measure:
    """Make masks with segments_hf. The variant "plain" disables the extra `fast`; "semantic" calls `semantic_mask`."""
    if variant == "plain":
        sys.modules["numba"] = None  # type: ignore[assignment]
    from segments_hf.bitmaps import decode_bitmap, get_semantic_bitmap, semantic_mask
    from segments_hf.bitmaps.codec.fast_png import decode_fast

    ids, content, annotations = read_case(case)
    if (decode_fast(content) is None) != (variant == "plain"):
        raise SystemExit("decode_fast is not disabled" if variant == "plain" else "install the extra `fast`")
    if variant == "semantic":  # class index 0 is the value 1 in the mask
        rows = [{"id": item["id"], "category": item["category_id"] - 1} for item in annotations]
        return measure_both(lambda: semantic_mask(ids, rows), lambda: semantic_mask(content, rows))
    return measure_both(
        lambda: get_semantic_bitmap(ids, annotations), lambda: get_semantic_bitmap(decode_bitmap(content), annotations)
    )


def limit(case: str) -> Measure:
    """Inflate the PNG and read the ids once, without making a mask."""
    import deflate

    ids, content, _ = read_case(case)
    data, size = image_data(content), HEIGHT * (1 + 4 * WIDTH)
    return measure_both(ids.max, lambda: (deflate.zlib_decompress(data, size), ids.max())[1])


def image_data(content: bytes) -> bytes:
    """Return the compressed data of a PNG."""
    offset, parts = 8, []
    while offset < len(content):
        length = int.from_bytes(content[offset : offset + 4], "big")
        if content[offset + 4 : offset + 8] == b"IDAT":
            parts.append(content[offset + 8 : offset + 8 + length])
        offset += 12 + length
    return b"".join(parts)


def decoders(case: str) -> Measure:
    """Decode the PNG to pixels with each candidate. Call this function in the environment of the candidates."""
    import deflate
    import imagecodecs
    import numpy as np
    import pyspng
    from PIL import Image

    from segments_hf.bitmaps.codec.fast_png import decode_fast

    _, content, _ = read_case(case)
    candidates: dict[str, Callable[[], Any]] = {
        "Pillow": lambda: np.asarray(Image.open(io.BytesIO(content))),
        "pyspng": lambda: pyspng.load(content),
        "imagecodecs png_decode": lambda: imagecodecs.png_decode(content),
        "imagecodecs spng_decode": lambda: imagecodecs.spng_decode(content),
        "libdeflate and numba": lambda: decode_fast(content),
    }
    results = {name: best(function) for name, function in candidates.items()}
    for name, (pixels, _) in results.items():
        if not np.array_equal(pixels, results["Pillow"][0]):
            raise SystemExit(f"{name}: the pixels differ from the pixels that Pillow decodes")
    data, size = image_data(content), HEIGHT * (1 + 4 * WIDTH)
    results["libdeflate alone"] = best(lambda: deflate.zlib_decompress(data, size))
    return {"peak": 0, **{name: measure["seconds"] * 1e3 for name, (_, measure) in results.items()}}


def measure_all(work: Path, python: str) -> dict[tuple[int, str], dict[str, Measure]]:
    """Return one measure for each case and role."""
    rounds: dict[tuple[int, str], dict[str, list[Measure]]] = {case: {name: [] for name in ROWS} for case in CASES}
    for _ in range(ROUNDS):
        for (count, kind), measures in rounds.items():
            checksums = {}
            for name, (role, *variant) in ROWS.items():
                interpreter = {"python": python} if role == "sdk" else {"env": OURS}
                measure = run(__file__, role, str(work / f"{count}-{kind}"), *variant, **interpreter)
                checksums[name] = measure.pop("checksums")
                measures[name].append(measure)
            if any(found != [checksums["SDK"][0]] * 2 for name, found in checksums.items() if name != "limit"):
                raise SystemExit(f"{count} {kind} ids: the masks differ: {checksums}")
    return {case: {name: median(rounds) for name, rounds in measures.items()} for case, measures in rounds.items()}


def report(cases: dict[tuple[int, str], dict[str, Measure]]) -> None:
    """Print the table and the verdicts. Each verdict compares a target with the lowest ratio of its cases."""
    rows = []
    for (count, kind), measures in cases.items():
        for name, measure in measures.items():
            cells = [f"{count} {kind} ids: {name}"]
            for key in ("ids", "png"):
                cells += [f"{measure[key]:.2f}", f"{measures['SDK'][key] / measure[key]:.2f}"]
            rows.append([*cells, f"{measure['peak']:.0f}"])
    print_table(["", "ms from ids", "ratio to SDK", "ms from PNG", "ratio to SDK", "peak MiB"], rows)

    def lowest(name: str, key: str, *kinds: str) -> float:
        return min(each["SDK"][key] / each[name][key] for (_, kind), each in cases.items() if kind in kinds)

    print(verdict("ids, low: ratio", lowest("ours, fast", "ids", "low"), ">=", MIN_LOW))
    print(verdict("ids, high: ratio", lowest("ours, fast", "ids", "high"), ">=", MIN_HIGH))
    print(verdict("PNG, fast: ratio", lowest("ours, fast", "png", "low", "high"), ">=", MIN_FAST))
    print(verdict("PNG, plain: ratio", lowest("ours, plain", "png", "low", "high"), ">=", MIN_PLAIN))


def report_candidates(work: Path, python: str) -> None:
    """Measure the decoders and print their table."""
    columns = []
    for count, kind in CASES:
        case = str(work / f"{count}-{kind}")
        columns.append(median(run(__file__, "decoders", case, python=python, env=OURS) for _ in range(ROUNDS)))
    rows = [[name, *(f"{column[name]:.2f}" for column in columns)] for name in columns[0] if name != "peak"]
    print_table(["ms from PNG to pixels", *(f"{count} {kind} ids" for count, kind in CASES)], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--candidates", action="store_true", help="measure PNG decoders for the extra `fast`")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run(__file__, "write", name)
        if options.candidates:
            report_candidates(Path(name), environment(HERE / ".env-fast-candidates", CANDIDATE_PACKAGES))
        else:
            report(measure_all(Path(name), environment(HERE / ".env-sdk-1.33", SDK_PACKAGES)))


if __name__ == "__main__":
    start({"write": write, "sdk": sdk, "ours": ours, "limit": limit, "decoders": decoders}, main)
