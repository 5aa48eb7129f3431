"""Private and undocumented names of `datasets` and `huggingface_hub` are used in two files only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "segments_hf"
LIBRARIES = {"datasets", "huggingface_hub"}
COMPAT = {PACKAGE / "dataset" / "compat.py", PACKAGE / "hub" / "compat.py"}

# The documented names of each submodule; None if all names without an initial underscore are documented.
DOCUMENTED: dict[str, set[str] | None] = {
    "datasets.fingerprint": {"Hasher"},
    "huggingface_hub.constants": {"HF_HOME"},
    "huggingface_hub.errors": None,
    "huggingface_hub.hf_api": {"RepoFile"},
    "huggingface_hub.utils": None,
}
# The private methods of `datasets` that the builder overrides. The last two are not documented; dataset/test_compat.py
# tests them.
OVERRIDDEN = {"_info", "_split_generators", "_generate_examples", "_download_and_prepare", "_prepare_split_single"}
DOCUMENTED_ELSEWHERE = {"_replace", "_asdict", "_fields", "_exit"}  # names of named tuples, and `os._exit`
FSSPEC_NAMES = {("io/remote/object_stores.py", "_strip_protocol")}  # fsspec documents this name

FILES = sorted(set(PACKAGE.rglob("*.py")) - COMPAT)


def is_undocumented(module: str, name: str) -> bool:
    known = DOCUMENTED.get(module, set()) if module not in LIBRARIES else None
    return name.startswith("_") or (known is not None and name not in known)


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the undocumented modules and names of the libraries that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                alias.name for alias in node.names if "." in alias.name and alias.name.split(".")[0] in LIBRARIES
            )
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in LIBRARIES:
            names = (alias.name for alias in node.names)
            yield from (f"{node.module}.{name}" for name in names if is_undocumented(node.module, name))


def attributes(tree: ast.AST) -> Iterator[str]:
    """Yield the undocumented attributes of modules of the libraries, and the private attributes of other objects."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        owner = ast.unparse(node.value)
        is_module = isinstance(getattr(datasets, owner.partition(".")[2], None), type(datasets))
        if owner.partition(".")[0] in LIBRARIES and "." in owner and is_module and is_undocumented(owner, node.attr):
            yield f"{owner}.{node.attr}"
        is_private = node.attr.startswith("_") and not node.attr.startswith("__")
        if is_private and owner not in {"self", "cls", "super()"} and node.attr not in DOCUMENTED_ELSEWHERE:
            yield f"{owner}.{node.attr}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_compat_files_use_private_names(file: Path) -> None:
    tree = ast.parse(file.read_text())
    allowed = {name for path, name in FSSPEC_NAMES if file == PACKAGE / path}
    found = [*imports(tree), *(name for name in attributes(tree) if name.rpartition(".")[2] not in allowed)]
    assert found == []


def test_builder_uses_only_listed_private_names_of_its_base_class() -> None:
    base = datasets.GeneratorBasedBuilder
    assert set(vars(base)) | set(vars(datasets.DatasetBuilder)) >= OVERRIDDEN
    tree = ast.parse((PACKAGE / "dataset" / "building" / "builder.py").read_text())
    (builder,) = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "SegmentsRelease")
    used = {node.attr for node in ast.walk(builder) if isinstance(node, ast.Attribute)}
    used |= {node.name for node in ast.walk(builder) if isinstance(node, ast.FunctionDef)}
    inherited = {name for name in dir(base) if name.startswith("_") and not name.startswith("__")}
    set_by_init = {  # the private attributes that `__init__` of the base class sets
        "_output_dir",
        "_cache_dir",
        "_cache_dir_root",
        "_fs",
        "_file_format",
        "_record_infos",
    }
    assert used & (inherited | set_by_init) <= OVERRIDDEN


@pytest.mark.parametrize(
    "code",
    [
        "from datasets.table import embed_table_storage",
        "from huggingface_hub.utils._http import get_session",
        "import datasets.packaged_modules",
        "import datasets\ndatasets.config.DATASET_INFO_FILENAME",
        "rows._fingerprint",
    ],
    ids=[
        "undocumented function",
        "private module",
        "undocumented module",
        "undocumented attribute",
        "private attribute",
    ],
)
def test_one_private_name_is_found_in_code_with_a_private_name(code: str) -> None:
    tree = ast.parse(code)
    assert len([*imports(tree), *attributes(tree)]) == 1
