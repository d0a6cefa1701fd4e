import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const pad = load("mask_pad"), { HOLES, FEATURES, holeOf, disc, line, paints, stepped, STEPS, percentOf, fromDigits, blockIn } = pad;

/** A mask as rows of digits. */
const rows = (mask, w) => mask.join("").match(new RegExp(`.{${w}}`, "g"));
const hole = (test, w, h) => rows(holeOf(test, [w, h]), w);

test("a mask travels as digits, row by row, 1 in the hole", () => {
  assert.deepEqual([...fromDigits("0110")], [0, 1, 1, 0]);
  assert.deepEqual(hole((x, y) => x === 2 && y === 0, 3, 2), ["001", "000"]);
});

test("the halves of a picture are where they are called", () => {
  assert.deepEqual(hole(HOLES.top, 4, 2), ["1111", "0000"]);
  assert.deepEqual(hole(HOLES.bottom, 4, 2), ["0000", "1111"]);
  assert.deepEqual(hole(HOLES.left, 4, 2), ["1100", "1100"]);
  assert.deepEqual(hole(HOLES.bottom, 2, 3), ["00", "00", "11"]);
});

test("the centre is two fifths of the width and of the height", () => {
  assert.deepEqual(hole(HOLES.centre, 5, 10), ["00000", "00000", "00000", "00100", "00100", "00100", "00100", "00000", "00000", "00000"]);
});

test("the eyes lie above the mouth and both leave the edges", () => {
  const edges = (test) => {
    const at = [...holeOf(test, [100, 100])].flatMap((v, i) => (v ? [[i % 100, Math.floor(i / 100)]] : []));
    const [x, y] = [at.map(([x]) => x), at.map(([, y]) => y)];
    return [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
  };
  assert.deepEqual(edges(FEATURES.eyes), [6, 93, 12, 30]);
  assert.deepEqual(edges(FEATURES.mouth), [20, 79, 68, 89]);
});

test("a block is a square of three to four eighths of the width, anywhere in the picture", () => {
  const chances = [0, 0, 0.999], made = hole(blockIn(8, 8, () => chances.shift()), 8, 8);
  assert.deepEqual(made, ["00000000", "00000000", "00000000", "00000000", "11100000", "11100000", "11100000", "00000000"]);
  const last = [0.999, 0.999, 0], other = hole(blockIn(8, 8, () => last.shift()), 8, 8);
  assert.deepEqual(other.slice(0, 5), ["00011110", "00011110", "00011110", "00011110", "00000000"]);
});

test("the brush paints a disc and the eraser clears one", () => {
  const mask = new Uint8Array(35);
  disc(mask, [7, 5], [3, 2], 2, true);
  assert.deepEqual(rows(mask, 7), ["0001000", "0011100", "0111110", "0011100", "0001000"]);
  disc(mask, [7, 5], [3, 2], 1, false);
  assert.deepEqual(rows(mask, 7), ["0001000", "0010100", "0100010", "0010100", "0001000"]);
});

test("a disc at the edge does not come in on the other side", () => {
  const mask = new Uint8Array(12);
  disc(mask, [4, 3], [3, 1], 1.5, true);
  assert.deepEqual(rows(mask, 4), ["0011", "0011", "0011"]);
  mask.fill(0);
  disc(mask, [4, 3], [0, 2], 1, true);
  assert.deepEqual(rows(mask, 4), ["0000", "1000", "1100"]);
  assert.equal(mask.length, 12);
});

test("a fast stroke leaves no gap, and both its ends are in it", () => {
  assert.deepEqual(line([1, 1], [4, 3]), [[1, 1], [2, 2], [3, 2], [4, 3]]);
  assert.deepEqual(line([2, 5], [2, 2]), [[2, 5], [2, 4], [2, 3], [2, 2]]);
  assert.deepEqual(line([2, 2], [2, 2]).at(0), [2, 2]);
});

test("the eraser, Shift and the right button clear, else a stroke paints", () => {
  const plain = { shiftKey: false, button: 0 };
  assert.equal(paints(plain, false), true);
  assert.equal(paints(plain, true), false);
  assert.equal(paints({ ...plain, shiftKey: true }, false), false);
  assert.equal(paints({ ...plain, button: 2 }, false), false);
  assert.equal(paints({ ...plain, button: 1 }, false), true);
});

test("arrows move the cursor within the picture", () => {
  const moved = (from) => ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => stepped(from, STEPS[key], [4, 3]));
  assert.deepEqual(moved([1, 1]), [[0, 1], [2, 1], [1, 0], [1, 2]]);
  assert.deepEqual(moved([0, 0]), [[0, 0], [1, 0], [0, 0], [0, 1]]);
  assert.deepEqual(moved([3, 2]), [[2, 2], [3, 2], [3, 1], [3, 2]]);
});

test("the part of the picture that is hole is told in whole per cent", () => {
  assert.deepEqual(["0000", "1000", "1111", "100000"].map((text) => percentOf(fromDigits(text))), [0, 25, 100, 17]);
});

/** A pad over a picture of 4 × 2, and the masks it has told. */
const painted = (mask = "00000000") => {
  const props = { value: { pixels: { n: 1, h: 2, w: 4, c: 1, data: "AAAAAAAAAAA=" }, mask } }, told = [];
  const script = load("mask_pad", { props, trigger: (event) => told.push(`${event} ${props.value.mask}`) });
  return { ...script, props, told, shown: () => script.text() };
};

test("a hole is told when it is made, and undone step by step", () => {
  const { preset, undo, told } = painted("00000001");
  preset(HOLES.top); preset(HOLES.left); undo(); undo(); undo();
  assert.deepEqual(told, ["input 11110000", "input 11001100", "input 11110000", "input 00000001"]);
});

test("a mask that comes from the server is taken over, one of another size is not", () => {
  const { draw, props, shown } = painted();
  props.value = { ...props.value, mask: "01010101" };
  draw();
  assert.equal(shown(), "01010101");
  props.value = { ...props.value, mask: "111" };
  draw();
  assert.equal(shown(), "01010101");
});

test("a mask of one's own that comes back late does not undo what was painted meanwhile, which is told again", async () => {
  const { preset, draw, props, told, shown } = painted();
  preset(HOLES.top); preset(HOLES.left);
  props.value = { ...props.value, mask: "11110000" };
  draw();
  assert.equal(shown(), "11001100");
  await new Promise((wait) => setTimeout(wait, 60));
  assert.deepEqual(told, ["input 11110000", "input 11001100", "input 11001100"]);
});
