/**
 * value, sent and sent back: the number of the class; with factors it has their choices as digits, the first the highest.  Event: input.
 * @typedef {{name: string, pixels: Pixels}} Factor  a picture a choice
 * @type {Props<number> & {title: string, names?: string[], factors?: Factor[]}}
 */
var props;
const root = $(".class_picker");
/** The digits of a number, each with its own count of values.  @type {(number: number, counts: number[]) => number[]} */
const toDigits = (number, counts) => counts.reduceRight((found, n) => { found.unshift(number % n); number = Math.floor(number / n); return found; }, []);
/** The number with another digit in one place.  @type {(number: number, counts: number[], place: number, digit: number) => number} */
const withDigit = (number, counts, place, digit) =>
  number + (digit - toDigits(number, counts)[place]) * counts.slice(place + 1).reduce((a, n) => a * n, 1);
const counts = () => props.factors.map((f) => f.pixels.n);
/** @type {(value: number) => void} */
const take = (value) => { if (value === props.value) return; props.value = value; mark(); trigger("input"); };
const mark = () => {
  const now = props.factors && props.factors.length ? toDigits(props.value, counts()) : [props.value];
  root.querySelectorAll("button").forEach((b) => b.setAttribute("aria-checked", String(now[+b.dataset.row] === +b.dataset.k)));
  root.querySelectorAll("[role=radiogroup]").forEach((/** @type {Group} */ group) => group.stop(group.querySelector("[aria-checked=true]")));
  const many = /** @type {HTMLSelectElement} */ ($("select"));
  if (many) many.value = String(props.value);
};
// A row of choices: one is in the tab order, arrows move to the others.
/** @type {(name: string, count: number, label: ((k: number) => string) | null, act: (k: number) => void, row: number) => Group} */
const choices = (name, count, label, act, row) => {
  const group = /** @type {Group & HTMLDivElement} */ (make("div", "choices", root));
  group.setAttribute("role", "radiogroup"); group.setAttribute("aria-label", name);
  for (let k = 0; k < count; k++) {
    const b = button(label ? label(k) : "", group, () => act(k));
    b.dataset.row = String(row); b.dataset.k = String(k);
    b.setAttribute("role", "radio");
  }
  group.stop = rove(group, "button", { arrive: (next) => next.click() });
  return group;
};
const factors = () => props.factors.forEach((factor, row) => {
  make("span", "note", root, factor.name);
  const n = factor.pixels.n, bytes = toBytes(factor.pixels.data);
  const group = choices(factor.name, n, null, (k) => take(withDigit(props.value, counts(), row, k)), row);
  [...group.children].forEach((/** @type {HTMLElement} */ b, k) => {
    b.setAttribute("aria-label", `${factor.name} ${k}`); b.title = `${factor.name} ${k}`;
    paint(make("canvas", "pixelated", b), factor.pixels, k, bytes);
  });
});
const build = () => {
  root.replaceChildren();
  titled(root, props.title);
  const names = props.names || [];
  root.classList.toggle("pictured", !!(props.factors && props.factors.length));
  if (props.factors && props.factors.length) factors();
  else if (names.length <= 16) choices(props.title, names.length, (k) => names[k], take, 0);
  else {
    const many = make("select", "", root);
    many.setAttribute("aria-label", props.title);
    names.forEach((name, k) => { make("option", "", many, name).value = String(k); });
    many.addEventListener("change", () => take(+many.value));
  }
  mark();
};
build();
watch("value", mark);
watch(["names", "factors", "title"], build);
