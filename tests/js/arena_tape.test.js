import assert from "node:assert/strict";
import { test } from "node:test";
import { doubled, engine } from "./arena.js";

const { BACKWARD, Rng, Tape, Tensor } = doubled;
const EPSILON = 1e-5, CLOSE = 1e-7;
const leaf = (rows, cols, seed, scale = 1) => new Tensor(Float64Array.from({ length: rows * cols }, ((rng) => () => scale * rng.normal())(new Rng(seed))), rows, cols);
const positive = (x) => { x.data.forEach((value, k) => { x.data[k] = 0.5 + Math.abs(value); }); return x; };
const pair = () => [leaf(3, 4, 1), leaf(3, 4, 2)];

/** Every operation: what it is made of, and how. */
const CASES = {
  matmul: [() => [leaf(3, 4, 1), leaf(4, 5, 2)], (t, a, b) => t.matmul(a, b)],
  "matmul, A transposed": [() => [leaf(4, 3, 1), leaf(4, 5, 2)], (t, a, b) => t.matmul(a, b, true, false)],
  "matmul, B transposed": [() => [leaf(3, 4, 1), leaf(5, 4, 2)], (t, a, b) => t.matmul(a, b, false, true)],
  "matmul, both transposed": [() => [leaf(4, 3, 1), leaf(5, 4, 2)], (t, a, b) => t.matmul(a, b, true, true)],
  "matmul with itself": [() => [leaf(4, 4, 1)], (t, a) => t.matmul(a, a, true, false)],
  add: [pair, (t, a, b) => t.add(a, b)],
  subtract: [pair, (t, a, b) => t.subtract(a, b)],
  multiply: [pair, (t, a, b) => t.multiply(a, b)],
  "multiply by itself": [() => [leaf(3, 4, 1)], (t, a) => t.multiply(a, a)],
  gate: [pair, (t, a, b) => t.gate(a, b)],
  scale: [() => [leaf(3, 4, 1)], (t, a) => t.scale(a, -1.7)],
  shift: [() => [leaf(3, 4, 1)], (t, a) => t.shift(a, 0.3)],
  power: [() => [positive(leaf(3, 4, 1))], (t, a) => t.power(a, 0.5)],
  sigmoid: [() => [leaf(3, 4, 1, 2)], (t, a) => t.sigmoid(a)],
  softplus: [() => [leaf(3, 4, 1, 2)], (t, a) => t.softplus(a)],
  tanh: [() => [leaf(3, 4, 1)], (t, a) => t.tanh(a)],
  addRow: [() => [leaf(3, 4, 1), leaf(1, 4, 2)], (t, a, b) => t.addRow(a, b)],
  sumRows: [() => [leaf(3, 4, 1)], (t, a) => t.sumRows(a)],
  sumCols: [() => [leaf(3, 4, 1)], (t, a) => t.sumCols(a)],
  repeatRow: [() => [leaf(1, 4, 1)], (t, a) => t.repeatRow(a, 3)],
  repeatCol: [() => [leaf(3, 1, 1)], (t, a) => t.repeatCol(a, 4)],
  reshape: [() => [leaf(3, 4, 1)], (t, a) => t.reshape(a, 6, 2)],
};

/** A number of an operation's result to which every element adds its own share, and not only linearly. */
const weigh = (t, y, seed) => {
  const shares = t.add(t.multiply(y, leaf(y.rows, y.cols, seed)), t.multiply(y, t.multiply(y, leaf(y.rows, y.cols, seed + 1))));
  return t.sumCols(t.sumRows(shares));
};
/** The same of its gradients by all of the inputs. */
const weighGradients = (t, made, inputs) => {
  const gradients = t.gradient(weigh(t, made, 10), inputs);
  return gradients.map((g, k) => weigh(t, g, 20 + 2 * k)).reduce((a, b) => t.add(a, b));
};
const value = (inputs, scalar) => scalar(new Tape(), ...inputs).data[0];
const differences = (inputs, scalar) => inputs.map(({ data }) => Array.from(data, (x, k) => {
  data[k] = x + EPSILON; const up = value(inputs, scalar);
  data[k] = x - EPSILON; const down = value(inputs, scalar);
  data[k] = x;
  return (up - down) / (2 * EPSILON);
}));
const near = (actual, expected, within = CLOSE) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((x, k) => assert.ok(Math.abs(actual[k] - x) <= within * Math.max(1, Math.abs(x)), `${k}: ${actual[k]} is not ${x}`));
};
const holds = (inputs, scalar) => {
  const t = new Tape(), gradients = t.gradient(scalar(t, ...inputs), inputs), expected = differences(inputs, scalar);
  gradients.forEach((g, k) => near(g.data, expected[k]));
  assert.ok(expected.flat().some((x) => Math.abs(x) > 1e-3), "a gradient of nothing shows nothing");
};

test("every operation's gradient is that of finite differences, and the gradient's gradient too", () => {
  for (const [name, [make, op]] of Object.entries(CASES)) {
    const inputs = make();
    try {
      holds(inputs, (t, ...given) => weigh(t, op(t, ...given), 10));
      holds(inputs, (t, ...given) => weighGradients(t, op(t, ...given), given));
    } catch (error) { error.message = `${name}: ${error.message}`; throw error; }
  }
  assert.deepEqual(Object.keys(BACKWARD).filter((op) => !CASES[op]), []);
});

test("every rule's loss has the gradient of finite differences by D's weights, penalties included", () => {
  const { Mlp, RULES } = doubled;
  for (const [name, rule] of Object.entries(RULES)) {
    const net = new Mlp([2, 5, 4, 1], 0.2).initialize(new Rng(3)), share = Float64Array.of(0.1, 0.4, 0.5, 0.8, 0.9);
    const given = { real: leaf(5, 2, 4), fake: leaf(5, 2, 5), share }, score = (t, x) => net.forward(t, x);
    try {
      holds(net.parameters, (t) => rule.discriminator(t, score, given, 3).loss);
      holds([leaf(5, 2, 6)], (t, x) => rule.generator(t, score(t, x)));
    } catch (error) { error.message = `${name}: ${error.message}`; throw error; }
  }
});

test("a gradient goes on through an input that another input made, and is 0 where none leads", () => {
  const t = new Tape(), x = leaf(1, 1, 1), y = t.scale(x, 3), z = t.multiply(y, y), [dx, dy, other] = t.gradient(z, [x, y, leaf(1, 1, 2)]);
  near(dx.data, [18 * x.data[0]]); near(dy.data, [6 * x.data[0]]); near(other.data, [0]);
});

test("the norm's slope at 0 is taken as 0: no gradient is not a number", () => {
  const t = new Tape(), x = new Tensor(new Float64Array(3), 3, 1), [g] = t.gradient(t.power(t.multiply(x, x), 0.5), [x]);
  assert.deepEqual([...g.data], [0, 0, 0]);
});

test("the product of matrices of any shape, either transposed, is the sum of products", () => {
  for (const [m, n, depth] of [[1, 1, 1], [4, 4, 4], [5, 3, 2], [7, 9, 11], [8, 1, 64], [1, 130, 3]]) {
    for (const [ta, tb] of [[false, false], [true, false], [false, true], [true, true]]) {
      const rng = new engine.Rng(m, n), a = rng.normals(m * depth), b = rng.normals(depth * n), out = new Float32Array(m * n);
      engine.multiplyMatrices(out, a, b, m, n, depth, ta, tb);
      const term = (i, j) => (_, p) => a[ta ? p * m + i : i * depth + p] * b[tb ? j * depth + p : p * n + j];
      near(out, Array.from(out, (_, k) => Array.from({ length: depth }, term(Math.floor(k / n), k % n)).reduce((x, y) => x + y)), 1e-6);
    }
  }
});

test("the gate lets through what is above 0, by the bits as by the comparison", () => {
  const by = Float32Array.of(1, -1, 0, -0, 1e-40, -1e-40, Infinity, -Infinity), a = Float32Array.of(5, 6, 7, 8, 9, 10, -11, 12);
  const out = new engine.Tape().gate(new engine.Tensor(a, 1, 8), new engine.Tensor(by, 1, 8)).data;
  assert.deepEqual([...out], [5, 0, 0, 0, 9, 0, -11, 0]);
});

test("a turn played again allocates no numbers: the tape's buffers are the old ones", () => {
  const { Game, complete } = engine, game = new Game(complete({ rule: "wgangp", k: 1, hiddenD: [8], hiddenG: [8], batch: 16 }));
  game.iterate();
  const before = Object.values(game.tapes).flatMap(({ buffers }) => buffers);
  game.iterate();
  const after = Object.values(game.tapes).flatMap(({ buffers }) => buffers);
  assert.ok(before.length > 50 && before.length === after.length && before.every((buffer, k) => buffer === after[k]));
});
