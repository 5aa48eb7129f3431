"""Looking at data before it is used. What needs `datasets`, which takes its time, is in modules of its own."""

from segments_hf.look.finding import Finding
from segments_hf.look.inspection import CategoryCount, Inspection, inspect_release
from segments_hf.look.report import Report

__all__ = ["CategoryCount", "Finding", "Inspection", "Report", "inspect_release"]
