"""``segments-hf push --engine ray`` starts Ray on this machine, and resumes when it is run again after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LoopbackServer, WriteRelease
from hub.demo_push import REPO
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from typer.testing import CliRunner

import segments_hf
from distributed.pushes import UPLOAD, assert_received_once, image_samples, pushed_rows
from distributed.task_functions import wait_for
from segments_hf.cli.app import app
from segments_hf.demo import demo_release


def start_command(release: Path, output: Path) -> subprocess.Popen[bytes]:
    """Start the command with a token as an option, and none in the environment."""
    environment = {**os.environ, "HF_HOME": str(output.parent / "home")}
    del environment["HF_TOKEN"]
    program = "from segments_hf.cli.app import main; main()"
    arguments = ["push", str(release), REPO, "--engine", "ray", "--token", "hf_jane"]
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@pytest.mark.slow
def test_push_command_that_runs_again_after_ctrl_c_resumes(
    hub: HubServer, server: LoopbackServer, write_release: WriteRelease, tmp_path: Path
) -> None:
    pytest.importorskip("ray")
    release = write_release(image_samples(server, 320))
    delay = Fault(*UPLOAD, 3.0, times=1, after=3)
    hub.faults.append(delay)
    process = start_command(release, tmp_path / "interrupted.txt")
    wait_for(lambda: not delay.times or process.poll() is not None, 120)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.wait(60) == 130, (tmp_path / "interrupted.txt").read_text()
    assert "Traceback" not in (tmp_path / "interrupted.txt").read_text()
    assert hub.files(REPO).keys() == {".gitattributes"}
    received = len(hub.received)
    assert start_command(release, tmp_path / "again.txt").wait(120) == 0, (tmp_path / "again.txt").read_text()
    assert "the Hub already had" in (tmp_path / "again.txt").read_text()
    assert 3 <= received < len(hub.received) == 6  # five slices and the contact sheet
    assert_received_once(hub)
    segments_hf.push_to_hub(release, "jane/alone")
    assert pushed_rows(hub, REPO) == pushed_rows(hub, "jane/alone")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "ray", "--num-proc", "2"], "--num-proc: got 2 together with --engine ray"),
        (["--address", "auto"], "--address: got 'auto' without --engine ray"),
    ],
    ids=["processes with Ray", "address without Ray"],
)
def test_option_of_the_other_engine_is_an_error(options: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["push", str(demo_release()), REPO, *options])
    assert result.exit_code == 1
    assert message in result.output


def test_error_of_missing_ray_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    result = CliRunner().invoke(app, ["push", str(demo_release()), REPO, "--engine", "ray"])
    assert result.exit_code == 1
    assert "segments-hf[ray]" in result.output
