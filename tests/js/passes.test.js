import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const { points, passOf, plot, factor, found } = load("passes");

test("figures run from left to right, the least at the foot and the greatest at the top", () => {
  assert.deepEqual(points([0, 4, 2], 0), [[6, 54], [150, 8], [294, 31]]);
  assert.deepEqual(points([22, 21], 20), [[6, 8], [294, 31]]);
});

test("figures that are all the same, or one alone, have a place too", () => {
  assert.deepEqual(points([0, 0], 0), [[6, 54], [294, 54]]);
  assert.deepEqual(points([3], 0), [[6, 8]]);
});

test("the last pass is shown first unless another is to begin with, and then the one asked for", () => {
  const pixels = { n: 5 };
  assert.deepEqual([passOf({ pixels }, null), passOf({ pixels, begin: 0 }, null), passOf({ pixels, begin: 9 }, null)], [4, 0, 4]);
  assert.deepEqual([passOf({ pixels, begin: 2 }, 0), passOf({ pixels }, 3), passOf({ pixels }, 7)], [0, 3, 4]);
});

test("a curve says its figures in words, and the shown pass has the large dot", () => {
  const said = {}, svg = { previousElementSibling: {}, setAttribute: (key, value) => { said[key] = value; } };
  plot(svg, [0, 4, 2], 1, 0, 1, "change");
  assert.equal(svg.previousElementSibling.textContent, "change: 4.0");
  assert.equal(said["aria-label"], "change: 0.0, 4.0, 2.0");
  assert.match(svg.innerHTML, /points="6.0,54.0 150.0,8.0 294.0,31.0"/);
  assert.deepEqual([...svg.innerHTML.matchAll(/r="([\d.]+)"/g)].map(([, r]) => +r), [2.5, 5, 2.5]);
  assert.deepEqual([...svg.innerHTML.matchAll(/<title>(.*?)<\/title>/g)].map(([, words]) => words), ["1: 0.00", "2: 4.00", "3: 2.00"]);
  plot(svg, [null, 4, 2], 0, 0, 1, "change");
  assert.equal(svg.previousElementSibling.textContent, "change: –");
  assert.equal(said["aria-label"], "change: –, 4.0, 2.0");
  assert.match(svg.innerHTML, /points="150.0,8.0 294.0,31.0"/);
});

test("a picture leaves room for what stands above and below it, and is no wider than its place", () => {
  assert.deepEqual([factor(2000, 28, 800), factor(2000, 28, 1080), factor(343, 28, 844), factor(2000, 64, 800)], [13, 23, 12, 5]);
});

test("a film that is stopped where a task has it be does the task", () => {
  const finds = { "a.b": [3], "a.c": [], "a.d": [3, 4] };
  assert.deepEqual([found(finds, 3), found(finds, 4), found(finds, 5), found(undefined, 0)], [["a.b", "a.d"], ["a.d"], [], []]);
});
