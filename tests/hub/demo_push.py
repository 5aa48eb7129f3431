"""Load the demo release for a push in a test, and read what the Hub received."""

from __future__ import annotations

from typing import Any

import datasets
import pytest
from datasets.table import embed_table_storage

import segments_hf
from segments_hf.demo import demo_release

from .server.hub_server import HubServer

REPO = "jane/flowers"

with_both_transfers = pytest.mark.parametrize("transfer", ["xet", "lfs"], indirect=True)


def demo(**options: Any) -> Any:
    """Load the demo release."""
    return segments_hf.load_release(demo_release(), **options)


def shards(hub: HubServer, repo: str = REPO) -> list[str]:
    """Return the paths of the shards in a repository."""
    return sorted(path for path in hub.files(repo) if path.endswith(".parquet"))


def pull_request_statuses(hub: HubServer) -> list[str]:
    """Return the status of each pull request of `REPO`, in the order in which they were opened."""
    return [pull_request.status for pull_request in hub.repos["datasets", REPO].pull_requests.values()]


def stored_rows(dataset: Any) -> list[dict[str, Any]]:
    """Return the rows as they are stored: JSON as text, and images and point clouds as bytes without their path."""
    arrow = dataset.with_format("arrow")
    tables = arrow.iter(4) if isinstance(dataset, datasets.IterableDataset) else [arrow[:]]
    return [_without_paths(row) for table in tables for row in embed_table_storage(table).to_pylist()]


def _without_paths(value: Any) -> Any:
    if isinstance(value, dict):
        is_file = set(value) == {"bytes", "path"}
        return value["bytes"] if is_file else {name: _without_paths(item) for name, item in value.items()}
    return [_without_paths(item) for item in value] if isinstance(value, list) else value
