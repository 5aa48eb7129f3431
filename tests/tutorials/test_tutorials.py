"""The notebooks of the tutorials run as a reader runs them, and their models learn what the text says."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "tutorials").glob("*.ipynb"))
NEEDED = ("torch", "transformers", "accelerate", "scipy", "matplotlib", "nbclient", "ipykernel")


def outputs_of(notebook: Any, kind: str) -> list[Any]:
    """Return the outputs of one kind, of all cells."""
    return [item for cell in notebook["cells"] for item in cell.get("outputs", []) if item["output_type"] == kind]


def result_of(notebook: Any, cell_id: str) -> Any:
    """Return the value of the last line of a cell, which is a Python literal."""
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == cell_id]
    [text] = [item["data"]["text/plain"] for item in cell["outputs"] if item["output_type"] == "execute_result"]
    return ast.literal_eval("".join(text))


def check_clean(notebook: Any) -> None:
    """Assert that all code cells ran in order, and that none of them raised an error or wrote a warning."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [*range(1, len(code) + 1)]
    assert outputs_of(notebook, "error") == []
    assert [item["text"] for item in outputs_of(notebook, "stream") if item["name"] == "stderr"] == []


def check_segformer(notebook: Any) -> None:
    """Assert that the predicted masks of images that the model has not seen resemble the labeled ones."""
    scores = result_of(notebook, "evaluate")
    assert scores["eval_mean_iou"] > 0.65
    assert min(scores[f"eval_iou_{name}"] for name in ("unlabeled", "flower", "leaf")) > 0.5


def check_detr(notebook: Any) -> None:
    """Assert that most labeled objects are found, with few other boxes."""
    scores = result_of(notebook, "evaluate")
    assert scores["labeled"] == 42
    assert scores["found"] >= 30
    assert scores["predicted"] <= 60


CHECKS = {"detr": check_detr, "segformer": check_segformer}


def test_each_tutorial_has_a_check() -> None:
    assert [file.stem for file in NOTEBOOKS] == [*CHECKS]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_stored_outputs_of_a_notebook_are_small_and_complete(file: Path) -> None:
    assert file.stat().st_size < 350_000
    notebook = json.loads(file.read_text("utf-8"))
    check_clean(notebook)
    CHECKS[file.stem](notebook)


@pytest.mark.training
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_notebook_runs_from_an_empty_folder(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = [name for name in NEEDED if name not in sys.modules and importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the tutorials need {', '.join(missing)}: pip install {' '.join(missing)}")
    monkeypatch.syspath_prepend(ROOT / "tools")
    from run_tutorials import run_notebook

    notebook = run_notebook(file, tmp_path)
    check_clean(notebook)
    CHECKS[file.stem](notebook)
