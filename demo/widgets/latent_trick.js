// The reparameterisation trick drawn (arXiv:1312.6114, section 2.4): where a draw comes from, and the way that gradients take back.
/** @typedef {{at: Pair, size: Pair, text: string, note?: string, picture?: string, kind?: string}} Knot */
/** @typedef {{size: Pair, nodes: Record<string, Knot>, edges: string[][], back: string[][], stop: Pair, said: string}} Graph */
/** What it asks of the map; calm: whether nothing is to move by itself; done: a few draws were seen.
 * @typedef {{calm: () => boolean, at: () => Pair, move: (p: Pair) => void, settle: () => void, done: () => void}} Hooks
 * @typedef {{choose: (card: Card | undefined, cards: Card[], picture?: Pixels) => void, show: (posterior: Posterior, z: Pair, canvas: HTMLCanvasElement) => void, size: (width: number, folded: boolean) => void}} TrickBox
 */
/** @typedef {{mu: string, sigma: string, epsilon: string, z: string, x: string, out: string}} Words  what stands in the nodes */
/** @type {Record<string, Pair>} */
const WIDE = { size: [876, 214], x: [34, 76], E: [132, 76], mu: [262, 36], sigma: [262, 108], epsilon: [262, 182], times: [400, 142], plus: [486, 76], z: [602, 76], G: [722, 76], out: [840, 76] };
/** @type {Record<string, Pair>} */
const TALL = { size: [360, 366], x: [44, 40], E: [180, 40], mu: [64, 132], sigma: [180, 132], epsilon: [296, 132], times: [238, 204], plus: [120, 236], z: [72, 322], G: [200, 322], out: [312, 322] };
const BOX = 56;

const FARTHEST = 6; // standard deviations: what lies beyond is no draw
const FLIGHT = 350; // milliseconds of a draw on its way
const MANY = 5; // draws that show the cloud

/** @type {(posterior?: Posterior | null) => boolean} */
const hasWidth = (posterior) => !!posterior && posterior.logvar.every((v) => v !== null);
// The ε of z = μ + σ⊙ε, and z of an ε.
/** @type {(posterior: Posterior, z: Pair) => Pair} */
const epsilonOf = ({ mean, logvar }, z) => [(z[0] - mean[0]) / Math.exp(logvar[0] / 2), (z[1] - mean[1]) / Math.exp(logvar[1] / 2)];
/** @type {(posterior: Posterior, epsilon: Pair) => Pair} */
const drawOf = ({ mean, logvar }, [a, b]) => [mean[0] + Math.exp(logvar[0] / 2) * a, mean[1] + Math.exp(logvar[1] / 2) * b];
/** @type {(p: ArrayLike<number>) => string} */
const pairSpelled = (p) => `(${[p[0], p[1]].map((v) => (Math.abs(v) < 99.5 ? signed(v) : signed(v, 0))).join(", ")})`;

/** @type {(tag: string, given: Record<string, string | number>, parent: Element, text?: string) => SVGElement} */
const svg = (tag, given, parent, text) => {
  const node = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [key, value] of Object.entries(given)) node.setAttribute(key, String(value));
  if (text) node.textContent = text;
  parent.appendChild(node);
  return node;
};
// From one node's edge to another's, `aside` pixels to its left.
/** @type {(a: Knot, b: Knot, aside?: number) => [Pair, Pair]} */
const between = (a, b, aside = 0) => {
  const [dx, dy] = [b.at[0] - a.at[0], b.at[1] - a.at[1]], far = Math.hypot(dx, dy), [nx, ny] = [(dy / far) * aside, (-dx / far) * aside];
  /** @type {(n: Knot, sign: number) => Pair} */
  const edge = ({ at, size }, sign) => {
    const t = Math.min(size[0] / 2 / Math.abs(dx || 1e-9), size[1] / 2 / Math.abs(dy || 1e-9)) + 3 / far;
    return [at[0] + sign * t * dx + nx, at[1] + sign * t * dy + ny];
  };
  return [edge(a, 1), edge(b, -1)];
};
// With the trick z is computed, and gradients pass; without it z is drawn, and they end there.
/** @type {(words: Words, narrow: boolean, without: boolean, said: string) => Graph} */
const graphOf = (words, narrow, without, said) => {
  const place = narrow ? TALL : WIDE, pair = /** @type {Pair} */ ([112, 50]), small = /** @type {Pair} */ ([30, 30]);
  const square = /** @type {Pair} */ ([BOX, BOX]), box = /** @type {Pair} */ ([52, 44]);
  /** @type {Record<string, Knot>} */
  const nodes = {
    x: { at: place.x, size: square, text: "x", picture: words.x }, E: { at: place.E, size: box, text: "E", kind: without ? "idle" : "network" },
    mu: { at: place.mu, size: pair, text: "μ", note: words.mu }, sigma: { at: place.sigma, size: pair, text: "σ", note: words.sigma },
    z: { at: place.z, size: [124, 50], text: without ? "z ~ N(μ, σ²)" : "z = μ + σ⊙ε", note: words.z, kind: without ? "dice" : "" },
    G: { at: place.G, size: box, text: "G", kind: "network" }, out: { at: place.out, size: square, text: "x'", picture: words.out },
  };
  const ends = [["x", "E"], ["E", "mu"], ["E", "sigma"], ["z", "G"], ["G", "out"]], late = [["out", "G"], ["G", "z"]];
  if (without) {
    const stop = /** @type {Pair} */ (narrow ? [place.z[0], place.z[1] - 44] : [place.z[0] - 92, place.z[1]]);
    return { size: place.size, nodes, edges: [...ends, ["mu", "z"], ["sigma", "z"]], back: late, stop, said };
  }
  nodes.epsilon = { at: place.epsilon, size: pair, text: "ε ~ N(0, I)", note: words.epsilon, kind: "dice" };
  nodes.times = { at: place.times, size: small, text: "⊙", kind: "round" };
  nodes.plus = { at: place.plus, size: small, text: "+", kind: "round" };
  const back = [...late, ["z", "plus"], ["plus", "mu"], ["plus", "times"], ["times", "sigma"], ["mu", "E"], ["sigma", "E"]];
  const [from, to] = between(nodes.epsilon, nodes.times), stop = /** @type {Pair} */ ([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
  return { size: place.size, nodes, edges: [...ends, ["sigma", "times"], ["epsilon", "times"], ["times", "plus"], ["mu", "plus"], ["plus", "z"]], back, stop, said };
};
/** @type {(parent: Element, node: Knot) => {note?: SVGElement, picture?: SVGElement}} */
const drawNode = (parent, { at: [x, y], size: [w, h], text, note, picture, kind = "" }) => {
  const group = svg("g", { class: `node ${kind}` }, parent);
  const box = { x: x - w / 2, y: y - h / 2, width: w, height: h };
  if (picture !== undefined) {
    svg("text", { x, y: y + h / 2 + 17 }, group, text);
    return { picture: svg("image", { ...box, href: picture }, group) };
  }
  svg("rect", { ...box, rx: kind === "round" ? w / 2 : 6 }, group);
  svg("text", { x, y: y + (note ? -4 : 6) }, group, text);
  return note ? { note: svg("text", { x, y: y + 17, class: "number" }, group, note) } : {};
};
// The drawing, and what gives it other words.
/** @type {(box: HTMLElement, graph: Graph) => (words: Words) => void} */
const drawGraph = (box, { size: [w, h], nodes, edges, back, stop, said }) => {
  box.replaceChildren();
  const picture = svg("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": said, style: `max-width: ${w}px` }, box);
  /** @type {(a: string, b: string, aside: number, kind: string) => void} */
  const arrow = (a, b, aside, kind) => {
    const [[x0, y0], [x1, y1]] = between(nodes[a], nodes[b], aside), turn = (Math.atan2(y1 - y0, x1 - x0) * 180) / Math.PI;
    svg("line", { x1: x0, y1: y0, x2: x1, y2: y1, class: kind }, picture);
    svg("path", { d: "M0 0 L-8 -4 L-8 4 Z", transform: `translate(${x1} ${y1}) rotate(${turn})`, class: kind }, picture);
  };
  for (const [a, b] of edges) arrow(a, b, 4, "forward");
  for (const [a, b] of back) arrow(a, b, 4, "gradient"); // each to its own left: the two ways stand side by side
  const parts = Object.entries(nodes).map(([name, node]) => /** @type {const} */ ([name, drawNode(picture, node)]));
  svg("text", { x: stop[0], y: stop[1] + 7, class: "stop" }, picture, "✕");
  return (words) => {
    for (const [name, { note, picture }] of parts) {
      const word = words[/** @type {keyof Words} */ (name)];
      if (note) note.textContent = word;
      if (picture) picture.setAttribute("href", word);
    }
  };
};

// Whether a draw may lead to z; where it was put by hand, farther than any goes, there is no ε to tell.
/** @type {(posterior: Posterior, z: Pair) => boolean} */
const isDrawn = (posterior, z) => Math.hypot(...epsilonOf(posterior, z)) <= FARTHEST;
/** @type {(posterior: Posterior, z: Pair, x: string, out: string) => Words} */
const wordsOf = (posterior, z, x, out) => ({
  mu: pairSpelled(posterior.mean), sigma: pairSpelled(posterior.logvar.map((v) => Math.exp(v / 2))),
  epsilon: isDrawn(posterior, z) ? pairSpelled(epsilonOf(posterior, z)) : "–", z: pairSpelled(z), x, out,
});
// The drawing with its two buttons: ε thrown again, and what breaks without the trick.
/** @type {(parent: HTMLDetailsElement, hooks: Hooks) => TrickBox} */
const trickBox = (parent, { calm, at, move, settle, done }) => {
  const title = make("h3", "", make("summary", "", parent)), head = make("header", "", parent), again = button(t("epsilon"), head, () => fly(), ""), other = button(t("without"), head, () => turn());
  const box = make("div", "graph", parent), said = make("p", "note", parent), source = make("canvas");
  let without = false, narrow = false, thrown = 0, /** @type {Posterior} */ q = null, x = "", out = "", /** @type {(words: Words) => void} */ put = () => {};
  const tell = () => { said.textContent = t(without ? "trick_without" : isDrawn(q, at()) ? "trick_with" : "trick_by_hand"); };
  const redraw = () => {
    if (!q) return;
    tell();
    put = drawGraph(box, graphOf(wordsOf(q, at(), x, out), narrow, without, said.textContent));
  };
  const turn = () => { without = !without; other.setAttribute("aria-pressed", String(without)); redraw(); };
  other.setAttribute("aria-pressed", "false");
  const fly = () => {
    const from = at(), to = drawOf(q, normal(Math.random)), begin = performance.now();
    const frame = () => {
      const s = calm() ? 1 : Math.min(1, (performance.now() - begin) / FLIGHT), k = s * s * (3 - 2 * s);
      move([from[0] + (to[0] - from[0]) * k, from[1] + (to[1] - from[1]) * k]);
      if (s < 1) requestAnimationFrame(frame);
      else { settle(); if (++thrown === MANY) done(); }
    };
    frame();
  };
  return {
    choose: (card, cards, picture) => {
      const any = cards.find(({ posterior }) => posterior);
      parent.hidden = !any;
      if (!any) return;
      q = card ? card.posterior : null;
      again.hidden = other.hidden = box.hidden = !q;
      title.textContent = filled("trick", { title: (card || any).title });
      if (picture) { paint(source, picture, 0); x = source.toDataURL(); }
      said.textContent = t("point");
      redraw();
    },
    show: (posterior, z, canvas) => { q = posterior; out = canvas.toDataURL(); tell(); put(wordsOf(q, z, x, out)); },
    size: (width, folded) => { narrow = width < 800; parent.open = !folded; redraw(); },
  };
};
