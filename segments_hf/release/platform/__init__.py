"""Load releases from the Segments.ai platform by their names: references, the REST client and the cache."""

from segments_hf.release.platform.copies import releases_folder
from segments_hf.release.platform.pinning import pin
from segments_hf.release.platform.reference import Reference, canonical_source, parse_reference

__all__ = ["Reference", "canonical_source", "parse_reference", "pin", "releases_folder"]
