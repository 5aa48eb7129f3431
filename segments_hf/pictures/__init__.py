"""Rows to pictures."""

from segments_hf.pictures.contact_sheet import contact_sheet
from segments_hf.pictures.label_picture import label_picture
from segments_hf.pictures.overlay import overlay

__all__ = ["contact_sheet", "label_picture", "overlay"]
