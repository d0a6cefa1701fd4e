// For the type checker alone: what the engine's scripts share, and what page and worker say to each other.

type DataName = "ring" | "grid" | "roll" | "moons" | "segments" | "drawn";
type RuleName = "saturating" | "nonsaturating" | "leastsquares" | "wgan" | "wgangp" | "r1";
type OptimizerName = "adam" | "rmsprop" | "sgd";
/** Which of the two moves. */
type TurnName = "both" | "D" | "G";

interface Settings {
  data: DataName;
  /** Of "drawn": at least 3 points. */
  points?: number[][];
  /** σ of the data's noise, where it is not the usual one. */
  sigma?: number;
  rule: RuleName;
  /** Steps of D a step of G. */
  k: number;
  lrD: number; lrG: number; beta1: number; beta2: number; optimizer: OptimizerName;
  hiddenD: number[]; hiddenG: number[]; latent: number; batch: number;
  /** λ of the gradient penalty, γ of R1. */
  weight: number;
  /** c, to which WGAN cuts D's weights. */
  clip: number;
  /** σ of the noise on all that D sees. */
  noise: number;
  /** Points that D judges together. */
  pack: number;
  seed: number;
  /** Which of the two moves in play. */
  turn: TurnName;
  /** What stands against the real points: G, or real points with noise of σ 1 (arXiv:1704.00028, figure 1). */
  fake: "G" | "noise";
  /** The step from which on G stands still; 0: never. */
  hold: number;
}

interface Trouble { key: string; message: string; values: Record<string, number | string> }

/** A turn's random numbers; B points of two numbers, but share: one a row that D sees. */
interface Batch {
  real: Float32Array; z: Float32Array;
  /** Where no G stands against the real points. */
  fake?: Float32Array;
  share?: Float32Array; noise?: Float32Array; noiseFake?: Float32Array;
}
/** NaN where it has no meaning, or was not measured. */
interface Metrics {
  lossD: number; lossG: number;
  /** Mean of D, or of the critic's values. */
  real: number; fake: number;
  /** ‖∇_G L_G‖. */
  gradient: number;
  /** Modes found; with at least one sample; share of samples within 3σ. */
  modes?: number; modesAny?: number; near?: number;
  js?: number; w1?: number;
  /** Share of D's weights within 1 % of ±c. */
  clipped?: number;
}
type Moment = { step: number } & Metrics;
interface Snapshot {
  step: number; half: boolean; nets: Float32Array[]; metrics: Metrics;
  optimizers: { mean: Float32Array; square: Float32Array; steps: number }[];
}

/** What a page shows of one game. */
interface Frame {
  step: number;
  /** x, y pairs. */
  fake: Float32Array;
  /** −∂L_G/∂x at the first of them. */
  arrows: Float32Array;
  /** D over the plane, row 0 at the top. */
  heat: Float32Array; range: [number, number];
  /** G over a 17 × 17 grid of z, where z has two numbers. */
  grid: Float32Array;
  histogram: { low: number; high: number; counts: Uint32Array };
  /** p_r/(p_r + p_g) over the plane, where it was asked for. */
  optimal?: Float32Array;
  metrics: Record<keyof Metrics, number | null>;
  /** Iterations a second. */
  rate: number;
}

/** A game's history: a metric at each of `step`. */
type Curves = Record<keyof Moment, Float32Array>;
interface Lesson {
  name: string;
  /** No game: the worker computes it, asked by {type: "lesson"}. */
  computation?: boolean;
  games?: Partial<Settings>[]; contrast?: Partial<Settings>[];
  turn?: "both" | "D"; steps?: number;
  /** G is not to move. */
  fixed?: boolean;
  full?: { steps: number; settings: Partial<Settings> };
  /** Keys of the answers to choose from. */
  choices: string[];
  /** Of the games' curves, or of the worker's answer. */
  outcome(seen: any): Record<string, number>;
  judge(outcome: Record<string, number>): string;
}

/** What a worker plays: how fast, to which step, what of it is done since when, and when what is due next. */
interface Plan {
  run: number; pace: number; until: number; began: number; done: number;
  next: { frame: number; measure: number; history: number };
}
