"""Temporary caches, servers on loopback, and release files for all tests."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

with socket.socket() as _free:
    _free.bind(("127.0.0.1", 0))
    HUB_PORT = _free.getsockname()[1]

# The tests use only a Hub on loopback, which some tests start. The clients read these variables when they are imported,
# so the variables are set before the imports below.
os.environ |= {
    "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",  # prevents requests of gcsfs to the real cloud
    "HF_ENDPOINT": f"http://127.0.0.1:{HUB_PORT}",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "0",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "HF_XET_CLIENT_RETRY_BASE_DELAY": "10ms",
    "NO_PROXY": "127.0.0.1",
}

import datasets
from cloud_storage import S3, s3_server

# Commands write plain text with 80 columns in every terminal and CI.
os.environ["COLUMNS"] = "80"
for _name in ("FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(_name, None)

# A shell starts programs in the background with SIGINT ignored, and the processes that tests start would inherit this.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Hypothesis stores no examples on disk, and does not fail on a slow machine.
settings.register_profile("segments-hf", database=None, deadline=None, max_examples=60)
settings.load_profile("segments-hf")

pytest_plugins = ["random_cases"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect the tests without garbage collection, which takes a fifth of the time and finds no garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()  # the garbage collections during the tests ignore the collected tests
        gc.enable()


SHARED = Path(__file__).resolve().parents[2] / "shared"
ARC_LITTER = SHARED / "real" / "arc_litter-v01"


@pytest.fixture(autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set new, empty caches for each test, and turn on progress bars, which another test may have turned off."""
    datasets.enable_progress_bars()
    home = tmp_path_factory.mktemp("hf")
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(home))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", home / "datasets")
    monkeypatch.setattr(datasets.config, "DOWNLOADED_DATASETS_PATH", home / "datasets" / "downloads")
    return home


@pytest.fixture(scope="session", autouse=True)
def xet_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Set a temporary folder for the cache of the Xet client, which reads the variable once."""
    os.environ["HF_XET_CACHE"] = str(tmp_path_factory.mktemp("xet"))


@pytest.fixture
def transfer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set and return the protocol for uploads of large files: ``xet``, the default of `huggingface_hub`, or ``lfs``."""
    protocol = getattr(request, "param", "xet")
    if protocol == "lfs":
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")  # for the processes that a test starts
    return protocol


@pytest.fixture
def arc_litter() -> Path:
    """Return the folder of the real release arc_litter v01."""
    if not ARC_LITTER.is_dir():
        pytest.skip(f"the real release is absent: {ARC_LITTER}")
    return ARC_LITTER


@pytest.fixture
def shared_case(request: pytest.FixtureRequest) -> Path:
    """Return the release file of a shared case, a small input that was read wrongly. Its name is the parameter."""
    path = SHARED / "cases" / request.param / "release.json"
    if not path.exists():
        pytest.skip(f"the shared case is absent: {path}")
    return path


class LoopbackServer:
    """A server on loopback with the files and responses of a test. It counts the requests.

    Attributes:
        files: The body of each path, or a list of responses (status, headers, body): one for each request, and the last
            one for all further requests.
        requests: The number of requests for each path.
        address: The address of the server, such as ``http://127.0.0.1:40001``.
        connections: The number of connections to the server.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes | list[tuple[int, dict[str, str], bytes]]] = {}
        self.requests: Counter[str] = Counter()
        self.address = ""
        self.connections = 0

    def url(self, path: str, content: bytes) -> str:
        """Put a file on the server, and return its URL."""
        self.files[path] = content
        return self.address + path


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """Run a server during one test."""
    state = LoopbackServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            state.connections += 1
            super().setup()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            state.requests[path] += 1
            response = state.files.get(path, [(404, {}, b"not found")])
            if isinstance(response, list):
                status, headers, body = response[min(state.requests[path], len(response)) - 1]
            else:
                status, headers, body = 200, {}, response
            self.send_response(status)
            length = {} if "Transfer-Encoding" in headers else {"Content-Length": str(len(body))}
            for name, value in {**length, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if int(headers.get("Content-Length", len(body))) != len(body):
                self.close_connection = True

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            # A ConnectionError means that the client closed the connection early.
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(request, client_address)

    with Server(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        state.address = f"http://127.0.0.1:{httpd.server_address[1]}"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        httpd.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """Run an S3 server during all tests."""
    with s3_server() as server:
        yield server


@pytest.fixture
def no_cloud_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the cloud credentials of this machine."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "AZURE_", "GOOGLE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


WriteRelease = Callable[..., Path]


@pytest.fixture
def write_release(tmp_path: Path) -> WriteRelease:
    """Return a function that writes a release file in the format of 2025 and returns its path.

    The function takes the samples. Its keyword arguments, except `path`, replace or add fields of `dataset`.
    """

    def write(samples: Any, *, path: Path | None = None, **dataset: Any) -> Path:
        document = {
            "name": "v1.0",
            "description": "",
            "created_at": "2025-03-04 05:06:07.891234+00:00",
            "dataset": {
                "name": "flowers",
                "description": "Flowers of a meadow",
                "owner": "jane",
                "task_type": "segmentation-bitmap",
                "task_attributes": {
                    "format_version": "0.1",
                    "categories": [{"id": 1, "name": "flower", "color": [255, 0, 0]}, {"id": 2, "name": "leaf"}],
                },
                "labelsets": [{"name": "ground-truth", "description": "", "is_groundtruth": True}],
                "samples": samples,
                **dataset,
            },
        }
        path = path or tmp_path / "release.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write
