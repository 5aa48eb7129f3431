"""The error for an answer that breaks the rules of HTTP tells its cause, and no status that the server has not sent."""

from __future__ import annotations

import re

import pytest
from fuzz.servers import MisbehavingServer

from segments_hf.errors import AssetError

from .fetching import Client

# Each behavior of a server, and words that are in the message.
CAUSES = {
    "broken_gzip": "Content-Encoding",
    "long_content_length": "the connection",
    "closed_in_the_middle": "the connection",
    "reset_in_the_middle": "the connection",
    "closed_at_once": "the connection",
    # aiohttp does not always notice that a chunk is broken: then the download ends for lack of data.
    "broken_chunks": "not HTTP|KiB/s",
    "not_http": "not HTTP",
    "endless_head": "not HTTP",
}


@pytest.mark.parametrize("behavior", CAUSES)
def test_error_of_a_broken_answer_tells_its_cause(behavior: str) -> None:
    client = Client()
    with MisbehavingServer(b"\x89PNG" + bytes(range(256))) as server:
        try:
            with pytest.raises(AssetError, match=CAUSES[behavior]) as caught:
                client.get(server.url(behavior), retries=0)
        finally:
            client.close()
    assert not re.search(r"\b400\b", str(caught.value).replace(server.address, ""))
