// The viewer: one large sample. The address of the page selects the sample: #sample-12 is the twelfth one.

const viewer = { entry: null, detail: null, numbers: null, boxes: null, parts: null };
const RING = 9; // the radius, in screen pixels, of the ring that highlights a point
// Offsets in screen pixels: lines and points are thin, so the pointer also selects them from a short distance.
const NEAR = [[0, 0], [4, 0], [-4, 0], [0, 4], [0, -4]];

const indexInAddress = () => Number(/^#sample-(\d+)$/.exec(location.hash)?.[1] ?? 0) - 1;

function followAddress() {
  const entry = entries[indexInAddress()];
  if (entry) showSample(entry);
  else if (find("viewer").open) find("viewer").close();
}

async function showSample(entry) {
  const detail = detailOf(entry);
  Object.assign(viewer, { entry, detail, numbers: null, parts: null });
  setHighlight(0);
  fillPanel(entry, detail);
  fillStage(entry, detail);
  if (!find("viewer").open) find("viewer").showModal();
  find("panel").scrollTop = 0;
  const numbers = detail.numbers && (await numbersOf(detail.numbers));
  if (viewer.detail !== detail) return;
  viewer.numbers = numbers;
  viewer.boxes = numbers && boundingBoxes(numbers, detail.numbers.width, detail.numbers.height, detail.objects.length);
  paintStage();
}

function fillStage(entry, detail) {
  if (!detail.size) {
    find("stage").replaceChildren(element("p", { class: "faded" }, "No image"));
    return;
  }
  const [width, height] = detail.size;
  const view = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" };
  const mask = element("canvas", { class: "mask" });
  const shapes = svgElement("svg", { ...view, class: "shapes" });
  const outline = svgElement("svg", { ...view, class: "outline" });
  shapes.append(...detail.objects.map((object, index) => vectorShape(object, index + 1)).filter(Boolean));
  outline.append(svgElement("path", { class: "halo" }), svgElement("path", { class: "line" }));
  const frame = element("div", { class: "frame", style: { "--ratio": width / height } });
  if (detail.image) frame.append(element("img", { src: detail.image, alt: entry.name }));
  frame.append(mask, shapes, outline);
  frame.addEventListener("pointermove", pointAt);
  frame.addEventListener("pointerdown", pointAt);
  frame.addEventListener("pointerleave", () => setHighlight(0));
  find("stage").replaceChildren(frame);
  viewer.parts = { frame, mask, shapes, outline };
  paintStage();
}

function paintStage() {
  if (!viewer.parts) return;
  const { mask, shapes } = viewer.parts;
  const classNumbers = viewer.detail.objects.map((object) => object.class_number);
  if (viewer.numbers) paintMask(mask, viewer.detail.numbers, viewer.numbers, classNumbers);
  for (const shape of shapes.children) {
    shape.classList.toggle("off", layers.hidden.has(classNumbers[shape.dataset.number - 1]));
  }
  viewer.parts.frame.classList.toggle("painted", Boolean(viewer.numbers) || !viewer.detail.numbers);
}

function fillPanel(entry, detail) {
  const index = filters.shown.indexOf(entry);
  find("name").textContent = titleOf(entry);
  find("facts").textContent = [statusOf(entry), detail.full_size?.join(" × "), entry.frame_name].filter(Boolean).join(" · ");
  find("place").textContent = index < 0 ? "" : `${index + 1} / ${filters.shown.length}`;
  find("previous").disabled = !neighbor(-1);
  find("next").disabled = !neighbor(1);
  find("notices").replaceChildren(...detail.notices.map((notice) => element("li", {}, notice)));
  showControls(find("controls"), entry.objects ?? []);
  find("findings").replaceChildren(...findingItems(entry));
  find("objects").replaceChildren(...detail.objects.map(objectItem));
  find("count").textContent = detail.objects.length ? plural(detail.objects.length, "object") : "Objects";
  fillPairs(find("attributes"), entry.attributes);
  fillPairs(find("metadata"), [...entry.metadata, ...(entry.uuid ? [["uuid", entry.uuid]] : [])]);
  for (const part of ["objects", "attributes", "metadata"]) {
    find(part).parentElement.hidden = !find(part).childElementCount;
  }
}

function findingItems(entry) {
  if (!entry.findings.length) return [element("p", { class: "faded" }, "No findings.")];
  return entry.findings.map(({ check, severity, what, why }) =>
    element("div", { class: "finding" },
      element("p", { class: severity }, `${severity === "error" ? "Error" : "Warning"} · ${check}`),
      element("p", {}, what),
      element("p", { class: "faded" }, why),
    ),
  );
}

function fillPairs(list, pairs) {
  list.replaceChildren(
    ...pairs.flatMap(([name, value]) => [element("dt", {}, name || "value"), element("dd", {}, value)]),
  );
}

const nameOf = (object) => (object.is_stray ? "ids without an annotation" : classes[object.class_number].name);

function objectFacts(object) {
  return [
    ...(object.area === undefined ? [] : [["area", `${object.area.toLocaleString("en")} px`]]),
    ...(object.type === undefined ? [] : [["type", object.type]]),
    ...(object.track === undefined ? [] : [["track", object.track]]),
    ...(object.is_keyframe === undefined ? [] : [["keyframe", object.is_keyframe ? "yes" : "no"]]),
    ...(object.attributes ?? []),
  ];
}

function objectItem(object, index) {
  const facts = objectFacts(object).map(([name, value]) => (name ? `${name}: ${value}` : value));
  const button = element("button", { type: "button", "data-number": index + 1 },
    swatch(object.class_number),
    element("span", { class: "class-name" }, nameOf(object)),
    element("span", { class: "number" }, `id ${object.id}`),
    element("span", { class: "faded" }, facts.join(" · ")),
  );
  for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, () => setHighlight(index + 1));
  for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => setHighlight(0));
  return element("li", {}, button);
}

/** Outline an object, and describe it in a tooltip at the position of a pointer event. The number 0 removes both. */
function setHighlight(number, pointer = null) {
  const object = viewer.detail?.objects[number - 1];
  const outline = viewer.parts?.outline;
  if (outline && Number(outline.dataset.number ?? 0) !== number) {
    outline.dataset.number = number;
    for (const path of outline.children) path.setAttribute("d", object ? highlightPath(object, number) : "");
  }
  find("tip").hidden = !object || !pointer;
  if (object && pointer) showTip(object, pointer);
}

function highlightPath(object, number) {
  const [width] = viewer.detail.size;
  if (viewer.numbers) return outlinePath(viewer.numbers, width, number, viewer.boxes[number]);
  if (KINDS.has(object.type)) return vectorPath(object);
  return ringsPath(object.points ?? [], (RING * width) / viewer.parts.frame.clientWidth);
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

function pointAt(event) {
  const number = numberAt(event);
  const object = viewer.detail.objects[number - 1];
  setHighlight(object && !layers.hidden.has(object.class_number) ? number : 0, event);
}

function numberAt(event) {
  if (!viewer.numbers) return smallestShapeAt(event);
  const [width, height] = viewer.detail.size;
  const box = viewer.parts.frame.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * height);
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : viewer.numbers[y * width + x];
}

function smallestShapeAt(event) {
  const partsAt = ([x, y]) => document.elementsFromPoint(event.clientX + x, event.clientY + y);
  const under = NEAR.flatMap(partsAt).filter((part) => part.matches(".shape"));
  const area = (shape) => shape.getBBox().width * shape.getBBox().height;
  const [smallest] = under.sort((one, other) => area(one) - area(other));
  return Number(smallest?.dataset.number ?? 0);
}

/** Return the next or previous sample that the filters show. The current sample may be hidden by the filters. */
function neighbor(step) {
  const { shown } = filters;
  const index = shown.indexOf(viewer.entry);
  if (index >= 0) return shown[index + step];
  const later = shown.findIndex((entry) => entry.index > viewer.entry.index);
  const following = later < 0 ? shown.length : later;
  return shown[step > 0 ? following : following - 1];
}

function go(step) {
  const entry = neighbor(step);
  if (entry) location.replace(`#sample-${entry.index + 1}`);
}

function closeViewer() {
  history.replaceState(null, "", location.pathname + location.search);
  setHighlight(0);
  cards[viewer.entry.index].link.focus();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  const isForBrowser = event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=range]");
  if (!step || !find("viewer").open || isForBrowser) return;
  event.preventDefault();
  go(step);
});
find("previous").addEventListener("click", () => go(-1));
find("next").addEventListener("click", () => go(1));
find("close").addEventListener("click", () => find("viewer").close());
find("viewer").addEventListener("close", closeViewer);
layers.changed.addEventListener("classes", paintStage);
addEventListener("hashchange", followAddress);
followAddress();
