"""Bitmaps and masks as pictures."""
