// The highlighted object: its outline and its tooltip. The pointer or the list of objects selects it.

const RING_RADIUS = 9; // screen pixels: the radius of the ring that highlights a point
// Lines and points are thin, so the pointer also selects them from a short distance: from these offsets in screen pixels.
const NEAR_OFFSETS = [[0, 0], [4, 0], [-4, 0], [0, 4], [0, -4]];

/** Outline an object. With a pointer event, also describe the object in a tooltip at the pointer. The number 0 removes both. */
function setHighlight(number, pointer = null) {
  const object = viewer.detail?.objects[number - 1];
  const outline = viewer.parts?.outline;
  if (outline && Number(outline.dataset.number ?? 0) !== number) {
    outline.dataset.number = number;
    drawHighlight(outline, object ? highlightPath(object, number) : "");
    highlightInTiles(number);
    if (viewer.cloud?.numbers) paintCloud();
  }
  find("tip").hidden = !object || !pointer;
  if (object && pointer) showTip(object, pointer);
}

function drawHighlight(outline, d) {
  for (const path of outline.children) path.setAttribute("d", d);
}

function highlightPath(object, number) {
  if (viewer.cloud) {
    const isPoint = object.geometry_3d && !LINE_TYPES.has(object.type);
    return isPoint ? ringsPath(object.geometry_3d.map(cameraProjection()), RING_RADIUS) : geometryPath(object, cameraProjection());
  }
  const [width] = viewer.detail.size;
  if (viewer.numbers) return outlinePath(viewer.numbers, width, number, viewer.boxes[number]);
  if (LINE_TYPES.has(object.type)) return vectorPath(object);
  return ringsPath(object.points ?? [], (RING_RADIUS * width) / viewer.parts.frame.clientWidth);
}

function showTip(object, pointer) {
  const tip = find("tip");
  const facts = element("dl", {});
  fillPairs(facts, [["id", object.id], ...objectFacts(object)]);
  tip.replaceChildren(element("p", {}, swatch(object.class_number), nameOf(object)), facts);
  const below = pointer.clientY + 16;
  const top = below + tip.offsetHeight + 8 > innerHeight ? pointer.clientY - tip.offsetHeight - 16 : below;
  tip.style.setProperty("left", `${Math.max(8, Math.min(pointer.clientX + 16, innerWidth - tip.offsetWidth - 8))}px`);
  tip.style.setProperty("top", `${Math.max(8, top)}px`);
}

/** Highlight the object at the position of a pointer event, if its class is visible. */
function highlightUnderPointer(event) {
  if (isDragging()) {
    setHighlight(0);
    return;
  }
  const number = numberAt(event);
  const object = viewer.detail.objects[number - 1];
  setHighlight(object && !layers.hidden.has(object.class_number) ? number : 0, event);
}

/** Return the object number at the position of a pointer event; 0 if there is no object. */
function numberAt(event) {
  if (viewer.cloud) return numberOfSmallestShape(event) || numberOfNearestPoint(event);
  if (!viewer.numbers) return numberOfSmallestShape(event);
  const [width, height] = viewer.detail.size;
  const box = viewer.parts.frame.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * height);
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : viewer.numbers[y * width + x];
}

function numberOfSmallestShape(event) {
  const elementsAt = ([x, y]) => document.elementsFromPoint(event.clientX + x, event.clientY + y);
  const shapes = NEAR_OFFSETS.flatMap(elementsAt).filter((node) => node.matches(".shape"));
  const area = (shape) => shape.getBBox().width * shape.getBBox().height;
  const [smallest] = shapes.sort((one, other) => area(one) - area(other));
  return Number(smallest?.dataset.number ?? 0);
}

/**
 * After each change of the zoom, draw two types of highlights again: those in a point cloud, because the object has moved on
 * the screen; and the rings around points of an image, because their size on the screen does not depend on the zoom.
 */
zoom.changed.addEventListener("change", () => {
  const { outline } = viewer.parts;
  const number = Number(outline.dataset.number ?? 0);
  const object = viewer.detail.objects[number - 1];
  if (object && (viewer.cloud || (object.points && !LINE_TYPES.has(object.type)))) drawHighlight(outline, highlightPath(object, number));
});
