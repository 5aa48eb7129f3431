// The hidden classes and the opacity of the labels: one state for the controls of the gallery and of the viewer.

const layers = { hidden: new Set(), opacity: 55, changed: new EventTarget() };

/** Hide the classes in `hidden`, and show the other classes in `numbers`. Classes that are not in `numbers` do not change. */
function setHidden(numbers, hidden) {
  layers.hidden = new Set([...layers.hidden].filter((number) => !numbers.includes(number)).concat(hidden));
  layers.changed.dispatchEvent(new Event("classes"));
}

function setOpacity(percent) {
  layers.opacity = percent;
  document.documentElement.style.setProperty("--opacity", percent / 100);
  layers.changed.dispatchEvent(new Event("opacity"));
}

/**
 * Fill `container` with the opacity slider and the controls of classes. `counts` has pairs of a class number and the number
 * of objects of this class, or null if the objects were not counted.
 */
function showControls(container, counts) {
  const numbers = counts.map(([number]) => number);
  const rows = counts.map(([number, count]) => classRow(number, count, numbers));
  const all = element("button", { type: "button" }, "All");
  const none = element("button", { type: "button" }, "None");
  all.addEventListener("click", () => setHidden(numbers, []));
  none.addEventListener("click", () => setHidden(numbers, numbers));
  const list = element("ul", { class: "classes" }, ...rows.map((row) => row.item));
  container.replaceChildren(opacitySlider(), element("div", { class: "choices" }, "Show", all, none), list);
  if (!counts.length) list.replaceChildren(element("li", { class: "faded" }, "No objects."));
  container.update = () => rows.forEach((row) => row.update());
  container.update();
}

function classRow(number, count, numbers) {
  const box = element("input", { type: "checkbox", "data-class": number });
  const only = element("button", { type: "button", class: "only", "aria-label": `Only ${classes[number].name}` }, "only");
  box.addEventListener("change", () => setHidden([number], box.checked ? [] : [number]));
  only.addEventListener("click", () => setHidden(numbers, numbers.filter((other) => other !== number)));
  const name = element("span", { class: "class-name" }, classes[number].name);
  const label = element("label", {}, box, swatch(number), name);
  if (classes[number].id !== undefined) label.title = `${classes[number].name} (category id ${classes[number].id})`;
  const item = element("li", {}, label, only, element("span", { class: "number" }, count === null ? "–" : count.toLocaleString("en")));
  return { item, update: () => (box.checked = !layers.hidden.has(number)) };
}

function opacitySlider() {
  const slider = element("input", { type: "range", min: 0, max: 100, step: 5, class: "opacity" });
  const value = element("output", { class: "number" });
  const update = () => {
    slider.value = layers.opacity;
    value.textContent = `${layers.opacity} %`;
  };
  slider.addEventListener("input", () => setOpacity(Number(slider.value)));
  const label = element("label", { class: "opacity-row" }, element("span", {}, "Opacity"), slider, value);
  label.addEventListener("update", update);
  update();
  return label;
}

layers.changed.addEventListener("classes", () => document.querySelectorAll(".controls").forEach((controls) => controls.update?.()));
layers.changed.addEventListener("opacity", () =>
  document.querySelectorAll(".opacity-row").forEach((row) => row.dispatchEvent(new Event("update"))),
);
