import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { beside } = load("status");

const box = { left: 40, right: 240, top: 100, bottom: 130 }, column = { left: 20, right: 320, top: 80, bottom: 400 };

test("what was wrong stands to the right of the control's column where there is room", () => {
  assert.deepEqual(beside(box, column, 1000), { left: 332, top: 100, room: 656 });
});

test("where there is none it stands below the control, within the window", () => {
  assert.deepEqual(beside(box, column, 620), { left: 40, top: 136, room: 568 });
  assert.deepEqual(beside({ ...box, left: 280 }, column, 500), { left: 200, top: 136, room: 288 });
  assert.deepEqual(beside({ ...box, left: 2 }, column, 310), { left: 8, top: 136, room: 290 });
});
