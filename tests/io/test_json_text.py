"""Python's `json` decodes compact JSON, indented JSON and JSON lines to the values that were encoded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.io.json_codec.json_text import compact_json, indented_json, json_line, text_or_json

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(VALUES)
def test_json_of_every_form_is_decoded_to_the_encoded_value(value):
    assert json.loads(compact_json(value)) == value
    assert json.loads(indented_json(value)) == value
    assert json.loads(json_line(value)) == value
    assert json_line(value).splitlines() == [json_line(value)[:-1]]
    assert text_or_json(value) == (value if isinstance(value, str) else compact_json(value))


@given(st.dictionaries(st.integers(0, 300), st.text(st.characters(codec="utf-8"))))
def test_indented_json_matches_the_standard_library(names):
    assert indented_json(names) == json.dumps(names, indent=2, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize(
    ("value", "text"), [("noon", "noon"), (True, "true"), (None, "null"), (1.5, "1.5"), (["a", 1], '["a",1]')]
)
def test_text_or_json_shows_text_unquoted_and_other_values_as_json(value, text):
    assert text_or_json(value) == text
