"""`import segments_hf` registers the builder with `datasets`, and imports no large library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from segments_hf.demo import demo_release

LOAD_CODE = (
    "print(datasets.load_dataset('segments_release', data_files=RELEASE, split='train', load_assets=False).num_rows)"
)
LARGE_LIBRARIES = {"aiohttp", "datasets", "numpy", "PIL", "pyarrow", "pandas", "fsspec", "requests", "huggingface_hub"}


def run(code: str, caches) -> str:
    """Run code in a new interpreter, with its caches in the folder `caches`, and return its output."""
    environment = {
        **os.environ,
        "HF_HOME": str(caches),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    command = [sys.executable, "-c", f"RELEASE = {str(demo_release())!r}\n{code}"]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout.strip()


def test_import_loads_no_large_library(caches):
    code = f"import sys, segments_hf\nprint(sorted({LARGE_LIBRARIES} & set(sys.modules)))"
    assert run(code, caches) == "[]"


def test_release_open_does_not_import_datasets(caches):
    code = "import sys, segments_hf\nsegments_hf.Release.open(RELEASE)\nprint('datasets' in sys.modules)"
    assert run(code, caches) == "False"


@pytest.mark.parametrize(
    "imports",
    [
        "import segments_hf, datasets",
        "import datasets, segments_hf",
        "import segments_hf; from datasets import load_dataset; import datasets",
        "import datasets.packaged_modules, segments_hf",
        "import segments_hf, importlib; importlib.reload(segments_hf); import datasets",
    ],
    ids=str,
)
def test_load_dataset_finds_the_builder_in_any_order_of_imports(imports, caches):
    assert run(f"{imports}\n{LOAD_CODE}", caches) == "8"


def test_registration_keeps_the_packaged_modules_of_datasets(caches):
    code = (
        "import segments_hf, datasets\n"
        "from datasets.packaged_modules import _PACKAGED_DATASETS_MODULES as known\n"
        "print({'csv', 'parquet', 'imagefolder', 'segments_release'} <= set(known))"
    )
    assert run(code, caches) == "True"


def test_unknown_public_name_raises_attribute_error():
    import segments_hf

    with pytest.raises(AttributeError, match="nothing"):
        segments_hf.nothing  # noqa: B018
