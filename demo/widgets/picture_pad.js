// value: {pixels, label, source}; props: samples = {pixels, labels}, names.  Event: input.
const root = $(".picture_pad");
const INK = 280;
let canvas, prepared, said, strip, page = 0, drawing = false, last = null, fresh = true;
const say = (text, error) => { said.textContent = text || ""; said.classList.toggle("error", !!error); };
const take = (pixels, label, source) => { props.value = { pixels, label, source }; show(); trigger("input"); };
const show = () => {
  const value = props.value;
  if (!value || !value.pixels) return;
  paint(prepared, value.pixels, 0);
  enlarge(prepared, Math.floor(112 / value.pixels.w));
  strip.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String("sample " + b.dataset.k === value.source)));
};
const prepare = latest(async (base64, source) => {
  const answer = await server.prepare({ picture: base64, size: props.value.pixels.w, channels: props.value.pixels.c });
  if (answer.error) say(answer.error, true); else { say(""); take(answer.pixels, -1, source); }
});
const blank = () => { const ctx = canvas.getContext("2d"); ctx.fillStyle = "#000"; ctx.fillRect(0, 0, INK, INK); fresh = true; };
const send = () => prepare(canvas.toDataURL("image/png").split(",")[1], "drawn");
const fill = () => {
  strip.replaceChildren();
  const g = props.samples;
  if (!g || !g.pixels) return;
  const bytes = toBytes(g.pixels.data), count = Math.min(10, g.pixels.n), size = g.pixels.w * g.pixels.h * g.pixels.c;
  for (let i = 0; i < count; i++) {
    const k = (page * count + i) % g.pixels.n;
    const b = button("", strip, () => {
      const one = bytes.slice(k * size, (k + 1) * size);
      blank(); say("");
      take({ ...g.pixels, n: 1, data: toBase64(one) }, g.labels[k], "sample " + k);
    }, t("sample") + " " + (props.names ? props.names[g.labels[k]] : k));
    b.dataset.k = k;
    const c = make("canvas", "pixelated", b);
    paint(c, g.pixels, k, bytes); c.style.width = c.style.height = "28px";
  }
  show();
};
const line = (event) => {
  const b = canvas.getBoundingClientRect(), p = [((event.clientX - b.left) / b.width) * INK, ((event.clientY - b.top) / b.height) * INK];
  const ctx = canvas.getContext("2d");
  ctx.strokeStyle = "#fff"; ctx.lineWidth = 20; ctx.lineCap = ctx.lineJoin = "round";
  ctx.beginPath(); ctx.moveTo(...(last || p)); ctx.lineTo(p[0] + 0.1, p[1]); ctx.stroke();
  last = p;
};
const receive = (file) => {
  if (!file) return;
  if (file.size > 40e6) return say(t("too_big"), true);
  const reader = new FileReader();
  reader.onload = () => prepare((reader.result.split(",")[1] || ""), "upload");
  reader.readAsDataURL(file);
};
const build = () => {
  root.replaceChildren();
  const top = make("div", "top", root);
  make("h3", "", top, t("pick"));
  button("↻", top, () => { page++; fill(); }, t("more"));
  strip = make("div", "strip", root);
  const row = make("div", "row", root);
  const pad = make("div", "pad", row);
  canvas = make("canvas", "ink", pad); canvas.width = canvas.height = INK;
  canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("draw"));
  make("span", "hint", pad, t("draw"));
  const side = make("div", "side", row);
  make("span", "note", side, t("prepared"));
  prepared = make("canvas", "pixelated prepared", side);
  prepared.setAttribute("role", "img"); prepared.setAttribute("aria-label", t("prepared"));
  const tools = make("div", "tools", side);
  button(t("clear"), tools, () => { blank(); root.classList.remove("inked"); say(""); });
  const input = make("input", "", root); input.type = "file"; input.accept = "image/*"; input.hidden = true;
  input.addEventListener("change", () => { receive(input.files[0]); input.value = ""; });
  button(t("upload"), tools, () => input.click());
  said = make("p", "said", root); said.setAttribute("role", "status");
  blank();
  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId); drawing = true; root.classList.add("inked");
    if (fresh) blank(); fresh = false; last = null; line(e);
  });
  canvas.addEventListener("pointermove", (e) => { if (drawing) { (e.getCoalescedEvents ? e.getCoalescedEvents() : [e]).forEach(line); send(); } });
  const end = () => { if (drawing) { drawing = false; send(); } };
  canvas.addEventListener("pointerup", end); canvas.addEventListener("pointercancel", end);
  root.addEventListener("dragover", (e) => e.preventDefault());
  root.addEventListener("drop", (e) => { e.preventDefault(); receive(e.dataTransfer.files[0]); });
  fill();
};
build();
watch("value", show);
watch("samples", () => { page = 0; blank(); root.classList.remove("inked"); fill(); });
