"""Property tests keep no files and mind no slow machine."""

from hypothesis import settings

settings.register_profile("segments-hf", database=None, deadline=None, max_examples=60)
settings.load_profile("segments-hf")
