"""Read an export as Pointcept does: `DefaultDataset` in `datasets/defaults.py`, and `Config` in `utils/config.py`."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Any

import numpy as np

_ASSETS = {"coord", "color", "normal", "strength", "segment", "instance", "pose"}


def read_clouds(folder: Path, split: str) -> dict[str, dict[str, np.ndarray]]:
    """Return the arrays of each point cloud of a split, by the name of its folder."""
    found = sorted(glob.glob(str(folder / split / "*")))  # noqa: PTH207  unlike Path.glob, glob.glob skips hidden folders
    return {Path(path).name: _arrays(Path(path)) for path in found}


def _arrays(folder: Path) -> dict[str, np.ndarray]:
    return {file.stem: np.load(file) for file in folder.iterdir() if file.suffix == ".npy" and file.stem in _ASSETS}


def read_config(folder: Path) -> dict[str, Any]:
    """Return the variables of the configuration, after the replacement of the variables of Pointcept in its text."""
    text = (folder / "pointcept_dataset.py").read_text("utf-8")
    for name in ("fileDirname", "fileBasename", "fileBasenameNoExtension", "fileExtname"):
        text = re.sub(r"\{\{\s*" + name + r"\s*\}\}", "replaced", text)
    text = re.sub(r"\{\{\s*_base_\.([\w\.]+)\s*\}\}", '"replaced"', text)
    variables: dict[str, Any] = {}
    exec(compile(text, "pointcept_dataset.py", "exec"), {"__builtins__": {"dict": dict}}, variables)
    return variables
