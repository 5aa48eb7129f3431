"""`rle`, faster than with numpy alone, where the extra ``fast`` is installed: numba goes over the runs once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps.compiled import compiled
from segments_hf.bitmaps.masks import lazy_zeros

if TYPE_CHECKING:
    import numpy.typing as npt

_LARGEST_TABLE = 2**24
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
        The ids in no order, and the rest in theirs. None where the extra ``fast`` is not installed, or an id is of
        2^24 or more.
    """
    find, encode = compiled(_find_runs), compiled(_encode)
    if find is None or encode is None or not pixels.size:
        return None
    size = pixels.size
    flags = np.zeros(-(-size // _WORD) * _WORD, bool)  # where a run begins
    begins = flags[:size].reshape(pixels.shape)
    np.not_equal(pixels[1:], pixels[:-1], out=begins[1:])
    np.not_equal(pixels[0, 1:], pixels[-1, :-1], out=begins[0, 1:])
    begins[0, 0] = True
    lefts, tops, values = find(pixels, flags.view(np.uint64), np.count_nonzero(flags), _PLACES)
    highest = int(values.max())
    if highest >= _LARGEST_TABLE:
        return None
    table = lazy_zeros(highest + 1, np.dtype(np.uint32))
    found: tuple[npt.NDArray[Any], ...] = encode(*pixels.shape, lefts, tops, values, table)
    return found


def _find_runs(pixels: Any, words: Any, count: int, places: Any) -> Any:
    """The runs of one id down the columns, in the order of the columns: left, top, and id; and where the last ends."""
    width = pixels.shape[1]
    flat = pixels.reshape(-1)
    rows, columns, found_values = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.uint32)
    offsets = np.zeros(width + 1, np.int32)
    found, row, row_end = 0, 0, width
    for number in range(words.size):
        word = words[number]
        while word:
            lowest = word & (~word + np.uint64(1))
            place = _WORD * number + places[(lowest * _DE_BRUIJN) >> np.uint64(58)]
            word ^= lowest
            while place >= row_end:
                row += 1
                row_end += width
            column = place - row_end + width
            rows[found], columns[found], found_values[found] = row, column, flat[place]
            offsets[column + 1] += 1
            found += 1
    for column in range(width):
        offsets[column + 1] += offsets[column]
    lefts, tops, values = np.empty(count + 1, np.int32), np.empty(count + 1, np.int32), np.empty(count, np.uint32)
    for run in range(count):
        place = offsets[columns[run]]
        offsets[columns[run]] += 1
        lefts[place], tops[place], values[place] = columns[run], rows[run], found_values[run]
    lefts[count], tops[count] = width, 0
    return lefts, tops, values


def _encode(height: int, width: int, lefts: Any, tops: Any, values: Any, table: Any) -> Any:  # noqa: C901, PLR0912, PLR0915
    count = values.size
    instances, sizes = np.empty(count, np.int32), np.zeros(count + 1, np.int32)  # numbered from 1 on as they come
    ids = np.empty(count, np.uint32)
    number = 0
    for run in range(count):
        value = values[run]
        instance = table[value]
        if instance == 0 and value:
            ids[number] = value
            number += 1
            instance = number
            table[value] = number
        instances[run] = instance
        sizes[instance] += 1
    sizes[0] = 0
    # The runs of each instance, one after the other.
    ends = np.cumsum(sizes[: number + 1])
    places = ends.copy()
    of_instance = np.empty(ends[number], np.int32)
    for run in range(count):
        instance = instances[run]
        if instance:
            of_instance[places[instance - 1]] = run
            places[instance - 1] += 1
    areas, boxes = np.zeros(number, np.int64), np.empty((number, 4), np.int64)
    text = np.empty((2 * of_instance.size + number) * _LONGEST, np.uint8)
    stops = np.empty(number, np.int64)
    written = 0
    for instance in range(number):
        left, top, right, bottom = width, height, 0, 0
        last, before, earlier, position = 0, 0, 0, 0
        for place in range(ends[instance], ends[instance + 1] + 1):
            # Two counts for a run, outside and inside of the mask, and one for what is outside after the last.
            is_rest = place == ends[instance + 1]
            run = count if is_rest else of_instance[place]
            start = np.int64(lefts[run]) * height + tops[run]
            end = start
            if is_rest and start == last:
                continue
            if not is_rest:
                end = np.int64(lefts[run + 1]) * height + tops[run + 1]
                areas[instance] += end - start
                high = lefts[run + 1] if tops[run + 1] else lefts[run + 1] - 1
                left, right = min(left, lefts[run]), max(right, high)
                if lefts[run] == high:
                    low = tops[run + 1] or height
                    top, bottom = min(top, tops[run]), max(bottom, low - 1)
                else:
                    top, bottom = 0, height - 1
            for part in range(1 if is_rest else 2):
                number_of_pixels = start - last if part == 0 else end - start
                rest = number_of_pixels - (earlier if position > 2 else 0)  # noqa: PLR2004
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
