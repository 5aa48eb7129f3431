"""``pascal-voc``: an XML file of boxes for each image, and masks of classes and objects.

As in the development kit of 2012 (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf), pixel coordinates of
boxes start at 1 and are inclusive. The n-th object in the XML has the value n in ``SegmentationObject``.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from xml.etree import ElementTree as ET

from segments_hf.bitmaps import encode_mask
from segments_hf.bitmaps.value_table import look_up
from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.image_format import ImageFormat
from segments_hf.export.images.labelmap import LABELMAP, UNLABELED_COLOR, labelmap, labelmap_names
from segments_hf.export.images.required_parts import required_size
from segments_hf.images import inspect_image
from segments_hf.images.stored_image import stored_content
from segments_hf.io.disk.atomic import NewFile, write_file
from segments_hf.io.escaping import for_xml
from segments_hf.labels import BITMAP, BOX, POLYGON, POLYLINE
from segments_hf.labels.label import NO_AREA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.export.format import Job
    from segments_hf.export.images.image_format import ImageSample
    from segments_hf.labels import ImageLabel, LabeledObject
    from segments_hf.labels.row import Row

_ANNOTATIONS, _SETS, _IMAGES = "Annotations", "ImageSets", "JPEGImages"
_BACKGROUND = "background"  # the name of unlabeled pixels in labelmap.txt
_CLASSES, _OBJECTS = "SegmentationClass", "SegmentationObject"


class _Label(NamedTuple):
    """The XML of a row, and its masks of classes and of objects. The masks are None if the row has no masks."""

    xml: bytes
    classes: bytes | None
    objects: bytes | None


class PascalVoc(ImageFormat[_Label]):
    """The format ``pascal-voc``, which the module describes."""

    name = "pascal-voc"
    aliases: ClassVar[tuple[str, ...]] = ("voc",)
    help = "Pascal VOC: boxes as XML; bitmaps and polygons also as palette PNGs of classes and of objects"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, BOX, POLYGON, POLYLINE})
    unique_stems = True
    unique_per_split = False

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._names = labelmap_names(job.categories)  # the XML has the same names as labelmap.txt

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        del splits
        return [_ANNOTATIONS, _SETS, _CLASSES, _OBJECTS, LABELMAP, *([_IMAGES] if images else [])]

    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images, which all splits share."""
        del split
        return PurePosixPath(_IMAGES)

    @contextmanager
    def _open_files(self) -> Iterator[None]:
        sets = self.job.folder / _SETS
        with (
            NewFile(sets / "Main" / f"{self.split}.txt") as self._all,
            NewFile(sets / "Segmentation" / f"{self.split}.txt") as self._with_masks,
        ):
            yield

    def encode_label(self, sample: ImageSample) -> EncodedLabel[_Label]:
        """Encode the XML and the masks of a row."""
        label, left_out = sample.label.only(self.object_kinds)
        found, more = label.objects()
        boxes = [item for item in found if item.box_area]
        if len(boxes) < len(found):
            more[NO_AREA] += len(found) - len(boxes)
        classes, objects = self._masks(label, boxes)
        xml = _xml(sample, boxes, self._names, has_masks=classes is not None)
        return EncodedLabel(_Label(xml, classes, objects), len(boxes), left_out + more)

    def write(self, sample: ImageSample, content: _Label) -> None:
        """Write the XML and the masks of a row."""
        stem = sample.file.with_suffix("")
        write_file(self.job.folder / _ANNOTATIONS / f"{stem}.xml", content.xml)
        _add_line(self._all, stem)
        if content.classes is not None and content.objects is not None:
            write_file(self.job.folder / _CLASSES / f"{stem}.png", content.classes)
            write_file(self.job.folder / _OBJECTS / f"{stem}.png", content.objects)
            _add_line(self._with_masks, stem)

    def close(self) -> None:
        """Write ``labelmap.txt`` with the colors of the classes."""
        write_file(self.job.folder / LABELMAP, labelmap(_BACKGROUND, self.job.categories, self.job.colors))

    def _masks(self, label: ImageLabel, boxes: Sequence[LabeledObject]) -> tuple[bytes | None, bytes | None]:
        """Return the masks of the classes and of the objects. In vector labels, only polygons are drawn."""
        drawn, _ = label.only({BITMAP, POLYGON})
        if not (drawn.annotations or label.object_kinds == {BITMAP}) or (raster := drawn.rasterize()) is None:
            return None, None
        numbers = {item.annotation.id: number for number, item in enumerate(boxes, start=1)}
        drawn_numbers = {
            item.raster_id: numbers[item.annotation.id]
            for item in drawn.objects().found
            if item.annotation.id in numbers
        }
        objects = look_up(raster.ids, drawn_numbers)
        values = look_up(objects, {number: item.class_index + 1 for number, item in enumerate(boxes, start=1)})
        return encode_mask(values, [UNLABELED_COLOR, *self.job.colors]), encode_mask(objects)


def _xml(sample: ImageSample, objects: Sequence[LabeledObject], names: Sequence[str], *, has_masks: bool) -> bytes:
    width, height = required_size(sample.label)
    root = ET.Element("annotation")
    _add(root, folder=_IMAGES, filename=str(sample.file))
    _add(ET.SubElement(root, "source"), database="Segments.ai", annotation="Segments.ai")
    _add(ET.SubElement(root, "size"), width=width, height=height, depth=_channels(sample.row))
    _add(root, segmented=int(has_masks))
    for found in objects:
        node = ET.SubElement(root, "object")
        _add(node, name=names[found.class_index], pose="Unspecified", truncated=0, difficult=0)
        left, top, across, down = found.bbox
        right, bottom = math.ceil(left + across), math.ceil(top + down)
        box = ET.SubElement(node, "bndbox")
        _add(box, xmin=math.floor(left) + 1, ymin=math.floor(top) + 1, xmax=right, ymax=bottom)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8")
    return content + b"\n"


def _add(node: ET.Element, **texts: object) -> None:
    for name, text in texts.items():
        ET.SubElement(node, name).text = for_xml(str(text))


def _add_line(file: NewFile, stem: PurePosixPath) -> None:
    file.write(f"{stem}\n".encode())


def _channels(row: Row) -> int:
    """Return the number of channels of the image of a row, from its header; 3 if the row has no image."""
    image = row["image"]
    if image is None:
        return 3
    with inspect_image(stored_content(image)) as opened:
        return len(opened.getbands())


FORMAT = PascalVoc
