// Read the data that Python wrote: three blocks of JSON for each sample. All entries are decoded at the start, a
// thumbnail or a detail only when it is shown.

const find = (id) => document.getElementById(id);
const blocks = (kind) => [...document.querySelectorAll(`script.${kind}`)];
const parse = (block) => JSON.parse(block.textContent);

const page = parse(blocks("page")[0]);
const notChecked = parse(blocks("not-checked")[0]); // the annotations and files that no check reads, as text
const noFindings = notChecked ? "no findings in what was checked" : "no findings";
const thumbBlocks = blocks("thumb");
const detailBlocks = blocks("detail");
const entries = blocks("entry").map((block, index) => ({ ...parse(block), index }));
const datasetFindings = parse(blocks("dataset-findings")[0]);
const thumbOf = (entry) => parse(thumbBlocks[entry.index]);
const detailOf = (entry) => parse(detailBlocks[entry.index]);

// An object without a class has the class number after that of the last class.
const classes = [...page.classes, { name: "No class", color: [140, 140, 140] }];

const NUMBERS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/** Return the numbers of a mask, row by row. A mask is not stored as an image because browsers may change its pixels. */
async function numbersOf(mask) {
  const packed = Uint8Array.from(atob(mask.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new NUMBERS[mask.bytes](await new Response(stream).arrayBuffer());
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
/** Tell whether a sample has a label whose annotations could not be counted, because it is not that of an image. */
const isUncounted = (entry) => !page.is_drawn && !entry.objects && !["UNLABELED", "SKIPPED", "REJECTED"].includes(entry.status);
const nothingShown = page.has_clouds ? "No point cloud" : "No image";
const statusOf = (entry) => entry.status ?? "UNREADABLE";
const colorOf = (number) => `rgb(${classes[number].color.join(" ")})`;

/** Return a color that contrasts with the color of a class, as red, green and blue: black or white. */
function haloOf(number) {
  const [red, green, blue] = classes[number].color;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 90 ? [255, 255, 255] : [0, 0, 0];
}

const colorsOf = (number) => ({ "--color": colorOf(number), "--halo": `rgb(${haloOf(number).join(" ")} / 0.66)` });
const swatch = (number) => element("span", { class: "swatch", style: { background: colorOf(number) } });
const splits = [...new Set(entries.map((entry) => entry.split).filter((split) => split !== null))];
const titleOf = (entry) => (entry.frame === null ? entry.name : `${entry.name} · ${entry.frame_name || `frame ${entry.frame}`}`);
