"""Estimate the time of a push of 1,000,000 samples with 5 TB on 20 machines from measured inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass

SAMPLES, BYTES_PER_SAMPLE = 1_000_000, 5e6
MACHINES, CPUS = 20, 16
SLICE = 1000  # samples: `segments_hf.distributed.push_to_hub` divides such a release into slices of this size
SHARD_BYTES = 2e9
GROUP = 100  # files in a commit
COMMIT_SECONDS = 60  # the timeout of the Hub for a commit
REQUEST_LIMITS = {"free": 1000, "PRO": 2500, "Team": 3000, "Enterprise": 6000}  # requests in five minutes
BANDWIDTHS = (1, 10)  # of a machine, in Gbit/s


@dataclass(frozen=True)
class Inputs:
    """The measured inputs of the estimate.

    Attributes:
        slice_cpu: CPU seconds per slice with one shard, without the time for its rows and images.
        shard_cpu: CPU seconds per further shard.
        row_cpu: CPU seconds per row, without the bytes of its images.
        byte_cpu: CPU seconds per byte of images.
        requests_per_shard: The requests to the Hub per shard.
        driver_open: Seconds that the driver takes to open the release and to make all slices.
        driver_slice: Further seconds of the driver per slice.
    """

    slice_cpu: float
    shard_cpu: float
    row_cpu: float
    byte_cpu: float
    requests_per_shard: float
    driver_open: float
    driver_slice: float


def estimate(inputs: Inputs) -> list[list[str]]:
    """Return the rows of the table with the estimate."""
    slices = math.ceil(SAMPLES / SLICE)
    shards_per_slice = math.ceil(SLICE / (SHARD_BYTES // BYTES_PER_SAMPLE))
    shards = slices * shards_per_slice
    waves = math.ceil(slices / (MACHINES * CPUS))
    cpu = inputs.slice_cpu + (shards_per_slice - 1) * inputs.shard_cpu
    cpu += SLICE * (inputs.row_cpu + BYTES_PER_SAMPLE * inputs.byte_cpu)
    requests = shards * inputs.requests_per_shard
    commits = math.ceil(shards / GROUP) + 1
    rows = [
        ["slices", f"{slices:,}"],
        ["tasks at the same time", f"{MACHINES * CPUS}"],
        ["waves of tasks", f"{waves}"],
        ["shards", f"{shards:,}"],
        ["commits, including the last one", f"{commits}"],
        ["requests for all shards", f"{requests:,.0f}"],
        ["CPU seconds of a slice", f"{cpu:.0f}"],
    ]
    times = {"CPU": waves * cpu, "driver": inputs.driver_open + slices * inputs.driver_slice}
    for gbit in BANDWIDTHS:
        bytes_per_second = gbit * 1e9 / 8 / CPUS  # of one task
        times[f"network, {gbit} Gbit/s per machine"] = waves * SLICE * BYTES_PER_SAMPLE / bytes_per_second
    for plan, limit in REQUEST_LIMITS.items():
        times[f"requests, {plan} account"] = 300 * requests / limit
    times["last commit and merge, at most"] = 2 * COMMIT_SECONDS
    return rows + [[f"minutes: {name}", f"{seconds / 60:.1f}"] for name, seconds in times.items()]
