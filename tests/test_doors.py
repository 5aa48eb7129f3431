"""Only some modules, the doors, make calls that read untrusted input or write files. Ruff bans such calls elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import segments_hf

PACKAGE = Path(segments_hf.__file__).parent
PROJECT = Path(__file__).parents[1]
# The modules that make a banned call, and their banned calls.
DOORS = {
    "images/exif_data/exif.py": {"PIL.ImageOps.exif_transpose"},
    "images/opening.py": {"PIL.Image.open"},
    "io/disk/atomic.py": {"os.makedirs", "os.open", "os.replace", "os.unlink", "shutil"},
    "io/disk/staging.py": {"os.link", "os.open"},
    "io/json_codec/json_decoding.py": {"msgspec.json.Decoder"},
    "io/remote/fsspec_file.py": {"fsspec.open"},
    "io/redaction.py": {"logging.getLogger"},
    "io/remote/remote_file.py": {"logging.getLogger", "requests.Session"},
    "points/files/las_file.py": {"laspy.open"},
    "points/files/pcd_file.py": {"lzf.decompress"},
}
# Banned calls. A module may make such a call only if `DOORS` lists the call for the module.
CALLS = [
    *("PIL.Image.open", "PIL.ImageFile.Parser", "PIL.ImageOps.exif_transpose"),
    *("gzip.GzipFile", "gzip.decompress", "gzip.open", "zlib.decompress"),
    *("laspy.LasReader", "laspy.mmap", "laspy.open", "laspy.read", "lzf.decompress"),
    *("json.JSONDecoder", "json.load", "json.loads", "msgspec.json.Decoder", "msgspec.json.decode"),
    *("requests.Session", "requests.delete", "requests.get", "requests.head", "requests.options", "requests.patch"),
    *("requests.post", "requests.put", "requests.request", "requests.api.get", "requests.sessions.Session"),
    *("urllib.request.build_opener", "urllib.request.urlopen", "urllib.request.urlretrieve"),
    *("fsspec.open", "fsspec.open_files"),
    "logging.getLogger",
    *("codecs.open", "io.open", "os.fdopen", "os.link", "os.open", "os.replace", "os.rename", "os.unlink"),
    *("shutil.move", "shutil.rmtree", "tempfile.mkdtemp", "tempfile.NamedTemporaryFile"),
]
RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")

needs_ruff = pytest.mark.skipif(
    RUFF is None or not (PROJECT / "pyproject.toml").is_file(), reason="ruff or the project's pyproject.toml is absent"
)


def _banned(code: str, file: str, *options: str) -> set[tuple[int, str]]:
    """Return the line and the name of each banned call in a module."""
    command = [
        str(RUFF),
        "check",
        "--select",
        "TID251",
        "--output-format",
        "concise",
        "--stdin-filename",
        file,
        *options,
    ]
    result = subprocess.run([*command, "-"], input=code, capture_output=True, text=True, cwd=PROJECT, check=False)
    assert not result.stderr, result.stderr
    found = re.finditer(r":(\d+):\d+: TID251 `([^`]+)` is banned", result.stdout)
    return {(int(match[1]), match[2]) for match in found}


@needs_ruff
def test_ruff_bans_the_underlying_calls_of_the_doors() -> None:
    imports = [f"import {call.rpartition('.')[0]}\n{call}()\n" for call in CALLS]
    from_imports = ["from {0} import {2}\n{2}()\n".format(*call.rpartition(".")) for call in CALLS]
    for folder in ("labels", "io", "images", "io/disk"):
        for code in (imports, from_imports):
            found = {(line + 1) // 2 for line, _ in _banned("".join(code), f"segments_hf/{folder}/planted.py")}
            missed = [call for number, call in enumerate(CALLS, start=1) if number not in found]
            assert missed == []


@needs_ruff
@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_module_makes_only_the_banned_calls_of_its_door(file: Path) -> None:
    name = file.relative_to(PACKAGE).as_posix()
    text = file.read_text("utf-8")
    if name not in DOORS:
        assert "TID251" not in text
        return
    banned = _banned(text, f"segments_hf/{name}", "--ignore-noqa")
    assert {call for _, call in banned} == DOORS[name]
    assert _banned(text, f"segments_hf/{name}") == set()
