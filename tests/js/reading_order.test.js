import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { entered, last, reached } = load("reading_order");

const SIDE = 16, CELLS = Array.from({ length: SIDE * SIDE }, (_, i) => [Math.floor(i / SIDE), i % SIDE]), [PIXEL, ROW, DIAGONAL] = [0, 1, 2];
/** The cells a state has entered by a time. */
const by = (kind, time) => CELLS.filter(([r, c]) => Math.min(...entered(kind, r, c)) <= time);

test("a net that reads pixel by pixel enters them in raster order", () => {
  assert.deepEqual(CELLS.map(([r, c]) => entered(PIXEL, r, c)), CELLS.map((_, i) => [i]));
});

test("a net that reads row by row enters a row at once", () => {
  assert.deepEqual(by(ROW, 2), CELLS.slice(0, 3 * SIDE));
});

test("two diagonals start in the upper corners, one to the right and one to the left", () => {
  assert.deepEqual(by(DIAGONAL, 0), [[0, 0], [0, 15]]);
  assert.deepEqual(by(DIAGONAL, 1), [[0, 0], [0, 1], [0, 14], [0, 15], [1, 0], [1, 15]]);
  assert.deepEqual([entered(DIAGONAL, 3, 5), entered(DIAGONAL, 15, 15)], [[8, 13], [30, 15]]);
});

test("the show begins with the first cells and ends with all of them", () => {
  for (const kind of [PIXEL, ROW, DIAGONAL]) {
    const times = CELLS.flatMap(([r, c]) => entered(kind, r, c));
    assert.equal(reached(kind, 0), Math.min(...times));
    assert.equal(reached(kind, 60), Math.max(...times));
    assert.equal(last(kind), Math.max(...times));
  }
  assert.deepEqual([PIXEL, ROW, DIAGONAL].map((kind) => reached(kind, 30)), [127, 7, 15]);
});
