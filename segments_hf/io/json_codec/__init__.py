"""Decode and encode JSON."""
