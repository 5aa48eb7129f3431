"""The names that `import segments_hf` offers."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("function", ["validate", "stats", "preview"])
@pytest.mark.parametrize("first", ["import segments_hf.{0}", "import segments_hf.preview.page_file", "pass"])
def test_public_functions_are_not_hidden_by_folders_of_the_same_name(function: str, first: str) -> None:
    code = f"import segments_hf; {first.format(function)}; assert segments_hf.{function}.__name__ == {function!r}"
    subprocess.run([sys.executable, "-c", f"{code}; {code}"], check=True)


def test_every_public_name_can_be_imported() -> None:
    import segments_hf

    assert all(getattr(segments_hf, name) is not None for name in segments_hf.__all__)
    assert set(segments_hf.__all__) <= set(dir(segments_hf))


def test_bitmaps_needs_no_import_of_its_own() -> None:
    code = "import segments_hf; segments_hf.bitmaps.decode_bitmap"
    subprocess.run([sys.executable, "-c", code], check=True)
