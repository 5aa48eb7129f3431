// The view of a point cloud in the viewer: its points, and over them its boxes, polygons, lines and labeled points.

const RAMP = [[84, 110, 235], [45, 190, 210], [120, 220, 110], [240, 210, 60], [245, 120, 60]]; // from low to high values
const GRAYS = [[72, 72, 76], [214, 214, 216]]; // of points without a visible class, from low to high values
const HIGHLIGHT = [255, 255, 255];
const NEAR_POINT = 7; // pixels: the largest distance from the pointer to a point whose object is highlighted
const POINT_SIZE = [1.6, 4]; // the smallest and largest width of a point in pixels, at a scale of 1
const LARGEST_POINT = 9; // the largest width of a point in pixels, at any scale
const HEADING_LENGTH = 1.5; // the length of the line of the heading, relative to half the length of the box

/** Decode the points of a sample. Positions are relative to the center of the view, because float32 is more precise near 0. */
async function readCloud({ cloud, objects }) {
  const arrays = ["positions", "numbers", "intensities"].map((name) => cloud[name] && unpack(cloud[name]));
  const [steps, numbers, intensities] = await Promise.all(arrays);
  const { count, corner, step } = cloud;
  const objectPoints = objects.flatMap(({ type, geometry_3d: geometry }) => (type === "cuboid" && geometry ? cuboidPoints(geometry) : geometry ?? []));
  const axes = [0, 1, 2].map((axis) => steps.subarray(axis * count, (axis + 1) * count));
  const ranges = axes.map((values, axis) => shownRange(values, (value) => corner[axis] + value * step, objectPoints.map((point) => point[axis])));
  const center = ranges.map(([low, high]) => (low + high) / 2);
  const positions = new Float32Array(3 * count);
  let reach = 1e-6; // the largest distance of a point from the center
  for (let index = 0; index < count; index += 1) {
    let squares = 0;
    for (let axis = 0; axis < 3; axis += 1) {
      const value = corner[axis] - center[axis] + axes[axis][index] * step;
      positions[3 * index + axis] = value;
      squares += value * value;
    }
    reach = Math.max(reach, Math.sqrt(squares));
  }
  const corners = [0, 1].map((end) => ranges.map((range) => range[end]));
  const shades = { height: shareOf(axes[2]), intensity: intensities && shareOf(intensities) };
  return { count, center, positions, numbers, shades, reach, corners, isDrawn: true };
}

const percentile = (sorted, share) => sorted[Math.floor(share * (sorted.length - 1))];

/**
 * Return the lowest and highest coordinate on one axis that the view shows. Between them are 94 % of the points, and all
 * objects, except for coordinates of objects that are far from all points.
 */
function shownRange(values, valueOf, objectValues) {
  const sorted = values.slice().sort();
  const [lowest, low, high, highest] = sorted.length ? [0, 0.03, 0.97, 1].map((share) => valueOf(percentile(sorted, share))) : [-Infinity, Infinity, -Infinity, Infinity];
  const margin = (highest - lowest) / 2;
  const near = objectValues.filter((value) => value >= lowest - margin && value <= highest + margin);
  return near.reduce(([begin, end], value) => [Math.min(begin, value), Math.max(end, value)], [low, high]);
}

/** Return a function from the index of a value to a share: 0 up to the 2nd percentile of the values, 1 from the 98th on. */
function shareOf(values) {
  const sorted = values.slice().sort();
  const [low, high] = [percentile(sorted, 0.02), percentile(sorted, 0.98)];
  return (index) => clamp((values[index] - low) / Math.max(high - low, 1e-9), 0, 1);
}

/** Interpolate between the colors of a ramp: a share of 0 is the first color, 1 is the last color. */
function rampColor(ramp, share) {
  const position = share * (ramp.length - 1);
  const index = Math.min(Math.floor(position), ramp.length - 2);
  return ramp[index].map((value, channel) => value + (ramp[index + 1][channel] - value) * (position - index));
}

/** Return the color of each point as four bytes. The points of the highlighted object are white. */
function pointColors(cloud, highlightedNumber) {
  const mode = find("point-color").value;
  const classOf = visibleClasses(viewer.detail.objects.map((object) => object.class_number));
  const shade = cloud.shades[mode] ?? cloud.shades.intensity ?? cloud.shades.height;
  const ramp = Array.from({ length: 256 }, (_, index) => rampColor(mode === "class" ? GRAYS : RAMP, index / 255));
  const colors = new Uint8Array(4 * cloud.count);
  const share = layers.opacity / 100;
  for (let index = 0; index < cloud.count; index += 1) {
    const number = cloud.numbers ? cloud.numbers[index] : 0;
    const gray = ramp[Math.round(255 * shade(index))];
    const color = mode === "class" && classOf[number] >= 0 ? classes[classOf[number]].color : gray;
    const isHighlighted = number > 0 && number === highlightedNumber;
    for (let channel = 0; channel < 3; channel += 1) {
      colors[4 * index + channel] = isHighlighted ? HIGHLIGHT[channel] : gray[channel] + (color[channel] - gray[channel]) * share;
    }
  }
  return colors;
}

/** Return the SVG path of an object. `project` converts a point to its position in the stage. */
function geometryPath({ type, geometry_3d: geometry }, project) {
  if (!geometry) return "";
  if (type !== "cuboid") return vectorPath({ type, points: geometry.map(project) });
  const points = cuboidPoints(geometry).map((point) => project(point).map((value) => value.toFixed(1)).join(" "));
  const face = (start) => `M${points.slice(start, start + 4).join("L")}Z`;
  const line = (from, to) => `M${points[from]}L${points[to]}`;
  return face(0) + face(4) + [0, 1, 2, 3].map((corner) => line(corner, corner + 4)).join("") + line(8, 9);
}

/** Return the four lower and the four upper corners of a cuboid, and the ends of the line of its heading. */
function cuboidPoints([center, length, width, height]) {
  const at = (along, across, up) => center.map((value, axis) => value + along * length[axis] + across * width[axis] + up * height[axis]);
  const face = (up) => [at(1, 1, up), at(1, -1, up), at(-1, -1, up), at(-1, 1, up)];
  return [...face(-1), ...face(1), center, at(HEADING_LENGTH, 0, 0)];
}

/**
 * Schedule one drawing of the point cloud before the next frame of the screen. The drawing uses the latest direction
 * and zoom.
 */
function scheduleDrawing() {
  if (viewer.cloud.isDrawn) requestAnimationFrame(drawCloud);
  viewer.cloud.isDrawn = false;
}

function drawCloud() {
  const { cloud, parts, detail } = viewer;
  if (!cloud || cloud.isDrawn) return; // the stage has changed since the drawing was scheduled
  cloud.isDrawn = true;
  const { clientWidth, clientHeight } = find("stage");
  zoom.scale = limitedScale(zoom.scale);
  showZoom();
  const project = cameraProjection();
  const view = `0 0 ${clientWidth} ${clientHeight}`;
  for (const svg of [parts.shapes, parts.outline]) svg.setAttribute("viewBox", view);
  const paths = find("show-boxes").checked ? detail.objects.map((object) => geometryPath(object, project)) : [];
  for (const shape of parts.shapes.querySelectorAll("[data-number]")) shape.setAttribute("d", paths[shape.dataset.number - 1] ?? "");
  const [x, y] = project([0, 0, 0]);
  parts.sensor.setAttribute("d", `M${x - 6} ${y}h12M${x} ${y - 6}v12`);
  const spread = Math.sqrt((clientWidth * clientHeight) / Math.max(cloud.count, 1)) / 3;
  const size = Math.min(clamp(spread, ...POINT_SIZE) * Math.max(1, zoom.scale) ** 0.4, LARGEST_POINT);
  drawPoints(find("show-points").checked ? cloud.count : 0, cameraMatrix(cloud), size);
  zoom.changed.dispatchEvent(new Event("change"));
}

/** Color the points again, and draw the view. */
function paintCloud() {
  setColors(pointColors(viewer.cloud, Number(viewer.parts.outline.dataset.number ?? 0)));
  scheduleDrawing();
}

/**
 * Find the points near a position in the window, and return the object number of the point that is closest to the camera; 0
 * if there is no such point, or if the points are hidden or have no labels.
 */
function numberOfNearestPoint({ clientX, clientY }) {
  const { cloud } = viewer;
  if (!cloud.numbers || !find("show-points").checked) return 0;
  const { left, top } = find("stage").getBoundingClientRect();
  const [across, down, forward] = cameraRows().map((row) => [...row.slice(0, 3), row[3] + dot(row, cloud.center)]);
  const { positions, numbers } = cloud;
  const valueAt = (row, start) => row[0] * positions[start] + row[1] * positions[start + 1] + row[2] * positions[start + 2] + row[3];
  let [number, closest] = [0, -Infinity];
  for (let index = 0; index < cloud.count; index += 1) {
    const [x, y] = [valueAt(across, 3 * index) - clientX + left, valueAt(down, 3 * index) - clientY + top];
    if (x * x + y * y > NEAR_POINT ** 2) continue;
    const nearness = valueAt(forward, 3 * index);
    if (nearness > closest) [number, closest] = [numbers[index], nearness];
  }
  return number;
}

/** Show a point cloud in the stage. The frames of one sequence keep the direction and the zoom. */
async function showCloud(entry, detail, before) {
  const cloud = await readCloud(detail);
  if (viewer.detail !== detail) return;
  const shapes = svgElement("svg", { class: "shapes" });
  const outline = svgElement("svg", { class: "outline" });
  const sensor = svgElement("path", { class: "sensor" });
  viewer.cloud = cloud;
  shapes.append(sensor, ...vectorShapes(detail.objects, ({ geometry_3d: geometry }) => geometry && "M0 0"));
  outline.append(svgElement("path", { class: "halo" }), svgElement("path", { class: "line" }));
  const frame = element("div", { class: "frame cloud" }, pointRenderer.canvas, shapes, outline);
  listenToPointer(frame);
  frame.addEventListener("click", highlightUnderPointer); // for taps: while a pointer is pressed, its moves turn the cloud and remove the highlight
  find("stage").replaceChildren(frame);
  viewer.parts = { frame, shapes, outline, sensor };
  setPositions(cloud.positions);
  const isSameSequence = before?.cloud && before.entry.name === entry.name && before.entry.split === entry.split;
  if (!isSameSequence) resetZoom();
  paintStage();
}

/** Return the detail of a sample for browsers without WebGL, with the view from above as the image. */
function withoutWebgl(entry, detail) {
  const { image, numbers } = thumbOf(entry);
  const notice = "This browser has no WebGL, which draws point clouds. The image shows the points from above.";
  return { ...detail, image, numbers, size: [numbers.width, numbers.height], notices: [...detail.notices, notice] };
}

/** Show the section of the point cloud, with its controls and the number of its points; hide it if there is no cloud. */
function fillCloudControls({ cloud, objects }) {
  find("cloud").hidden = !cloud;
  if (!cloud) return;
  find("cloud-controls").hidden = !hasWebgl;
  find("show-boxes").parentElement.hidden = !objects.some(({ geometry_3d: geometry }) => geometry);
  find("point-color").querySelector("[value=intensity]").disabled = !cloud.intensities;
  if (!cloud.intensities && find("point-color").value === "intensity") find("point-color").value = "class";
  const total = plural(cloud.total, "point");
  find("point-count").textContent = cloud.count < cloud.total ? `${cloud.count.toLocaleString("en")} of ${total} are shown, chosen evenly.` : `${total}.`;
}

for (const id of ["show-points", "show-boxes", "point-color"]) find(id).addEventListener("change", () => viewer.cloud && paintCloud());
find("look-top").addEventListener("click", () => viewer.cloud && lookFrom(TOP));
find("look-oblique").addEventListener("click", () => viewer.cloud && lookFrom(OBLIQUE));
pointRenderer.canvas.addEventListener("webglcontextrestored", () => {
  startWebgl();
  if (!viewer.cloud) return;
  setPositions(viewer.cloud.positions);
  paintCloud();
});
document.body.classList.toggle("clouds", page.has_clouds);
