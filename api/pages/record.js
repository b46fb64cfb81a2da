// A technician's record, as planners and as the person sees it: grade and what it rests on, points, rates, earnings.

import { ask, chip, chosen, day, distance, doing, empty, facts, first, fold, form, labelled, make, money, number, orderField, percent, queryOf, section, select, table, text, words } from "./page.js";
import { suspensionParts } from "./people_edit.js";
import { intervals } from "./quality.js";

const SHARE = { say: percent, unit: "" };
const RATIO = { say: (value) => `${number(value, 3)} ×`, unit: "times" };
const RATES = { first_visit_fix: "fixed at the first visit", repeat: "repeated repairs", misjudgement: "misjudged tasks", false_cost: "visits for nothing", satisfaction: "satisfaction", parts_returned: "parts brought back" };
const STANDING = { active: ["may work", "good"], suspended: ["suspended", "bad"], removed: ["removed", "bad"] };
const GRADES = { A: "good", B: "wait", C: "bad" };
const GATES = { reported: "report", proved: "proof by telemetry", followed_up: "follow-up", no_open_complaint: "the end of a complaint" };
const MONTHS = 12;

/** The parts of a record; `person` is whether the technician reads it (who may appeal) or the office (which decides). */
export async function recordParts(id, { person, again }) {
  const month = chosen("month", new Date().toISOString().slice(0, 7));
  const [record, rates, settlement] = await Promise.all([
    ask(`/technicians/${id}/record`), ask(`/reports/quality?${queryOf({ technician: id })}`), ask(`/technicians/${id}/settlement?month=${month}`),
  ]);
  const grades = [...record.grades].sort((a, b) => b.month.localeCompare(a.month));
  return [
    section("Standing", "", standing(record, grades[0])),
    ...suspensionParts(record, person ? null : again),
    section("Grades", "troubles against what is usual for such jobs; 1 is usual, bars are 90 % intervals", gradePart(grades, person, again)),
    section("Rates", `${rates.groups[0].services} services in a year, bars are 95 % intervals`, ratePart(rates.groups[0])),
    section("Points", `${record.points} of ${record.points_full}`, pointPart(record, person, again)),
    ...appealParts(record, person, again),
    section("Settlement", month, settlementPart(settlement, record, person, again)),
  ];
}

function standing(record, latest) {
  const [said, tone] = STANDING[record.standing];
  const tile = (value, name) => make("div", "tile", make("span", "number", value), make("span", "name", name));
  const grade = latest ? tile(latest.state === "overturned" ? `${latest.grade} (overturned)` : latest.grade, `grade of ${monthWords(latest.month)}${latest.promoted ? ", promoted" : ""}`) : tile("–", "not graded yet");
  return make("div", "tiles", grade, tile(chip(said, tone), record.active ? "gets visits" : "gets no visits"), tile(`${record.points}/${record.points_full}`, "licence points"));
}

function monthWords(date) {
  return new Date(`${date.slice(0, 7)}-01T12:00:00Z`).toLocaleDateString("en-GB", { month: "long", year: "numeric" });
}

function gradePart(grades, person, again) {
  if (!grades.length) return empty("No grade yet. Grades are given two weeks after the end of a month, from the jobs of three months.");
  const rows = grades.map((one) => ({
    name: make("span", "", chip(one.grade, GRADES[one.grade]), ` ${monthWords(one.month)}`),
    note: `${one.figures.jobs} jobs, ${one.figures.troubles} with trouble, ${number(one.figures.usual, 2)} usual${one.state === "given" ? "" : ` · ${words(one.state)}`}`,
    one: { value: one.figures.ratio, low: one.figures.low, high: one.figures.high },
  }));
  const latest = grades[0];
  const appealed = grades.filter((one) => one.appeal).slice(0, MONTHS).map((one) => appealPart(one, person, again));
  const appealable = grades.filter((one) => one.state === "given").slice(0, MONTHS);
  return make("div", "",
    first(rows, 6, (some) => make("div", "panel", intervals(some, RATIO, 1))),
    fold("What a grade rests on", rests(latest.figures)),
    ...appealed,
    person && appealable.length ? appealForm(appealable, again) : "");
}

function rests(figures) {
  const settings = Object.fromEntries(Object.entries(figures.settings ?? {}).map(([name, value]) => [words(name), number(value)]));
  return make("div", "",
    make("p", "note", `Somebody's troubles are compared with those that such jobs usually have with others, shrunk towards 1 where there are few. A needs ${percent(figures.settings.better)} certainty of less trouble than usual, C ${percent(figures.settings.worse)} certainty of more than ${number(figures.settings.tolerance)} times; with fewer than ${figures.settings.least_jobs} jobs it is B.`),
    facts({ "certainty of less": percent(figures.better), "certainty of clearly more": percent(figures.worse), ...settings }));
}

function appealPart(one, person, again) {
  const said = [one.appeal && make("p", "note", make("strong", "", "Appeal: "), one.appeal), one.answer && make("p", "note", make("strong", "", "Decision: "), one.answer)];
  const title = `${monthWords(one.month)}: grade ${one.grade}`;
  if (!person && one.state === "appealed") {
    return make("div", "panel", make("h3", "", title), ...said.filter(Boolean), decision(`/grades/${one.id}/decide`, one.version, "the grade stands", "overturned", again));
  }
  return make("div", "panel", make("h3", "", `${title}, ${words(one.state)}`), ...said.filter(Boolean));
}

function appealForm(grades, again) {
  const asked = Object.fromEntries(grades.map((one) => [one.id, `${one.grade} of ${monthWords(one.month)}`]));
  return appeal("Appeal against a grade", "grade", asked, again, (e) => ({
    path: `/grades/${e.grade.value}/appeal`, version: grades.find((one) => one.id === e.grade.value).version, body: { appeal: e.appeal.value },
  }));
}

function ratePart(group) {
  if (!group.services) return empty("No finished service in the last year. Rates appear with the first one.");
  return make("div", "panel", intervals(Object.entries(RATES).map(([key, name]) => ({ name, one: group[key] })), SHARE));
}

function pointPart(record, person, again) {
  const ledger = record.points_entries.length
    ? first(record.points_entries, 8, (rows) => table("Points ledger", rows, {
      "when": (one) => day(one.at),
      "points": (one) => (one.points > 0 ? `+${one.points}` : one.points),
      "why": (one) => words(one.reason),
      "what happened": (one) => one.note,
      "found by": (one) => (one.actor === "scheduler" ? "the system" : one.actor),
      "counts until": (one) => distance(new Date(Date.parse(one.at) + 365 * 86400e3).toISOString()),
    }))
    : empty("All points are there. What is taken off, by whom and why appears here, and counts for a year.");
  if (person) {
    const open = record.points_entries.filter((one) => one.points < 0 && !record.appeals.some((appeal) => appeal.entry_id === one.id));
    const asked = Object.fromEntries(open.map((one) => [one.id, `${day(one.at)}: ${one.points}, ${words(one.reason)}`]));
    return make("div", "", ledger, open.length ? appeal("Appeal against points", "points", asked, again, (e) => ({ path: `/technicians/${record.technician_id}/points/${e.points.value}/appeal`, body: { appeal: e.appeal.value } })) : "");
  }
  return make("div", "", ledger, fold("Take points off", form(
    labelled("for", select("reason", { broken_promise: "broken promise: 2 points", overcharging: "overcharging: 6 points" })),
    labelled("order, if it is about one", orderField("order_id")),
    Object.assign(labelled("what happened", text("note", { required: true, maxLength: 500 })), { className: "field wide" }),
    make("div", "actions", doing("Take off", "main", ({ elements: e }) => ({ path: `/technicians/${record.technician_id}/points`, body: { reason: e.reason.value, order_id: e.order_id.value.trim() || null, note: e.note.value } }), again)))));
}

/** A folded form: what is appealed against, and what speaks for it. */
function appeal(title, name, choices, again, deed) {
  return fold(title, form(
    labelled("which", select(name, choices)),
    Object.assign(labelled("what speaks for you", text("appeal", { required: true, maxLength: 500 })), { className: "field wide" }),
    make("div", "actions", doing("Appeal", "main", ({ elements }) => deed(elements), again))));
}

/** Appeals about points and pay, with the decision that the office still owes. */
function appealParts(record, person, again) {
  if (!record.appeals.length) return [];
  const cards = [...record.appeals].reverse().map((one) => {
    const made = make("div", "panel", make("p", "", make("strong", "", one.entry_id ? "Points: " : "Pay: "), one.appeal, " ", chip(words(one.state), one.decided_at ? "" : "wait")));
    made.dataset.id = one.id;
    if (one.answer) made.append(make("p", "note", make("strong", "", "Decision: "), one.answer));
    if (!person && !one.decided_at) made.append(decision(`/appeals/${one.id}/decide`, one.version, "it stays as it is", "the person is right", again));
    return made;
  });
  return [section("Appeals about points and pay", cards.length, make("div", "", ...cards))];
}

function decision(path, version, stays, falls, again) {
  return form(
    labelled("decision", select("overturned", { no: stays, yes: falls })),
    Object.assign(labelled("because", text("answer", { required: true, maxLength: 500 })), { className: "field wide" }),
    make("div", "actions", doing("Decide", "main", ({ elements: e }) => ({ path, version, body: { overturned: e.overturned.value === "yes", answer: e.answer.value } }), again)));
}

function settlementPart(statement, record, person, again) {
  const now = new Date();
  const months = Object.fromEntries(Array.from({ length: MONTHS }, (_, n) => {
    const value = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - n, 1)).toISOString().slice(0, 7);
    return [value, monthWords(`${value}-01`)];
  }));
  const picker = select("month", months, statement.month);
  picker.addEventListener("change", () => {
    const query = new URLSearchParams(location.search);
    query.set("month", picker.value);
    history.replaceState(null, "", `?${query}`);
    again();
  });
  const tile = (value, name) => make("div", "tile", make("span", "number", money(value)), make("span", "name", name));
  const lines = statement.lines.length ? first(statement.lines, 10, (rows) => table("Settlement by order", rows, {
    "order": (one) => `No. ${one.order_number}`,
    "amount": (one) => number(one.amount, 5),
    "state": (one) => one.held_by.length ? chip("held back", "wait") : one.amount ? chip("earned", "good") : chip("not paid", "bad"),
    "why": (one) => (one.held_by.length ? `waits for ${one.held_by.map((gate) => GATES[gate] ?? words(gate)).join(", ")}` : one.note || "–"),
  })) : empty("No job was finished in this month.");
  return make("div", "", make("div", "filters", labelled("month", picker)),
    make("div", "tiles four", tile(statement.earned, "earned"), tile(statement.held, "held back, paid when its gates are passed"), tile(statement.deducted, "taken off for points"), tile(statement.returned, "given back for points"), tile(statement.paid, "to be paid")),
    unchecked(statement.missing.charges_not_checked), make("div", "gap", lines), confirmPart(statement, person, again), person ? payAppeal(statement, record, again) : "");
}

/** Sums that leave something out say so: what no price is known of may hide that too much was charged. */
function unchecked(charges) {
  if (!charges.length) return "";
  const said = `${charges.length} ${charges.length === 1 ? "charge was" : "charges were"} not checked against the price list, because a price is missing:`;
  return make("div", "note", make("p", "", said), make("ul", "", ...charges.map((one) => make("li", "", `No. ${one.order_number}, ${money(one.cents / 100)} charged: ${one.why}`))));
}

/** Once a month is over, somebody says that it is paid; the sum that was seen goes along. */
function confirmPart(statement, person, again) {
  const { confirmed } = statement;
  if (confirmed) return make("p", "note", `${confirmed.actor} confirmed ${money(confirmed.paid)} on ${day(confirmed.at)}.`);
  if (person || Date.parse(statement.over) > Date.now()) return "";
  return make("div", "actions", doing("Confirm as paid", "main", () => ({ path: `/technicians/${statement.technician_id}/settlement/confirm`, body: { month: statement.month, paid: statement.paid } }), again));
}

function payAppeal(statement, record, again) {
  const held = statement.lines.filter((one) => one.held_by.length && !record.appeals.some((made) => made.order_id === one.order_id));
  if (!held.length) return "";
  const asked = Object.fromEntries(held.map((one) => [one.order_id, `No. ${one.order_number}, ${number(one.amount, 5)}`]));
  return appeal("Appeal for pay that is held back", "order", asked, again, (e) => ({ path: `/technicians/${record.technician_id}/settlement/appeals`, body: { order_id: e.order.value, appeal: e.appeal.value } }));
}
