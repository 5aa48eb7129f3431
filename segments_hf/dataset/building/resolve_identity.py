"""The value that stands for the option `resolve` in the key of a cached dataset."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from datasets.fingerprint import Hasher

from segments_hf.io.redaction import own_logger

if TYPE_CHECKING:
    from logging import Logger

    from segments_hf.assets import Resolve

logger: Logger = own_logger(__name__)


def resolve_identity(resolve: Resolve | None) -> object:
    """Return the same value for equal options `resolve`, but a new value each time for a function without a hash."""
    if resolve is None or isinstance(resolve, Mapping):
        return resolve and sorted(resolve.items())
    try:
        return Hasher.hash(resolve)
    except (pickle.PicklingError, TypeError, AttributeError):
        logger.warning(
            "resolve: %r cannot be hashed, so the dataset is built again at each load; pass a dict, or a function "
            "that can be pickled",
            resolve,
        )
        return uuid.uuid4().hex
