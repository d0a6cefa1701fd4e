import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { anything, load } from "./load.js";

const TEXT = readFileSync(new URL("../../demo/shell.js", import.meta.url), "utf8");

/** The shell's names, with a page on which the selectors of `found` have these nodes, and one has the focus. */
function shell(found = {}, activeElement = null) {
  const within = { querySelectorAll: (selector) => found[selector] || [], querySelector: (selector) => (found[selector] || [])[0] };
  const scope = {
    document: { ...within, activeElement, documentElement: { classList: { add: () => {} }, dataset: {} } }, window: {}, location: { search: "" }, addEventListener: () => {},
    MutationObserver: anything(), URLSearchParams, TextDecoder,
  };
  return new Function(...Object.keys(scope), `${TEXT}\nreturn { arrange, step, readText, stateOf, location };`)(...Object.values(scope));
}

/** The smallest file that looks like a PNG and has our text chunk. */
async function png(about) {
  const { withText } = load("common", { Blob });
  const head = new Uint8Array(45).fill(0); // signature, IHDR, and an end of no length
  head.set([0, 0, 0, 13], 8);
  return new Uint8Array(await withText(head, "latent-atelier", JSON.stringify(about)).arrayBuffer());
}

test("a downloaded PNG tells the state in which it was made, and no other file does", async () => {
  const { readText, stateOf } = shell(), page = "?tab=classes&label=6&seed=42";
  const file = await png({ model: "cvae-mnist", page, note: "ü" });
  assert.equal(JSON.parse(readText(file)).model, "cvae-mnist");
  assert.equal(stateOf(file), "tab=classes&label=6&seed=42");
  assert.equal(stateOf(await png({ model: "cvae-mnist" })), "");
  for (const other of [new Uint8Array(0), new Uint8Array(45), new TextEncoder().encode("no picture, but longer than a head")]) assert.equal(stateOf(other), "");
});

test("of radio buttons, tabs and tools one is the stop: the chosen one, that in focus, or the first that can be pressed", () => {
  const seen = (more) => ({ checkVisibility: () => true, ...more }), within = (items) => ({ querySelectorAll: () => items });
  const radios = [{ name: "radio-1" }, { name: "radio-2" }], tabs = [seen({ ariaSelected: "false" }), seen({ ariaSelected: "true" })];
  const tools = [seen({ disabled: true }), seen({}), seen({})];
  const page = { fieldset: [within(radios)], "[role=tablist]": [within(tabs)], ".atelier:not(.picture_pad, .mask_pad, .pixel_stream) .tools": [within(tools)] };
  shell(page).arrange();
  assert.deepEqual(radios.map(({ name }) => name), ["radio-1", "radio-1"]);
  assert.deepEqual([...tabs, ...tools].map(({ tabIndex }) => tabIndex), [-1, 0, undefined, 0, -1]);
  shell(page, tools[2]).arrange();
  assert.deepEqual(tools.map(({ tabIndex }) => tabIndex), [undefined, -1, 0]);
});

test("an arrow goes to the next of a group and round its end, and opens a tab", () => {
  const told = [], items = [];
  for (const name of ["a", "b"]) {
    items.push({
      matches: (selector) => selector === "[role=tab]", closest: () => ({ querySelectorAll: () => items }), checkVisibility: () => true,
      focus: () => told.push("focus " + name), click: () => told.push("open " + name),
    });
  }
  const { step } = shell(), press = (target, key) => step({ target, key, preventDefault: () => {} });
  press(items[0], "ArrowRight"); press(items[1], "ArrowRight"); press(items[0], "Enter"); press(items[0], "ArrowLeft");
  assert.deepEqual(told, ["focus b", "open b", "focus a", "open a", "focus b", "open b"]);
  assert.deepEqual(items.map(({ tabIndex }) => tabIndex), [-1, 0]);
});
