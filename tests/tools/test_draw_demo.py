"""The programs in `tools/demo` draw the demo releases of the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segments_hf.bitmaps import decode_bitmap
from segments_hf.demo import demo_release

PROGRAMS = Path(__file__).resolve().parents[2] / "tools" / "demo"


@pytest.mark.slow
def test_draw_makes_the_release_file_and_the_bitmaps_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(PROGRAMS)
    import draw

    draw.main(tmp_path)
    assert (tmp_path / "flowers-v1.0.json").read_bytes() == demo_release().read_bytes()
    for packaged in (demo_release().parent / "labels").iterdir():
        drawn = decode_bitmap(tmp_path / "labels" / packaged.name)
        np.testing.assert_array_equal(drawn, decode_bitmap(packaged))


@pytest.mark.slow
def test_draw_street_makes_the_release_files_and_point_clouds_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(PROGRAMS)
    import draw_street

    monkeypatch.setattr("sensors.SAMPLES", 1)  # the pictures are not compared, and take most of the time
    draw_street.main(tmp_path)
    packaged = demo_release("street-cuboids").parent
    drawn = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert drawn == {
        path.relative_to(packaged) for path in packaged.rglob("*") if path.is_file() and path.suffix != ".txt"
    }
    for file in drawn:
        if file.suffix != ".jpg":
            assert (tmp_path / file).read_bytes() == (packaged / file).read_bytes(), file
