// The zoom of the viewer: the size and position of the image in the stage. At a scale of 1, the image fits the stage.
// The image, the masks and the shapes are children of one frame, so that they stay aligned. The view of a point cloud has
// the size of the stage, and its camera uses the zoom.

const zoom = { scale: 1, x: 0, y: 0, changed: new EventTarget() };
const LARGEST_SCALE = 8; // the largest scale, unless a larger scale is necessary for `LARGEST_PIXEL`
const LARGEST_PIXEL = 40; // screen pixels: every image can be enlarged until its pixels have this width
const SHARP_PIXEL = 2; // screen pixels: from this width on, the pixels of an image are shown as squares

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Return the size of the stage, and the size of the image at a scale of 1. */
function fittedSize() {
  const { clientWidth, clientHeight } = find("stage");
  const [width, height] = viewer.detail.size;
  const scale = Math.min(clientWidth / width, clientHeight / height);
  return { stage: [clientWidth, clientHeight], fitted: [width * scale, height * scale] };
}

const SMALLEST_CLOUD_SCALE = 0.1;
const LARGEST_CLOUD_SCALE = 200;

function limitedScale(scale) {
  if (viewer.cloud) return clamp(scale, SMALLEST_CLOUD_SCALE, LARGEST_CLOUD_SCALE);
  const [width] = fittedSize().fitted;
  return clamp(scale, 1, Math.max(LARGEST_SCALE, (LARGEST_PIXEL * viewer.detail.size[0]) / width));
}

/** Place the frame at the current zoom. The image cannot leave the stage. */
function placeFrame() {
  if (!viewer.parts) return;
  if (viewer.cloud) {
    scheduleDrawing();
    return;
  }
  const { stage, fitted } = fittedSize();
  const [imageWidth] = viewer.detail.size;
  zoom.scale = limitedScale(zoom.scale);
  // The size is rounded to whole pixels, because browsers round the edges of images and of shapes differently.
  const size = fitted.map((side) => Math.round(side * zoom.scale));
  const offset = [zoom.x, zoom.y].map((shift, axis) => {
    const hidden = Math.max(0, (size[axis] - stage[axis]) / 2);
    return clamp(shift, -hidden, hidden);
  });
  [zoom.x, zoom.y] = offset;
  const corner = offset.map((shift, axis) => Math.round((stage[axis] - size[axis]) / 2 + shift));
  const { style, classList } = viewer.parts.frame;
  ["left", "top"].forEach((name, axis) => style.setProperty(name, `${corner[axis]}px`));
  ["width", "height"].forEach((name, axis) => style.setProperty(name, `${size[axis]}px`));
  classList.toggle("sharp", size[0] >= SHARP_PIXEL * imageWidth);
  find("stage").classList.toggle("zoomed", isZoomed());
  showZoom();
  zoom.changed.dispatchEvent(new Event("change"));
}

function showZoom() {
  const text = `${zoom.scale.toLocaleString("en", { maximumFractionDigits: 1 })}×`;
  find("zoom-fit").textContent = text;
  find("zoom-fit").setAttribute("aria-label", `Zoom ${text}. Show the whole image`);
  find("zoom-out").disabled = find("zoom-fit").disabled = !viewer.cloud && !isZoomed();
}

const isZoomed = () => zoom.scale > 1.001;

/** Return the center of the stage as a position in the window. */
function stageCenter() {
  const { left, top, width, height } = find("stage").getBoundingClientRect();
  return { clientX: left + width / 2, clientY: top + height / 2 };
}

/** Return the point of the image at a position in the window, relative to the center of the image, in pixels at a scale of 1. */
function imagePoint({ clientX, clientY }) {
  const center = stageCenter();
  return [(clientX - center.clientX - zoom.x) / zoom.scale, (clientY - center.clientY - zoom.y) / zoom.scale];
}

/** Set the scale, and move a point of the image to a position in the window. */
function zoomTo(scale, [x, y], { clientX, clientY }) {
  const center = stageCenter();
  zoom.scale = limitedScale(scale);
  zoom.x = clientX - center.clientX - x * zoom.scale;
  zoom.y = clientY - center.clientY - y * zoom.scale;
  placeFrame();
}

/** Multiply the scale. The point of the image at `position` in the window does not move. */
function zoomBy(factor, position = stageCenter()) {
  if (viewer.parts) zoomTo(zoom.scale * factor, imagePoint(position), position);
}

function panBy(x, y) {
  zoom.x += x;
  zoom.y += y;
  placeFrame();
}

function resetZoom() {
  Object.assign(zoom, { scale: 1, x: 0, y: 0 });
  if (viewer.cloud) fitCamera(viewer.cloud.corners);
}

function showWhole() {
  resetZoom();
  placeFrame();
}

new ResizeObserver(placeFrame).observe(find("stage"));
