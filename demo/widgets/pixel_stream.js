/**
 * value, sent and never sent back: `at` pixels of each picture are drawn so far, in raster order; z is a PixelGAN's, one a picture.
 * run: which sampling this is, a later one has a greater number.
 * @typedef {{model: string, label: number, temperature: number, guidance?: number}} Settings
 * @typedef {Signed & Settings & {pixels: Pixels, at: number, run: number, z: number[][] | null, layers: number}} Stream
 * @type {Props<Stream>}
 */
var props;
/**
 * distribution: of one pixel of one picture, p over the levels from black to white, `own` that of its own level, in nats entropy; seen: what the net saw, at a depth.
 * entropies: of every pixel, as pictures; the greatest and a picture's sum, in nats.
 * @typedef {Settings & {pixels: Pixels, z: number[][] | null}} Asked
 * @typedef {{p: number[], level: number, own: number, entropy: number, seen: Pixels}} Distribution
 * @type {{distribution: Ask<Asked & {pixel: number, depth: number | null}, Distribution>,
 *   entropies: Ask<Asked, {pixels: Pixels, most: number, sum: number}>}}
 */
var server;
const root = $(".pixel_stream");
let /** @type {HTMLElement} */ grid, /** @type {HTMLCanvasElement[]} */ canvases = [], /** @type {HTMLInputElement} */ range, /** @type {HTMLElement} */ where;
let /** @type {HTMLCanvasElement} */ bars, /** @type {HTMLElement} */ said, /** @type {HTMLCanvasElement} */ field, /** @type {HTMLButtonElement} */ playButton;
let /** @type {HTMLButtonElement} */ heatButton, /** @type {HTMLInputElement} */ depth, /** @type {HTMLElement} */ depthSaid;
let /** @type {number} */ playing = null, /** @type {number | null} */ shown = null, speed = 1, /** @type {number} */ run = null, halted = -1;
let /** @type {[picture: number, pixel: number] | null} */ inspected = null, /** @type {Pixels} */ heat = null, /** @type {Stream} */ value = null;
/** @typedef {[x: number, y: number, w: number, h: number]} Rectangle */
// What is left of a picture once n pixels are drawn: the rest of a row, and the rows below it.
/** @type {(n: number, w: number, h: number) => Rectangle[]} */
const blank = (n, w, h) => {
  const row = Math.floor(n / w), column = n % w;
  return n < w * h ? [[column, row, w - column, 1], [0, row + 1, w, h - row - 1]] : [];
};
// A bar a level, the tallest as high as the canvas; the level that was drawn, -1 if none, is seen in any case.
/** @type {(p: number[], own: number, width: number, height: number) => Rectangle[]} */
const barsOf = (p, own, width, height) => {
  const top = Math.max(...p, 1e-9), n = p.length;
  return p.map((v, j) => {
    const h = Math.max(v / top, j === own ? 0.03 : 0) * (height - 4);
    return [(j / n) * width, height - h, Math.max(width / n, j === own ? 4 : 1), h];
  });
};
// The depth that is asked for: a layer, or behind the last the output.
/** @type {(depth: number, layers: number) => number | null} */
const layerOf = (depth, layers) => (depth > layers ? null : depth);
/** @type {(n: number) => number} */
const columnsOf = (n) => (n === 1 ? 1 : n <= 4 ? 2 : 3);
// A pixel of the digit, as a rule, rather than of the paper around it.
/** @type {(pixels: Pixels) => number} */
const first = ({ w, h }) => Math.floor(0.55 * h) * w + (w >> 1);
/** @type {(text: string, values: Record<string, string | number>) => string} */
const filled = (text, values) => text.replace(/\{(\w)\}/g, (_, key) => String(values[key]));
const total = () => value.pixels.w * value.pixels.h;
const now = () => (shown === null ? value.at : Math.min(shown, value.at));
// Pixels not drawn yet are shown as paper, not as black.
const show = () => {
  const { pixels } = value, shownPixels = heat || pixels, bytes = toBytes(shownPixels.data), n = now(), w = pixels.w, size = total(), rest = blank(n, w, pixels.h);
  canvases.forEach((canvas, k) => {
    paint(canvas, shownPixels, k, bytes);
    const ctx = canvas.getContext("2d");
    ctx.fillStyle = style("--background-fill-secondary") || "#ddd";
    rest.forEach((part) => ctx.fillRect(...part));
    if (rest.length) { ctx.fillStyle = style("--color-accent"); ctx.fillRect(rest[0][0], rest[0][1], 1, 1); }
    if (inspected && inspected[0] === k) { ctx.strokeStyle = "#ffe14d"; ctx.lineWidth = 0.4; ctx.strokeRect(inspected[1] % w + 0.2, Math.floor(inspected[1] / w) + 0.2, 0.6, 0.6); }
  });
  range.max = String(value.at); range.value = String(n);
  where.textContent = `${n} / ${size}`;
  root.dataset.at = String(value.at);
  playButton.textContent = playing ? "❚❚" : "▶";
  heatButton.disabled = value.at < size;
  heatButton.setAttribute("aria-pressed", String(!!heat));
};
const stop = () => { cancelAnimationFrame(playing); playing = null; show(); };
const play = () => {
  if (playing) return stop();
  if (now() >= value.at) shown = 0;
  if (shown === null) shown = value.at;
  const tick = () => {
    shown = shown + speed;
    if (shown >= value.at && (value.at >= total() || halted >= run)) { shown = null; return stop(); }
    playing = requestAnimationFrame(tick); show();
  };
  playing = requestAnimationFrame(tick);
};
// The entropy of every pixel's distribution in place of the pixels.
const entropies = async () => {
  if (heat) { heat = null; said.textContent = t("hover"); return show(); }
  const { model, label, temperature, guidance, pixels, z } = value, asked = run;
  const answer = await server.entropies({ model, label, temperature, guidance, pixels, z });
  if (answer.error) { said.textContent = answer.error; return; }
  if (asked !== run) return;
  heat = answer.pixels;
  said.textContent = filled(t("entropy_says"), { m: answer.most.toFixed(2), s: answer.sum.toFixed(1) });
  show();
};
const inspect = latest(async (/** @type {number} */ k, /** @type {number} */ i) => {
  inspected = [k, i]; show();
  const { pixels, model, label, temperature, guidance, z } = value, layer = layerOf(+depth.value, value.layers);
  depthSaid.textContent = layer === null ? t("output") : String(layer);
  const answer = await server.distribution({ model, label, temperature, guidance, z: z && [z[k]], pixel: i, depth: layer, pixels: only(pixels, k) });
  if (answer.error) { said.textContent = answer.error; return; }
  const ctx = bars.getContext("2d"), own = i < now() ? answer.level : -1;
  ctx.clearRect(0, 0, bars.width, bars.height);
  const accent = style("--color-accent"), ink = style("--quiet");
  barsOf(answer.p, own, bars.width, bars.height).forEach((bar, j) => { ctx.fillStyle = j === own ? "#e64078" : accent; ctx.fillRect(...bar); });
  ctx.fillStyle = ink; ctx.fillRect(0, bars.height - 1, bars.width, 1);
  paint(field, answer.seen, 0);
  const mark = field.getContext("2d"); mark.fillStyle = "#ffe14d"; mark.fillRect(i % pixels.w, Math.floor(i / pixels.w), 1, 1);
  enlarge(field, Math.max(1, Math.floor(196 / pixels.w)));
  const place = { r: Math.floor(i / pixels.w), c: i % pixels.w };
  said.textContent = filled(t("pixel"), { ...place, h: answer.entropy.toFixed(2), p: (100 * answer.own).toFixed(1) });
});
const build = () => {
  root.replaceChildren();
  const stage = make("div", "stage-row", root);
  grid = make("div", "pictures", stage);
  const side = make("div", "reading", stage);
  make("h3", "", side, t("distribution"));
  bars = make("canvas", "bars", side); bars.width = 512; bars.height = 180;
  bars.setAttribute("role", "img"); bars.setAttribute("aria-label", t("distribution"));
  const ends = make("div", "ends", side); make("span", "", ends, t("black")); make("span", "", ends, t("white"));
  said = make("p", "said", side, t("hover"));
  make("h3", "", side, t("field"));
  field = make("canvas", "pixelated field", side); field.width = field.height = 28; enlarge(field, 7);
  field.setAttribute("role", "img"); field.setAttribute("aria-label", t("field"));
  const deep = make("label", "note", side, t("depth") + " ");
  depth = make("input", "", deep); Object.assign(depth, { type: "range", min: 0, max: 8, step: 1, value: 8 });
  depthSaid = make("output", "note", deep);
  depth.addEventListener("input", () => inspected && inspect(...inspected));
  make("p", "stale-note", root, t("stale"));
  const tools = make("div", "tools", root);
  playButton = button("▶", tools, play, t("play"));
  button("−1", tools, () => { stop(); shown = Math.max(0, now() - 1); show(); }, t("back"));
  button("+1", tools, () => { stop(); shown = now() + 1; show(); }, t("step"));
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 0, step: 1 });
  range.setAttribute("aria-label", t("scrub"));
  range.addEventListener("input", () => { if (playing) stop(); shown = +range.value; show(); });
  where = make("output", "note", tools);
  const label = make("label", "note", tools, t("speed") + " ");
  const dial = make("input", "", label); Object.assign(dial, { type: "range", min: 0, max: 5, step: 1, value: 2 });
  dial.addEventListener("input", () => { speed = 2 ** +dial.value; }); speed = 4;
  heatButton = button(t("entropy"), tools, entropies);
  button("PNG", tools, () => {
    const { model, label, seed, temperature, guidance } = value.about, { pixels } = value, w = guidance === undefined ? "" : `, w = ${guidance}`;
    download("samples", { title: `${model}, c = ${label}, ${t("seed")} ${seed}, T = ${temperature}${w}`, pixels, columns: Math.min(pixels.n, 3) }, value.about);
  }, t("download"));
};
const pictures = () => {
  const { pixels } = value;
  if (canvases.length === pixels.n && canvases[0].width === pixels.w) return;
  grid.replaceChildren();
  canvases = Array.from({ length: pixels.n }, (_, k) => {
    const canvas = make("canvas", "pixelated", grid);
    canvas.width = pixels.w; canvas.height = pixels.h;
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("sample") + " " + (k + 1));
    pointInto(canvas, (x, y) => inspect(k, y * pixels.w + x));
    return canvas;
  });
};
const scale = () => {
  const { n, w } = value.pixels, wide = root.clientWidth > 760, columns = columnsOf(n);
  const k = fit(wide ? Math.min(480, root.clientWidth - 300) : root.clientWidth, columns, w, n === 1 ? 16 : 8);
  grid.style.gridTemplateColumns = `repeat(${columns}, ${w * k}px)`;
  canvases.forEach((c) => enlarge(c, k));
};
let built = false, wanted = true; // has anything been asked for since the last stop?
const draw = () => {
  const next = props.value;
  if (!next || !next.pixels || next.run <= halted || next.run < run) return; // a late answer to an older question
  if (next.run !== run && !wanted) { halted = next.run; return; } // begun before the stop and not seen yet, or put off until after it
  value = props.value;
  if (!built) { build(); built = true; }
  if (value.run !== run) { run = value.run; root.classList.remove("stale"); shown = null; inspected = null; heat = null; depth.max = String(value.layers + 1); depth.value = depth.max; if (playing) stop(); }
  pictures(); scale(); show();
  if (value.at >= total() && !inspected) inspect(0, first(value.pixels)); // to begin with
};
// A control was moved: until another run begins, the pictures are those of the old settings, and say so.
for (const kind of ["stale", "begin"]) root.addEventListener(kind, () => root.classList.add("stale"));
// After a stop Gradio triggers anew what it had put off; only what a person does asks for another run.
for (const kind of ["pointerdown", "keydown", "input", "click"])
  (root.closest("[role=tabpanel]") || document).addEventListener(kind, (e) => { if (!/** @type {HTMLElement} */ (e.target).closest?.("[id^=stop-], .pixel_stream")) wanted = true; }, true);
root.addEventListener("halt", () => { wanted = false; halted = Math.max(halted, run); if (playing) stop(); });
draw();
watch("value", draw);
onResize(() => built && scale());
