"""`ShardWork` uploads a slice in any process, does not need the release file, and contains no token."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hub.demo_push import REPO
from hub.server.hub_server import HubServer
from segments_hf import HubError, load_release
from segments_hf.demo import demo_release
from segments_hf.hub.repository import open_repository
from segments_hf.hub.sources.source_splits import open_source
from segments_hf.hub.uploads.shard_work import ShardWork


def pickled_works(data: Any, *, size: int, max_bytes: int = 10**9, layout: str | None = None) -> list[bytes]:
    """Return the pickled `ShardWork` of each slice of `size` samples."""
    repository = open_repository(REPO)
    repository.create()
    (split,) = open_source(data, layout, None, "skip").splits
    return [
        pickle.dumps(ShardWork(source, split.features, repository, max_bytes))
        for source in split.release_rows.slices(size)
    ]


def uploaded_rows(hub: HubServer, result: Any) -> list[dict[str, Any]]:
    files = (io.BytesIO(hub.objects[shard.sha256]) for shard in result.shards)
    return [row for file in files for row in pq.read_table(file).to_pylist()]


@pytest.mark.parametrize("layout", [None, "semantic-segmentation", "object-detection"])
def test_rows_of_all_slices_equal_the_push_of_one_machine(hub: HubServer, layout: str | None) -> None:
    from segments_hf import push_to_hub

    push_to_hub(demo_release(), "jane/one-machine", layout=layout)
    files = [content for path, content in hub.files("jane/one-machine").items() if path.endswith(".parquet")]
    expected = [row for file in files for row in pq.read_table(io.BytesIO(file)).to_pylist()]
    results = [pickle.loads(work)() for work in pickled_works(demo_release(), size=3, layout=layout)]
    assert [row for result in results for row in uploaded_rows(hub, result)] == expected


def test_work_needs_no_release_file(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    path = write_release([{"name": f"{number}.jpg"} for number in range(4)], task_type="text-named-entities")
    pickled = pickled_works(path, size=2)
    path.unlink()
    names = [row["name"] for work in pickled for row in uploaded_rows(hub, pickle.loads(work)())]
    assert names == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]


def test_work_contains_no_token(hub: HubServer) -> None:
    assert not any(b"hf_jane" in work for work in pickled_works(demo_release(), size=3))


def test_work_without_a_token_in_the_environment_raises_error(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    (work,) = pickled_works(demo_release(), size=100)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubError, match="HF_TOKEN"):
        pickle.loads(work)()


def test_work_that_runs_again_uploads_no_shard_again(hub: HubServer) -> None:
    (work,) = pickled_works(demo_release(), size=100)
    first, second = pickle.loads(work)(), pickle.loads(work)()
    assert [shard.sha256 for shard in first.shards] == [shard.sha256 for shard in second.shards]
    assert (first.skipped, second.sent) == (0, 0)
    assert first.sent == second.skipped > 0


def test_shards_of_a_slice_have_a_limited_size(hub: HubServer) -> None:
    (work,) = pickled_works(demo_release(), size=100, max_bytes=60_000)
    result = pickle.loads(work)()
    assert len(result.shards) > 1
    assert len(uploaded_rows(hub, result)) == 8


def test_rows_left_out_and_problems_are_returned(hub: HubServer, write_release: Any) -> None:
    samples = [{"name": "0.jpg"}, {"name": 5}, {"name": "2.jpg"}]
    first, second = pickled_works(write_release(samples, task_type="text-named-entities"), size=2)
    result = pickle.loads(first)()
    assert result.shards[0].tally.left_out.rows == {"cannot be read": 1}
    assert [problem.action for problem in result.problems] == ["skipped"]
    assert pickle.loads(second)().problems == []


def test_slice_without_rows_returns_the_number_of_samples_left_out(hub: HubServer, write_release: Any) -> None:
    _, last = pickled_works(write_release([{"name": "0.jpg"}, {"name": 5}], task_type="text-named-entities"), size=1)
    result = pickle.loads(last)()
    assert result.shards == []
    assert result.left_out.rows == {"cannot be read": 1}


def test_limit_of_connections_does_not_change_the_rows(hub: HubServer) -> None:
    (work,) = pickled_works(demo_release(), size=100)
    limited = pickle.loads(work).with_connections(1)
    assert pickle.loads(work)().shards == limited().shards


def test_stream_of_a_release_is_read_in_slices(hub: HubServer) -> None:
    stream = load_release(demo_release(), split="train", streaming=True)
    assert len(pickled_works(stream, size=3)) == 3
