// The board of visits: a row per technician on a time axis, the newest draft over it, and the way on a map.

import { make, words } from "./cards.js";
import { drawMap } from "./map.js";
import { count, nameOf, readNames } from "./names.js";
import { navigation } from "./nav.js";

const API = "/api/v1";
const HOUR = 3600e3;
const COLOURS = 8;
const SETTLE_MS = 400;
const state = { board: null, chosen: null };
const $ = (id) => document.getElementById(id);

async function fetchJson(path, options) {
  const answer = await fetch(API + path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? answer.statusText);
  return body;
}

function complain(error) {
  $("trouble").textContent = error ? error.message : "";
  $("trouble").hidden = !error;
}

async function post(path, body, version) {
  const headers = { "Idempotency-Key": crypto.randomUUID(), "X-Actor": "console", "Content-Type": "application/json" };
  if (version) headers["If-Match"] = `"${version}"`;
  return fetchJson(path, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
}

async function load() {
  const query = new URLSearchParams();
  if ($("day").value) query.set("day", $("day").value);
  if ($("outlet").value) query.set("outlet", $("outlet").value);
  try {
    state.board = await fetchJson(`/visits/board?${query}`);
    $("day").value = state.board.day;
    complain(null);
    show();
  } catch (error) {
    complain(error);
  }
}

function clock(text) {
  return new Date(text).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: state.board.timezone });
}

function dayWords(text) {
  return new Date(text).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: state.board.timezone });
}

/** The booked visits of the day, and those of the draft that are not booked so already. */
function visitsOfDay(board) {
  const booked = board.visits.map((visit) => ({ ...visit, drafted: false }));
  const drafted = (board.plan?.state === "draft" ? board.plan.visits : [])
    .filter((line) => line.starts && line.touch !== "kept")
    .map((line) => ({ ...line, drafted: true, locked: false, work: [] }));
  const replaced = new Set(drafted.map((visit) => visit.id));
  return [...booked.filter((visit) => !replaced.has(visit.id)), ...drafted].sort((a, b) => a.starts.localeCompare(b.starts));
}

function show() {
  const { board } = state;
  const visits = visitsOfDay(board);
  const colour = new Map(board.technicians.map((row, number) => [row.technician_id, `t${number % COLOURS}`]));
  fillOutlets(board);
  showDraft(board.plan);
  const [from, to] = span(board, visits);
  const rows = board.technicians.map((row) => technicianRow(row, visits, colour.get(row.technician_id), from, to));
  $("board").replaceChildren(axisRow(from, to), ...(rows.length ? rows : [make("p", "empty", "Nobody works for this outlet yet.")]));
  $("board").removeAttribute("aria-busy");
  $("board-count").textContent = `${count(visits.length, "visit")}, ${count(board.technicians.length, "technician")}`;
  $("map").replaceChildren(drawMap(board, visits, colour, state.chosen, choose));
  showChosen(visits);
}

function fillOutlets(board) {
  if ($("outlet").value || $("outlet").options.length > 1) return;
  for (const outlet of board.outlets) $("outlet").append(new Option(outlet.name, outlet.id));
}

/** The hours that the axis has to show: those worked and those visited, whole hours. */
function span(board, visits) {
  const all = [...board.technicians.flatMap((row) => row.hours), ...visits].flatMap((one) => [Date.parse(one.starts), Date.parse(one.ends)]);
  const begin = Date.parse(board.starts);
  if (!all.length) return [begin + 8 * HOUR, begin + 17 * HOUR];
  const from = begin + Math.floor((Math.max(Math.min(...all), begin) - begin) / HOUR) * HOUR;
  const to = begin + Math.ceil((Math.min(Math.max(...all), Date.parse(board.ends)) - begin) / HOUR) * HOUR;
  return [from, to];
}

function place(made, starts, ends, from, to) {
  const share = (at) => `${((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100}%`;
  made.style.left = share(Date.parse(starts));
  if (ends) made.style.width = `calc(${share(Date.parse(ends))} - ${share(Date.parse(starts))})`;
  return made;
}

function axisRow(from, to) {
  const track = make("div", "track");
  for (let at = from; at < to; at += HOUR) track.append(place(make("span", "tick", clock(at)), new Date(at).toISOString(), null, from, to));
  return make("div", "row axis", make("div", "who"), track);
}

function technicianRow(row, visits, colour, from, to) {
  const track = make("div", "track");
  for (const hours of row.hours) {
    track.append(place(make("span", "work"), hours.starts, hours.ends, from, to));
    if (hours.break_minutes) track.append(place(make("span", "rest"), hours.break_from, hours.break_to, from, to));
  }
  const now = Date.now();
  if (now > from && now < to) track.append(place(make("span", "now"), new Date(now).toISOString(), null, from, to));
  const mine = visits.filter((visit) => visit.technician_id === row.technician_id);
  track.append(...mine.map((visit) => place(visitBlock(visit), visit.starts, visit.ends, from, to)));
  const off = row.hours.length ? `${count(mine.length, "visit")} · ${row.outlet_id}` : "day off";
  const made = make("div", `row ${colour}`, make("div", "who", make("strong", "", nameOf(row.technician_id)), make("span", "", off)), track);
  return made;
}

function visitBlock(visit) {
  const made = make("button", "visit", `${clock(visit.starts)} ${visit.household_name}`, make("span", "", `no. ${visit.number} · ${words(visit.state)}`));
  made.type = "button";
  made.dataset.urgency = visit.urgency;
  made.classList.toggle("drafted", visit.drafted);
  made.classList.toggle("locked", visit.locked);
  made.setAttribute("aria-pressed", String(visit.id === state.chosen));
  made.title = `${visit.household_name}, ${clock(visit.starts)} to ${clock(visit.ends)}`;
  made.addEventListener("click", () => choose(visit.id));
  return made;
}

function choose(id) {
  state.chosen = state.chosen === id ? null : id;
  show();
}

function showChosen(visits) {
  const visit = visits.find((one) => one.id === state.chosen) ?? state.board.plan?.visits.find((one) => one.id === state.chosen);
  if (!visit) {
    $("chosen").replaceChildren(make("p", "empty", "Choose a visit to see who goes there and why."));
    return;
  }
  const made = make("article", "card");
  made.dataset.urgency = visit.urgency;
  const line = state.board.plan?.visits.find((one) => one.id === visit.id);
  const said = [
    visit.starts && make("p", "", `${nameOf(visit.technician_id)}, ${dayWords(visit.starts)}, ${clock(visit.starts)} to ${clock(visit.ends)}`),
    visit.work?.length && make("p", "note", visit.work.map(words).join(", ")),
    line && make("p", "note", line.why),
    line?.needs_owner && make("p", "note", "The owner has not agreed to this time yet."),
  ];
  made.append(
    make("div", "card-head", make("h3", "", `Order ${visit.number}`), make("span", "chip", words(visit.state))),
    make("p", "where", `${visit.household_name} · ${visit.household_id}`),
    ...said.filter(Boolean),
  );
  if (!visit.drafted && visit.technician_id && visit.version) made.append(pinButton(visit));
  $("chosen").replaceChildren(made);
}

function pinButton(visit) {
  const pin = make("button", "", visit.locked ? "Release technician" : "Lock technician");
  pin.type = "button";
  pin.addEventListener("click", () => act(pin, () => post(`/visits/${visit.id}/pin`, { locked: !visit.locked }, visit.version)));
  return make("div", "actions", pin);
}

function showDraft(plan) {
  $("draft").hidden = !plan;
  if (!plan) return;
  const left = plan.visits.filter((line) => !line.starts);
  const made = make("article", "card", make("div", "card-head", make("h3", "", `Draft ${plan.number}`), make("span", "chip", words(plan.state))));
  const best = plan.progress.at(-1);
  const how = plan.state === "draft" ? plan.explanation : best ? `best so far after ${best[0]} s` : "the scheduler is about to plan";
  made.append(make("p", "figures-line", how));
  if (left.length) {
    const reasons = left.map((line) => make("li", "", make("strong", "", `No. ${line.number} ${line.household_name}: `), line.why));
    made.append(make("details", "", make("summary", "", `${left.length} left out`), make("ul", "", ...reasons)));
  }
  if (plan.state === "draft") {
    const accept = make("button", "main", "Accept");
    const discard = make("button", "", "Discard");
    accept.addEventListener("click", () => act(accept, () => post(`/visits/plans/${plan.id}/accept`, {}, plan.version).then(tellLeftOut)));
    discard.addEventListener("click", () => act(discard, () => post(`/visits/plans/${plan.id}/discard`, {}, plan.version)));
    made.append(make("div", "actions", accept, discard));
  }
  $("draft").replaceChildren(made);
}

function tellLeftOut(accepted) {
  const byReason = new Map();
  for (const one of accepted.outcomes.filter((outcome) => !outcome.done)) {
    byReason.set(one.why, [...(byReason.get(one.why) ?? []), one.number]);
  }
  const sentences = [...byReason].map(([why, numbers]) => `No. ${numbers.join(", ")}: ${why}.`);
  const done = accepted.outcomes.length - [...byReason.values()].flat().length;
  if (sentences.length) throw new Error(`${done} scheduled. ${sentences.join(" ")}`);
}

async function act(button, work) {
  button.disabled = true;
  let failed = null;
  try {
    await work();
  } catch (error) {
    failed = error;
  }
  button.disabled = false;
  await load();
  if (failed) complain(failed);
}

function move(days) {
  const day = new Date(`${$("day").value}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  $("day").value = day.toISOString().slice(0, 10);
  load();
}

let waiting = null;
function loadSoon() {
  waiting ??= setTimeout(() => {
    waiting = null;
    load();
  }, SETTLE_MS);
}

function watch() {
  const source = new EventSource(`${API}/stream`);
  const tell = (live, text) => {
    $("live").dataset.state = live;
    $("live-text").textContent = text;
  };
  source.addEventListener("hello", () => {
    tell("on", "live");
    load();
  });
  source.addEventListener("reset", loadSoon);
  source.addEventListener("change", (event) => ["order", "visit_plan"].includes(JSON.parse(event.data).entity) && loadSoon());
  source.addEventListener("error", () => tell("off", "connection lost, trying again"));
}

$("before").addEventListener("click", () => move(-1));
$("after").addEventListener("click", () => move(1));
$("day").addEventListener("change", load);
$("outlet").addEventListener("change", load);
$("plan").addEventListener("click", () => act($("plan"), () => post("/visits/plan")));
navigation();
await readNames();
watch();
