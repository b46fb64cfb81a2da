// The technician's pages: everything that is done is first kept on the phone, then sent.

import { addAction, addPicture, answers, flush, waitingActions, waitingPictures } from "./queue.js";

const { order, technician } = document.body.dataset;
const WORDS = {
  depart: "On my way", arrive: "Arrived", report: "Report", use_part: "Part used", request_part: "Part asked for",
  complete: "Visit completed", photo: "Photo", signature: "Signature", note: "Note", return_part: "Part brought back",
};
const FATES = { applied: "done", superseded: "done before", waiting: "waits for a report", conflict: "not taken" };
const RETRY_MS = 15_000;
const LARGEST_PX = 1600;
const JPEG_QUALITY = 0.8;

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/field/worker.js");

// ---------------------------------------------------------------- what waits and what was answered
function line(item, state, detail) {
  const entry = document.createElement("li");
  entry.dataset.state = state;
  const what = document.createElement("strong");
  const time = new Date(item.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const about = item.body?.outcome ?? item.body?.part_id ?? "";
  what.textContent = `${WORDS[item.kind] ?? item.kind}${about ? `: ${about.replaceAll("_", " ")}` : ""}`;
  const said = document.createElement("span");
  said.textContent = `${time} · ${FATES[state] ?? "kept on this phone"}${detail ? `: ${detail}` : ""}`;
  entry.append(what, said);
  return entry;
}

async function show() {
  const [actions, pictures, told] = await Promise.all([waitingActions(), waitingPictures(), answers()]);
  const mine = (item) => !order || item.order === order;
  const rows = [
    ...told.filter(mine).map((a) => line(a, a.state, ["conflict", "waiting"].includes(a.state) || a.kind === "request_part" ? a.detail : "")),
    ...actions.filter(mine).map((a) => line(a, "kept", "")),
    ...pictures.filter(mine).map((p) => line(p, p.refused ? "conflict" : "kept", p.refused ?? "")),
  ];
  document.getElementById("outbox").replaceChildren(...rows.reverse().slice(0, 30));
  const count = actions.length + pictures.filter((p) => !p.refused).length;
  const network = document.getElementById("network");
  const online = navigator.onLine && !failed;
  network.dataset.state = online ? (count ? "sending" : "online") : "offline";
  network.textContent = online ? (count ? `sending ${count}` : "online") : (count ? `offline · ${count} kept` : "offline");
  if (order) overlay([...told, ...actions].filter(mine));
}

// The page may be older than what was done since: the newest word of this phone counts.
function overlay(items) {
  for (const task of document.querySelectorAll(".task")) {
    const reports = items.filter((i) => i.kind === "report" && i.body.task_id === task.dataset.task);
    const last = reports.sort((a, b) => a.at.localeCompare(b.at)).at(-1);
    const said = task.querySelector(".said");
    if (said) said.dataset.state = last?.state ?? "";
    if (said && last?.state === "conflict") said.textContent = `Not taken: ${last.detail}`;
    else if (last) fill(task, last.body.outcome, last.body.found_fault, last.body.repaired, last.state ? "reported" : "kept on this phone");
  }
  for (const button of document.querySelectorAll("[data-deed=use_part]")) {
    const used = usedSince(button, items);
    const said = button.closest("li").querySelector("span[data-used]");
    said.hidden = !used;
    said.textContent = `${used} × ${button.dataset.part} used just now`;
  }
  const reached = ["depart", "arrive", "complete"].filter((kind) => items.some((i) => i.kind === kind && i.state !== "conflict"));
  const states = { depart: ["en_route", "on_site", "completed", "verified"], arrive: ["on_site", "completed", "verified"], complete: ["completed", "verified"] };
  for (const [kind, after] of Object.entries(states)) {
    const button = kind === "complete" ? document.getElementById("complete") : document.querySelector(`[data-deed=${kind}]`);
    const done = reached.includes(kind) || after.includes(document.body.dataset.state);
    if (button) button.classList.toggle("done", done);
  }
}

// Pieces that this phone has noted since the page was made; with those the page knew of, which piece the next one is.
function usedSince(button, items) {
  const task = button.closest(".task").dataset.task;
  return items.filter((i) => i.kind === "use_part" && i.state !== "conflict" && i.at > document.body.dataset.rendered &&
    i.body.task_id === task && i.body.part_id === button.dataset.part).length;
}

async function pieces(button) {
  if (button.dataset.deed !== "use_part") return {};
  const [actions, told] = await Promise.all([waitingActions(), answers()]);
  return { used_before: Number(button.dataset.used) + usedSince(button, [...told, ...actions]) };
}

function fill(task, outcome, found, repaired, said) {
  const form = task.querySelector("form.report");
  if (!form || form.dataset.touched) return;
  for (const radio of form.elements.outcome) radio.checked = radio.value === outcome;
  if (found) form.elements.found_fault.value = found;
  if (repaired !== undefined) form.elements.repaired.checked = repaired;
  adapt(form);
  form.querySelector(".said").textContent = said;
}

function adapt(form) {
  const outcome = form.elements.outcome.value;
  form.querySelector(".other").hidden = outcome !== "other_fault";
  form.querySelector(".repaired").hidden = outcome === "no_fault_found";
}

// ---------------------------------------------------------------- doing
let failed = false;
async function send() {
  failed = !(await flush());
  await show();
}

async function act(kind, body) {
  await addAction(technician, order, kind, body);
  await show();
  await send();
}

function once(button, work) {
  button.disabled = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await work();
    } finally {
      button.disabled = false;
    }
  });
}

for (const button of document.querySelectorAll("[data-deed]")) {
  const task = button.closest(".task")?.dataset.task;
  const part = button.dataset.part;
  once(button, async () => {
    if (part && !confirm(`${WORDS[button.dataset.deed]}: 1 × ${part}?`)) return;
    await act(button.dataset.deed, part ? { task_id: task, part_id: part, quantity: 1, ...(await pieces(button)) } : {});
  });
}

for (const form of document.querySelectorAll("form.report")) {
  const task = form.closest(".task");
  const said = form.querySelector(".said");
  if (task.dataset.outcome) fill(task, task.dataset.outcome, task.dataset.found, task.dataset.repaired === "yes", "reported");
  form.querySelector("button").disabled = false;
  form.addEventListener("change", () => {
    form.dataset.touched = "yes";
    adapt(form);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const outcome = form.elements.outcome.value;
    const found = form.elements.found_fault.value;
    if (!outcome) return void (said.textContent = "Choose one of the three first.");
    if (outcome === "other_fault" && !found) return void (said.textContent = "Say which fault it was.");
    const body = { task_id: task.dataset.task, outcome, note: form.elements.note.value.trim() };
    if (outcome === "other_fault") body.found_fault = found;
    if (outcome !== "no_fault_found") body.repaired = form.elements.repaired.checked;
    delete form.dataset.touched;
    said.textContent = "kept on this phone";
    await act("report", body);
  });
}

const complete = document.getElementById("complete");
if (complete) {
  once(complete, async () => {
    const open = [...document.querySelectorAll("form.report")].filter((form) => !form.elements.outcome.value || form.dataset.touched);
    const said = document.querySelector(".finish .said");
    if (open.length) {
      said.textContent = `${open.length} ${open.length === 1 ? "task has" : "tasks have"} no saved report yet.`;
      open[0].scrollIntoView({ behavior: "smooth", block: "center" });
      return;
    }
    said.textContent = "";
    await act("complete", {});
  });
}

// ---------------------------------------------------------------- steps ticked off stay ticked on this phone
for (const box of document.querySelectorAll("[data-step]")) {
  const key = `wellkept-step-${box.dataset.step}`;
  box.checked = localStorage.getItem(key) === "1";
  box.addEventListener("change", () => (box.checked ? localStorage.setItem(key, "1") : localStorage.removeItem(key)));
}

// ---------------------------------------------------------------- photos: smaller, and without the place they were taken at
async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LARGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  return { blob, preview: canvas.toDataURL("image/jpeg", 0.5) };
}

function thumbnail(source, alt) {
  const image = document.createElement("img");
  [image.src, image.alt] = [source, alt];
  document.getElementById("shots").append(image);
}

document.getElementById("photo")?.addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    const { blob, preview } = await shrink(file);
    await addPicture(technician, order, "photo", blob);
    thumbnail(preview, "photo");
  } catch {
    alert("This file is no picture that can be read. Take a photo, or choose a JPEG or PNG.");
  }
  event.target.value = "";
  await send();
});

const pad = document.getElementById("signature");
if (pad) {
  const pen = pad.getContext("2d");
  let drawn = false;
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) * pad.width) / box.width, ((event.clientY - box.top) * pad.height) / box.height];
  };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    [pen.lineWidth, pen.lineCap, pen.strokeStyle] = [4, "round", "#111"];
    drawn = false;
  };
  clear();
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    drawn = true;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  once(document.getElementById("sign-clear"), clear);
  once(document.getElementById("sign-save"), async () => {
    if (!drawn) return alert("Nobody has signed yet.");
    const blob = await new Promise((resolve) => pad.toBlob(resolve, "image/png"));
    await addPicture(technician, order, "signature", blob);
    thumbnail(pad.toDataURL("image/png"), "signature");
    clear();
    await send();
  });
}

// ---------------------------------------------------------------- the day's sheets are loaded ahead
async function loadAhead() {
  if (!("serviceWorker" in navigator)) return;
  await controlled();
  const links = [...document.querySelectorAll("a[data-visit]")];
  const stored = await Promise.all([location.href, ...links.map((link) => link.href)].map((href) => fetch(href).then((r) => r.ok, () => false)));
  const said = document.getElementById("stored");
  if (said && links.length) {
    said.textContent = `${stored.slice(1).filter(Boolean).length} of ${links.length} job sheets are on this phone and open without a network.`;
  }
}

// On the very first visit the service worker is there a moment later than the page; what is fetched before is not kept.
function controlled() {
  if (navigator.serviceWorker.controller) return;
  return new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}

window.addEventListener("online", send);
window.addEventListener("offline", show);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
setInterval(async () => {
  if ((await waitingActions()).length || (await waitingPictures()).some((p) => !p.refused)) await send();
}, RETRY_MS);
await show();
await send();
await loadAhead();
