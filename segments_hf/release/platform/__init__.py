"""Load releases from the Segments.ai platform by their names: references, the REST client and the cache."""

from segments_hf.release.platform.pinning import pin
from segments_hf.release.platform.reference import Reference, canonical_source, parse_reference
from segments_hf.release.platform.release_cache import releases_folder

__all__ = ["Reference", "canonical_source", "parse_reference", "pin", "releases_folder"]
