// Labels drawn: masks colored by class, vectors as SVG, the outline of an object.

const SVG = "http://www.w3.org/2000/svg";

function svgElement(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Colors a mask: `classNumbers` has the class of each number, from 1 on; hidden classes are left out. */
function paintMask(canvas, mask, numbers, classNumbers) {
  canvas.width = mask.width;
  canvas.height = mask.height;
  const picture = new ImageData(mask.width, mask.height);
  const table = new Uint32Array(classNumbers.length + 1); // 0 is unlabeled, and stays clear
  const bytes = new Uint8Array(table.buffer);
  classNumbers.forEach((number, place) => {
    if (!layers.hidden.has(number)) bytes.set([...classes[number].color, 255], 4 * (place + 1));
  });
  const pixels = new Uint32Array(picture.data.buffer);
  for (let place = 0; place < pixels.length; place += 1) pixels[place] = table[numbers[place]];
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

/** The left, top, right and bottom of each number in a mask, from 0 on; right and bottom are outside. */
function extentsOf(numbers, width, height, count) {
  const extents = Array.from({ length: count + 1 }, () => [width, height, 0, 0]);
  for (let y = 0, place = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, place += 1) {
      const extent = extents[numbers[place]];
      if (x < extent[0]) extent[0] = x;
      if (y < extent[1]) extent[1] = y;
      if (x >= extent[2]) extent[2] = x + 1;
      if (y >= extent[3]) extent[3] = y + 1;
    }
  }
  return extents;
}

/** The path along the edges of the pixels of one number, which is within an extent. */
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

/** Where something is so, from a first place to one past the last: pairs of begin and end. */
function runs(first, end, isSo) {
  const found = [];
  let begin = null;
  for (let place = first; place <= end; place += 1) {
    const so = place < end && isSo(place);
    if (so && begin === null) begin = place;
    if (!so && begin !== null) {
      found.push([begin, place]);
      begin = null;
    }
  }
  return found;
}

/** The path of a vector: points are lines without length, whose round ends are dots. */
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

/** Rings around points. */
const ringsPath = (points, radius) =>
  points.map(([x, y]) => `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`).join("");

const KINDS = new Set(["polygon", "bbox", "polyline"]);

/** An object as a shape; null where it has no points. */
function vectorShape(object, number) {
  const d = vectorPath(object);
  if (!d) return null;
  const kind = KINDS.has(object.type) ? object.type : "point";
  const shape = svgElement("path", { d, class: `shape ${kind}`, "data-number": number });
  shape.style.setProperty("--color", colorOf(object.class_number));
  return shape;
}
