// Draw labels: masks in the colors of the classes, vectors as SVG paths, and the outline of an object.

const SVG = "http://www.w3.org/2000/svg";

function svgElement(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Paint a mask onto a canvas. `classNumbers[n - 1]` is the class of the number n; hidden classes are transparent. */
function paintMask(canvas, mask, numbers, classNumbers) {
  canvas.width = mask.width;
  canvas.height = mask.height;
  const overlay = new ImageData(mask.width, mask.height);
  const table = new Uint32Array(classNumbers.length + 1); // 0 is unlabeled, and stays transparent
  const bytes = new Uint8Array(table.buffer);
  classNumbers.forEach((number, index) => {
    if (!layers.hidden.has(number)) bytes.set([...classes[number].color, 255], 4 * (index + 1));
  });
  const pixels = new Uint32Array(overlay.data.buffer);
  for (let index = 0; index < pixels.length; index += 1) pixels[index] = table[numbers[index]];
  canvas.getContext("2d").putImageData(overlay, 0, 0);
}

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
    parts.push(...runs(left, right, (x) => isIn(x, y) !== isIn(x, y - 1)).map(([from, to]) => `M${from} ${y}H${to}`));
  }
  for (let x = left; x <= right; x += 1) {
    parts.push(...runs(top, bottom, (y) => isIn(x, y) !== isIn(x - 1, y)).map(([from, to]) => `M${x} ${from}V${to}`));
  }
  return parts.join("");
}

/** Return the runs [begin, end) of consecutive integers from `first` to below `end` that pass a test. */
function runs(first, end, passes) {
  const found = [];
  let begin = null;
  for (let value = first; value <= end; value += 1) {
    const isIn = value < end && passes(value);
    if (isIn && begin === null) begin = value;
    if (!isIn && begin !== null) {
      found.push([begin, value]);
      begin = null;
    }
  }
  return found;
}

/** Return the SVG path of a vector. A point is a line of length 0, whose round ends are drawn as a dot. */
function vectorPath({ type, points }) {
  if (!points?.length) return "";
  const listed = points.map((point) => point.join(" "));
  if (type === "polygon") return `M${listed.join("L")}Z`;
  if (type === "polyline") return `M${listed.join("L")}`;
  if (type !== "bbox") return listed.map((point) => `M${point}h0`).join("");
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return `M${left} ${top}H${right}V${bottom}H${left}Z`;
}

/** Return the SVG path of rings around points. */
const ringsPath = (points, radius) =>
  points.map(([x, y]) => `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`).join("");

const KINDS = new Set(["polygon", "bbox", "polyline"]);

/** Return the SVG shape of a vector; null if the object has no points. */
function vectorShape(object, number) {
  const d = vectorPath(object);
  if (!d) return null;
  const kind = KINDS.has(object.type) ? object.type : "point";
  const shape = svgElement("path", { d, class: `shape ${kind}`, "data-number": number });
  shape.style.setProperty("--color", colorOf(object.class_number));
  return shape;
}
