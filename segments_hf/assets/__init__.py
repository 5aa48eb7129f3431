"""The bytes behind a URL: http(s) and local files; retries, a cache, an ordered prefetch."""

from segments_hf.assets.cache import AssetCache, default_cache_folder
from segments_hf.assets.fetch import Asset, Fetcher, shared_client
from segments_hf.assets.http import HttpClient
from segments_hf.assets.picture import picture_size
from segments_hf.assets.prefetch import prefetch
from segments_hf.assets.segments_dir import SegmentsDir

__all__ = [
    "Asset",
    "AssetCache",
    "Fetcher",
    "HttpClient",
    "SegmentsDir",
    "default_cache_folder",
    "picture_size",
    "prefetch",
    "shared_client",
]
