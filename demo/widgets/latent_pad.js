/**
 * value, sent and, with another state, sent back.  Events: input, at the end of each gesture; select, when β has moved to another model.
 * planes: one large, or two beside each other; series: those that differ in β alone; judge: LeNet-5's source; picture: the one that was encoded.
 * @typedef {{z1: number, z2: number, layers: string, window: string, other_window: string, draws: number | null}} Settings
 * @typedef {Signed & {state: Settings, planes: Outline[], series: Outline[], labels: string[], judge: string, picture: Pixels | null}} Value
 */
/** @type {{encode: (question: {name: string, pixels: Pixels}) => Promise<{posterior?: Posterior | null, error?: string}>}} */
var server;
const LAYERS = ["codes", "density", "decoded", "classes", "circles"];
const root = $(".latent_pad"), calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
/** @type {() => Value} */
const value = () => props.value;
let /** @type {Card[]} */ cards = [], /** @type {Card} */ active, /** @type {Judge} */ judge, /** @type {Pair} */ z = [0, 0];
let /** @type {Layers} */ layers = new Set(), /** @type {number | null} */ seed = null;
const tools = make("div", "tools acts", root), which = make("div", "tools which", root), planes = make("div", "planes hero", root), views = make("div", "views", planes);
const sheets = make("div", "sheets", root), legend = make("div", "legend", root), sliders = make("div", "sliders acts", root), trick = make("details", "trick", root);

// What has to be decoded, tile by tile and draw by draw, in each frame's spare time.
let working = 0, begun = 0, stirred = 0; // when the last frame of work began, and when a hand last moved
let frame = "#b3261e"; // around a picture that is hardly one
/** @type {(card: Card) => boolean} */
const step = (card) => {
  const { plane, atlas, sheet } = card, place = plane && atlas.queue.pop();
  if (place && !layers.has("decoded") && isSettled(atlas, outer(place))) return true;
  if (place) drawTile(card.ground, card.view, atlas, place, makeTile(atlas, plane.layers, place, layers.has("classes") ? judge : undefined), layers);
  else if (plane && isUnfinished(sheet, judge)) {
    drawNext(sheet, plane.layers, judge, frame);
    if (!isUnfinished(sheet, judge)) tellDraws(card);
  } else return false;
  return true;
};
const work = () => {
  const now = performance.now(), until = now + budget(now - begun, now - stirred < 200);
  working = 0; begun = now;
  let busy = true;
  while (busy && performance.now() < until) busy = cards.map(step).some(Boolean);
  if (busy) wake();
};
const wake = () => { working ||= requestAnimationFrame(work); };

/** @type {Set<Card>} */
const stale = new Set();
let painting = 0;
/** @type {(some: Card[]) => void} */
const repaint = (some) => {
  some.forEach((card) => stale.add(card));
  painting ||= requestAnimationFrame(() => {
    painting = 0;
    for (const card of stale) { paintMap(card, layers); paintFront(card, pathOf(card)); showCursor(card, z); }
    stale.clear();
    wake();
  });
};
// z, where a draw of this card's q(z|x) may have put it: what the path μ, σ⊙ε leads to.
/** @type {(card: Card) => Pair | null} */
const pathOf = (card) => (card === drawing() && isDrawn(card.posterior, z) ? z : null);
/** @type {() => Card | undefined} */
const drawing = () => cards.find(({ posterior }) => hasWidth(posterior));

/** @type {(card: Card) => void} */
const readOut = (card) => {
  if (!card.decoded) return;
  card.read.textContent = judge ? spellReading(judged(judge, card.decoded), value().labels) : ""; // nobody reads a stranger's classes
};
// Whether the picture of a card is as much a 4 as a 9.
/** @type {(card: Card) => boolean} */
const isBorder = ({ decoded }) => {
  if (!decoded || value().labels[4] !== "4") return false;
  const p = judged(judge, decoded);
  return p[4] >= 0.3 && p[9] >= 0.3;
};
let following = 0;
/** @type {(card: Card, p: Pair) => void} */
const move = (card, p) => {
  z = p;
  active = card;
  stirred = performance.now();
  showCursor(card, z); // under the hand at once, all else with the frame
  following ||= requestAnimationFrame(() => {
    following = 0;
    cards.filter((one) => one !== active).forEach((one) => showCursor(one, z));
    cards.forEach(readOut);
    follow();
  });
};
// What stands beside the maps and tells of z too.
const follow = () => {
  slide1.show(active.reach, z[0]); slide2.show(active.reach, z[1]);
  const card = drawing();
  if (!card) return;
  paintFront(card, pathOf(card));
  steps.show(card.posterior, z, card.canvas);
};
/** @type {(card: Card, shown: Shown) => void} */
const look = (card, shown) => {
  card.view.shown = within(shown, card.reach);
  active = card;
  stirred = performance.now();
  cards.forEach((one, i) => { // on a phone one map at a time
    one.node.classList.toggle("active", one === card);
    which.children[i].setAttribute("aria-pressed", String(one === card));
  });
  const near = card.reach / card.view.shown.half;
  zoom.textContent = "×" + (near < 10 ? +near.toPrecision(2) : Math.round(near));
  repaint([card]);
};
const settle = () => {
  const [window, other_window = ""] = cards.map((card) => spellWindow(card.view.shown, card.reach));
  const named = LAYERS.filter((layer) => layers.has(layer)).join("-");
  props.value = { ...value(), state: { z1: +z[0].toFixed(5), z2: +z[1].toFixed(5), layers: named, window, other_window, draws: seed } };
  trigger("input");
  if (judge && cards.some(isBorder)) finish("latent.border"); // where the hand rests, not what it passes
  if (judge && cards.some((card) => isDeep(card, judge))) finish("latent.deep");
};
/** @type {Hand} */
const hand = { z: () => z, move, look, settle, back: (before) => move(active, before) };

const chips = LAYERS.map((layer) => button(t("layer." + layer), tools, () => { layers[layers.has(layer) ? "delete" : "add"](layer); press(); repaint(cards); settle(); }, t("about." + layer)));
const press = () => chips.forEach((chip, i) => chip.setAttribute("aria-pressed", String(layers.has(LAYERS[i]))));
/** @type {(factor: number) => () => void} */
const nearer = (factor) => () => { look(active, zoomed(active.view.shown, z, factor, active.reach)); settle(); };
button("−", tools, nearer(0.5), t("farther"));
const zoom = button("×1", tools, nearer(1 / DEEPEST), t("whole"));
button("+", tools, nearer(2), t("nearer"));
/** @type {(next: number | null) => () => void} */
const drop = (next) => () => {
  seed = next;
  dropDraws();
  settle();
  if (seed !== null) active.drawn.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
};
button(t("drop"), tools, () => drop(seed === null ? 0 : seed + 1)()).classList.add("primary");
const clear = button(t("clear"), tools, drop(null));
rove(tools, "button");
const dropDraws = () => {
  frame = style("--wrong") || frame;
  const points = seed === null ? [] : drawsOf(seed);
  clear.hidden = sheets.hidden = seed === null;
  for (const card of cards) {
    card.draws = seed === null ? [] : pointsOf(card.plane, points);
    const width = card.drawn.clientWidth || root.clientWidth, key = [card.source, !!card.plane, seed, width].join(" ");
    if (key === card.sheet.key) continue; // all of it stands already
    card.sheet.key = key;
    startSheet(card.sheet, card.draws, width);
    card.sheet.note.textContent = filled(card.plane?.draws ? "sheet_learned" : "sheet", { title: card.title, seed: seed ?? "" });
  }
  repaint(cards);
};
/** @type {(card: Card) => void} */
const tellDraws = (card) => {
  if (judge) card.sheet.count.textContent = filled("unsure", { n: card.sheet.unsure.filter(Boolean).length });
  paintFront(card, pathOf(card));
  if (judge && !cards.some(({ sheet }) => isUnfinished(sheet, judge))) finish("latent.draws");
};

const [slide1, slide2] = [0, 1].map((d) => rail(sliders, "z" + "₁₂"[d], (v) => { move(active, d ? [z[0], v] : [v, z[1]]); keepInSight(); }, settle));
const keepInSight = () => { if (!contains(active.view.shown, z)) look(active, { ...active.view.shown, x: z[0], y: z[1] }); };
// β answers from the page: its planes are fetched as the slider nears them.
const stops = betaRail(sliders, (k) => {
  const { series, planes, picture } = value(), outline = series[k];
  props.value = { ...value(), about: { model: outline.name }, planes: [outline, ...planes.slice(1)] };
  root.dataset.model = outline.name;
  fillCard(cards[0], outline);
  look(cards[0], { x: 0, y: 0, half: outline.reach });
  arrive(cards[0]);
  stops.show(series, outline.name);
  trigger("select");
  if (outline.label === "30") finish("latent.collapse");
  if (picture && outline.posterior === undefined) server.encode({ name: outline.name, pixels: picture }).then(({ posterior = null }) => {
    outline.posterior = posterior;
    if (cards[0].name === outline.name) { cards[0].posterior = posterior; steps.choose(drawing(), cards); follow(); }
  });
}, (k) => { const near = value().series[k]; if (near) load(near.source); });
const steps = trickBox(trick, {
  calm, at: () => z, move: (p) => { move(drawing(), p); keepInSight(); }, settle, done: () => finish("latent.epsilon"),
});

/** @type {(card: Card) => Promise<void>} */
const arrive = async (card) => {
  const { source } = card, tensors = await load(source).catch(() => /** @type {Tensors} */ (null));
  if (card.source !== source) return; // another model has taken its place meanwhile
  if (!tensors) { card.read.textContent = t("unreachable"); return; }
  card.plane = planeOf(tensors);
  if (seed !== null) dropDraws();
  repaint([card]);
  showCursor(card, z);
  readOut(card);
};
let last = /** @type {Plan} */ (null);
const size = () => {
  const planned = plan(root.clientWidth, window.innerHeight, cards.length === 2);
  if (!root.clientWidth || JSON.stringify(planned) === JSON.stringify(last)) return;
  last = planned;
  root.classList.toggle("narrow", planned.narrow);
  (planned.narrow || cards.length > 1 ? root : views).append(legend, sliders);
  root.append(trick);
  repaint(cards.filter((card) => resizeCard(card, planned)));
  steps.size(root.clientWidth, planned.narrow); // folded on a phone
  if (seed !== null) dropDraws();
};
/** @type {(outlines: Outline[]) => void} */
const build = (outlines) => {
  for (const card of cards.splice(outlines.length)) for (const node of [card.node, card.look, card.drawn]) node.remove();
  while (cards.length < outlines.length) { cards.push(makeCard(planes, views, sheets)); handle(cards.at(-1), hand); }
  outlines.forEach((outline, i) => fillCard(cards[i], outline));
  root.classList.toggle("two", cards.length === 2);
  which.replaceChildren();
  cards.forEach((card) => button(card.title, which, () => look(card, card.view.shown)));
  rove(which, "button");
  active = cards[0];
  last = null;
};
let source = ""; // of the judge
const draw = async () => {
  if (!value()?.planes?.length) return;
  const { state, planes: outlines, labels, series } = value();
  if (source !== value().judge) judge = undefined;
  source = value().judge; z = [state.z1, state.z2]; layers = new Set(state.layers.split("-")); seed = state.draws ?? null;
  build(outlines);
  [state.window, state.other_window].forEach((text, i) => { if (cards[i]) cards[i].view.shown = windowOf(text, cards[i].reach); });
  legend.replaceChildren(...labels.map((label, k) => { const item = make("span", "", null, label); item.style.setProperty("--c", CLASS_COLOURS[k % 10]); return item; }));
  press(); stops.show(series, outlines[0].name); size(); look(cards[0], cards[0].view.shown); repaint(cards); dropDraws();
  steps.choose(drawing(), cards, value().picture); follow();
  await arrive(cards[0]);
  element.dataset.ready = "yes";
  await Promise.all([...cards.slice(1).map(arrive), source && load(source).then((tensors) => { judge = layersOf(tensors); }, () => {})]);
  cards.forEach(readOut);
  repaint(cards);
};
element.latentDecode = async (name, point) => [...decode(planeOf(await load(value().planes.find((p) => p.name === name).source)).layers, point)]; // read by the parity test
draw();
watch("value", draw);
onResize(() => cards.length && size());
new MutationObserver(() => repaint(cards)).observe(document.body, { attributes: true, attributeFilter: ["class"] });
