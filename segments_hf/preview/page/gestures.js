// Zoom and move the image with the wheel, the pointer, two fingers, buttons and keys. Point clouds can also be turned.

const BUTTON_FACTOR = 1.5; // a button or a key multiplies or divides the scale by this factor
const KEY_SHIFT = 80; // the movement by an arrow key, in screen pixels
const LINE_HEIGHT = 16; // pixels, for wheel events that count lines
const pointers = new Map(); // the last event of each pressed pointer
let pinch = null; // the state at the start of a gesture with two fingers

function zoomWithWheel(event) {
  event.preventDefault();
  const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1);
  zoomBy(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), event); // ctrlKey: a pinch on a touchpad
}

function pressPointer(event) {
  if (event.button !== 0 && !viewer.cloud) return;
  pointers.set(event.pointerId, event);
  if (isMovable() || pointers.size > 1) find("stage").setPointerCapture(event.pointerId);
  startPinch();
}

function startPinch() {
  const pressed = [...pointers.values()];
  const isPinch = pressed.length === 2 && viewer.parts;
  pinch = isPinch ? { scale: zoom.scale, distance: distance(pressed), point: imagePoint(middle(pressed)) } : null;
}

const middle = ([one, other]) => ({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
const distance = ([one, other]) => Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY));

function movePointer(event) {
  const lastEvent = pointers.get(event.pointerId);
  if (!lastEvent) return;
  pointers.set(event.pointerId, event);
  const pressed = [...pointers.values()];
  if (pinch) zoomTo((pinch.scale * distance(pressed)) / pinch.distance, pinch.point, middle(pressed));
  else if (pressed.length === 1 && isMovable()) {
    const isTurn = viewer.cloud && event.buttons === 1 && !event.shiftKey;
    (isTurn ? turnBy : panBy)(event.clientX - lastEvent.clientX, event.clientY - lastEvent.clientY);
  }
}

/** Tell whether a single pressed pointer moves the image, or moves or turns the point cloud. */
const isMovable = () => viewer.cloud || isZoomed();

/** Tell whether the pressed pointers zoom, move or turn the view. While they do, no object is highlighted. */
const isDragging = () => pointers.size > 1 || (pointers.size === 1 && isMovable());

function releasePointer(event) {
  pointers.delete(event.pointerId);
  startPinch();
}

const ZOOM_KEYS = { "+": BUTTON_FACTOR, "=": BUTTON_FACTOR, "-": 1 / BUTTON_FACTOR, "_": 1 / BUTTON_FACTOR };
const SHIFTS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Zoom, move or turn the view with a key. Return whether the key has such an effect. */
function pressZoomKey({ key, shiftKey }) {
  if (key === "0") showWhole();
  else if (viewer.cloud && shiftKey && key in SHIFTS) turnBy(...SHIFTS[key].map((shift) => (-shift * KEY_TURN) / TURN));
  else if (viewer.cloud && key === "t") lookFrom(TOP);
  else if (key in ZOOM_KEYS) zoomBy(ZOOM_KEYS[key]);
  else if (key in SHIFTS && isZoomed()) panBy(...SHIFTS[key].map((shift) => shift * KEY_SHIFT));
  else return false;
  return true;
}

find("stage").addEventListener("wheel", zoomWithWheel, { passive: false });
find("stage").addEventListener("pointerdown", pressPointer);
find("stage").addEventListener("pointermove", movePointer);
find("stage").addEventListener("contextmenu", (event) => viewer.cloud && event.preventDefault()); // the right button moves the point cloud
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, releasePointer);
find("zoom-in").addEventListener("click", () => zoomBy(BUTTON_FACTOR));
find("zoom-out").addEventListener("click", () => zoomBy(1 / BUTTON_FACTOR));
find("zoom-fit").addEventListener("click", showWhole);
