"""Locate, download, check and cache assets."""

from segments_hf.assets.asset import Asset
from segments_hf.assets.asset_cache import AssetCache, default_cache_folder
from segments_hf.assets.asset_check import AssetCheck, CloudCheck, ImageCheck
from segments_hf.assets.fetcher import Fetcher
from segments_hf.assets.location import Location
from segments_hf.assets.resolve import Resolve, resolver
from segments_hf.assets.segments_dir import SegmentsDir
from segments_hf.assets.traffic import Traffic
from segments_hf.io.fetch_options import FetchKeywords, FetchOptions, LimitKeywords

__all__ = [
    "Asset",
    "AssetCache",
    "AssetCheck",
    "CloudCheck",
    "FetchKeywords",
    "FetchOptions",
    "Fetcher",
    "ImageCheck",
    "LimitKeywords",
    "Location",
    "Resolve",
    "SegmentsDir",
    "Traffic",
    "default_cache_folder",
    "resolver",
]
