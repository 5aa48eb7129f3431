"""`segments_dir` is not used for sequences: a folder of the official SDK has no files for single frames."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from segments_hf import load_release


def test_segments_dir_does_not_replace_the_images_of_frames(tmp_path: Path, write_release) -> None:
    for number, width in enumerate((8, 9)):
        Image.new("RGB", (width, 5)).save(tmp_path / f"{number}.png")
    folder = tmp_path / "segments"
    folder.mkdir()
    Image.new("RGB", (40, 40)).save(folder / "drive.png")
    frames = [{"image": {"url": f"{number}.png"}} for number in range(2)]
    release = write_release(
        [{"name": "drive", "attributes": {"frames": frames}, "labels": {}}], task_type="image-vector-sequence"
    )
    rows = load_release(release, split="train", segments_dir=folder)
    assert rows["width"][:] == [8, 9]
    assert rows["frame_index"][:] == [0, 1]
