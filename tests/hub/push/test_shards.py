"""Each shard of a resumed push has the same rows and problems as in an uninterrupted push."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segments_hf import load_release
from segments_hf.hub.sources.source_splits import open_source
from segments_hf.hub.uploads.shards import Losses, write_shards


def label(count: int) -> dict[str, Any]:
    """Return the labels of a sample with `count` boxes. Every second box has no attributes."""
    boxes = [
        {"id": number, "category_id": 1, "type": "bbox", "points": [[0, 0], [1, 1]]} for number in range(1, count + 1)
    ]
    boxes[::2] = [{**box, "attributes": {"hidden": True}} for box in boxes[::2]]
    return {"ground-truth": {"label_status": "LABELED", "attributes": {"annotations": boxes}}}


def test_resumed_push_writes_the_rows_of_an_uninterrupted_push_to_each_shard(
    tmp_path: Path, write_release: Any
) -> None:
    samples = [
        {"name": f"{n}.jpg", "labels": label(n % 5) if n % 3 else {}, **({"metadata": {"n": n}} if n % 2 else {})}
        for n in range(12)
    ]
    path = write_release(samples, task_type="vector")
    (split,) = open_source(load_release(path, split="train", streaming=True, load_assets=False), None, None).splits
    (source,) = split.row_sources(1, "raise")
    # An earlier version, in which the size of a row depended on the other rows of its batch, failed for these limits.
    for max_bytes in range(458, 465):

        def written(start: Any, max_bytes: int = max_bytes) -> list[tuple[Any, int, int]]:
            shards = write_shards(source, split.features, tmp_path, max_bytes, start, Losses())
            return [(shard.following, shard.tally.rows, shard.tally.num_bytes) for shard in shards]

        first, *others = written(None)
        assert written(first[0]) == others


def test_each_problem_belongs_to_the_shard_of_its_row(tmp_path: Path, write_release: Any) -> None:
    samples = [{"name": f"{n}.jpg", "attributes": {"image": {"url": f"missing-{n}.jpg"}}} for n in range(4)]
    path = write_release(samples, task_type="vector")
    (split,) = open_source(load_release(path, split="train", streaming=True, on_error="keep"), None, None).splits
    (source,) = split.row_sources(1, "keep")

    def written(start: Any) -> list[tuple[Any, list[str]]]:
        shards = write_shards(source, split.features, tmp_path, 1, start, Losses())
        return [(shard.following, [problem.sample for problem in shard.problems]) for shard in shards]

    first, *others = written(None)
    assert [names for _, names in (first, *others)] == [[f"{n}.jpg"] for n in range(4)]
    assert written(first[0]) == others
