/**
 * value, sent and sent back: the number of the class; with factors it has their choices as digits, the first the highest.  Event: input.
 * pictures: one a choice, in place of its name; numbers: what each choice's number is, its place in the row if there are none; folded: all but the
 * choice that is made is out of sight until it is asked for.
 * @typedef {{name: string, pixels: Pixels}} Factor  a picture a choice
 * @type {Props<number> & {title: string, names?: string[], factors?: Factor[], pictures?: Pixels | null, numbers?: number[] | null, folded?: boolean}}
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
// The place of a number in the row.
/** @type {(number: number) => number} */
const placeOf = (number) => (props.numbers ? props.numbers.indexOf(number) : number);
let /** @type {HTMLElement} */ chosen = null, /** @type {HTMLCanvasElement} */ face = null; // what is chosen, where its picture alone is in sight
const mark = () => {
  const now = props.factors && props.factors.length ? toDigits(props.value, counts()) : [placeOf(props.value)];
  if (chosen) chosen.textContent = (props.names || [])[now[0]] || "";
  if (face && now[0] >= 0) paint(face, props.pictures, now[0]);
  root.querySelectorAll("button").forEach((b) => b.setAttribute("aria-checked", String(now[+b.dataset.row] === +b.dataset.k)));
  root.querySelectorAll("[role=radiogroup]").forEach((/** @type {Group} */ group) => group.stop(group.querySelector("[aria-checked=true]")));
  const many = /** @type {HTMLSelectElement} */ ($("select"));
  if (many) many.value = String(props.value);
};
// A row of choices: one is in the tab order, arrows move to the others.
/** @type {(name: string, count: number, label: ((k: number) => string) | null, act: (k: number) => void, row: number, parent?: HTMLElement) => Group} */
const choices = (name, count, label, act, row, parent = root) => {
  const group = /** @type {Group & HTMLDivElement} */ (make("div", "choices", parent));
  group.setAttribute("role", "radiogroup"); group.setAttribute("aria-label", name);
  for (let k = 0; k < count; k++) {
    const b = button(label ? label(k) : "", group, () => act(k));
    b.dataset.row = String(row); b.dataset.k = String(k);
    b.setAttribute("role", "radio");
  }
  group.stop = rove(group, "button", { arrive: (next) => next.click() });
  return group;
};
/** @type {(group: Group, pixels: Pixels, called: (k: number) => string) => void} */
const show = (group, pixels, called) => {
  const bytes = toBytes(pixels.data);
  [...group.children].forEach((/** @type {HTMLElement} */ b, k) => {
    b.setAttribute("aria-label", called(k)); b.title = called(k);
    paint(make("canvas", "pixelated", b), pixels, k, bytes);
  });
};
const factors = () => props.factors.forEach((factor, row) => {
  make("span", "note", root, factor.name);
  const group = choices(factor.name, factor.pixels.n, null, (k) => take(withDigit(props.value, counts(), row, k)), row);
  show(group, factor.pixels, (k) => `${factor.name} ${k}`);
});
// A picture a choice; the name of the one that is made stands beside the title.
const pictured = () => {
  const { pictures, names = [], numbers, title, folded } = props, parent = folded ? make("details", "", root) : root;
  const head = folded ? make("summary", "", parent) : root.querySelector("h3");
  if (folded) face = make("canvas", "pixelated", head);
  chosen = make("span", "note", head);
  show(choices(title, pictures.n, null, (k) => take(numbers ? numbers[k] : k), 0, parent), pictures, (k) => names[k] || String(k));
};
const build = () => {
  root.replaceChildren();
  chosen = face = null;
  titled(root, props.title);
  const names = props.names || [], isPictured = !!(props.factors && props.factors.length);
  root.classList.toggle("pictured", isPictured);
  root.classList.toggle("faces", !!props.pictures && !isPictured);
  if (isPictured) factors();
  else if (props.pictures) pictured();
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
watch(["names", "factors", "title", "pictures", "numbers"], build);
