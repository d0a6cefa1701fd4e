import assert from "node:assert/strict";
import { test } from "node:test";
import { engine } from "./arena.js";

const { Rng, assign, cellShares, clippedShare, complete, countModes, jensenShannon, modesOf, optimalD, sampleData, sigmaOf, wasserstein } = engine;
const ring = complete({ data: "ring" });
const close = (actual, expected, within) => assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
const repeated = (points, n) => Float32Array.from({ length: 2 * n }, (_, k) => points[Math.floor(k / 2) % points.length][k % 2]);
/** Numbers in −2 … 2 that any language makes alike: x ← 1664525 x + 1013904223 mod 2³². */
const congruential = (seed, n) => { let x = seed; return Float32Array.from({ length: n }, () => (x = (x * 1664525 + 1013904223) % 2 ** 32) / 2 ** 30 - 2); };

test("uniform and normal numbers have their moments, and each stream is another", () => {
  const rng = new Rng(5), normals = rng.normals(40_000), moment = (x, p) => x.reduce((sum, v) => sum + v ** p, 0) / x.length;
  close(moment(normals, 1), 0, 0.02); close(moment(normals, 2), 1, 0.03); close(moment(normals, 4), 3, 0.2);
  const uniforms = Array.from({ length: 40_000 }, () => rng.uniform());
  close(moment(uniforms, 1), 1 / 2, 0.01); close(moment(uniforms, 2), 1 / 3, 0.01);
  assert.ok(uniforms.every((u) => u >= 0 && u < 1));
  const first = [[1], [2], [1, 0], [1, 1], [2 ** 32 + 1], [1, 2], [2, 1]].map((seeds) => new Rng(...seeds).bits());
  assert.equal(new Set(first).size, first.length);
});

test("the ring is eight modes at radius 2, the grid twenty-five a unit apart, each with its fair share", () => {
  for (const data of ["ring", "grid"]) {
    const settings = complete({ data }), modes = modesOf(settings), points = sampleData(settings, new Rng(1), 8000);
    const found = countModes(points, modes, sigmaOf(settings));
    assert.deepEqual([found.modes, found.modesAny], [modes.length, modes.length]);
    close(found.near, 1 - Math.exp(-4.5), 0.005); // of a Gaussian of the plane within 3σ
    const counts = modes.map(([x, y]) => countModes(points, [[x, y]], sigmaOf(settings)).near);
    counts.forEach((share) => close(share * modes.length, 1, 0.2));
  }
  assert.ok(modesOf(ring).every(([x, y]) => Math.abs(Math.hypot(x, y) - 2) < 1e-12));
  assert.deepEqual([sigmaOf(ring), sigmaOf(complete({ data: "grid" })), sigmaOf(complete({ sigma: 0.3 }))], [0.02, 0.05, 0.3]);
});

test("all data lie on the plane shown, and drawn points are those that were drawn", () => {
  for (const data of ["ring", "grid", "roll", "moons", "segments"]) assert.ok(sampleData(complete({ data }), new Rng(0), 2000).every((x) => Math.abs(x) < 3));
  const points = [[0, 1], [1, 0], [-1, -1]], drawn = sampleData(complete({ data: "drawn", points, sigma: 0 }), new Rng(0), 300);
  for (let k = 0; k < 300; k++) assert.ok(points.some(([x, y]) => x === drawn[2 * k] && y === drawn[2 * k + 1]));
});

test("a mode counts with a fifth of its fair share: at one sample a cloud with 1.7 % good points covers all", () => {
  const modes = modesOf(ring), bad = repeated([[0, 0]], 512), shares = (counts) => {
    const points = bad.slice();
    let at = 0;
    counts.forEach((count, m) => { for (let k = 0; k < count; k++, at++) points.set(modes[m], 2 * at); });
    return countModes(points, modes, 0.02);
  };
  assert.deepEqual(shares([2, 1, 1, 1, 1, 1, 1, 1]), { modes: 0, modesAny: 8, near: 9 / 512 }); // 1.76 %
  assert.deepEqual(shares([13, 12, 64, 0, 0, 0, 0, 0]), { modes: 2, modesAny: 3, near: 89 / 512 }); // 12.8 is a fifth of 64
});

test("three σ from a mode is near it, a little more is not", () => {
  assert.equal(countModes(Float32Array.of(2.0599, 0, 2.0601, 0), modesOf(ring), 0.02).near, 0.5);
});

test("the assignment is the cheapest of all", () => {
  const orders = (items) => (items.length < 2 ? [items] : items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest])));
  for (let seed = 0; seed < 40; seed++) {
    const n = 1 + seed % 6, rng = new Rng(seed), costs = Float64Array.from({ length: n * n }, () => (seed % 2 ? rng.below(4) : rng.uniform()));
    const total = (columns) => Array.from(columns).reduce((sum, j, i) => sum + costs[i * n + j], 0), columns = [...assign(costs, n)];
    assert.deepEqual([...columns].sort(), orders([...columns.keys()])[0]); // each once
    close(total(columns), Math.min(...orders([...columns.keys()]).map(total)), 1e-12);
  }
});

test("W₁ of two clouds of 256 points is the figure of scipy's linear_sum_assignment", () => {
  close(wasserstein(congruential(1, 512), congruential(2, 512)), 0.211782589134672, 1e-6); // scipy 1.17.1
  close(wasserstein(congruential(3, 512), congruential(4, 512).map((x, k) => (k % 2 ? x : x / 2))), 0.5019929782914206, 1e-6);
});

test("W₁ of a cloud and itself moved is the way it was moved", () => {
  const points = sampleData(complete({ data: "moons" }), new Rng(0), 256);
  close(wasserstein(points, points), 0, 1e-12);
  close(wasserstein(points, points.map((x, k) => x + (k % 2 ? 0.4 : 0.3))), 0.5, 1e-6);
});

test("a cloud that has flown apart has no W₁, and is not waited for", () => {
  for (const far of [Infinity, -Infinity, NaN]) assert.ok(Number.isNaN(wasserstein(Float32Array.of(0, 0, 1, 1), Float32Array.of(0, far, 1, 1))));
  close(wasserstein(Float32Array.of(0, 0, 1, 1), Float32Array.of(3e38, 0, 1, 1)) / 1.5e38, 1, 1e-6);
  assert.deepEqual(countModes(Float32Array.of(NaN, 0, Infinity, 0), modesOf(ring), 0.02), { modes: 0, modesAny: 0, near: 0 });
});

test("JS is 0 of the same, log 2 of what shares no cell, and its formula's in between", () => {
  const [left, right] = [repeated([[-1, -1]], 8), repeated([[1, 1]], 8)].map(cellShares);
  assert.equal(jensenShannon(left, left), 0);
  close(jensenShannon(left, right), Math.LN2, 1e-12);
  close(jensenShannon(left, cellShares(repeated([[-1, -1], [1, 1]], 8))), 0.75 * Math.log(4 / 3), 1e-12); // ½(log 4/3 + ½ log 2/3 + ½ log 2)
  close(jensenShannon(left, cellShares(repeated([[9, 9]], 8))), Math.LN2, 1e-12); // outside is a cell too
});

test("the best D is sure where only real or only generated points are, ½ where both are alike, and not asked where none are", () => {
  const side = 40, cell = (x, y) => Math.floor((3 - y) / 6 * side) * side + Math.floor((x + 3) / 6 * side);
  const one = optimalD(ring, repeated([[-1.414, 1.414]], 64), side), all = optimalD(ring, sampleData(ring, new Rng(3), 4096), side);
  close(one[cell(1.96, 0.04)], 1, 1e-6);
  close(one[cell(-1.414, 1.414)], 1 / 9, 0.01); // an eighth of p_r against all of p_g
  close(all[cell(1.96, 0.04)], 0.5, 0.03);
  assert.ok(Number.isNaN(one[cell(0, 0)]));
});

test("the share of clipped weights is that within 1 % of ±c", () => {
  assert.equal(clippedShare(Float32Array.of(0.1, -0.1, 0.0995, 0.0985, 0, 0.05, -0.0995, 0.05), 0.1), 0.5);
});
