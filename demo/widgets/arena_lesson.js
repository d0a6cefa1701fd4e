// Lessons: the card that asks, waits and judges; and the two that are no game of two nets, as plots: DiracGAN's path, two segments and their distances.

const DIRAC = { type: "lesson", name: "dirac", step: 0.2, steps: 500, start: [1, 1] };
const DIRAC_RULES = ["saturating", "nonsaturating", "wgan", "wgangp", "r1"];
/** @type {Record<string, string[]>} what a lesson's games are called, where not by their rules */
const TITLES = { modes: ["title.starved", "title.equal", "rule.r1"] };
// θ as a whole number from 1 to 81, for a slider and an address; 0 is where it begins.
/** @type {typeof globalThis.thetaOf} */
const thetaOf = (notch) => ((notch || 61) - 41) / 20;
/** @type {typeof globalThis.notchOf} */
const notchOf = (theta) => limit(Math.round(theta * 20) + 41, 1, 81);
// What is asked, the answers offered, and once the lesson is over which was right and what was to be seen.
/** @type {typeof globalThis.buildCard} */
const buildCard = (parent, name, choices, chosen) => {
  make("p", "asked", parent, t(`lesson.${name}.question`));
  const row = make("div", "tools", parent), verdict = make("p", "verdict", parent);
  verdict.setAttribute("role", "status");
  const buttons = choices.map((key) => {
    const choice = button(t(`lesson.${name}.answer.${key}`), row, () => { for (const one of buttons) one.disabled = one !== choice; choice.setAttribute("aria-pressed", "true"); chosen(key); });
    return choice;
  });
  return verdict;
};
// Why it ends so is said of the lesson's own settings alone: others may end otherwise.
/** @type {typeof globalThis.judged} */
const judged = (name, prediction, right, outcome, changed) => {
  const values = Object.fromEntries(Object.entries(outcome).flatMap(([key, v]) => [[key, figure(v)], [`${key}_percent`, typeof v === "number" && v && Math.abs(v) < 0.01 ? (100 * v).toFixed(1) : figure(100 * v, 0)]]));
  const heard = !prediction ? "" : prediction === right ? t("right") : filled(t("not_so"), { answer: t(`lesson.${name}.answer.${right}`) });
  return [heard, filled(t(`lesson.${name}.told`), values), changed ? "" : t(`lesson.${name}.why`), t(`lesson.${name}.paper`)].filter((text) => text).join(" ");
};

const REACH_DIRAC = 3.5; // of the plane of θ and ψ that is shown
/** @type {typeof globalThis.drawPath} */
const drawPath = (canvas, { simultaneous, alternating }, upto, colours) => {
  const { ctx, width, height } = sharp(canvas), ends = /** @type {Pair} */ ([-REACH_DIRAC, REACH_DIRAC]);
  if (!width) return;
  ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, width, height);
  const { toX, toY } = drawAxes(ctx, width, height, { x: ends, y: ends }, colours);
  /** @type {(path: Float32Array, colour: string, radius: number) => void} */
  const trace = (path, colour, radius) => {
    ctx.strokeStyle = ctx.fillStyle = colour; ctx.lineWidth = 1.3; ctx.beginPath();
    for (let i = 0; i <= upto; i++) ctx.lineTo(toX(path[2 * i]), toY(path[2 * i + 1]));
    ctx.stroke();
    ctx.beginPath(); ctx.arc(toX(path[2 * upto]), toY(path[2 * upto + 1]), radius, 0, 7); ctx.fill();
  };
  trace(alternating, colours.real, 4); trace(simultaneous, colours.fake, 5);
  ctx.strokeStyle = colours.ink; ctx.lineWidth = 1.5; ctx.beginPath();
  ctx.moveTo(toX(0) - 6, toY(0)); ctx.lineTo(toX(0) + 6, toY(0)); ctx.moveTo(toX(0), toY(0) - 6); ctx.lineTo(toX(0), toY(0) + 6); ctx.stroke();
  ctx.fillStyle = colours.ink; ctx.textAlign = "right"; ctx.fillText("θ", width - 8, toY(0) - 12); ctx.textAlign = "left"; ctx.fillText("ψ", toX(0) + 8, 16);
};
// How far each of a path's moments is from the equilibrium.
/** @type {typeof globalThis.distancesOf} */
const distancesOf = (path) => Float32Array.from({ length: path.length / 2 }, (_, i) => Math.hypot(path[2 * i], path[2 * i + 1]));

const APART_MOST = 2; // θ reaches from −2 to 2
/** @type {typeof globalThis.drawSegments} */
const drawSegments = (canvas, theta, answer, words, colours) => {
  const { ctx, width, height } = sharp(canvas);
  if (!width) return null;
  ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, width, height);
  const axes = drawAxes(ctx, width, height, { x: [-APART_MOST, APART_MOST], y: [-2, 2] }, colours), { toX, toY, left, right, top, bottom } = axes;
  const atTheta = answer?.D ? Math.round(((theta / APART_MOST + 1) / 2) * (answer.D.length - 1)) : 0; // a critic is told up to a constant: 0 at θ
  ctx.save(); ctx.beginPath(); ctx.rect(left, top, right - left, bottom - top); ctx.clip();
  for (const [values, dash] of /** @type {[ArrayLike<number>, number[]][]} */ (answer?.D ? [[answer.D, []], [answer.critic, [6, 4]]] : [])) {
    ctx.strokeStyle = colours.ink; ctx.lineWidth = 1.8; ctx.setLineDash(dash); ctx.beginPath();
    for (let i = 0; i < values.length; i++) ctx.lineTo(toX(((2 * i) / (values.length - 1) - 1) * APART_MOST), toY(values[i] - (dash.length ? values[atTheta] : 0)));
    ctx.stroke();
  }
  ctx.setLineDash([]); ctx.lineWidth = 6; ctx.lineCap = "round";
  for (const [x, colour] of /** @type {[number, string][]} */ ([[0, colours.real], [theta, colours.fake]])) { ctx.strokeStyle = colour; ctx.beginPath(); ctx.moveTo(toX(x), toY(0)); ctx.lineTo(toX(x), toY(1)); ctx.stroke(); }
  ctx.restore();
  ctx.textAlign = "center";
  ctx.fillStyle = colours.real; ctx.fillText(words.real, toX(0), toY(0) + 16); ctx.fillStyle = colours.fake; ctx.fillText(words.fake, limit(toX(theta), left + 40, right - 40), toY(1) - 16);
  ctx.fillStyle = colours.ink; ctx.textAlign = "left"; ctx.fillText("—  D(x)     - -  f(x)", left + 8, top + 10);
  return axes;
};
/** @type {typeof globalThis.drawDistances} */
const drawDistances = (canvas, theta, marks, colours) => {
  const { ctx, width, height } = sharp(canvas), log2 = Math.LN2;
  if (!width) return null;
  ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, width, height);
  const axes = drawAxes(ctx, width, height, { x: [-APART_MOST, APART_MOST], y: [0, APART_MOST + 0.2] }, colours), { toX, toY, left, right, top, bottom } = axes;
  ctx.strokeStyle = colours.ink; ctx.globalAlpha = 0.5; ctx.lineWidth = 1; ctx.beginPath(); ctx.moveTo(toX(theta), top); ctx.lineTo(toX(theta), bottom); ctx.stroke(); ctx.globalAlpha = 1;
  if (!marks) return axes; // nothing has been foretold yet
  ctx.lineWidth = 1.6; ctx.strokeStyle = colours.real; ctx.beginPath(); ctx.moveTo(toX(-APART_MOST), toY(APART_MOST)); ctx.lineTo(toX(0), toY(0)); ctx.lineTo(toX(APART_MOST), toY(APART_MOST)); ctx.stroke();
  ctx.strokeStyle = ctx.fillStyle = colours.fake; ctx.beginPath(); ctx.moveTo(left, toY(log2)); ctx.lineTo(toX(0) - 4, toY(log2)); ctx.moveTo(toX(0) + 4, toY(log2)); ctx.lineTo(right, toY(log2)); ctx.stroke();
  ctx.beginPath(); ctx.arc(toX(0), toY(log2), 4, 0, 7); ctx.stroke(); // JS jumps at θ = 0
  ctx.beginPath(); ctx.arc(toX(0), toY(0), 4, 0, 7); ctx.fill();
  for (const mark of marks) for (const [v, colour] of /** @type {[number, string][]} */ ([[mark.trainedW, colours.real], [mark.trainedJS, colours.fake]])) {
    ctx.beginPath(); ctx.arc(toX(mark.theta), toY(v), 5, 0, 7); ctx.fillStyle = colour; ctx.fill(); ctx.strokeStyle = colours.ground; ctx.lineWidth = 1.5; ctx.stroke();
  }
  ctx.textAlign = "left"; ctx.fillStyle = colours.real; ctx.fillText("W = |θ|", toX(-APART_MOST) + 20, toY(APART_MOST)); ctx.fillStyle = colours.fake; ctx.fillText("JS = log 2", left + 8, toY(log2) - 12);
  return axes;
};
