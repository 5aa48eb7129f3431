"""`joined_by_release` joins the shards of each release into one shard, which has all of their indices in order."""

from __future__ import annotations

import copy
from array import array

from hypothesis import given
from hypothesis import strategies as st

from segments_hf.dataset.building.plan import Shard, joined_by_release
from segments_hf.dataset.open_releases import ReleaseKey

KEYS = [ReleaseKey("a.json", "1"), ReleaseKey("b.json", "2")]
RANGES = st.builds(lambda start, length: range(start, start + length), st.integers(0, 6), st.integers(0, 3))
INDICES = RANGES | st.lists(st.integers(0, 9), max_size=4).map(lambda numbers: array("I", numbers))


@given(st.lists(st.builds(Shard, st.sampled_from(KEYS), INDICES), max_size=8))
def test_joined_shards_have_the_indices_of_all_shards(shards) -> None:
    before = copy.deepcopy(shards)
    joined = {key: list(indices) for key, indices in joined_by_release(shards)}
    assert joined == {
        key: [index for shard in shards if shard.release == key for index in shard.indices]
        for key in dict.fromkeys(shard.release for shard in shards)
    }
    assert shards == before


def test_shards_that_follow_each_other_are_joined_to_a_range() -> None:
    shards = [Shard(KEYS[0], range(start, start + 64)) for start in range(0, 640, 64)]
    assert joined_by_release(shards) == [Shard(KEYS[0], range(640))]
