"""The client of the Segments.ai REST API: releases by their names instead of by files."""

from segments_hf.release.platform.copies import releases_folder
from segments_hf.release.platform.pinning import pin
from segments_hf.release.platform.reference import Reference, canonical_source, parse_reference

__all__ = ["Reference", "canonical_source", "parse_reference", "pin", "releases_folder"]
