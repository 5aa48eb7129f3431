"""Secrets in URLs are used for requests, and are neither shown nor stored."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import pytest
from conftest import LoopbackServer
from dataset.making import bitmap, jpeg, label
from typer.testing import CliRunner

import segments_hf
from hub.server.hub_server import HubServer
from segments_hf.cli.app import app
from segments_hf.dataset.load import release_builder
from segments_hf.errors import SegmentsHFError

REPO = "jane/flowers"
_SIGNATURE = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Signature={}"


class Secrets:
    """Generate unique secrets, and find them in texts."""

    def __init__(self) -> None:
        self.generated: list[str] = []

    def __call__(self) -> str:
        self.generated.append(f"tok{len(self.generated):03d}q7z")
        return self.generated[-1]

    def in_text(self, text: str) -> list[str]:
        return [secret for secret in self.generated if secret in text]


def _urls_with_secrets(secret: Secrets, host: str) -> list[str]:
    """Return URLs with secrets in many forms. Some of the URLs can be fetched; most are malformed."""
    return [
        f"http://jane:{secret()}@{host}/ok.jpg",
        f"http://{secret()}@{host}/ok.jpg?{_SIGNATURE.format(secret(), secret())}",
        f"http://jane:{secret()}@{host}/gone.jpg?{_SIGNATURE.format(secret(), secret())}",
        f"http://jane:{secret()}@{host}/broken.jpg#access_token={secret()}",
        f"//jane:{secret()}@{host}/a.jpg",
        f"http:/jane:{secret()}@{host}/a.jpg",
        f"http:\\\\jane:{secret()}@{host}/a.jpg",
        f"http:jane:{secret()}@{host}/a.jpg",
        f"HTTP://JANE:{secret()}@{host}/gone.jpg",
        f"http:///jane:{secret()}@{host}/a.jpg",
        f"simplecache::http://jane:{secret()}@{host}/a.jpg",
        f"zip://a.jpg::http://jane:{secret()}@{host}/a.zip?sig={secret()}",
        f"http://jane:{secret()}@[::1/a.jpg",
        f"http://jane:{secret()}@[::1]:1/a.jpg?sig={secret()}",
        f"http://jane:{secret()}@p{secret()}@{host}/gone.jpg",
        f"http://jane:{secret()}/{secret()}@{host}/a.jpg",
        f"http://jane:{secret()}:{secret()}@{host}/gone.jpg",
        f"http://jane:{secret()}#{secret()}@{host}/a.jpg",
        f"http://jane:{secret()}?{secret()}@{host}/a.jpg",
        f"http://jane:p%40{secret()}%2F@{host}/gone.jpg",
        f"http://jane:a {secret()}@{host}/gone.jpg",
        f"ftp://jane:{secret()}@{host}/a.jpg",
        f"gopher+x://jane:{secret()}@{host}/a.jpg",
        f"s3://key:{secret()}@missing-bucket/a.jpg?X-Amz-Signature={secret()}",
        f"images/a.jpg?sig={secret()}",
        f"images/http:/jane:{secret()}@{host}/a.jpg",
    ]


SAMPLE_COUNT = len(_urls_with_secrets(Secrets(), ""))


def _release(secret: Secrets, host: str) -> dict[str, Any]:
    samples = []
    for number, url in enumerate(_urls_with_secrets(secret, host)):
        texts = {"copy": f"https://jane:{secret()}@h/x", "text": f"see //j:{secret()}@h or https://h/?sig={secret()}"}
        annotations = [{"id": 1, "category_id": 1, "attributes": texts}]
        labeled = label(
            annotations=annotations,
            segmentation_bitmap={"url": url.replace(".jpg", ".png")},
            image_attributes=texts,
        )
        samples.append(
            {
                "name": f"https://jane:{secret()}@host/{number}.jpg?sig={secret()}",
                "uuid": f"uuid-{number}",
                "attributes": {"image": {"url": url}},
                "metadata": {**texts, "number": number},
                "labels": {"ground-truth": labeled},
            }
        )
    return {
        "name": f"v1 of https://jane:{secret()}@host/v1",
        "created_at": "2025-03-04 05:06:07",
        "dataset": {
            "name": "flowers",
            "owner": "jane",
            "description": f"A copy of https://jane:{secret()}@host/flowers?sig={secret()}",
            "task_type": "segmentation-bitmap",
            "task_attributes": {"categories": [{"id": 1, "name": f"//jane:{secret()}@host/flower?sig={secret()}"}]},
            "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
            "samples": samples,
        },
    }


@pytest.fixture
def secret() -> Secrets:
    return Secrets()


@pytest.fixture
def source(server: LoopbackServer, secret: Secrets, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Return a path, or a URL with a password and a signature, of a release with secrets."""
    host = server.address.removeprefix("http://")
    server.files |= {"/ok.jpg": jpeg((2, 2)), "/ok.png": bitmap([[0, 1], [1, 1]]), "/broken.jpg": b"<html>"}
    content = json.dumps(_release(secret, host)).encode()
    if request.param == "file":
        path = tmp_path / "data" / "release.json"
        path.parent.mkdir()
        path.write_bytes(content)
        return str(path)
    server.files["/release.json"] = content
    return f"http://jane:{secret()}@{host}/release.json?{_SIGNATURE.format(secret(), secret())}"


@pytest.fixture
def without_pauses_and_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the pauses between retries, and hide the cloud credentials of this machine."""
    monkeypatch.setattr("segments_hf.io.remote.retrying._pause", lambda *_: 0.0)
    monkeypatch.setattr("segments_hf.assets.host_names._PAUSES", ())
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


def _attempt(call: Callable[[], Any]) -> str:
    """Call a function, and return all text of its result or of its error."""
    try:
        result = call()
    except Exception as error:  # noqa: BLE001
        texts = [str(error), repr(error), repr(error.args), "".join(traceback.format_exception(error))]
        return "\n".join([*texts, pickle.dumps(error).decode("latin-1") if isinstance(error, SegmentsHFError) else ""])
    return f"{result!r}\n{result}"


def _rows(dataset: Any) -> Any:
    return dataset.with_format("arrow")[:].to_pylist() if hasattr(dataset, "num_rows") else list(dataset)


def _undecoded(stream: Any) -> Any:
    for column in ("image", "segmentation_bitmap"):
        stream = stream.cast_column(column, datasets.Image(decode=False))
    return stream


def _library_calls(source: str, out: Path) -> dict[str, Callable[[], Any]]:
    """Return calls of the Python API on a release."""
    short = {"timeout": 5}
    load = partial(segments_hf.load_release, source, split="train", **short)
    by_sample = {
        f"load sample {number}": lambda number=number: _rows(load(filter_by_metadata={"number": number}))
        for number in range(SAMPLE_COUNT)
    }
    return by_sample | {
        "load": lambda: _rows(load(on_error="keep")),
        "load without assets": lambda: _rows(load(load_assets=False)),
        "load in processes": lambda: _rows(load(on_error="keep", num_proc=2, embed=True)),
        "load until the first error": load,
        "stream": lambda: _rows(_undecoded(load(on_error="keep", streaming=True))),
        "repr of the stream": lambda: (stream := load(streaming=True), stream.info),
        "config": lambda: release_builder(source, resolve={"https://a:b@c/": "s3://x/"}).config,
        "pickled config": lambda: pickle.loads(pickle.dumps(release_builder(source).config)),
        "dataset": lambda: (dataset := load(load_assets=False), dataset.info, dataset._fingerprint),
        "pickled dataset": lambda: pickle.dumps(load(load_assets=False)),
        "release": lambda: segments_hf.Release.open(source),
        "images": lambda: [sample.images for sample in segments_hf.Release.open(source)],
        "keys": lambda: release_builder(source).config.release_keys,
        "validate": lambda: (report := segments_hf.validate(source, assets=True, **short), pickle.dumps(report)),
        "stats": lambda: (counted := segments_hf.stats(source, assets=True, **short), pickle.dumps(counted)),
        "preview": lambda: segments_hf.preview(source, out / "page.html", **short),
        "export": lambda: segments_hf.export_dataset(load(streaming=True, on_error="skip"), "coco", out / "coco"),
        "export with errors": lambda: segments_hf.export_dataset(source, "yolo", out / "yolo"),
        "push": lambda: segments_hf.push_to_hub(source, REPO, on_error="keep"),
        "push a layout": lambda: segments_hf.push_to_hub(source, REPO, layout="semantic-segmentation"),
    }


def _commands(source: str, out: Path) -> dict[str, Callable[[], Any]]:
    """Return calls of the command line on a release."""
    fetching = ["--assets", "--timeout", "5"]
    commands = {
        "inspect": [],
        "inspect --json": ["--json"],
        "validate": fetching,
        "validate --json": [*fetching, "--json"],
        "stats": fetching,
        "build": [str(out / "built"), "--timeout", "5"],
    }
    return {
        f"command {name}": lambda name=name, rest=rest: CliRunner().invoke(app, [name.split()[0], source, *rest]).output
        for name, rest in commands.items()
    }


def _wrong_locations(source: str, urls: list[str]) -> dict[str, Callable[[], Any]]:
    """Return calls that fail because the location of a release or of its images is one of `urls`."""
    calls: dict[str, Callable[[], Any]] = {}
    for number, url in enumerate(urls):
        calls |= {
            f"open release {number}": lambda url=url: segments_hf.Release.open(url),
            f"load release {number}": lambda url=url: segments_hf.load_release({"train": url}, streaming=True),
            f"moved to {number}": lambda url=url: segments_hf.load_release(source, timeout=5, resolve=lambda _: url),
        }
    return calls


def _files(*folders: Path) -> dict[str, str]:
    """Return the names and contents of files."""
    paths = [path for folder in folders for path in folder.rglob("*")]
    return {str(path): path.read_bytes().decode("latin-1") if path.is_file() else "" for path in paths}


@pytest.mark.slow
@pytest.mark.usefixtures("without_pauses_and_credentials")
@pytest.mark.parametrize("source", ["file", "url"], indirect=True)
def test_secrets_in_urls_are_neither_shown_nor_stored(
    hub: HubServer,
    source: str,
    server: LoopbackServer,
    secret: Secrets,
    tmp_path: Path,
    caches: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("botocore", "s3fs"):  # at level DEBUG they log requests with the credentials of the user
        logging.getLogger(name).setLevel(logging.INFO)
    out = tmp_path / "out"
    out.mkdir()
    # fsspec would wait for half a minute for an FTP response from the server of the test.
    urls = [
        url for url in _urls_with_secrets(secret, server.address.removeprefix("http://")) if not url.startswith("ftp")
    ]
    calls = _library_calls(source, out) | _commands(source, out) | _wrong_locations(source, urls)
    texts = {name: _attempt(call) for name, call in calls.items()}
    captured = capfd.readouterr()
    texts |= {"stdout": captured.out, "stderr": captured.err, "log": caplog.text}
    texts["log with arguments"] = repr([(record.msg, record.args) for record in caplog.records])
    files = _files(out, caches, tmp_path / "hub")
    texts |= files | {"names of files": "\n".join(files)}
    texts |= {f"on the Hub: {name}": content.decode("latin-1") for name, content in hub.files(REPO).items()}
    pushed = datasets.load_dataset(REPO, split="train")
    texts["rows on the Hub"] = repr(_rows(pushed))
    assert len(pushed) == SAMPLE_COUNT
    assert {path.name for path in out.iterdir()} == {"page.html", "coco"}
    assert {name: found for name, text in texts.items() if (found := secret.in_text(text))} == {}


@pytest.mark.usefixtures("without_pauses_and_credentials")
@pytest.mark.parametrize("source", ["file", "url"], indirect=True)
def test_urls_with_secrets_are_fetched_and_cached_once(source: str, server: LoopbackServer, caches: Path) -> None:
    for _ in range(2):
        rows = segments_hf.load_release(source, split="train", filter_by_metadata={"number": 0})
        assert rows[0]["image"].size == (2, 2)
    assert server.requests["/ok.jpg"] == server.requests["/ok.png"] == 1


@pytest.mark.usefixtures("without_pauses_and_credentials")
@pytest.mark.parametrize("source", ["url"], indirect=True)
def test_pickled_stream_fetches_urls_with_secrets(source: str) -> None:
    stream = segments_hf.load_release(source, split="train", streaming=True, filter_by_metadata={"number": 0})
    assert next(iter(pickle.loads(pickle.dumps(stream))))["image"].size == (2, 2)
