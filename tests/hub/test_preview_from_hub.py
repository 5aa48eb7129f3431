"""A dataset from the Hub has the same preview page as its release."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from preview.reading import Page

import segments_hf
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_preview_of_a_pushed_dataset_equals_the_preview_of_its_release(
    hub: HubServer, tmp_path: Path, streaming: bool
) -> None:
    segments_hf.push_to_hub(demo_release(), "jane/flowers")
    rows = datasets.load_dataset("jane/flowers", streaming=streaming)
    expected, page = (
        Page(segments_hf.preview(data, tmp_path / f"{name}.html"))
        for name, data in {"release": demo_release(), "hub": rows}.items()
    )
    assert page.head["classes"] == expected.head["classes"]
    for kind in ("entry", "thumb", "detail"):
        assert page.blocks[kind] == expected.blocks[kind]
