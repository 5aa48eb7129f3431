"""Images are found in the download folder of the SDK. A malicious name never leads to a file outside this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from segments_hf.assets import SegmentsDir
from segments_hf.errors import OptionError

URL = "https://host/abc.jpg?X-Amz-Signature=a.b"


@pytest.fixture
def root(tmp_path):
    """Create a root folder with the folder of a release, and files outside the root folder."""
    release_folder = tmp_path / "segments" / "jane_flowers" / "v1.0"
    (release_folder / "deep").mkdir(parents=True)
    for name in (
        "a.jpg",
        "A.JPG",
        "b.c.jpg",
        "deep/d.jpg",
        "a_label_ground-truth.png",
        "b.c_label_model 1.png",
        "nosuffix",
    ):
        (release_folder / name).write_bytes(name.encode())
    (tmp_path / "outside.jpg").write_bytes(b"outside")
    (tmp_path / "outside_label_ground-truth.png").write_bytes(b"outside")
    (release_folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (release_folder / "inner.jpg").symlink_to(release_folder / "a.jpg")
    (release_folder / "folder.jpg").mkdir()
    return tmp_path / "segments"


@pytest.fixture(params=["root", "release", "text"])
def folder(request, root):
    """Return a `SegmentsDir` for the root folder, for the folder of a release, and for the root folder as text."""
    path = root / "jane_flowers" / "v1.0" if request.param == "release" else root
    return SegmentsDir(str(path) if request.param == "text" else path, "jane", "flowers", "v1.0")


@pytest.mark.parametrize(
    ("name", "url", "found"),
    [
        ("a.jpg", URL, "a.jpg"),
        ("A.JPG", URL, "A.JPG"),
        ("a.png", URL, "a.jpg"),
        ("a", URL, "a.jpg"),
        ("b.c.jpg", URL, "b.c.jpg"),
        ("b.c.JPEG", URL, "b.c.jpg"),
        ("deep/d.jpg", URL, "deep/d.jpg"),
        ("nosuffix", "", "nosuffix"),
        ("nosuffix.x", "", "nosuffix"),
        ("inner.jpg", URL, "a.jpg"),
        ("a.jpg", "http://[broken/x.png", "a.jpg"),
        ("gone.jpg", URL, None),
    ],
    ids=str,
)
def test_image_returns_the_file_of_an_image(folder, name, url, found):
    path = folder.image(name, url)
    assert (path and path.read_bytes()) == (found and found.encode())


@pytest.mark.parametrize(
    ("name", "labelset", "found"),
    [
        ("a.jpg", "ground-truth", "a_label_ground-truth.png"),
        ("a", "ground-truth", "a_label_ground-truth.png"),
        ("b.c.jpg", "model 1", "b.c_label_model 1.png"),
        ("a.jpg", "model 1", None),
    ],
    ids=str,
)
def test_bitmap_returns_the_file_of_a_bitmap(folder, name, labelset, found):
    path = folder.bitmap(name, labelset)
    assert (path and path.read_bytes()) == (found and found.encode())


@pytest.mark.parametrize(
    "name",
    [
        "../../../outside.jpg",
        "../../../outside",
        "deep/../../../../outside.jpg",
        "{outside}/outside.jpg",
        "link.jpg",
        "link",
        "folder.jpg",
        "a\0.jpg",
        "x" * 5000,
        "x/" * 3000,
        "a.jpg/x",
        "..",
        ".",
        "https://x/y.jpg",
        "C:\\x",
    ],
    ids=lambda name: name[:30],
)
def test_a_malicious_name_finds_nothing(folder, tmp_path, name):
    name = name.replace("{outside}", str(tmp_path))
    assert folder.image(name, URL) is None
    assert folder.bitmap(name, "ground-truth") is None


@pytest.mark.parametrize(
    "labelset", ["../../../../outside", "/../x", "\0", "x" * 5000], ids=lambda name: repr(name[:20])
)
def test_a_malicious_labelset_finds_nothing(folder, labelset):
    assert folder.bitmap("a.jpg", labelset) is None


@pytest.mark.parametrize(
    "identity",
    [("..", "", ".."), ("../..", "x", ".."), ("/", "x", "/"), (None, None, None), ("jane", "flowers", "../../..")],
    ids=str,
)
@pytest.mark.parametrize("name", ["outside.jpg", "../outside.jpg", "segments/../outside.jpg"])
def test_a_malicious_identity_of_a_release_finds_nothing(root, identity, name):
    assert SegmentsDir(root, *identity).image(name, URL) is None


def test_folder_may_be_relative_or_in_the_home_folder(root, monkeypatch):
    monkeypatch.setenv("HOME", str(root.parent))
    monkeypatch.chdir(root)
    for path in ("~/segments", ".", Path("jane_flowers/v1.0")):
        assert SegmentsDir(path, "jane", "flowers", "v1.0").image("a.jpg", URL)


@pytest.mark.parametrize("name", ["gone", "outside.jpg", "", "x" * 5000, "a\0b"], ids=lambda name: repr(name[:20]))
def test_a_missing_folder_is_an_option_error(root, name):
    with pytest.raises(OptionError, match="segments_dir"):
        SegmentsDir(f"{root}/{name}" if name else f"{root}.x", "jane", "flowers", "v1.0")
