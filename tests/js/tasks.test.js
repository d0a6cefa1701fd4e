import assert from "node:assert/strict";
import { test } from "node:test";
import { anything, load } from "./load.js";

const TASKS = [{ name: "a", text: "First" }, { name: "b", text: "Second" }];

/** The script with a page that remembers what it is given: its listener of tasks, and the storage. */
function opened({ touched = true, kept = null, storage } = {}) {
  const heard = {}, made = [];
  const document = { addEventListener: (kind, act) => { heard[kind] = act; }, createElement: () => {
    const node = { dataset: {}, appendChild: () => {}, setAttribute: () => {}, addEventListener: () => {} };
    made.push(node);
    return node;
  } };
  const localStorage = storage || { getItem: () => kept, setItem: (_, text) => { kept = text; } };
  const element = { ...anything(), firstElementChild: { dataset: {} }, querySelector: () => ({ appendChild: () => {}, classList: { toggle: () => {} } }) };
  const props = { tab: "latent", tasks: TASKS, text: { count: "{done} of {all}", all: "all done" } };
  load("tasks", { element, props, document, localStorage, window: { touched }, setTimeout: () => 0, clearTimeout: () => {} });
  const [now, count, first, second] = [4, 5, 6, 7].map((k) => made[k]);
  return { tell: (detail) => heard.task({ detail }), now, count, items: [first, second], stored: () => JSON.parse(kept) };
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

test("what an address shows done, nobody has done", () => {
  const { tell, count } = opened({ touched: false });
  tell("latent.a");
  assert.equal(count.textContent, "0 of 2");
});

test("where there is no storage it ticks all the same", () => {
  const refuse = () => { throw new Error("denied"); };
  const { tell, count } = opened({ storage: { getItem: refuse, setItem: refuse } });
  tell("latent.b");
  assert.equal(count.textContent, "1 of 2");
});
