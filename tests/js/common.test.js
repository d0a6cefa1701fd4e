import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { load, node } from "./load.js";

const { toBytes, toBase64, only, CLASS_COLOURS, paint, fit, enlarge, limit, cellAt, gesture, pointInto, rove, latest, ascii, crc, withText, spellAbout } = load("common");

const pixels = (n, h, w, c) => ({ n, h, w, c, data: toBase64(Uint8Array.from({ length: n * h * w * c }, (_, i) => i)) });
/** A canvas that keeps what was put on it. */
const canvas = (width = 0, height = 0, box = {}) =>
  node({
    width, height, style: {}, classList: { add() {} }, getBoundingClientRect: () => box,
    getContext() { return { putImageData: (image) => { this.image = image; } }; },
  });

test("bytes travel as base64 and back", () => {
  assert.deepEqual([...toBytes("AAF//w==")], [0, 1, 127, 255]);
  assert.equal(toBase64(Uint8Array.of(0, 1, 127, 255)), "AAF//w==");
  const many = Uint8Array.from({ length: 20000 }, (_, i) => (i * 7) % 256);
  assert.equal(toBase64(many), Buffer.from(many).toString("base64"));
  assert.deepEqual(toBytes(toBase64(many)), many);
});

test("one picture of several is cut out with all its channels", () => {
  const { data, ...rest } = only(pixels(3, 2, 2, 3), 1);
  assert.deepEqual(rest, { n: 1, h: 2, w: 2, c: 3 });
  assert.deepEqual([...toBytes(data)], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  assert.deepEqual(only(pixels(3, 1, 2, 1), 2), { n: 1, h: 1, w: 2, c: 1, data: toBase64(Uint8Array.of(4, 5)) });
});

test("a grey picture is painted with equal colours and no transparency", () => {
  const on = canvas();
  paint(on, pixels(2, 1, 2, 1), 1);
  assert.deepEqual([on.width, on.height], [2, 1]);
  assert.deepEqual([...on.image.data], [2, 2, 2, 255, 3, 3, 3, 255]);
});

test("a colour picture keeps the order of its channels", () => {
  const on = canvas();
  paint(on, pixels(2, 2, 1, 3), 1);
  assert.deepEqual([on.width, on.height], [1, 2]);
  assert.deepEqual([...on.image.data], [6, 7, 8, 255, 9, 10, 11, 255]);
});

test("the ten class colours are Petroff's, in his order", () => {
  assert.equal(CLASS_COLOURS.join(" "), "#3f90da #ffa90e #bd1f01 #94a4a2 #832db6 #a96b59 #e76300 #b9ac70 #717581 #92dadd");
});

test("cells are enlarged by the largest whole factor that leaves room for the gaps", () => {
  assert.equal(fit(100, 1, 28, 9), 3);
  assert.equal(fit(2 * 56 + 4, 2, 28, 9), 2);
  assert.equal(fit(2 * 56 + 3, 2, 28, 9), 1);
  assert.equal(fit(2 * 56 + 10, 2, 28, 9, 10), 2);
  assert.equal(fit(1000, 1, 28, 4), 4);
  assert.equal(fit(10, 3, 28, 4), 1);
});

test("where a pixel has several dots, cells are enlarged by a whole number of dots", () => {
  const { fit } = load("common", { devicePixelRatio: 3 });
  assert.equal(fit(370, 7, 28, 3, 3), 5 / 3);
  assert.equal(fit(370, 3, 28, 16, 3), 13 / 3);
  assert.equal(fit(20, 3, 28, 16), 1);
});

test("a canvas is enlarged by its own width and height", () => {
  const on = canvas(3, 5);
  enlarge(on, 4);
  assert.deepEqual(on.style, { width: "12px", height: "20px" });
});

test("a number is kept between its bounds, 0 and 1 if none are named", () => {
  assert.deepEqual([-1, 0.5, 2].map((v) => limit(v)), [0, 0.5, 1]);
  assert.deepEqual([-9, 3, 9].map((v) => limit(v, -2, 4)), [-2, 3, 4]);
});

test("a place in the window is told in the canvas's own pixels", () => {
  const on = canvas(4, 8, { left: 10, top: 20, width: 40, height: 160 });
  assert.deepEqual(cellAt(on, { clientX: 10, clientY: 20 }), [0, 0]);
  assert.deepEqual(cellAt(on, { clientX: 39, clientY: 139 }), [2, 5]);
  assert.deepEqual(cellAt(on, { clientX: 9, clientY: 180 }), [-1, 8]);
});

test("pointing beside a picture looks at nothing", () => {
  const on = canvas(2, 3, { left: 0, top: 0, width: 20, height: 30 }), seen = [];
  pointInto(on, (x, y) => seen.push([x, y]));
  for (const [clientX, clientY] of [[5, 25], [-1, 5], [5, -1], [20, 5], [5, 30], [19, 0]]) on.fire("pointermove", { clientX, clientY });
  on.fire("click", { clientX: 15, clientY: 5 });
  assert.deepEqual(seen, [[0, 2], [1, 0], [1, 0]]);
});

/** A node under a gesture, and what the gesture has told so far. */
const handled = () => {
  const told = [], tell = (name) => (event) => told.push(name + (event ? event.pointerId : "")), on = node();
  load("common").gesture(on, { begin: tell("begin"), move: tell("move"), end: tell("end"), cancel: tell("cancel") });
  return { told, fire: (kind, pointerId, pointerType = "touch") => on.fire("pointer" + kind, { pointerId, pointerType }) };
};

test("a gesture is one finger's, from down to up", () => {
  const { told, fire } = handled();
  fire("move", 1); fire("down", 1); fire("move", 1); fire("down", 2); fire("move", 2); fire("up", 2); fire("up", 1); fire("move", 1);
  assert.deepEqual(told, ["begin1", "move1", "end1"]);
  fire("down", 2); fire("up", 2);
  assert.deepEqual(told.slice(3), ["begin2", "end2"]);
});

test("a pen takes over from a finger, a finger not from a pen", () => {
  const { told, fire } = handled();
  fire("down", 1); fire("down", 2, "pen"); fire("move", 1); fire("down", 3); fire("up", 2, "pen");
  assert.deepEqual(told, ["begin1", "cancel", "begin2", "end2"]);
});

test("a pointer that is taken away cancels its gesture and no other", () => {
  const { told, fire } = handled();
  fire("down", 1); fire("cancel", 2); fire("cancel", 1); fire("up", 1);
  assert.deepEqual(told, ["begin1", "cancel1"]);
});

test("one widget has one gesture at a time, on whichever of its parts", () => {
  const one = node(), other = node(), told = [], acts = { begin: (e) => told.push(e.pointerId), move() {}, end() {}, cancel() {} };
  gesture(one, acts); gesture(other, acts);
  one.fire("pointerdown", { pointerId: 1, pointerType: "mouse" });
  other.fire("pointerdown", { pointerId: 2, pointerType: "touch" });
  one.isConnected = false; // the part was taken off the page meanwhile
  other.fire("pointerdown", { pointerId: 3, pointerType: "touch" });
  assert.deepEqual(told, [1, 3]);
});

/** Seven items in a group; the key goes to the item it is told, the answer is where the focus went. */
const group = (how) => {
  const focused = [], items = Array.from({ length: 7 }, (_, k) => ({ focus: () => focused.push(k), matches: () => true }));
  const on = node({ querySelectorAll: () => items });
  rove(on, "button", how);
  const press = (key, k) => { const event = on.fire("keydown", { key, target: items[k] }); return [focused.pop(), event.defaultPrevented]; };
  return { press, on, items, stops: () => items.flatMap((item, k) => (item.tabIndex === 0 ? [k] : [])) };
};

test("arrows go round a row of items, Home and End to its ends", () => {
  const { press } = group();
  assert.deepEqual(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].map((key) => press(key, 3)[0]), [2, 4, 2, 4, 0, 6]);
  assert.deepEqual([press("ArrowRight", 6)[0], press("ArrowLeft", 0)[0]], [0, 6]);
  assert.deepEqual(press("Tab", 3), [undefined, false]);
  assert.equal(press("ArrowLeft", 3)[1], true);
});

test("in several columns up and down keep the column, and an edge is an edge", () => {
  const { press } = group({ columns: () => 3 });
  assert.deepEqual([press("ArrowDown", 1)[0], press("ArrowUp", 5)[0], press("ArrowRight", 1)[0]], [4, 2, 2]);
  assert.deepEqual([press("ArrowUp", 1)[0], press("ArrowDown", 5)[0], press("ArrowRight", 6)[0]], [undefined, undefined, undefined]);
});

test("a group has one tab stop: its first item, and then the one that was gone to", () => {
  const arrived = [], { press, stops, on, items } = group({ arrive: (item) => arrived.push(item) });
  assert.deepEqual(stops(), [0]);
  press("ArrowLeft", 4);
  assert.deepEqual(stops(), [3]);
  assert.deepEqual(arrived, [items[3]]);
  on.fire("focusin", { target: items[5] });
  assert.deepEqual(stops(), [5]);
});

test("one call is in flight, the newest waits, what came between is dropped", async () => {
  const called = [], doors = [], go = latest((k) => { called.push(k); return new Promise((open) => doors.push(open)); });
  const first = go(1);
  go(2); go(3);
  assert.deepEqual(called, [1]);
  doors[0]();
  await first;
  assert.deepEqual(called, [1, 3]);
  doors[1]();
  await new Promise(setImmediate);
  go(4);
  assert.deepEqual(called, [1, 3, 4]);
});

test("a call that fails lets the next one through", async () => {
  const called = [], go = latest(async (k) => { called.push(k); if (k === 1) throw new Error("no"); });
  await assert.rejects(go(1));
  await go(2);
  assert.deepEqual(called, [1, 2]);
});

test("an answer to an older question is put back, a newer one stays", () => {
  const props = { value: { about: { model: "a" } } }, element = { firstElementChild: { dataset: {} } };
  const { sign } = load("common", { props, element, window: { asks: { swap: 5 } } });
  const kept = props.value, newer = { ask: { of: "swap", n: 5 }, about: { model: "b" } };
  props.value = { ask: { of: "swap", n: 4 }, about: { model: "old" } };
  sign();
  assert.equal(props.value, kept);
  assert.equal(element.firstElementChild.dataset.model, "a");
  props.value = newer;
  sign();
  assert.equal(props.value, newer);
  assert.equal(element.firstElementChild.dataset.model, "b");
  props.value = { about: { models: ["a", "b"] } };
  sign();
  assert.equal(element.firstElementChild.dataset.model, "a b");
  props.value = { ask: { of: "pixel", n: 1 } }; // another tab has asked nothing yet
  sign();
  assert.equal(element.firstElementChild.dataset.model, "");
});

test("a word that is not translated is its own key", () => {
  const { t } = load("common", { props: { text: { play: "Abspielen" } } });
  assert.deepEqual([t("play"), t("stop")], ["Abspielen", "stop"]);
});

test("a button's name holds the words that are seen on it", () => {
  const made = () => node({ attributes: {}, setAttribute(key, value) { this.attributes[key] = value; } });
  const { button } = load("common", { document: { createElement: made } });
  const named = (label, title) => button(label, null, () => {}, title).attributes["aria-label"];
  assert.deepEqual([named("▶", "Play or pause"), named("PNG", "Save the pictures"), named("Undo", "Undo a stroke")],
    ["Play or pause", "PNG: Save the pictures", "Undo a stroke"]);
  assert.equal(named("Upload"), undefined);
  assert.equal(named("−1", "One pixel back"), "−1: One pixel back");
});

test("text is put into a PNG as ASCII, as JSON reads it back", () => {
  assert.equal(ascii("a β 文"), "a \\u03b2 \\u6587");
  assert.equal(ascii("~\u007f"), "~\\u007f");
  assert.equal(JSON.parse(`"${ascii("é 🙂")}"`), "é 🙂");
});

test("the checksum is the one of PNG", () => {
  const bytes = new TextEncoder().encode("123456789");
  assert.equal(crc(bytes) >>> 0, 0xcbf43926);
  assert.equal(crc(Uint8Array.of(0, 255, 128)) >>> 0, crc32(Uint8Array.of(0, 255, 128)));
});

test("a text chunk stands behind a PNG's header, with its length and its checksum", async () => {
  const png = Uint8Array.from({ length: 50 }, (_, i) => i), blob = withText(png, "key", "text");
  const made = Buffer.from(await blob.arrayBuffer()), body = made.subarray(37, 37 + 4 + 8);
  assert.equal(blob.type, "image/png");
  assert.deepEqual(made.subarray(0, 33), Buffer.from(png.subarray(0, 33)));
  assert.equal(made.readUInt32BE(33), 8);
  assert.equal(body.toString("latin1"), "tEXtkey\0text");
  assert.equal(made.readUInt32BE(49), crc32(body));
  assert.deepEqual(made.subarray(53), Buffer.from(png.subarray(33)));
});

test("a poster has its pictures in columns, heads over them, names beside them and captions below", () => {
  const tiles = [], words = [];
  const ctx = { fillRect() {}, putImageData() {}, drawImage: (_, ...at) => tiles.push(at), fillText: (text, x, y) => words.push([text, x, y]) };
  const { poster } = load("common", { document: { createElement: () => ({ getContext: () => ctx }) } });
  const sheet = { title: "T", pixels: pixels(3, 28, 28, 1), columns: 2, captions: ["a", "b", "c"], head: ["left", "right"], rows: ["up", "down"] };
  const { width, height } = poster(sheet), [x0, y0, side] = [16 + 150, 16 + 30 + 22, 112];
  assert.deepEqual(tiles, [[x0, y0, side, side], [x0 + 120, y0, side, side], [x0, y0 + 142, side, side]]);
  assert.deepEqual([width, height], [480, y0 + 2 * 142 - 8 + 16]);
  const at = Object.fromEntries(words.map(([text, ...place]) => [text, place]));
  assert.deepEqual([at.left, at.right], [[x0 + 56, y0 - 22], [x0 + 176, y0 - 22]]);
  assert.deepEqual([at.a, at.c], [[x0 + 56, y0 + side + 4], [x0 + 56, y0 + 142 + side + 4]]);
  assert.deepEqual([at.up, at.down].map(([x, y]) => [x, y]), [[x0 - 8, y0 + 48], [x0 - 8, y0 + 142 + 48]]);
});

test("a task that is done is told to the page, also where the server's answer finds it done", () => {
  const told = [], element = { firstElementChild: { dataset: {} }, dispatchEvent: (event) => told.push([event.type, event.detail, event.bubbles]) };
  const { finish } = load("common", { element, props: { value: { done: ["a.b", "a.c"] } } });
  finish("a.d");
  assert.deepEqual(told, [["a.b", "answer"], ["a.c", "answer"], ["a.d", "hand"]].map(([task, by]) => ["task", { task, by }, true]));
});

test("every script runs as the page runs it, behind common.js and with none of its names again", () => {
  const scripts = readdirSync(new URL("../../demo/widgets", import.meta.url)).filter((name) => name.endsWith(".js"));
  assert.ok(scripts.length > 10);
  for (const name of scripts) load(name.slice(0, -3), { props: { value: 0, names: [], tasks: [] } });
});

test("what a PNG tells holds no visitor's own model's name, wherever it stands", () => {
  const about = { model: "mine-0123456789abcdef", models: ["cvae-mnist", "mine-0123456789abcdef"], label: 3, page: "?tab=classes&model=" };
  assert.deepEqual(JSON.parse(spellAbout(about)), { model: "", models: ["cvae-mnist", ""], label: 3, page: "?tab=classes&model=" });
});
