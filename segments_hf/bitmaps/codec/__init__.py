"""Encode and decode bitmaps and masks as images."""
