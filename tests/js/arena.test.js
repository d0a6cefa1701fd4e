import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.js";

const arena = load("arena");
const close = (a, b, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
const over = (n, f) => Float32Array.from({ length: n * n }, (_, i) => f(i % n, Math.floor(i / n)));

test("the level line of a slope is straight, where the slope has that height", () => {
  const line = arena.levelLine(over(6, (x) => x), 6, 2.25);
  assert.equal(line.length, 4 * 5);
  for (let i = 0; i < line.length; i += 2) close(line[i], 2.25);
});

test("the level line of a cone is a closed circle", () => {
  const line = arena.levelLine(over(41, (x, y) => Math.hypot(x - 20, y - 20)), 41, 12.3), ends = new Map();
  for (let i = 0; i < line.length; i += 2) {
    close(Math.hypot(line[i] - 20, line[i + 1] - 20), 12.3, 0.05);
    const at = `${line[i].toFixed(5)} ${line[i + 1].toFixed(5)}`;
    ends.set(at, (ends.get(at) || 0) + 1);
  }
  assert.deepEqual([...new Set(ends.values())], [2]);
});

test("a saddle has two pieces, and a cell without a value none", () => {
  assert.equal(arena.levelLine([1, 0, 0, 1], 2, 0.5).length, 8);
  assert.equal(arena.levelLine([0, 1, 1, 0], 2, 0.5).length, 8);
  assert.deepEqual(arena.levelLine([NaN, 1, 1, 0], 2, 0.5), []);
});

test("the heat's colours go from low over middle to high", () => {
  const colours = arena.ramp(arena.rgb("#010203"), arena.rgb("#808080"), arena.rgb("#fffefd"));
  assert.deepEqual([colours[0], colours[128], colours[255]].map((c) => c.toString(16)), ["ff030201", "ff808080", "fffdfeff"]);
});

test("a point keeps its place through pixels and back, up being up", () => {
  assert.deepEqual(arena.toPixel(-3, 3, 600), [0, 0]);
  arena.fromPixel(...arena.toPixel(1.25, -0.5, 431), 431).forEach((v, i) => close(v, [1.25, -0.5][i]));
});

test("an arrow's length falls with the gradient's order of magnitude and ends", () => {
  close(arena.arrowLength(1), 1); close(arena.arrowLength(1e-3), 1 / 3);
  assert.deepEqual([arena.arrowLength(100), arena.arrowLength(1e-6), arena.arrowLength(0)], [1, 0, 0]);
});

test("axes have round numbers, and few", () => {
  assert.deepEqual(arena.ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(arena.ticks(-0.7, 1.5, 3), [0, 1]);
  assert.deepEqual(arena.ticks(0, 8, 4), [0, 2, 4, 6, 8]);
  assert.deepEqual(arena.powers(1e-6, 1, 4).map((v) => Math.round(Math.log10(v))), [-6, -4, -2, 0]);
  assert.deepEqual([0.5, 1500, -2, 12].map((v) => arena.written(v)), ["0.5", "1.5k", "−2", "12"]);
  assert.deepEqual([1e-4, 1, 10, 1e12].map((v) => arena.written(v, true)), ["10⁻⁴", "1", "10", "10¹²"]);
});

test("a curve's range holds the theory's line, and no single wild value", () => {
  const y = Float32Array.from({ length: 300 }, (_, i) => (i === 7 ? 1e6 : i / 300)), [low, high] = arena.rangeOf([{ y }], [{ y: -1, label: "" }]);
  assert.ok(low < -1 && low > -1.3 && high > 0.98 && high < 1.3);
  arena.rangeOf([{ y: [3e-5, 0.02, 0] }], [], true).forEach((v, i) => close(v, [1e-5, 0.1][i], 1e-9));
  assert.deepEqual(arena.rangeOf([{ y: [NaN] }], []), [0, 1]);
  assert.ok(arena.rangeOf([{ y: [NaN] }], [{ y: 1.4, label: "2 log 2" }])[1] > 1.4);
});

test("the theory's labels have room of their own beside the curves, a letter 8 wide", () => {
  const ctx = new Proxy({ measureText: (text) => ({ width: 8 * text.length }) }, { get: (own, key) => own[key] || (() => {}), set: () => true });
  const plot = (labels) => arena.drawAxes(ctx, 240, 108, { x: [0, 100], y: [0, 1], labels }, {});
  assert.equal(plot(undefined).right - plot(["2 log 2", "½"]).right, 56);
  assert.equal(plot(["log 2"]).toX(100), plot(["log 2"]).right);
});

test("what stands below the line in a formula stands there in a caption", () => {
  assert.deepEqual(arena.typeset("‖∇_G‖").map((part) => part.textContent ?? part), ["‖∇", "G", "‖"]);
});

test("each rule's curves have its own theory, several rules' only what they share", () => {
  const lines = (rules, key) => arena.chartsOf(rules.map((rule) => ({ rule })), 8).find((chart) => chart.key === key).theory.map(({ y }) => y);
  assert.deepEqual(lines(["nonsaturating"], "loss"), [2 * Math.LN2, Math.LN2]);
  assert.deepEqual(lines(["saturating"], "loss"), [2 * Math.LN2, -Math.LN2]);
  assert.deepEqual(lines(["leastsquares"], "loss"), [0.25, 0.125]);
  assert.deepEqual(lines(["wgangp"], "loss"), []);
  assert.deepEqual(lines(["saturating", "r1"], "loss"), [2 * Math.LN2]);
  assert.deepEqual(lines(["saturating", "wgan"], "loss"), []);
  assert.deepEqual(lines(["wgan", "wgangp"], "verdict"), []);
  assert.deepEqual(arena.chartsOf([{ rule: "wgan" }], 0).map(({ key }) => key), ["loss", "verdict", "gradient", "distance"]);
});

test("D's loss bounds JS from below, a critic's two means differ by its distance", () => {
  const history = { lossD: Float32Array.of(2 * Math.LN2, 0, 3), real: Float32Array.of(2), fake: Float32Array.of(0.5) };
  [0, Math.LN2, 0].forEach((v, i) => close(arena.metric(history, "bound")[i], v));
  close(arena.metric(history, "gap")[0], 1.5);
  assert.equal(arena.metric(history, "unheard").length, 0);
});

test("what a curve says of a moment is what was measured last before it", () => {
  assert.deepEqual([0, 9, 10, 15, 99].map((step) => arena.valueAt([0, 10, 20], [5, 6, 7], step)), [5, 5, 6, 6, 7]);
});

test("a drawing goes into an address and back, to a fortieth; a spoiled one is empty", () => {
  const points = [[-3, 3], [0.4, -1.7], [2.99, 0]];
  arena.unpackPoints(arena.packPoints(points)).flat().forEach((v, i) => close(v, points.flat()[i], 1 / 40));
  assert.deepEqual([arena.unpackPoints(""), arena.unpackPoints("?!")], [[], []]);
});

test("a stroke puts points evenly and stays on the plane", () => {
  const points = arena.alongStroke([-2, 0], [2, 0], 0);
  assert.ok(points.length > 40 && points.every(([x, y]) => Math.abs(y) <= 0.07 && Math.abs(x) <= 2.1));
  assert.equal(arena.alongStroke([1, 1], [1, 1], 3).length, 1);
  assert.ok(arena.alongStroke([2.9, 3], [5, 9], 0).flat().every((v) => Math.abs(v) <= 3));
});

test("the page shows the plane that the engine plays on, and asks it what is wrong with a setting", () => {
  const read = (name) => readFileSync(new URL(`../../demo/arena/${name}`, import.meta.url), "utf8");
  const real = arena.readEngine(JSON.parse(read("sources.json")).map((name) => read(`${name}.js`)).join("\n"));
  assert.equal(real.SPAN, arena.PLANE);
  assert.deepEqual([{ ...START }, { ...START, k: 0 }, { ...START, hiddenD: "64, x" }, { ...START, lrG: -1 }].map((state) => real.check(arena.gamesOf(state, real)[0])?.key), [undefined, "k", "hiddenD", "lrG"]);
});

const engine = {
  complete: (given) => ({ k: 1, lrD: 1e-3, ...given }),
  LESSONS: [{ name: "modes", games: [{ data: "ring", rule: "r1", seed: 4, lrD: 5e-5 }] }],
};
const START = { dataset: "ring", rule: "wgan", beside: [], seed: 3, lesson: "free", k: null, lrD: null, hiddenD: "", optimizer: "", points: "" };

test("an empty field is left to the rule, what stands in one is as typed, right or wrong", () => {
  assert.deepEqual(arena.ownSettings(START), {});
  assert.deepEqual(arena.ownSettings({ ...START, k: 0, hiddenD: "64, 32", optimizer: "sgd" }), { k: 0, hiddenD: [64, 32], optimizer: "sgd" });
  assert.ok(Number.isNaN(arena.ownSettings({ hiddenD: "64, x" }).hiddenD[1]));
});

test("the rules beside are played from the same seed, each once and six at most", () => {
  const games = arena.gamesOf({ ...START, beside: ["r1", "wgan", "saturating"] }, engine);
  assert.deepEqual(games.map(({ rule, seed }) => [rule, seed]), [["wgan", 3], ["r1", 3], ["saturating", 3]]);
});

test("a lesson plays its own games, moved by the seed and by what a person sets", () => {
  assert.deepEqual(arena.gamesOf({ ...START, lesson: "modes", k: 5 }, engine), [{ k: 5, lrD: 5e-5, data: "ring", rule: "r1", seed: 7 }]);
  assert.equal(arena.gamesOf({ ...START, dataset: "drawn", points: arena.packPoints([[0, 0], [1, 1]]) }, engine)[0].points.length, 2);
});

test("tasks are done when the games show them", () => {
  const done = (data, step, metrics, seed = 1) => arena.tasksDone([{ data, seed }], [{ step, metrics }], { data: "ring", seed: 0 });
  assert.deepEqual([done("ring", 9, { modes: 8 }), done("ring", 9, { modes: 2 }), done("ring", 1500, { modes: 4 }), done("ring", 1500, { modes: null })], [["all"], [], ["lost"], []]);
  assert.deepEqual([done("ring", 1500, { modes: 4 }, 0), done("ring", 9, { modes: 8 }, 0)], [[], ["all"]]); // what the tab opens with, nobody has found
  assert.deepEqual([done("drawn", 9, { modes: null, w1: 0.19 }), done("drawn", 9, { w1: null }), done("grid", 9, { modes: 8, w1: 0 })], [["drawn"], [], []]);
});

test("figures are short", () => {
  assert.deepEqual([0.5, 3, 1234.5, 2.6e-6, -0.001, NaN, null, 0].map((v) => arena.figure(v)), ["0.50", "3", "1234.50", "2.6 · 10⁻⁶", "−1.0 · 10⁻³", "–", "–", "0"]);
  assert.equal(arena.filled("{a} of {b} {c}", { a: 1, b: "x" }), "1 of x {c}");
});

test("θ has a place on a slider that begins at 1 and is 1 at first", () => {
  assert.deepEqual([1, 41, 81, 0].map(arena.thetaOf), [-2, 0, 2, 1]);
  assert.deepEqual([-2, 0, 0.52, 9].map(arena.notchOf), [1, 41, 51, 81]);
});

test("a path's distance from the equilibrium is taken at every moment", () => {
  assert.deepEqual([...arena.distancesOf(Float32Array.of(3, 4, 0, -2))], [5, 2]);
});

test("panels are as large as the room lets them be", () => {
  for (const [width, height, count, columns] of [[880, 460, 1, 1], [880, 460, 2, 2], [880, 520, 6, 3], [360, 380, 4, 2], [1300, 760, 3, 3]]) {
    const plan = arena.arrange(width, height, count), rows = Math.ceil(count / plan.columns);
    assert.equal(plan.columns, columns);
    assert.ok(plan.columns * (plan.side + 16) - 16 <= width && rows * (plan.side + 46) - 16 <= height);
  }
});

test("a verdict gives the numbers; why it ends so is said of the lesson's own settings alone", () => {
  const said = load("arena", { props: { text: { right: "Right.", not_so: "Not so: {answer}.", "lesson.x.told": "{a}, {b_percent} %.", "lesson.x.why": "Because.", "lesson.x.paper": "Paper.", "lesson.x.answer.few": "few" } } }).judged;
  assert.equal(said("x", "few", "few", { a: 2, b: 0.514 }, false), "Right. 2, 51 %. Because. Paper.");
  assert.equal(said("x", "all", "few", { a: 2.5, b: 0 }, true), "Not so: few. 2.50, 0 %. Paper.");
  assert.equal(said("x", null, "few", { a: 2, b: 0 }, false), "2, 0 %. Because. Paper.");
  assert.equal(said("x", null, "few", { a: 2, b: 0.00091 }, false), "2, 0.1 %. Because. Paper.");
});
