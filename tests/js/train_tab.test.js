import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

test("a run can be asked for what its phase allows, and nothing is started where there is nothing to learn", () => {
  const { acts } = load("run_bar");
  assert.deepEqual(acts({ phase: "ready" }), ["start"]);
  assert.deepEqual(acts({}), ["start"]);
  assert.deepEqual(acts({ phase: "ready", can_start: false }), []);
  assert.deepEqual(acts({ phase: "running" }), ["pause", "stop", "best"]);
  assert.deepEqual(acts({ phase: "paused" }), ["go", "stop", "best"]);
  assert.deepEqual(acts({ phase: "measuring" }), []);
});

test("a run on what shows a face begins once it was said that these people agreed", () => {
  const { waits, acts } = load("run_bar"), value = { phase: "ready", consent: "A face is seen" };
  assert.deepEqual(acts(value), ["start"]);
  assert.deepEqual([false, true].map((agreed) => waits("start", value, agreed)), [true, false]);
  assert.equal(waits("start", { phase: "ready" }, false), false);
  assert.equal(waits("stop", value, false), false);
});

test("of the files left out for one reason the first are named", () => {
  const { listed } = load("class_list");
  assert.equal(listed(["a", "b"]), "a, b");
  assert.equal(listed(Array.from({ length: 20 }, (_, k) => String(k))), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …");
});

test("a curve's legend has its newest value, and what there is not yet is no number", () => {
  const { newest, toLine } = load("loss_curves");
  assert.equal(newest({ name: "loss", x: [1, 2, 3], y: [1, 0.123456, null] }), "0.123");
  assert.equal(newest({ name: "loss", x: [], y: [] }), "");
  assert.ok(Number.isNaN(toLine({ name: "loss", x: [1], y: [null] }, 0).y[0]));
});
