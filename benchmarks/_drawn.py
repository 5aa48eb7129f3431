"""Draw bitmaps that look like labels: overlapping blobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, HEIGHT = 1280, 960


def draw(instance_ids: Iterable[int], seed: int = 2024, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Any:
    """Draw an instance for each id. Return the ids, a uint32 array of shape (H, W) for `size` = (W, H)."""
    import numpy as np
    from PIL import Image, ImageDraw

    random = np.random.default_rng(seed)
    width, height = size
    canvas = Image.new("I", size)
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    for instance_id in instance_ids:
        radii = random.uniform(15, 90, 16) * width / WIDTH
        x = random.uniform(0, width) + radii * np.cos(angles)
        y = random.uniform(0, height) + radii * np.sin(angles)
        ImageDraw.Draw(canvas).polygon(list(zip(x.tolist(), y.tolist(), strict=True)), fill=instance_id)
    return np.asarray(canvas).astype("<u4")


def write_png(ids: Any, path: Any) -> None:
    """Write ids in the format of Segments.ai: RGBA, alpha 255, id = R + 256 G + 65536 B."""
    import numpy as np
    from PIL import Image

    Image.fromarray((ids | np.uint32(255 << 24)).view(np.uint8).reshape(*ids.shape, 4)).save(path)
