"""Wrong calls. `test_types.py` checks that type checkers report exactly the lines with `# wrong`; no test runs them."""

from __future__ import annotations

import segments_hf
from segments_hf import load_release


def mistakes() -> None:
    segments_hf.load_relase("flowers.json")  # wrong
    load_release(3)  # wrong
    load_release("flowers.json", spilt="train")  # wrong
    load_release("flowers.json", timeout="1 h")  # wrong
    load_release("flowers.json", splits={"train": 1.0}, split_by=["metadata:scene"])  # wrong
    segments_hf.to_layout(None, "object-detection")  # wrong
    segments_hf.add_instance_masks("flowers.json", palete=False)  # wrong
    segments_hf.validate("flowers.json", task="ground-truth")  # wrong
    segments_hf.contact_sheet("flowers.json", limit="4")  # wrong
    segments_hf.preview("flowers.json")  # wrong
