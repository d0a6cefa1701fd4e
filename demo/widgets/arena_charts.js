// The curves of a run: which there are for a game's rule, their scales, and how they are drawn.  Nothing here knows the page.

const PLAIN_LOSS = 2 * Math.LN2; // D's at its optimum where both densities are the same: it answers ½ everywhere
/** @type {typeof globalThis.isCritic} */
const isCritic = (rule) => rule === "wgan" || rule === "wgangp";
/** @type {Record<string, ArenaTheory[]>} D's loss and G's, where D answers ½ everywhere */
const OPTIMA = {
  saturating: [{ y: PLAIN_LOSS, label: "2 log 2" }, { y: -Math.LN2, label: "−log 2" }],
  nonsaturating: [{ y: PLAIN_LOSS, label: "2 log 2" }, { y: Math.LN2, label: "log 2" }],
  r1: [{ y: PLAIN_LOSS, label: "2 log 2" }, { y: Math.LN2, label: "log 2" }],
  leastsquares: [{ y: 0.25, label: "¼" }, { y: 0.125, label: "⅛" }],
};
// What is worked out from what the engine measures: how far apart D or the critic holds the two clouds.
/** @type {Record<string, (h: ArenaHistory) => Float32Array>} */
const DERIVED = {
  gap: (h) => h.real.map((v, i) => v - h.fake[i]),
  bound: (h) => h.lossD.map((v) => Math.max(0, Math.LN2 - v / 2)),
};
/** @type {typeof globalThis.metric} */
const metric = (history, name) => (DERIVED[name] ? DERIVED[name](history) : history[name] || new Float32Array(0));
// One game's curves are coloured by what they are of, several games' by the game; the second of two is dashed then.
/** @type {typeof globalThis.chartsOf} */
const chartsOf = (games, modes) => {
  const rule = games[0].rule, alike = games.every((game) => OPTIMA[game.rule]?.[0].y === OPTIMA[rule]?.[0].y), logits = alike && OPTIMA[rule] && rule !== "leastsquares";
  const spread = games.length > 1 || rule === "leastsquares" ? ["w1"] : isCritic(rule) ? ["w1", "gap"] : ["js", "bound"];
  /** @type {ArenaChart[]} */
  const charts = [
    { key: "loss", metrics: ["lossD", "lossG"], theory: alike && (games.length === 1 ? OPTIMA[rule] : OPTIMA[rule]?.slice(0, 1)) || [] },
    { key: "verdict", metrics: ["real", "fake"], range: logits ? [0, 1] : null, theory: alike && OPTIMA[rule] ? [{ y: 0.5, label: "½" }] : [] },
    { key: "gradient", metrics: ["gradient"], log: true, theory: [] },
    { key: "modes", metrics: ["modes", "modesAny"], range: [0, modes], theory: [] },
    { key: "near", metrics: ["near"], range: [0, 1], theory: [{ y: 0.989, label: "" }] },
    { key: "distance", metrics: spread, range: spread[0] === "js" ? [0, Math.LN2] : null, theory: spread[0] === "js" ? [{ y: Math.LN2, label: "log 2" }] : [] },
  ];
  return modes ? charts : charts.filter(({ key }) => key !== "modes" && key !== "near");
};
/** @type {typeof globalThis.colourOf} */
const colourOf = (name) => (name === "real" ? "real" : ["fake", "lossG", "gradient", "near", "modes", "modesAny"].includes(name) ? "fake" : "ink");

/** @type {typeof globalThis.ticks} */
const ticks = (low, high, most) => {
  const power = 10 ** Math.floor(Math.log10((high - low) / most)), step = [1, 2, 5, 10].map((m) => m * power).find((s) => (high - low) / s <= most + 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1 }, (_, i) => +((Math.ceil(low / step - 1e-9) + i) * step).toPrecision(12));
};
/** @type {typeof globalThis.powers} */
const powers = (low, high, most) => {
  const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9), step = Math.max(1, Math.ceil((to - from + 1) / most));
  return Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, i) => 10 ** (from + i * step));
};
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** @type {typeof globalThis.written} */
const written = (v, log) => {
  if (log) { const p = Math.round(Math.log10(v)); return p === 0 ? "1" : p === 1 ? "10" : `10${p < 0 ? "⁻" : ""}${[...String(Math.abs(p))].map((d) => RAISED[+d]).join("")}`; }
  return (Math.abs(v) >= 1000 ? `${+(v / 1000).toPrecision(3)}k` : String(+v.toPrecision(3))).replace("-", "−");
};
// Where the values lie but for the wildest hundredth, the theory's lines among them; and never of no height; a log axis ends at whole powers.
/** @type {typeof globalThis.rangeOf} */
const rangeOf = (lines, theory, log) => {
  const all = lines.flatMap(({ y }) => [...y].filter((v) => Number.isFinite(v) && (!log || v > 0))).sort((a, b) => a - b);
  if (!all.length && log) return [0.1, 1];
  if (!all.length) return [0, Math.max(1, ...theory.map(({ y }) => 1.06 * y))];
  const cut = Math.floor(all.length / 100), low = Math.min(all[cut], ...theory.map(({ y }) => y)), high = Math.max(all[all.length - 1 - cut], ...theory.map(({ y }) => y));
  if (log) return [10 ** Math.floor(Math.log10(low) + 1e-9), 10 ** Math.max(Math.ceil(Math.log10(high)), Math.floor(Math.log10(low)) + 1)];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.5;
  return [low - room, high + room];
};
const EDGE = { top: 6, right: 6, bottom: 20 };
/** @type {typeof globalThis.sharp} */
const sharp = (canvas) => {
  const width = canvas.clientWidth, height = canvas.clientHeight, ratio = devicePixelRatio || 1, ctx = canvas.getContext("2d");
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0); ctx.clearRect(0, 0, width, height);
  ctx.font = "14px system-ui, sans-serif"; ctx.textBaseline = "middle"; ctx.lineJoin = "round";
  return { ctx, width, height };
};
// The frame of a plot: its two axes with their numbers, and room beside it for the theory's labels.  Returns what puts a value on the canvas.
/** @type {typeof globalThis.drawAxes} */
const drawAxes = (ctx, width, height, { x, y, log, marks, labels = [] }, colours) => {
  const ys = marks || (log ? powers(y[0], y[1], 4) : ticks(y[0], y[1], height < 150 ? 3 : 5)), words = ys.map((v) => written(v, log));
  const left = Math.ceil(Math.max(16, ...words.map((text) => ctx.measureText(text).width))) + 8, bottom = height - EDGE.bottom;
  const right = width - EDGE.right - Math.ceil(Math.max(0, ...labels.map((text) => ctx.measureText(text).width)));
  /** @type {(v: number) => number} */
  const own = (v) => (log ? Math.log10(v) : v);
  /** @type {(v: number) => number} */
  const toX = (v) => left + ((v - x[0]) / (x[1] - x[0] || 1)) * (right - left);
  /** @type {(v: number) => number} */
  const toY = (v) => bottom - ((own(v) - own(y[0])) / (own(y[1]) - own(y[0]))) * (bottom - EDGE.top);
  ctx.fillStyle = colours.quiet; ctx.strokeStyle = colours.rule; ctx.lineWidth = 1; ctx.textAlign = "right";
  ctx.beginPath();
  ys.forEach((v, i) => { ctx.moveTo(left, Math.round(toY(v)) + 0.5); ctx.lineTo(right, Math.round(toY(v)) + 0.5); ctx.fillText(words[i], left - 6, limit(toY(v), 8, bottom - 4)); });
  ctx.stroke();
  const xs = ticks(x[0], x[1], Math.max(2, Math.floor((right - left) / 70)));
  xs.forEach((v) => { const text = written(v, false), half = ctx.measureText(text).width / 2; ctx.textAlign = "center"; ctx.fillText(text, limit(toX(v), left, right + EDGE.right - half - 1), height - 9); });
  return { toX, toY, left, right, top: EDGE.top, bottom };
};
/** @type {typeof globalThis.drawChart} */
const drawChart = (canvas, { lines, theory, range, log, until }, at, colours) => {
  const { ctx, width, height } = sharp(canvas);
  if (!width) return null;
  const y = range ? [range[0] - (range[1] - range[0]) * 0.03, range[1] + (range[1] - range[0]) * 0.03] : rangeOf(lines, theory, log);
  const marks = range && Number.isInteger(range[1]) && range[1] > 1 ? ticks(range[0], range[1], 4).filter(Number.isInteger) : null;
  const axes = drawAxes(ctx, width, height, { x: [0, until], y, log, marks, labels: theory.map(({ label }) => label) }, colours), { toX, toY, left, right, top, bottom } = axes;
  ctx.textAlign = "left"; ctx.fillStyle = colours.ink;
  for (const { y: v, label } of theory) if (v >= y[0] && v <= y[1]) ctx.fillText(label, right + EDGE.right - 2, limit(toY(v), 8, bottom - 4));
  ctx.save();
  ctx.beginPath(); ctx.rect(left, top - 2, right - left + 2, bottom - top + 4); ctx.clip();
  ctx.setLineDash([2, 4]); ctx.lineWidth = 1.5; ctx.strokeStyle = colours.ink;
  for (const { y: v } of theory) { ctx.beginPath(); ctx.moveTo(left, toY(v)); ctx.lineTo(right, toY(v)); ctx.stroke(); }
  for (const { x, y: values, colour, dashed } of lines) {
    ctx.setLineDash(dashed ? [5, 3] : []); ctx.strokeStyle = colour; ctx.lineWidth = 1.6;
    ctx.beginPath();
    let pen = false;
    for (let i = 0; i < x.length; i++) {
      const v = values[i];
      if (!Number.isFinite(v) || (log && v <= 0)) { pen = false; continue; }
      if (pen) ctx.lineTo(toX(x[i]), toY(v)); else ctx.moveTo(toX(x[i]), toY(v));
      pen = true;
    }
    ctx.stroke();
  }
  ctx.restore();
  ctx.setLineDash([]); ctx.lineWidth = 1; ctx.strokeStyle = colours.ink; ctx.globalAlpha = 0.5;
  ctx.beginPath(); ctx.moveTo(toX(at), top); ctx.lineTo(toX(at), bottom); ctx.stroke();
  ctx.globalAlpha = 1;
  return axes;
};
// D's weights, a column a bin; the box they are clipped to as two lines.
/** @type {typeof globalThis.drawWeights} */
const drawWeights = (canvas, histograms, names, clip, colours) => {
  const { ctx, width, height } = sharp(canvas);
  if (!width || !histograms.length) return;
  const low = Math.min(...histograms.map((h) => h.low)), high = Math.max(...histograms.map((h) => h.high));
  const shares = histograms.map(({ counts }) => { const sum = counts.reduce((a, b) => a + b, 0) || 1; return [...counts].map((n) => n / sum); });
  const most = Math.max(0.05, ...shares.flat()), { toX, toY, top, bottom } = drawAxes(ctx, width, height, { x: [low, high], y: [0, most * 1.05], log: false }, colours);
  histograms.forEach((h, k) => {
    const bin = (h.high - h.low) / h.counts.length;
    ctx.fillStyle = names[k]; ctx.globalAlpha = histograms.length > 1 ? 0.55 : 0.8;
    shares[k].forEach((v, i) => { const x = toX(h.low + i * bin); ctx.fillRect(x, toY(v), Math.max(1, toX(h.low + (i + 1) * bin) - x - 0.5), bottom - toY(v)); });
  });
  ctx.globalAlpha = 1;
  if (!clip) return;
  ctx.setLineDash([2, 4]); ctx.strokeStyle = colours.ink;
  for (const v of [-clip, clip]) { ctx.beginPath(); ctx.moveTo(toX(v), top); ctx.lineTo(toX(v), bottom); ctx.stroke(); }
  ctx.setLineDash([]);
};
/** @type {typeof globalThis.valueAt} */
const valueAt = (steps, values, step) => {
  let i = 0;
  while (i + 1 < steps.length && steps[i + 1] <= step) i++;
  return steps.length ? values[i] : NaN;
};
