/**
 * value, sent and never sent back: sheets side by side in a PNG, of as many moments as there are steps.  pending: what is to be shown is asked for.
 * @typedef {{pending?: boolean, png?: string, steps?: number[], captions?: string[], done?: string[], about?: About}} Run
 * @type {Props<Run>}
 */
var props;
const root = $(".training_film");
let /** @type {HTMLCanvasElement} */ canvas, /** @type {HTMLInputElement} */ range, /** @type {HTMLElement} */ said, /** @type {HTMLButtonElement} */ toggle;
let /** @type {HTMLImageElement} */ picture, at = 0, /** @type {number} */ timer = null;
const PACE = 300; // milliseconds a moment stays
// Where a batch stands on an axis of so many, from `left` and `width` wide.
/** @type {(batch: number, data: DOMStringMap) => number} */
const placeOf = (batch, { left, width, batches }) => +left + (Math.min(batch, +batches) / +batches) * +width;
const mark = () => {
  for (const line of document.querySelectorAll(".story .now")) {
    const x = String(placeOf(props.value.steps[at], /** @type {SVGElement} */ (/** @type {unknown} */ (line)).dataset));
    line.setAttribute("x1", x); line.setAttribute("x2", x); line.setAttribute("visibility", "visible");
  }
};
const show = () => {
  const { steps, captions } = props.value, side = picture.naturalWidth / steps.length;
  canvas.width = side; canvas.height = picture.naturalHeight;
  canvas.getContext("2d").drawImage(picture, -at * side, 0);
  range.max = String(steps.length - 1); range.value = String(at);
  range.setAttribute("aria-valuetext", captions[at]);
  said.textContent = captions[at];
  enlarge(canvas, fit(root.clientWidth, 1, side, Math.max(1, Math.floor(448 / side))));
  mark();
};
const stop = () => { clearInterval(timer); timer = null; toggle.textContent = "▶"; };
const play = () => {
  if (timer) return stop();
  if (at === props.value.steps.length - 1) at = 0;
  toggle.textContent = "❚❚"; show();
  timer = setInterval(() => {
    at += 1; show();
    if (at < props.value.steps.length - 1) return;
    stop();
  }, PACE);
};
const build = () => {
  root.replaceChildren();
  const head = make("header", "", root);
  make("h3", "", head, t("title"));
  button("PNG", head, () => offer("data:image/png;base64," + props.value.png, "film.png"), t("download"));
  canvas = make("canvas", "pixelated", root);
  canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("title"));
  const tools = make("div", "tools", root);
  toggle = button("▶", tools, play, t("play"));
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 0, max: 0, step: 1 });
  range.setAttribute("aria-label", t("moment"));
  range.addEventListener("input", () => { stop(); at = +range.value; show(); });
  said = make("p", "said", root);
};
const draw = () => {
  const value = props.value || {};
  if (value.pending) { setTimeout(() => trigger("expand")); return; } // once the controls have what came with it
  root.hidden = !value.png;
  if (timer) stop();
  if (root.hidden) return;
  build();
  picture = make("img");
  picture.onload = () => { at = value.steps.length - 1; show(); };
  picture.src = "data:image/png;base64," + value.png;
};
draw();
watch("value", draw);
onResize(() => picture && picture.complete && !root.hidden && show());
