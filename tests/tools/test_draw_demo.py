"""The program that draws the demo release."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segments_hf.bitmaps import decode_bitmap
from segments_hf.demo import demo_release

PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "demo"


@pytest.mark.slow
def test_it_draws_the_release_that_the_package_contains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PROGRAM)
    import draw

    draw.main(tmp_path)
    assert (tmp_path / "flowers-v1.0.json").read_bytes() == demo_release().read_bytes()
    for shipped in (demo_release().parent / "labels").iterdir():
        drawn = decode_bitmap(tmp_path / "labels" / shipped.name)
        np.testing.assert_array_equal(drawn, decode_bitmap(shipped))
