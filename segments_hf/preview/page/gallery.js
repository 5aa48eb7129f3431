// The gallery: a card for each sample, whose pictures are there only while they are in sight.

const cards = entries.map(makeCard);

function makeCard(entry) {
  const frame = element("span", { class: "frame" });
  const objects = entry.objects ? plural(objectCount(entry), "object") : "no label";
  const facts = element("span", { class: "facts" }, element("span", {}, statusOf(entry)), element("span", {}, objects));
  const link = element("a", { href: `#sample-${entry.place + 1}` }, frame, element("span", { class: "name" }, titleOf(entry)), facts);
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

/** Puts the pictures of a card into it. */
async function fillCard(card) {
  if (card.thumb) return;
  const thumb = thumbOf(card.entry);
  card.thumb = thumb;
  const numbers = thumb.classes && (await numbersOf(thumb.classes));
  if (card.thumb !== thumb) return; // it is out of sight again
  card.numbers = numbers;
  card.frame.replaceChildren();
  if (thumb.image) card.frame.append(element("img", { src: thumb.image, alt: "", decoding: "async" }));
  if (numbers) card.frame.append(element("canvas", { class: "mask" }));
  if (!thumb.image && !numbers) card.frame.append(element("span", { class: "faded" }, "No picture"));
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

const sight = new IntersectionObserver(
  (changes) => changes.forEach(({ target, isIntersecting }) => (isIntersecting ? fillCard : emptyCard)(target.card)),
  { rootMargin: "600px" },
);

function showChosen() {
  const chosen = new Set(filters.chosen);
  cards.forEach((card) => (card.item.hidden = !chosen.has(card.entry)));
  const isAll = chosen.size === entries.length;
  find("shown").textContent = isAll ? "" : `${chosen.size.toLocaleString("en")} of ${plural(entries.length, "sample")}`;
  find("nothing").hidden = chosen.size > 0;
}

function totals() {
  const counts = new Map(page.classes.map((_, number) => [number, 0]));
  entries.forEach((entry) => entry.objects?.forEach(([number, count]) => counts.set(number, (counts.get(number) ?? 0) + count)));
  return [...counts];
}

function summary() {
  const samples = entries.filter((entry) => !entry.frame).length; // a sequence begins with frame 0
  const objects = entries.reduce((sum, entry) => sum + objectCount(entry), 0);
  const found = entries.filter((entry) => entry.findings.length).length;
  const kind = samples < entries.length ? "frame" : "sample";
  const isCut = page.limit !== null && (samples >= page.limit || entries.length === page.limit); // of a dataset, the limit is one of rows
  return [
    page.task_type,
    plural(samples, "sample") + (isCut ? " (the limit; there may be more)" : ""),
    kind === "frame" && plural(entries.length, kind),
    plural(objects, "object"),
    found ? `findings in ${plural(found, kind)}` : "no findings",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Moves the focus from card to card by the arrow keys. */
function walkCards(event) {
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  const links = cards.filter((card) => !card.item.hidden).map((card) => card.link);
  const place = links.indexOf(document.activeElement);
  if (!step || place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  links[place + step]?.focus();
}

find("gallery").append(...cards.map((card) => card.item));
find("gallery").addEventListener("keydown", walkCards);
find("summary").textContent = summary();
find("layers").open = matchMedia("(min-width: 760px)").matches;
showControls(find("layers").querySelector(".controls"), totals());
setOpacity(layers.opacity);
filters.changed.addEventListener("change", showChosen);
layers.changed.addEventListener("classes", () => cards.filter((card) => card.numbers).forEach(paintCard));
showChosen();
cards.forEach((card) => sight.observe(card.item));
