"""The version of the rows, and of the layouts and masks that are made of them.

It is part of every key under which their results are found again: the cache of `datasets` for built releases (the
builder's version), its cache for `map` and `filter`, and the journal of a push. What was made with another number is
made again; what was made with this one is taken as it is, whatever else has changed in the code.
"""

from __future__ import annotations

# Raise it when the same release gives other rows, features, layouts or masks, and only then. A test compares them with
# those of a golden set, and says when that is.
#
# It is one number for all of them: layouts and masks are made of rows by the same geometry and encoders, so that two
# numbers would mostly be raised together, and the wrong one sooner or later. Building again costs no fetching: the
# assets are in a cache of their own.
ROW_FORMAT = 3
