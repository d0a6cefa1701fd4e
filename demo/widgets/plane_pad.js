/**
 * value, sent and never sent back: z and labels are the four corners', pixels the grid's n·n pictures, picture, norm and how it is read those at `at`, x and y in 0 … 1.
 * @typedef {{model: string, z: number[][], labels: number[]}} Corners
 * @type {Props<Corners & {at: Pair, pixels: Pixels, picture: Pixels, norm: number, read?: string}>}
 */
var props;
/** @type {{on_plane: Ask<Corners & {at: Pair}, {picture: Pixels, norm: number, read: string, done: string[]}>}} */
var server;
const root = $(".plane_pad");
let /** @type {HTMLCanvasElement} */ map, /** @type {HTMLElement} */ cross, /** @type {HTMLCanvasElement} */ canvas;
let /** @type {HTMLElement} */ where, /** @type {HTMLElement} */ said, /** @type {Pair} */ at = [0.5, 0.5], /** @type {string} */ shownFor = null, side = 0;
// A point moved by so much, and kept on the plane.
/** @type {(at: Pair, dx: number, dy: number) => Pair} */
const moved = ([x, y], dx, dy) => [limit(x + dx), limit(y + dy)];
/** @type {Record<string, Pair>} */
const STEPS = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] };
// The plane's side on the page: whole pixels where they fit.
/** @type {(pixels: Pixels, room: number) => number} */
const sideOf = ({ n, w }, room) => {
  const own = Math.round(Math.sqrt(n)) * w;
  return Math.min(room, Math.max(1, Math.floor(room / own)) * own);
};
/** @type {(norm: number, read?: string) => string} */
const told = (norm, read) => [`‖z‖ ${norm.toFixed(2)}`, read && `${t("read")} ${read}`].filter(Boolean).join(" · ");
const place = () => {
  cross.style.transform = `translate(${at[0] * side}px, ${at[1] * side}px)`; where.textContent = `x ${at[0].toFixed(2)}, y ${at[1].toFixed(2)}`;
  map.setAttribute("aria-valuenow", at[0].toFixed(2)); map.setAttribute("aria-valuetext", where.textContent);
};
const ask = latest(async () => {
  const { model, z, labels } = props.value, mine = shownFor;
  const answer = await server.on_plane({ model, z, labels, at });
  if (mine !== shownFor) return; // another plane has come meanwhile
  if (answer.error) { said.textContent = answer.error; return; }
  paint(canvas, answer.picture, 0);
  said.textContent = told(answer.norm, answer.read);
  (answer.done || []).forEach((task) => finish(task));
});
/** @type {Act} */
const move = (event) => {
  const box = map.getBoundingClientRect();
  at = moved([0, 0], (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  place(); ask();
};
const build = () => {
  root.replaceChildren();
  make("h3", "", root, t("title"));
  const row = make("div", "row", root), frame = make("div", "frame", row);
  map = make("canvas", "pixelated", frame); map.tabIndex = 0;
  map.setAttribute("role", "slider"); map.setAttribute("aria-valuemin", "0"); map.setAttribute("aria-valuemax", "1"); map.setAttribute("aria-label", t("title"));
  cross = make("div", "cross", frame);
  const view = make("div", "view", row);
  canvas = make("canvas", "pixelated", view); canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("picture"));
  where = make("output", "note", view); said = make("p", "said", view);
  let /** @type {Pair} */ before;
  gesture(map, {
    begin: (e) => { before = at; move(e); },
    move,
    end: () => {},
    cancel: () => { at = before; place(); ask(); },
  });
  map.addEventListener("keydown", (e) => {
    if (!STEPS[e.key]) return;
    e.preventDefault(); at = moved(at, ...STEPS[e.key]); place(); ask();
  });
};
const scale = () => {
  const { pixels } = props.value;
  side = sideOf(pixels, Math.min(root.clientWidth || 400, 448));
  map.style.width = map.style.height = side + "px";
  enlarge(canvas, Math.max(1, Math.floor(280 / pixels.w)));
  place();
};
const draw = () => {
  const value = props.value;
  if (!value || !value.pixels) return;
  if (!map) build();
  const { pixels } = value, n = Math.round(Math.sqrt(pixels.n)), bytes = toBytes(pixels.data), tile = make("canvas"), ctx = map.getContext("2d");
  if (map.width !== n * pixels.w) { map.width = map.height = n * pixels.w; }
  for (let k = 0; k < pixels.n; k++) { paint(tile, pixels, k, bytes); ctx.drawImage(tile, (k % n) * pixels.w, Math.floor(k / n) * pixels.h); }
  const shape = JSON.stringify([value.model, value.z, value.labels]);
  if (shape !== shownFor) { shownFor = shape; at = [...value.at]; paint(canvas, value.picture, 0); said.textContent = told(value.norm, value.read); }
  scale();
};
draw();
watch("value", draw);
onResize(() => map && scale());
