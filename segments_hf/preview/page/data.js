// What Python wrote: one block of JSON for each part of a sample, read when it is needed.

const find = (id) => document.getElementById(id);
const blocks = (kind) => [...document.querySelectorAll(`script.${kind}`)];
const parsed = (block) => JSON.parse(block.textContent);

const page = parsed(blocks("page")[0]);
const thumbBlocks = blocks("thumb");
const detailBlocks = blocks("detail");
const entries = blocks("entry").map((block, place) => ({ ...parsed(block), place }));
const thumbOf = (entry) => parsed(thumbBlocks[entry.place]);
const detailOf = (entry) => parsed(detailBlocks[entry.place]);

// The class number after the last is of objects without a class.
const classes = [...page.classes, { name: "No class", color: [140, 140, 140] }];

const NUMBERS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/** The numbers of a mask, line by line. They are no picture: browsers may change the pixels of those. */
async function numbersOf(mask) {
  const packed = Uint8Array.from(atob(mask.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new NUMBERS[mask.bytes](await new Response(stream).arrayBuffer());
}

/** An element with attributes, properties of its style, and children; text is only ever text. */
function element(tag, { style = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  for (const [name, value] of Object.entries(style)) made.style.setProperty(name, value);
  made.append(...children);
  return made;
}

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const objectCount = (entry) => entry.objects?.reduce((sum, [, count]) => sum + count, 0) ?? 0;
const statusOf = (entry) => entry.status ?? "NOT READ";
const colorOf = (number) => `rgb(${classes[number].color.join(" ")})`;
const swatch = (number) => element("span", { class: "swatch", style: { background: colorOf(number) } });
const titleOf = (entry) => (entry.frame === null ? entry.name : `${entry.name} · frame ${entry.frame}`);
