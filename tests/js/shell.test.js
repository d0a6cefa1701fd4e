import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { anything, load } from "./load.js";

const TEXT = readFileSync(new URL("../../demo/shell.js", import.meta.url), "utf8");

/** The shell's names, with a page on which the selectors of `found` have these nodes. */
function shell(found = {}) {
  const within = { querySelectorAll: (selector) => found[selector] || [], querySelector: (selector) => (found[selector] || [])[0] };
  const scope = {
    document: { ...within, documentElement: { classList: { add: () => {} } } }, window: {}, location: { search: "" }, addEventListener: () => {},
    MutationObserver: anything(), URLSearchParams, TextDecoder,
  };
  return new Function(...Object.keys(scope), `${TEXT}\nreturn { arrange, readText, stateOf, location };`)(...Object.values(scope));
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

test("radio buttons of a group have one name, of the tabs the chosen one is the stop", () => {
  const radios = [{ name: "radio-1" }, { name: "radio-2" }], tabs = [{ ariaSelected: "false" }, { ariaSelected: "true" }];
  shell({ fieldset: [{ querySelectorAll: () => radios }], "[role=tab]": tabs }).arrange();
  assert.deepEqual(radios.map(({ name }) => name), ["radio-1", "radio-1"]);
  assert.deepEqual(tabs.map(({ tabIndex }) => tabIndex), [-1, 0]);
});
