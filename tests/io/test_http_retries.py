"""The header `Retry-After` is read in all its forms."""

from __future__ import annotations

import calendar
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.io.remote.http_retries import retry_after_seconds

DATE = calendar.timegm((1994, 11, 6, 8, 49, 37))


@pytest.fixture
def clock_before_date(monkeypatch):
    """Set the clock to 90 seconds before `DATE`."""
    monkeypatch.setattr(time, "time", lambda: DATE - 90.0)


@pytest.mark.usefixtures("clock_before_date")
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("86400", 86400.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 90.0),
        ("Sun Nov  6 08:49:37 1994", 90.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 90.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("Sun, 06 Nov 1994 09:49:37 +0100", 90.0),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Sun, 99 Nov 1994", None),
        ("Sun, 06 Nov 99999999999999 08:49:37 GMT", None),
    ],
    ids=repr,
)
def test_retry_after_reads_seconds_and_dates(value, seconds):
    assert retry_after_seconds(value) == seconds


def test_retry_after_counts_dates_from_now():
    assert retry_after_seconds(formatdate(time.time() + 60, usegmt=True)) == pytest.approx(60, abs=5)


@given(st.text(max_size=40))
def test_retry_after_of_any_text_is_seconds_or_none(value):
    seconds = retry_after_seconds(value)
    assert seconds is None or seconds >= 0


@given(st.from_regex(r"(Sun, )?-?\d{1,3}[ -](Nov|13|-)[ -]-?\d{1,6} -?\d{1,3}(:\d{1,3}){0,3} ?([A-Z]{3}|[+-]\d{1,6})?"))
def test_retry_after_of_any_date_is_seconds_or_none(value):
    seconds = retry_after_seconds(value)
    assert seconds is None or seconds >= 0
