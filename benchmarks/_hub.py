"""Serve an empty Hub on the loopback address, in a process of its own.

`python _hub.py` prints the URL of the Hub. It ends when its standard input closes, at the latest after an hour.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from hub.server.hub_server import HubServer

LIFETIME_SECONDS = 3600


def main() -> None:
    lifetime = threading.Timer(LIFETIME_SECONDS, os._exit, [1])
    lifetime.daemon = True
    lifetime.start()
    server = HubServer()
    server.start()
    print(server.url, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
