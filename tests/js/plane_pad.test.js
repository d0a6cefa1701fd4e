import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { moved, STEPS, sideOf } = load("plane_pad");

test("a point stays on the plane", () => {
  assert.deepEqual(moved([0.5, 0.25], 0.25, 0.5), [0.75, 0.75]);
  assert.deepEqual([moved([0.5, 0.5], -2, 2), moved([0.5, 0.5], 2, -2)], [[0, 1], [1, 0]]);
});

test("arrows move the point by a fiftieth, down being down", () => {
  const { ArrowLeft, ArrowRight, ArrowUp, ArrowDown } = STEPS;
  assert.deepEqual([ArrowLeft, ArrowRight, ArrowUp, ArrowDown], [[-0.02, 0], [0.02, 0], [0, -0.02], [0, 0.02]]);
});

test("the plane is whole pixels wide where they fit, else as wide as there is room", () => {
  assert.equal(sideOf({ n: 64, w: 28 }, 448), 448);
  assert.equal(sideOf({ n: 16, w: 28 }, 448), 448);
  assert.equal(sideOf({ n: 16, w: 28 }, 440), 336);
  assert.equal(sideOf({ n: 64, w: 64 }, 448), 448);
});

test("a point is told by its length and, where something reads it, by what is read", () => {
  const { told } = load("plane_pad", { props: { text: { read: "Read as" } } });
  assert.deepEqual([told(3.456, "7 90 %"), told(3)], ["‖z‖ 3.46 · Read as 7 90 %", "‖z‖ 3.00"]);
});
