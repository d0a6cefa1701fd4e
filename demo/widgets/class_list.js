/**
 * value, sent by the server; the names come back in it.
 * @typedef {{name: string, count: number, note?: string}} Row
 * @typedef {{title?: string, rows?: Row[], warnings?: string[], left?: {why: string, files: string[]}[], fixed?: boolean}} Value
 * @type {Props<Value>}
 */
var props;
const SHOWN = 12; // files of one reason that are named
// What was left out for one reason, in a line: the first few files, and how many more there are.
/** @type {(files: string[]) => string} */
const listed = (files) => files.slice(0, SHOWN).join(", ") + (files.length > SHOWN ? " …" : "");
/** @type {(row: Row, k: number, fixed: boolean, parent: Element) => void} */
const addRow = (row, k, fixed, parent) => {
  const line = make("li", "", parent);
  if (fixed) make("span", "name", line, row.name);
  else {
    const field = make("input", "name", line);
    Object.assign(field, { type: "text", value: row.name, maxLength: 60 });
    field.setAttribute("aria-label", t("name"));
    field.addEventListener("change", () => {
      const other = props.value.rows.find((one, i) => i !== k && one.name === field.value.trim());
      if (other && !window.confirm(t("together").replace("{a}", row.name).replace("{b}", other.name))) { field.value = row.name; return; } // two of one name are one class
      const rows = props.value.rows.map((one, i) => (i === k ? { ...one, name: field.value } : one));
      props.value = { ...props.value, rows };
      trigger("input");
    });
  }
  make("span", "count", line, row.count);
  make("span", "note", line, row.note || "");
};
const draw = () => {
  const root = $(".class_list"), value = props.value || {};
  const focus = /** @type {HTMLElement} */ (document.activeElement), at = [...root.querySelectorAll("input")].indexOf(/** @type {any} */ (focus));
  root.replaceChildren();
  if (value.rows?.length) {
    titled(root, value.title || "");
    const list = make("ul", "", root);
    value.rows.forEach((row, k) => addRow(row, k, value.fixed, list));
  }
  for (const text of value.warnings || []) make("p", "warn", root, text);
  if (value.left && value.left.length) {
    const more = make("details", "", root);
    more.open = !value.rows?.length; // then it is all there is to be said
    const count = value.left.reduce((n, { files }) => n + files.length, 0);
    make("summary", "", more, t("left").replace("{n}", String(count)));
    for (const { why, files } of value.left) { const line = make("p", "", more); make("b", "", line, why + " "); line.append(listed(files)); }
  }
  root.querySelectorAll("input")[at]?.focus();
};
draw();
watch("value", draw);
