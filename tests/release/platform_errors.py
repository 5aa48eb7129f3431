"""Functions that check the errors of releases on the platform: no error may contain a secret."""

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
OTHER_CONTENT = json.dumps({"name": "v2.0", "dataset": {"samples": []}}).encode()
LIST_PATH = "/datasets/jane/flowers/releases/"
RELEASE_PATH = "/datasets/jane/flowers/releases/v1.0/"
SOURCE = "jane/flowers@v1.0"


def platform_error(source=SOURCE, **options) -> str:
    """Open a release that the platform refuses, check the error, and return the message of the error."""
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
    """Check that a text contains neither the API key, nor the start of the key, nor the signature of a URL."""
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    assert not re.search(f"{KEY}|{KEY[:8]}|{SIGNATURE}|s1gnature", text)
