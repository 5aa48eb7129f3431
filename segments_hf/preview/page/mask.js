// Paint masks onto a canvas: the areas of the objects, and the outlines of the objects in a thumbnail.

const UNLABELED = 0;

/** Return the class number of each object number: -1 for 0, which is unlabeled, and for objects of hidden classes. */
function visibleClasses(classNumbers) {
  return Int32Array.from([-1, ...classNumbers], (number) => (layers.hidden.has(number) ? -1 : number));
}

/** Return the color of each object number, as four bytes in one integer; transparent for the class number -1. */
function colorTable(classOf, color, alpha) {
  const table = new Uint32Array(classOf.length);
  const bytes = new Uint8Array(table.buffer);
  classOf.forEach((classNumber, number) => classNumber >= 0 && bytes.set([...color(classNumber), alpha], 4 * number));
  return table;
}

/** Set the size of a canvas, and set each pixel to `colorAt(index)`, with the index of the pixel. */
function paintPixels(canvas, { width, height }, colorAt) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let index = 0; index < pixels.length; index += 1) pixels[index] = colorAt(index);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Paint a mask onto a canvas. `classNumbers[n - 1]` is the class number of object n. Hidden classes are transparent. */
function paintMask(canvas, mask, numbers, classNumbers) {
  const table = colorTable(visibleClasses(classNumbers), (classNumber) => classes[classNumber].color, 255);
  paintPixels(canvas, mask, (index) => table[numbers[index]]);
}

/**
 * Paint the outlines of objects onto a canvas: the outermost pixels of an object in the color of its class, and the pixels
 * around it in a contrasting color. Where two objects touch, the contrasting color is on the object with the lower number.
 */
function paintEdges(canvas, mask, numbers, classNumbers) {
  const classOf = visibleClasses(classNumbers);
  const lines = colorTable(classOf, (classNumber) => classes[classNumber].color, 255);
  const halos = colorTable(classOf, haloColor, 170);
  const { width, height } = mask;
  const visible = numbers.map((number) => (classOf[number] < 0 ? UNLABELED : number));
  paintPixels(canvas, mask, (index) => {
    const own = visible[index];
    const x = index % width;
    let largest = own;
    let isEdge = false;
    const compare = (other) => {
      isEdge ||= other !== own;
      if (other > largest) largest = other;
    };
    if (x > 0) compare(visible[index - 1]);
    if (x < width - 1) compare(visible[index + 1]);
    if (index >= width) compare(visible[index - width]);
    if (index < width * (height - 1)) compare(visible[index + width]);
    if (!isEdge) return 0;
    return largest > own ? halos[largest] : lines[own];
  });
}
