// The viewer: one sample, large. The address says which: #sample-12 is the twelfth.

const viewer = { entry: null, detail: null, numbers: null, extents: null, parts: null };
const RING = 9; // screen pixels
const NEAR = [[0, 0], [4, 0], [-4, 0], [0, 4], [0, -4]]; // screen pixels: lines and points are thin

const placeInAddress = () => Number(/^#sample-(\d+)$/.exec(location.hash)?.[1] ?? 0) - 1;

function followAddress() {
  const entry = entries[placeInAddress()];
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
  viewer.extents = numbers && extentsOf(numbers, detail.numbers.width, detail.numbers.height, detail.objects.length);
  paintStage();
}

function fillStage(entry, detail) {
  if (!detail.size) {
    find("stage").replaceChildren(element("p", { class: "faded" }, "No picture"));
    return;
  }
  const [width, height] = detail.size;
  const view = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" };
  const mask = element("canvas", { class: "mask" });
  const shapes = svgElement("svg", { ...view, class: "shapes" });
  const outline = svgElement("svg", { ...view, class: "outline" });
  shapes.append(...detail.objects.map((object, place) => vectorShape(object, place + 1)).filter(Boolean));
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
  const place = filters.chosen.indexOf(entry);
  find("name").textContent = titleOf(entry);
  find("facts").textContent = [statusOf(entry), detail.full_size?.join(" × "), entry.frame_name].filter(Boolean).join(" · ");
  find("place").textContent = place < 0 ? "" : `${place + 1} / ${filters.chosen.length}`;
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
  if (!entry.findings.length) return [element("p", { class: "faded" }, "Nothing was found.")];
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

const nameOf = (object) => (object.is_stray ? "ids without annotation" : classes[object.class_number].name);

function objectFacts(object) {
  return [
    ...(object.area === undefined ? [] : [["area", `${object.area.toLocaleString("en")} px`]]),
    ...(object.type === undefined ? [] : [["type", object.type]]),
    ...(object.track === undefined ? [] : [["track", object.track]]),
    ...(object.is_keyframe === undefined ? [] : [["keyframe", object.is_keyframe ? "yes" : "no"]]),
    ...(object.attributes ?? []),
  ];
}

function objectItem(object, place) {
  const facts = objectFacts(object).map(([name, value]) => (name ? `${name}: ${value}` : value));
  const button = element("button", { type: "button", "data-number": place + 1 },
    swatch(object.class_number),
    element("span", { class: "class-name" }, nameOf(object)),
    element("span", { class: "number" }, `id ${object.id}`),
    element("span", { class: "faded" }, facts.join(" · ")),
  );
  for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, () => setHighlight(place + 1));
  for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => setHighlight(0));
  return element("li", {}, button);
}

/** Outlines an object, and tells of it beside the pointer. */
function setHighlight(number, at = null) {
  const object = viewer.detail?.objects[number - 1];
  const outline = viewer.parts?.outline;
  if (outline && Number(outline.dataset.number ?? 0) !== number) {
    outline.dataset.number = number;
    for (const path of outline.children) path.setAttribute("d", object ? highlightPath(object, number) : "");
  }
  find("tip").hidden = !object || !at;
  if (object && at) showTip(object, at);
}

function highlightPath(object, number) {
  const [width] = viewer.detail.size;
  if (viewer.numbers) return outlinePath(viewer.numbers, width, number, viewer.extents[number]);
  if (KINDS.has(object.type)) return vectorPath(object);
  return ringsPath(object.points ?? [], (RING * width) / viewer.parts.frame.clientWidth);
}

function showTip(object, at) {
  const tip = find("tip");
  const facts = element("dl", {});
  fillPairs(facts, [["id", object.id], ...objectFacts(object)]);
  tip.replaceChildren(element("p", {}, swatch(object.class_number), nameOf(object)), facts);
  const below = at.clientY + 16;
  const top = below + tip.offsetHeight + 8 > innerHeight ? at.clientY - tip.offsetHeight - 16 : below;
  tip.style.setProperty("left", `${Math.max(8, Math.min(at.clientX + 16, innerWidth - tip.offsetWidth - 8))}px`);
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
  const at = ([x, y]) => document.elementsFromPoint(event.clientX + x, event.clientY + y);
  const under = NEAR.flatMap(at).filter((part) => part.matches(".shape"));
  const area = (shape) => shape.getBBox().width * shape.getBBox().height;
  const [smallest] = under.sort((one, other) => area(one) - area(other));
  return Number(smallest?.dataset.number ?? 0);
}

/** The next sample of those that are shown; also from one that is not. */
function neighbor(step) {
  const { chosen } = filters;
  const place = chosen.indexOf(viewer.entry);
  if (place >= 0) return chosen[place + step];
  const later = chosen.findIndex((entry) => entry.place > viewer.entry.place);
  const following = later < 0 ? chosen.length : later;
  return chosen[step > 0 ? following : following - 1];
}

function go(step) {
  const entry = neighbor(step);
  if (entry) location.replace(`#sample-${entry.place + 1}`);
}

function closeViewer() {
  history.replaceState(null, "", location.pathname + location.search);
  setHighlight(0);
  cards[viewer.entry.place].link.focus();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=range]");
  if (!step || !find("viewer").open || isTaken) return;
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
