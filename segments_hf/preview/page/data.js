// Read the data blocks that Python wrote, as JSON. Each sample has three blocks: its entry, its thumbnail and its detail.
// The entries are decoded at the start. A thumbnail or a detail is decoded only when it is shown.

const find = (id) => document.getElementById(id);
const blocks = (kind) => [...document.querySelectorAll(`script.${kind}`)];
const parse = (block) => JSON.parse(block.textContent);

const page = parse(blocks("page")[0]);
const notChecked = parse(blocks("not-checked")[0]); // how many annotations and files were not checked, as text; empty for none
const noFindings = notChecked ? "no findings in the checked data" : "no findings";
const thumbBlocks = blocks("thumb");
const detailBlocks = blocks("detail");
const entries = blocks("entry").map((block, index) => ({ ...parse(block), index }));
const datasetFindings = parse(blocks("dataset-findings")[0]);
const thumbOf = (entry) => parse(thumbBlocks[entry.index]);
const detailOf = (entry) => parse(detailBlocks[entry.index]);

// The last item is for objects without a class: their class number is the number of classes.
const classes = [...page.classes, { name: "No class", color: [140, 140, 140] }];

const ARRAY_TYPES = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/**
 * Return the numbers of a compressed array, row by row. Masks are stored as such arrays and not as images, because browsers
 * may change the pixels of images.
 */
async function unpack(packed) {
  const content = Uint8Array.from(atob(packed.data), (character) => character.charCodeAt(0));
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new ARRAY_TYPES[packed.bytes_per_number](await new Response(stream).arrayBuffer());
}

/** Create an element with attributes, style properties and children. Strings become text nodes, never HTML. */
function element(tag, { style = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
  node.append(...children);
  return node;
}

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const objectCount = (entry) => entry.objects?.reduce((sum, [, count]) => sum + count, 0) ?? 0;
/** Tell whether a sample has a label that stays JSON and has no list of annotations, so that its objects are not counted. */
const isUncounted = (entry) => !page.draws_labels && !entry.objects && !["UNLABELED", "SKIPPED", "REJECTED"].includes(entry.status);
/** The noun for an entry of the page: an entry of a sequence is a frame. */
const entryNoun = entries.some((entry) => entry.frame !== null) ? "frame" : "sample";
const missingText = page.has_clouds ? "No point cloud" : "No image";
const statusOf = (entry) => entry.status ?? "UNREADABLE";
const colorOf = (classNumber) => `rgb(${classes[classNumber].color.join(" ")})`;

/** Return black or white as [red, green, blue]: the color that contrasts with the color of a class. */
function haloColor(classNumber) {
  const [red, green, blue] = classes[classNumber].color;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 90 ? [255, 255, 255] : [0, 0, 0];
}

const colorsOf = (classNumber) => ({ "--color": colorOf(classNumber), "--halo": `rgb(${haloColor(classNumber).join(" ")} / 0.66)` });
const swatch = (classNumber) => element("span", { class: "swatch", style: { background: colorOf(classNumber) } });
const splits = [...new Set(entries.map((entry) => entry.split).filter((split) => split !== null))];
const titleOf = (entry) => (entry.frame === null ? entry.name : `${entry.name} · ${entry.frame_name || `frame ${entry.frame}`}`);
