"""Draw rows as pictures: overlays, labels, contact sheets and plots."""

from segments_hf.drawing.contact_sheet import contact_sheet
from segments_hf.drawing.label_picture import label_picture
from segments_hf.drawing.overlay import overlay

__all__ = ["contact_sheet", "label_picture", "overlay"]
