// A widget's script as the page runs it: common.js and its own, one after the other, the body of one function.
import { existsSync, readFileSync } from "node:fs";

const file = (name) => new URL(`../../demo/widgets/${name}`, import.meta.url);
const read = (name) => readFileSync(file(`${name}.js`), "utf8");
// The scripts that a widget's own is read after, as its Python file names them.
const parts = (name) => {
  const named = existsSync(file(`${name}.py`)) ? readFileSync(file(`${name}.py`), "utf8").match(/^ +parts = \(([^)]*)\)$/m) : null;
  return named ? [...named[1].matchAll(/"(\w+)"/g)].map(([, part]) => part) : [];
};
const NAMES = /^(?:const|let) (\w+|\$) =/gm;

/** What stands for a part of the page: it answers everything with another such part, and keeps what it is given. */
export const anything = () => {
  const kept = new Map([
    ["then", undefined], // no promise
    [Symbol.iterator, [][Symbol.iterator].bind([])],
    [Symbol.toPrimitive, () => ""],
  ]);
  return new Proxy(function () {}, {
    get: (_, key) => (kept.has(key) ? kept : kept.set(key, anything())).get(key),
    set: (_, key, value) => kept.set(key, value),
    apply: anything,
    construct: anything,
  });
};

class ImageData {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
}

const page = () => ({
  document: anything(), window: { addEventListener: () => {}, innerHeight: 800, screen: { height: 1080 } }, ImageData, navigator: anything(), location: { search: "" },
  devicePixelRatio: 1, requestAnimationFrame: () => 0, cancelAnimationFrame: () => {},
  getComputedStyle: anything(), IntersectionObserver: anything(), ResizeObserver: anything(), MutationObserver: anything(),
});

/** All that a script and its parts declare at their top, by name.  given: the widget's own props, server, trigger, watch and element, or parts of the page. */
export function load(name, given = {}) {
  const scope = { element: anything(), trigger: () => {}, props: {}, server: anything(), upload: anything(), watch: () => {}, ...page(), ...given };
  const text = read("common") + (name === "common" ? "" : [...parts(name), name].map(read).join(""));
  const declared = [...text.matchAll(NAMES)].map(([, name]) => name);
  return new Function(...Object.keys(scope), `${text}\nreturn { ${declared.join(", ")} };`)(...Object.values(scope));
}

/** A node that can be listened to; fire("keydown", {key: "Home"}) returns the event that it was told. */
export function node(parts = {}) {
  const made = Object.assign(new EventTarget(), { isConnected: true, setPointerCapture: () => {} }, parts);
  made.fire = (kind, more = {}) => {
    const event = Object.defineProperties(new Event(kind, { cancelable: true }), Object.getOwnPropertyDescriptors(more));
    made.dispatchEvent(event);
    return event;
  };
  return made;
}
