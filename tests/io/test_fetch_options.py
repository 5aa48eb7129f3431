"""Options of fetching that make no sense are refused before anything is fetched."""

from __future__ import annotations

import pytest

from segments_hf.assets import FetchOptions
from segments_hf.errors import OptionError


@pytest.mark.parametrize("name", ["connections", "in_flight", "timeout", "max_bytes", "max_pixels"])
@pytest.mark.parametrize("value", [0, -1, "4", None, True, float("nan")], ids=repr)
def test_numbers(name, value):
    with pytest.raises(OptionError, match=f"^{name}: got {value!r}, wanted a number over 0"):
        FetchOptions(**{name: value})


@pytest.mark.parametrize("value", ["", "all", True, None], ids=repr)
def test_verify(value):
    with pytest.raises(OptionError, match="^verify: got .*, wanted one of structure, decode"):
        FetchOptions(verify=value)
