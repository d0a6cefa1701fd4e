// What a game can be told, its usual values, and what is wrong with others.

/** @type {Settings} */
const DEFAULTS = {
  data: "ring", rule: "nonsaturating", k: 1, lrD: 1e-3, lrG: 1e-3, beta1: 0.5, beta2: 0.999, optimizer: "adam",
  hiddenD: [64, 64], hiddenG: [64, 64], latent: 2, batch: 128, weight: 0, clip: 0.1, noise: 0, pack: 1, seed: 0, turn: "both", fake: "G", hold: 0,
};
/** What a rule changes of them.
 * @type {Record<RuleName, Partial<Settings>>} */
const RULE_DEFAULTS = {
  saturating: {},
  nonsaturating: {},
  leastsquares: {},
  wgan: { k: 5, optimizer: "rmsprop", lrD: 5e-4, lrG: 5e-4 },
  wgangp: { k: 5, beta1: 0, beta2: 0.9, weight: 1 },
  r1: { weight: 1 },
};
/** A game's settings where only some are given.
 * @type {(given: Partial<Settings>) => Settings} */
const complete = (given) => ({ ...DEFAULTS, ...RULE_DEFAULTS[given.rule ?? DEFAULTS.rule], ...given });

const CHOICES = {
  data: ["ring", "grid", "roll", "moons", "segments", "drawn"], rule: Object.keys(RULES),
  optimizer: ["adam", "rmsprop", "sgd"], turn: ["both", "D", "G"], fake: ["G", "noise"],
};
/** Least and greatest value. */
const WHOLE = { k: [1, 100], latent: [1, 64], batch: [1, 4096], pack: [1, 16], seed: [0, 2 ** 53 - 1], hold: [0, 1e9] };
const REAL = { beta1: [0, 0.9999], beta2: [0, 0.9999], weight: [0, 1e4], noise: [0, 10] };
const POSITIVE = { lrD: 10, lrG: 10, clip: 100 };

/** null, or what cannot be: the setting's key, the key of a sentence, and what the sentence names.
 * @type {(settings: Settings) => Trouble} */
const check = (given) => {
  const settings = /** @type {Settings & Record<string, any>} */ (given);
  /** @type {(key: string, message: string, values?: Record<string, number | string>) => Trouble} */
  const trouble = (key, message, values = {}) => ({ key, message, values: { value: String(settings[key]).slice(0, 40), ...values } });
  for (const [key, known] of Object.entries(CHOICES)) if (!known.includes(settings[key])) return trouble(key, "unknown");
  for (const [key, [low, high]] of Object.entries(WHOLE)) {
    if (!Number.isInteger(settings[key]) || settings[key] < low || settings[key] > high) return trouble(key, "whole", { low, high });
  }
  for (const [key, [low, high]] of Object.entries(REAL)) {
    if (!(settings[key] >= low && settings[key] <= high)) return trouble(key, "between", { low, high });
  }
  for (const [key, high] of Object.entries(POSITIVE)) if (!(settings[key] > 0 && settings[key] <= high)) return trouble(key, "positive", { high });
  for (const key of ["hiddenD", "hiddenG"]) {
    const widths = settings[key];
    if (!Array.isArray(widths) || !widths.length || widths.length > 4 || !widths.every((n) => Number.isInteger(n) && n > 0 && n <= 256)) {
      return trouble(key, "widths", { layers: 4, high: 256 });
    }
  }
  if (settings.sigma !== undefined && !(settings.sigma >= 0 && settings.sigma <= SPAN)) return trouble("sigma", "between", { low: 0, high: SPAN });
  if (settings.batch % settings.pack) return trouble("pack", "divides", { batch: settings.batch });
  return settings.data === "drawn" ? checkPoints(settings.points) : null;
};

/** @type {(points: number[][]) => Trouble} */
const checkPoints = (points) => {
  const count = points?.length ?? 0;
  if (count < 3) return { key: "points", message: "points", values: { value: count, low: 3 } };
  const outside = points.findIndex((p) => p.length !== 2 || !p.every((x) => Math.abs(x) <= SPAN)); // NaN is
  return outside < 0 ? null : { key: "points", message: "outside", values: { value: outside + 1, high: SPAN } };
};
