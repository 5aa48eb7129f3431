"""Run commands that segments-hf has printed, in a shell and with the installed version of segments-hf."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


def run_command(command: str, folder: Path) -> str:
    """Run a command in a folder, and return what it prints. Caches are in the folder `.home` beside that folder."""
    environment = {
        **os.environ,
        "HF_HOME": str(folder.parent / ".home"),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def printed_commands(output: str, program: str) -> list[str]:
    """Return the commands of a program that an output contains, each on an indented line."""
    return [line.strip() for line in output.splitlines() if line.startswith(f"  {program} ")]
