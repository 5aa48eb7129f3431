// The virtual camera of the view of a point cloud, in parallel projection. The zoom of the viewer moves and scales the
// projected points in the same way as an image. Lengths are in the unit of the release.

const TOP = { azimuth: 0, elevation: Math.PI / 2 }; // from above, with x to the right and y up
const OBLIQUE = { azimuth: -0.96, elevation: 0.62 }; // radians: from behind the sensor, from its right and from above
const TURN = Math.PI / 450; // radians per pixel that the pointer moves: 225 pixels are a quarter turn
const KEY_TURN = Math.PI / 12; // radians per press of Shift and an arrow key
const SMALLEST_VIEW = 0.01; // the stage shows about this length if the cloud is one point
// `target`: the point at the center of the stage if the zoom does not move it. `pixels`: pixels per unit at a zoom scale of 1.
const cloudCamera = { ...OBLIQUE, target: [0, 0, 0], pixels: 1 };

const dot = ([a, b, c], [x, y, z]) => a * x + b * y + c * z;

/** Return unit vectors: to the right on the screen, up on the screen, and toward the camera. */
function cameraAxes({ azimuth, elevation } = cloudCamera) {
  const [cosA, sinA] = [Math.cos(azimuth), Math.sin(azimuth)];
  const [cosE, sinE] = [Math.cos(elevation), Math.sin(elevation)];
  return { right: [cosA, sinA, 0], up: [-sinA * sinE, cosA * sinE, cosE], toCamera: [sinA * cosE, -cosA * cosE, sinE] };
}

/** Return the rows of the matrix that converts [x, y, z, 1] to pixels in the stage: to the right, down and toward the camera. */
function cameraRows() {
  const { clientWidth, clientHeight } = find("stage");
  const { right, up, toCamera } = cameraAxes();
  const scale = cloudCamera.pixels * zoom.scale;
  const row = (direction, factor, offset) => [...direction.map((value) => factor * value), offset - factor * dot(direction, cloudCamera.target)];
  return [row(right, scale, clientWidth / 2 + zoom.x), row(up, -scale, clientHeight / 2 + zoom.y), row(toCamera, scale, 0)];
}

/** Return a function from a point to its position in the stage in pixels: to the right and down. */
function cameraProjection() {
  const [across, down] = cameraRows();
  return (point) => [across, down].map((row) => dot(row, point) + row[3]);
}

/**
 * Return the matrix for WebGL, column by column, for points relative to `center`. `reach` is the largest distance of a point
 * from `center`.
 */
function cameraMatrix({ center, reach }) {
  const { clientWidth, clientHeight } = find("stage");
  const [across, down] = cameraRows();
  const project = cameraProjection();
  const { toCamera } = cameraAxes();
  const column = (axis) => [(2 * across[axis]) / clientWidth, (-2 * down[axis]) / clientHeight, (-0.99 / reach) * toCamera[axis], 0];
  const [x, y] = project(center);
  return [...column(0), ...column(1), ...column(2), (2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight, 0, 1];
}

/**
 * Move the target to a point that is now at the center of the stage, so that the cloud turns about this point. The target
 * keeps its height, unless the camera looks almost horizontally.
 */
function centerTarget() {
  const { right, up, toCamera } = cameraAxes();
  const scale = cloudCamera.pixels * zoom.scale;
  const [across, upward] = [-zoom.x / scale, zoom.y / scale];
  const toward = toCamera[2] > 0.2 ? (-upward * up[2]) / toCamera[2] : 0;
  cloudCamera.target = cloudCamera.target.map((value, axis) => value + across * right[axis] + upward * up[axis] + toward * toCamera[axis]);
  Object.assign(zoom, { x: 0, y: 0 });
}

/** Turn the cloud by a movement of the pointer: `x` pixels to the right and `y` pixels down. */
function turnBy(x, y) {
  centerTarget();
  cloudCamera.azimuth -= x * TURN;
  cloudCamera.elevation = clamp(cloudCamera.elevation + y * TURN, 0, Math.PI / 2);
  placeFrame();
}

/** Set the scale and the target so that a box fits the stage. `corners` are two opposite corners of the box. */
function fitCamera(corners) {
  const { clientWidth, clientHeight } = find("stage");
  const { right, up } = cameraAxes();
  cloudCamera.target = corners[0].map((value, axis) => (value + corners[1][axis]) / 2);
  const sides = corners[0].map((value, axis) => corners[1][axis] - value);
  const extentAlong = (direction) => sides.reduce((sum, side, axis) => sum + Math.abs(side * direction[axis]), SMALLEST_VIEW);
  cloudCamera.pixels = 0.94 * Math.min(clientWidth / extentAlong(right), clientHeight / extentAlong(up));
}

function lookFrom(direction) {
  Object.assign(cloudCamera, direction);
  showWhole();
}
