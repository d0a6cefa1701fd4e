/**
 * value, sent, and sent back when a person has picked, drawn or brought another; source: "sample 7", "drawn", "upload", "camera"; label −1: unknown.
 * groups: a number a sample, and of each group its name and, for light on a dome, its azimuth and elevation.  Event: input.
 * photo: a file that the server opens on the pad, and what was set right in it; handle: what was, sent back beside the result.
 * @typedef {{turn: number, invert: boolean | null, cut: Edges | null}} Handle
 * @typedef {{pixels: Pixels, label: number, source?: string, doubt?: string, notes?: string[], photo?: Handle & {picture: string}, handle?: Handle}} Picture
 * @typedef {{of: number[], names: string[], at: Pair[]}} Groups
 * @typedef {Props<Picture> & {samples: {pixels: Pixels, labels: number[]}, names?: string[], groups?: Groups | null, dataset: string, hint?: string}} Given
 */
const given = /** @type {Given} */ (/** @type {any} */ (props));
/**
 * A drawing is kept as its strokes, a photograph as its file with what a person wants of it: the server makes of either what the models know.
 * turn: by so many quarters; invert and cut: null leaves them to the server, which says what it took; shown: the photograph, a JPEG in base64.
 * @typedef {Handle & {picture: string}} Handled
 * @typedef {{pixels: Pixels, notes: string[], doubt: string, cut: Edges, turn: number, invert: boolean, shown: string, stages: {name: string, image: string}[]}} Prepared
 * @typedef {Partial<Prepared> & {error?: string}} Answer
 * @type {{prepare: Ask<({strokes: Stroke[]} | Handled) & {dataset: string, size: number, channels: number}, Prepared>}}
 */
var server;
/** @typedef {Pair[]} Stroke  points in the pad's own 0 … INK */
/** @typedef {Handled & {source: string, used?: {invert: boolean, cut: Edges}}} Wish  of a person for a photograph; used: what the server made of it */
const root = $(".picture_pad");
const INK = 280, WIDTH = 20;
let /** @type {HTMLCanvasElement} */ canvas, /** @type {HTMLCanvasElement} */ prepared, /** @type {HTMLElement} */ said, /** @type {HTMLElement} */ doubt;
let /** @type {HTMLElement & {row?: HTMLElement}} */ steps, /** @type {HTMLElement} */ hint, /** @type {Group} */ strip, /** @type {Group} */ chooser;
let /** @type {HTMLButtonElement} */ more, /** @type {HTMLButtonElement} */ undoButton, /** @type {HTMLButtonElement} */ clearButton;
let page = 0, group = 0;
/** @type {{sheet: HTMLElement, cut: Edges | null, image?: HTMLImageElement, frame?: HTMLElement}} */
let photo;
let brought = false; // whether the server opens a photograph, which is to be seen then
let /** @type {Stroke[]} */ strokes = [], /** @type {Wish | null} */ wish = null;
/** What was there before the person's own picture.  @type {Picture | null} */
let before = null;
/** A person's own that another picture has taken the place of: Undo asks for it again.  @type {{strokes: Stroke[], wish: Wish | null} | null} */
let left = null;
let intent = 0; // answers to an older one are dropped
/** What a person brought before the pad knew for which model.  @type {(() => void) | null} */
let waiting = null;
/** @type {(text?: string, error?: boolean) => void} */
const say = (text, error) => { said.textContent = text || ""; said.classList.toggle("error", !!error); };
/** @type {(value?: Picture) => boolean} */
const own = (value) => ["drawn", "upload", "camera"].includes(value?.source);
// Which sample a picture is; none: −1.
/** @type {(source?: string) => number} */
const sampleOf = (source) => (source?.startsWith("sample ") ? +source.slice(7) : -1);
/** @type {(value: Picture) => void} */
const take = (value) => { given.value = value; show(); trigger("input"); };
const show = () => {
  const value = given.value;
  if (!value || !value.pixels) return;
  if (!own(value)) before = value;
  chooser.classList.toggle("own", sampleOf(value.source) < 0);
  root.classList.toggle("colour", value.pixels.c > 1);
  paint(prepared, value.pixels, 0);
  enlarge(prepared, Math.floor((value.pixels.w > 28 ? 128 : 112) / value.pixels.w));
  say((value.notes || []).join(" "));
  doubt.textContent = value.doubt || "";
  let /** @type {HTMLElement} */ pressed = null;
  strip.querySelectorAll("button").forEach((b) => {
    const here = +b.dataset.k === sampleOf(value.source);
    b.setAttribute("aria-pressed", String(here));
    if (here) pressed = b;
  });
  strip.stop(pressed);
};
const mark = () => {
  const taken = !!(wish && wish.used);
  root.classList.toggle("inked", strokes.length > 0);
  root.classList.toggle("photographed", taken);
  undoButton.disabled = !strokes.length && !left;
  root.classList.toggle("left", !!left);
  clearButton.disabled = !strokes.length && !taken;
};
// The pad as it begins: no strokes, no photograph, no gesture, no answer awaited.
const forget = () => {
  if (given.samples?.pixels && (strokes.length || wish?.used)) left = { strokes, wish };
  root.classList.remove("refused"); intent++; held = wish = null; strokes = []; redraw(); mark();
};
const putBack = () => { forget(); if (own(given.value) && before) take(before); else show(); };
// A file that the server wants opened; of which the pad may learn as it comes to be.
const openPhoto = () => { brought = !!given.value?.photo; if (brought) ask({ source: "upload", ...given.value.photo }, null); };
const arrive = () => {
  if (!own(given.value)) forget();
  show();
  openPhoto();
  const act = waiting;
  waiting = null;
  act?.();
};
const request = latest(async (/** @type {number} */ mine, /** @type {{strokes: Stroke[]} | Handled} */ picture, /** @type {(answer: Answer) => void} */ answered) => {
  const { w: size, c: channels } = given.value.pixels;
  /** @type {Answer} */
  const answer = await server.prepare({ ...picture, dataset: given.dataset, size, channels }).catch(() => ({ error: t("no_answer") }));
  if (mine === intent) answered(answer);
});
/** @type {(answer: Answer, source: string) => void} */
const accept = (answer, source) => {
  root.classList.toggle("refused", !!answer.error); // what the model sees is another picture then, and pale
  if (answer.error) return say(answer.error, true);
  left = null;
  mark();
  const handle = answer.shown ? { turn: answer.turn, invert: answer.invert, cut: answer.cut } : undefined;
  take({ pixels: answer.pixels, label: -1, source, doubt: answer.doubt, notes: answer.notes, handle });
};

const redraw = () => {
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = "#000"; ctx.fillRect(0, 0, INK, INK);
  strokes.forEach((stroke) => ink(stroke));
};
/** @type {(stroke: Stroke, from?: number) => void} */
const ink = (stroke, from = 0) => {
  const ctx = canvas.getContext("2d");
  ctx.strokeStyle = "#fff"; ctx.lineWidth = WIDTH; ctx.lineCap = ctx.lineJoin = "round";
  ctx.beginPath(); ctx.moveTo(...stroke[from]);
  stroke.slice(from).forEach(([x, y]) => ctx.lineTo(x + 0.01, y));
  ctx.stroke();
};
const send = () => request(intent, { strokes }, (answer) => accept(answer, "drawn"));
// A point of the window in the pad's own 0 … INK, to a tenth.
/** @type {(box: {left: number, top: number, width: number, height: number}, x: number, y: number) => Pair} */
const onPad = (box, x, y) => {
  const within = (/** @type {number} */ v) => Math.round(10 * limit(v, 0, INK)) / 10;
  return [within(((x - box.left) / box.width) * INK), within(((y - box.top) / box.height) * INK)];
};
/** @type {(event: MouseEvent) => Pair} */
const pointAt = (event) => onPad(canvas.getBoundingClientRect(), event.clientX, event.clientY);
// Points put on the end of a stroke, but for those that have hardly moved.
/** @type {(stroke: Stroke, points: Pair[]) => void} */
const lengthen = (stroke, points) => {
  for (const point of points) {
    const [x, y] = stroke[stroke.length - 1];
    if (Math.hypot(point[0] - x, point[1] - y) >= 1) stroke.push(point);
  }
};
/** @type {Act} */
const extend = (event) => {
  const stroke = strokes[strokes.length - 1], from = stroke.length - 1;
  const every = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  lengthen(stroke, (every.length ? every : [event]).map(pointAt));
  if (stroke.length - 1 > from) { ink(stroke, from); send(); }
};
const recall = () => {
  ({ strokes, wish } = left);
  left = null;
  redraw(); mark();
  if (wish) ask({}); else { intent++; send(); }
};
const undo = () => {
  if (!strokes.length && left) return recall();
  if (strokes.length < 2) { putBack(); left = null; return mark(); }
  held = null; strokes.pop(); intent++; redraw(); send();
};
const write = () => gesture(canvas, {
  begin: (event) => {
    canvas.focus({ preventScroll: true });
    intent++; wish = null;
    strokes.push([pointAt(event)]); ink(strokes[strokes.length - 1]); mark();
  },
  move: extend,
  end: send,
  cancel: undo,
});

// A photograph: the server says which part of it was taken; a person may cut, turn and swap dark and light.
/** @type {(wanted: Partial<Wish>, previous?: Wish | null) => void} */
const ask = (wanted, previous = wish) => {
  wish = { ...wish, ...wanted };
  const { picture, turn, invert, cut, source } = wish;
  request(++intent, { picture, turn, invert, cut }, (answer) => {
    if (answer.shown) photograph(answer);
    else if (!wish.used) wish = previous; // it could not be read: what was here stays
    accept(answer, source);
  });
};
/** @type {(picture: string, source: string) => void} */
const bring = (picture, source) => {
  if (!given.value?.pixels) { waiting = () => bring(picture, source); return; }
  const previous = wish;
  wish = null;
  ask({ picture, source, turn: 0, invert: null, cut: null }, previous);
};
/** @type {(answer: Answer) => void} */
const photograph = (answer) => {
  strokes = [];
  wish.used = { invert: answer.invert, cut: answer.cut || wish.cut || [0, 0, 1, 1] };
  photo.image.src = "data:image/jpeg;base64," + answer.shown;
  place(wish.used.cut); mark();
  steps.row.replaceChildren();
  for (const { name, image } of answer.stages || []) {
    const figure = make("figure", "", steps.row), picture = make("img", "", figure);
    picture.src = "data:image/png;base64," + image; picture.alt = name;
    make("figcaption", "note", figure, name);
  }
};
/** @type {(cut: Edges) => void} */
const place = ([x0, y0, x1, y1]) => {
  photo.cut = [x0, y0, x1, y1];
  Object.assign(photo.frame.style, { left: 100 * x0 + "%", top: 100 * y0 + "%", width: 100 * (x1 - x0) + "%", height: 100 * (y1 - y0) + "%" });
};
const frame = () => {
  let /** @type {Pair} */ from, /** @type {Edges} */ cut, /** @type {number[] | null} */ sides, /** @type {DOMRect} */ box;
  /** @type {(event: PointerEvent) => Pair} */
  const where = (event) => [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  gesture(photo.sheet, {
    begin: (event) => {
      box = photo.sheet.getBoundingClientRect(); from = where(event); cut = photo.cut;
      sides = grip(cut, from, [14 / box.width, 14 / box.height]);
      event.preventDefault(); // else a press beside the frame would take the focus away again
      photo.frame.focus({ preventScroll: true });
    },
    move: (event) => place(dragged(cut, sides, from, where(event))),
    end: () => {
      const [x0, y0, x1, y1] = photo.cut;
      if (Math.min(x1 - x0, y1 - y0) < LEAST) place(cut);
      if (String(photo.cut) !== String(cut)) ask({ cut: photo.cut });
    },
    cancel: () => place(cut),
  });
  photo.frame.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    place(nudged(photo.cut, by, event.shiftKey));
    ask({ cut: photo.cut });
  });
};
const grouped = () => given.groups && given.groups.of;
// Ten samples a page, round and round.
/** @type {(n: number, page: number) => number[]} */
const paged = (n, page) => {
  const count = Math.min(10, n);
  return Array.from({ length: count }, (_, i) => (page * count + i) % n);
};
/** @type {(of: number[], group: number) => number[]} */
const members = (of, group) => of.flatMap((own, k) => (own === group ? [k] : []));
const shown = () => (grouped() ? members(given.groups.of, group) : paged(given.samples.pixels.n, page));
const fill = () => {
  strip.replaceChildren();
  const g = given.samples;
  if (!g || !g.pixels) return;
  const bytes = toBytes(g.pixels.data), side = g.pixels.w > 28 ? 64 : 28;
  root.classList.toggle("large", side > 28);
  more.hidden = !!grouped();
  for (const k of shown()) {
    const b = button("", strip, () => {
      forget();
      take({ pixels: only(g.pixels, k, bytes), label: g.labels[k], source: "sample " + k });
    }, t("sample") + " " + (given.names?.[g.labels[k]] ?? k));
    b.dataset.k = String(k);
    const c = make("canvas", "pixelated", b);
    paint(c, g.pixels, k, bytes); c.style.width = c.style.height = side + "px";
  }
  show();
};
// A light's place on the dome, in per cent from the left and from the top: azimuth to the side, elevation up.
/** @type {(light: Pair) => Pair} */
const onDome = ([azimuth, elevation]) => [50 + (azimuth / 130) * 46, 62 - (elevation / 90) * 56];
// Lights on a dome, seen from the camera; or the groups by name.
const dome = () => {
  chooser.replaceChildren();
  if (!grouped()) return;
  const { names, at } = given.groups, round = at && at.length > 0;
  chooser.className = (round ? "dome" : "choices") + (chooser.classList.contains("own") ? " own" : "");
  chooser.setAttribute("role", "group"); chooser.setAttribute("aria-label", t(round ? "light" : "pose"));
  names.forEach((name, k) => {
    const b = button(round ? "" : name, chooser, () => { group = k; dome(); fill(); /** @type {HTMLElement} */ (chooser.children[k]).focus(); }, name);
    b.setAttribute("aria-pressed", String(k === group));
    if (round) { [b.style.left, b.style.top] = onDome(at[k]).map((v) => v + "%"); }
  });
  chooser.stop(/** @type {HTMLElement} */ (chooser.children[group]));
  if (round) make("span", "where note", chooser, names[group]);
};
/** @type {(file?: File) => void} */
const receive = (file) => {
  if (!file) return;
  if (file.size > 20e6) return say(t("too_big"), true);
  const reader = new FileReader();
  reader.onload = () => bring(/** @type {string} */ (reader.result).split(",")[1] || "", "upload");
  reader.readAsDataURL(file);
};
const camera = cameraOf({
  parent: () => canvas.parentElement, facing: () => (root.classList.contains("large") ? "user" : "environment"), take: (png) => bring(png, "camera"), say,
});
const build = () => {
  root.replaceChildren();
  const top = make("div", "top", root);
  titled(top, t("pick"));
  more = button("↻", top, () => { page++; fill(); }, t("more"));
  chooser = /** @type {Group & HTMLDivElement} */ (make("div", "", root));
  chooser.stop = rove(chooser, "button");
  strip = /** @type {Group & HTMLDivElement} */ (make("div", "strip", root));
  strip.setAttribute("role", "toolbar"); strip.setAttribute("aria-label", t("pick"));
  strip.stop = rove(strip, "button");
  const row = make("div", "row", root), pad = make("div", "pad", row), side = make("div", "side", row);
  canvas = make("canvas", "ink", pad); canvas.width = canvas.height = INK; canvas.tabIndex = -1; // focused by a stroke, for Ctrl+Z
  canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("draw"));
  hint = make("p", "hint", pad);
  photo = { sheet: make("div", "sheet", make("div", "photo", pad)), cut: null };
  photo.image = make("img", "", photo.sheet); photo.image.alt = t("photo"); photo.image.draggable = false;
  photo.image.addEventListener("load", () => {
    const { naturalWidth: w, naturalHeight: h } = photo.image;
    Object.assign(photo.sheet.style, { width: 100 * Math.min(1, w / h) + "%", height: 100 * Math.min(1, h / w) + "%" });
    if (brought) photo.sheet.scrollIntoView({ block: "nearest" });
    brought = false;
  });
  photo.frame = make("div", "frame", photo.sheet); photo.frame.tabIndex = 0;
  photo.frame.setAttribute("role", "application"); photo.frame.setAttribute("aria-label", t("cut"));
  make("span", "note", side, t("prepared"));
  prepared = make("canvas", "pixelated prepared", make("div", "seen", side));
  enlarge(prepared, 0);
  prepared.setAttribute("role", "img"); prepared.setAttribute("aria-label", t("prepared"));
  const input = make("input", "", root); input.type = "file"; input.accept = "image/*"; input.hidden = true;
  input.addEventListener("change", () => { receive(input.files[0]); input.value = ""; });
  button(t("upload"), side, () => input.click());
  const tools = make("div", "tools", root);
  button(t("camera"), tools, camera.press).classList.add("camera");
  undoButton = button(t("undo"), tools, undo);
  undoButton.classList.add("undo");
  button(t("turn"), tools, () => ask({ turn: (wish.turn + 1) % 4, cut: null }), t("turn_title")).classList.add("taken");
  button(t("invert"), tools, () => ask({ invert: !(wish.invert ?? wish.used.invert) }), t("invert_title")).classList.add("taken", "invert");
  clearButton = button(t("clear"), tools, putBack);
  const about = make("div", "about", root);
  doubt = make("p", "doubt", about); doubt.setAttribute("role", "status");
  said = make("p", "said", about); said.setAttribute("role", "status");
  steps = make("details", "steps", root);
  make("summary", "note", steps, t("steps"));
  steps.row = make("div", "row", steps);
  write(); frame(); forget();
  root.addEventListener("keydown", (e) => {
    if (e.key.toLowerCase() !== "z" || !(e.ctrlKey || e.metaKey) || undoButton.disabled) return;
    e.preventDefault(); undo();
  });
  root.addEventListener("dragover", (e) => e.preventDefault());
  root.addEventListener("drop", (e) => { e.preventDefault(); receive(e.dataTransfer.files[0]); });
  invite(); dome(); fill();
};
const invite = () => {
  hint.replaceChildren();
  make("strong", "draw", hint, t("draw")); make("strong", "drop", hint, t("drop"));
  make("span", "", hint, given.hint || "");
};
// The group of the sample that is shown, so that its neighbours are those under the same light; or else its page.
const follow = () => {
  const sample = sampleOf(given.value?.source);
  if (sample < 0) return;
  if (grouped()) group = given.groups.of[sample]; else page = Math.floor(sample / 10);
};
follow(); build(); openPhoto();
watch("value", arrive);
watch(["samples", "groups"], () => { page = group = 0; follow(); camera.close(); forget(); left = null; mark(); dome(); fill(); });
watch("hint", invite);
