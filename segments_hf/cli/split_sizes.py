"""Print the sizes of the splits that a command makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.cli.console import print_line

if TYPE_CHECKING:
    from segments_hf.dataset.building.builder import SegmentsRelease


def print_split_sizes(builder: SegmentsRelease) -> None:
    """Print the size of each split, and how samples are assigned to splits, if the release is divided into splits."""
    from segments_hf.dataset.building.plan import plan_splits, split_sizes
    from segments_hf.dataset.building.split_summary import split_summary

    rule = builder.config.split_rule
    if rule is not None:
        if builder.config.sensor is not None:
            print_line(f"Sensor {builder.config.sensor}:")
        for sentence in split_summary(rule, split_sizes(plan_splits(builder.config))):
            print_line(sentence)
