import assert from "node:assert/strict";
import { test } from "node:test";
import { anything, load } from "./load.js";

const TASKS = [{ name: "a", text: "First", of: "" }, { name: "b", text: "Second", of: "" }];

/** The script with a page that remembers what it is given: its listener of tasks, and the storage. */
function opened({ acts = true, touched = acts, kept = null, storage, tasks = TASKS, dataset = "mnist" } = {}) {
  const heard = {}, made = [];
  const document = { addEventListener: (kind, act) => { heard[kind] = act; }, createElement: () => {
    const node = { dataset: {}, appendChild: () => {}, setAttribute: () => {}, addEventListener: () => {} };
    made.push(node);
    return node;
  } };
  const localStorage = storage || { getItem: () => kept, setItem: (_, text) => { kept = text; } };
  const radio = { value: dataset }, bench = { querySelector: () => radio, addEventListener: (kind, act) => { heard[kind] = act; } };
  class MutationObserver {
    constructor(act) { heard.changed = act; }
    observe() {}
  }
  const element = { ...anything(), closest: () => bench, firstElementChild: { dataset: {} }, querySelector: () => ({ appendChild: () => {}, classList: { toggle: () => {} } }) };
  const props = { tab: "latent", tasks, text: { count: "{done} of {all}", all: "all done" } };
  load("tasks", { element, props, document, localStorage, MutationObserver, window: { touched }, setTimeout: (act) => { heard.later = act; return 1; }, clearTimeout: () => {} });
  if (acts) heard.pointerdown();
  const [now, count, first, second] = [4, 5, 6, 7].map((k) => made[k]);
  const choose = (name) => { radio.value = name; heard.changed(); };
  return { choose, act: () => heard.keydown(), later: () => heard.later(), tell: (task, by = "answer") => heard.task({ detail: { task, by } }), now, count, items: [first, second], stored: () => JSON.parse(kept) };
}

test("a task that is done is ticked, counted and kept; another tab's is not", () => {
  const { tell, now, count, items, stored } = opened({ kept: '["swap.x"]' });
  assert.equal(now.textContent, "First");
  tell("swap.a");
  assert.equal(count.textContent, "0 of 2");
  tell("latent.a");
  assert.deepEqual([now.textContent, count.textContent, items.map((item) => item.dataset.done)], ["✓ First", "1 of 2", ["yes", ""]]);
  assert.deepEqual(stored(), ["swap.x", "latent.a"]);
});

test("what was done before stays done, and the first that is not is shown", () => {
  assert.equal(opened({ kept: '["latent.a"]' }).now.textContent, "Second");
  const { now, count } = opened({ kept: '["latent.a", "latent.b", "latent.gone"]' });
  assert.deepEqual([now.textContent, count.textContent], ["all done", "2 of 2"]);
});

test("what an address or a data set just chosen shows done, nobody has done", () => {
  const { act, choose, tell, count } = opened({ acts: false });
  tell("latent.a");
  assert.equal(count.textContent, "0 of 2");
  act();
  choose("fashion");
  tell("latent.a");
  assert.equal(count.textContent, "0 of 2");
  act();
  tell("latent.a");
  assert.equal(count.textContent, "1 of 2");
});

test("where there is no storage it ticks all the same", () => {
  const refuse = () => { throw new Error("denied"); };
  const { tell, count } = opened({ storage: { getItem: refuse, setItem: refuse } });
  tell("latent.b");
  assert.equal(count.textContent, "1 of 2");
});

test("of the open tasks the first that the chosen data set can do is shown, and only where there is none another's", () => {
  const tasks = [{ name: "a", text: "Digits", of: "mnist" }, { name: "b", text: "Faces", of: "faces" }];
  const { now, choose } = opened({ tasks, dataset: "faces" });
  assert.equal(now.textContent, "Faces");
  choose("mnist");
  assert.equal(now.textContent, "Digits");
  choose("fashion");
  assert.equal(now.textContent, "Digits");
  assert.equal(opened({ tasks, dataset: "faces", kept: '["latent.b"]' }).now.textContent, "Digits");
});

test("what a hand did counts once anything was touched, what an answer tells once something was done with it", () => {
  const { tell, count } = opened({ acts: false, touched: true });
  tell("latent.a", "answer");
  assert.equal(count.textContent, "0 of 2");
  tell("latent.a", "hand");
  assert.equal(count.textContent, "1 of 2");
  const untouched = opened({ acts: false });
  untouched.tell("latent.a", "hand");
  assert.equal(untouched.count.textContent, "0 of 2");
});

test("of two that are done at once the first is praised, both are counted, and then the next open one is shown", () => {
  const { tell, now, count, later } = opened({ tasks: [...TASKS, { name: "c", text: "Third", of: "" }] });
  tell("latent.b");
  tell("latent.a");
  assert.deepEqual([now.textContent, count.textContent], ["✓ Second", "2 of 3"]);
  later();
  assert.equal(now.textContent, "Third");
});
