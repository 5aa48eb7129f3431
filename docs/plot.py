"""Draw docs/plot.png: a row of the demo release as `segments_hf.plot` shows it.

Run it with `python docs/plot.py`.
"""

from __future__ import annotations

from pathlib import Path

import segments_hf
from segments_hf.demo import demo_release


def main() -> None:
    """Draw the figure."""
    flowers = segments_hf.load_release(demo_release(), split="train")
    segments_hf.plot(flowers[1], flowers).savefig(Path(__file__).with_name("plot.png"), dpi=75)


if __name__ == "__main__":
    main()
