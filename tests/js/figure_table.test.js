import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { shown, sorted, bestOf, found } = load("figure_table");

const ROWS = [{ name: "b", figures: { fid: 7, f1: 0.5 } }, { name: "c", figures: { f1: 0.9 } }, { name: "a", figures: { fid: 30 } }];
const names = (by, down) => sorted(ROWS, by, down).map((row) => row.name).join("");

test("a figure has the digits that tell it apart, one that was not measured is a dash", () => {
  assert.deepEqual([0, 0.12345, 9.9996, 10, 99.96, 100, 1234.5, -123.4, -12.34, undefined].map(shown), ["0.000", "0.123", "10.000", "10.0", "100.0", "100", "1235", "-123", "-12.3", "–"]);
});

test("rows are sorted by name or by a figure, either way", () => {
  assert.deepEqual([names(null, true), names("", false), names("", true)], ["bca", "abc", "cba"]);
  assert.deepEqual([names("fid", false), names("fid", true)], ["bac", "abc"]);
  assert.equal(ROWS[0].name, "b");
});

test("what was not measured stands last, whichever way the rows are sorted", () => {
  assert.deepEqual([names("f1", false), names("f1", true)].map((text) => text.at(-1)), ["a", "a"]);
  assert.deepEqual([names("f1", false), names("f1", true)], ["bca", "cba"]);
});

test("the best of a column is its least where less is better, and what was not measured is not in it", () => {
  assert.equal(bestOf(ROWS, { key: "fid", less: true }), 7);
  assert.equal(bestOf(ROWS, { key: "fid" }), 30);
  assert.equal(bestOf(ROWS, { key: "f1", less: false }), 0.9);
});

test("sorting by the columns of a task in turn does the task", () => {
  const finds = { "a.b": ["fid", "coverage"] }, done = (...keys) => found(finds, keys).length;
  assert.deepEqual([done(), done("fid"), done("coverage", "fid"), done("fid", "", "fid", "coverage"), found(undefined, ["fid"]).length], [0, 0, 0, 1, 0]);
});
