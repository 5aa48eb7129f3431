"""Rows to pictures."""

from segments_hf.pictures.contact_sheet import contact_sheet
from segments_hf.pictures.label_picture import label_picture

__all__ = ["contact_sheet", "label_picture"]
