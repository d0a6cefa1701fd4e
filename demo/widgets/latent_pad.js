/**
 * value, sent and, with another z, sent back.  The first model is the chosen one; the others follow its cursor.  Event: input, at the end of each gesture.
 * view: "manifold", or the codes of the test set; ellipse: the posterior of the picture that was encoded; labels: the classes, for the legend.
 * @typedef {[left: number, right: number, foot: number, top: number]} Box  the part of the plane that is shown
 * @typedef {{mean: Pair, logvar: (number | null)[]}} Posterior
 * @typedef {{name: string, title: string, box: Box, picture?: Pixels, ellipse?: Posterior | null}} Shown
 * terms: of the first model's loss, their nats and how far their bars go.
 * @typedef {{title: string, nats: number, share: number}} Term
 * @type {Props<Signed & {z: Pair, view: string, models: Shown[], labels?: string[], terms?: Term[]}>}
 */
var props;
/**
 * A dense decoder, fetched once and run here: weights, codes of the test set (points, labels) and of a learned prior (drawn), halves in base64.
 * @typedef {{layers: {weight: string, bias: string}[], points: string, drawn: string, labels: string, w: number, h: number}} Sent
 * @type {{decoder: (question: {name: string}) => Promise<Sent>}}
 */
var server;
/** @typedef {{weight: Float32Array, bias: Float32Array}} Layer  weight: (out, in) row by row */
/** @typedef {{layers: Layer[], points: Float32Array, drawn: Float32Array, labels: Uint8Array, w: number, h: number}} Decoder */
/**
 * A model on the page; turn: which of its paintings is the newest.
 * @typedef {{name: string, map: HTMLElement, back: HTMLCanvasElement, front: HTMLCanvasElement, cross: HTMLElement, turn: number, side: number,
 *   picture?: HTMLCanvasElement, terms?: HTMLElement, where?: HTMLElement, note?: HTMLElement, view?: string, box?: Box, ellipse?: Posterior | null, model?: Decoder}} Card
 */
const root = $(".latent_pad");
const STEP = 0.05;
/** @type {Map<string, Promise<Decoder>>} */
const store = new Map();
let built = "", /** @type {Card[]} */ cards = [], /** @type {Pair} */ z = [0, 0];

/** @type {(bits: number) => number} */
const halfToFloat = (bits) => {
  const e = (bits >> 10) & 31, f = bits & 1023, s = bits & 32768 ? -1 : 1;
  return e === 0 ? s * f * 2 ** -24 : e === 31 ? (f ? NaN : s * Infinity) : s * (1 + f / 1024) * 2 ** (e - 15);
};
const HALVES = new Float32Array(65536).map((_, i) => halfToFloat(i));
/** @type {(base64: string) => Float32Array} */
const halves = (base64) => { const b = toBytes(base64), u = new Uint16Array(b.buffer, 0, b.length / 2); return Float32Array.from(u, (v) => HALVES[v]); };

// Dense layers with SiLU between them and a sigmoid at the end.
/** @type {(layers: Layer[], input: ArrayLike<number>) => Float32Array} */
const decode = (layers, input) => {
  let h = Float32Array.from(input);
  layers.forEach(({ weight, bias }, at) => {
    const n = bias.length, m = h.length, out = new Float32Array(n);
    for (let i = 0, w = 0; i < n; i++) {
      let sum = bias[i], b = 0, c = 0, d = 0, j = 0;
      for (; j + 3 < m; j += 4, w += 4) { // four sums at once: one would wait for itself
        sum += weight[w] * h[j]; b += weight[w + 1] * h[j + 1]; c += weight[w + 2] * h[j + 2]; d += weight[w + 3] * h[j + 3];
      }
      for (; j < m; j++) sum += weight[w++] * h[j];
      sum += b + c + d;
      out[i] = (at < layers.length - 1 ? sum : 1) / (1 + Math.exp(-sum));
    }
    h = out;
  });
  return h;
};
/** @type {(x: Float32Array) => Bytes} */
const toGrey = (x) => Uint8Array.from(x, (v) => Math.round(255 * v));

/** @type {(name: string) => Promise<Decoder>} */
const load = async (name) => {
  if (!store.has(name)) store.set(name, server.decoder({ name }).then((m) => ({
    layers: m.layers.map((l) => ({ weight: halves(l.weight), bias: halves(l.bias) })),
    points: halves(m.points), drawn: halves(m.drawn), labels: toBytes(m.labels), w: m.w, h: m.h,
  })));
  return store.get(name);
};

/** @typedef {Pick<Card, "box" | "side">} Plane  a part of the plane, shown so large */
/** @type {(card: Plane, p: ArrayLike<number>) => Pair} */
const toMap = (card, p) => { const [a, b, c, d] = card.box; return [((p[0] - a) / (b - a)) * card.side, (1 - (p[1] - c) / (d - c)) * card.side]; };
/** @type {(card: Plane, x: number, y: number) => Pair} */
const fromMap = (card, x, y) => { const [a, b, c, d] = card.box; return [a + (x / card.side) * (b - a), c + (1 - y / card.side) * (d - c)]; };
/** @type {(box: Box, p: Pair) => Pair} */
const clamp = ([a, b, c, d], p) => [limit(p[0], a, b), limit(p[1], c, d)];
/** @type {Record<string, Pair>} */
const STEPS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
/** @type {(z: Pair, by: Pair, far: boolean) => Pair} */
const stepped = (z, by, far) => [z[0] + by[0] * (far ? 5 : 1), z[1] + by[1] * (far ? 5 : 1)];
/** @type {(z: Pair) => string} */
const spelled = (z) => `z = (${z.map((v) => v.toFixed(2).replace("-", "−")).join(", ")})`;
// The half axes of two standard deviations; a code without a spread is a point.
/** @type {(posterior: Posterior) => Pair} */
const axesOf = ({ logvar }) => /** @type {Pair} */ (logvar.map((v) => (v === null ? 0 : 2 * Math.exp(v / 2))));
// The side of a model's map and how large its picture's pixels are: of the first model's, and of the others' below it.
/** @type {(width: number, first: boolean) => {side: number, k: number}} */
const plan = (width, first) => {
  const wide = width > 640;
  if (!first) return { side: Math.round(Math.min(252, wide ? (width - 24) / 2 - 152 : width - 152)), k: 5 };
  const side = Math.round(wide ? limit(width - 28 * 10 - 24, 280, 560) : width);
  return { side, k: wide ? limit(Math.floor((width - side - 24) / 28), 10, 14) : 10 };
};

/** @type {(card: Card, model: Decoder) => void} */
const drawPoints = (card, model) => {
  const ctx = card.back.getContext("2d"), ratio = card.back.width / card.side;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, card.side, card.side);
  for (let i = 0; i < model.labels.length; i++) {
    const [x, y] = toMap(card, [model.points[2 * i], model.points[2 * i + 1]]);
    ctx.fillStyle = CLASS_COLOURS[model.labels[i] % 10];
    ctx.globalAlpha = 0.7;
    ctx.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
  }
  ctx.globalAlpha = 1;
  ctx.fillStyle = style("--body-text-color") || "#000"; // draws of a learned prior, over the codes it learned
  for (let i = 0; i < model.drawn.length; i += 2) {
    const [x, y] = toMap(card, [model.drawn[i], model.drawn[i + 1]]);
    ctx.fillRect(x - 2.5, y - 0.5, 5, 1); ctx.fillRect(x - 0.5, y - 2.5, 1, 5);
  }
  if (card.note) card.note.hidden = !model.drawn.length;
};
// Rows of decoded pictures, a row an animation frame, so that the page stays alive.
/** @type {(card: Card, model: Decoder, at?: number, turn?: number) => void} */
const drawManifold = (card, model, at = 0, turn = ++card.turn) => {
  const n = Math.max(4, Math.floor(card.side / model.w)), ctx = card.back.getContext("2d"), cell = card.back.width / n;
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.imageSmoothingEnabled = false;
  const tile = document.createElement("canvas");
  for (let i = 0; i < n; i++) {
    const p = fromMap(card, ((i + 0.5) / n) * card.side, ((at + 0.5) / n) * card.side);
    paint(tile, { w: model.w, h: model.h, c: 1 }, 0, toGrey(decode(model.layers, p)));
    ctx.drawImage(tile, i * cell, at * cell, cell, cell);
  }
  if (at + 1 < n) requestAnimationFrame(() => card.turn === turn && drawManifold(card, model, at + 1, turn));
};
// Circles and the posterior's ellipse: what stays while z moves.
/** @type {(card: Card) => void} */
const drawFront = (card) => {
  const ctx = card.front.getContext("2d"), ratio = card.front.width / card.side;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, card.side, card.side);
  /** @type {(p: Pair, rx: number, ry: number, colour: string, width: number) => void} */
  const circle = (p, rx, ry, colour, width) => {
    const [x, y] = toMap(card, p), [x1, y1] = toMap(card, [p[0] + rx, p[1] + ry]);
    ctx.beginPath(); ctx.ellipse(x, y, Math.max(2, x1 - x), Math.max(2, y - y1), 0, 0, 7);
    ctx.strokeStyle = colour; ctx.lineWidth = width; ctx.stroke();
  };
  // Dark over light: seen on paper, on black and on pictures, whatever the theme.
  for (const [colour, width] of /** @type {const} */ ([["#fff", 4], ["#111", 1.5]])) for (const r of [1, 2]) { ctx.setLineDash([5, 4]); circle([0, 0], r, r, colour, width); }
  ctx.setLineDash([]);
  const e = card.ellipse;
  if (!e) return;
  circle(e.mean, ...axesOf(e), "#fff", 4); circle(e.mean, ...axesOf(e), style("--color-accent"), 2);
};
// The cross is an element of its own: moving it repaints no map.
/** @type {(card: Card) => void} */
const show = (card) => {
  const [least, most] = card.box, [x, y] = toMap(card, z);
  card.cross.style.transform = `translate(${x}px, ${y}px)`;
  if (card.model) paint(card.picture, { w: card.model.w, h: card.model.h, c: 1 }, 0, toGrey(decode(card.model.layers, z)));
  card.where.textContent = spelled(z);
  const said = { valuemin: least, valuemax: most, valuenow: z[0].toFixed(2), valuetext: card.where.textContent };
  for (const [key, words] of Object.entries(said)) card.front.setAttribute("aria-" + key, String(words));
};
let following = 0;
/** @type {(next: Pair) => void} */
const move = (next) => {
  z = clamp(cards[0].box, next);
  show(cards[0]); // under the hand at once, the other maps with the frame
  following ||= requestAnimationFrame(() => { following = 0; cards.slice(1).forEach(show); });
};
const settle = () => {
  props.value = { ...props.value, z: [...z] };
  trigger("input");
};

/** @type {(card: Card) => void} */
const background = (card) => {
  card.turn++;
  if (card.model) (props.value.view === "manifold" ? drawManifold : drawPoints)(card, card.model);
};
const size = () => {
  const width = root.clientWidth;
  cards.forEach((card, i) => {
    const { side, k } = plan(width, i === 0);
    enlarge(card.picture, k);
    if (side === card.side) return;
    card.side = side;
    for (const canvas of [card.back, card.front]) {
      canvas.width = canvas.height = Math.round(side * devicePixelRatio);
      canvas.style.width = canvas.style.height = side + "px";
    }
    card.map.style.width = card.map.style.height = side + "px";
    background(card); drawFront(card); show(card);
  });
};
/** @type {(card: Card) => void} */
const press = (card) => {
  let /** @type {Pair} */ before, /** @type {DOMRect} */ box; // asked for once a gesture: asking makes the browser lay out the page
  /** @type {Act} */
  const at = (event) => move(fromMap(card, event.clientX - box.left, event.clientY - box.top));
  gesture(card.front, {
    begin: (event) => { before = z; card.front.focus({ preventScroll: true }); box = card.front.getBoundingClientRect(); at(event); },
    move: at,
    end: settle,
    cancel: () => move(before),
  });
  card.front.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    move(stepped(z, by, event.shiftKey));
    settle();
  });
};
/** @type {(box: HTMLElement, terms: Term[]) => void} */
const drawTerms = (box, terms) => {
  box.replaceChildren();
  for (const { title, nats, share } of terms) {
    make("span", "", box, title);
    make("i", "", box).style.setProperty("--share", String(share));
    make("b", "", box, nats.toFixed(1) + " " + t("nats"));
  }
};
/** @type {(models: Shown[]) => void} */
const build = (models) => {
  root.replaceChildren();
  cards = models.map((m, i) => {
    const node = make("section", i ? "card small" : "card", root);
    if (i === 1) node.classList.add("row");
    const head = make("header", "", node);
    make("h3", "", head, m.title);
    const body = make("div", "body", node), map = make("div", "map", body);
    /** @type {Card} */
    const card = { name: m.name, map, back: make("canvas", "", map), front: make("canvas", "front", map), cross: make("div", "cross", map), turn: 0, side: 0 };
    const view = make("div", "view", body);
    card.picture = make("canvas", "pixelated", view);
    card.where = make("output", "where", view);
    card.terms = make("div", "terms", view);
    card.note = make("span", "note", view, "+ " + t("drawn")); card.note.hidden = true;
    card.picture.width = card.picture.height = 28;
    card.front.tabIndex = 0;
    card.front.setAttribute("role", "slider");
    card.front.setAttribute("aria-label", t("map") + " " + m.title);
    card.picture.setAttribute("role", "img");
    card.picture.setAttribute("aria-label", t("decoded"));
    if (i === 0) {
      const legend = make("div", "legend", node);
      (props.value.labels || []).forEach((label, k) => { const item = make("span", "", legend, label); item.style.setProperty("--c", CLASS_COLOURS[k % 10]); });
    }
    press(card);
    return card;
  });
};
const draw = async () => {
  const value = props.value;
  if (!value || !value.models || !value.models.length) return;
  const shape = JSON.stringify([value.models.map((m) => m.name), value.labels]);
  if (shape !== built) { build(value.models); built = shape; }
  /** @type {Card[]} */
  const repaint = [];
  value.models.forEach((m, i) => {
    const card = cards[i];
    if (card.view !== value.view || String(card.box) !== String(m.box)) repaint.push(card);
    card.view = value.view; card.box = m.box; card.ellipse = m.ellipse;
    if (!card.model && m.picture) paint(card.picture, m.picture, 0); // until the decoder is here
  });
  drawTerms(cards[0].terms, value.terms || []);
  z = clamp(cards[0].box, value.z);
  size();
  cards.forEach((card) => { drawFront(card); show(card); });
  repaint.forEach(background);
  await Promise.all(cards.map(async (card) => { if (!card.model) { card.model = await load(card.name); background(card); show(card); } }));
  element.dataset.ready = "yes";
};
element.latentDecode = async (name, point) => [...decode((await load(name)).layers, point)]; // read by the parity test
draw();
watch("value", draw);
onResize(() => cards.length && size());
new MutationObserver(() => cards.forEach(drawFront)).observe(document.body, { attributes: true, attributeFilter: ["class"] });
