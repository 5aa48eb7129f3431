"""`rle`, faster than with numpy alone, where the extra ``fast`` is installed: numba goes over the runs once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps.compiled import compiled
from segments_hf.bitmaps.masks import lazy_zeros

if TYPE_CHECKING:
    import numpy.typing as npt

_LARGEST_TABLE = 2**24
_LONGEST_SIDE = 2**20 - 1
_COLUMN, _ROW = np.uint64(44), np.uint64(24)
_LINE, _VALUE = np.uint64(2**20 - 1), np.uint64(2**24 - 1)
_LONGEST = 7  # bytes of a count
_WORD = 8
# Where the only set bit of a word is, in bytes: the product with this number has another top for each bit.
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_PLACES = np.zeros(64, np.int64)
for _byte in range(_WORD):
    _PLACES[int(_DE_BRUIJN) * (1 << 8 * _byte) % 2**64 >> 58] = _byte


def encode_fast(pixels: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[Any], ...] | None:
    """The instances of a bitmap: ids, areas, boxes, the text of all their counts, and where each ends in it.

    Args:
        pixels: Instance ids, (H, W).

    Returns:
        The ids in no order, and the rest in theirs. None where the extra ``fast`` is not installed, an id is of
        2^24 or more, or a side of 2^20.
    """
    find, encode = compiled(_find_runs), compiled(_encode)
    if find is None or encode is None or not pixels.size or max(pixels.shape) > _LONGEST_SIDE:
        return None
    pixels = np.ascontiguousarray(pixels)
    size = pixels.size
    flags = np.empty(-(-size // _WORD) * _WORD, bool)  # where a run begins
    flags[size:] = False
    begins = flags[:size].reshape(pixels.shape)
    np.not_equal(pixels[1:], pixels[:-1], out=begins[1:])
    np.not_equal(pixels[0, 1:], pixels[-1, :-1], out=begins[0, 1:])
    begins[0, 0] = True
    runs, highest = find(pixels, flags.view(np.uint64), np.count_nonzero(flags), _PLACES)
    if highest >= _LARGEST_TABLE:
        return None
    table = lazy_zeros(int(highest) + 1, np.dtype(np.uint32))
    found: tuple[npt.NDArray[Any], ...] = encode(*pixels.shape, runs, table)
    return found


def _find_runs(pixels: Any, words: Any, count: int, places: Any) -> Any:
    """The runs of one id down the columns, in the order of the columns, where the last ends, and the highest id.

    A run is one number: from the top 20 bits of its column, 20 of its line, and 24 of its id.
    """
    width = pixels.shape[1]
    flat = pixels.reshape(-1)
    by_line, runs = np.empty(count, np.uint64), np.empty(count + 1, np.uint64)
    offsets = np.zeros(width + 1, np.int64)
    found, row, row_end, highest = 0, 0, width, np.uint32(0)
    for number in range(words.size):
        word = words[number]
        while word:
            lowest = word & (~word + np.uint64(1))
            place = _WORD * number + places[(lowest * _DE_BRUIJN) >> np.uint64(58)]
            word ^= lowest
            while place >= row_end:
                row += 1
                row_end += width
            column, value = place - row_end + width, flat[place]
            highest = max(highest, value)
            by_line[found] = np.uint64(column) << _COLUMN | np.uint64(row) << _ROW | np.uint64(value)
            offsets[column + 1] += 1
            found += 1
    for column in range(width):
        offsets[column + 1] += offsets[column]
    for number in range(count):
        run = by_line[number]
        column = np.int64(run >> _COLUMN)
        runs[offsets[column]] = run
        offsets[column] += 1
    runs[count] = np.uint64(width) << _COLUMN
    return runs, highest


def _encode(height: int, width: int, runs: Any, table: Any) -> Any:  # noqa: C901, PLR0912, PLR0915
    count = runs.size - 1
    instances, sizes = np.empty(count, np.int32), np.zeros(count + 1, np.int32)  # numbered from 1 on as they come
    ids = np.empty(count, np.uint32)
    number = 0
    for place in range(count):
        value = runs[place] & _VALUE
        instance = table[value]
        if instance == 0 and value:
            ids[number] = value
            number += 1
            instance = number
            table[value] = number
        instances[place] = instance
        sizes[instance] += 1
    sizes[0] = 0
    # The runs of each instance, one after the other.
    ends = np.cumsum(sizes[: number + 1])
    places = ends.copy()
    of_instance = np.empty(ends[number], np.int32)
    for place in range(count):
        instance = instances[place]
        if instance:
            of_instance[places[instance - 1]] = place
            places[instance - 1] += 1
    areas, boxes = np.zeros(number, np.int64), np.empty((number, 4), np.int64)
    text = np.empty((2 * of_instance.size + number) * _LONGEST, np.uint8)
    stops = np.empty(number, np.int64)
    written = 0
    left: Any
    top: Any
    right: Any
    bottom: Any
    last: Any
    before: Any
    earlier: Any
    for instance in range(number):
        left, top, right, bottom = width, height, 0, 0
        last, before, earlier, position = 0, 0, 0, 0
        for place in range(ends[instance], ends[instance + 1] + 1):
            # Two counts for a run, outside and inside of the mask, and one for what is outside after the last.
            is_rest = place == ends[instance + 1]
            run = count if is_rest else of_instance[place]
            from_column, from_row = np.int64(runs[run] >> _COLUMN), np.int64(runs[run] >> _ROW & _LINE)
            start: Any = from_column * height + from_row
            end: Any = start
            if is_rest and start == last:
                continue
            if not is_rest:
                to_column, to_row = np.int64(runs[run + 1] >> _COLUMN), np.int64(runs[run + 1] >> _ROW & _LINE)
                end = to_column * height + to_row
                areas[instance] += end - start
                if to_row == 0:  # it ends at the bottom of the column before
                    to_column, to_row = to_column - 1, np.int64(height)
                left, right = min(left, from_column), max(right, to_column)
                if from_column == to_column:
                    top, bottom = min(top, from_row), max(bottom, to_row - 1)
                else:
                    top, bottom = 0, height - 1
            for part in range(1 if is_rest else 2):
                number_of_pixels = start - last if part == 0 else end - start
                rest: Any = number_of_pixels - (earlier if position > 2 else 0)  # noqa: PLR2004
                earlier, before = before, number_of_pixels
                position += 1
                # Nearly all are of one to three bytes: all three are written, and what is too much is written over.
                magnitude = rest ^ (rest >> 63)
                two, three, four = magnitude >= 1 << 4, magnitude >= 1 << 9, magnitude >= 1 << 14
                text[written] = (rest & 31) + 48 + 32 * two
                text[written + 1] = (rest >> 5 & 31) + 48 + 32 * three
                text[written + 2] = (rest >> 10 & 31) + 48 + 32 * four
                written += 1 + two + three
                if four:
                    rest >>= 15
                    more = True
                    while more:
                        bits = rest & 31
                        rest >>= 5
                        more = rest != -1 if bits & 16 else rest != 0
                        text[written] = bits + 48 + (32 if more else 0)
                        written += 1
            last = end
        boxes[instance, 0], boxes[instance, 1] = left, top
        boxes[instance, 2], boxes[instance, 3] = right - left + 1, bottom - top + 1
        stops[instance] = written
    return ids[:number], areas, boxes, text[:written], stops
