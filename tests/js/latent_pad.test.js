import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.js";

const pad = load("latent_pad"), { toBase64, CLASS_COLOURS } = pad;

const close = (got, wanted, within = 1e-6) => {
  assert.equal(got.length, wanted.length);
  [...got].forEach((v, i) => assert.ok(Math.abs(v - wanted[i]) <= within, `${i}: ${v} is not ${wanted[i]}`));
};

test("half floats are read as IEEE 754 has them", () => {
  const known = {
    0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x3555: 0.333251953125, 0x7bff: 65504, 0x0400: 2 ** -14, 0x0001: 2 ** -24, 0x03ff: 1023 * 2 ** -24,
    0x8001: -(2 ** -24), 0x7c00: Infinity, 0xfc00: -Infinity, 0x7e00: NaN, 0xbc01: -1.0009765625,
  };
  for (const [bits, value] of Object.entries(known)) assert.equal(pad.halfToFloat(+bits), value, (+bits).toString(16));
  assert.ok(Object.is(pad.halfToFloat(0x8000), -0));
});

test("every positive half float is greater than the one before it", () => {
  for (let bits = 1; bits <= 0x7c00; bits++) assert.ok(pad.halfToFloat(bits) > pad.halfToFloat(bits - 1), bits.toString(16));
});

test("halves travel with their low byte first", () => {
  assert.deepEqual([...pad.halves(toBase64(Uint8Array.of(0x00, 0x3c, 0x01, 0x00, 0xff, 0xfb)))], [1, 2 ** -24, -65504]);
  assert.equal(pad.halves("").length, 0);
});

const sigmoid = (v) => 1 / (1 + Math.exp(-v));
const layer = (outputs, inputs, at) => ({
  weight: Float32Array.from({ length: outputs * inputs }, (_, i) => Math.sin(at + 3 * i)),
  bias: Float32Array.from({ length: outputs }, (_, i) => Math.cos(at + i)),
});
/** A layer's sums, the plain way. */
const sums = ({ weight, bias }, h) => [...bias].map((b, i) => b + h.reduce((sum, v, j) => sum + weight[i * h.length + j] * v, 0));

test("the last layer ends in a sigmoid", () => {
  const last = { weight: Float32Array.of(1, 2, 3, 4), bias: Float32Array.of(0.5, -1) };
  close(pad.decode([last], [1, -1]), [sigmoid(-0.5), sigmoid(-2)]);
});

test("between layers stands SiLU, whatever their widths", () => {
  for (const width of [1, 3, 4, 5, 8, 11]) {
    const one = layer(width, 2, 1), two = layer(6, width, 2), three = layer(3, 6, 5);
    const silu = (h) => h.map((v) => v * sigmoid(v));
    const wanted = sums(three, silu(sums(two, silu(sums(one, [0.3, -1.2]))))).map(sigmoid);
    close(pad.decode([one, two, three], [0.3, -1.2]), wanted, 1e-5);
  }
});

test("a mean in [0, 1] becomes the nearest of 256 greys", () => {
  assert.deepEqual([...pad.toGrey(Float32Array.of(0, 1, 0.5, 0.0019, 0.002))], [0, 255, 128, 0, 1]);
});

const plane = { box: [-4, 4, -1, 3], side: 200 };

test("on the map z1 grows to the right and z2 upward", () => {
  assert.deepEqual(pad.toMap(plane, [-4, -1]), [0, 200]);
  assert.deepEqual(pad.toMap(plane, [4, 3]), [200, 0]);
  assert.deepEqual(pad.toMap(plane, [2, 0]), [150, 150]);
});

test("a place on the map and its code are each other's", () => {
  for (const p of [[-4, 3], [0, 0], [1.25, 2.5]]) close(pad.fromMap(plane, ...pad.toMap(plane, p)), p, 1e-12);
  assert.deepEqual(pad.fromMap(plane, 50, 200), [-2, -1]);
});

test("a code stays in the part of the plane that is shown", () => {
  assert.deepEqual(pad.clamp(plane.box, [-9, 9]), [-4, 3]);
  assert.deepEqual(pad.clamp(plane.box, [9, -9]), [4, -1]);
  assert.deepEqual(pad.clamp(plane.box, [3.5, 2.5]), [3.5, 2.5]);
});

test("arrows move the code by a twentieth, with Shift by a quarter", () => {
  const { ArrowLeft, ArrowRight, ArrowUp, ArrowDown } = pad.STEPS;
  assert.deepEqual([ArrowLeft, ArrowRight, ArrowUp, ArrowDown].map((by) => pad.stepped([0, 0], by, false)), [[-0.05, 0], [0.05, 0], [0, 0.05], [0, -0.05]]);
  assert.deepEqual(pad.stepped([1, -1], ArrowUp, true), [1, -0.75]);
});

test("a code is told with two digits and real minus signs", () => {
  assert.equal(pad.spelled([-1.5, 0.255]), "z = (−1.50, 0.26)");
});

test("the ellipse is two standard deviations wide, a code without spread a point", () => {
  close(pad.axesOf({ logvar: [0, Math.log(4)] }), [2, 4], 1e-12);
  assert.deepEqual(pad.axesOf({ logvar: [null, 0] }), [0, 2]);
});

test("the first map fills what its picture leaves, the others stand two in a row", () => {
  assert.deepEqual(pad.plan(900, true), { side: 560, k: 11 });
  assert.deepEqual(pad.plan(700, true), { side: 396, k: 10 });
  assert.deepEqual(pad.plan(1200, true), { side: 560, k: 14 });
  assert.deepEqual(pad.plan(390, true), { side: 390, k: 10 });
  assert.deepEqual(pad.plan(700, false), { side: 186, k: 5 });
  assert.deepEqual(pad.plan(2000, false), { side: 252, k: 5 });
  assert.deepEqual(pad.plan(390, false), { side: 238, k: 5 });
});

/** A map's canvas that keeps what was drawn on it, with the colour it was drawn in. */
const sheet = (side) => {
  const marks = [], tiles = [];
  const ctx = {
    setTransform() {}, clearRect() {}, fillRect: (x, y, w, h) => marks.push([ctx.fillStyle, x + w / 2, y + h / 2]),
    drawImage: (tile, x, y) => tiles.push([x, y, tile.image.data[0]]),
  };
  return { back: { width: side, getContext: () => ctx }, marks, tiles };
};

test("a code of the test set is drawn at its place in the colour of its class", () => {
  const { back, marks } = sheet(200), model = { labels: Uint8Array.of(3, 0, 12), points: Float32Array.of(0, 0, -4, 3, 2, 1), drawn: [] };
  pad.drawPoints({ ...plane, back }, model);
  assert.deepEqual(marks.map(([colour]) => colour), [CLASS_COLOURS[3], CLASS_COLOURS[0], CLASS_COLOURS[2]]);
  [[100, 150], [0, 0], [150, 100]].forEach((place, i) => close(marks[i].slice(1), place, 1e-6));
});

test("draws of a learned prior are crosses at their places", () => {
  const { back, marks } = sheet(200), note = {};
  pad.drawPoints({ ...plane, back, note }, { labels: [], points: [], drawn: Float32Array.of(2, 0, -4, 3) });
  assert.deepEqual(marks.map(([, ...place]) => place), [[150, 150], [150, 150], [0, 0], [0, 0]]);
  assert.equal(note.hidden, false);
});

test("a cell of the manifold is decoded from the code in its middle", () => {
  const { back, tiles } = sheet(8), later = [];
  const document = { createElement: () => ({ getContext() { return { putImageData: (image) => { this.image = image; } }; } }) };
  const { drawManifold, decode, toGrey } = load("latent_pad", { document, requestAnimationFrame: (act) => later.push(act) });
  const layers = [{ weight: Float32Array.of(0.5, 0.125), bias: Float32Array.of(0) }], card = { box: [-4, 4, -4, 4], side: 4, back, turn: 0 };
  drawManifold(card, { layers, w: 1, h: 1 });
  while (later.length) later.shift()();
  const grey = (...z) => toGrey(decode(layers, z))[0];
  assert.equal(tiles.length, 16);
  assert.deepEqual(tiles[0], [0, 0, grey(-3, 3)]);
  assert.deepEqual(tiles[3], [6, 0, grey(3, 3)]);
  assert.deepEqual(tiles[9], [2, 4, grey(-1, -1)]);
});

test("a painting that another has overtaken goes no further", () => {
  const { back, tiles } = sheet(8), later = [];
  const document = { createElement: () => ({ getContext() { return { putImageData: (image) => { this.image = image; } }; } }) };
  const { drawManifold } = load("latent_pad", { document, requestAnimationFrame: (act) => later.push(act) });
  const card = { box: [-4, 4, -4, 4], side: 4, back, turn: 0 };
  drawManifold(card, { layers: [{ weight: Float32Array.of(0, 0), bias: Float32Array.of(0) }], w: 1, h: 1 });
  card.turn++;
  later.shift()();
  assert.equal(tiles.length, 4);
});
