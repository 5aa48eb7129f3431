"""Serve an empty Hub on the loopback address.

`python _served_hub.py` prints the URL of the Hub. For each line of its standard input, it prints three numbers:

- the number of requests that ask how to upload a large file;
- the number of other requests. It excludes three types of requests: requests to the storage of large files; requests
  that create a repository, because a push on one machine repeats them; and requests for lists of files, because this
  Hub has smaller pages than the real Hub;
- the number of uploaded files.

The program ends when its standard input closes, at the latest after an hour.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from hub.server.hub_server import HubServer

LIFETIME_SECONDS = 3600
# Patterns for the paths of requests.
UPLOAD = re.compile(r"/info/lfs/objects/batch$|/preupload/|/xet-write-token/")
NOT_COUNTED = re.compile(r"^/(cas|lfs)/|/repos/create$|/tree/")


def main() -> None:
    lifetime = threading.Timer(LIFETIME_SECONDS, os._exit, [1])
    lifetime.daemon = True
    lifetime.start()
    server = HubServer()
    server.start()
    print(server.url, flush=True)
    for _ in sys.stdin:
        paths = [path for _, path in server.requests]
        uploads = sum(UPLOAD.search(path) is not None for path in paths)
        others = sum(not UPLOAD.search(path) and not NOT_COUNTED.search(path) for path in paths)
        print(uploads, others, len(server.objects), flush=True)
    server.stop()


if __name__ == "__main__":
    main()
