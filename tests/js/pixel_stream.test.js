import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { blank, barsOf, layerOf, columnsOf, first, filled, opening, advanced } = load("pixel_stream");

test("pixels not drawn yet are the rest of their row and the rows below, and nothing else", () => {
  const [w, h] = [5, 3];
  for (let n = 0; n <= w * h; n++) {
    const seen = new Uint8Array(w * h);
    for (const [x, y, wide, high] of blank(n, w, h))
      for (let j = y; j < y + high; j++) for (let i = x; i < x + wide; i++) seen[j * w + i]++;
    assert.deepEqual([...seen], Array.from(seen, (_, i) => +(i >= n)), `${n} drawn`);
  }
});

test("the next pixel is where the paper begins", () => {
  assert.deepEqual(blank(7, 5, 3)[0].slice(0, 2), [2, 1]);
  assert.deepEqual(blank(15, 5, 3), []);
});

test("bars stand on the foot, in order, the most probable level as high as the canvas", () => {
  assert.deepEqual(barsOf([0.25, 0.5, 0, 0.125], -1, 100, 84), [[0, 44, 25, 40], [25, 4, 25, 80], [50, 84, 25, 0], [75, 64, 25, 20]]);
});

test("the level that was drawn is seen however improbable it was", () => {
  const p = new Array(256).fill(0);
  p[10] = 1;
  const [x, y, w, h] = barsOf(p, 200, 512, 104)[200];
  assert.deepEqual([x, Math.round(y), w, Math.round(h)], [400, 101, 4, 3]);
  assert.deepEqual(barsOf(p, -1, 512, 104)[200], [400, 104, 2, 0]);
});

test("behind the last layer lies the output", () => {
  assert.deepEqual([0, 8, 9].map((depth) => layerOf(depth, 8)), [0, 8, null]);
});

test("one picture stands alone, up to four in two columns, more in three", () => {
  assert.deepEqual([1, 2, 4, 5, 9].map(columnsOf), [1, 2, 2, 3, 3]);
});

test("the pixel looked at to begin with lies in the middle column, a little below the middle", () => {
  assert.equal(first({ w: 28, h: 28 }), 15 * 28 + 14);
  assert.equal(first({ w: 5, h: 20 }), 11 * 5 + 2);
});

test("a sentence has its values where their letters are", () => {
  assert.equal(filled("Row {r}, column {c}: {h} nats", { c: 3, r: 5, h: "0.70" }), "Row 5, column 3: 0.70 nats");
});

test("of two samplings the later is shown, whichever answer comes last", () => {
  const pixels = { n: 1, h: 2, w: 2, c: 1, data: "AAAAAA==" }, props = { value: { pixels, at: 1, run: 2, layers: 3, given: [], mask: null } };
  const { now, total, draw } = load("pixel_stream", { props });
  const shown = (at, run) => { props.value = { ...props.value, at, run }; draw(); return now(); };
  assert.deepEqual([now(), total()], [1, 4]);
  assert.deepEqual([shown(2, 2), shown(3, 1), shown(0, 3)], [2, 2, 0]);
});

test("a second at the dial's pace is so many pixels, none of which is not there yet; a pause of the page is no leap", () => {
  assert.equal(advanced(100, 0.1, 300, 784), 130);
  assert.equal(advanced(100, 0.1, 300, 120), 120);
  assert.equal(advanced(0, 9, 100, 784), 25);
  assert.equal(advanced(0, 0, Infinity, 784), 0);
});

test("a hole is drawn from its first pixel on", () => {
  assert.deepEqual([null, "0010", "0000"].map(opening), [0, 2, 0]);
});

const screen = (more = {}) => {
  const frames = [], told = [], pixels = { n: 1, h: 2, w: 2, c: 1, data: "AAAAAA==" }, wait = (act) => frames.push(act);
  const props = { value: { pixels, at: 4, run: 1, layers: 3, given: ["c"], mask: null, ...more } };
  const part = load("pixel_stream", { props, requestAnimationFrame: wait, trigger: (...event) => told.push(event) });
  return { ...part, told, frame: (time) => frames.pop()?.(time), next: (more) => { props.value = { ...props.value, ...more }; part.draw(); } };
};

test("who presses Sample sees the pixels come at the dial's pace, what a control asks for is there at once", () => {
  const { ask, now, next, frame, told } = screen();
  ask("submit");
  next({ run: 2 });
  frame(1000); frame(1000 + 20);
  assert.deepEqual([told[0][0], now()], ["submit", 2]); // 100 a second
  next({ run: 3 });
  assert.equal(now(), 4);
});

test("a stop leaves the picture where it is seen to be, though all of it was sent; going on keeps what was seen", () => {
  const { ask, halt, goOn, now, next, frame, told } = screen();
  ask("submit"); next({ run: 2 }); frame(0); frame(30);
  halt();
  next({ run: 2 });
  assert.equal(now(), 3);
  goOn();
  assert.deepEqual(told.map(([event]) => event), ["submit", "stop", "select"]);
  assert.equal(told[2][1].at, 3);
});
