"""JSON is decoded to the values that Python's `json` returns. Errors name the cause and the JSON path."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import SegmentsHFError
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError, checked_text, read_json

OBJECT_DECODER = JsonDecoder(dict)
INTEGERS = st.integers(-(2**63), 2**64 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats(-1e15, 1e15) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=20,
)
# Each fault: the JSON, a part of the message, and the JSON path; None for any path below $.a.
FAULTS = {
    "empty": (b"", "empty", "$"),
    "blank": (b" \n", "empty", "$"),
    "HTML page": (b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>", "HTML", "$"),
    "HTML page without a doctype": (b"<html>", "HTML", "$"),
    "ZIP archive": (b"PK\x03\x04\x14\x00\x00\x00\x08\x00", "ZIP", "$"),
    "XML": (b'<?xml version="1.0"?><Error/>', "XML", "$"),
    "NaN": (b'{"a": [1, NaN]}', "NaN", "$.a[1]"),
    "Infinity": (b'{"a": {"b": Infinity}}', "Infinity", "$.a.b"),
    "-Infinity": (b'{"a b": -Infinity}', "-Infinity", "$['a b']"),
    "1e400": (b'{"a": 1, "b": -1e400}', "-1e400", "$.b"),
    "5,000 digits": (b'{"a": [' + b"9" * 5000 + b"]}", "5,000", "$.a[0]"),
    "Latin-1": ('{"a": {"b": "é"}}'.encode("latin-1"), "Latin-1", "$.a.b"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "UTF-16", "$"),
    "UTF-16 without a mark": ('{"a": 1}'.encode("utf-16-le"), "UTF-16", "$"),
    "UTF-32": ('{"a": 1}'.encode("utf-32"), "UTF-32", "$"),
    "cut in a string": (b'{"a": ["b", "c', "ends too early", "$.a[1]"),
    "cut in an object": (b'{"a": {"b": 1,', "ends too early", "$.a"),
    "cut in a number": (b'{"a": -', "ends too early", "$.a"),
    "deep": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested", None),
    "deep and cut": (b'{"a": ' + b'{"b":' * 100_000, "nested", None),
    "half a surrogate pair": (b'{"a": "\\ud800"}', "surrogate", "$"),
    "half a surrogate pair before other text": (b'{"a": "\\ud800\\u0041"}', "expected both halves", "$.a"),
    "single quotes": (b"{'a': 1}", "not JSON", "$"),
    "None": (b'{"a": None}', "not JSON", "$.a"),
    "two values": (b'{"a": 1}{"a": 2}', "not JSON", "$"),
}
NUMBERS_OUT_OF_RANGE = [
    "9223372036854775808000",
    "18446744073709551616",
    "-9223372036854775809",
    "100000000000000000000.5",
    "1e309",
    "-1e400",
    "9" * 400,
    "9" * 400 + ".5e-390",
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "read",
    [read_json, OBJECT_DECODER.decode, checked_text, lambda content: OBJECT_DECODER.decode(memoryview(content))],
    ids=["read_json", "typed", "checked_text", "memory view"],
)
def test_error_of_decoding_names_the_cause_and_the_json_path(fault, read):
    content, cause, json_path = FAULTS[fault]
    with pytest.raises(JsonError) as caught:
        read(content)
    assert cause in caught.value.problem
    assert caught.value.json_path == json_path or (json_path is None and caught.value.json_path.startswith("$.a"))
    assert len(str(caught.value)) < 300
    assert isinstance(caught.value, SegmentsHFError)
    assert caught.value.__cause__ is None


def test_error_of_decoding_names_an_array_in_place_of_an_object():
    with pytest.raises(JsonError, match=r"^at \$: got `array`, expected `object`"):
        OBJECT_DECODER.decode(b'[{"a": 1}]')


@pytest.mark.parametrize("number", NUMBERS_OUT_OF_RANGE)
def test_read_json_refuses_numbers_out_of_range(number):
    with pytest.raises(JsonError, match="64 bits") as caught:
        read_json(f'{{"a": {{"1e400": "{number}", "b": {number}}}}}')
    assert caught.value.json_path == "$.a.b"


@pytest.mark.parametrize(
    "text",
    [
        '"99999999999999999999999"',
        '"\\"99999999999999999999999"',
        "1714566896123456789",
        "18446744073709551615",
        "-9223372036854775808",
        "0.12345678901234567890123",
        "1e-99999999999999999999999",
        "1e308",
        "-0",
    ],
)
def test_read_json_accepts_numbers_in_range_and_any_digits_in_strings(text):
    assert read_json(text) == json.loads(text)
    assert checked_text(text.encode()) == text


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_read_json_accepts_100_levels_and_refuses_101(opening, closing):
    assert read_json(opening * 100 + "1" + closing * 100)
    with pytest.raises(JsonError, match="nested"):
        read_json(opening * 101 + "1" + closing * 101)


def test_read_json_accepts_any_number_of_brackets_at_few_levels():
    wide = [{"points": [[1, 2]] * 200, "text": "[" * 300}] * 50
    assert read_json(json.dumps(wide)) == wide


@given(VALUES)
def test_read_json_reads_what_json_writes(value):
    text = json.dumps(value, ensure_ascii=False)
    assert read_json(text) == value
    assert checked_text(text.encode()) == text


@given(VALUES, st.data())
def test_decoding_of_changed_bytes_returns_a_value_or_raises_json_error(value, data):
    content = bytearray(json.dumps({"a": value}).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    for read in (read_json, OBJECT_DECODER.decode):
        with contextlib.suppress(JsonError):  # a value and a JsonError are both correct
            read(bytes(content))
