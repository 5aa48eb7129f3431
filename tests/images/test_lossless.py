"""A bitmap is accepted only if its format stores ids exactly and Pillow reads them exactly."""

from __future__ import annotations

import pytest

from segments_hf.errors import AssetError
from segments_hf.images import ImageLimits, UnwantedError, check_image
from segments_hf.io.file_content import FileContent

from .bitmap_files import EXACT, INEXACT, encoded, with_palette

VERIFY = pytest.mark.parametrize("verify", ["structure", "decode"])


def limits(verify: str) -> ImageLimits:
    return ImageLimits(max_bytes=2**30, max_pixels=2**30, verify=verify)


@VERIFY
@pytest.mark.parametrize("name", EXACT)
def test_check_image_accepts_bitmap_of_exact_format(name: str, verify: str, tmp_path) -> None:
    content = EXACT[name][0]()
    (tmp_path / "bitmap").write_bytes(content)
    for file in (FileContent(content), FileContent(path=tmp_path / "bitmap")):
        header = check_image(file, limits(verify), is_bitmap=True)
        assert not header.has_palette


@VERIFY
@pytest.mark.parametrize("name", INEXACT)
def test_check_image_refuses_bitmap_of_inexact_format(name: str, verify: str, tmp_path) -> None:
    content = INEXACT[name]()
    (tmp_path / "bitmap").write_bytes(content)
    for file in (FileContent(content), FileContent(path=tmp_path / "bitmap")):
        with pytest.raises(AssetError) as caught:
            check_image(file, limits(verify), is_bitmap=True)
        # A file with an UnwantedError is not downloaded again. Only the file with two headers is damaged.
        assert isinstance(caught.value, UnwantedError) or name == "PNG with two headers"


@pytest.mark.parametrize("name", [*EXACT, *INEXACT])
def test_check_image_accepts_every_format_for_images_that_are_not_bitmaps(name: str) -> None:
    content = EXACT[name][0]() if name in EXACT else INEXACT[name]()
    if name != "PNG with two headers":
        check_image(FileContent(content), limits("structure"))


@pytest.mark.parametrize("name", EXACT)
def test_check_image_reports_the_largest_id_that_a_bitmap_can_store(name: str) -> None:
    max_id = check_image(FileContent(EXACT[name][0]()), limits("structure"), is_bitmap=True).max_id
    assert max_id is not None
    assert max_id >= EXACT[name][1].max()
    assert max_id in {2**8 - 1, 2**16 - 1, 2**24 - 1, 2**32 - 1}
    if max_id < 2**24 - 1:
        assert "gray" in name or "PPM" in name or "PGM" in name


def test_check_image_reports_palette_of_bitmap() -> None:
    for options in ({}, {"bits": 8}):
        content = encoded(with_palette(), "PNG", **options)
        assert check_image(FileContent(content), limits("structure"), is_bitmap=True).has_palette


@pytest.mark.parametrize("name", ["lossless WebP with metadata", "RGBA PNG"])
def test_check_image_reports_truncated_bitmap_as_damaged_not_as_unsupported(name: str) -> None:
    """A damaged file is downloaded again; a file of an unsupported format is not."""
    content = EXACT[name][0]()
    with pytest.raises(AssetError) as error:
        check_image(FileContent(content[: len(content) // 2]), limits("structure"), is_bitmap=True)
    assert not isinstance(error.value, UnwantedError)
