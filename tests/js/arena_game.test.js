import assert from "node:assert/strict";
import { test } from "node:test";
import { engine } from "./arena.js";

const { Arena, Game, complete } = engine;
const SMALL = { hiddenD: [8], hiddenG: [8], batch: 16 };

test("the same seed is the same run, to the bit, and another is another", () => {
  const [one, two, other] = [3, 3, 4].map((seed) => {
    const game = new Game(complete({ ...SMALL, seed }));
    for (let k = 0; k < 20; k++) game.iterate();
    return [...game.D.weights, ...game.G.weights];
  });
  assert.deepEqual(one, two);
  assert.notDeepEqual(one, other);
});

test("a page that starts a game is told the real points and sees a first frame", () => {
  const told = [];
  new Arena((message) => told.push(message)).receive({ type: "start", games: [SMALL], heat: 10, arrows: 4, sample: 32 });
  const [ready, { games: [frame] }] = told;
  assert.deepEqual([ready.type, ready.real[0].length, ready.modes[0].length], ["ready", 1024, 8]);
  assert.deepEqual([frame.step, frame.fake.length, frame.arrows.length, frame.heat.length, frame.grid.length], [0, 64, 8, 100, 578]);
});
