"""The version of the row format, and of the layouts and masks that are made from rows.

It is part of all keys of cached results: in the cache of `datasets` for built releases (as the builder's version), in
its cache for `map` and `filter`, and in the journal of a push. Results with another version are not used again;
results with this version are, even if other code has changed since.
"""

from __future__ import annotations

# Increase this number only if the same release gives different rows, features, layouts or masks than before. A test
# compares them with a golden set and fails if they differ.
#
# Rows, layouts and masks share one number, because the same geometry and encoders make all of them. Two numbers would
# mostly change together, and a developer could forget one of them. Building a dataset again fetches nothing, because
# assets have a separate cache.
ROW_FORMAT = 4
