// value: the class; props: title, names, factors = [{name, pixels}].  Event: input.
const root = $(".class_picker");
const digits = () => {
  let rest = props.value;
  return props.factors.map((f) => f.pixels.n).reduceRight((found, n) => { found.unshift(rest % n); rest = Math.floor(rest / n); return found; }, []);
};
const take = (value) => { if (value === props.value) return; props.value = value; mark(); trigger("input"); };
const mark = () => {
  const now = props.factors && props.factors.length ? digits() : [props.value];
  root.querySelectorAll("button").forEach((b) => b.setAttribute("aria-checked", String(now[+b.dataset.row] === +b.dataset.k)));
  root.querySelectorAll("[role=radiogroup]").forEach((group) => group.stop(group.querySelector("[aria-checked=true]")));
  const many = $("select");
  if (many) many.value = String(props.value);
};
// A row of choices: one is in the tab order, arrows move to the others.
const choices = (name, count, label, act, row) => {
  const group = make("div", "choices", root);
  group.setAttribute("role", "radiogroup"); group.setAttribute("aria-label", name);
  for (let k = 0; k < count; k++) {
    const b = button(label ? label(k) : "", group, () => act(k));
    b.dataset.row = row; b.dataset.k = k;
    b.setAttribute("role", "radio");
  }
  group.stop = rove(group, "button", { arrive: (next) => next.click() });
  return group;
};
const factors = () => props.factors.forEach((factor, row) => {
  make("span", "note", root, factor.name);
  const n = factor.pixels.n, bytes = toBytes(factor.pixels.data);
  const group = choices(factor.name, n, null, (k) => {
    const own = props.factors.slice(row + 1).reduce((a, f) => a * f.pixels.n, 1);
    take(props.value + (k - digits()[row]) * own);
  }, row);
  [...group.children].forEach((b, k) => {
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
    names.forEach((name, k) => { make("option", "", many, name).value = k; });
    many.addEventListener("change", () => take(+many.value));
  }
  mark();
};
build();
watch("value", mark);
watch(["names", "factors", "title"], build);
