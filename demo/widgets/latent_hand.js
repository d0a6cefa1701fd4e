// A hand on a map: drags the cursor; with Shift, another button or two fingers the map; wheel and keys look nearer.
/**
 * z: where the cursor is.  move: to there; look: at that part; settle: the end of a gesture; back: as it was before.
 * @typedef {{z: () => Pair, move: (card: Card, p: Pair) => void, look: (card: Card, shown: Shown) => void, settle: () => void, back: (z: Pair) => void}} Hand
 */
/** @type {(card: Card, hand: Hand) => void} */
const dragged = (card, hand) => {
  let /** @type {Pair} */ before, /** @type {Pair} */ from, /** @type {DOMRect} */ box, pans = false; // box: asked for once, since asking makes the browser lay out the page
  /** @type {(event: PointerEvent) => Pair} */
  const at = (event) => fromMap(card.view, event.clientX - box.left, event.clientY - box.top);
  gesture(card.front, {
    begin: (event) => {
      box = card.front.getBoundingClientRect(); before = hand.z(); pans = event.button > 0 || event.shiftKey; from = at(event);
      card.front.focus({ preventScroll: true });
      if (!pans) hand.move(card, from);
    },
    move: (event) => {
      const p = at(event), { x, y, half } = card.view.shown;
      if (pans) hand.look(card, { x: x + from[0] - p[0], y: y + from[1] - p[1], half });
      else hand.move(card, p);
    },
    end: hand.settle,
    cancel: () => hand.back(before),
  });
  card.front.addEventListener("contextmenu", (event) => event.preventDefault());
};
// Two fingers hold two points of the plane.
/** @type {(card: Card, hand: Hand) => void} */
const pinched = (card, hand) => {
  const /** @type {Map<number, Pair>} */ fingers = new Map(), front = card.front;
  /** @type {(box: DOMRect) => {middle: Pair, apart: number}} */
  const grip = (box) => {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    return { middle: [(ax + bx) / 2 - box.left, (ay + by) / 2 - box.top], apart: Math.hypot(ax - bx, ay - by) || 1 };
  };
  front.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (fingers.size < 2) return;
    event.stopImmediatePropagation(); // no gesture of its own
    if (held) { held.cancel(event); held = null; } // and the first finger moves the cursor no longer
  }, true);
  front.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const box = front.getBoundingClientRect(), old = fingers.size === 2 && grip(box);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (!old) return;
    const now = grip(box), p = fromMap(card.view, ...old.middle), shown = zoomed(card.view.shown, p, now.apart / old.apart, card.reach);
    const q = fromMap({ shown, side: card.view.side }, ...now.middle);
    hand.look(card, { x: shown.x + p[0] - q[0], y: shown.y + p[1] - q[1], half: shown.half });
  });
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) front.addEventListener(kind, (event) => { if (fingers.delete(event.pointerId) && fingers.size === 1) hand.settle(); });
};
// A wheel turned away from a map that shows all scrolls the page.
/** @type {(card: Card, hand: Hand) => void} */
const wheeled = (card, hand) => {
  let /** @type {number} */ rest;
  card.front.addEventListener("wheel", (event) => {
    if (event.deltaY > 0 && card.view.shown.half >= card.reach) return;
    event.preventDefault();
    const box = card.front.getBoundingClientRect(), p = fromMap(card.view, event.clientX - box.left, event.clientY - box.top);
    hand.look(card, zoomed(card.view.shown, p, 2 ** (limit(-event.deltaY, -240, 240) / (event.ctrlKey ? 60 : 240)), card.reach));
    clearTimeout(rest);
    rest = setTimeout(hand.settle, 300);
  }, { passive: false });
};
/** @type {(card: Card, hand: Hand) => void} */
const keyed = (card, hand) => card.front.addEventListener("keydown", (event) => {
  const by = STEPS[event.key], factor = { "+": 2, "=": 2, "-": 0.5, _: 0.5, 0: 1 / DEEPEST }[event.key], { shown } = card.view;
  if (!by && !factor || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (factor) hand.look(card, zoomed(shown, hand.z(), factor, card.reach));
  else {
    const [x, y] = stepped(hand.z(), by, shown.half, event.shiftKey), p = /** @type {Pair} */ ([limit(x, -card.reach, card.reach), limit(y, -card.reach, card.reach)]);
    hand.move(card, p);
    if (!contains(shown, p)) hand.look(card, { x: limit(shown.x, p[0] - shown.half, p[0] + shown.half), y: limit(shown.y, p[1] - shown.half, p[1] + shown.half), half: shown.half });
  }
  hand.settle();
});
/** @type {(card: Card, hand: Hand) => void} */
const handle = (card, hand) => { for (const way of [dragged, pinched, wheeled, keyed]) way(card, hand); };
