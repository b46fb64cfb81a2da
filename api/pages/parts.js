// Parts on their way: what orders lack, transfers with their check, what will be needed; and reports that conflict.

import { svg } from "./chart.js";
import { all, ask, card, chip, chosen, distance, doing, empty, filters, first, fold, form, input, labelled, make, number, section, select, suggested, table, when, words } from "./page.js";

export const title = "Parts";
export const changes = ["transfer", "reservation", "order"];

const TONES = { refused: "bad", requested: "wait", approved: "wait", shipped: "wait", received: "good" };
const DEEDS = { depart: "on the way", arrive: "arrived", use_part: "used a part", request_part: "asked for a part", complete: "completed" };

export async function show(main, again) {
  const outlet = chosen("outlet");
  const [conflicts, shortages, transfers, forecast, outlets] = await Promise.all([
    all("/field/actions?state=conflict,waiting"), ask("/stock/shortages"), all("/transfers?limit=100", 1),
    ask(`/stock/forecast?weeks=8${outlet ? `&outlet_id=${encodeURIComponent(outlet)}` : ""}`), all("/outlets"),
  ]);
  const names = Object.fromEntries(outlets.map((one) => [one.id, one.name]));
  main.replaceChildren(
    section("Field reports not taken", conflicts.length || "", conflictPart(conflicts, again)),
    section("What orders lack", shortages.length || "", shortagePart(shortages, names)),
    section("Transfers", "each is checked against its outlet and the store that supplies it", newTransfer(outlets, again), transferPart(transfers, again)),
    section("What will be needed", "from open findings and the fleet's usual rates, eight weeks ahead",
      filters(again, labelled("outlet", select("outlet", { "": "all outlets", ...names }, outlet))), forecastPart(forecast, names)),
  );
}

function conflictPart(items, again) {
  if (!items.length) return empty("Every report was taken. One that cannot be carried out (an order cancelled meanwhile, a part that is not there) is kept and appears here.");
  return first(items, 6, (some) => make("div", "columns", ...some.map((one) => conflictCard(one, again))));
}

function conflictCard(one, again) {
  const made = card(one.state === "conflict" ? "visit" : "", `${one.technician_id}: ${DEEDS[one.kind] ?? words(one.kind)}`, one.state === "conflict" ? "not taken" : "waits for a report", `done ${when(one.client_at)}, arrived ${when(one.received_at)}`);
  made.dataset.id = one.id;
  made.append(make("p", "", one.detail));
  const said = Object.entries(one.body).filter(([name]) => name !== "task_id");
  if (said.length) made.append(make("p", "note", said.map(([name, value]) => `${words(name)}: ${words(value)}`).join(" · ")));
  if (one.state !== "conflict") return made;
  const path = `/field/actions/${one.id}`;
  made.append(make("div", "actions", doing("Try again", "main", () => ({ path: `${path}/retry` }), again)));
  made.append(fold("Settled in another way", form(labelled("how", input("reason", { required: true, maxLength: 500 })), make("div", "actions", doing("Settle", "", ({ elements: e }) => ({ path: `${path}/settle`, body: { reason: e.reason.value } }), again)))));
  return made;
}

function shortagePart(items, names) {
  if (!items.length) return empty("No order lacks a part. A part that a visit will probably need and nobody holds appears here within a minute of the approval.");
  return table("What orders lack", items, {
    "order": (one) => `No. ${one.number}`,
    "part": (one) => words(one.role),
    "outlet": (one) => names[one.outlet_id] ?? one.outlet_id ?? "–",
    "visit": (one) => one.visit_starts ? when(one.visit_starts) : "not booked",
    "known": (one) => distance(one.since),
    "what was tried": (one) => one.explanation,
  });
}

function transferPart(items, again) {
  if (!items.length) return empty("No transfer was asked for yet. The system asks by itself when an order's part is not at its outlet; refusals say what was looked at.");
  const rank = { requested: 0, approved: 0, shipped: 0, refused: 1, received: 2, cancelled: 3 };
  const sorted = [...items].sort((a, b) => rank[a.state] - rank[b.state] || b.number - a.number);
  return first(sorted, 12, (rows) => table("Transfers", rows, {
    "no.": (one) => one.number,
    "part": (one) => `${one.quantity} × ${words(one.part_id)}`,
    "for": (one) => one.order_number ? `order ${one.order_number}` : "stock",
    "way": (one) => `${place(one.from_place)} → ${place(one.to_place)}`,
    "state": (one) => chip(words(one.state), TONES[one.state]),
    "why": (one) => one.explanation,
    "asked": (one) => `${when(one.asked_at)} by ${one.asked_by}`,
    "": (one) => one.state === "shipped" ? doing("Arrived", "", () => ({ path: `/transfers/${one.id}/receive`, version: one.version, body: { reason: "arrived" } }), again) : "",
  }));
}

function place(name) {
  return name ? name.replace(/^outlet:/, "").replace(/^van:/, "van of ") : "nowhere yet";
}

function newTransfer(outlets, again) {
  const to = select("to_place", Object.fromEntries(outlets.map((one) => [`outlet:${one.id}`, one.name])));
  return fold("Ask for parts", form(
    labelled("part", suggested("parts", (one) => one.name, input("part_id", { required: true }))),
    labelled("pieces", input("quantity", { type: "number", min: 1, max: 100000, value: 1, required: true })),
    labelled("for", to),
    make("div", "actions", doing("Ask", "main", ({ elements: e }) => ({ path: "/transfers", body: { part_id: e.part_id.value.trim(), quantity: Number(e.quantity.value), to_place: e.to_place.value } }), again)),
  ));
}

function forecastPart(items, names) {
  const wanted = items.filter((one) => one.needed_p90 > 0 || one.order_now > 0).sort((a, b) => b.order_now - a.order_now || b.needed_p90 - a.needed_p90);
  if (!wanted.length) return empty("Nothing will be needed as far as can be told. With the first open finding or confirmed fault the need for parts is forecast here.");
  const most = Math.max(...wanted.flatMap((one) => one.weeks.map((week) => week.p90)), 1);
  return first(wanted, 20, (rows) => table("Forecast of parts", rows, {
    "part": (one) => words(one.role),
    "outlet": (one) => names[one.outlet_id] ?? one.outlet_id,
    "free": (one) => one.coming ? `${one.free} and ${one.coming} coming` : String(one.free),
    "needed until the next order": (one) => `${one.needed_p50}, nine times in ten at most ${one.needed_p90}`,
    "order now": (one) => one.order_now ? chip(`${one.order_now} pieces`, "wait") : "nothing",
    "by week": (one) => weeks(one, most),
  }));
}

/** Small columns: the median solid, what suffices nine times in ten pale above it. */
function weeks(one, most) {
  const [width, height] = [12, 28];
  const said = one.weeks.map((week) => number(week.mean, 2)).join(", ");
  const picture = svg("svg", { width: one.weeks.length * width, height, role: "img", "aria-label": `expected pieces by week: ${said}`, class: "t0 columns-small" });
  one.weeks.forEach((week, n) => {
    const bar = (value, opacity) => svg("rect", { x: n * width, width: width - 3, y: height - 1 - (value / most) * (height - 2), height: (value / most) * (height - 2) + 1, opacity, rx: 1.5 });
    picture.append(bar(week.p90, 0.35), bar(Math.min(week.mean, week.p90), 1));
  });
  return picture;
}
