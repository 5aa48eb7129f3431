// The images of the cameras of a point cloud, with the boxes over them. A strip below the stage has small images. After a
// click on a small image, the stage shows this image large.

let tiles = []; // for each image in the strip: its SVG elements, and the path of each object number

/** Return the SVG elements of the boxes that a camera sees. Near boxes cover far boxes. */
function boxShapes({ boxes, objects }) {
  return boxes.flatMap(([number, d]) => {
    const part = (role) => svgElement("path", { d, class: `${role} cuboid`, "data-number": number }, colorsOf(objects[number - 1].class_number));
    return [part("halo"), part("shape")];
  });
}

/** Return the detail of a sample with the image of a camera instead of the point cloud. */
function cameraDetail(sample, { name, image, size, boxes }) {
  const paths = new Map(boxes);
  const objects = sample.objects.map((object, index) => ({ ...object, path: paths.get(index + 1) ?? "" }));
  return { ...sample, cloud: null, numbers: null, name, image, size, boxes, objects };
}

/**
 * Fill the strip with the cameras of a sample. A camera in the stage stays there if the sample has an image of a camera with
 * the same index and name.
 */
function fillCameras(sample) {
  const { cameras } = sample;
  const sameCamera = cameras[viewer.camera];
  if (!sameCamera?.image || sameCamera.name !== viewer.cameraName) viewer.camera = null;
  const cameraTiles = cameras.map((camera) => cameraTile(sample, camera));
  tiles = cameraTiles.filter(({ shapes }) => shapes);
  const cloudButton = element("button", { type: "button", class: "cloud-choice" }, "Point cloud");
  const buttons = [cloudButton, ...cameraTiles.map(({ button }) => button)];
  buttons.forEach((button, index) => button.addEventListener("click", () => chooseCamera(index ? index - 1 : null)));
  const strip = find("cameras");
  const scrollPosition = strip.scrollLeft;
  strip.hidden = !cameras.length;
  strip.replaceChildren(...buttons.map((button) => element("li", {}, button)));
  strip.scrollLeft = scrollPosition; // the next frame has the same cameras
  paintTiles();
}

function cameraTile(sample, camera) {
  const { name, image, size, full_size, boxes } = camera;
  const caption = element("span", { class: "camera-name" }, name);
  if (!image) return { button: element("button", { type: "button", disabled: "" }, element("span", { class: "frame faded" }, "No image"), caption) };
  const view = { viewBox: `0 0 ${size.join(" ")}`, preserveAspectRatio: "none" };
  const shapes = svgElement("svg", { ...view, class: "shapes" });
  const outline = svgElement("svg", { ...view, class: "outline" });
  shapes.append(...boxShapes({ boxes, objects: sample.objects }));
  outline.append(svgElement("path", { class: "halo" }), svgElement("path", { class: "line" }));
  const frame = element("span", { class: "frame camera", style: { "aspect-ratio": size.join(" / ") } }, element("img", { src: image, alt: "", decoding: "async" }), shapes, outline);
  const title = `${name}: ${full_size.join(" × ")}${size[0] < full_size[0] ? `, scaled down to ${size.join(" × ")}` : ""}`;
  return { button: element("button", { type: "button", title }, frame, caption), shapes, outline, paths: new Map(boxes) };
}

/** Show the image of a camera in the stage, or the point cloud if the argument is null. */
function chooseCamera(index) {
  viewer.camera = index;
  viewer.cameraName = viewer.sample.cameras[index]?.name;
  showView();
}

/** Mark the choice in the strip. While the stage shows a camera, disable the controls of the view of the point cloud. */
function markCamera() {
  const chosen = viewer.camera === null ? 0 : viewer.camera + 1;
  find("cameras").querySelectorAll("button").forEach((button, index) => button.setAttribute("aria-pressed", index === chosen));
  for (const id of ["show-points", "point-color", "look-top", "look-oblique"]) find(id).disabled = viewer.camera !== null;
}

/** In the strip, hide the boxes of hidden classes, and show the other boxes. */
function paintTiles() {
  const { objects } = viewer.sample;
  for (const { shapes } of tiles) {
    for (const shape of shapes.children) shape.classList.toggle("off", layers.hidden.has(objects[shape.dataset.number - 1].class_number));
  }
}

/** Outline an object in all images of the strip; the number 0 removes the outline. */
function highlightInTiles(number) {
  for (const { outline, paths } of tiles) drawHighlight(outline, paths.get(number) ?? "");
}

layers.changed.addEventListener("classes", () => viewer.sample && paintTiles());
find("show-boxes").addEventListener("change", ({ target }) => find("viewer").classList.toggle("without-boxes", !target.checked));
