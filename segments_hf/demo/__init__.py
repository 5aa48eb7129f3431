"""The embedded demo release: eight drawn pictures of flowers, six of them labelled.

It needs no network and no account, so examples and tests can run on it anywhere.
"""

from pathlib import Path


def demo_release() -> Path:
    """Return the path of the demo release file.

    The pictures and the bitmaps lie beside it, and the release names them by relative paths.

    Returns:
        The path of `flowers-v1.0.json`.
    """
    return Path(__file__).with_name("flowers-v1.0.json")
