// What a page shows of a game at one moment.  Nothing here changes the game.

const GRID = 17; // a side of G's grid over z
const GRID_SPAN = 2; // it reaches from −2 to 2: 95 % of each z
const BINS = 41; // of the histogram of D's weights

/** G of z (n, Z): points (n, 2), the tape's until its next clear.
 * @type {(game: Game, z: Float32Array) => Tensor} */
const generate = (game, z) => {
  const { latent } = game.settings, t = game.tapes.view;
  t.clear();
  return game.G.forward(t, new Tensor(z, z.length / latent, latent));
};

/** What stands against the real points, from the same random numbers as long as a game lasts: (n, 2).
 * @type {(game: Game, n: number) => Float32Array} */
const fakePoints = (game, n) => {
  const { settings } = game, rng = new Rng(settings.seed, STREAMS.view);
  return settings.fake === "G" ? generate(game, rng.normals(n * settings.latent)).data.slice() : noisyData(settings, rng, n);
};

/** D's logits or values of points (n, 2); where D judges several at once, of as many copies.
 * @type {(game: Game, t: Tape, x: Tensor) => Tensor} */
const scorePoints = (game, t, x) => {
  const { pack } = game.settings;
  if (pack === 1) return game.D.forward(t, x);
  return game.D.forward(t, t.reshape(t.repeatRow(t.reshape(x, 1, 2 * x.rows), pack), pack * x.rows, 2));
};

/** Centres of side² cells of the plane, row 0 at the top: (side², 2).
 * @type {(side: number) => Float32Array} */
const cellCentres = (side) => {
  const out = new Float32Array(2 * side * side), at = (/** @type {number} */ k) => SPAN * ((2 * k + 1) / side - 1);
  for (let k = 0; k < side * side; k++) { out[2 * k] = at(k % side); out[2 * k + 1] = -at(Math.floor(k / side)); }
  return out;
};

/** D, as a probability where it is one, over the plane, and its least and greatest value.
 * @type {(game: Game, side: number) => {heat: Float32Array, range: [number, number]}} */
const heatMap = (game, side) => {
  const t = game.tapes.view, logit = game.rule.score === "logit";
  t.clear();
  const heat = scorePoints(game, t, new Tensor(cellCentres(side), side * side, 2)).data.slice();
  let low = Infinity, high = -Infinity;
  for (let k = 0; k < heat.length; k++) {
    if (logit) heat[k] = 1 / (1 + Math.exp(-heat[k]));
    low = Math.min(low, heat[k]); high = Math.max(high, heat[k]);
  }
  return { heat, range: game.rule.score === "critic" ? [low, high] : [0, 1] };
};

/** −∂L_G/∂x at points (n, 2), each of its own loss: where D pulls them.
 * @type {(game: Game, points: Float32Array) => Float32Array} */
const pulls = (game, points) => {
  const t = game.tapes.view, n = points.length / 2, x = new Tensor(points, n, 2);
  t.clear();
  const [gradient] = t.gradient(game.rule.generator(t, scorePoints(game, t, x)), [x]);
  return gradient.data.map((/** @type {number} */ g) => -n * g);
};

/** G over a square grid of z, where z has two numbers: (GRID², 2), row by row from z₂ = −2.
 * @type {(game: Game) => Float32Array} */
const warpedGrid = (game) => {
  if (game.settings.latent !== 2 || game.settings.fake !== "G") return new Float32Array(0);
  const z = new Float32Array(2 * GRID * GRID), at = (/** @type {number} */ k) => GRID_SPAN * (2 * k / (GRID - 1) - 1);
  for (let k = 0; k < GRID * GRID; k++) { z[2 * k] = at(k % GRID); z[2 * k + 1] = at(Math.floor(k / GRID)); }
  return generate(game, z).data.slice();
};

/** How D's weights lie between ±c where they are cut to it, else between ± the greatest.
 * @type {(game: Game) => {low: number, high: number, counts: Uint32Array<ArrayBuffer>}} */
const weightHistogram = ({ D: { weights }, settings: { rule, clip } }) => {
  const high = rule === "wgan" ? clip : weights.reduce((most, w) => Math.max(most, Math.abs(w)), 1e-12), counts = new Uint32Array(BINS);
  for (const w of weights) counts[Math.max(0, Math.min(BINS - 1, Math.floor((w / high + 1) / 2 * BINS)))]++;
  return { low: -high, high, counts };
};

/** @type {(game: Game, ask: {heat: number, arrows: number, sample: number, optimal?: boolean}) => Omit<Frame, "metrics" | "rate">} */
const drawFrame = (game, ask) => {
  const fake = fakePoints(game, ask.sample), optimal = ask.optimal && game.rule.score !== "critic" ? optimalD(game.settings, fakePoints(game, 1024), ask.heat) : null;
  return {
    step: game.step, fake, arrows: pulls(game, fake.slice(0, 2 * ask.arrows)), ...heatMap(game, ask.heat),
    grid: warpedGrid(game), ...(optimal && { optimal }), histogram: weightHistogram(game),
  };
};
