// Plays the turns that it is told on the engine: JSON in, JSON out.  For tests/unit/test_arena.py, which plays them on genlib.
import { readFileSync } from "node:fs";
import { engine } from "./arena.js";

const { Game, complete } = engine;
const floats = (batch) => Object.fromEntries(Object.entries(batch).map(([key, values]) => [key, Float32Array.from(values)]));

const play = ({ settings, weights, turns }) => {
  const game = new Game(complete(settings)), losses = [];
  game.D.weights.set(weights.D); game.G.weights.set(weights.G);
  for (const { name, batch } of turns) {
    game[`move${name}`](floats(batch));
    losses.push(game.metrics[`loss${name}`]);
  }
  return { losses, weights: { D: [...game.D.weights], G: [...game.G.weights] } };
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(play)));
