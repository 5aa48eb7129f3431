"""Looking at data before it is used."""

from segments_hf.look.inspection import CategoryCount, Inspection, inspect_release

__all__ = ["CategoryCount", "Inspection", "inspect_release"]
