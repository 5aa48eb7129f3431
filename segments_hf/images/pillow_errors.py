"""The exceptions that Pillow raises for broken images."""

from __future__ import annotations

import struct

from PIL import Image

# Pillow raises these for broken images; not all of them are OSErrors.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
