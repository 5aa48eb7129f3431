"""Paint a scene of the demo release: its picture and the instance id of each pixel."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from scenes import (
    FLOWER,
    LEAF,
    LEAF_GREEN,
    LIGHTS,
    SPECIES,
    STEM_GREEN,
    Fade,
    Head,
    Light,
    Scene,
    Species,
)

Array = npt.NDArray[np.float64]  # points are (N, 2): x, y in pixels of the finished picture
Ids = npt.NDArray[np.int32]  # (H, W)
Instances = list[tuple[int, int]]  # (id, category id)

ZOOM = 3  # odd, so that the center of a finished pixel is the center of a painted pixel
UNLABELED = 0
INSTANCES_PER_PLANT = 3  # two leaves and a head
UP = -np.pi / 2
GOLDEN_ANGLE = np.pi * (3 - 5**0.5)


class Canvas:
    """A picture and the instance ids of its pixels, which are always painted together."""

    def __init__(self, background: Image.Image, rng: np.random.Generator) -> None:
        """Begin with a background of `ZOOM` times the final width and height, and a random number generator."""
        self.rng = rng
        self.picture = background
        self.ids = Image.new("I", background.size, UNLABELED)

    def paint(self, outline: Array, colors: Array, axis: Array, instance_id: int = UNLABELED) -> None:
        """Fill a polygon with a color gradient along an axis, over everything painted before.

        Args:
            outline: The corners of the polygon, of shape (N, 2).
            colors: The colors at the two ends of the axis, of shape (2, 3).
            axis: The two ends of the axis, of shape (2, 2).
            instance_id: The instance id of the polygon.
        """
        corners = outline * ZOOM
        left, top = (int(edge) - 1 for edge in corners.min(axis=0))
        right, bottom = (int(edge) + 2 for edge in corners.max(axis=0))
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon((corners - (left, top)).ravel().tolist(), fill=255)
        y, x = np.mgrid[top:bottom, left:right] / ZOOM
        along = axis[1] - axis[0]
        share = ((x - axis[0, 0]) * along[0] + (y - axis[0, 1]) * along[1]) / (along @ along)
        self.picture.paste(blend(colors, share), (left, top), mask)
        self.ids.paste(instance_id, (left, top, right, bottom), mask)

    def cast_shadow(self, center: Array, radius: float) -> None:
        """Darken the pixels below a flower head. A shadow does not change instance ids."""
        mask = Image.new("L", self.picture.size)
        x, y = ((center + (4, 9)) * ZOOM).tolist()
        ImageDraw.Draw(mask).circle((x, y), radius * 0.85 * ZOOM, fill=90)
        self.picture.paste((14, 34, 32), mask=mask.filter(ImageFilter.GaussianBlur(radius * ZOOM / 6)))

    def finished(self) -> tuple[Image.Image, Ids]:
        """Return the picture in its final size, and the ids at the centers of its pixels."""
        middle = slice(ZOOM // 2, None, ZOOM)
        return self.picture.reduce(ZOOM), np.asarray(self.ids)[middle, middle]


def blend(colors: npt.ArrayLike, share: Array) -> Image.Image:
    """Return a gradient from one color (share 0) to another (share 1)."""
    start, end = np.asarray(colors, dtype=np.float64)
    mixed = start + np.clip(share, 0, 1)[..., None] * (end - start)
    return Image.fromarray(np.clip(mixed, 0, 255).round().astype(np.uint8))


def tinted(fade: Fade, rng: np.random.Generator, spread: int = 12) -> Array:
    """Return a gradient with a random change of brightness and hue, so that no two leaves are equal."""
    return np.array(fade) + rng.integers(-spread, spread, size=3) / 2 + rng.integers(-spread, spread)


def axis_from(base: Array, angle: float, length: float) -> Array:
    """Return the axis (2, 2) that begins at a point and has an angle (0 is right, `UP` is up) and a length."""
    return np.array([base, base + length * np.array([np.cos(angle), np.sin(angle)])])


def lens(axis: Array, width: float, swell: float = 1.0, bend: float = 0.0) -> tuple[Array, Array, Array]:
    """Return the left edge, the spine and the right edge of a pointed oval, the shape of leaves and petals.

    Args:
        axis: The two ends of the oval, of shape (2, 2).
        width: Half the width as a share of the length.
        swell: The position of the widest part: nearer to the tip for a value above 1, to the base for one below 1.
        bend: The distance of the middle of the spine from the axis, as a share of the length.
    """
    along = axis[1] - axis[0]
    across = np.array([along[1], -along[0]])
    t = np.linspace(0, 1, 32)[:, None]
    spine = axis[0] + t * along + bend * np.sin(np.pi * t) * across
    half = width * np.clip(np.sin(np.pi * t**swell), 0, 1) ** 0.7 * across
    return spine + half, spine, spine - half


def closed(edge: Array, other_edge: Array) -> Array:
    """Return the polygon between two edges that have the same direction."""
    return np.concatenate([edge, other_edge[::-1]])


def paint_leaf(canvas: Canvas, axis: Array, instance_id: int) -> None:
    """Paint a leaf: two lobes of different brightness, and a midrib."""
    bend, colors = canvas.rng.uniform(-0.12, 0.12), tinted(LEAF_GREEN, canvas.rng)
    left, spine, right = lens(axis, canvas.rng.uniform(0.19, 0.25), 0.85, bend)
    rib, _, other_rib = lens(axis, 0.014, 0.6, bend)
    canvas.paint(closed(left, spine), colors, axis, instance_id)
    canvas.paint(closed(right, spine), colors * 0.8, axis, instance_id)
    canvas.paint(closed(rib, other_rib), colors * 0.7 + 70, axis, instance_id)


def paint_petal(canvas: Canvas, axis: Array, shape: tuple[float, float], colors: Array, instance_id: int) -> None:
    """Paint a petal with a vein and a rim that separates it from other petals. `shape` is (width, swell) of `lens`."""
    width, swell = shape
    for share, shown in ((1.0, colors * 0.84), (0.93, colors), (0.05, colors * 0.92)):
        left, _, right = lens(axis, width * share, swell)
        canvas.paint(closed(left, right), shown, axis, instance_id)


def paint_disc(canvas: Canvas, center: Array, radius: float, colors: Array, instance_id: int) -> None:
    """Paint the disc of an open flower head: a dome lit from above, with florets along a spiral."""
    angles = np.linspace(0, 2 * np.pi, 48)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    down = np.array([center - (radius * 0.4, radius), center + (radius * 0.4, radius)])
    canvas.paint(center + circle * radius * 1.08, colors * 0.75, down, instance_id)
    canvas.paint(center + circle * radius, colors, down, instance_id)
    for number in range(1, 34):
        _, floret = axis_from(center, number * GOLDEN_ANGLE, radius * 0.9 * np.sqrt(number / 34))
        canvas.paint(floret + circle * radius * 0.07, colors * 0.7 + 85, down, instance_id)


def paint_open_head(canvas: Canvas, species: Species, center: Array, radius: float, instance_id: int) -> None:
    """Paint an open flower head from the front: petals around a disc, with brighter petals at the top."""
    canvas.cast_shadow(center, radius)
    colors, start = species_colors(species, canvas.rng), canvas.rng.uniform(0, 2 * np.pi)
    for petal in range(species.petals):
        angle = start + 2 * np.pi * petal / species.petals + canvas.rng.uniform(-0.07, 0.07)
        axis = axis_from(center, angle, radius * canvas.rng.uniform(0.94, 1.06))
        paint_petal(canvas, axis, (species.width, 1.5), colors * (1 - 0.1 * np.sin(angle)), instance_id)
    paint_disc(canvas, center, radius * 0.27, np.array(species.disc), instance_id)


def paint_cup(canvas: Canvas, species: Species, foot: Array, radius: float, instance_id: int) -> None:
    """Paint a closed flower head from the side: upright petals, with the middle petal in front."""
    colors = species_colors(species, canvas.rng)
    for lean in (-0.16, 0.16, -0.34, 0.34, 0.0):
        axis = axis_from(foot, UP + lean + canvas.rng.uniform(-0.03, 0.03), radius * (2 - 0.5 * abs(lean)))
        light = 1.0 if lean == 0 else 0.9 - 0.15 * lean
        paint_petal(canvas, axis, (species.width, 0.8), colors * light, instance_id)


def species_colors(species: Species, rng: np.random.Generator) -> Array:
    """Return the colors of one flower head, with a random change."""
    return tinted(species.colors[rng.integers(len(species.colors))], rng)


def stem_between(foot: Array, head: Array, sway: float) -> Array:
    """Return the points (N, 2) of a stem, from foot to head."""
    t = np.linspace(0, 1, 40)[:, None]
    knee = np.array([foot[0] + sway, (foot[1] + head[1]) / 2])
    points: Array = (1 - t) ** 2 * foot + 2 * t * (1 - t) * knee + t**2 * head
    return points


def paint_plant(canvas: Canvas, head: Head, ids: Iterator[int]) -> Instances:
    """Paint a stem (without an instance id), two leaves and a flower head; return the three instances."""
    name, x, y, radius = head
    species, rng = SPECIES[name], canvas.rng
    foot = np.array([x + rng.uniform(-30, 30), canvas.picture.height / ZOOM + 6])
    top = np.array([x, y + (0 if species.disc else radius)], dtype=np.float64)
    stem = stem_between(foot, top, rng.uniform(-20, 20))
    thickness = np.linspace(3.4, 2.0, len(stem))[:, None] * (1, 0)
    canvas.paint(closed(stem - thickness, stem + thickness), tinted(STEM_GREEN, rng), stem[[-1, 0]])
    first_leaf, second_leaf, flower = (next(ids) for _ in range(INSTANCES_PER_PLANT))
    side = rng.choice([-1, 1])
    for leaf, stem_index, direction in ((first_leaf, 8, side), (second_leaf, 15, -side)):
        angle, length = UP + direction * rng.uniform(0.6, 1.1), radius * rng.uniform(1.4, 1.8)
        paint_leaf(canvas, axis_from(stem[stem_index], angle, length), leaf)
    paint_head = paint_open_head if species.disc else paint_cup
    paint_head(canvas, species, top, radius, flower)
    return [(first_leaf, LEAF), (second_leaf, LEAF), (flower, FLOWER)]


def paint_landscape(scene: Scene, rng: np.random.Generator) -> Image.Image:
    """Return a picture of a sky and three hills, with less haze on nearer hills."""
    light = LIGHTS[scene.light]
    width, height = (side * ZOOM for side in scene.size)
    y, x = np.mgrid[0:height, 0:width] / height
    picture = blend(light.sky, y / 0.45)
    far, near = np.array(light.meadow)
    for haze, level in ((0.45, 0.36), (0.25, 0.43), (0.05, 0.52)):
        ridge = level + 0.03 * np.sin(x * rng.uniform(4, 7) + rng.uniform(0, 6))
        crest = far * (1 - haze) + np.array(light.sky[1]) * haze
        hill = blend([crest, near], (y - ridge) / (1.05 - level))
        picture.paste(hill, mask=as_mask(y > ridge))
    return picture


def with_bokeh(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Add faint discs, like distant flowers out of focus, to the lower half of a picture."""
    discs = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(discs)
    tints = ((255, 214, 226), (255, 244, 200), (226, 216, 255), (255, 255, 255))
    for _ in range(34):
        x, y = rng.uniform(0, picture.width), picture.height * rng.uniform(0.42, 0.95)
        radius = ZOOM * rng.uniform(3, 5) * (0.5 + 1.6 * y / picture.height)
        pen.circle((x, y), radius, fill=(*tints[rng.integers(len(tints))], int(rng.integers(50, 130))))
    return Image.alpha_composite(picture.convert("RGBA"), discs).convert("RGB")


def with_grass(picture: Image.Image, scene: Scene, rng: np.random.Generator) -> Image.Image:
    """Add blades of grass along the lower edge of a picture."""
    canvas = Canvas(picture, rng)
    colors = np.array(LIGHTS[scene.light].meadow[::-1])
    width, height = scene.size
    for _ in range(width // 7):
        foot = np.array([rng.uniform(-10, width + 10), height + 8])
        axis = axis_from(foot, UP + rng.normal(0, 0.22), height * rng.uniform(0.12, 0.32))
        left, _, right = lens(axis, 0.028, 0.5, rng.uniform(-0.1, 0.1))
        canvas.paint(closed(left, right), colors * rng.uniform(0.75, 1), axis)
    return canvas.picture


def with_sun(picture: Image.Image, light: Light) -> Image.Image:
    """Add the wide and faint glow of the sun to a picture."""
    y, x = np.mgrid[0 : picture.height, 0 : picture.width] / picture.height
    sun_x, sun_y = light.sun_at
    distance = np.hypot(x - sun_x * picture.width / picture.height, y - sun_y)
    glow = 0.55 * np.exp(-3 * distance) + 0.45 * np.exp(-((distance / 0.07) ** 2))
    lit = picture.copy()
    lit.paste(light.sun, mask=as_mask(glow))
    return lit


def as_mask(share: npt.ArrayLike) -> Image.Image:
    """Return shares from 0 to 1 as a mask for `Image.paste`."""
    return Image.fromarray((np.asarray(share) * 255).astype(np.uint8))


def paint_scene(scene: Scene, rng: np.random.Generator) -> tuple[Image.Image, Ids, Instances]:
    """Paint one sample.

    Args:
        scene: The content of the sample.
        rng: The random number generator for everything that the scene does not define.

    Returns:
        The picture, its instance ids of shape (H, W), and its instances in the order in which they were painted.
    """
    # The landscape is blurred more than the grass, because the grass is nearer to the flowers.
    backdrop = with_bokeh(paint_landscape(scene, rng), rng).filter(ImageFilter.GaussianBlur(2.2 * ZOOM))
    backdrop = with_grass(backdrop, scene, rng).filter(ImageFilter.GaussianBlur(0.9 * ZOOM))
    canvas = Canvas(with_sun(backdrop, LIGHTS[scene.light]), rng)
    ordinary = len(scene.heads) * INSTANCES_PER_PLANT - len(scene.special_ids)
    ids = iter((*range(1, ordinary + 1), *scene.special_ids))
    instances = [instance for head in scene.heads for instance in paint_plant(canvas, head, ids)]
    return *canvas.finished(), instances
