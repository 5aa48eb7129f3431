// The gallery: a card for each sample. A card has its image and mask only while it is near the visible area.

const cards = entries.map(makeCard);

function makeCard(entry) {
  const frame = element("span", { class: "frame" });
  const objects = entry.objects ? plural(objectCount(entry), "object") : "no label";
  const facts = element("span", { class: "facts" }, element("span", {}, statusOf(entry)), element("span", {}, objects));
  const link = element("a", { href: `#sample-${entry.index + 1}` }, frame, element("span", { class: "name" }, titleOf(entry)), facts);
  if (entry.findings.length) facts.append(findingCount(entry));
  const item = element("li", {}, link);
  const card = { entry, item, link, frame, thumb: null, numbers: null };
  item.card = card;
  return card;
}

function findingCount(entry) {
  const errors = entry.findings.filter((finding) => finding.severity === "error").length;
  const warnings = entry.findings.length - errors;
  const text = [errors && plural(errors, "error"), warnings && plural(warnings, "warning")].filter(Boolean).join(", ");
  return element("span", { class: errors ? "error" : "warning" }, text);
}

/** Show the image and the mask of a card. */
async function fillCard(card) {
  if (card.thumb) return;
  const thumb = thumbOf(card.entry);
  card.thumb = thumb;
  const numbers = thumb.classes && (await numbersOf(thumb.classes));
  if (card.thumb !== thumb) return; // the card left the visible area in the meantime
  card.numbers = numbers;
  card.frame.replaceChildren();
  if (thumb.image) card.frame.append(element("img", { src: thumb.image, alt: "", decoding: "async" }));
  if (numbers) card.frame.append(element("canvas", { class: "mask" }));
  if (!thumb.image && !numbers) card.frame.append(element("span", { class: "faded" }, "No image"));
  paintCard(card);
}

function paintCard(card) {
  const canvas = card.frame.querySelector("canvas");
  if (canvas) paintMask(canvas, card.thumb.classes, card.numbers, [...classes.keys()]);
}

function emptyCard(card) {
  card.thumb = card.numbers = null;
  card.frame.replaceChildren();
}

const visibility = new IntersectionObserver(
  (changes) => changes.forEach(({ target, isIntersecting }) => (isIntersecting ? fillCard : emptyCard)(target.card)),
  { rootMargin: "600px" },
);

function showFiltered() {
  const shown = new Set(filters.shown);
  cards.forEach((card) => (card.item.hidden = !shown.has(card.entry)));
  const isAll = shown.size === entries.length;
  find("shown").textContent = isAll ? "" : `${shown.size.toLocaleString("en")} of ${plural(entries.length, "sample")}`;
  find("nothing").hidden = shown.size > 0;
}

function objectsPerClass() {
  const counts = new Map(page.classes.map((_, number) => [number, 0]));
  entries.forEach((entry) => entry.objects?.forEach(([number, count]) => counts.set(number, (counts.get(number) ?? 0) + count)));
  return [...counts];
}

function summary() {
  const samples = entries.filter((entry) => !entry.frame).length; // a sequence begins with frame 0
  const objects = entries.reduce((sum, entry) => sum + objectCount(entry), 0);
  const withFindings = entries.filter((entry) => entry.findings.length).length;
  const kind = samples < entries.length ? "frame" : "sample";
  // The limit is a number of samples for a release, and a number of rows for a dataset.
  const isCut = page.limit !== null && (samples >= page.limit || entries.length === page.limit);
  return [
    page.task_type,
    plural(samples, "sample") + (isCut ? " (the limit; there may be more samples)" : ""),
    kind === "frame" && plural(entries.length, kind),
    plural(objects, "object"),
    withFindings ? `findings in ${plural(withFindings, kind)}` : "no findings",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Move the focus to the next or previous card when an arrow key is pressed. */
function moveFocus(event) {
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  const links = cards.filter((card) => !card.item.hidden).map((card) => card.link);
  const index = links.indexOf(document.activeElement);
  if (!step || index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  links[index + step]?.focus();
}

find("gallery").append(...cards.map((card) => card.item));
find("gallery").addEventListener("keydown", moveFocus);
find("summary").textContent = summary();
find("layers").open = matchMedia("(min-width: 760px)").matches;
showControls(find("layers").querySelector(".controls"), objectsPerClass());
setOpacity(layers.opacity);
filters.changed.addEventListener("change", showFiltered);
layers.changed.addEventListener("classes", () => cards.filter((card) => card.numbers).forEach(paintCard));
showFiltered();
cards.forEach((card) => visibility.observe(card.item));
