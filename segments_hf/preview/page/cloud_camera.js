// The direction from which a point cloud is seen, in parallel projection. The zoom moves and scales the result, as that
// of an image. Lengths are in the unit of the release.

const TOP = { azimuth: 0, elevation: Math.PI / 2 }; // from above, with x to the right and y up
const OBLIQUE = { azimuth: -0.96, elevation: 0.62 }; // radians: from behind the sensor and its right
const TURN = Math.PI / 450; // radians per pixel that the pointer moves: 225 pixels are a quarter turn
const KEY_TURN = Math.PI / 12;
const SMALLEST_VIEW = 0.01; // the smallest length that fits the stage, for clouds of one point
const camera = { ...OBLIQUE, target: [0, 0, 0], pixels: 1 }; // `target` is at the center of the stage without a shift

const dot = ([a, b, c], [x, y, z]) => a * x + b * y + c * z;

/** Return the directions to the right, up and to the viewer. */
function cameraAxes({ azimuth, elevation } = camera) {
  const [cos, sin] = [Math.cos(azimuth), Math.sin(azimuth)];
  const [flat, steep] = [Math.cos(elevation), Math.sin(elevation)];
  return { right: [cos, sin, 0], up: [-sin * steep, cos * steep, flat], viewer: [sin * flat, -cos * flat, steep] };
}

/** Return the rows of the matrix from x, y, z, 1 to the position in the stage in pixels: to the right, down, toward the viewer. */
function cameraRows() {
  const { clientWidth, clientHeight } = find("stage");
  const { right, up, viewer: toViewer } = cameraAxes();
  const scale = camera.pixels * zoom.scale;
  const row = (direction, factor, offset) => [...direction.map((part) => factor * part), offset - factor * dot(direction, camera.target)];
  return [row(right, scale, clientWidth / 2 + zoom.x), row(up, -scale, clientHeight / 2 + zoom.y), row(toViewer, scale, 0)];
}

/** Return a function from a point to its position in the stage in pixels: to the right and down. */
function cameraProjection() {
  const [across, down] = cameraRows();
  return (point) => [across, down].map((row) => dot(row, point) + row[3]);
}

/** Return the matrix for WebGL, column by column, for points relative to `center`. They are at most as far from it as `reach`. */
function cameraMatrix({ center, reach }) {
  const { clientWidth, clientHeight } = find("stage");
  const [across, down] = cameraRows();
  const project = cameraProjection();
  const toViewer = cameraAxes().viewer;
  const column = (axis) => [(2 * across[axis]) / clientWidth, (-2 * down[axis]) / clientHeight, (-0.99 / reach) * toViewer[axis], 0];
  const [x, y] = project(center);
  return [...column(0), ...column(1), ...column(2), (2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight, 0, 1];
}

/** Move the target to the point at the center of the stage, at the same height, so that the cloud turns about it. */
function centerTarget() {
  const { right, up, viewer: toViewer } = cameraAxes();
  const scale = camera.pixels * zoom.scale;
  const [across, upward] = [-zoom.x / scale, zoom.y / scale];
  const toward = toViewer[2] > 0.2 ? (-upward * up[2]) / toViewer[2] : 0;
  camera.target = camera.target.map((value, axis) => value + across * right[axis] + upward * up[axis] + toward * toViewer[axis]);
  Object.assign(zoom, { x: 0, y: 0 });
}

/** Turn the cloud with the pointer: to the right and down. */
function turnBy(x, y) {
  centerTarget();
  camera.azimuth -= x * TURN;
  camera.elevation = clamp(camera.elevation + y * TURN, 0, Math.PI / 2);
  placeFrame();
}

/** Set the scale and the target so that a box fits the stage. `corners` are two opposite corners. */
function fitCamera(corners) {
  const { clientWidth, clientHeight } = find("stage");
  const { right, up } = cameraAxes();
  camera.target = corners[0].map((value, axis) => (value + corners[1][axis]) / 2);
  const sides = corners[0].map((value, axis) => corners[1][axis] - value);
  const reach = (direction) => sides.reduce((sum, side, axis) => sum + Math.abs(side * direction[axis]), SMALLEST_VIEW);
  camera.pixels = 0.94 * Math.min(clientWidth / reach(right), clientHeight / reach(up));
}

function lookFrom(direction) {
  Object.assign(camera, direction);
  showWhole();
}
