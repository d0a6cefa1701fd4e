/**
 * value, sent and, once a repair is asked to go on, sent back as it came: pixels are the passes 1 … n, change and psnr a figure a pass, null where a pass has none.
 * begin: the pass shown first, from 0; the last if there is none.  captions: a word a pass.  finds: tasks that are done where the film is stopped at
 * one of these passes.  ends: whether the first and the last stand small at the ends of the slider.
 * @typedef {{title: string, pixels: Pixels, change: (number | null)[], psnr?: number[] | null, caption?: string, captions?: string[], begin?: number,
 *   finds?: Record<string, number[]>, ends?: boolean, about?: About}} Film
 * @type {Props<Film>}
 */
var props;
const root = $(".passes");
let /** @type {HTMLCanvasElement} */ canvas, /** @type {HTMLInputElement} */ range, /** @type {HTMLElement} */ title, /** @type {HTMLElement} */ where;
let /** @type {SVGElement} */ curve, /** @type {SVGElement} */ near, /** @type {HTMLElement} */ said, /** @type {HTMLElement} */ read;
let /** @type {HTMLCanvasElement[]} */ ends, /** @type {number | null} */ at = null, /** @type {number} */ timer = null;
// Where the figures stand in a box of 300 × 60, from `least` at the foot to the greatest.
/** @type {(values: (number | null)[], least: number) => (Pair | null)[]} */
const points = (values, least) => {
  const top = Math.max(...values, least + 1e-9);
  return values.map((v, i) => (v === null ? null : [6 + (i / Math.max(values.length - 1, 1)) * 288, 54 - ((v - least) / (top - least)) * 46]));
};
// The pass that is shown: the one asked for or, where none is, the one to begin with.
/** @type {(film: Film, at: number | null) => number} */
const passOf = ({ pixels, begin }, at) => Math.min(at ?? begin ?? pixels.n - 1, pixels.n - 1);
// One figure a pass; the shown pass has the large dot.
/** @type {(svg: SVGElement, values: (number | null)[], k: number, least: number, digits: number, name: string) => void} */
const plot = (svg, values, k, least, digits, name) => {
  const dots = points(values, least), spell = (/** @type {number | null} */ v, more = 0) => (v === null ? "–" : v.toFixed(digits + more));
  svg.innerHTML = `<polyline points="${dots.filter(Boolean).map(([x, y]) => x.toFixed(1) + "," + y.toFixed(1)).join(" ")}"/>` +
    dots.map((dot, i) => dot && `<circle cx="${dot[0]}" cy="${dot[1]}" r="${i === k ? 5 : 2.5}"><title>${i + 1}: ${spell(values[i], 1)}</title></circle>`).join("");
  svg.setAttribute("aria-label", name + ": " + values.map((v) => spell(v)).join(", "));
  svg.previousElementSibling.textContent = `${name}: ${spell(values[k])}`;
};
/** @type {(parent: Element) => SVGElement} */
const figure = (parent) => {
  const box = make("div", "curve", parent);
  make("span", "note", box);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 300 60"); svg.setAttribute("role", "img");
  box.appendChild(svg);
  return svg;
};
const show = () => {
  const { pixels, change, caption, captions } = props.value, last = pixels.n - 1, k = passOf(props.value, at);
  paint(canvas, pixels, k);
  ends.forEach((end, i) => paint(end, pixels, i * last));
  range.max = String(last + 1); range.value = String(k + 1);
  where.textContent = `${t("pass")} ${k + 1} / ${last + 1}`;
  read.textContent = captions && captions[k] ? `${t("read")} ${captions[k]}` : "";
  said.textContent = caption || "";
  plot(curve, change, k, 0, 3, t("change"));
  near.parentElement.hidden = !props.value.psnr;
  if (props.value.psnr) plot(near, props.value.psnr, k, Math.min(...props.value.psnr) - 1, 1, t("psnr"));
};
const stop = () => { clearInterval(timer); timer = null; };
const play = () => {
  if (timer) return stop();
  at = 0; show();
  timer = setInterval(() => { if (++at >= props.value.pixels.n) { at = null; stop(); } show(); }, 350);
};
// The largest whole factor at which a picture leaves room for what stands above and below it; a frame may be higher than the screen.
/** @type {(width: number, w: number, height: number) => number} */
const factor = (width, w, height) => fit(width, 1, w, Math.floor(Math.max(336, height - 430) / w));
// Beside a hole it is as large as that, see mask_pad.js.
const scale = () => {
  const pair = root.closest(".pair"), height = Math.min(window.innerHeight, window.screen.height), width = root.clientWidth || (root.closest(".pair, .workbench").clientWidth - 8) / 2;
  enlarge(canvas, factor(width, props.value.pixels.w, pair ? height - 40 : height));
};
/** @type {(finds: Record<string, number[]> | undefined, k: number) => string[]} */
const found = (finds, k) => Object.entries(finds || {}).filter(([, passes]) => passes.includes(k)).map(([task]) => task);
const build = () => {
  root.replaceChildren();
  const head = make("header", "", root);
  title = make("h3", "", head);
  button("PNG", head, () => {
    const { title, caption, pixels, psnr, about } = props.value;
    const captions = Array.from({ length: pixels.n }, (_, k) => `${t("pass")} ${k + 1}` + (psnr ? `: ${psnr[k].toFixed(1)} dB` : ""));
    download("repair", { title, note: caption, pixels, captions, columns: Math.min(pixels.n, 11) }, about);
  }, t("download"));
  const body = make("div", "body", root), film = make("div", "film", body), facts = make("div", "facts", body);
  canvas = make("canvas", "pixelated", film);
  canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("repaired"));
  const tools = make("div", "tools acts", film);
  button("▶", tools, play, t("play"));
  const end = () => (props.value.ends ? [make("canvas", "pixelated end", tools)] : []), begin = end(); // of a tab's films all have them or none
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 1, max: 1, step: 1 });
  range.setAttribute("aria-label", t("pass"));
  range.addEventListener("input", () => { stop(); at = +range.value - 1; show(); });
  range.addEventListener("change", () => found(props.value.finds, passOf(props.value, at)).forEach((task) => finish(task)));
  ends = [...begin, ...end()];
  for (const canvas of ends) canvas.setAttribute("aria-hidden", "true");
  where = make("output", "note", tools);
  read = make("p", "read", facts);
  curve = figure(facts); near = figure(facts);
  said = make("p", "said", facts);
};
let built = false;
const draw = () => {
  root.hidden = !props.value || !props.value.pixels;
  if (root.hidden) return stop();
  if (!built) { build(); built = true; }
  if (!timer) at = null;
  title.textContent = props.value.title;
  show(); scale();
};
draw();
watch("value", draw);
onResize(() => built && !root.hidden && scale());
window.addEventListener?.("resize", () => built && root.isConnected && !root.hidden && scale());
