"""The bytes behind a URL: http(s), buckets and local files; retries, checks, a cache, an ordered prefetch."""

from segments_hf.assets.asset import Asset
from segments_hf.assets.cache import AssetCache, default_cache_folder
from segments_hf.assets.check import check_picture
from segments_hf.assets.fetch import Fetcher
from segments_hf.assets.options import FetchOptions
from segments_hf.assets.picture import Header
from segments_hf.assets.prefetch import DECODERS, begin_ahead, prefetch
from segments_hf.assets.resolve import Resolve, resolver
from segments_hf.assets.segments_dir import SegmentsDir
from segments_hf.assets.traffic import Traffic
from segments_hf.assets.usage import Usage, find_files, remove_files, usage_of

__all__ = [
    "DECODERS",
    "Asset",
    "AssetCache",
    "FetchOptions",
    "Fetcher",
    "Header",
    "Resolve",
    "SegmentsDir",
    "Traffic",
    "Usage",
    "begin_ahead",
    "check_picture",
    "default_cache_folder",
    "find_files",
    "prefetch",
    "remove_files",
    "resolver",
    "usage_of",
]
