"""The content of the demo release: lights, species of flowers, and the position of each flower head."""

from dataclasses import dataclass

Color = tuple[int, int, int]  # red, green and blue, 0 to 255
Fade = tuple[Color, Color]  # the colors at the base and the tip of a part, or at the top and the bottom
Head = tuple[str, int, int, int]  # species, x, y and radius in pixels of the final picture

FLOWER, LEAF = 1, 2  # category ids
LEAF_GREEN: Fade = ((34, 98, 50), (118, 180, 82))
STEM_GREEN: Fade = ((112, 160, 74), (44, 100, 50))


@dataclass(frozen=True)
class Light:
    """The colors of a time of day, and the position of the sun (x and y as shares of the width and height)."""

    sky: Fade
    meadow: Fade
    sun: Color
    sun_at: tuple[float, float]


@dataclass(frozen=True)
class Species:
    """The look of a flower head.

    Attributes:
        petals: The number of petals of an open head.
        width: Half the width of a petal, as a share of its length.
        colors: The possible colors of petals, at the base and the tip.
        disc: The colors of the disc of an open head; None for a cup, which is seen from the side.
    """

    petals: int
    width: float
    colors: tuple[Fade, ...]
    disc: Fade | None = None


@dataclass(frozen=True)
class Scene:
    """The content and the label of one sample. The last instances get the ids in `special_ids`."""

    name: str
    light: str
    status: str | None
    split: str
    garden: str
    heads: tuple[Head, ...]  # from back to front
    special_ids: tuple[int, ...] = ()
    size: tuple[int, int] = (480, 360)


LIGHTS = {
    "morning": Light(((236, 198, 204), (255, 238, 208)), ((196, 214, 150), (54, 110, 68)), (255, 240, 200), (0.5, 0.2)),
    "noon": Light(((104, 176, 226), (226, 243, 240)), ((180, 214, 122), (40, 106, 56)), (255, 252, 226), (0.72, 0.06)),
    "evening": Light(((104, 98, 166), (255, 196, 150)), ((172, 162, 104), (32, 78, 64)), (255, 206, 130), (0.5, 0.26)),
}
PINK: Fade = ((168, 36, 110), (248, 160, 202))
MAUVE: Fade = ((136, 36, 130), (226, 144, 220))
SCARLET: Fade = ((120, 12, 22), (242, 78, 50))
ORANGE: Fade = ((150, 36, 10), (252, 132, 56))
BLUE: Fade = ((56, 54, 152), (146, 164, 244))
VIOLET: Fade = ((84, 48, 150), (184, 152, 240))
WHITE: Fade = ((206, 200, 222), (255, 255, 252))
ROSE: Fade = ((222, 62, 84), (252, 176, 116))
YELLOW: Fade = ((244, 158, 40), (255, 230, 130))
SPECIES = {
    "daisy": Species(9, 0.24, (WHITE,), ((255, 222, 92), (206, 126, 20))),
    "cosmos": Species(8, 0.3, (PINK, MAUVE), ((255, 214, 96), (186, 104, 30))),
    "poppy": Species(5, 0.5, (SCARLET, ORANGE), ((96, 88, 66), (26, 20, 30))),
    "aster": Species(7, 0.33, (BLUE, VIOLET), ((250, 214, 110), (176, 104, 40))),
    "tulip": Species(5, 0.3, (ROSE, YELLOW)),
}
SCENES = (
    Scene(
        "meadow_01.jpg",
        "morning",
        "LABELED",
        "train",
        "north",
        (("daisy", 336, 112, 50), ("daisy", 128, 96, 54), ("cosmos", 226, 182, 62)),
    ),
    Scene(
        "meadow_02.jpg",
        "noon",
        "REVIEWED",
        "train",
        "north",
        (("tulip", 78, 116, 44), ("tulip", 402, 104, 48), ("tulip", 174, 150, 52), ("poppy", 292, 176, 62)),
        special_ids=(256, 300),
    ),
    Scene(
        "meadow_03.jpg",
        "evening",
        "REVIEWED",
        "test",
        "south",
        (("aster", 96, 122, 50), ("cosmos", 384, 108, 54), ("aster", 190, 196, 58), ("cosmos", 288, 172, 56)),
        special_ids=(65536, 70001),
    ),
    Scene(
        "meadow_04.jpg",
        "noon",
        "LABELED",
        "train",
        "south",
        (("daisy", 200, 104, 58), ("poppy", 92, 218, 66), ("daisy", 288, 246, 54)),
        size=(360, 480),
    ),
    Scene(
        "meadow_05.jpg",
        "evening",
        "SKIPPED",
        "train",
        "south",
        (("poppy", 150, 124, 60), ("tulip", 320, 128, 52)),
    ),
    Scene(
        "meadow_06.jpg",
        "morning",
        "REVIEWED",
        "train",
        "north",
        (("aster", 84, 164, 50), ("poppy", 196, 104, 60), ("daisy", 404, 112, 50), ("aster", 306, 176, 58)),
    ),
    Scene(
        "meadow_07.jpg",
        "noon",
        "LABELED",
        "test",
        "north",
        (("cosmos", 142, 116, 68), ("tulip", 380, 124, 54), ("cosmos", 238, 176, 60)),
    ),
    Scene(
        "meadow_08.jpg",
        "morning",
        None,
        "test",
        "south",
        (("tulip", 112, 120, 48), ("tulip", 374, 130, 50), ("daisy", 244, 140, 60)),
    ),
)
