import assert from "node:assert/strict";
import { test } from "node:test";
import { anything, load } from "./load.js";

const pad = load("latent_pad"), { CLASS_COLOURS } = pad;

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

test("a file's tensors are halves and bytes at the places its table tells, and a plane's widths are those of its variances", () => {
  const table = {
    __metadata__: { a: "b" }, "0.weight": { dtype: "F16", shape: [1, 2], data_offsets: [2, 6] }, "0.bias": { dtype: "F16", shape: [1], data_offsets: [0, 2] },
    label: { dtype: "U8", shape: [3], data_offsets: [6, 9] }, logvar: { dtype: "F16", shape: [1, 2], data_offsets: [9, 13] },
    signed: { dtype: "I8", shape: [2], data_offsets: [4, 6] },
  };
  const head = Buffer.from(JSON.stringify(table)), size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(head.length));
  const file = Buffer.concat([size, head, Buffer.from([0x00, 0x3c, 0x01, 0x00, 0xff, 0xfb, 7, 8, 9, 0x00, 0x00, 0x00, 0x40])]);
  const tensors = pad.readTensors(file.buffer.slice(file.byteOffset, file.byteOffset + file.length)), plane = pad.planeOf(tensors);
  assert.deepEqual([...tensors.signed], [-1, -5]);
  assert.deepEqual([...plane.layers[0].weight], [2 ** -24, -65504]);
  assert.deepEqual([...plane.layers[0].bias, plane.layers.length], [1, 1]);
  assert.deepEqual([...plane.label], [7, 8, 9]);
  close(plane.sigma, [1, Math.E]);
  assert.equal(pad.planeOf({}).sigma, undefined);
});

test("a weight that comes with steps is whole multiples of its row's", () => {
  const [{ weight, bias }] = pad.layersOf({ "0.weight": Int8Array.of(127, -2, 3, -127), "0.steps": Float32Array.of(0.5, 0.25), "0.bias": Float32Array.of(1, 2) });
  assert.deepEqual([...weight], [63.5, -1, 0.75, -31.75]);
  assert.deepEqual([...bias], [1, 2]);
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

test("a convolution is the sum over maps and kernel, then the largest of four, nothing below zero", () => {
  const n = 2, side = 8, one = layer(3, n * 25, 4), x = Float32Array.from({ length: n * side * side }, (_, i) => Math.cos(2 * i));
  const at = (o, y, c) => {
    let sum = one.bias[o];
    for (let i = 0; i < n; i++) for (let dy = 0; dy < 5; dy++) for (let dx = 0; dx < 5; dx++) sum += one.weight[((o * n + i) * 5 + dy) * 5 + dx] * x[(i * side + y + dy) * side + c + dx];
    return sum;
  };
  const wanted = [];
  for (let o = 0; o < 3; o++) for (let y = 0; y < 2; y++) for (let c = 0; c < 2; c++) wanted.push(Math.max(0, at(o, 2 * y, 2 * c), at(o, 2 * y, 2 * c + 1), at(o, 2 * y + 1, 2 * c), at(o, 2 * y + 1, 2 * c + 1)));
  close(pad.convolve(one, x, n, side), wanted, 1e-5);
});

test("a picture's edge is padded with black", () => {
  const wide = pad.padded(new Float32Array(784).fill(1), 2);
  assert.deepEqual([wide[0], wide[2 * 32 + 1], wide[2 * 32 + 2], wide[29 * 32 + 29], wide[29 * 32 + 30]], [0, 0, 1, 1, 0]);
});

test("what the judge says of a picture sums to one, and its last layer keeps what is below zero", () => {
  const judge = [layer(6, 25, 1), layer(16, 150, 2), layer(120, 400, 3), layer(84, 120, 4), layer(10, 84, 5)];
  const p = pad.judged(judge, Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7));
  close([p.reduce((a, b) => a + b, 0)], [1], 1e-5);
  judge[4].weight.fill(0); judge[4].bias.set([-3, -4, 0, 0, 0, 0, 0, 0, 0, 0]);
  const flat = pad.judged(judge, new Float32Array(784));
  close([flat[0] / flat[1], flat[2] / flat[0]], [Math.E, Math.E ** 3], 1e-4);
});

const view = { shown: { x: 0, y: 1, half: 4 }, side: 200 };

test("on the map z1 grows to the right and z2 upward", () => {
  assert.deepEqual(pad.toMap(view, [-4, -3]), [0, 200]);
  assert.deepEqual(pad.toMap(view, [4, 5]), [200, 0]);
  assert.deepEqual(pad.toMap(view, [2, 0]), [150, 125]);
});

test("a place on the map and its code are each other's", () => {
  for (const p of [[-4, 3], [0, 0], [1.25, 2.5]]) close(pad.fromMap(view, ...pad.toMap(view, p)), p, 1e-12);
  assert.deepEqual(pad.fromMap(view, 50, 200), [-2, -3]);
});

test("a zoom keeps its point in place, ends at the whole plane and at the deepest, and never leaves the plane", () => {
  const p = [1, 2], before = pad.toMap(view, p), near = pad.zoomed(view.shown, p, 2, 6);
  assert.equal(near.half, 2);
  close(pad.toMap({ shown: near, side: 200 }, p), before, 1e-9);
  close(Object.values(pad.zoomed(near, p, 0.001, 6)), [0, 0, 6]);
  assert.equal(pad.zoomed(near, p, 1e9, 6).half, 6 / pad.DEEPEST);
  assert.deepEqual(pad.within({ x: 9, y: -9, half: 2 }, 6), { x: 4, y: -4, half: 2 });
});

test("a window is told in the address, the whole plane by nothing", () => {
  assert.equal(pad.spellWindow({ x: 0.123456789, y: -1, half: 0.5 }, 6), "0.123457,-1,0.5");
  assert.equal(pad.spellWindow({ x: 0, y: 0, half: 6 }, 6), "");
  assert.deepEqual(pad.windowOf("1,-2,0.5", 6), { x: 1, y: -2, half: 0.5 });
  for (const text of ["", "x", "1,2", "1,2,-3"]) assert.deepEqual(pad.windowOf(text, 6), { x: 0, y: 0, half: 6 });
});

test("tiles are a power of two large, between their least size and twice that, and cover what is shown once", () => {
  for (const [half, side, least] of [[3.6, 344, 28], [34, 560, 28], [0.001, 800, 28], [3, 390, 10]]) {
    const shown = { x: 0.3, y: -0.7, half }, level = pad.levelOf({ shown, side }, least), pixels = side / (2 * half) / 2 ** level;
    assert.ok(pixels >= least && pixels < 2 * least, `${pixels}`);
    const tiles = pad.tilesIn(shown, level), edge = 2 ** -level;
    assert.equal(new Set(tiles.map(pad.keyOf)).size, tiles.length);
    for (const corner of [[-1, -1], [0.99, 0.99], [0, 0.4]]) {
      const [x, y] = [shown.x + corner[0] * half, shown.y + corner[1] * half];
      assert.equal(tiles.filter(({ i, j }) => i * edge <= x && x < (i + 1) * edge && j * edge <= y && y < (j + 1) * edge).length, 1);
    }
  }
  assert.deepEqual(pad.middleOf({ level: 1, i: 2, j: -1 }), [1.25, -0.25]);
});

test("what is missing comes coarse first and from the middle outward, coarse only where nothing finer lies", () => {
  const shown = { x: 0, y: 0, half: 1 }, queue = pad.missing({ shown, side: 100 }, 2, () => false);
  assert.deepEqual(queue.map(({ level }) => level), [...Array(4).fill(0), ...Array(16).fill(1), ...Array(64).fill(2)]);
  const far = queue.filter(({ level }) => level === 2).map((place) => Math.hypot(...pad.middleOf(place)));
  assert.deepEqual(far, [...far].sort((a, b) => a - b));
  const one = pad.missing({ shown, side: 100 }, 2, ({ level, i, j }) => level === 2 && i === 0 && j === 0);
  assert.equal(one.filter(({ level, i, j }) => level < 2 && i === 0 && j === 0).length, 0);
  assert.equal(one.length, 84 - 3);
  assert.deepEqual(pad.missing({ shown, side: 100 }, 2, ({ level }) => level === 2), []);
});

test("a tile is decoded from the code in its middle and stays until the sheet is full", () => {
  const put = [], canvas = () => ({ getContext: () => ({ putImageData: (image, x, y) => put.push([image.data[0], x, y]) }) });
  const document = { createElement: (tag) => (tag === "canvas" ? canvas() : anything()), body: {} };
  const own = load("latent_pad", { document }), layers = [{ weight: Float32Array.from({ length: 2 * 784 }, () => 0.5), bias: new Float32Array(784) }];
  const atlas = own.makeAtlas(), place = { level: 1, i: 2, j: -1 };
  assert.deepEqual(own.makeTile(atlas, layers, place), { slot: 0, p: undefined });
  assert.deepEqual(put, [[Math.round(255 * sigmoid(0.5)), 0, 0]]);
  for (let i = 0; i < own.ACROSS ** 2; i++) own.makeTile(atlas, layers, { level: 9, i, j: 0 });
  assert.equal(atlas.known.size, own.ACROSS ** 2);
  assert.equal(atlas.known.has(own.keyOf(place)), false); // the oldest made room
  assert.equal(new Set([...atlas.known.values()].map(({ slot }) => slot)).size, own.ACROSS ** 2);
});

test("a place is settled where it and all around it are surely read alike", () => {
  const read = (k, sure) => Float32Array.from({ length: 10 }, (_, i) => (i === k ? sure : (1 - sure) / 9)), known = new Map();
  for (const i of [0, 1, 2]) for (const j of [0, 1, 2]) known.set(pad.keyOf({ level: 3, i, j }), { slot: 0, p: read(4, 0.95) });
  const settled = () => pad.isSettled({ known }, { level: 3, i: 1, j: 1 });
  assert.equal(settled(), true);
  for (const [k, sure] of [[9, 0.95], [4, 0.8]]) {
    known.set(pad.keyOf({ level: 3, i: 2, j: 0 }), { slot: 0, p: read(k, sure) });
    assert.equal(settled(), false);
  }
  assert.equal(pad.isSettled({ known }, { level: 3, i: 0, j: 1 }), false); // not all around it is known
});

test("arrows move the code by a seventy-second of what is shown, with Shift by five", () => {
  const { ArrowLeft, ArrowRight, ArrowUp, ArrowDown } = pad.STEPS;
  const moved = [ArrowLeft, ArrowRight, ArrowUp, ArrowDown].map((by) => pad.stepped([0, 0], by, 3.6, false));
  [[-0.1, 0], [0.1, 0], [0, 0.1], [0, -0.1]].forEach((wanted, i) => close(moved[i], wanted, 1e-12));
  close(pad.stepped([1, -1], ArrowUp, 3.6, true), [1, -0.5], 1e-12);
});

test("numbers are told with real minus signs and no negative zero, extents in the digits that tell their ends apart", () => {
  assert.equal(pad.spelled([-1.5, 0.255]), "z = (−1.50, 0.26)");
  assert.equal(pad.signed(-0.001), "0.00");
  assert.equal(pad.spellExtent({ x: 0, y: 0, half: 3.6 }), "−3.6 … 3.6");
  assert.equal(pad.spellExtent({ x: 1, y: 0, half: 0.01 }), "(1.000, 0.000) ± 0.01");
});

test("one map leaves its picture room, two stand beside each other with theirs between, a phone has the map's whole width", () => {
  for (const [width, height, two] of [[880, 800, true], [880, 800, false], [1328, 1080, true], [1328, 1080, false], [700, 900, true]]) {
    const { side, k, narrow } = pad.plan(width, height, two), room = Math.max(28 * k, 144);
    assert.ok((two ? 2 * side + 48 : side + 24) + room <= width, `${side} and ${k} in ${width}`);
    assert.ok(!two || 2 * (28 * k + 60) <= side + 30 || k === 4);
    assert.equal(narrow, false);
  }
  assert.ok(pad.plan(1328, 1080, false).side >= 800);
  assert.ok(28 * pad.plan(1328, 1080, false).k >= 400);
  assert.deepEqual(pad.plan(370, 844, true), { side: 370, k: 6, narrow: true });
});

test("the ellipse is two standard deviations wide, a code without spread a point", () => {
  close(pad.axesOf({ logvar: [0, Math.log(4)] }), [2, 4], 1e-12);
  assert.deepEqual(pad.axesOf({ logvar: [null, 0] }), [0, 2]);
});

test("a draw is μ + σ⊙ε, and the ε of a z is found again", () => {
  const q = { mean: [1, -2], logvar: [0, Math.log(0.25)] };
  close(pad.drawOf(q, [0.5, -2]), [1.5, -3], 1e-12);
  close(pad.epsilonOf(q, pad.drawOf(q, [0.3, 0.7])), [0.3, 0.7], 1e-12);
  const told = (epsilon) => pad.wordsOf(q, pad.drawOf(q, epsilon), "", "").epsilon;
  assert.deepEqual([told([3, 4]), told([4, 4.5]) === told([40, 9])], ["(3.00, 4.00)", true]); // farther than six no draw goes: z was moved by hand
  assert.deepEqual([q, { mean: [0, 0], logvar: [null, null] }, null].map(pad.hasWidth), [true, false, false]);
});

test("the density is the mean of the posteriors, whose cells sum to one", () => {
  const plane = { mean: Float32Array.of(1, 0.5, -1, -0.5), sigma: Float32Array.of(0.4, 0.8, 0.5, 0.5) }, shown = { x: 0, y: 0, half: 5 }, n = 100;
  const density = pad.densityOf(plane, shown, 5, n), cell = 0.1;
  close([density.reduce((a, b) => a + b, 0) * cell * cell], [1], 1e-3);
  const at = (x, y) => {
    let sum = 0;
    for (const k of [0, 2]) sum += Math.exp(-0.5 * (((x - plane.mean[k]) / plane.sigma[k]) ** 2 + ((y - plane.mean[k + 1]) / plane.sigma[k + 1]) ** 2)) / (2 * Math.PI * plane.sigma[k] * plane.sigma[k + 1]);
    return sum / 2;
  };
  for (const [i, j] of [[60, 44], [50, 50], [40, 54]]) close([density[j * n + i]], [at(-5 + (i + 0.5) * cell, 5 - (j + 0.5) * cell)], 1e-4);
  const points = pad.densityOf({ mean: Float32Array.of(0, 0) }, shown, 5, n); // blurred by a sixtieth of the plane's reach
  close([points.reduce((a, b) => a + b, 0) * cell * cell], [1], 0.01);
  assert.ok(points[50 * n + 50] > points[50 * n + 51]);
});

test("two hundred draws are the seed's, and of N(0, I)", () => {
  const draws = pad.drawsOf(0), mean = (f) => draws.reduce((sum, p) => sum + f(p), 0) / draws.length;
  assert.equal(draws.length, 200);
  assert.deepEqual(pad.drawsOf(0), draws);
  assert.notDeepEqual(pad.drawsOf(1), draws);
  const many = Array.from({ length: 60 }, (_, seed) => pad.drawsOf(seed)).flat(), of = (f) => many.reduce((sum, p) => sum + f(p), 0) / many.length;
  close([of((p) => p[0]), of((p) => p[1]), of((p) => p[0] * p[1])], [0, 0, 0], 0.03);
  close([of((p) => p[0] ** 2), of((p) => p[1] ** 2), of((p) => p[0] ** 4) / 3], [1, 1, 1], 0.06);
  close([mean(([x, y]) => +(Math.hypot(x, y) < 2))], [1 - Math.exp(-2)], 0.06);
  const own = { draws: Float32Array.from({ length: 400 }, (_, i) => i) };
  assert.deepEqual(pad.pointsOf(own, draws)[3], [6, 7]);
  assert.equal(pad.pointsOf({}, draws), draws);
});

/** A canvas that keeps what was drawn on it, with the colour it was drawn in. */
const sheet = () => {
  const marks = [], ctx = { fillRect: (x, y, w, h) => marks.push([ctx.fillStyle, x + w / 2, y + h / 2, w]), drawImage() {} };
  return { ctx, marks };
};

test("a code of the test set is drawn at its place in the colour of its class", () => {
  const { ctx, marks } = sheet();
  pad.drawCodes(ctx, view, { label: Uint8Array.of(3, 0, 12), mean: Float32Array.of(0, 0, -4, 5, 2, 1) });
  assert.deepEqual(marks.map(([colour]) => colour), [CLASS_COLOURS[3], CLASS_COLOURS[0], CLASS_COLOURS[2]]);
  [[100, 125], [0, 0], [150, 100]].forEach((place, i) => close(marks[i].slice(1, 3), place, 1e-6));
});

test("few codes are drawn twice as wide as many, at the same place", () => {
  const wide = (n) => {
    const { ctx, marks } = sheet();
    pad.drawCodes(ctx, view, { label: new Uint8Array(n), mean: new Float32Array(2 * n) });
    return marks[0];
  };
  close([wide(599)[3]], [2 * wide(600)[3]], 1e-6);
  close(wide(599).slice(1, 3), wide(600).slice(1, 3), 1e-6);
});

test("what is read is told by its likeliest class, and the next where that is likely too", () => {
  const told = load("latent_pad", { props: { text: { read: "read as {what}" } } }).spellReading, names = [..."0123456789"];
  assert.equal(told(Float32Array.from([0.9, 0.04, 0.06]), names), "read as 0 (90\u202f%), 2 (6\u202f%)");
  assert.equal(told(Float32Array.from([0.01, 0.99]), names), "read as 1 (99\u202f%)");
});

test("with the trick gradients pass through μ and σ to E and none to ε; without it they end at z", () => {
  const words = { mu: "", sigma: "", epsilon: "", z: "", x: "", out: "" };
  const reached = ({ back }) => { const seen = new Set(["out"]); for (let n = 0; n < 9; n++) for (const [a, b] of back) if (seen.has(a)) seen.add(b); return seen; };
  for (const narrow of [true, false]) {
    const way = reached(pad.graphOf(words, narrow, false, ""));
    assert.ok(["G", "z", "mu", "sigma", "E"].every((name) => way.has(name)));
    assert.equal(way.has("epsilon"), false);
    assert.deepEqual([...reached(pad.graphOf(words, narrow, true, ""))].sort(), ["G", "out", "z"]);
    const { nodes, size } = pad.graphOf(words, narrow, false, "");
    for (const { at, size: [w, h] } of Object.values(nodes)) assert.ok(at[0] - w / 2 >= 0 && at[0] + w / 2 <= size[0] && at[1] - h / 2 >= 0 && at[1] + h / 2 <= size[1]);
  }
});

test("an arrow runs from one node's edge to the other's", () => {
  const [from, to] = pad.between({ at: [0, 0], size: [20, 10] }, { at: [100, 0], size: [40, 10] });
  close(from, [13, 0], 1e-9);
  close(to, [77, 0], 1e-9);
});
