// A plane on the page: its map in layers, what the cursor decodes to, and its sheet of draws.
/**
 * As the server sends it.  reach: half the side of the part to show; source: of its decoder and codes; terms: of its loss, in nats, and how far their bars go.
 * @typedef {{name: string, title: string, reach: number, source: string, terms: Term[], picture?: Pixels, posterior?: Posterior | null, label?: string}} Outline
 * @typedef {{title: string, nats: number, share: number}} Term
 */
/**
 * ground: tiles; marks: density, codes, circles; front: posterior and draws, and under the hand.
 * @typedef {Outline & {plane?: Plane, view: View, atlas: Atlas, sheet: DrawSheet, draws: Pair[], drawn: HTMLElement, node: HTMLElement, head: HTMLElement, extent: HTMLElement, map: HTMLElement,
 *   ground: HTMLCanvasElement, marks: HTMLCanvasElement, front: HTMLCanvasElement, cross: HTMLElement, look: HTMLElement, canvas: HTMLCanvasElement, decoded?: Float32Array, called: HTMLElement,
 *   where: HTMLElement, read: HTMLElement}} Card
 */
/** @type {(key: string, values: Record<string, string | number>) => string} */
const filled = (key, values) => t(key).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/** @type {(planes: HTMLElement, views: HTMLElement, sheets: HTMLElement) => Card} */
const makeCard = (planes, views, sheets) => {
  const node = make("section", "plane", planes), top = make("header", "", node), head = make("h3", "", top), extent = make("span", "note", top), map = make("div", "map", node);
  const look = make("div", "view", views), drawn = make("section", "drawn", sheets), note = make("h3", "", drawn), count = make("p", "note", drawn);
  const canvas = make("canvas", "pixelated", look), text = make("div", "reading", look);
  /** @type {any} */
  const card = {
    node, head, extent, map, look, canvas, drawn, draws: [], view: { shown: { x: 0, y: 0, half: 1 }, side: 0 }, called: make("b", "", text),
    where: make("output", "where", text), read: make("span", "read", text),
    ground: make("canvas", "", map), marks: make("canvas", "", map), front: make("canvas", "front", map), cross: make("div", "cross", map),
    sheet: { canvas: make("canvas", "pixelated", drawn), note, count, points: [], unsure: [], decoded: [], at: 0, columns: 1 },
  };
  canvas.width = canvas.height = SIDE;
  card.read.title = t("judge");
  for (const [picture, name] of [[canvas, t("decoded")], [card.sheet.canvas, t("drop")]]) { picture.setAttribute("role", "img"); picture.setAttribute("aria-label", name); }
  card.front.tabIndex = 0;
  card.front.setAttribute("role", "slider");
  card.front.setAttribute("aria-description", t("keys"));
  return card;
};
// The plane a card shows; of another model all that was decoded goes.
/** @type {(card: Card, outline: Outline) => void} */
const fillCard = (card, outline) => {
  if (card.source !== outline.source) Object.assign(card, { plane: undefined, atlas: makeAtlas() });
  Object.assign(card, { posterior: null }, outline);
  for (const heading of [card.head, card.called]) { heading.textContent = card.title; heading.title = card.name; }
  card.front.setAttribute("aria-label", t("map") + " " + card.title);
  if (!card.plane && card.picture) paint(card.canvas, card.picture, 0); // until the decoder is here
};
/** @type {(card: Card, plan: Plan) => boolean} */
const resizeCard = (card, { side, k }) => {
  enlarge(card.canvas, k);
  if (side === card.view.side) return false;
  card.view.side = side;
  for (const canvas of [card.ground, card.marks, card.front]) {
    canvas.width = canvas.height = Math.round(side * devicePixelRatio);
    canvas.style.width = canvas.style.height = side + "px";
  }
  card.map.style.width = card.map.style.height = side + "px";
  return true;
};
/** @type {(card: Card, shown: Layers) => void} */
const paintMap = ({ ground, marks, view, atlas, plane, reach, extent }, shown) => {
  extent.textContent = spellExtent(view.shown);
  const ctx = cleared(marks, view.side);
  if (plane) {
    paintTiles(ground, view, atlas, shown);
    if (shown.has("density")) drawDensity(ctx, view.side, densityOf(plane, view.shown, reach));
    if (shown.has("codes")) drawCodes(ctx, view, plane);
  }
  if (shown.has("circles")) drawCircles(ctx, view);
};
/** @type {(card: Card, z: Pair | null) => void} */
const paintFront = (card, z) => {
  const ctx = cleared(card.front, card.view.side);
  if (card.posterior) drawPosterior(ctx, card.view, card.posterior, z);
  drawDraws(ctx, card.view, card.draws, card.sheet.unsure);
};
// The cross is an element of its own: moving it repaints no map.  Out of sight it waits at the edge.
/** @type {(card: Card, z: Pair) => void} */
const showCursor = (card, z) => {
  const { side, shown } = card.view, [x, y] = toMap(card.view, z);
  card.cross.style.transform = `translate(${limit(x, 0, side)}px, ${limit(y, 0, side)}px)`;
  card.cross.classList.toggle("out", !contains(shown, z));
  card.where.textContent = spelled(z);
  const values = { valuemin: -card.reach, valuemax: card.reach, valuenow: z[0].toFixed(2), valuetext: card.where.textContent };
  for (const [key, words] of Object.entries(values)) card.front.setAttribute("aria-" + key, String(words));
  card.decoded = card.plane && decode(card.plane.layers, z);
  if (card.decoded) paint(card.canvas, { w: SIDE, h: SIDE, c: 1 }, 0, toGrey(card.decoded));
};
// A hair's breadth between two classes: 64 times nearer, and its corners and middle are not read alike.
/** @type {(card: Card, judge: Judge) => boolean} */
const isDeep = ({ plane, view: { shown: { x, y, half } }, reach }, judge) => {
  if (!plane || half > reach / 64) return false;
  const places = [[-1, -1], [1, -1], [-1, 1], [1, 1], [0, 0]].map(([i, j]) => judged(judge, decode(plane.layers, [x + i * half, y + j * half])));
  return new Set(places.map((p) => p.indexOf(Math.max(...p)))).size > 1;
};
// What LeNet-5 reads: the likeliest class, and the next where it is likely too.
/** @type {(p: Float32Array, labels: string[]) => string} */
const spellReading = (p, labels) => {
  const order = [...p.keys()].sort((a, b) => p[b] - p[a]).filter((k, i) => i === 0 || (i === 1 && p[k] >= 0.05));
  return filled("read", { what: order.map((k) => `${labels[k] ?? k} (${Math.round(100 * p[k])}\u202f%)`).join(", ") });
};
