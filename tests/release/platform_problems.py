"""What is said of releases that the platform does not give, and that no secret is in it."""

from __future__ import annotations

import json
import pickle
import re
import traceback

import pytest

from segments_hf.errors import PlatformError, SegmentsHFError
from segments_hf.release import Release, parse_reference

from .platform_server import KEY, SIGNATURE

CONTENT = json.dumps({"name": "v1.0", "dataset": {"samples": [{"name": "a"}]}}).encode()
OTHER = json.dumps({"name": "v2.0", "dataset": {"samples": []}}).encode()
LIST = "/datasets/jane/flowers/releases/"
ONE = "/datasets/jane/flowers/releases/v1.0/"
SOURCE = "jane/flowers@v1.0"


def problem(source=SOURCE, **options) -> str:
    """What is said of a source that the platform does not give."""
    with pytest.raises(PlatformError) as caught:
        Release.open(source, **options)
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, SegmentsHFError)
    assert_no_secret("".join(traceback.format_exception(caught.value)))
    assert_no_secret(repr(caught.value))
    assert_no_secret(pickle.dumps(caught.value))
    reference = parse_reference(source)
    assert str(caught.value).startswith(f"segments://{reference.owner}/{reference.dataset}@")
    return str(caught.value)


def assert_no_secret(text: str | bytes) -> None:
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    assert not re.search(f"{KEY}|{KEY[:8]}|{SIGNATURE}|s1gnature", text)
