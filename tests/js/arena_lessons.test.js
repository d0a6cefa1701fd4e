import assert from "node:assert/strict";
import { test } from "node:test";
import { engine } from "./arena.js";
import { curvesOf, measureSegments, playLesson, watchTrained } from "./arena_lessons.js";

const { LESSONS, Segments, check, complete, runDirac } = engine;
const close = (actual, expected, within) => assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
const between = (actual, low, high) => assert.ok(actual >= low && actual <= high, `${actual} is not in ${low} … ${high}`);

test("every lesson's games can be played, and what it judges is one of the answers it offers", () => {
  assert.deepEqual(LESSONS.map(({ name }) => name), ["dirac", "vanishing", "modes", "distance", "clipping", "free"]);
  for (const { name, games = [], contrast = [], computation, choices, steps } of LESSONS) {
    for (const game of [...games, ...contrast]) assert.deepEqual([check(complete(game)), game.seed], [null, 0], name);
    assert.ok(computation || name === "free" || (games.length && steps > 0));
    assert.ok(name === "free" || choices.length >= 3);
  }
});

test("DiracGAN ends as far from its equilibrium as the authors' own code does, 500 steps of 0.2 from (1, 1)", () => {
  const { left, paths } = runDirac();
  const expected = { saturating: ["3.10", "1.42"], nonsaturating: ["0.640", "0.284"], wgan: ["1.00", "1.02"], wgangp: ["1.80", "1.22"], r1: ["0.00000264", "2.30e-7"] };
  for (const [rule, [simultaneous, alternating]] of Object.entries(expected)) {
    assert.deepEqual([left[rule].simultaneous.toPrecision(3), left[rule].alternating.toPrecision(3)], [simultaneous, alternating], rule);
    assert.deepEqual([paths[rule].alternating.length, ...paths[rule].alternating.slice(0, 2)], [1002, 1, 1]);
  }
});

test("the lesson of DiracGAN is judged for the rule that ends nearest", () => {
  const { outcome, judge } = LESSONS[0];
  assert.equal(judge(outcome(runDirac())), "r1");
});

test("of two segments, a trained D says log 2 and a trained critic says θ, within 5 %, however near they are", () => {
  for (const [theta, seed] of [[0.05, 5], [-1.5, 1]]) { // the first begins with the wrong sign
    const { js, w, trainedJS, trainedW } = measureSegments(theta, seed);
    assert.deepEqual([js, w], [Math.LN2, Math.abs(theta)]);
    close(trainedJS / js, 1, 0.05); close(trainedW / w, 1, 0.05);
  }
  const { js, w, D, critic } = new Segments(0).measure();
  assert.deepEqual([js, w, D.length, critic.length], [0, 0, 81, 81]);
});

test("D right on all by step 100, the gradient of log(1 − D) falls by orders, that of −log D grows, and WGAN-GP's stays", () => {
  const { fallenFromPeak, grown, wgangp, real, fake, answer } = playLesson("vanishing", { steps: 100, settings: { batch: 16 } });
  assert.ok(real > 0.999 && fake < 0.001, `${real}, ${fake}`);
  assert.ok(fallenFromPeak > 1.5 && grown > 10, `${fallenFromPeak}, ${grown}`);
  between(wgangp, 0.5, 1.5);
  assert.equal(answer, fallenFromPeak > 2 ? "vanishes" : "stays");
});

test("against a trained G, whose cloud overlaps, it does not vanish however long D goes on", () => {
  between(watchTrained({ train: 600, watch: 600 }), 0.5, 20);
});

test("a starved D loses modes that R1 finds, all eight", () => {
  const [starved, , r1] = LESSONS[2].games, wide = { sigma: 0.15, hiddenG: [24, 24], batch: 32 }; // found in a quarter of the steps
  const found = [starved, r1].map((game) => curvesOf({ ...game, ...wide }, 700).modes.at(-1));
  assert.ok(found[0] <= 2, `${found}`);
  assert.equal(found[1], 8);
  assert.equal(LESSONS[2].judge({ starved: found[0] }), "few");
});

test("clipping drives more than half of the weights to ±c; the penalty leaves there what chance does", () => {
  const { wgan, wgangp, answer } = playLesson("clipping", { steps: 300, settings: { hiddenD: [32, 32] } });
  assert.ok(wgan > 0.5 && wgangp < 0.005, `${wgan}, ${wgangp}`);
  assert.equal(answer, "ends");
});

test("curves end at the step at which they were to end", () => {
  const { step, w1 } = curvesOf({ hiddenD: [8], hiddenG: [8], batch: 8 }, 1001);
  assert.deepEqual([step.at(-1), w1.at(-1) > 0], [1001, true]);
});
