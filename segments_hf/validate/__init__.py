"""Check a release or a dataset before training."""

from segments_hf.validate.finding import Finding
from segments_hf.validate.report import Report

__all__ = ["Finding", "Report"]
