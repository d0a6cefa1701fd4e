// The lessons played without a page:  node tests/js/arena_lessons.js [--short] [name …]  prints their outcomes as JSON, at the papers' sizes, which
// takes minutes, or with --short at those at which the page plays them.
import { engine } from "./arena.js";

const { Game, LESSONS, Segments, columnsOf, complete, runDirac } = engine;
const lessonOf = (name) => LESSONS.find((lesson) => lesson.name === name);

/** A game's curves after so many steps, with the clouds measured at the last. */
export const curvesOf = (settings, steps) => {
  const game = new Game(complete(settings));
  while (game.step < steps) game.iterate();
  game.measure();
  return columnsOf(game.moments());
};

/** What a lesson's games show, and the answer that it is judged to be.  settings: of all its games. */
export const playLesson = (name, { steps = lessonOf(name).steps, settings = {} } = {}) => {
  const lesson = lessonOf(name), outcome = lesson.outcome(lesson.games.map((game) => curvesOf({ ...game, ...settings }, steps)));
  return { ...outcome, answer: lesson.judge(outcome) };
};

/** W and JS of two segments at θ, by formula and as they are learned. */
export const measureSegments = (theta, seed = 0) => {
  const segments = new Segments(theta, seed);
  while (!segments.done) segments.train();
  return lessonOf("distance").outcome(segments.measure());
};

/** How G's gradient by log(1 − D) goes on when G has been trained and then stands still: as many times the one before as this. */
export const watchTrained = ({ train = 1500, watch = 1500 } = {}) => {
  const game = new Game(complete({ ...lessonOf("vanishing").contrast[0], hold: train })), { Rng, RULES, drawBatch } = engine;
  const measured = () => {
    game.rule = RULES.saturating;
    const norms = Array.from({ length: 8 }, (_, k) => { game.gradientOfG(drawBatch(game.settings, new Rng(0, 99, k))); return game.metrics.gradient; });
    game.rule = RULES.nonsaturating;
    return norms.reduce((a, b) => a + b) / norms.length;
  };
  while (game.step < train) game.iterate();
  const before = measured();
  while (game.step < train + watch) game.iterate();
  return measured() / before;
};

/** @type {Record<string, (size: {steps?: number, settings?: object} | undefined) => object>} */
const PLAYED = {
  dirac: () => lessonOf("dirac").outcome(runDirac()),
  vanishing: (size) => ({ ...playLesson("vanishing", size), trained: watchTrained() }),
  modes: (size) => playLesson("modes", size),
  distance: () => [-1, -0.3, 0.05, 0.5, 2].map((theta) => measureSegments(theta)),
  clipping: () => playLesson("clipping"),
};

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const words = process.argv.slice(2), names = words.filter((word) => word !== "--short"), short = names.length < words.length;
  const play = (name) => PLAYED[name](short ? undefined : lessonOf(name)?.full);
  process.stdout.write(JSON.stringify(Object.fromEntries((names.length ? names : Object.keys(PLAYED)).map((name) => [name, play(name)]))) + "\n");
}
