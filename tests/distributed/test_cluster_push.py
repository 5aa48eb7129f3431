"""A push with a Ray cluster has the rows of a push with one machine, and uploads no shard twice if a node dies."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from conftest import LoopbackServer, WriteRelease
from hub.demo_push import REPO, shards
from hub.server.connection import Fault
from hub.server.hub_server import HubServer

import segments_hf
from distributed.conftest import TwoNodes
from distributed.pushes import UPLOAD, assert_received_once, image_samples, pushed_rows
from segments_hf import distributed
from segments_hf.demo import demo_release
from segments_hf.errors import AssetError, HubError

pytestmark = pytest.mark.slow
REFUSAL = (403, {}, b"")


def sequences(server: LoopbackServer, count: int) -> list[dict[str, Any]]:
    """Return sequences of two frames. Each of these samples becomes one slice."""
    return [
        {
            "name": f"sequence {number}",
            "uuid": f"uuid-{number}",
            "attributes": {"frames": [frame["attributes"] for frame in image_samples(server, 2)]},
            "labels": {"ground-truth": None},
        }
        for number in range(count)
    ]


def test_push_with_a_killed_node_equals_the_push_of_one_machine(
    hub: HubServer,
    cluster: TwoNodes,
    server: LoopbackServer,
    write_release: WriteRelease,
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = write_release(image_samples(server, 1000, broken=frozenset({3, 700})))
    hub.faults.append(Fault(*UPLOAD, lambda _: cluster.kill_one(), after=4))
    with caplog.at_level(logging.WARNING):
        cluster_result = distributed.push_to_hub(release, REPO, on_error="skip", connections_per_host=8)
    assert not hub.faults[0].times
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == ["2 sample(s) left out (image: 2)"]
    assert_received_once(hub)
    assert len(shards(hub)) == 16  # slices of 64 samples
    # The images of the contact sheet are read twice, and so are those of the slices that the dead node did not finish.
    assert sum(server.requests.values()) <= 1000 + 4 * 64
    local_result = segments_hf.push_to_hub(release, "jane/alone", on_error="skip")
    assert pushed_rows(hub, REPO) == pushed_rows(hub, "jane/alone")
    assert cluster_result.splits["train"].rows == local_result.splits["train"].rows == 998
    assert cluster_result.left_out == local_result.left_out


def test_interrupted_push_uploads_only_the_remaining_slices(
    hub: HubServer, cluster: TwoNodes, server: LoopbackServer, write_release: WriteRelease
) -> None:
    release = write_release(image_samples(server, 320))
    hub.faults.append(Fault(*UPLOAD, REFUSAL, times=99, after=3))
    with pytest.raises(HubError, match="write access"):
        distributed.push_to_hub(release, REPO)
    assert hub.files(REPO).keys() == {".gitattributes"}
    hub.faults.clear()
    first_uploads = dict(hub.received)
    server.requests.clear()
    cluster_result = distributed.push_to_hub(release, REPO)
    assert_received_once(hub)
    assert len(first_uploads) == 3
    assert cluster_result.skipped_bytes == sum(first_uploads.values())
    assert sum(server.requests.values()) < 320
    names = [row["name"] for row in pushed_rows(hub, REPO)]
    assert names == [f"{number}.jpg" for number in range(320)]


def test_push_of_sequences_keeps_the_order_of_frames(
    hub: HubServer, cluster: TwoNodes, server: LoopbackServer, write_release: WriteRelease
) -> None:
    release = write_release(sequences(server, 5), task_type="image-segmentation-sequence")
    distributed.push_to_hub(release, REPO)
    segments_hf.push_to_hub(release, "jane/alone")
    assert len(shards(hub)) == 5
    assert pushed_rows(hub, REPO) == pushed_rows(hub, "jane/alone")


def test_error_of_a_sample_is_raised_with_its_name_and_no_commit_is_made(
    hub: HubServer, cluster: TwoNodes, server: LoopbackServer, write_release: WriteRelease
) -> None:
    release = write_release(image_samples(server, 130, broken=frozenset({100})))
    with pytest.raises(AssetError, match=r"sample '100\.jpg'"):
        distributed.push_to_hub(release, REPO)
    assert hub.files(REPO).keys() == {".gitattributes"}


def test_error_of_a_refused_token_names_the_machine(
    hub: HubServer, cluster: TwoNodes, server: LoopbackServer, write_release: WriteRelease
) -> None:
    release = write_release(image_samples(server, 2))
    hub.users = {"hf_joe": "joe"}  # the nodes of the cluster have the token hf_jane
    with pytest.raises(HubError, match="does not accept the token.* of machine"):
        distributed.push_to_hub(release, "joe/flowers", token="hf_joe")


def test_push_of_splits_with_a_layout_equals_the_push_of_one_machine(hub: HubServer, cluster: TwoNodes) -> None:
    options = {"layout": "object-detection", "license": "cc-by-4.0"}
    splits = {"train": 0.6, "test": 0.4}
    cluster_result = distributed.push_to_hub(demo_release(), REPO, splits=splits, **options)
    stream = segments_hf.load_release(demo_release(), splits=splits, streaming=True)
    local_result = segments_hf.push_to_hub(stream, "jane/alone", **options)
    assert cluster_result.splits == local_result.splits
    files = {path: content.replace(b"alone", b"flowers") for path, content in hub.files("jane/alone").items()}
    assert hub.files(REPO) == files


def test_unknown_option_is_an_error(write_release: WriteRelease) -> None:
    pytest.importorskip("ray")
    with pytest.raises(TypeError, match="did you mean 'connections_per_host'"):
        distributed.push_to_hub(write_release([]), REPO, connections=3)
