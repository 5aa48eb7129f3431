// Convert vectors to SVG paths.

const SVG = "http://www.w3.org/2000/svg";
const LINE_TYPES = new Set(["polygon", "bbox", "polyline", "cuboid"]); // all other types are drawn as points

function svgElement(tag, attributes, style = {}) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
  return node;
}

/** Return the SVG path of a vector, or of a box in a camera image. A point is a line of length 0, drawn as a dot. */
function vectorPath({ type, points, path }) {
  if (path !== undefined) return path;
  if (!points?.length) return "";
  const listed = points.map((point) => point.join(" "));
  if (type === "polygon") return `M${listed.join("L")}Z`;
  if (type === "polyline") return `M${listed.join("L")}`;
  if (type !== "bbox") return listed.map((point) => `M${point}h0`).join("");
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return `M${left} ${top}H${right}V${bottom}H${left}Z`;
}

/** Return the SVG path of a ring around each point. */
const ringsPath = (points, radius) =>
  points.map(([x, y]) => `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`).join("");

/** Return the SVG elements of vectors: for each vector a halo and a shape. All halos are below all shapes. */
function vectorShapes(objects, pathOf = vectorPath) {
  const drawn = objects
    .map((object, index) => ({ object, number: index + 1, d: pathOf(object, index + 1) }))
    .filter(({ d }) => d);
  const part = (role) => ({ object, number, d }) => {
    const shapeType = LINE_TYPES.has(object.type) ? object.type : "point";
    return svgElement("path", { d, class: `${role} ${shapeType}`, "data-number": number }, colorsOf(object.class_number));
  };
  return [...drawn.map(part("halo")), ...drawn.map(part("shape"))];
}
