"""Run the notebooks of the tutorials and store their outputs, which the documentation shows.

Run `python tools/run_tutorials.py` after each change of a notebook. It needs the packages that the tutorials name, and
the extra `docs`. To run only some notebooks, pass their names: `python tools/run_tutorials.py detr`.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "docs" / "tutorials"
SECONDS_PER_CELL = 900  # long enough for a machine that does other work too; training takes one to three minutes


def main(arguments: Sequence[str] | None = None) -> None:
    """Run notebooks and replace their stored outputs."""
    names = sys.argv[1:] if arguments is None else arguments
    files = [NOTEBOOKS / f"{name}.ipynb" for name in names] or sorted(NOTEBOOKS.glob("*.ipynb"))
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            notebook = run_notebook(file, Path(folder))
        nbformat.write(notebook, file)
        print(f"Stored the outputs of {file.name} ({file.stat().st_size / 1000:.0f} kB)")


def run_notebook(file: Path, folder: Path) -> nbformat.NotebookNode:
    """Run a notebook in a new kernel and return it with its new outputs.

    Args:
        file: The notebook.
        folder: The working directory of the kernel. The caches of `datasets` and segments-hf are below it.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell raises an error.
    """
    notebook: nbformat.NotebookNode = nbformat.read(file, as_version=4)
    environment = {
        **os.environ,
        "HF_HOME": str(folder / "huggingface"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",  # the order of additions, and thus the result, does not depend on the number of cores
    }
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    )
    client.execute(env=environment)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            keep_smaller_picture(output.get("data", {}))
    return notebook


def keep_smaller_picture(data: dict[str, str]) -> None:
    """Remove the larger picture of an output, because notebooks store a Pillow image as PNG and as JPEG."""
    pictures = {kind: content for kind, content in data.items() if kind in {"image/png", "image/jpeg"}}
    for kind in sorted(pictures, key=lambda kind: len(pictures[kind]))[1:]:
        del data[kind]


if __name__ == "__main__":
    main()
