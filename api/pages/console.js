// The console: lists are read over HTTP and read again whenever the stream of changes says that something moved.

import { callCard, orderTools, tellForm, whyList } from "./desk.js";
import { deviceCard, findingCard, make, orderCard, reminderCard, reviewCard, when, words } from "./cards.js";
import { readNames } from "./names.js";
import { navigation } from "./nav.js";

const API = "/api/v1";
const SHOWN = 30;
const SETTLE_MS = 400;
const OPEN_ORDERS = "proposed,approved,offered,confirmed,scheduled,en_route,on_site,reopened";
const RANK = { urgent: 0, visit: 1, self: 2 };
const seriesOfFinding = new Map();
const known = new Map();
/** Why a change of this order was refused: somebody was faster. Shown in its card until the next change succeeds. */
const clashes = new Map();

const LISTS = {
  findings: {
    path: `/findings?state=open,acknowledged&limit=${SHOWN}`,
    sort: (a, b) => RANK[a.urgency] - RANK[b.urgency],
    card: (item) => findingCard(item, seriesOfFinding.get(item.id)),
    empty: "Nothing found: every appliance behaves as it should.",
    before: readSeries,
  },
  orders: { path: `/orders?state=${OPEN_ORDERS}&limit=${SHOWN}`, card: (item, items) => orderCard(item, act, whyList(item), orderTools(item, items, changeOrder)), empty: "No order is open." },
  calls: { path: `/obligations?state=to_call&limit=${SHOWN}`, card: (item) => callCard(item, settleCall), empty: "Nobody waits for a call." },
  reminders: { path: `/reminders?state=sent,seen,snoozed,done&limit=${SHOWN}`, card: reminderCard, empty: "No owner has to do anything." },
  reviews: { path: `/models/reviews?reviewed=false&limit=${SHOWN}`, card: reviewCard, empty: "Nothing behaves unlike anything healthy without a name for it." },
  devices: { path: `/devices?claimed=false&limit=${SHOWN}`, card: deviceCard, empty: "Every device that speaks is claimed." },
};
const CHANGES = { finding: ["findings", "reviews"], order: ["orders"], obligation: ["calls"], reminder: ["reminders"], device: ["devices"], appliance: ["devices"] };

async function fetchJson(path, options) {
  const answer = await fetch(API + path, options);
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail ?? answer.statusText), { status: answer.status });
  return body;
}

function complain(error) {
  const place = document.getElementById("trouble");
  place.textContent = error ? error.message : "";
  place.hidden = !error;
  if (error) place.scrollIntoView({ block: "nearest" });
}

async function show(name) {
  const list = LISTS[name];
  const page = await fetchJson(list.path);
  const items = list.sort ? page.items.sort(list.sort) : page.items;
  await list.before?.(items);
  const place = document.getElementById(name);
  const before = known.get(name);
  const cards = items.map((item) => {
    const made = list.card(item, items);
    if (before && !before.has(item.id)) made.classList.add("fresh");
    made.dataset.id = item.id;
    if (clashes.has(item.id)) made.append(make("p", "clash", clashes.get(item.id)));
    return made;
  });
  known.set(name, new Set(items.map((item) => item.id)));
  if (place.contains(document.activeElement) && document.activeElement.matches("input, select")) {
    setTimeout(() => refresh(name), 5 * SETTLE_MS);  // somebody is writing here: nothing is taken from under their hands
    return;
  }
  keepOpen(place, cards);
  keepWritten(place, cards);
  place.replaceChildren(...(cards.length ? cards : [make("p", "empty", list.empty)]));
  place.removeAttribute("aria-busy");
  document.getElementById(`${name}-count`).textContent = items.length ? `${items.length}${page.next ? "+" : ""}` : "";
}

function keepOpen(place, cards) {
  const open = new Set([...place.querySelectorAll("details[open]")].map((fold) => foldName(fold, fold.closest("[data-id]"))));
  for (const made of cards) {
    for (const fold of made.querySelectorAll("details")) fold.open ||= open.has(foldName(fold, made));
  }
}

/** What somebody has written into a card is written into the new one, which shows what changed meanwhile. */
function keepWritten(place, cards) {
  for (const made of cards) {
    const old = place.querySelector(`[data-id="${CSS.escape(made.dataset.id)}"]`);
    for (const field of old?.querySelectorAll("input:not([type=checkbox]), select") ?? []) {
      const same = made.querySelector(`[aria-label="${CSS.escape(field.getAttribute("aria-label"))}"]`);
      if (same && field.value !== (field.defaultValue ?? field.options[0].value)) same.value = field.value;
    }
  }
}

function foldName(fold, of) {
  return `${of.dataset.id} ${fold.firstChild.textContent}`;
}

// The evidence of a finding may name an index that no appliance reports; then there is no line to draw.
async function readSeries(findings) {
  const missing = findings.filter((finding) => drawable(finding) && !isFresh(finding));
  await Promise.all(missing.map(readOne));
}

/** The first evidence that names a stored signal; an index such as "room_c - supply_c" has no telemetry of its own. */
function drawable(finding) {
  return finding.evidence.find((one) => /^[a-z][a-z0-9_]*$/.test(one.signal) && one.signal !== "contact_ohm");
}

function isFresh(finding) {
  return seriesOfFinding.get(finding.id)?.judged_at === finding.judged_at;
}

async function readOne(finding) {
  const { signal, expected, unit, since: began } = drawable(finding);
  const to = new Date(finding.judged_at);
  const since = new Date(began);
  const day = 86400e3;
  const from = new Date(Math.min(since - (to - since), to - day / 4));
  const query = new URLSearchParams({ signals: signal, max_points: "120", from: from.toISOString(), to: new Date(+to + 1).toISOString() });
  try {
    const series = await fetchJson(`/appliances/${encodeURIComponent(finding.appliance_id)}/telemetry?${query}`);
    const points = series.items
      .map((item) => ({ time: Date.parse(item.time), value: item.values[signal] }))
      .filter((point) => typeof point.value === "number");
    // Of a broken sensor the evidence is a share of rows: no level that could be drawn among its degrees.
    const level = (series.units[signal] ?? "") === (unit === "1" ? "" : unit ?? "") ? expected : null;
    seriesOfFinding.set(finding.id, { judged_at: finding.judged_at, signal, expected: level, points, from: points[0] && new Date(points[0].time), to });
  } catch {
    seriesOfFinding.set(finding.id, { judged_at: finding.judged_at, signal, expected, points: [] });
  }
}

async function act(button, order, action) {
  button.disabled = true;
  try {
    await fetchJson(`/orders/${order.id}/${action}`, {
      method: "POST",
      headers: { "Idempotency-Key": crypto.randomUUID(), "If-Match": `"${order.version}"`, "X-Actor": "console" },
    });
    clashes.delete(order.id);
    complain(null);
  } catch (error) {
    await tellClash(order, error);
  }
  await refresh("orders");
}

async function changeOrder(button, order, method, tail, body) {
  const error = await send(button, `/orders/${order.id}${tail}`, method, order.version, body, "orders");
  if (error) await tellClash(order, error);
  else clashes.delete(order.id);
}

const CHANGED = 412;  // the version that was seen is not the present one any more

/** Two people at one order: the second is told what the first did, and what was written stays. */
async function tellClash(order, error) {
  if (error.status !== CHANGED) return complain(error);
  const now = await fetchJson(`/orders/${order.id}`).catch(() => null);
  const last = now?.state === order.state ? null : now?.history?.at(-1);
  const did = last ? `it is ${words(now.state)} since ${when(last.at)} (${last.actor}${last.reason ? `: ${last.reason}` : ""})` : "it was changed";
  const said = `Somebody was faster with order ${order.number}: ${did}. Nothing was done twice; look at it again, what you wrote is kept.`;
  clashes.set(order.id, said);
  complain(new Error(said));
  await refresh("orders");
}

async function settleCall(button, call, tail, body) {
  await send(button, `/obligations/${call.id}${tail}`, "POST", call.version, body, "calls");
}

async function tellBreakdown(button, appliance, body) {
  button.disabled = true;
  try {
    await fetchJson(`/appliances/${encodeURIComponent(appliance || "-")}/breakdown`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID(), "X-Actor": "console" },
      body: JSON.stringify(body),
    });
    complain(null);
    await refresh("findings");
    return true;
  } catch (error) {
    complain(error);
    return false;
  } finally {
    button.disabled = false;
  }
}

async function send(button, path, method, version, body, list) {
  button.disabled = true;
  const headers = { "Content-Type": "application/json", "If-Match": `"${version}"`, "X-Actor": "console" };
  if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID();
  try {
    await fetchJson(path, { method, headers, body: JSON.stringify(body) });
    complain(null);
    await refresh(list);
    return null;
  } catch (error) {
    complain(error);
    button.disabled = false;
    return error;
  }
}

// Many changes at once become one reading of the list.
const waiting = new Map();
function refresh(name) {
  if (!waiting.has(name)) {
    waiting.set(name, new Promise((done) => setTimeout(done, SETTLE_MS)).then(() => {
      waiting.delete(name);
      return show(name).catch(complain);
    }));
  }
  return waiting.get(name);
}

function refreshAll() {
  for (const name of Object.keys(LISTS)) refresh(name);
}

function showFigures(figures) {
  for (const place of document.querySelectorAll(".number")) {
    const value = figures[place.id];
    place.textContent = value === null ? "–" : new Intl.NumberFormat("en", { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  }
}

function setLive(state, text) {
  document.getElementById("live").dataset.state = state;
  document.getElementById("live-text").textContent = text;
}

function watch() {
  const source = new EventSource(`${API}/stream`);
  source.addEventListener("hello", () => {
    setLive("on", "live");
    complain(null);
    refreshAll();
  });
  source.addEventListener("reset", refreshAll);
  source.addEventListener("change", (event) => (CHANGES[JSON.parse(event.data).entity] ?? []).forEach(refresh));
  source.addEventListener("figures", (event) => showFigures(JSON.parse(event.data)));
  source.addEventListener("error", () => setLive("off", "connection lost, trying again"));
}

document.getElementById("tell").append(tellForm(fetchJson, tellBreakdown));
navigation();
await readNames();
watch();
