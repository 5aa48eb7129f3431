"""The error for a broken response names the cause, and not the status 400 with which aiohttp reports such errors."""

from __future__ import annotations

import re

import pytest
from fuzz.servers import MisbehavingServer

from segments_hf.errors import AssetError

from .fetching import Client

# A pattern that the message matches, for each behavior of the server.
CAUSES = {
    "broken_gzip": "Content-Encoding",
    "long_content_length": "the connection",
    "closed_in_the_middle": "the connection",
    "reset_in_the_middle": "the connection",
    "closed_at_once": "the connection",
    # aiohttp does not always detect a broken chunk. In that case, the download ends because it is too slow.
    "broken_chunks": "not HTTP|KiB/s",
    "not_http": "not HTTP",
    "endless_head": "not HTTP",
}


@pytest.mark.parametrize("behavior", CAUSES)
def test_error_of_a_broken_response_names_its_cause(behavior: str) -> None:
    client = Client()
    with MisbehavingServer(b"\x89PNG" + bytes(range(256))) as server:
        try:
            with pytest.raises(AssetError, match=CAUSES[behavior]) as caught:
                client.get(server.url(behavior), retries=0)
        finally:
            client.close()
    assert not re.search(r"\b400\b", str(caught.value).replace(server.address, ""))
