// The gallery: a card for each sample. A card has its image and mask only while it is near the visible area.

const cards = entries.map(makeCard);

function makeCard(entry) {
  const frame = element("span", { class: "frame" });
  const objects = isUncounted(entry) ? "objects not counted" : entry.objects ? plural(objectCount(entry), "object") : "no label";
  const facts = element("span", { class: "facts" }, element("span", {}, statusOf(entry)), element("span", {}, objects));
  if (splits.length > 1 && entry.split !== null) facts.prepend(element("span", { class: "split" }, entry.split));
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
  const numbers = thumb.numbers && (await unpack(thumb.numbers));
  if (card.thumb !== thumb) return; // the card is no longer near the visible area
  card.numbers = numbers;
  card.frame.replaceChildren();
  if (thumb.image) card.frame.append(element("img", { src: thumb.image, alt: "", decoding: "async" }));
  if (numbers) card.frame.append(element("canvas", { class: "mask" }), ...(page.has_clouds ? [] : [element("canvas", { class: "edges" })]));
  if (!thumb.image && !numbers) card.frame.append(element("span", { class: "faded" }, page.draws_labels ? missingText : "Not drawn"));
  paintCard(card);
}

function paintCard(card) {
  if (!card.numbers) return;
  const content = [card.thumb.numbers, card.numbers, card.thumb.class_numbers];
  paintMask(card.frame.querySelector(".mask"), ...content);
  if (!page.has_clouds) paintEdges(card.frame.querySelector(".edges"), ...content); // each point of a cloud would get a halo
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
  find("shown").textContent = isAll ? "" : `${shown.size.toLocaleString("en")} of ${plural(entries.length, entryNoun)}`;
  find("nothing").hidden = shown.size > 0;
}

function objectsPerClass() {
  const counts = new Map(page.classes.map((_, number) => [number, entries.some(isUncounted) ? null : 0]));
  entries.forEach((entry) => entry.objects?.forEach(([number, count]) => counts.set(number, (counts.get(number) ?? 0) + count)));
  return [...counts];
}

/** Move the focus to the next card with the right arrow key or j, and to the previous card with the left arrow key or k. */
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
find("layers").open = matchMedia("(min-width: 760px)").matches;
showControls(find("layers").querySelector(".controls"), objectsPerClass());
setOpacity(page.has_clouds ? 100 : layers.opacity);
filters.changed.addEventListener("change", showFiltered);
layers.changed.addEventListener("classes", () => cards.filter((card) => card.numbers).forEach(paintCard));
showFiltered();
cards.forEach((card) => visibility.observe(card.item));
