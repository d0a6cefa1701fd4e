import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const pad = load("picture_pad"), { own, sampleOf, onPad, lengthen, shifted, pulled, grip, dragged, nudged, STEPS, paged, members, onDome } = pad;

const near = (got, wanted) => {
  assert.equal(got.length, wanted.length);
  got.forEach((v, i) => assert.ok(Math.abs(v - wanted[i]) < 1e-9, `${got} is not ${wanted}`));
};

test("what a person drew or brought is their own, a sample is not", () => {
  assert.deepEqual(["drawn", "upload", "camera", "sample 3", undefined].map((source) => own({ source })), [true, true, true, false, false]);
  assert.equal(own(undefined), false);
});

test("a source names its sample by number", () => {
  assert.deepEqual(["sample 0", "sample 17", "drawn", "", undefined].map(sampleOf), [0, 17, -1, -1, -1]);
});

test("a point on the pad is told in its own 280, to a tenth, and never beside it", () => {
  const box = { left: 10, top: 20, width: 140, height: 70 };
  assert.deepEqual(onPad(box, 80, 37.5), [140, 70]);
  assert.deepEqual(onPad(box, 10.11, 20), [0.2, 0]);
  assert.deepEqual(onPad(box, 0, 500), [0, 280]);
  assert.deepEqual(onPad(box, 500, 0), [280, 0]);
});

test("a stroke takes in only points that have moved by one", () => {
  const stroke = [[0, 0]];
  lengthen(stroke, [[0.5, 0.5], [0.8, 0.6], [1.2, 0.6], [0.8, 1.6]]);
  assert.deepEqual(stroke, [[0, 0], [0.8, 0.6], [0.8, 1.6]]);
});

const CUT = [0.2, 0.3, 0.6, 0.8];

test("a cut is moved as a whole and stops at the photograph's edges", () => {
  near(shifted(CUT, 0.1, -0.2), [0.3, 0.1, 0.7, 0.6]);
  near(shifted(CUT, -0.5, 0.5), [0, 0.5, 0.4, 1]);
  near(shifted(CUT, 0.9, -0.9), [0.6, 0, 1, 0.5]);
});

test("an edge is pulled alone, within the photograph, and past its opposite it takes its place", () => {
  near(pulled(CUT, [0], [0.1, 0.9]), [0.1, 0.3, 0.6, 0.8]);
  near(pulled(CUT, [3], [0.1, 0.9]), [0.2, 0.3, 0.6, 0.9]);
  near(pulled(CUT, [2, 1], [1.5, -0.5]), [0.2, 0, 1, 0.8]);
  near(pulled(CUT, [0], [0.7, 0]), [0.6, 0.3, 0.7, 0.8]);
  near(pulled(CUT, [3], [0, 0.1]), [0.2, 0.1, 0.6, 0.3]);
});

test("a point takes hold of the edges that are near, of a corner both, of the middle none", () => {
  const reach = [0.05, 0.1], at = (x, y) => grip(CUT, [x, y], reach);
  assert.deepEqual([at(0.2, 0.5), at(0.62, 0.5), at(0.4, 0.25), at(0.4, 0.85)], [[0], [2], [1], [3]]);
  assert.deepEqual([at(0.22, 0.32), at(0.58, 0.32), at(0.22, 0.78), at(0.58, 0.78)], [[0, 1], [2, 1], [0, 3], [2, 3]]);
  assert.deepEqual(at(0.4, 0.55), []);
  assert.deepEqual([at(0.14, 0.5), at(0.66, 0.5), at(0.4, 0.19), at(0.4, 0.91)], [null, null, null, null]);
});

test("a small cut keeps a middle to be moved by", () => {
  assert.deepEqual(grip([0.4, 0.4, 0.46, 0.46], [0.43, 0.43], [0.05, 0.05]), []);
});

test("a drag moves the cut by its middle, pulls its edges or, from outside, begins a new one", () => {
  near(dragged(CUT, [], [0.4, 0.5], [0.5, 0.4]), [0.3, 0.2, 0.7, 0.7]);
  near(dragged(CUT, [2, 3], [0.6, 0.8], [0.5, 0.7]), [0.2, 0.3, 0.5, 0.7]);
  near(dragged(CUT, null, [0.7, 0.1], [0.9, 0.5]), [0.7, 0.1, 0.9, 0.5]);
  near(dragged(CUT, null, [0.1, 0.9], [0, 0.7]), [0, 0.7, 0.1, 0.9]);
  near(dragged(CUT, null, [1.2, -0.1], [0.9, 0.2]), [0.9, 0, 1, 0.2]);
});

test("arrows move the cut, with Shift they pull its lower right corner, never onto the other", () => {
  const { ArrowLeft, ArrowRight, ArrowUp, ArrowDown } = STEPS;
  near(nudged(CUT, ArrowLeft, false), [0.18, 0.3, 0.58, 0.8]);
  near(nudged(CUT, ArrowDown, false), [0.2, 0.32, 0.6, 0.82]);
  near(nudged(CUT, ArrowRight, true), [0.2, 0.3, 0.62, 0.8]);
  near(nudged(CUT, ArrowUp, true), [0.2, 0.3, 0.6, 0.78]);
  near(nudged([0.2, 0.3, 0.24, 0.35], ArrowLeft, true), [0.2, 0.3, 0.24, 0.35]);
  near(nudged([0.2, 0.3, 0.25, 0.34], ArrowUp, true), [0.2, 0.3, 0.25, 0.34]);
});

test("samples come ten a page, round and round", () => {
  assert.deepEqual(paged(25, 0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(paged(25, 2), [20, 21, 22, 23, 24, 0, 1, 2, 3, 4]);
  assert.deepEqual(paged(4, 1), [0, 1, 2, 3]);
});

test("a group shows its own samples by their numbers", () => {
  assert.deepEqual(members([0, 1, 0, 2, 1], 1), [1, 4]);
  assert.deepEqual(members([1, 1], 0), []);
});

test("a light to the right stands right on the dome, a high one high", () => {
  assert.deepEqual(onDome([0, 0]), [50, 62]);
  assert.deepEqual(onDome([130, 90]), [96, 6]);
  assert.deepEqual(onDome([-130, -40]).map(Math.round), [4, 87]);
});
