"""The training script of the demo trains a network for one step."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from first_steps import BIN, printed_commands, run_command

pytestmark = pytest.mark.training


@pytest.mark.skipif(not (BIN / "segments-hf").exists(), reason="the command is not installed: pip install .")
@pytest.mark.parametrize(("options", "classes"), [("", 3), (" --kind point-cloud", 8)], ids=["image", "point-cloud"])
def test_training_command_that_demo_prints_trains_one_step_and_prints_the_loss(
    options: str, classes: int, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (training_command,) = printed_commands(run_command(f"segments-hf demo{options}", folder), "python")
    (loss,) = re.findall(r"loss: ([\d.]+)", run_command(training_command, folder))
    assert 0 < float(loss) < 2 * math.log(classes)  # a random guess among n classes has a loss of log n
