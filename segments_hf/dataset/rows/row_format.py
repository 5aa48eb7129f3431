"""The version of the row format, and of the layouts and masks that are made from rows.

It is part of the key of every cached result: of built datasets (as the version of the builder), of the results of `map`
and `filter`, and of the journal of a push. A cached result is used again only if its version is the current version.
Other changes of the code do not invalidate cached results.
"""

from __future__ import annotations

# Increase this number only if the same release gives different rows, features, layouts or masks than before. A test
# compares them with a golden set and fails if they differ.
#
# Rows, layouts and masks share one number, because the same geometry and encoders make all of them. Two numbers would
# mostly change together, and a developer could forget one of them. A new number is cheap for users: the images and
# bitmaps have a separate cache, and are not downloaded again when a dataset is built again.
ROW_FORMAT = 7
