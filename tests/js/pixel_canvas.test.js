import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { plan, called, verdict, chosen, preview } = load("pixel_canvas");

const pixels = { n: 12, w: 28 };

test("pictures are as large as the width allows, at most as large as they want", () => {
  assert.deepEqual(plan({ pixels, columns: 5 }, 1000), { side: 0, columns: 5, narrow: false, tight: false, k: 4 });
  assert.deepEqual(plan({ pixels, columns: 5, scale: 9 }, 1000), { side: 0, columns: 5, narrow: false, tight: false, k: 6 });
  assert.deepEqual(plan({ pixels, columns: 10 }, 400), { side: 0, columns: 10, narrow: true, tight: true, k: 1 });
});

test("the rows' names stand beside the row where there is room, else above it", () => {
  assert.deepEqual(plan({ pixels, columns: 5, rows: ["a"] }, 800), { side: 108, columns: 5, narrow: false, tight: false, k: 4 });
  assert.equal(plan({ pixels, columns: 5, rows: ["a"] }, 600).side, 0);
});

test("cells closer than 44 pixels are narrow, and the gaps between them too", () => {
  const cells = (width) => plan({ pixels: { n: 10, w: 20 }, columns: 10 }, width);
  assert.deepEqual([cells(440).narrow, cells(439).narrow], [false, true]);
  assert.deepEqual([cells(427).k, cells(426).k], [2, 1]); // 10 cells of 40 and 9 gaps of 3
});

test("on a phone three pictures stand side by side with little between them", () => {
  assert.deepEqual(plan({ pixels: { n: 3, w: 28 }, columns: 3, scale: 16 }, 343), { side: 0, columns: 3, narrow: false, tight: true, k: 4 });
});

test("large pictures flow into more rows, so many side by side as belong together", () => {
  const large = (width, more) => plan({ pixels: { n: 12, w: 64 }, columns: 6, flow: 2, ...more }, width).columns;
  assert.deepEqual([large(1000), large(300), large(100)], [6, 4, 2]);
  assert.deepEqual([large(1000, { least: 2 }), large(500, { least: 2 })], [6, 2]);
  assert.equal(plan({ pixels: { n: 12, w: 64 }, columns: 6 }, 300).columns, 6);
});

test("a cell is called by its section, its column and its caption", () => {
  const section = { title: "Sheet", columns: 3, head: ["a", "b", "c"], captions: ["0", "1", "2", "3", "four"] };
  assert.deepEqual([called(section, 4), called(section, 3), called({ title: "Sheet", columns: 3 }, 4)], ["Sheet, b, four", "Sheet, a, 3", "Sheet"]);
});

test("a caption is good, bad or neither", () => {
  const section = { good: [true, false, null] };
  assert.deepEqual([0, 1, 2].map((k) => verdict(section, k)), ["yes", "no", ""]);
  assert.equal(verdict({}, 0), "");
});

test("a chosen cell is told with its section, its number and its meaning", () => {
  assert.deepEqual(chosen({ meanings: ["x", "y", { z: 1 }] }, 3, 2), { section: 3, index: 2, meaning: { z: 1 } });
  assert.deepEqual(chosen({}, 0, 2), { section: 0, index: 2, meaning: null });
});

test("a cell that is chosen is shown alone at once, by its row's name and its caption", () => {
  const data = Buffer.from([1, 2, 3, 4]).toString("base64");
  const section = { pixels: { n: 4, w: 1, h: 1, c: 1, data }, columns: 2, rows: ["a", "b"], captions: ["0", "1", "2", "3"] };
  const { title, pixels } = preview(section, 3);
  assert.equal(title, "b: 3");
  assert.deepEqual([pixels.n, ...Buffer.from(pixels.data, "base64")], [1, 4]);
});

test("the last few of a hero stand at half the size beside the others, on a phone below them, and the height of the screen counts", () => {
  const hero = { pixels: { n: 4, w: 28, h: 28 }, columns: 2, small: 2, scale: 9 };
  assert.deepEqual([plan(hero, 880)].map(({ columns, k, aside }) => [columns, k, aside]), [[2, 9, true]]);
  assert.equal(plan({ ...hero, scale: 99 }, 880).k, 12); // 2 × 336 + 168 + gaps
  assert.deepEqual([plan(hero, 370)].map(({ columns, k, aside }) => [columns, k, aside]), [[2, 6, false]]);
  assert.equal(plan({ pixels: { n: 4, w: 64, h: 64 }, columns: 2, small: 2, scale: 9 }, 342).k, 2.5);
  const tall = (innerHeight) => load("pixel_canvas", { window: { innerHeight, screen: { height: 2000 } } }).plan({ ...hero, tall: true }, 1300).k;
  assert.deepEqual([tall(800), tall(500), tall(1080)], [11, 11, 18]);
});
