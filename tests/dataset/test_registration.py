"""Importing `segments_hf` makes its builder known, and costs nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from segments_hf.demo import demo_release

LOAD = "print(datasets.load_dataset('segments_release', data_files=RELEASE, split='train', load_assets=False).num_rows)"
HEAVY = {"datasets", "numpy", "PIL", "pyarrow", "pandas", "fsspec", "requests", "huggingface_hub"}


def run(code: str, caches) -> str:
    """What a fresh interpreter prints."""
    environment = {
        **os.environ,
        "HF_HOME": str(caches),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    command = [sys.executable, "-c", f"RELEASE = {str(demo_release())!r}\n{code}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_is_light(caches):
    code = f"import sys, segments_hf\nprint(sorted({HEAVY} & set(sys.modules)))"
    assert run(code, caches) == "[]"


def test_reading_a_release_needs_no_datasets(caches):
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
def test_whichever_is_imported_first(imports, caches):
    assert run(f"{imports}\n{LOAD}", caches) == "8"


def test_the_packaged_modules_of_datasets_stay(caches):
    code = (
        "import segments_hf, datasets\n"
        "from datasets.packaged_modules import _PACKAGED_DATASETS_MODULES as known\n"
        "print({'csv', 'parquet', 'imagefolder', 'segments_release'} <= set(known))"
    )
    assert run(code, caches) == "True"


def test_the_public_names():
    import segments_hf

    assert {"Release", "categories", "load_release"} <= set(dir(segments_hf))
    assert all(getattr(segments_hf, name) is not None for name in segments_hf.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        segments_hf.nothing  # noqa: B018
