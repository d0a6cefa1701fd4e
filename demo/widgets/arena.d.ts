// The names that the arena's scripts share: they are read one after the other, as one function.  For the type checker alone.

/** What the tab's controls hold, by name; null and "" leave a setting to the rule. */
interface ArenaState {
  dataset: DataName; rule: RuleName; beside: RuleName[]; seed: number | null; lesson: string; step: number;
  /** A drawing: the base64 of two bytes a point. */
  points: string;
  /** What stands in the address besides the controls. */
  state?: Record<string, string>;
  [setting: string]: any;
}
type ArenaHistory = Record<string, Float32Array>;
type ArenaFrame = Partial<Omit<Frame, "metrics">> & { step: number; metrics: Partial<Frame["metrics"]> };
interface ArenaLesson {
  name: string; steps?: number; choices: string[]; games?: Partial<Settings>[]; contrast?: Partial<Settings>[]; computation?: boolean; fixed?: boolean;
  outcome(histories: any): Record<string, any>; judge(outcome: any): string;
}
interface ArenaEngine {
  SPAN: number; LESSONS: ArenaLesson[];
  complete(settings: Partial<Settings>): Settings; check(settings: Settings): Trouble | null; modesOf(settings: Settings): number[][] | null;
}
/** What is on the stage: how panel i is painted and its figure said, what play and its kin do, what the worker's answers do. */
interface ArenaStage {
  paint(i: number): void; figure(i: number): string; rate?(): number; where?(): string; told?(): any; tasks?(): string[]; over(): boolean; moving?: boolean; foretold?(): void;
  play(until: number, speed: number): void; halt(): void; step(which: TurnName): void; seek(at: number, stays?: boolean): void;
  heard: Record<string, (message: any) => void>;
}
interface ArenaColours { real: string; fake: string; ink: string; ground: string; rule: string; quiet: string; ramp: Uint32Array }
interface ArenaPanel { title: string; canvas: HTMLCanvasElement; stat: HTMLElement }
interface ArenaBar { play: HTMLButtonElement; range: HTMLInputElement; where: HTMLElement; speed: HTMLSelectElement; steps: HTMLButtonElement[] }
interface ArenaActs {
  play(): void; step(which: TurnName): void; seek(at: number, stays?: boolean): void; settle(): void; pace(pace: number): void; restart(): void; save(): void; clear(): void;
}
interface ArenaTheory { y: number; label: string }
interface ArenaChart { key: string; metrics: string[]; theory: ArenaTheory[]; range?: number[]; log?: boolean }
interface ArenaShownChart extends ArenaChart { canvas: HTMLCanvasElement; values: HTMLElement[]; axes: ArenaAxes | null }
interface ArenaLine { x: ArrayLike<number>; y: Iterable<number> & ArrayLike<number>; colour: string; dashed?: boolean }
interface ArenaAxes { toX(v: number): number; toY(v: number): number; left: number; right: number; top: number; bottom: number }
interface ArenaPath { simultaneous: Float32Array; alternating: Float32Array }
interface ArenaApart { theta: number; done: boolean; js: number; w: number; trainedJS: number; trainedW: number; D: Float32Array; critic: Float32Array }
interface ArenaHistogram { low: number; high: number; counts: Uint32Array }
type ArenaShown = Record<string, boolean>;

declare const PLANE: number;
declare const NUMBERS: string[];
declare const MOST_POINTS: number;
declare const DIRAC: { type: string; steps: number };
declare const DIRAC_RULES: RuleName[];
declare const TITLES: Record<string, string[]>;
declare function rgb(hex: string): number[];
declare function ramp(low: number[], middle: number[], high: number[]): Uint32Array;
declare function readColours(node: Element): ArenaColours;
declare function levelLine(values: ArrayLike<number>, side: number, level: number): number[];
declare function levels(range: number[]): number[];
declare function toPixel(x: number, y: number, side: number): Pair;
declare function fromPixel(x: number, y: number, side: number): Pair;
declare function arrowLength(gradient: number): number;
declare function drawHeat(ctx: CanvasRenderingContext2D, side: number, heat: ArrayLike<number>, range: number[], colours: ArenaColours): void;
declare function drawLevels(ctx: CanvasRenderingContext2D, side: number, values: ArrayLike<number>, wanted: number[]): void;
declare function drawPoints(ctx: CanvasRenderingContext2D, side: number, points: ArrayLike<number>, radius: number, colour: string, halo?: string): void;
declare function drawArrows(ctx: CanvasRenderingContext2D, side: number, points: ArrayLike<number>, arrows: ArrayLike<number>, colour: string): void;
declare function drawGrid(ctx: CanvasRenderingContext2D, side: number, grid: ArrayLike<number>, colour: string): void;
declare function drawGame(ctx: CanvasRenderingContext2D, side: number, frame: ArenaFrame, real: ArrayLike<number>, shown: ArenaShown, colours: ArenaColours): void;

declare function isCritic(rule: string): boolean;
declare function metric(history: ArenaHistory, name: string): Float32Array;
declare function chartsOf(games: Pick<Settings, "rule">[], modes: number): ArenaChart[];
declare function colourOf(metric: string): "real" | "fake" | "ink";
declare function ticks(low: number, high: number, most: number): number[];
declare function powers(low: number, high: number, most: number): number[];
declare function written(v: number, log?: boolean): string;
declare function rangeOf(lines: { y: Iterable<number> }[], theory: ArenaTheory[], log?: boolean): Pair;
declare function sharp(canvas: HTMLCanvasElement): { ctx: CanvasRenderingContext2D; width: number; height: number };
declare function drawAxes(
  ctx: CanvasRenderingContext2D, width: number, height: number, scales: { x: number[]; y: number[]; log?: boolean; marks?: number[] | null; labels?: string[] }, colours: ArenaColours,
): ArenaAxes;
declare function drawChart(
  canvas: HTMLCanvasElement, chart: { lines: ArenaLine[]; theory: ArenaTheory[]; range?: number[]; log?: boolean; until: number }, at: number, colours: ArenaColours,
): ArenaAxes | null;
declare function drawWeights(canvas: HTMLCanvasElement, histograms: ArenaHistogram[], tints: string[], clip: number, colours: ArenaColours): void;
declare function valueAt(steps: ArrayLike<number>, values: ArrayLike<number>, step: number): number;

declare function ownSettings(state: Partial<ArenaState>): Partial<Settings>;
declare function packPoints(points: number[][]): string;
declare function unpackPoints(text: string): number[][];
declare function alongStroke(from: number[], to: number[], count: number): number[][];
declare function rulesOf(state: Pick<ArenaState, "rule" | "beside">): RuleName[];
declare function gamesOf(state: ArenaState, engine: ArenaEngine, contrast?: boolean): Settings[];
declare function tasksDone(games: Settings[], frames: ArenaFrame[], opening: Settings): string[];
declare var OPENING_GAME: Partial<Settings>;
declare function filled(text: string, values: Record<string, any>): string;
declare function figure(v: any, digits?: number): string;
declare function readEngine(text: string): ArenaEngine;

declare function thetaOf(notch: number): number;
declare function notchOf(theta: number): number;
declare function buildCard(parent: Element, name: string, choices: string[], chosen: (key: string) => void): HTMLElement;
declare function judged(name: string, prediction: string | null, right: string, outcome: Record<string, any>, changed: boolean): string;
declare function drawPath(canvas: HTMLCanvasElement, path: ArenaPath, upto: number, colours: ArenaColours): void;
declare function distancesOf(path: Float32Array): Float32Array;
declare function drawSegments(
  canvas: HTMLCanvasElement, theta: number, answer: ArenaApart | null, words: { real: string; fake: string }, colours: ArenaColours,
): ArenaAxes | null;
declare function drawDistances(canvas: HTMLCanvasElement, theta: number, marks: ArenaApart[] | null, colours: ArenaColours): ArenaAxes | null;

declare function arrange(width: number, height: number, count: number): { columns: number; side: number };
declare function buildPanels(parent: Element, titles: string[], tints: string[]): ArenaPanel[];
declare function sizePanels(panels: ArenaPanel[], side: number): void;
declare function buildLegend(parent: Element, shown: ArenaShown, changed: (key: string) => void): void;
declare function buildCharts(parent: Element, charts: ArenaChart[], several: boolean, suffix: "" | "_critic" | "_either"): ArenaShownChart[];
declare function fillCharts(charts: ArenaShownChart[], histories: ArenaHistory[], at: number, until: number, tints: string[], colours: ArenaColours): void;
declare function buildBar(parent: Element, second: Element, acts: ArenaActs, paces: number[]): ArenaBar;
declare function attachPen(canvas: HTMLCanvasElement, points: number[][], colours: ArenaColours, done: (points: number[][]) => void): void;
declare function sheetOf(panels: ArenaPanel[], columns: number, title: string, colours: ArenaColours): HTMLCanvasElement;
