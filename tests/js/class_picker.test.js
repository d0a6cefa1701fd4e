import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const picker = load("class_picker", { props: { value: 0, names: ["a", "b"] } }), { toDigits, withDigit } = picker;

test("a class has its factors' choices as digits, the first the highest", () => {
  assert.deepEqual(toDigits(0, [3, 4, 2]), [0, 0, 0]);
  assert.deepEqual(toDigits(23, [3, 4, 2]), [2, 3, 1]);
  assert.deepEqual(toDigits(2 * 8 + 1 * 2 + 0, [3, 4, 2]), [2, 1, 0]);
  assert.deepEqual(toDigits(7, [10]), [7]);
});

test("another choice in one factor leaves the others", () => {
  const counts = [3, 4, 2];
  for (let number = 0; number < 24; number++)
    counts.forEach((n, place) => {
      for (let digit = 0; digit < n; digit++) {
        const wanted = toDigits(number, counts).with(place, digit);
        assert.deepEqual(toDigits(withDigit(number, counts, place, digit), counts), wanted);
      }
    });
  assert.equal(withDigit(5, counts, 0, 2), 21);
});

test("a class that is chosen is told once, the one that is already chosen not at all", () => {
  const props = { value: 1, names: ["a", "b", "c"] }, told = [];
  const { take } = load("class_picker", { props, trigger: (event) => told.push([event, props.value]) });
  take(1); take(2);
  assert.deepEqual(told, [["input", 2]]);
});

test("a choice among pictures is told by its own number", () => {
  const { placeOf } = load("class_picker", { props: { value: 71, title: "", names: ["a", "b"], numbers: [10, 71] } });
  assert.deepEqual([10, 71, 5].map(placeOf), [0, 1, -1]);
  assert.equal(picker.placeOf(1), 1);
});
