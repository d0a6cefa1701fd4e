/**
 * value, sent and never sent back: `at` pixels of each picture are drawn so far, in raster order; z is a PixelGAN's, one a picture.
 * run: which sampling this is, a later one has a greater number.  mask: h·w digits, 1 where pixels are drawn; null where all are.
 * given: what a pixel is drawn given, besides those before it; asked: the class, or the category, in words; title: the model in words.
 * Events: submit (sample), stop, and select (go on from here) with {pixels: the picture, at: how many of its pixels stay}.
 * @typedef {{model: string, label: number, temperature: number, guidance?: number}} Settings
 * @typedef {Settings & {pixels: Pixels, at: number, run: number, z: number[][] | null, layers: number, mask: string | null}} Drawn
 * @typedef {Signed & Drawn & {given: string[], asked: string, title: string}} Stream
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
const FIELD = 168; // pixels on the screen, of what a pixel depends on
const UNSURE = 3.5; // nats, of 5.5 that 256 levels can have
const PACES = [8, 30, 100, 300, 1000, Infinity]; // pixels a second; the last as fast as they come
const SLOW = PACES[1]; // at which one can read what a pixel was drawn from
let /** @type {HTMLElement} */ grid, /** @type {HTMLCanvasElement[]} */ canvases = [], /** @type {HTMLInputElement} */ range, /** @type {HTMLElement} */ where;
let /** @type {HTMLCanvasElement} */ bars, /** @type {HTMLElement} */ said, /** @type {HTMLCanvasElement} */ field, /** @type {HTMLElement} */ heading;
let /** @type {Record<"go" | "halt" | "on" | "play" | "heat", HTMLButtonElement>} */ tool;
let /** @type {HTMLInputElement} */ depth, /** @type {HTMLElement} */ depthSaid;
let /** @type {number} */ playing = null, /** @type {number | null} */ shown = null, pace = PACES[2], /** @type {number} */ run = null, halted = -1;
let /** @type {[picture: number, pixel: number] | null} */ inspected = null, /** @type {Pixels} */ heat = null, /** @type {Stream} */ value = null;
let base = 0, watched = false, awaited = false; // the picture to go on from; is the next run to be watched, is there to be one?
/** @typedef {[x: number, y: number, w: number, h: number]} Rectangle */
// What is left of a picture once n pixels are drawn: the rest of a row, and the rows below it.
/** @type {(n: number, w: number, h: number) => Rectangle[]} */
const blank = (n, w, h) => {
  const row = Math.floor(n / w), column = n % w;
  return n < w * h ? [[column, row, w - column, 1], [0, row + 1, w, h - row - 1]] : [];
};
// The first pixel that is drawn.
/** @type {(mask: string | null) => number} */
const opening = (mask) => Math.max(0, mask ? mask.indexOf("1") : 0);
// How many pixels are to be seen after some more seconds, as many as are there at most.
/** @type {(shown: number, seconds: number, pace: number, at: number) => number} */
const advanced = (shown, seconds, pace, at) => Math.min(shown + Math.min(seconds, 0.25) * Math.min(pace, 1e6), at);
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
const now = () => Math.floor(shown === null ? value.at : Math.min(shown, value.at));
// Pixels not drawn yet are shown as paper, not as black; those that were there from the beginning are seen all the time.
const show = () => {
  const { pixels, mask } = value, shownPixels = heat || pixels, bytes = toBytes(shownPixels.data), n = now(), w = pixels.w, size = total(), rest = blank(n, w, pixels.h);
  const isLeft = n < size && (!mask || mask.includes("1", n));
  canvases.forEach((canvas, k) => {
    paint(canvas, shownPixels, k, bytes);
    const ctx = canvas.getContext("2d");
    ctx.fillStyle = style("--background-fill-secondary") || "#ddd";
    if (!mask) rest.forEach((part) => ctx.fillRect(...part));
    else for (let i = n; i < size; i++) if (mask[i] === "1") ctx.fillRect(i % w, Math.floor(i / w), 1, 1);
    canvas.classList.toggle("base", isLeft && canvases.length > 1 && k === base);
    if (rest.length) { ctx.fillStyle = style("--color-accent"); ctx.fillRect(rest[0][0], rest[0][1], 1, 1); }
    if (inspected && inspected[0] === k) { ctx.strokeStyle = "#ffe14d"; ctx.lineWidth = 0.4; ctx.strokeRect(inspected[1] % w + 0.2, Math.floor(inspected[1] / w) + 0.2, 0.6, 0.6); }
  });
  range.max = String(value.at); range.value = String(n);
  where.textContent = `${n} / ${size}`;
  Object.assign(root.dataset, { at: value.at, shown: n });
  tool.play.textContent = playing ? "❚❚" : "▶";
  tool.halt.disabled = !playing && !awaited && (value.at >= size || halted >= run);
  tool.on.disabled = !isLeft || !n;
  tool.heat.disabled = value.at < size;
  tool.heat.setAttribute("aria-pressed", String(!!heat));
};
const pause = () => { cancelAnimationFrame(playing); playing = null; };
// Where it stopped is looked at, or to begin with a pixel of the digit.
const stop = () => {
  pause(); show();
  if (!inspected) inspect(base, shown === null ? first(value.pixels) : Math.max(0, now() - 1));
};
// At the dial's pace, from where the picture stands, until all of it is seen; where that is slow, with what each pixel was drawn from.
const runOn = () => {
  let /** @type {number} */ last = null;
  /** @type {FrameRequestCallback} */
  const tick = (time) => {
    const before = now();
    shown = advanced(shown, (time - (last ?? time)) / 1000, pace, value.at); last = time;
    if (shown >= value.at && (value.at >= total() || halted >= run)) { shown = null; return stop(); }
    playing = requestAnimationFrame(tick);
    if (now() > before && pace <= SLOW && (!value.mask || value.mask[before] === "1")) inspect(base, before);
    if (now() > before) show();
  };
  playing = requestAnimationFrame(tick);
};
const play = () => {
  if (playing) return stop();
  if (now() >= value.at) shown = opening(value.mask);
  if (shown === null) shown = value.at;
  inspected = null; runOn();
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
/** @type {(answer: Partial<Distribution>, i: number) => void} */
const showAnswer = ({ p, level, own, entropy, seen }, i) => {
  const { w } = value.pixels, ctx = bars.getContext("2d"), drawn = i < now() ? level : -1, accent = style("--color-accent");
  ctx.clearRect(0, 0, bars.width, bars.height);
  barsOf(p, drawn, bars.width, bars.height).forEach((bar, j) => { ctx.fillStyle = j === drawn ? "#e64078" : accent; ctx.fillRect(...bar); });
  ctx.fillStyle = style("--quiet"); ctx.fillRect(0, bars.height - 1, bars.width, 1);
  paint(field, seen, 0);
  const mark = field.getContext("2d"); mark.fillStyle = "#ffe14d"; mark.fillRect(i % w, Math.floor(i / w), 1, 1);
  enlarge(field, Math.max(1, Math.floor(FIELD / w)));
  said.textContent = filled(t("pixel"), { r: Math.floor(i / w), c: i % w, h: entropy.toFixed(2), p: (100 * own).toFixed(1) });
};
const inspect = latest(async (/** @type {number} */ k, /** @type {number} */ i, byHand = false) => {
  inspected = [k, i]; show();
  const asked = run;
  const { pixels, model, label, temperature, guidance, z } = value, layer = layerOf(+depth.value, value.layers);
  depthSaid.textContent = layer === null ? t("output") : String(layer);
  const answer = await server.distribution({ model, label, temperature, guidance, z: z && [z[k]], pixel: i, depth: layer, pixels: only(pixels, k) });
  if (asked !== run) return; // of pictures that are no more
  root.classList.remove("unread");
  if (answer.error) { said.textContent = answer.error; return; }
  showAnswer(answer, i);
  if (byHand && answer.entropy >= UNSURE && i < now()) finish("pixel.unsure");
});
// Until another run begins, the pictures are those of the old settings, and say so.
const wait = () => { awaited = true; root.classList.add("stale"); if (value) show(); };
// Whoever asks for pictures sees them drawn; what a moved control asks for is there at once.
/** @type {(event: string, data?: unknown) => void} */
const ask = (event, data) => { wanted = watched = true; wait(); trigger(event, data); };
const halt = () => {
  wanted = awaited = false; halted = Math.max(halted, run);
  if (playing) stop(); else show();
  trigger("stop");
};
const goOn = () => {
  finish("pixel.stop");
  ask("select", { pixels: only(value.pixels, base), at: now() });
};
/** @type {Record<string, Pair>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// By keyboard: arrows move the pixel that is looked at, a figure chooses a picture.
/** @type {(event: KeyboardEvent) => void} */
const look = (event) => {
  const { w, h } = value.pixels, [k, i] = inspected || [0, first(value.pixels)], by = STEPS[event.key], picture = +event.key - 1;
  if (!by && !canvases[picture]) return;
  event.preventDefault();
  if (!by) { base = picture; return inspect(picture, i); }
  inspect(k, limit(Math.floor(i / w) + by[1], 0, h - 1) * w + limit((i % w) + by[0], 0, w - 1), true);
};
const buildReading = (/** @type {HTMLElement} */ stage) => {
  const side = make("div", "reading", stage);
  heading = make("h3", "", side);
  bars = make("canvas", "bars", side); bars.width = 512; bars.height = 130;
  bars.setAttribute("role", "img"); bars.setAttribute("aria-label", t("bars"));
  const ends = make("div", "ends", side); make("span", "", ends, t("black")); make("span", "", ends, t("white"));
  const below = make("div", "seen", side);
  field = make("canvas", "pixelated field", below); field.width = field.height = 28; enlarge(field, 6);
  field.setAttribute("role", "img"); field.setAttribute("aria-label", t("field"));
  const words = make("div", "", below);
  said = make("p", "said", words, t("hover"));
  make("h3", "", words, t("field"));
  const deep = make("label", "note", words, t("depth") + " ");
  depth = make("input", "", deep); Object.assign(depth, { type: "range", min: 0, max: 8, step: 1, value: 8 });
  depthSaid = make("output", "note", deep);
  depth.addEventListener("input", () => inspected && inspect(...inspected));
};
const buildActs = (/** @type {HTMLElement} */ stage) => {
  const acts = make("div", "tools acts", stage);
  const go = button(t("go"), acts, () => ask("submit"), t("go_title")), halts = button(t("halt"), acts, halt), on = button(t("on"), acts, goOn, t("on_title"));
  go.classList.add("primary");
  const label = make("label", "note", acts, t("speed") + " ");
  const dial = make("input", "", label); Object.assign(dial, { type: "range", min: 0, max: PACES.length - 1, step: 1 });
  const says = make("output", "", label);
  const turn = () => { pace = PACES[+dial.value]; says.textContent = pace === Infinity ? t("at_once") : filled(t("pace"), { n: pace }); };
  dial.value = window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ? String(PACES.length - 1) : "2";
  dial.addEventListener("input", turn); turn();
  return { go, halt: halts, on };
};
const build = () => {
  root.replaceChildren();
  const stage = make("div", "stage-row", root), frame = make("div", "frame", stage);
  grid = make("div", "pictures", frame);
  grid.tabIndex = 0;
  grid.setAttribute("role", "group"); grid.setAttribute("aria-label", t("look_around"));
  grid.addEventListener("keydown", look);
  make("p", "stale-note", frame, t("stale"));
  const acting = buildActs(stage);
  buildReading(stage);
  const tools = make("div", "tools", stage);
  const playButton = button("▶", tools, play, t("play"));
  button("−1", tools, () => { pause(); shown = Math.max(0, now() - 1); show(); }, t("back"));
  button("+1", tools, () => { pause(); shown = now() + 1; show(); }, t("step"));
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 0, step: 1 });
  range.setAttribute("aria-label", t("scrub"));
  range.addEventListener("input", () => { pause(); shown = +range.value; show(); });
  where = make("output", "note", tools);
  const heatButton = button(t("entropy"), tools, entropies);
  button("PNG", tools, () => {
    const { seed, temperature, guidance } = value.about, { pixels, asked } = value, w = guidance === undefined ? "" : `, w = ${guidance}`;
    const title = [value.title, asked, `${t("seed")} ${seed}`, `T = ${temperature}${w}`].filter(Boolean).join(", ");
    download("samples", { title, pixels, columns: Math.min(pixels.n, 3) }, value.about);
  }, t("download"));
  tool = { ...acting, play: playButton, heat: heatButton };
};
const pictures = () => {
  const { pixels } = value;
  if (canvases.length === pixels.n && canvases[0].width === pixels.w) return;
  grid.replaceChildren();
  canvases = Array.from({ length: pixels.n }, (_, k) => {
    const canvas = make("canvas", "pixelated", grid);
    canvas.width = pixels.w; canvas.height = pixels.h;
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("sample") + " " + (k + 1));
    pointInto(canvas, (x, y) => inspect(k, y * pixels.w + x, true));
    canvas.addEventListener("click", () => { base = k; show(); });
    return canvas;
  });
};
// As large as the screen's height leaves room for, with what acts on it in sight.  On a phone it has no box of its own, see its style.
const scale = () => {
  if (!root.isConnected) return; // a tab that is left takes its own away
  const { n, w } = value.pixels, columns = columnsOf(n), most = limit(Math.min(window.innerHeight, window.screen.height) - 412, 336, 680);
  const width = root.clientWidth || root.closest(".workbench").clientWidth, k = fit(width > 760 ? Math.min(most, width - 300) : width, columns, w, 24);
  grid.style.gridTemplateColumns = `repeat(${columns}, ${w * k}px)`;
  canvases.forEach((c) => enlarge(c, k));
};
let built = false, wanted = true; // has anything been asked for since the last stop?
// Another sampling: what was looked at in the one before is gone.
const begin = () => {
  run = value.run; shown = null; inspected = null; heat = null; base = 0;
  root.classList.remove("stale");
  root.classList.add("unread"); // what stands beside it is of the pictures before
  heading.textContent = `p(xᵢ | ${["x₁ … xᵢ₋₁", ...value.given].join(", ")})`;
  depth.max = String(value.layers + 1); depth.value = depth.max;
  pause(); pictures();
  if (watched && pace < Infinity) { shown = opening(value.mask); runOn(); }
  watched = awaited = false;
};
const draw = () => {
  const next = props.value;
  if (!next || !next.pixels || next.run <= halted || next.run < run) return; // a late answer to an older question
  if (next.run !== run && !wanted) { halted = next.run; return; } // begun before the stop and not seen yet, or put off until after it
  value = props.value;
  if (!built) { build(); built = true; }
  if (value.run !== run) begin();
  scale(); show();
  if (value.at >= total() && !inspected && !playing) inspect(0, first(value.pixels)); // to begin with
};
root.addEventListener("stale", wait); // a control was moved
// After a stop Gradio triggers anew what it had put off; only what a person does asks for another run.
for (const kind of ["pointerdown", "keydown", "input", "click"])
  (root.closest("[role=tabpanel]") || document).addEventListener(kind, (e) => { if (!/** @type {HTMLElement} */ (e.target).closest?.(".pixel_stream")) wanted = true; }, true);
draw();
watch("value", draw);
onResize(() => built && scale());
window.addEventListener?.("resize", () => built && root.isConnected && scale());
