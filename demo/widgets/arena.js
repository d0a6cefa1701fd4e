/**
 * value, sent, and sent back with another step or drawing, or with what a lesson sets.  Event: input.
 * @type {Props<ArenaState> & {language: string}}
 */
var props;
/** @type {{engine: Ask<object, {text: string}>}} */
var server;
const root = $(".arena"), bench = root.closest(".workbench") || document.body;
const PACES = [0, 1, 10, 50, 200, Infinity]; // iterations a second; 0 is slow motion, a turn at a time
const SLOW = 1800, OPENING = 1500, WORDS_EVERY = 120, CHARTS_EVERY = 200; // ms a turn; iterations shown where nothing may move unasked; ms between two changes of figures and curves
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let /** @type {ArenaEngine} */ engine = null, /** @type {Worker} */ worker = null, /** @type {ArenaState} */ state = null, /** @type {Settings[]} */ games = [];
let /** @type {ArenaPanel[]} */ panels = [], /** @type {ArenaShownChart[]} */ charts = [], /** @type {ArenaBar} */ bar, /** @type {ArenaColours} */ colours, /** @type {string[]} */ tints = [];
let /** @type {ArenaFrame[]} */ frames = null, /** @type {ArenaHistory[]} */ histories = [], /** @type {ArenaStage} */ stage = null, columns = 1, reached = 0;
let playing = false, due = false, stale = false, pace = 200, wanted = true, drawing = 0, told = 0, charted = 0, free = 0;
let /** @type {Trouble | null | undefined} */ trouble = null, /** @type {ArenaLesson} */ lesson = null, /** @type {string} */ prediction = null, /** @type {HTMLElement} */ verdict = null, ended = false, contrast = false;
const inSight = new Set(); // of the picture and the curves; on a phone the root has no box of its own
const shown = { real: true, fake: true, surface: true, levels: true, arrows: true, grid: false, optimal: false };
const main = make("div", "main", root), picture = make("div", "picture hero", main), field = make("div", "panels", picture), tools = make("div", "bar acts", picture);
const turns = make("div", "turns tools acts", main), asked = make("div", "lesson", main), said = make("p", "said", main), legend = make("div", "legend", main), plots = make("div", "charts", main);
/** @type {(message: object) => void} */
const ask = (message) => worker.postMessage(message);
/** @type {(text: string, wrong?: boolean) => void} */
const say = (text, wrong = false) => { said.textContent = text; said.classList.toggle("error", wrong); };
const step = () => (frames ? frames[0].step : 0);

/** @type {(n: number) => string} */
const grouped = (n) => n.toLocaleString("en").replaceAll(",", "\u202f");

// What is seen: the panels with every frame, words and curves a few times a second.
const words = () => {
  told = performance.now();
  panels.forEach(({ stat }, i) => { stat.textContent = stage.figure(i); });
  bar.where.textContent = stage.where ? stage.where() : filled(t(Number.isFinite(goal()) && step() <= goal() ? "where_of" : "where"), { n: grouped(step()), of: grouped(goal()) });
  bar.range.max = String(Math.max(reached, 1)); bar.range.value = String(step());
  if (!lesson) for (const task of stage.tasks?.() || []) finish(`arena.${task}`, "answer");
  if (playing && pace && stage.rate) say(filled(t("rate"), { n: figure(stage.rate(), stage.rate() < 10 ? 1 : 0) }));
};
const paintPanels = () => {
  if (!stage || !inSight.has(picture)) return;
  panels.forEach((_, i) => stage.paint(i));
  if (frames && (!playing || performance.now() - told > WORDS_EVERY)) words();
};
const paintCharts = () => {
  stale = false;
  if (!frames || !inSight.has(plots) || !histories.length) return;
  fillCharts(charts, histories, step(), Math.max(reached, step()), tints, colours);
  const weights = charts.find(({ key }) => key === "weights");
  if (weights) drawWeights(weights.canvas, frames.map(({ histogram }) => histogram), tints, games[0].rule === "wgan" ? games[0].clip : 0, colours);
};
// Drawing takes half of the page's time at most: what comes faster is never drawn, and the page stays quick on a slow machine too.
const paintAll = () => {
  const start = performance.now();
  drawing = 0;
  if (start < free) return redraw();
  paintPanels();
  if (stale && (!playing || start - charted > CHARTS_EVERY)) { charted = start; paintCharts(); }
  free = 2 * performance.now() - start;
};
const redraw = () => { drawing ||= requestAnimationFrame(paintAll); };
const redrawCharts = () => { stale = true; redraw(); };
// The address is due once a person has brought the run to rest: then it has the moment that is shown.
/** @type {(next: ArenaFrame[], resting: boolean) => void} */
const show = (next, resting) => {
  frames = next; reached = Math.max(reached, step()); redraw();
  if (due && resting) { due = false; commit(); }
};

const showPlay = () => {
  bar.play.textContent = playing ? `❚❚ ${t("pause")}` : `▶ ${t("play")}`;
  root.dataset.playing = playing ? "yes" : "no";
  said.setAttribute("aria-live", playing && pace ? "off" : "polite");
};
/** @type {(also?: Partial<ArenaState>) => void} */
const commit = (also = {}) => {
  const value = { ...props.value, step: step(), ...also };
  value.state = { step: String(value.step), points: value.dataset === "drawn" ? value.points : "" };
  state = props.value = value;
  trigger("input");
};
const halt = () => { if (stage) stage.halt(); playing = false; showPlay(); };
// Where a lesson ends, and is judged.
const goal = () => (lesson && !contrast ? lesson.steps ?? DIRAC.steps : Infinity);
/** @type {(until?: number, speed?: number) => void} */
const play = (until = step() < goal() ? goal() : Infinity, speed = pace) => { stage.halt(); playing = true; stage.play(until, speed); showPlay(); };
let starts = 0; // runs that were asked for
// A run has come to where it was to go, or can go no further.
const rest = () => { playing = false; showPlay(); say(""); redraw(); if (step() !== state.step) commit(); if (stage.told) conclude(); };
const conclude = () => {
  if (!lesson || contrast || playing || !stage.over()) return;
  const outcome = lesson.outcome(stage.told ? stage.told() : histories);
  const right = lesson.judge(outcome);
  if (ended && !stage.moving) return;
  ended = true; say("");
  verdict.textContent = judged(lesson.name, prediction, right, outcome, Object.keys(ownSettings(state)).length > 0);
  if (prediction === right) finish("arena.predict");
  if (lesson.contrast) button(t("contrast"), asked, () => { wanted = true; begin({ ...props.value, step: 0 }, true); });
};
const acts = {
  play: () => { wanted = !playing; if (playing) { due = true; halt(); say(""); } else play(); },
  step: (/** @type {TurnName} */ which) => { wanted = false; halt(); due = true; stage.step(which); },
  seek: (/** @type {number} */ at, stays = false) => { wanted = false; halt(); say(""); due = due || stays; stage.seek(at, stays); },
  settle: () => { due = true; stage.seek(+bar.range.value, true); },
  pace: (/** @type {number} */ next) => { pace = next; if (playing) play(); },
  restart: () => { wanted = true; begin({ ...props.value, step: 0 }); },
  clear: () => { commit({ points: "", step: 0 }); begin(props.value); },
  save: () => {
    const title = filled(t("sheet"), { data: t(`data.${games[0].data}`), seed: state.seed, n: step() });
    commit(); // the file carries the address
    setTimeout(() => save("arena", sheetOf(panels, columns, title, colours), { tab: "arena", lesson: state.lesson, games, step: step() }), 100);
  },
};

// Games of two nets, in the worker.
/** @type {() => ArenaStage} */
const playGames = () => {
  let /** @type {Float32Array[]} */ real = [], fresh = true, /** @type {"D" | "G" | null} */ turn = null, timer = 0;
  let order = 0; // of what was asked last: a frame that answers an older one is seen, and ends nothing
  /** @type {(message: object) => void} */
  const give = (message) => ask({ ...message, order: ++order });
  const small = width() < 640;
  /** @type {(before: ArenaFrame, after: ArenaFrame) => string} */
  const happened = (before, after) => {
    const mean = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) => a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length;
    const { real: r, fake: f, gradient: g } = after.metrics, d = turn === "D" ? mean(before.heat, after.heat) : 2 * mean(before.fake, after.fake);
    return filled(t(`did.${turn}${isCritic(games[0].rule) ? "_critic" : ""}`), { r: figure(r), f: figure(f), g: figure(g, 3), d: figure(d, 3) });
  };
  // One turn, then a rest in which to read what it did; D and G make one iteration between them.
  const slowly = () => { turn = turn === "D" ? "G" : "D"; give({ type: "step", turn, half: turn === "D" }); };
  ask({ type: "start", of: ++starts, games, heat: small || games.length > 3 ? 28 : 40, arrows: small ? 32 : 64, sample: small ? 128 : 256 });
  if (shown.optimal) ask({ type: "show", optimal: true });
  return {
    paint: (i) => {
      const { ctx, width } = sharp(panels[i].canvas);
      if (frames && real[i] && width) drawGame(ctx, width, frames[i], real[i], shown, colours);
    },
    figure: (i) => {
      if (lesson?.fixed && !contrast) return ""; // G is not there, or has not moved
      const { modes, near, w1 } = frames[i].metrics, total = engine.modesOf(games[i])?.length;
      return total && Number.isFinite(modes) ? filled(t(games.length > 1 ? "found_short" : "found"), { n: modes, m: total, p: Math.round(100 * near) }) : Number.isFinite(w1) ? `W₁ ${figure(w1)}` : "";
    },
    rate: () => frames[0].rate,
    tasks: () => tasksDone(games, frames, engine.complete(OPENING_GAME)), over: () => step() >= goal(),
    play: (until, speed) => { if (speed === 0) slowly(); else give({ type: "play", pace: speed, until }); },
    halt: () => { clearTimeout(timer); turn = null; if (playing) give({ type: "pause" }); },
    step: (which) => { turn = which === "both" ? null : which; give({ type: "step", turn: which }); },
    seek: (at, measured) => give({ type: "seek", step: at, measured }),
    heard: {
      ready: (message) => { real = message.real; fresh = true; },
      frame: (message) => {
        if (!real.length || message.games.length !== games.length) return; // of a run that is no more
        const before = frames, late = message.order !== undefined && message.order !== order;
        show(message.games, !message.playing && !late);
        if (late) return;
        if (turn && before) say(happened(before[0], message.games[0]));
        if (turn === "G" && playing) finish("arena.slow");
        if (turn && playing && step() < goal()) timer = window.setTimeout(slowly, SLOW);
        else if (playing && !message.playing) rest();
        if (fresh) { fresh = false; opened(); }
      },
      history: (message) => { if (message.games.length === games.length) { histories = message.games; redrawCharts(); conclude(); } },
      stopped: ({ game, step: at, reason }) => { turn = null; playing = false; showPlay(); say(filled(t(`stopped.${reason}`), { n: at, rule: panels[game].title }), true); },
    },
  };
};
// DiracGAN: every rule's way is worked out at once, and shown moment after moment.
/** @type {() => ArenaStage} */
const playDirac = () => {
  let /** @type {ArenaPath[]} */ paths = null, timer = 0, /** @type {object} */ answer = null, /** @type {ArenaHistory[]} */ whole = [], furthest = 0;
  // The curves go as far as it was played: all of them would be the answer.
  /** @type {(at: number) => void} */
  const to = (at) => {
    furthest = Math.max(furthest, Math.round(limit(at, 0, DIRAC.steps)));
    histories = whole.map((history) => Object.fromEntries(Object.entries(history).map(([key, values]) => [key, values.subarray(0, furthest + 1)])));
    show(DIRAC_RULES.map(() => ({ step: Math.round(limit(at, 0, DIRAC.steps)), metrics: {} })), true); redrawCharts();
  };
  ask(DIRAC);
  return {
    paint: (i) => { if (paths) drawPath(panels[i].canvas, paths[i], step(), colours); },
    figure: (i) => filled(t("left"), { s: figure(histories[i].left[step()]) }),
    play: (until, speed) => {
      const from = step() >= DIRAC.steps ? 0 : step(), start = performance.now();
      const tick = () => {
        to(Math.min(until, DIRAC.steps, from + ((performance.now() - start) / 1000) * limit(speed, 1, 100)));
        if (step() >= Math.min(until, DIRAC.steps)) rest(); else timer = requestAnimationFrame(tick);
      };
      timer = requestAnimationFrame(tick);
    },
    halt: () => { cancelAnimationFrame(timer); if (paths && playing) to(step()); },
    step: () => to(step() + 1),
    seek: to,
    over: () => step() >= DIRAC.steps, told: () => answer,
    heard: { lesson: (message) => {
      answer = message;
      paths = DIRAC_RULES.map((rule) => message.paths[rule]); reached = DIRAC.steps;
      whole = paths.map(({ simultaneous, alternating }) => ({ step: Float32Array.from({ length: DIRAC.steps + 1 }, (_, i) => i), left: distancesOf(simultaneous), alternating: distancesOf(alternating) }));
      to(state.step);
    } },
  };
};
// Two segments, one of them moved by hand; what D and a critic make of each place is asked of the worker.
/** @type {() => ArenaStage} */
const playDistance = () => {
  let /** @type {ArenaApart} */ answer = null, /** @type {ArenaAxes[]} */ axes = [];
  let moved = false; // since an answer was foretold
  let dragged = !!state.step;
  const marks = new Map(), theta = () => thetaOf(step());
  // The formulas, and what the nets say, are the answer: they are seen once one was foretold, or θ was moved all the same.
  const known = () => dragged || !!prediction;
  const tell = () => { if (answer && known()) say(filled(t("apart"), { w: figure(answer.w), v: figure(answer.trainedW), j: figure(answer.js), u: figure(answer.trainedJS) })); };
  /** @type {(notch: number) => void} */
  const to = (notch) => { reached = 81; answer = null; moved = !!prediction; verdict.textContent = ""; show([0, 1].map(() => ({ step: notch, metrics: {} })), true); ask({ type: "lesson", name: "distance", theta: theta(), seed: state.seed }); };
  /** @type {(notch: number) => void} */
  const seek = (notch) => { dragged = true; to(notch); };
  panels.forEach(({ canvas }, i) => {
    /** @type {Act} */
    const drag = (event) => { const { left, right } = axes[i], box = canvas.getBoundingClientRect(); seek(notchOf(((event.clientX - box.left - left) / (right - left) * 2 - 1) * 2)); };
    gesture(canvas, { begin: drag, move: drag, end: () => commit(), cancel: () => commit() });
  });
  window.setTimeout(() => to(state.step || notchOf(1)));
  return {
    paint: (i) => { axes[i] = i ? drawDistances(panels[i].canvas, theta(), known() ? [...marks.values()] : null, colours) : drawSegments(panels[i].canvas, theta(), known() ? answer : null, { real: t("layer.real"), fake: t("layer.fake") }, colours); },
    figure: () => "",
    where: () => `θ = ${figure(theta())}`,
    play: () => {}, halt: () => {}, step: () => {}, seek, foretold: () => { tell(); redraw(); }, told: () => answer,
    moving: true, over: () => moved && !!answer?.done,
    heard: { lesson: (message) => { if (message.theta !== theta()) return; answer = message; tell(); if (message.done) marks.set(message.theta, message); redraw(); conclude(); } },
  };
};

// A run has been made: it goes on to the step that was asked for, or plays.
const opened = () => {
  const at = state.step;
  if (trouble) return; // what was asked for next cannot be
  say(lesson ? "" : t("ready"));
  if (at) play(at, Infinity);
  else if (wanted && (!lesson || contrast)) { if (still()) play(OPENING, Infinity); else play(); }
};
const control = (/** @type {string} */ key) => bench.querySelector(`#arena-${key}-${props.language}`);
// What cannot be is said beside its control, which may have to be unfolded first, and once: each mark is seen by what watches for the fields.
let /** @type {Trouble | null | undefined} */ unfolded = null;
const mark = () => {
  const text = trouble ? filled(t(`bad.${trouble.message}`), { ...trouble.values, what: t(`set.${trouble.key}`) }) : "", place = trouble && control(trouble.key), old = bench.querySelector(".arena-wrong");
  if (old && old.parentElement === place && old.textContent === text) return;
  if (old) old.remove();
  if (trouble && said.textContent !== text) say(text, trouble.values.value !== 0 || trouble.key !== "points"); // an empty plane is no mistake
  if (place) make("p", "arena-wrong", place, text).setAttribute("role", "alert");
  const more = control("more")?.querySelector("button");
  if (place || !trouble || trouble.key === "points" || !more || unfolded === trouble) return;
  unfolded = trouble;
  if (!more.classList.contains("open")) more.click();
};
// Several games' rates have to stand in one field.
/** @type {(value: any) => string} */
const spellSetting = (value) => (typeof value === "number" && value > 0 && value < 0.01 ? value.toExponential() : String(value).replaceAll(",", ", "));
// An empty field says what the rule itself uses.
const hint = () => {
  for (const key of [...NUMBERS, "hiddenD", "hiddenG"]) {
    const input = control(key)?.querySelector("input, textarea");
    if (input) /** @type {HTMLInputElement} */ (input).placeholder = [...new Set(games.map((/** @type {Record<string, any>} */ game) => spellSetting(game[key])))].join(" / ");
  }
};
const kindOf = () => (lesson && lesson.computation ? lesson.name : "games");
const predict = (/** @type {string} */ key) => {
  prediction = key;
  if (kindOf() === "distance") { stage.foretold(); return conclude(); }
  pace = Infinity; bar.speed.value = String(PACES.length - 1);
  play();
};
const build = () => {
  const kind = kindOf(), several = games.length > 1, modes = Math.max(...games.map((game) => engine.modesOf(game)?.length || 0));
  const titles = kind === "distance" ? [t("segments"), t("distances")] : games.map(({ rule }, i) => t(!contrast && TITLES[lesson?.name]?.[i] || `rule.${rule}`));
  tints = several ? titles.map((_, i) => CLASS_COLOURS[i]) : [colours.ink];
  root.classList.toggle("several", titles.length > 1);
  root.dataset.kind = kind;
  panels = buildPanels(field, titles, titles.length > 1 && kind !== "distance" ? tints : []);
  const wanted = kind === "distance" ? [] : kind === "dirac" ? [{ key: "left", metrics: ["left", "alternating"], log: true, theory: [] }]
    : [...chartsOf(games, modes), { key: "weights", metrics: ["weights"], theory: [] }];
  const critics = games.filter((game) => isCritic(game.rule)).length;
  charts = buildCharts(plots, wanted, several, !critics ? "" : critics === games.length ? "_critic" : "_either");
  charts.forEach((chart) => {
    if (chart.key !== "weights") chart.canvas.addEventListener("click", ({ offsetX }) => {
      if (!chart.axes) return;
      const { left, right } = chart.axes;
      acts.seek(Math.round(limit((offsetX - left) / (right - left)) * reached), true);
    });
  });
};
/** @type {(next: ArenaState, contrasted?: boolean) => void} */
const begin = (next, contrasted = false) => {
  if (stage) halt();
  const turned = !!state && state.lesson !== next.lesson; // by the person
  root.dataset.ready = "yes"; // in sight from here on, what cannot be played too
  state = next; contrast = contrasted; lesson = engine.LESSONS.find(({ name }) => name !== "free" && name === state.lesson) || null; prediction = null; ended = false;
  const kind = kindOf();
  games = kind === "dirac" ? DIRAC_RULES.map((rule) => engine.complete({ rule })) : gamesOf(state, engine, contrast);
  trouble = kind === "games" ? games.map(engine.check).find(Boolean) : null;
  mark();
  if (trouble && trouble.key !== "points") return;
  if (!trouble) say(""); // what was said was of another run
  frames = null; histories = []; reached = 0; asked.replaceChildren(); bar.where.textContent = ""; bar.range.value = "0";
  if (contrast) make("p", "", asked, t(`lesson.${lesson.name}.contrast`));
  else if (lesson) verdict = buildCard(asked, lesson.name, lesson.choices, predict);
  build(); hint(); place();
  if (turned && lesson && width() <= 640) { asked.style.scrollMarginTop = picture.offsetHeight + "px"; asked.scrollIntoView(); } // on a phone what is chosen stands below what it asks
  if (kind === "games" && lesson) follow();
  if (state.dataset === "drawn" && kind === "games") panels.forEach(({ canvas }) => attachPen(canvas, unpackPoints(state.points), colours, (points) => { commit({ points: packPoints(points), step: 0 }); wanted = true; begin(props.value); }));
  stage = trouble ? null : kind === "dirac" ? playDirac() : kind === "distance" ? playDistance() : playGames();
  showPlay();
};
// The controls show what a lesson plays.
const follow = () => {
  const { data: dataset, rule } = games[0], beside = [...new Set(games.map((game) => game.rule))].filter((other) => other !== rule);
  if (dataset === state.dataset && rule === state.rule && String(beside) === String(state.beside)) return;
  commit({ dataset, rule, beside, step: state.step });
};
// The room there is: the panels end where the window does.
const width = () => root.clientWidth || bench.clientWidth;
const place = () => {
  if (!panels.length || !picture.checkVisibility()) return;
  const wide = width() > 640, one = panels.length === 1, top = field.getBoundingClientRect().top + window.scrollY, below = tools.offsetHeight + 24;
  const room = wide ? limit(window.innerHeight - top - below, 340, 1200) : 0.46 * window.innerHeight;
  const plan = arrange(wide && one ? width() * 0.6 : width(), room, panels.length);
  columns = plan.columns;
  root.style.setProperty("--columns", String(columns)); root.style.setProperty("--side", plan.side + "px");
  sizePanels(panels, plan.side); redraw(); redrawCharts();
};
// Only what differs from what is played begins another run: the page sends back what it was told.
const draw = () => {
  if (!props.value || !engine) return;
  const told = (/** @type {ArenaState} */ value) => JSON.stringify({ ...value, state: null });
  if (told(props.value) !== told(state)) begin(props.value);
};
const open = async () => {
  colours = readColours(root);
  buildLegend(legend, shown, (key) => { if (key === "optimal") ask({ type: "show", optimal: shown.optimal }); redraw(); });
  bar = buildBar(tools, turns, acts, PACES);
  bar.speed.value = String(PACES.indexOf(pace));
  const { text, error } = await server.engine({});
  if (error) return say(error, true);
  engine = readEngine(text);
  worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => { if (data.of === undefined || data.of === starts) stage?.heard[data.type]?.(data); }; // not of a run that is no more
  draw();
};
const leave = () => { if (playing) { due = true; halt(); } };
open();
watch("value", draw);
new ResizeObserver(place).observe(bench);
window.addEventListener("resize", place);
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) { if (isIntersecting) inSight.add(target); else inSight.delete(target); }
  redraw(); redrawCharts();
  if (!picture.checkVisibility()) leave();
});
for (const part of [picture, plots]) sight.observe(part);
new MutationObserver(() => { if (engine) { hint(); mark(); } }).observe(control("more") || bench, { childList: true, subtree: true }); // its fields come as it is unfolded
document.addEventListener("visibilitychange", () => document.hidden && leave());
new MutationObserver(() => { colours = readColours(root); redraw(); redrawCharts(); }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
