"""The files of the package follow the rules of the design. The import linter checks the layers."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import segments_hf

PACKAGE = Path(segments_hf.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
WRITERS = {PACKAGE / "io" / "disk" / name for name in ("atomic.py", "staging.py")}
SHARED_NAMES = {"__init__.py", "compat.py"}  # file names that several folders may have


def test_all_modules_have_different_file_names() -> None:
    counts = Counter(file.name for file in FILES if file.name not in SHARED_NAMES)
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_module_is_longer_than_300_lines() -> None:
    assert [file.name for file in FILES if len(file.read_text("utf-8").splitlines()) > 300] == []


def test_demo_folder_contains_only_data() -> None:
    assert [file.name for file in (PACKAGE / "demo").rglob("*.py")] == ["__init__.py"]


PATH_METHODS = {
    *("write_text", "write_bytes", "rename", "unlink", "rmdir", "mkdir", "touch", "symlink_to", "hardlink_to"),
    *("chmod", "tofile"),
}
SAVE_METHODS = {"save", "savefig"}  # of images and figures; they can also write to a file in memory


def writes(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of calls that write to a path and that TID251 of ruff cannot detect."""
    in_memory = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name(node.value.func) == "BytesIO"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, is_method = _name(node.func), isinstance(node.func, ast.Attribute)
        target = node.args[0] if node.args else None
        if name == "open":
            modes = [*node.args[0 if is_method else 1 :], *(word.value for word in node.keywords if word.arg == "mode")]
            known_modes = [
                mode.value for mode in modes if isinstance(mode, ast.Constant) and isinstance(mode.value, str)
            ]
            is_unknown = not is_method and len(known_modes) < len(modes)  # the mode is a variable
            if is_unknown or any(set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in known_modes):
                yield node.lineno
        elif is_method and (
            name in PATH_METHODS
            # `str.replace` has two arguments; `dataclasses.replace` and `inspect.Parameter.replace` have keywords.
            or (name == "replace" and len(node.args) == 1 and not node.keywords)
            or (name in SAVE_METHODS and not (isinstance(target, ast.Name) and target.id in in_memory))
        ):
            yield node.lineno


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_files_are_written_only_by_io_disk(file: Path) -> None:
    found = list(writes(ast.parse(file.read_text("utf-8"))))
    assert file in WRITERS or found == []


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('open(path, "w")', True),
        ('open(path, mode="ab")', True),
        ("open(path, mode)", True),
        ('path.open("xb")', True),
        ('path.open("r+b")', True),
        ("path.write_text(text)", True),
        ("path.replace(other)", True),
        ("path.rename(other)", True),
        ('image.save(path, "PNG")', True),
        ('Release.open("a.json")', False),
        ('open(path, "rb")', False),
        ('path.open("rb")', False),
        ('text.replace("a", "b")', False),
        ("parameter.replace(kind=kind)", False),
        ('file = io.BytesIO()\nimage.save(file, "PNG")', False),
    ],
)
def test_calls_that_write_are_found(code: str, is_found: bool) -> None:
    assert bool(list(writes(ast.parse(code)))) == is_found
