// The panel of the viewer: text about one sample and its objects.

function fillPanel(entry, detail) {
  const index = filters.shown.indexOf(entry);
  find("name").textContent = titleOf(entry);
  find("facts").textContent = [splits.length > 1 && entry.split, statusOf(entry), detail.full_size?.join(" × "), entry.frame_name && `frame ${entry.frame}`].filter(Boolean).join(" · ");
  find("position").textContent = index < 0 ? "" : `${index + 1} / ${filters.shown.length}`;
  find("previous").disabled = !neighbor(-1);
  find("next").disabled = !neighbor(1);
  fillSource(detail);
  fillCloudControls(detail);
  find("notices").replaceChildren(...detail.notices.map((notice) => element("li", {}, notice)));
  showControls(find("controls"), entry.objects ?? []);
  find("findings").replaceChildren(...findingItems(entry.findings));
  find("objects").replaceChildren(...detail.objects.map(objectItem));
  find("count").textContent = detail.objects.length ? plural(detail.objects.length, "object") : "Objects";
  fillPairs(find("attributes"), entry.attributes);
  fillPairs(find("metadata"), [...entry.metadata, ...(entry.uuid ? [["uuid", entry.uuid]] : [])]);
  for (const part of ["objects", "attributes", "metadata"]) {
    find(part).parentElement.hidden = !find(part).childElementCount;
  }
}

/** Show the size to which the image is scaled down, and a link to the original image if it has a public URL. */
function fillSource({ image, size, full_size, original }) {
  const isScaled = image && full_size && size[0] < full_size[0];
  const isLink = /^https?:/.test(original ?? "");
  find("scaled").textContent = isScaled ? `Scaled down to ${size.join(" × ")}.` : "";
  find("original").hidden = !isLink;
  if (isLink) find("original").href = original;
  else find("original").removeAttribute("href");
  find("source").hidden = !isScaled && !isLink;
}

function findingItems(findings) {
  if (!findings.length) return [element("p", { class: "faded" }, `${noFindings.replace("no", "No")}.`)];
  return findings.map(({ check, severity, message, effect }) =>
    element("div", { class: "finding" },
      element("p", { class: severity }, `${severity === "error" ? "Error" : "Warning"} · ${check}`),
      element("p", {}, message),
      element("p", { class: "faded" }, effect),
    ),
  );
}

function fillPairs(list, pairs) {
  list.replaceChildren(
    ...pairs.flatMap(([name, value]) => [element("dt", {}, name || "value"), element("dd", {}, value)]),
  );
}

const nameOf = (object) => (object.has_no_annotation ? "ids without an annotation" : classes[object.class_number].name);

const lengthText = (length) => length.toLocaleString("en", { maximumFractionDigits: 2 });

function objectFacts(object) {
  return [
    ...(object.area === undefined ? [] : [["area", `${object.area.toLocaleString("en")} px`]]),
    ...(object.num_points === undefined ? [] : [["points", object.num_points.toLocaleString("en")]]),
    ...(object.dimensions === undefined ? [] : [["size", object.dimensions.map(lengthText).join(" × ")]]),
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
