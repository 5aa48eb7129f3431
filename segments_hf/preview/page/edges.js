// The outlines of the objects of a mask as SVG paths along the edges of pixels.

/** Return the bounding box [left, top, right, bottom) of each number in a mask, for numbers from 0 to `count`. */
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

/** Return the SVG path along the pixel edges of one number. The last argument is the bounding box of the number. */
function outlinePath(numbers, width, number, [left, top, right, bottom]) {
  const isIn = (x, y) => x >= left && y >= top && x < right && y < bottom && numbers[y * width + x] === number;
  const parts = [];
  for (let y = top; y <= bottom; y += 1) {
    runs(left, right, (x) => isIn(x, y) !== isIn(x, y - 1), (_, from, to) => parts.push(`M${from} ${y}H${to}`));
  }
  for (let x = left; x <= right; x += 1) {
    runs(top, bottom, (y) => isIn(x, y) !== isIn(x - 1, y), (_, from, to) => parts.push(`M${x} ${from}V${to}`));
  }
  return parts.join("");
}

/** Call `found` with the value and the range [begin, end) of each run of equal values other than false and -1. */
function runs(first, end, valueAt, found) {
  let begin = first;
  let value = false;
  for (let position = first; position <= end; position += 1) {
    const next = position < end && valueAt(position);
    if (next === value) continue;
    if (value !== false && value !== -1) found(value, begin, position);
    begin = position;
    value = next;
  }
}

/** Return the SVG path of the outlines of all visible objects of each class. */
function edgePaths(numbers, width, height, classNumbers) {
  const classOf = visibleClasses(classNumbers);
  const padded = withMargin(numbers, width, height, classOf);
  const row = width + 2;
  const parts = new Map();
  const add = (number, text) => (parts.has(number) ? parts.get(number).push(text) : parts.set(number, [text]));
  // An edge between two objects belongs to the classes of both, and so each edge is read from both sides.
  const classAt = (own, other) => (padded[own] === padded[other] ? -1 : classOf[padded[own]]);
  for (let y = 0; y <= height; y += 1) {
    const [above, below] = [y * row + 1, (y + 1) * row + 1];
    const found = (number, from, to) => add(number, `M${from} ${y}H${to}`);
    runs(0, width, (x) => classAt(above + x, below + x), found);
    runs(0, width, (x) => classAt(below + x, above + x), found);
  }
  for (let x = 0; x <= width; x += 1) {
    const [left, right] = [row + x, row + x + 1];
    const found = (number, from, to) => add(number, `M${x} ${from}V${to}`);
    runs(0, height, (y) => classAt(left + y * row, right + y * row), found);
    runs(0, height, (y) => classAt(right + y * row, left + y * row), found);
  }
  return new Map([...parts].map(([number, texts]) => [number, texts.join("")]));
}

/** Return the visible numbers of a mask with a margin of one unlabeled pixel on each side. */
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
  const part = (role) => ([number, d]) => svgElement("path", { d, class: role }, colorsOf(number));
  return [...paths.map(part("halo")), ...paths.map(part("line"))];
}
