/**
 * value, sent and never sent back: the best of a column is bold, what was not measured is a dash.
 * @typedef {{key: string, title: string, less?: boolean}} Column  less: smaller is better
 * @typedef {{name: string, title?: string, figures: Record<string, number>}} Row
 * finds: tasks that are done by sorting by such columns, one after the other.
 * @type {Props<{columns: Column[], rows: Row[], finds?: Record<string, string[]>}>}
 */
var props;
let /** @type {string | null} */ by = null, down = false;
const /** @type {string[]} */ sortedBy = [];
/** @type {(v?: number) => string} */
const shown = (v) => (v === undefined ? "–" : Math.abs(v) >= 100 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1) : v.toFixed(3));
// By a column, by the name ("") or as they came (null); what was not measured stands last either way.
/** @type {(rows: Row[], by: string | null, down: boolean) => Row[]} */
const sorted = (rows, by, down) => {
  if (by === null) return rows;
  const worst = down ? -Infinity : Infinity, of = (/** @type {Row} */ row) => (by === "" ? row.title || row.name : row.figures[by] ?? worst);
  return [...rows].sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0) * (down ? -1 : 1));
};
/** @type {(rows: Row[], column: Column) => number} */
const bestOf = (rows, { key, less }) => {
  const known = rows.map((row) => row.figures[key]).filter((v) => v !== undefined);
  return less ? Math.min(...known) : Math.max(...known);
};
// What was sorted by such columns in turn, others or the same again perhaps in between.
/** @type {(finds: Record<string, string[]> | undefined, keys: string[]) => string[]} */
const found = (finds, keys) => Object.entries(finds || {}).filter(([, wanted]) => keys.reduce((at, key) => at + (key === wanted[at] ? 1 : 0), 0) >= wanted.length).map(([task]) => task);
const draw = () => {
  const value = props.value, root = $(".figure_table");
  if (!value || !value.rows) return;
  const held = document.activeElement && /** @type {HTMLElement} */ (document.activeElement).dataset.key;
  root.replaceChildren();
  const table = make("table", "", make("div", "scroll", root)), head = make("tr", "", make("thead", "", table)), body = make("tbody", "", table);
  for (const { key, title, less } of [{ key: "", title: t("model"), less: true }, ...value.columns]) {
    const cell = make("th", "", head);
    cell.setAttribute("aria-sort", by !== key ? "none" : down ? "descending" : "ascending");
    const sort = button(title, cell, () => {
      down = by === key ? !down : !less; by = key; draw();
      sortedBy.push(key); found(value.finds, sortedBy).forEach((task) => finish(task));
    });
    sort.dataset.key = key || "name";
    if (key) sort.title = key; // as evaluate and the API call it
    if (held === sort.dataset.key) sort.focus();
  }
  const best = Object.fromEntries(value.columns.map((column) => [column.key, bestOf(value.rows, column)]));
  for (const row of sorted(value.rows, by, down)) {
    const line = make("tr", "", body);
    make("th", "", line, row.title || row.name).title = row.name;
    for (const { key } of value.columns) make("td", row.figures[key] === best[key] ? "best" : "", line, shown(row.figures[key]));
  }
};
draw();
watch("value", draw);
