// The smallest GAN: real data at 0, G a point at θ, D(x) = ψ·x.  arXiv:1801.04406, section 2; the authors' own fields and constants.

/** @type {Record<string, (theta: number, psi: number) => number[]>} where θ and ψ are pushed; σ(x) = 1/(1 + e⁻ˣ) */
const FIELDS = {
  saturating: (theta, psi) => { const slope = logistic(-theta * psi); return [-slope * psi, slope * theta]; },
  nonsaturating: (theta, psi) => [-logistic(theta * psi) * psi, logistic(-theta * psi) * theta],
  wgan: (theta, psi) => [-psi, theta], // and ψ is cut to ±1
  wgangp: (theta, psi) => [-psi, theta - 0.7 * Math.sign(psi) * (Math.abs(psi) - 1)],
  r1: (theta, psi) => { const [x, y] = FIELDS.saturating(theta, psi); return [x, y - 0.3 * psi]; },
};

/** @type {(x: number) => number} */
const logistic = (x) => 1 / (1 + Math.exp(-x));

/** The way of (θ, ψ): steps + 1 pairs.  Simultaneous: both move by the field where both stand; alternating: θ first, then ψ by the field of the new θ.
 * @type {(rule: string, how: "simultaneous" | "alternating", ask: {step: number, steps: number, start: number[]}) => Float64Array} */
const walkDirac = (rule, how, { step, steps, start }) => {
  const field = FIELDS[rule], path = new Float64Array(2 * steps + 2);
  let [theta, psi] = start;
  path.set(start);
  for (let k = 1; k <= steps; k++) {
    const [x, y] = field(theta, psi);
    theta += step * x;
    psi += step * (how === "simultaneous" ? y : field(theta, psi)[1]);
    if (rule === "wgan") psi = Math.max(-1, Math.min(1, psi));
    path[2 * k] = theta; path[2 * k + 1] = psi;
  }
  return path;
};

/** Every rule's way, and how far from (0, 0) it ends.
 * @type {(ask?: {step?: number, steps?: number, start?: number[]}) => {paths: Record<string, Record<string, Float32Array<ArrayBuffer>>>, left: Record<string, Record<string, number>>}} */
const runDirac = ({ step = 0.2, steps = 500, start = [1, 1] } = {}) => {
  /** @type {ReturnType<typeof runDirac>} */
  const told = { paths: {}, left: {} };
  for (const rule of Object.keys(FIELDS)) {
    told.paths[rule] = {}; told.left[rule] = {};
    for (const how of /** @type {("simultaneous" | "alternating")[]} */ (["simultaneous", "alternating"])) {
      const path = walkDirac(rule, how, { step, steps, start });
      told.paths[rule][how] = Float32Array.from(path);
      told.left[rule][how] = Math.hypot(path.at(-2), path.at(-1));
    }
  }
  return told;
};
