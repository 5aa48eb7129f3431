"""Export rows to the files of other formats."""

from segments_hf.export.exporter import Exported, export_dataset
from segments_hf.export.formats import FORMATS

__all__ = ["FORMATS", "Exported", "export_dataset"]
