import assert from "node:assert/strict";
import { test } from "node:test";
import { engine } from "./arena.js";

const { Arena, DEFAULTS, Diverged, Film, Game, RULES, Rng, check, complete, drawFrame, heatMap, pulls, sampleData } = engine;
const SMALL = { hiddenD: [8], hiddenG: [8], batch: 16 };
const game = (settings = {}) => new Game(complete({ ...SMALL, ...settings }));
const played = (made, steps, turn) => { for (let k = 0; k < steps; k++) made.iterate(turn); return made; };
const weights = ({ D, G }) => [...D.weights, ...G.weights];

test("the same seed is the same run, to the bit, by every rule, and another is another", () => {
  for (const rule of Object.keys(RULES)) assert.deepEqual(weights(played(game({ rule, seed: 3 }), 12)), weights(played(game({ rule, seed: 3 }), 12)), rule);
  assert.notDeepEqual(weights(played(game({ seed: 3 }), 2)), weights(played(game({ seed: 4 }), 2)));
  assert.notDeepEqual(weights(game({ seed: 3 })), weights(game({ seed: 2 ** 32 + 3 })));
});

test("a net begins as torch's: within one by the root of its inputs, and nearly up to it", () => {
  const { parameters: [W, b] } = new engine.Mlp([16, 400, 1]).initialize(new Rng(0));
  for (const { data } of [W, b]) {
    const most = Math.max(...data.map(Math.abs));
    assert.ok(most <= 0.25 && most > 0.24);
  }
});

test("only the net whose turn it is moves, and D moves k times", () => {
  for (const [turn, moved] of [["D", "D"], ["G", "G"], ["both", "DG"]]) {
    const made = game({ k: 3 }), [D, G] = [made.D, made.G].map(({ weights }) => [...weights]);
    made.iterate(turn);
    const changed = [[made.D, D, "D"], [made.G, G, "G"]].filter(([net, old]) => net.weights.some((w, k) => w !== old[k])).map(([, , name]) => name);
    assert.equal(changed.join(""), moved);
    assert.deepEqual(made.optimizers.map(({ steps }) => steps), [turn === "G" ? 0 : 3, turn === "D" ? 0 : 1]);
  }
});

test("each of D's k moves sees points of its own, and so does G's", () => {
  const made = game({ k: 3 }), seen = [], { moveD, moveG } = made;
  made.moveD = (batch) => { seen.push(batch.z.join(), batch.real.join()); moveD.call(made, batch); };
  made.moveG = (batch) => { seen.push(batch.z.join(), batch.real.join()); moveG.call(made, batch); };
  played(made, 2);
  assert.deepEqual([seen.length, new Set(seen).size], [16, 16]);
});

test("D's half of a step and then G's are the whole step, to the bit", () => {
  const whole = played(game(), 5), halves = game();
  for (let k = 0; k < 5; k++) { halves.iterate("D", true); assert.equal(halves.step, k); halves.iterate("G"); }
  assert.deepEqual([halves.step, ...weights(halves)], [5, ...weights(whole)]);
  const begun = played(game(), 4);
  begun.iterate("D", true);
  assert.deepEqual(weights(played(begun, 1)), weights(whole)); // play completes it too
});

test("half a step that only D's turns follow was one of D's own", () => {
  const made = game();
  made.iterate("D", true); made.iterate("D");
  assert.deepEqual([made.step, ...weights(made)], [2, ...weights(played(game(), 2, "D"))]);
});

test("a run that goes on from an earlier moment is the run that never stopped, and forgets what came later", () => {
  const made = played(game({ rule: "r1" }), 30), end = weights(made);
  made.seek(12);
  assert.equal(made.step, 12);
  assert.deepEqual(weights(made), weights(played(game({ rule: "r1" }), 12)));
  made.seek(99);
  assert.deepEqual([made.step, ...weights(made)], [30, ...end]); // nothing is lost by looking
  made.seek(12);
  played(made, 3);
  assert.equal(made.history.moments.at(-1).step, 15);
  played(made, 15);
  assert.deepEqual([made.step, ...weights(made)], [30, ...end]);
});

test("the moment that is shown stands among the others in its place, with the figures that stand over the picture", () => {
  const made = played(game(), 30);
  made.history.moments = made.history.moments.filter(({ step }) => step % 10 === 5); // as a long run keeps few
  made.measure();
  const at = (step) => made.moments().find((moment) => moment.step === step);
  assert.deepEqual([made.moments().map(({ step }) => step), at(30)], [[5, 15, 25, 30], { step: 30, ...made.metrics }]);
  made.seek(12);
  made.measure();
  assert.deepEqual([made.moments().map(({ step }) => step), at(made.step).modes], [[5, made.step, 15, 25], made.metrics.modes]);
  assert.ok(Number.isFinite(at(made.step).lossD));
  made.seek(15);
  assert.equal(made.moments().filter(({ step }) => step === 15).length, 1);
});

test("moments are kept evenly and never more than the limit, however long the run", () => {
  const film = new Film(10);
  for (let step = 0; step <= 1000; step++) if (film.wants(step)) film.add({ step });
  const steps = film.moments.map(({ step }) => step), gaps = new Set(steps.slice(1).map((step, k) => step - steps[k]));
  assert.ok(steps.length <= 10 && steps.length >= 5 && gaps.size === 1 && steps[0] === 0);
  assert.equal(film.at(500).step, Math.max(...steps.filter((step) => step <= 500)));
});

test("a run whose numbers are none stops, says at which step, and shows the last good moment", () => {
  const made = game({ optimizer: "sgd", lrD: 10, lrG: 10, rule: "leastsquares" });
  let step = 0;
  assert.throws(() => played(made, 500), (error) => { step = error.step; return error instanceof Diverged; });
  assert.ok(step > 1 && step < 500 && made.step < step);
  assert.ok(weights(made).every(Number.isFinite));
  made.seek(0);
  assert.deepEqual(weights(made), weights(game()));
});

test("G stands still from the step on at which it is to hold, and its gradient is measured all the same", () => {
  const made = played(game({ hold: 4 }), 4), G = [...made.G.weights], D = [...made.D.weights];
  played(made, 3);
  assert.deepEqual([...made.G.weights], G);
  assert.notDeepEqual([...made.D.weights], D);
  assert.equal(new Set(made.history.moments.map(({ gradient }) => gradient)).size, 7);
});

test("a clipped critic stays in its box, and moves", () => {
  const made = played(game({ rule: "wgan", clip: 0.05, lrD: 0.02 }), 5);
  assert.ok(made.D.weights.every((w) => Math.abs(w) <= Math.fround(0.05)));
  assert.ok(made.D.weights.filter((w) => Math.abs(w) === Math.fround(0.05)).length > 3);
});

test("D sees the noise that it is to see, and as many points at once as it is to judge", () => {
  const made = game({ pack: 4, noise: 0.5 }), t = new engine.Tape(), points = new engine.Tensor(new Float32Array(32), 16, 2);
  const seen = made.shownToD(points, new Float32Array(32).map((_, k) => k), t);
  assert.deepEqual([seen.rows, seen.cols, seen.data[9]], [4, 8, 9]);
  assert.equal(made.D.widths[0], 8);
  assert.ok(weights(played(made, 3)).every(Number.isFinite));
});

test("the heat map is D at the middles of its cells, the top row first", () => {
  const made = game({ rule: "wgan" });
  made.D.weights.fill(0);
  made.D.weights.set([1, 100], 0); made.D.weights[24] = 1; // D = relu(x + 100 y) of its first hidden unit
  const { heat, range } = heatMap(made, 6); // cells a unit wide, middles at ±½, ±1½, ±2½
  assert.deepEqual([...heat.slice(0, 6)], [247.5, 248.5, 249.5, 250.5, 251.5, 252.5]);
  assert.deepEqual([heat[12], heat[30], ...range], [47.5, 0, 0, 252.5]);
});

test("an arrow is the way down one point's own loss", () => {
  const made = game({ rule: "wgan" });
  made.D.weights.fill(0);
  made.D.weights.set([3, -2], 0); made.D.weights[24] = 0.5; // D = ½ relu(3x − 2y)
  assert.deepEqual([...pulls(made, Float32Array.of(1, 0, 0, 1, 2, 1))].map((x) => x + 0), [1.5, -1, 0, 0, 1.5, -1]);
});

test("a frame does not change the game", () => {
  const watched = game(), alone = played(game(), 6);
  for (let k = 0; k < 6; k++) { drawFrame(watched, { heat: 8, arrows: 8, sample: 16, optimal: true }); watched.measure(); watched.iterate(); }
  assert.deepEqual(weights(watched), weights(alone));
});

test("what stands in G's place in the clipping lesson is real points with noise of σ 1", () => {
  const made = game({ fake: "noise", turn: "D" }), frame = drawFrame(made, { heat: 4, arrows: 4, sample: 4000 });
  const real = sampleData(made.settings, new Rng(0), 4000), spread = (points) => points.reduce((sum, x) => sum + x * x, 0) / points.length;
  assert.ok(Math.abs(spread(frame.fake) - spread(real) - 1) < 0.1);
  assert.equal(frame.grid.length, 0);
});

test("settings that no game can have are said, with the bounds, and all others are none", () => {
  const wrong = [
    [{ lrD: 0 }, "lrD", "positive"], [{ lrG: -1 }, "lrG", "positive"], [{ lrD: NaN }, "lrD", "positive"], [{ k: 0 }, "k", "whole"], [{ k: 1.5 }, "k", "whole"],
    [{ data: "drawn" }, "points", "points"], [{ data: "drawn", points: [[0, 0], [1, 1]] }, "points", "points"], [{ data: "drawn", points: [[0, 0], [1, 1], [9, 0]] }, "points", "outside"],
    [{ data: "drawn", points: [[0, 0], [1, 1], [NaN, 0]] }, "points", "outside"], [{ hiddenD: [] }, "hiddenD", "widths"], [{ hiddenG: [0] }, "hiddenG", "widths"],
    [{ batch: 10, pack: 4 }, "pack", "divides"], [{ beta1: 1 }, "beta1", "between"], [{ weight: -1 }, "weight", "between"], [{ rule: "constructor" }, "rule", "unknown"],
    [{ seed: -1 }, "seed", "whole"], [{ clip: 0 }, "clip", "positive"], [{ sigma: -1 }, "sigma", "between"], [{ optimizer: "lbfgs" }, "optimizer", "unknown"],
  ];
  for (const [settings, key, message] of wrong) {
    const trouble = check({ ...DEFAULTS, ...settings });
    assert.deepEqual([trouble?.key, trouble?.message], [key, message], JSON.stringify(settings));
  }
  for (const rule of Object.keys(RULES)) assert.equal(check(complete({ rule })), null);
  assert.equal(check(complete({ data: "drawn", points: [[0, 0], [1, 1], [3, -3]] })), null);
});

/** An arena whose page has said something: what it was told in answer. */
const answers = (...messages) => {
  const told = [], arena = new Arena((message) => told.push(message));
  for (const message of messages) arena.receive(message);
  return { told, arena };
};
const START = { type: "start", games: [SMALL], heat: 10, arrows: 4, sample: 32 };

test("a page that starts a game is told the real points and sees a first frame", () => {
  const { told: [ready, { games: [frame] }, history] } = answers(START);
  assert.deepEqual([ready.type, ready.real[0].length, ready.modes[0].length], ["ready", 1024, 8]);
  assert.deepEqual([frame.step, frame.fake.length, frame.arrows.length, frame.heat.length, frame.grid.length], [0, 64, 8, 100, 578]);
  assert.deepEqual([frame.metrics.lossD, frame.metrics.modes, history.type], [null, 0, "history"]);
  assert.ok(frame.metrics.js > 0.3 && frame.metrics.w1 > 1);
});

test("all that is sent tells which start it is of, so that a run that is no more is not heard", () => {
  const { told } = answers({ ...START, of: 1 }, { ...START, of: 2 }, { type: "step" });
  const of = (kind) => told.filter(({ type }) => type === kind).map((message) => message.of);
  assert.deepEqual(of("ready"), [1, 2]);
  assert.deepEqual(of("frame").slice(0, 2), [1, 2]);
  assert.ok(of("frame").slice(1).every((n) => n === 2));
});

test("a page that asks for what cannot be is told, game by game, and none starts", () => {
  const { told: [troubles], arena } = answers({ ...START, games: [SMALL, { ...SMALL, k: 0 }] }, { type: "play" }, { type: "step" }, { type: "seek", step: 3 });
  assert.deepEqual([troubles.type, troubles.troubles[0], troubles.troubles[1].key], ["troubles", null, "k"]);
  assert.equal(arena.games.length, 0);
});

test("play until a step ends there, with a last frame that stands still and curves up to it", async () => {
  const { told, arena } = answers(START, { type: "play", until: 37 });
  while (arena.playing) await new Promise((done) => setTimeout(done, 5));
  const [frame, history] = told.slice(-2);
  assert.deepEqual([frame.playing, frame.games[0].step, history.games[0].step.at(-1), history.games[0].step.length], [false, 37, 37, 37]);
  assert.ok(frame.games[0].metrics.w1 > 0 && history.games[0].w1.at(-1) > 0);
});

test("the page's pace is kept, and a pause holds", async () => {
  const { arena } = answers(START, { type: "play", pace: 50 });
  await new Promise((done) => setTimeout(done, 300));
  arena.receive({ type: "pause" });
  const { step } = arena.games[0];
  assert.ok(step >= 5 && step <= 40, `${step}`);
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(arena.games[0].step, step);
});

test("several games go on together, and where one has no numbers left all stop and say so", async () => {
  const { told, arena } = answers({ ...START, games: [SMALL, { ...SMALL, optimizer: "sgd", lrD: 10, lrG: 10, rule: "leastsquares" }] }, { type: "play", until: 500 });
  while (arena.playing) await new Promise((done) => setTimeout(done, 5));
  const stopped = told.find(({ type }) => type === "stopped");
  assert.deepEqual([stopped.game, stopped.reason], [1, "nan"]);
  assert.equal(arena.games[0].step, stopped.step);
  arena.receive({ type: "seek", step: 0 });
  assert.deepEqual(told.at(-2).games.map(({ step }) => step), [0, 0]);
});

test("the best D is shown where it is asked for, and where D is a probability", () => {
  const { told } = answers({ ...START, games: [SMALL, { ...SMALL, rule: "wgan" }] }, { type: "show", optimal: true });
  const { games: [one, other] } = told.at(-1);
  assert.deepEqual([one.optimal.length, other.optimal], [100, undefined]);
});

test("a lesson's question is answered as it trains, and a new one ends the old", async () => {
  const { told, arena } = answers({ type: "lesson", name: "distance", theta: 1, seed: 0 }, { type: "lesson", name: "distance", theta: -0.5, seed: 0 }, { type: "lesson", name: "dirac" });
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(told.at(-1).name, "dirac");
  assert.deepEqual(told.filter(({ name }) => name === "distance").map(({ theta, done }) => [theta, done]), [[1, false], [-0.5, false]]);
  assert.equal(arena.playing, false);
});
