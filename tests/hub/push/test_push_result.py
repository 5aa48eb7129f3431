"""The result of a push has code that loads the dataset, and a push shows no progress bars of other libraries."""

from __future__ import annotations

from typing import Any

import datasets
import pytest

import segments_hf
from hub.demo_push import REPO, demo, with_both_transfers
from hub.server.hub_server import HubServer


@pytest.mark.parametrize(
    "options",
    [{}, {"config_name": 'a "b\'s"'}, {"revision": "next"}, {"create_pr": True}],
    ids=["default", "config name with quotes", "branch", "pull request"],
)
def test_code_in_the_printed_result_loads_the_pushed_rows(hub: HubServer, options: dict[str, Any]) -> None:
    hub.add_repo(REPO)
    pushed = segments_hf.push_to_hub(demo(), "flowers", **options)
    variables: dict[str, Any] = {}
    exec("\n".join(line.strip() for line in str(pushed).splitlines()[-2:]), variables)
    assert len(variables["dataset"]) == pushed.splits["train"].rows == 8


@with_both_transfers
def test_push_shows_only_its_own_progress_bar(hub: HubServer, transfer: str, capfd: pytest.CaptureFixture[str]) -> None:
    flowers = demo(split="train")
    datasets.enable_progress_bars()
    capfd.readouterr()
    segments_hf.push_to_hub(flowers, REPO)
    bars = {line.split(":")[0] for line in capfd.readouterr().err.replace("\r", "\n").splitlines() if "|" in line}
    assert bars
    assert all("shard" in bar for bar in bars)
