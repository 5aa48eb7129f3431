"""The demo release that is installed with the package: eight drawn images of flowers, six of them labeled.

The release needs no network and no account, so that examples and tests can use it anywhere.
"""

from pathlib import Path


def demo_release() -> Path:
    """Return the path of the demo release file.

    The images and bitmaps are in folders beside the file, and the release refers to them by relative paths.

    Returns:
        The path of ``flowers-v1.0.json``.
    """
    return Path(__file__).with_name("flowers-v1.0.json")
