"""`import segments_hf` makes all public names available."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("earlier_import", ["segments_hf.{0}", "segments_hf.preview.page_file", "sys"])
def test_public_functions_are_not_hidden_by_folders_of_the_same_name(earlier_import: str) -> None:
    checks = [
        f"import segments_hf, {earlier_import.format(name)}; assert segments_hf.{name}.__name__ == {name!r}"
        for name in ("validate", "stats", "preview")
    ]
    # The checks run twice, because the first use of a function imports the folder of the same name.
    subprocess.run([sys.executable, "-c", "; ".join(2 * checks)], check=True)


def test_every_public_name_can_be_imported() -> None:
    import segments_hf

    assert all(getattr(segments_hf, name) is not None for name in segments_hf.__all__)
    assert set(segments_hf.__all__) <= set(dir(segments_hf))


def test_every_module_can_be_imported_without_extras() -> None:
    import segments_hf

    # .ci/run also runs this test on the oldest and the newest Python, in environments without extras.
    for module in pkgutil.walk_packages(segments_hf.__path__, "segments_hf."):
        importlib.import_module(module.name)


def test_type_checkers_see_the_public_names() -> None:
    import segments_hf

    tree = ast.parse(Path(segments_hf.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    imported = [alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(imported) == sorted(segments_hf.__all__)


def test_all_errors_are_public() -> None:
    import segments_hf
    from segments_hf import errors

    names = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert names <= set(segments_hf.__all__)


@pytest.mark.parametrize("name", ["bitmaps.decode_bitmap", "demo.demo_release", "errors.OptionError", "points.boxes"])
def test_subpackages_are_available_after_import_of_the_package(name: str) -> None:
    subprocess.run([sys.executable, "-c", f"import segments_hf; segments_hf.{name}"], check=True)


def test_import_does_not_import_datasets() -> None:
    code = "import sys, segments_hf; sys.exit(bool({'datasets', 'numpy', 'PIL', 'pyarrow'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_name_is_an_attribute_error() -> None:
    import segments_hf

    with pytest.raises(AttributeError, match="load_relase"):
        segments_hf.load_relase  # type: ignore[attr-defined]  # noqa: B018
