// value: {pixels, label, source}; props: samples = {pixels, labels}, names.  Event: input.
const root = $(".picture_pad");
const INK = 280;
let canvas, prepared, said, strip, more, chooser, video, page = 0, group = 0, drawing = false, last = null, fresh = true;
const say = (text, error) => { said.textContent = text || ""; said.classList.toggle("error", !!error); };
const take = (pixels, label, source) => { props.value = { pixels, label, source }; show(); trigger("input"); };
const show = () => {
  const value = props.value;
  if (!value || !value.pixels) return;
  chooser.classList.toggle("own", !(value.source || "").startsWith("sample "));
  paint(prepared, value.pixels, 0);
  enlarge(prepared, Math.floor((value.pixels.w > 28 ? 128 : 112) / value.pixels.w));
  strip.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String("sample " + b.dataset.k === value.source)));
};
const prepare = latest(async (base64, source) => {
  const answer = await server.prepare({ picture: base64, size: props.value.pixels.w, channels: props.value.pixels.c });
  if (answer.error) return say(answer.error, true);
  say(answer.faces > 1 ? t("many_faces").replace("{n}", answer.faces) : "");
  take(answer.pixels, -1, source);
});
const blank = () => { const ctx = canvas.getContext("2d"); ctx.fillStyle = "#000"; ctx.fillRect(0, 0, INK, INK); fresh = true; };
const send = () => prepare(canvas.toDataURL("image/png").split(",")[1], "drawn");
const grouped = () => props.groups && props.groups.of;
const shown = () => {
  const g = props.samples.pixels, every = Array.from({ length: g.n }, (_, k) => k);
  if (grouped()) return every.filter((k) => props.groups.of[k] === group);
  const count = Math.min(10, g.n);
  return every.slice(0, count).map((i) => (page * count + i) % g.n);
};
const fill = () => {
  strip.replaceChildren();
  const g = props.samples;
  if (!g || !g.pixels) return;
  const bytes = toBytes(g.pixels.data), size = g.pixels.w * g.pixels.h * g.pixels.c, side = g.pixels.w > 28 ? 64 : 28;
  root.classList.toggle("large", side > 28);
  more.hidden = !!grouped();
  for (const k of shown()) {
    const b = button("", strip, () => {
      const one = bytes.slice(k * size, (k + 1) * size);
      blank(); say("");
      take({ ...g.pixels, n: 1, data: toBase64(one) }, g.labels[k], "sample " + k);
    }, t("sample") + " " + (props.names ? props.names[g.labels[k]] : k));
    b.dataset.k = k;
    const c = make("canvas", "pixelated", b);
    paint(c, g.pixels, k, bytes); c.style.width = c.style.height = side + "px";
  }
  show();
};
// Lights on a dome, seen from the camera: azimuth to the side, elevation up; or the groups by name.
const dome = () => {
  chooser.replaceChildren();
  if (!grouped()) return;
  const { names, at } = props.groups, round = at && at.length > 0;
  chooser.className = (round ? "dome" : "choices") + (chooser.classList.contains("own") ? " own" : "");
  chooser.setAttribute("role", "group"); chooser.setAttribute("aria-label", t(round ? "light" : "pose"));
  names.forEach((name, k) => {
    const b = button(round ? "" : name, chooser, () => { group = k; dome(); fill(); }, name);
    b.setAttribute("aria-pressed", String(k === group));
    if (round) { b.style.left = 50 + (at[k][0] / 130) * 46 + "%"; b.style.top = 62 - (at[k][1] / 90) * 56 + "%"; }
  });
  if (round) make("span", "where note", chooser, names[group]);
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
// One photograph: the first click opens the camera, the second takes the picture and closes it.
const close = () => { if (video) { video.srcObject.getTracks().forEach((track) => track.stop()); video.remove(); video = null; } };
const look = async () => {
  if (video) {
    const shot = document.createElement("canvas");
    [shot.width, shot.height] = [video.videoWidth, video.videoHeight];
    shot.getContext("2d").drawImage(video, 0, 0);
    close();
    return prepare(shot.toDataURL("image/png").split(",")[1], "camera");
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, facingMode: "user" } });
    video = make("video", "", root);
    Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
    await video.play();
    say(t("camera_again"));
  } catch (error) { close(); say(t("camera_refused"), true); }
};
const build = () => {
  root.replaceChildren();
  const top = make("div", "top", root);
  make("h3", "", top, t("pick"));
  more = button("↻", top, () => { page++; fill(); }, t("more"));
  chooser = make("div", "", root);
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
  button(t("clear"), tools, () => { blank(); root.classList.remove("inked"); say(""); }).classList.add("clear");
  const input = make("input", "", root); input.type = "file"; input.accept = "image/*"; input.hidden = true;
  input.addEventListener("change", () => { receive(input.files[0]); input.value = ""; });
  button(t("upload"), tools, () => input.click());
  button(t("camera"), tools, look).classList.add("camera");
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
  dome(); fill();
};
// The group of the sample that is shown, so that its neighbours are those under the same light.
const follow = () => {
  const source = (props.value || {}).source || "";
  if (grouped() && source.startsWith("sample ")) group = props.groups.of[+source.slice(7)];
};
follow(); build();
watch("value", show);
watch(["samples", "groups"], () => { page = group = 0; follow(); close(); blank(); root.classList.remove("inked"); dome(); fill(); });
