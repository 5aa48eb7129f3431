// Convert the outlines of the objects in a mask to SVG paths along the edges of pixels.

/** Return the bounding box [left, top, right, bottom) of each object number in a mask, for the numbers from 0 to `count`. */
function boundingBoxes(numbers, width, height, count) {
  const boxes = Array.from({ length: count + 1 }, () => [width, height, 0, 0]);
  for (let y = 0, index = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, index += 1) {
      const box = boxes[numbers[index]];
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x >= box[2]) box[2] = x + 1;
      if (y >= box[3]) box[3] = y + 1;
    }
  }
  return boxes;
}

/** Return the SVG path of the outline of one object. The last argument is the bounding box of the object. */
function outlinePath(numbers, width, number, [left, top, right, bottom]) {
  const isIn = (x, y) => x >= left && y >= top && x < right && y < bottom && numbers[y * width + x] === number;
  const parts = [];
  for (let y = top; y <= bottom; y += 1) {
    forEachRun(left, right, (x) => isIn(x, y) !== isIn(x, y - 1), (_, from, to) => parts.push(`M${from} ${y}H${to}`));
  }
  for (let x = left; x <= right; x += 1) {
    forEachRun(top, bottom, (y) => isIn(x, y) !== isIn(x - 1, y), (_, from, to) => parts.push(`M${x} ${from}V${to}`));
  }
  return parts.join("");
}

/** Call `found` with the value and the range [begin, end) of each run of equal values, except runs of false and of -1. */
function forEachRun(start, end, valueAt, found) {
  let begin = start;
  let value = false;
  for (let position = start; position <= end; position += 1) {
    const next = position < end && valueAt(position);
    if (next === value) continue;
    if (value !== false && value !== -1) found(value, begin, position);
    begin = position;
    value = next;
  }
}

/** Return a map from each class number to the SVG path of the outlines of the visible objects of this class. */
function edgePaths(numbers, width, height, classNumbers) {
  const classOf = visibleClasses(classNumbers);
  const padded = withMargin(numbers, width, height, classOf);
  const rowLength = width + 2;
  const parts = new Map();
  const add = (classNumber, text) => (parts.has(classNumber) ? parts.get(classNumber).push(text) : parts.set(classNumber, [text]));
  // An edge between two objects belongs to the classes of both objects, so each edge is read from both sides.
  const classAt = (own, other) => (padded[own] === padded[other] ? -1 : classOf[padded[own]]);
  for (let y = 0; y <= height; y += 1) {
    const [above, below] = [y * rowLength + 1, (y + 1) * rowLength + 1];
    const found = (classNumber, from, to) => add(classNumber, `M${from} ${y}H${to}`);
    forEachRun(0, width, (x) => classAt(above + x, below + x), found);
    forEachRun(0, width, (x) => classAt(below + x, above + x), found);
  }
  for (let x = 0; x <= width; x += 1) {
    const [left, right] = [rowLength + x, rowLength + x + 1];
    const found = (classNumber, from, to) => add(classNumber, `M${x} ${from}V${to}`);
    forEachRun(0, height, (y) => classAt(left + y * rowLength, right + y * rowLength), found);
    forEachRun(0, height, (y) => classAt(right + y * rowLength, left + y * rowLength), found);
  }
  return new Map([...parts].map(([classNumber, texts]) => [classNumber, texts.join("")]));
}

/** Return a mask without the objects of hidden classes, with a margin of one unlabeled pixel on each side. */
function withMargin(numbers, width, height, classOf) {
  const padded = new Uint32Array((width + 2) * (height + 2));
  for (let y = 0, index = 0; y < height; y += 1) {
    for (let x = 0, at = (y + 1) * (width + 2) + 1; x < width; x += 1, index += 1, at += 1) {
      padded[at] = classOf[numbers[index]] < 0 ? UNLABELED : numbers[index];
    }
  }
  return padded;
}

/** Return the SVG elements of the outlines of all visible objects. All halos are below all lines. */
function edgeElements(numbers, width, height, classNumbers) {
  const paths = [...edgePaths(numbers, width, height, classNumbers)];
  const part = (role) => ([classNumber, d]) => svgElement("path", { d, class: role }, colorsOf(classNumber));
  return [...paths.map(part("halo")), ...paths.map(part("line"))];
}
