"""Export rows to the files of other formats."""

from segments_hf.export.export_result import ExportResult
from segments_hf.export.exporter import export_dataset
from segments_hf.export.formats import FORMATS

__all__ = ["FORMATS", "ExportResult", "export_dataset"]
