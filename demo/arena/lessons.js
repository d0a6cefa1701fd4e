// The lessons: what is played, what can be foretold of it, and which answer the numbers give.  Their words are in demo/text.

/** The last value of a metric in a game's curves.
 * @type {(curves: Curves, key: keyof Metrics) => number} */
const lastOf = (curves, key) => curves[key].at(-1);
/** @type {(curves: Curves, key: keyof Metrics) => number} */
const mostOf = (curves, key) => curves[key].reduce((most, x) => Math.max(most, x), -Infinity);

/** @type {Partial<Settings>} */
const WIDE = { seed: 0, sigma: 0.1, hiddenD: [32, 32], hiddenG: [32, 32], batch: 64 }; // found in half a minute, as a ring of σ 0.02 is in four
/** @type {Partial<Settings>} D alone learns, against a G that has not moved */
const WATCHING = { seed: 0, turn: "D", k: 1, beta1: 0.9, beta2: 0.999, hiddenD: [128, 128, 128], batch: 64 };
/** @type {Partial<Settings>} */
const CLIPPING = { seed: 0, turn: "D", k: 1, fake: "noise", batch: 64, clip: 0.01 };

/** Every game has its seed, to which the page adds the reader's.  `full` is the paper's size, which takes minutes; `contrast`, what to look at afterwards.
 * @type {Lesson[]} */
const LESSONS = [
  {
    name: "dirac", computation: true, choices: ["saturating", "nonsaturating", "wgan", "wgangp", "r1"],
    outcome: ({ left }) => Object.fromEntries(Object.entries(left).map(([rule, { simultaneous }]) => [rule, simultaneous])),
    judge: (left) => Object.keys(left).reduce((best, rule) => (left[rule] < left[best] ? rule : best)),
  },
  {
    name: "vanishing", turn: "D", fixed: true, steps: 600, choices: ["grows", "stays", "vanishes"],
    games: [{ ...WATCHING, rule: "saturating" }, { ...WATCHING, rule: "nonsaturating" }, { ...WATCHING, rule: "wgangp", weight: 10 }],
    full: { steps: 4000, settings: { batch: 256 } },
    contrast: [{ seed: 0, rule: "nonsaturating", hold: 1500, hiddenD: [32, 32], hiddenG: [32, 32], batch: 64 }],
    // Orders of ten that the gradient of log(1 − D) has fallen, and by how much −log D's has grown.
    outcome: ([saturating, nonsaturating, wgangp]) => ({
      fallen: Math.log10(saturating.gradient[0] / lastOf(saturating, "gradient")), fallenFromPeak: Math.log10(mostOf(saturating, "gradient") / lastOf(saturating, "gradient")),
      grown: lastOf(nonsaturating, "gradient") / nonsaturating.gradient[0], wgangp: lastOf(wgangp, "gradient"),
      real: lastOf(saturating, "real"), fake: lastOf(saturating, "fake"),
    }),
    judge: ({ fallenFromPeak, fallen }) => (fallenFromPeak > 2 ? "vanishes" : fallen < -1 ? "grows" : "stays"),
  },
  {
    name: "modes", turn: "both", steps: 3000, choices: ["few", "some", "all"],
    games: [{ ...WIDE, lrG: 2e-3, lrD: 5e-5 }, WIDE, { ...WIDE, rule: "r1" }],
    full: { steps: 6000, settings: { sigma: 0.02, hiddenD: [64, 64], hiddenG: [64, 64], batch: 128 } },
    outcome: (games) => Object.fromEntries(["starved", "equal", "r1"].flatMap((name, k) => [[name, lastOf(games[k], "modes")], [`${name}Any`, lastOf(games[k], "modesAny")]])),
    judge: ({ starved }) => (starved <= 2 ? "few" : starved < 8 ? "some" : "all"),
  },
  {
    name: "distance", computation: true, choices: ["js", "w", "both"],
    outcome: ({ theta, js, w, trainedJS, trainedW }) => ({ theta, js, w, trainedJS, trainedW }),
    judge: () => "w", // JS is log 2 however near the segments come; only W says how far it still is
  },
  {
    name: "clipping", turn: "D", fixed: true, steps: 500, choices: ["middle", "even", "ends"],
    games: [{ ...CLIPPING, rule: "wgan" }, { ...CLIPPING, rule: "wgangp", weight: 10 }],
    outcome: ([wgan, wgangp]) => ({ wgan: lastOf(wgan, "clipped"), wgangp: lastOf(wgangp, "clipped") }),
    judge: ({ wgan }) => (wgan > 0.5 ? "ends" : wgan > 0.05 ? "even" : "middle"),
  },
  { name: "free", turn: "both", steps: 0, choices: [], games: [], outcome: () => ({}), judge: () => null },
];
