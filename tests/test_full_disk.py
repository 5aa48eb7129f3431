"""On full disks and unwritable paths, functions that write files raise `StorageError` and leave no incomplete files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.errors import StorageError
from segments_hf.stats.figures import save_figures

COMMANDS = {
    "build": ["build", "{release}", "{out}"],
    "build parquet": ["build", "{release}", "{out}", "--format", "parquet"],
    "export coco": ["export", "{release}", "coco", "{out}"],
    "export yolo": ["export", "{release}", "yolo", "{out}"],
    "export voc": ["export", "{release}", "voc", "{out}"],
    "export semantic": ["export", "{release}", "semantic", "{out}"],
    "preview": ["preview", "{release}", "{out}"],
    "stats": ["stats", "{release}", "--figures", "{out}"],
    "demo": ["demo", "{out}"],
    "cache_dir": ["build", "{release}", "{other}", "--cache-dir", "{out}"],
}


def arguments(name: str, out: Path) -> list[str]:
    paths = {"release": demo_release(), "out": out, "other": out.parent.parent / "other"}
    return [part.format(**paths) for part in COMMANDS[name]]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_with_a_file_in_the_output_path_advises_another_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    result = CliRunner().invoke(app, arguments(name, tmp_path / "file" / "out"))
    assert result.exit_code == 1, result.output
    assert "another path" in " ".join(result.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"mine"


# A program that calls functions with a limit on the size of files, and prints the errors and the files that remain.
PROGRAM = """
import resource, signal, sys, traceback
from pathlib import Path
import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import StorageError
from segments_hf.stats.figures import save_figures
out = Path(sys.argv[1])
rows = segments_hf.load_release(demo_release(), cache_dir=out / "cache")
counted = segments_hf.stats(demo_release())
clouds = {
    kind: segments_hf.load_release(demo_release(kind), cache_dir=out / "cache")
    for kind in ("street-cuboids", "street-segmentation")
}
cloud_formats = {"openpcdet": "street-cuboids", "nuscenes": "street-cuboids", "semantic-kitti": "street-segmentation"}
def build():
    from segments_hf.dataset.load import release_builder
    from segments_hf.dataset.save import save_build
    save_build(release_builder(demo_release(), embed=True, cache_dir=out / "cache"), out / "new" / "build", sys.argv[2])
calls = {
    "arrow": build,
    "load": lambda: segments_hf.load_release(demo_release(), embed=True, cache_dir=out / "cache"),
    **{name: lambda name=name: segments_hf.export_dataset(rows, name, out / "new" / name) for name in (
        "coco", "coco-panoptic", "yolo", "pascal-voc", "semantic", "instance-color", "polygon")},
    **{
        name: lambda name=name, kind=kind: segments_hf.export_dataset(
            clouds[kind], name, out / "new" / name, images="none"
        )
        for name, kind in cloud_formats.items()
    },
    "preview": lambda: segments_hf.preview(rows, out / "new" / "page.html"),
    "figures": lambda: save_figures(counted, out / "new" / "figures"),
}
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
for name, call in calls.items():
    try:
        call()
        print(name, "ok")
    except StorageError as error:
        print(name, "StorageError", "free some space" in str(error))
    except BaseException as error:
        print(name, type(error).__name__, error)
        traceback.print_exc()
left = [path for path in (out / "new").rglob("*") if path.is_file()] if (out / "new").exists() else []
unfinished = list(out.rglob("*.incomplete"))
print("left", [str(path) for path in [*left, *unfinished]])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize(
    ("limit", "file_format"), [(0, "arrow"), (3000, "parquet")], ids=["no byte fits", "a few bytes fit"]
)
def test_function_on_full_disk_raises_storage_error_and_leaves_no_files(
    tmp_path: Path, limit: int, file_format: str
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), file_format, str(limit)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "HF_HOME": str(tmp_path / "home")},
    )
    outcomes = dict(line.split(" ", 1) for line in result.stdout.splitlines())
    assert outcomes.pop("left", None) == "[]", result.stdout + result.stderr
    assert len(outcomes) == 14, result.stdout + result.stderr
    assert set(outcomes.values()) == {"StorageError True"}, result.stdout + result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command",
    [["validate", "{release}", "--json"], ["stats", "{release}", "--json"], ["inspect", "{release}"]],
    ids=["validate", "stats", "inspect"],
)
@pytest.mark.slow
def test_command_with_full_standard_output_advises_to_free_space(command: list[str]) -> None:
    arguments = [part.format(release=demo_release()) for part in command]
    with Path("/dev/full").open("wb") as full:
        code = "import sys; from segments_hf.cli.app import main; sys.argv[0] = 'segments-hf'; main()"
        program = [sys.executable, "-c", code, *arguments]
        result = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert result.returncode == 1, result.stderr
    assert "free some space" in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr


@pytest.mark.parametrize(
    "write",
    [
        lambda out: segments_hf.export_dataset(demo_release(), "coco", out),
        lambda out: segments_hf.preview(demo_release(), out),
        lambda out: save_figures(segments_hf.stats(demo_release()), out),
        lambda out: segments_hf.load_release(demo_release(), cache_dir=out),
    ],
    ids=["export", "preview", "figures", "load"],
)
def test_function_with_a_file_in_the_output_path_raises_storage_error(
    tmp_path: Path, write: Callable[[Path], Any]
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(StorageError, match="another path"):
        write(tmp_path / "file" / "out")
    assert (tmp_path / "file").read_bytes() == b"mine"
