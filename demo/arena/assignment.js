// The cheapest one-to-one assignment, exactly: shortest augmenting paths with potentials (Jonker and Volgenant, 1987).

/** n × n costs, row by row → for each row its column.
 * @type {(costs: Float64Array, n: number) => Int32Array} */
const assign = (costs, n) => {
  const rowOf = new Int32Array(n).fill(-1), columnOf = new Int32Array(n).fill(-1), u = new Float64Array(n), v = new Float64Array(n);
  reduceColumns(costs, n, v, rowOf, columnOf);
  const free = Array.from(columnOf.keys()).filter((row) => columnOf[row] < 0);
  for (const row of free) u[row] = leastReduced(costs, n, row, v);
  for (const row of columnOf.keys()) if (columnOf[row] >= 0) u[row] = costs[row * n + columnOf[row]] - v[columnOf[row]];
  const path = { least: new Float64Array(n), before: new Int32Array(n), done: new Uint8Array(n) };
  for (const row of free) augment(costs, n, row, u, v, rowOf, columnOf, path);
  return columnOf;
};

/** Every column to its cheapest row, where that row is still free: most of a solution, at once.
 * @type {(costs: Float64Array, n: number, v: Float64Array, rowOf: Int32Array, columnOf: Int32Array) => void} */
const reduceColumns = (costs, n, v, rowOf, columnOf) => {
  for (let j = 0; j < n; j++) {
    let row = 0;
    for (let i = 1; i < n; i++) if (costs[i * n + j] < costs[row * n + j]) row = i;
    v[j] = costs[row * n + j];
    if (columnOf[row] < 0) { columnOf[row] = j; rowOf[j] = row; }
  }
};

/** @type {(costs: Float64Array, n: number, row: number, v: Float64Array) => number} */
const leastReduced = (costs, n, row, v) => {
  let least = Infinity;
  for (let j = 0; j < n; j++) least = Math.min(least, costs[row * n + j] - v[j]);
  return least;
};

/** Dijkstra's shortest path, by reduced costs, from a free row to a free column; along it the assignment is turned over.
 * @type {(costs: Float64Array, n: number, start: number, u: Float64Array, v: Float64Array, rowOf: Int32Array, columnOf: Int32Array,
 *         path: {least: Float64Array, before: Int32Array, done: Uint8Array}) => void} */
const augment = (costs, n, start, u, v, rowOf, columnOf, { least, before, done }) => {
  least.fill(Infinity); done.fill(0);
  let row = start, reach = 0, /** @type {number} */ column;
  for (;;) {
    let next = -1;
    for (let j = 0, k = row * n; j < n; j++, k++) {
      if (done[j]) continue;
      const through = reach + costs[k] - u[row] - v[j];
      if (through < least[j]) { least[j] = through; before[j] = row; }
      if (next < 0 || least[j] < least[next]) next = j;
    }
    column = next; reach = least[column]; done[column] = 1;
    if (rowOf[column] < 0) break;
    row = rowOf[column];
  }
  u[start] += reach;
  for (let j = 0; j < n; j++) {
    if (!done[j] || j === column) continue;
    u[rowOf[j]] += reach - least[j]; v[j] -= reach - least[j];
  }
  while (column >= 0) {
    const /** @type {number} */ from = before[column], old = columnOf[from];
    rowOf[column] = from; columnOf[from] = column;
    column = from === start ? -1 : old;
  }
};
