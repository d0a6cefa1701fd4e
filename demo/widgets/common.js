// Shared by every widget; each gets its own copy, so nothing is global.  In scope: element, props, trigger, server, watch.
/** @type {typeof globalThis.$} */
const $ = (selector) => element.querySelector(selector);
/** @type {typeof globalThis.t} */
const t = (key) => (props.text && props.text[key]) || key;
/** @type {typeof globalThis.make} */
const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = String(text);
  if (parent) parent.appendChild(node);
  return node;
};
/** @type {typeof globalThis.button} */
const button = (label, parent, act, title) => {
  const node = make("button", "tool", parent, label);
  node.type = "button";
  if (title) { // a name must hold the words that are seen; a sign like ▶ holds none
    node.title = title;
    node.setAttribute("aria-label", /[\p{L}\p{N}]/u.test(label) && !title.includes(label) ? `${label}: ${title}` : title);
  }
  node.addEventListener("click", act);
  return node;
};
// In the column of controls, beside the tab's question and not under it.
/** @type {typeof globalThis.titled} */
const titled = (parent, text) => make("h3", "", parent, text).setAttribute("aria-level", "2");
/** @type {typeof globalThis.toBytes} */
const toBytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
/** @type {typeof globalThis.toBase64} */
const toBase64 = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};
// Picture k of a pixels object as one of its own.
/** @type {typeof globalThis.only} */
const only = (pixels, k, bytes = toBytes(pixels.data)) => {
  const size = pixels.w * pixels.h * pixels.c;
  return { ...pixels, n: 1, data: toBase64(bytes.subarray(k * size, (k + 1) * size)) };
};
// Ten class colours that stay apart for colour-blind people: Petroff, arXiv:2107.02270.
const CLASS_COLOURS = ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"];
/** @type {typeof globalThis.style} */
const style = (name) => getComputedStyle(element).getPropertyValue(name).trim();

// Picture k of a pixels object on a canvas of its own size; CSS enlarges it by a whole factor.
/** @type {typeof globalThis.paint} */
const paint = (canvas, pixels, k, bytes) => {
  const { w, h, c } = pixels, size = w * h;
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  const data = bytes || toBytes(pixels.data), image = new ImageData(w, h), out = image.data;
  for (let i = 0, from = k * size * c; i < size; i++, from += c) {
    out[4 * i] = data[from]; out[4 * i + 1] = data[from + (c > 1 ? 1 : 0)]; out[4 * i + 2] = data[from + (c > 1 ? 2 : 0)];
    out[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
};
// The largest factor, at most `most`, at which `columns` cells of `w` pixels fit in the width: a whole number of the screen's own dots.
/** @type {typeof globalThis.fit} */
const fit = (width, columns, w, most, gap = 4) => {
  const dots = Math.max(1, Math.floor(devicePixelRatio));
  return Math.max(1, Math.min(most, Math.floor(((width - gap * (columns - 1)) / (columns * w)) * dots) / dots));
};
/** @type {typeof globalThis.enlarge} */
const enlarge = (canvas, k) => { canvas.style.width = canvas.width * k + "px"; canvas.style.height = canvas.height * k + "px"; };
/** @type {typeof globalThis.limit} */
const limit = (v, least = 0, most = 1) => Math.min(most, Math.max(least, v));
// Pointer position in a canvas's own pixels.
/** @type {typeof globalThis.cellAt} */
const cellAt = (canvas, event) => {
  const box = canvas.getBoundingClientRect();
  return [Math.floor(((event.clientX - box.left) / box.width) * canvas.width), Math.floor(((event.clientY - box.top) / box.height) * canvas.height)];
};
// A gesture is one pointer's, from down to up: others (a second finger, a palm) are ignored, but a pen takes over from a finger.
// `cancel` puts back what was there before `begin`: the browser has taken the pointer away for something else.
/** @type {typeof globalThis.held} */
let held = null; // the gesture going on in this widget
/** @type {typeof globalThis.gesture} */
const gesture = (node, { begin, move, end, cancel }) => {
  /** @type {(act: Act) => Act} */
  const mine = (act) => (event) => { if (held && held.node === node && held.id === event.pointerId) act(event); };
  /** @type {(act: Act) => Act} */
  const last = (act) => mine((event) => { held = null; act(event); });
  node.addEventListener("pointerdown", (event) => {
    const free = !held || !held.node.isConnected || held.id === event.pointerId;
    if (!free && !(event.pointerType === "pen" && held.kind === "touch")) return;
    if (!free) held.cancel();
    node.setPointerCapture(event.pointerId);
    held = { node, cancel, id: event.pointerId, kind: event.pointerType };
    begin(event);
  });
  node.addEventListener("pointermove", mine(move));
  node.addEventListener("pointerup", last(end));
  node.addEventListener("lostpointercapture", last(end));
  node.addEventListener("pointercancel", last(cancel));
};
// Pictures to point into: hovering looks, a finger taps or strokes sideways; its swipes up and down stay the page's.
/** @type {typeof globalThis.pointInto} */
const pointInto = (canvas, look) => {
  /** @type {Act} */
  const at = (event) => { const [x, y] = cellAt(canvas, event); if (x >= 0 && y >= 0 && x < canvas.width && y < canvas.height) look(x, y); };
  canvas.classList.add("pointed");
  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("click", at);
};
// One tab stop for many: arrows move among the items of a group, Home and End to its ends.  Returns what makes an item the stop.
/** @type {typeof globalThis.rove} */
const rove = (group, selector, { columns = () => 1, arrive = () => {} } = {}) => {
  const items = () => [...group.querySelectorAll(selector)];
  /** @type {Stop} */
  const stop = (item) => items().forEach((one, i, all) => { one.tabIndex = one === (item || all[0]) ? 0 : -1; });
  group.addEventListener("keydown", (event) => {
    const all = items(), at = all.indexOf(event.target), down = columns();
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - down, ArrowDown: at + down, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = all[down === 1 ? (to + all.length) % all.length : to];
    if (!next) return;
    next.focus(); stop(next); arrive(next);
  });
  group.addEventListener("focusin", (event) => { if (event.target.matches(selector)) stop(event.target); });
  stop();
  return stop;
};
// One call in flight, the newest waits, what came between is dropped.
/** @type {typeof globalThis.latest} */
const latest = (call) => {
  let busy = false, /** @type {any} */ next = null;
  return async function go(...args) {
    if (busy) { next = args; return; }
    busy = true;
    try { await call(...args); } finally { busy = false; }
    if (next) { const args2 = next; next = null; go(...args2); }
  };
};
/** @type {typeof globalThis.offer} */
const offer = (href, name) => { const a = make("a"); a.href = href; a.download = name; a.click(); };
/** @type {typeof globalThis.onResize} */
const onResize = (act) => new ResizeObserver(() => { if (element.isConnected) act(); }).observe(element);
// Something is done that the tab sets as a task, "<tab>.<name>": the page ticks it.  by: a hand, unless an answer or a game that plays unasked says it.
/** @type {typeof globalThis.finish} */
const finish = (task, by = "hand") => element.dispatchEvent(new CustomEvent("task", { detail: { task, by }, bubbles: true }));
// An answer that says which of a tab's questions it answers, {of, n}, is put back where a later one has been asked meanwhile.
// Which model drew what is shown, or which models, can be read off the page: a test asks, and so may a reader.
let kept = props.value;
const sign = () => {
  const { ask } = props.value || {};
  if (ask && props.value !== kept && ask.n < ((window.asks || {})[ask.of] || 0)) props.value = kept;
  kept = props.value;
  const { about, done } = kept || {};
  element.firstElementChild.dataset.model = about?.model || (about?.models || []).join(" ");
  for (const task of done || []) finish(task, "answer");
};
sign();
watch("value", sign);
// A PNG's bytes with a text chunk put in behind its header; the text is ASCII, as JSON can be.
/** @type {typeof globalThis.ascii} */
const ascii = (text) => text.replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
/** @type {typeof globalThis.crc} */
const crc = (bytes) => {
  let c = -1;
  for (const byte of bytes) { c ^= byte; for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; }
  return ~c;
};
/** @type {typeof globalThis.withText} */
const withText = (png, key, text) => {
  const body = new TextEncoder().encode("tEXt" + key + "\0" + ascii(text)), chunk = new Uint8Array(body.length + 8), view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4); chunk.set(body, 4); view.setInt32(body.length + 4, crc(body));
  const after = 33; // the signature and IHDR
  return new Blob([png.slice(0, after), chunk, png.slice(after)], { type: "image/png" });
};
// The cells enlarged, each pixel a whole square, with title, heads, rows' names and captions, black on white, in the reader's own fonts.
/** @type {typeof globalThis.poster} */
const poster = ({ title, note, pixels, columns, captions, head, rows }) => {
  const k = Math.max(4, Math.ceil(112 / pixels.w)), [w, h] = [pixels.w * k, pixels.h * k], lines = Math.ceil(pixels.n / columns), gap = 8, edge = 16, line = 22;
  const sheet = make("canvas"), tile = make("canvas"), ctx = sheet.getContext("2d"), bytes = toBytes(pixels.data);
  const left = edge + (rows ? 150 : 0), top = edge + (title ? 30 : 0) + (note ? line : 0) + (head ? line : 0), step = h + gap + (captions ? line : 0);
  sheet.width = Math.max(left + columns * (w + gap) - gap + edge, 480); sheet.height = top + lines * step - gap + edge;
  ctx.fillStyle = "#fff"; ctx.fillRect(0, 0, sheet.width, sheet.height);
  ctx.fillStyle = "#111"; ctx.textBaseline = "top"; ctx.imageSmoothingEnabled = false;
  /** @type {(text: string, x: number, y: number, width: number, size: number, align: CanvasTextAlign) => void} */
  const write = (text, x, y, width, size, align) => { ctx.font = `${size}px system-ui, sans-serif`; ctx.textAlign = align; ctx.fillText(text, x, y, width); };
  if (title) write(title, edge, edge, sheet.width - 2 * edge, 20, "left");
  if (note) write(note, edge, edge + 30, sheet.width - 2 * edge, 15, "left");
  (head || []).forEach((text, i) => write(text, left + i * (w + gap) + w / 2, top - line, w, 15, "center"));
  for (let i = 0; i < pixels.n; i++) {
    const x = left + (i % columns) * (w + gap), y = top + Math.floor(i / columns) * step;
    paint(tile, pixels, i, bytes);
    ctx.drawImage(tile, x, y, w, h);
    if (captions && captions[i]) write(captions[i], x + w / 2, y + h + 4, w + gap, 15, "center");
    if (rows && i % columns === 0) write(rows[i / columns] || "", left - gap, y + h / 2 - 8, 140, 15, "right");
  }
  return sheet;
};
// The address that restores what is shown: nobody has touched a page whose address says nothing.
/** @type {typeof globalThis.here} */
const here = () => location.search || "?tab=" + document.querySelector("[role=tab][aria-selected=true]").getAttribute("data-tab-id");
// What a PNG tells of how it was made; the name of a visitor's own model is its key, and stays with them.
/** @type {typeof globalThis.spellAbout} */
const spellAbout = (about) => JSON.stringify(about, (_, value) => (typeof value === "string" && value.startsWith("mine-") ? "" : value));
// about: what made it, in the API's words; a picture and a mask are the base64 of a PNG.  Dropped on the page, the file restores its state: see demo/shell.js.
/** @type {typeof globalThis.save} */
const save = (name, sheet, about) => sheet.toBlob(async (blob) => {
  const address = URL.createObjectURL(withText(new Uint8Array(await blob.arrayBuffer()), "latent-atelier", spellAbout({ ...about, page: here() })));
  offer(address, name + ".png");
  setTimeout(() => URL.revokeObjectURL(address), 10000);
});
/** @type {typeof globalThis.download} */
const download = (name, section, about) => save(name, poster(section), { ...about, ...section.about });
