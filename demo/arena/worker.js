// The worker's side: messages of the page in, frames and curves out.  It runs in slices, so that a message waits for milliseconds at most.

const SLICE = 8; // ms of iterations between looks at the messages
const IDLE = 4; // ms, when there is nothing to do yet
const LESSON_EVERY = 100; // ms
const EVERY = { frame: 25, measure: 200, history: 200 }; // ms
const SHARE = { frame: 0.35, measure: 0.1, history: 0.1 }; // of the time, at most

class Arena {
  /** @param {(message: any, transfer?: Transferable[]) => void} post @param {(act: () => void) => void} later after the messages that wait */
  constructor(post, later = (act) => setTimeout(act, 0)) {
    this.of = /** @type {number | undefined} */ (undefined); // which start this is, as the page counts: told with all that it sends
    this.order = /** @type {number | undefined} */ (undefined); // the last thing that was asked for, as the page counts: told with a frame
    this.post = (/** @type {any} */ message, /** @type {Transferable[]} */ transfer = []) => post(this.of === undefined ? message : { ...message, of: this.of }, transfer);
    this.later = later;
    this.games = /** @type {Game[]} */ ([]);
    this.ask = { heat: 40, arrows: 64, sample: 256, optimal: false };
    this.playing = false; this.run = 0; this.rate = 0;
  }

  receive(/** @type {any} */ message) {
    /** @type {Record<string, (message: any) => void>} */
    const acts = { start: this.start, play: this.play, pause: this.pause, step: this.stepOnce, seek: this.seek, show: this.show, lesson: this.lesson, check: this.check };
    if (message.order !== undefined) this.order = message.order;
    acts[message.type]?.call(this, message);
  }

  check(/** @type {{settings: Partial<Settings>}} */ { settings }) {
    this.post({ type: "checked", trouble: check(complete(settings)) });
  }

  start(/** @type {any} */ { games, of, heat = 40, arrows = 64, sample = 256 }) {
    this.of = of;
    this.order = undefined;
    const settings = games.map(complete), troubles = settings.map(check);
    this.halt();
    if (troubles.some(Boolean)) { this.post({ type: "troubles", troubles }); return; }
    this.ask = { ...this.ask, heat, arrows, sample };
    this.games = settings.map((/** @type {Settings} */ s) => new Game(s));
    const real = settings.map((/** @type {Settings} */ s) => sampleData(s, new Rng(s.seed, STREAMS.view), 512));
    const modes = settings.map(modesOf);
    this.post({ type: "ready", real, modes: modes.some(Boolean) ? modes : null });
    this.sendMoment();
  }

  /** pace: iterations a second; until: the step at which it pauses. */
  play(/** @type {{pace?: number, until?: number}} */ { pace = Infinity, until = Infinity }) {
    if (!this.games.length) return;
    this.halt();
    this.playing = true;
    const began = performance.now();
    this.tick({ run: this.run, pace, until, began, done: 0, next: { frame: 0, measure: 0, history: 0 } });
  }

  tick(/** @type {Plan} */ plan) {
    if (plan.run !== this.run) return;
    const start = performance.now(), isDue = () => plan.done < (performance.now() - plan.began) / 1000 * plan.pace;
    while (isDue() && performance.now() - start < SLICE) {
      if (this.games[0].step >= plan.until) { this.pause(); return; }
      if (!this.iterate()) return;
      plan.done++;
    }
    this.report(plan);
    if (isDue()) this.later(() => this.tick(plan));
    else setTimeout(() => this.tick(plan), IDLE);
  }

  report(/** @type {Plan} */ plan) {
    const now = performance.now(), gone = now - plan.began;
    this.rate = 1000 * plan.done / gone;
    if (gone > 1000) { plan.done /= 2; plan.began = now - gone / 2; } // the rate of the last second or two
    this.now(plan, "measure", () => this.games.forEach((game) => game.measure()));
    this.now(plan, "frame", () => this.sendFrame());
    this.now(plan, "history", () => this.sendHistory());
  }

  /** Does what is to be done now and then, if it is time again: no oftener than it is to be, and in no more than its share of the time.
   * @type {(plan: Plan, what: keyof Plan["next"], act: () => void) => void} */
  now({ next }, what, act) {
    const start = performance.now();
    if (start < next[what]) return;
    act();
    next[what] = start + Math.max(EVERY[what], (performance.now() - start) / SHARE[what]);
  }

  halt() {
    this.playing = false;
    this.run++;
  }

  pause() {
    this.halt();
    this.sendMoment();
  }

  /** half: D's moves of an iteration, which a next step with turn "G" or "both" completes. */
  stepOnce(/** @type {{turn?: TurnName, half?: boolean}} */ { turn, half = false }) {
    this.halt();
    if (this.iterate(turn, half)) this.sendMoment();
  }

  /** measured: where it is to stay, which costs some 20 ms. */
  seek(/** @type {{step: number, measured?: boolean}} */ { step, measured = false }) {
    this.halt();
    for (const game of this.games) game.seek(step);
    this.sendMoment(measured);
  }

  show(/** @type {{optimal?: boolean}} */ { optimal = false }) {
    this.ask.optimal = optimal;
    if (this.games.length && !this.playing) this.sendFrame();
  }

  /** What is computed for a lesson that is no game; a new question ends the old. */
  lesson(/** @type {any} */ message) {
    this.halt();
    if (message.name === "dirac") this.post({ type: "lesson", name: "dirac", ...runDirac(message) });
    if (message.name === "distance") this.trainSegments(new Segments(message.theta, message.seed));
  }

  trainSegments(/** @type {Segments} */ segments) {
    const run = this.run;
    let told = -Infinity;
    const tick = () => {
      if (run !== this.run) return;
      for (const start = performance.now(); !segments.done && performance.now() - start < SLICE;) segments.train();
      if (segments.done || performance.now() - told >= LESSON_EVERY) {
        this.post({ type: "lesson", name: "distance", ...segments.measure() });
        told = performance.now();
      }
      if (!segments.done) this.later(tick);
    };
    tick();
  }

  /** Every game one iteration on; false where one of them can go no further.
   * @type {(turn?: TurnName, half?: boolean) => boolean} */
  iterate(turn, half) {
    for (const [k, game] of this.games.entries()) {
      try { game.iterate(turn, half); } catch (error) {
        if (!(error instanceof Diverged)) throw error;
        this.halt();
        this.post({ type: "stopped", game: k, step: error.step, reason: "nan" });
        this.sendMoment();
        return false;
      }
    }
    return true;
  }

  /** A frame and the curves of a game that stands still. */
  sendMoment(measured = true) {
    if (!this.games.length) return;
    if (measured) for (const game of this.games) game.measure();
    this.sendFrame(); this.sendHistory();
  }

  sendFrame() {
    const games = this.games.map((game) => ({ ...drawFrame(game, this.ask), metrics: nullForNaN(game.metrics), rate: this.rate }));
    const buffers = games.flatMap(({ fake, arrows, heat, grid, histogram, optimal }) => [fake, arrows, heat, grid, histogram.counts, optimal].filter(Boolean).map((data) => data.buffer));
    this.post({ type: "frame", order: this.order, playing: this.playing, games }, /** @type {Transferable[]} */ (buffers));
  }

  sendHistory() {
    this.post({ type: "history", games: this.games.map((game) => columnsOf(game.moments())) });
  }
}

/** @type {(metrics: Metrics) => Record<string, number>} */
const nullForNaN = (metrics) => Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, Number.isFinite(value) ? value : null]));

/** Moments as one array a metric.
 * @type {(moments: Moment[]) => Record<string, Float32Array>} */
const columnsOf = (moments) => {
  const keys = /** @type {(keyof Moment)[]} */ (["step", "lossD", "lossG", "real", "fake", "gradient", "modes", "modesAny", "near", "js", "w1", "clipped"]);
  return Object.fromEntries(keys.map((key) => [key, Float32Array.from(moments, (moment) => moment[key])]));
};

/** Runs acts one after the other, each after the messages that wait; setTimeout would wait 4 ms more each time.
 * @type {() => (act: () => void) => void} */
const makeQueue = () => {
  const { port1, port2 } = new MessageChannel(), acts = /** @type {(() => void)[]} */ ([]);
  port1.onmessage = () => acts.shift()();
  return (act) => { acts.push(act); port2.postMessage(null); };
};

if (typeof importScripts === "function") { // in a worker; a test makes its own
  const arena = new Arena((message, /** @type {Transferable[]} */ transfer = []) => postMessage(message, transfer), makeQueue());
  onmessage = ({ data }) => arena.receive(data);
}
