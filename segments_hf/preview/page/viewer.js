// The viewer shows one large sample. The address of the page selects the sample: #sample-12 is the twelfth sample.

const viewer = {
  entry: null, // the entry of the sample
  sample: null, // the detail of the sample
  camera: null, // the index of the camera whose image is in the stage; null if the stage shows the sample itself
  cameraName: null,
  detail: null, // the detail that the stage shows: `sample`, or a detail with the image of the camera
  numbers: null, // the object number of each pixel
  boxes: null, // the bounding box of the pixels of each object
  cloud: null, // the decoded points of a point cloud
  parts: null, // the elements of the stage
};

const indexInAddress = () => Number(/^#sample-(\d+)$/.exec(location.hash)?.[1] ?? 0) - 1;

function followAddress() {
  const entry = entries[indexInAddress()];
  if (entry) showSample(entry);
  else if (find("viewer").open) find("viewer").close();
}

async function showSample(entry) {
  const before = viewer.cloud && { ...viewer };
  const stored = detailOf(entry);
  const sample = stored.cloud && !hasWebgl ? withoutWebgl(entry, stored) : stored;
  Object.assign(viewer, { entry, sample });
  if (!find("viewer").open) find("viewer").showModal();
  fillPanel(entry, sample);
  fillCameras(sample);
  find("panel").scrollTop = 0;
  await showView(before);
}

/** Show the sample, or the image of the chosen camera, in the stage. `before` is the previous state of `viewer` if it showed a point cloud. */
async function showView(before = null) {
  const { entry, sample } = viewer;
  const detail = viewer.camera === null ? sample : cameraDetail(sample, sample.cameras[viewer.camera]);
  setHighlight(0);
  Object.assign(viewer, { detail, numbers: null, cloud: null, parts: null });
  markCamera();
  if (detail.cloud && hasWebgl) {
    find("zoom-bar").hidden = false;
    await showCloud(entry, detail, before);
    return;
  }
  fillStage(entry, detail);
  const numbers = detail.numbers && (await unpack(detail.numbers));
  if (viewer.detail !== detail) return;
  viewer.numbers = numbers;
  viewer.boxes = numbers && boundingBoxes(numbers, detail.numbers.width, detail.numbers.height, detail.objects.length);
  paintStage();
}

function fillStage(entry, detail) {
  find("zoom-bar").hidden = !detail.size;
  if (!detail.size) {
    find("stage").replaceChildren(element("p", { class: "faded" }, page.draws_labels ? missingText : "Not drawn: the label is listed as attributes"));
    return;
  }
  const [width, height] = detail.size;
  const view = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" };
  const mask = element("canvas", { class: "mask" });
  const edges = svgElement("svg", { ...view, class: "edges" });
  const shapes = svgElement("svg", { ...view, class: "shapes" });
  const outline = svgElement("svg", { ...view, class: "outline" });
  shapes.append(...(detail.boxes ? boxShapes(detail) : vectorShapes(detail.objects)));
  outline.append(svgElement("path", { class: "halo" }), svgElement("path", { class: "line" }));
  const frame = element("div", { class: detail.boxes ? "frame camera" : "frame" });
  if (detail.image) frame.append(element("img", { src: detail.image, alt: detail.name ?? entry.name, draggable: "false" }));
  frame.append(mask, edges, shapes, outline);
  listenToPointer(frame);
  find("stage").replaceChildren(frame);
  viewer.parts = { frame, mask, edges, shapes, outline };
  showWhole();
  paintStage();
}

/** Add event listeners that highlight the object under the pointer. */
function listenToPointer(frame) {
  frame.addEventListener("pointermove", highlightUnderPointer);
  frame.addEventListener("pointerdown", highlightUnderPointer);
  // After a touch, the tooltip stays until the next touch.
  frame.addEventListener("pointerleave", (event) => event.pointerType === "touch" || setHighlight(0));
}

function paintStage() {
  if (!viewer.parts) return;
  if (viewer.cloud) paintCloud();
  const { mask, edges, shapes } = viewer.parts;
  const classNumbers = viewer.detail.objects.map((object) => object.class_number);
  if (viewer.numbers) {
    const [width, height] = viewer.detail.size;
    paintMask(mask, viewer.detail.numbers, viewer.numbers, classNumbers);
    edges.replaceChildren(...edgeElements(viewer.numbers, width, height, classNumbers));
  }
  for (const shape of shapes.children) {
    shape.classList.toggle("off", layers.hidden.has(classNumbers[shape.dataset.number - 1]));
  }
  viewer.parts.frame.classList.toggle("painted", Boolean(viewer.numbers) || !viewer.detail.numbers);
}

/** Return the next or previous sample that the filters show, if there is one. The filters may hide the current sample. */
function neighbor(step) {
  const { shown } = filters;
  const index = shown.indexOf(viewer.entry);
  if (index >= 0) return shown[index + step];
  const laterIndex = shown.findIndex((entry) => entry.index > viewer.entry.index);
  const nextIndex = laterIndex < 0 ? shown.length : laterIndex;
  return shown[step > 0 ? nextIndex : nextIndex - 1];
}

function showNeighbor(step) {
  const entry = neighbor(step);
  if (entry) location.replace(`#sample-${entry.index + 1}`);
}

function closeViewer() {
  history.replaceState(null, "", location.pathname + location.search);
  setHighlight(0);
  viewer.camera = null;
  cards[viewer.entry.index].link.focus();
}

document.addEventListener("keydown", (event) => {
  const isForBrowser = event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=range]");
  if (!find("viewer").open || isForBrowser) return;
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  const isZoomKey = viewer.parts !== null && pressZoomKey(event);
  if (!isZoomKey && !step) return;
  event.preventDefault();
  if (!isZoomKey) showNeighbor(step);
});
find("previous").addEventListener("click", () => showNeighbor(-1));
find("next").addEventListener("click", () => showNeighbor(1));
find("close").addEventListener("click", () => find("viewer").close());
find("viewer").addEventListener("close", closeViewer);
layers.changed.addEventListener("classes", paintStage);
layers.changed.addEventListener("opacity", () => viewer.parts && viewer.cloud && paintCloud());
addEventListener("hashchange", followAddress);
followAddress();
