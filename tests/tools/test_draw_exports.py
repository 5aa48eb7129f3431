"""The program `tools/draw_exports.py` draws an export in each format of point clouds."""

from __future__ import annotations

from pathlib import Path

import pytest

from segments_hf.export import FORMATS
from segments_hf.export.point_clouds.cloud_format import CloudFormat

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.mark.slow
def test_draw_exports_draws_each_format_of_point_clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    import draw_exports

    monkeypatch.setattr("sys.argv", ["draw_exports.py", str(tmp_path)])
    draw_exports.main()
    names = {name for name, format_class in FORMATS.items() if issubclass(format_class, CloudFormat)}
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.png" for name in names}
