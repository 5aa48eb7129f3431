"""Only the allowed formats are opened, and every exception of a decoder becomes an AssetError."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from fuzz.image_mutations import encoded, valid_images
from PIL import Image, ImageFile
from PIL.GifImagePlugin import GifImageFile
from unreadable_images import UNSUPPORTED, damaged_images

from segments_hf.errors import AssetError
from segments_hf.images import ImageLimits, UnwantedError, check_image, decoder_errors, open_image, read_header
from segments_hf.images.viewing import decode_image, to_rgb
from segments_hf.io.file_content import FileContent

# Pillow warns about a damaged image before it raises an exception.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def files_of_pillow() -> dict[str, bytes]:
    """Return a file of each format that Pillow can write."""
    Image.init()
    files = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about formats that it will remove
        for name, mode in itertools.product(sorted(Image.SAVE), ("F", "1", "P", "L", "RGB")):
            with contextlib.suppress(Exception):
                files[name] = encoded(Image.new(mode, (64, 64)), name)
    return files


DECODE_LIMITS = ImageLimits(verify="decode")
WHOLE = valid_images()
DAMAGED = damaged_images()


@pytest.fixture
def ghostscript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a fake Ghostscript, the renderer of EPS, on PATH. Return the path of a file that it creates when it runs."""
    started = tmp_path / "started"
    for name in ("gs", "gswin32c", "gswin64c"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ntouch '{started}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None)  # Pillow caches the path of the program here
    return started


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
def test_allowed_formats_are_read(content: bytes) -> None:
    file = FileContent(content)
    image = open_image(file)
    assert image.size == read_header(file).size == check_image(file, DECODE_LIMITS).size


@pytest.mark.parametrize(("content", "name"), UNSUPPORTED.values(), ids=UNSUPPORTED)
@pytest.mark.parametrize(
    "read",
    [
        pytest.param(open_image, id="open"),
        pytest.param(read_header, id="header"),
        pytest.param(lambda file: check_image(file, ImageLimits()), id="structure"),
        pytest.param(lambda file: check_image(file, DECODE_LIMITS), id="decode"),
    ],
)
def test_the_error_for_an_unsupported_format_names_it(
    content: bytes, name: str | None, read, ghostscript: Path
) -> None:
    with pytest.raises(AssetError, match=name or "") as caught:
        read(FileContent(content))
    assert isinstance(caught.value, UnwantedError) == (name is not None)
    assert not ghostscript.exists()


@pytest.mark.parametrize(("name", "content"), files_of_pillow().items())
def test_every_format_that_pillow_writes_is_allowed_or_refused(name: str, content: bytes) -> None:
    allowed = {"PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM"}
    with contextlib.nullcontext() if name in allowed else pytest.raises(AssetError):
        open_image(FileContent(content))


def test_an_unsupported_image_opened_by_other_code_is_refused_before_it_is_decoded(ghostscript: Path) -> None:
    content, _ = UNSUPPORTED["eps"]
    with Image.open(io.BytesIO(content)) as image, pytest.raises(AssetError, match="EPS"):
        decode_image(image)
    assert not ghostscript.exists()


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_images_raise_asset_error(content: bytes) -> None:
    for read in (open_image, lambda file: check_image(file, DECODE_LIMITS)):
        with pytest.raises(AssetError):
            read(FileContent(content))


ERRORS = (
    *(AssertionError, AttributeError, EOFError, KeyError, IndexError, MemoryError, OSError, OverflowError),
    *(RecursionError, RuntimeError, SyntaxError, TypeError, ValueError, ZeroDivisionError, struct.error),
)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("method", ["_open", "load_prepare", "load", "getexif"])
def test_every_exception_of_a_decoder_becomes_an_asset_error(error: type[Exception], method: str, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("raised by a decoder")

    monkeypatch.setattr(GifImageFile, method, fail)
    read = open_image if method != "getexif" else read_exif
    with pytest.raises(AssetError):
        read(FileContent(WHOLE["gif"]))


def read_exif(file: FileContent) -> None:
    with decoder_errors(), Image.open(file.open()) as image:
        image.getexif()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_exceptions_that_end_the_program_are_not_converted(error: type[BaseException], monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    with pytest.raises(error):
        open_image(FileContent(WHOLE["bmp"]))


def test_an_image_of_a_mode_that_cannot_be_shown_raises_asset_error() -> None:
    with pytest.raises(AssetError):
        to_rgb(Image.new("La", (2, 2)))


def test_pixel_limit_of_pillow_causes_no_warning_but_an_error_above_twice_the_limit(monkeypatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("png rgb", "jpeg"):
            assert check_image(FileContent(WHOLE[name]), ImageLimits()).size == (24, 16)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for name in ("png rgb", "jpeg", "bmp"):
        with pytest.raises(UnwantedError):
            read_header(FileContent(WHOLE[name]))


def test_a_rotated_image_has_the_size_of_its_header() -> None:
    file = FileContent(WHOLE["jpeg exif"])
    image = open_image(file)
    assert image.size == read_header(file).size == (16, 24)
    with Image.open(io.BytesIO(file.read())) as stored:
        assert np.array_equal(np.asarray(image), np.rot90(np.asarray(stored), -1))
