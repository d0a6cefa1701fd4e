// From what a person has set to the games that are played, and to the words about them.  Nothing here knows the page.

const LONG = 1500, NEAR = 0.2; // iterations after which modes are lost, and W₁ at which a drawing is learned
const NUMBERS = ["k", "lrD", "lrG", "latent", "batch", "weight", "clip", "noise", "pack"];
/** @type {(text: string) => number[]} */
const widthsOf = (text) => text.split(/[\s,，、;]+/).filter((word) => word).map(Number);
// Of the settings only those that were set: the rest is the rule's own.
/** @type {typeof globalThis.ownSettings} */
const ownSettings = (state) => {
  /** @type {Record<string, any>} */
  const own = {};
  for (const key of NUMBERS) if (state[key] !== null && state[key] !== undefined && state[key] !== "") own[key] = Number(state[key]);
  for (const key of ["hiddenD", "hiddenG"]) if (String(state[key] || "").trim()) own[key] = widthsOf(String(state[key]));
  if (state.optimizer) own.optimizer = state.optimizer;
  return own;
};
// A drawing in an address: a byte a coordinate.
/** @type {typeof globalThis.packPoints} */
const packPoints = (points) => toBase64(Uint8Array.from(points.flat(), (v) => limit(Math.round(((v / PLANE + 1) / 2) * 255), 0, 255)));
/** @type {typeof globalThis.unpackPoints} */
const unpackPoints = (text) => {
  let /** @type {Uint8Array} */ bytes;
  try { bytes = toBytes(text || ""); } catch { return []; } // an address may hold anything
  return Array.from({ length: bytes.length >> 1 }, (_, i) => [bytes[2 * i], bytes[2 * i + 1]].map((v) => ((2 * v) / 255 - 1) * PLANE));
};
// Points along a stroke, one every so often, and not all on one line: a pen is as wide as this.
const PEN = 0.06, APART = 0.07;
const MOST_POINTS = 600;
/** @type {typeof globalThis.alongStroke} */
const alongStroke = ([x0, y0], [x1, y1], count) => {
  const n = Math.max(1, Math.round(Math.hypot(x1 - x0, y1 - y0) / APART));
  return Array.from({ length: n }, (_, i) => {
    const part = (i + 1) / n, turn = (count + i) * 2.399963; // the golden angle: even, and the same each time
    return [limit(x0 + (x1 - x0) * part + PEN * Math.cos(turn), -PLANE, PLANE), limit(y0 + (y1 - y0) * part + PEN * Math.sin(turn), -PLANE, PLANE)];
  });
};
/** @type {typeof globalThis.rulesOf} */
const rulesOf = ({ rule, beside }) => [...new Set([rule, ...(beside || [])])].slice(0, 6);
// A lesson's games with the person's own settings over them, or one game a rule.
/** @type {typeof globalThis.gamesOf} */
const gamesOf = (state, engine, contrast = false) => {
  const own = ownSettings(state), lesson = engine.LESSONS.find(({ name }) => name === state.lesson), seed = state.seed ?? 0;
  if (lesson && lesson.name !== "free" && lesson.games) return (contrast ? lesson.contrast : lesson.games).map((game) => engine.complete({ ...game, ...own, seed: (game.seed ?? 0) + seed }));
  const points = state.dataset === "drawn" ? { points: unpackPoints(state.points) } : {};
  return rulesOf(state).map((rule) => engine.complete({ data: state.dataset, rule, seed, ...points, ...own }));
};
/** @type {Partial<Settings>} what the tab opens with */
const OPENING_GAME = { data: "ring", rule: "nonsaturating", seed: 0 };
// What of the tab's tasks the games show done; of lost modes only a game that somebody has set otherwise.
/** @type {typeof globalThis.tasksDone} */
const tasksDone = (games, frames, opening) => {
  const ring = games.flatMap((game, i) => (game.data === "ring" && Number.isFinite(frames[i].metrics.modes) ? [{ ...frames[i], found: JSON.stringify(game) !== JSON.stringify(opening) }] : []));
  /** @type {Record<string, boolean>} */
  const done = {
    all: ring.some(({ metrics }) => metrics.modes === 8),
    lost: ring.some(({ found, step, metrics }) => found && step >= LONG && metrics.modes <= 4),
    drawn: games[0].data === "drawn" && frames.some(({ metrics }) => Number.isFinite(metrics.w1) && metrics.w1 < NEAR),
  };
  return Object.keys(done).filter((task) => done[task]);
};
/** @type {typeof globalThis.filled} */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
/** @type {typeof globalThis.figure} */
const figure = (v, digits = 2) => {
  if (typeof v !== "number") return String(v ?? "–");
  if (!Number.isFinite(v)) return "–";
  const size = Math.abs(v), raised = (/** @type {number} */ p) => `${p < 0 ? "⁻" : ""}${[...String(Math.abs(p))].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+d]).join("")}`;
  if (size > 0 && (size < 10 ** -digits / 2 || size >= 1e5)) {
    const p = Math.floor(Math.log10(size));
    return `${(v / 10 ** p).toFixed(1)} · 10${raised(p)}`.replace("-", "−");
  }
  return (Number.isInteger(v) ? String(v) : v.toFixed(digits)).replace("-", "−");
};
// The engine's text read in a scope of its own: what says which settings are right, without a worker.
/** @type {typeof globalThis.readEngine} */
const readEngine = (text) => new Function(`${text}\nreturn { SPAN, complete, check, modesOf, LESSONS: typeof LESSONS === "undefined" ? [] : LESSONS };`)();
