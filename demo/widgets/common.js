// Shared by every widget; each gets its own copy, so nothing is global.  In scope: element, props, trigger, server, watch.
const $ = (selector) => element.querySelector(selector);
const t = (key) => (props.text && props.text[key]) || key;
const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
};
const button = (label, parent, act, title) => {
  const node = make("button", "tool", parent, label);
  node.type = "button";
  if (title) { node.title = title; node.setAttribute("aria-label", title); }
  node.addEventListener("click", act);
  return node;
};
const toBytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const toBase64 = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};
// Ten class colours that stay apart for colour-blind people: Petroff, arXiv:2107.02270.
const CLASS_COLOURS = ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"];
const style = (name) => getComputedStyle(element).getPropertyValue(name).trim();

// Picture k of a pixels object on a canvas of its own size; CSS enlarges it by a whole factor.
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
// The largest whole factor, at most `most`, at which `columns` cells of `w` pixels fit in the width.
const fit = (width, columns, w, most, gap = 4) => Math.max(1, Math.min(most, Math.floor((width - gap * (columns - 1)) / (columns * w))));
const enlarge = (canvas, k) => { canvas.style.width = canvas.width * k + "px"; canvas.style.height = canvas.height * k + "px"; };
// Pointer position in a canvas's own pixels.
const cellAt = (canvas, event) => {
  const box = canvas.getBoundingClientRect();
  return [Math.floor(((event.clientX - box.left) / box.width) * canvas.width), Math.floor(((event.clientY - box.top) / box.height) * canvas.height)];
};
// One call in flight, the newest waits, what came between is dropped.
const latest = (call) => {
  let busy = false, next = null;
  return async function go(...args) {
    if (busy) { next = args; return; }
    busy = true;
    try { await call(...args); } finally { busy = false; }
    if (next) { const args2 = next; next = null; go(...args2); }
  };
};
const offer = (href, name) => { const a = make("a"); a.href = href; a.download = name; a.click(); };
const onResize = (act) => new ResizeObserver(act).observe(element);
