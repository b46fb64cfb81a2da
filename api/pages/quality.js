// Quality figures: all with exact bounds, compared by group; detectors, costs and omissions.

import { axis, bars, interval, reach } from "./chart.js";
import { all, ask, chosen, day, empty, facts, filters, first, fold, input, labelled, make, money, number, percent, queryOf, section, select, table, words } from "./page.js";

export const title = "Quality";
export const changes = [];

const ppm = { say: (value) => number(value, 3), unit: "ppm" };
const share = { say: percent, unit: "" };
const FIGURES = {
  complaint_ppm: { name: "Complaints", of: "services", ...ppm },
  omission_ppm: { name: "Omissions", of: "needs", ...ppm },
  dissatisfaction_ppm: { name: "Dissatisfied owners", of: "services", ...ppm },
  satisfaction: { name: "Satisfaction", of: "ratings with 4 or 5 stars", ...share },
  first_visit_fix: { name: "Fixed at the first visit", of: "services that telemetry judged", ...share },
  repeat: { name: "Repeated repairs", of: "services", ...share },
  misjudgement: { name: "Misjudged tasks", of: "reported tasks", ...share },
  false_cost: { name: "Visits for nothing", of: "reported visits", ...share },
  parts_returned: { name: "Parts brought back", of: "parts taken", ...share },
};
const DIMENSIONS = { "": "all together", month: "month", outlet: "outlet", technician: "technician", region: "region", model: "model" };
const ONLY = { region: "all regions", outlet: "all outlets", technician: "all technicians", model: "all models" };

export async function show(main, again) {
  const until = chosen("until");
  const span = { since: moment(chosen("since") || yearBefore(until)), until: until ? moment(until, 1) : "" };
  const only = Object.fromEntries(Object.keys(ONLY).map((name) => [name, chosen(name)]));
  const by = chosen("by", "month");
  const [whole, groups, detectors, costs, omissions] = await Promise.all([
    ask(`/reports/quality?${queryOf({ ...span, ...only })}`),
    by ? ask(`/reports/quality?${queryOf({ ...span, ...only, by })}`) : null,
    ask(`/reports/detectors?${queryOf({ ...span, ...only, by })}`),
    ask(`/reports/costs?${queryOf({ ...span, ...only, by })}`),
    all(`/reports/omissions?${queryOf({ ...span, ...only })}`),
  ]);
  main.replaceChildren(
    filterForm(whole, costs.choices, again),
    section("Figures", `${number(whole.groups[0].services, 6)} services finished, each bar is the 95 % interval`, tiles(whole.groups[0])),
    groups ? comparison(groups, by, again) : "",
    section("Rules and models", "from outcomes", detectorPart(detectors.items), detectorGroups(detectors.groups, by)),
    section("Costs", "in one unit of money", costPart(costs), costGroups(costs.groups, by)),
    section("Omissions", "breakdowns nobody predicted and orders somebody dropped, found by the system", omissionPart(omissions)),
  );
}

function yearBefore(until) {
  const from = until ? new Date(until) : new Date();
  from.setUTCFullYear(from.getUTCFullYear() - 1);
  return from.toISOString().slice(0, 10);
}

function moment(date, days = 0) {
  return new Date(Date.parse(date) + days * 86400e3).toISOString();
}

function filterForm(whole, more, again) {
  const values = (name) => [...new Set([...whole.choices[name], ...more[name]])].filter((one) => one !== "none").sort();
  const pick = (name, everything) => labelled(words(name), select(name, { "": everything, ...Object.fromEntries(values(name).map((one) => [one, one])) }, chosen(name)));
  return filters(again,
    labelled("from", input("since", { type: "date", value: whole.since.slice(0, 10) })),
    labelled("to", input("until", { type: "date", value: chosen("until") || whole.until.slice(0, 10) })),
    ...Object.entries(ONLY).map(([name, everything]) => pick(name, everything)),
    labelled("compare by", select("by", DIMENSIONS, chosen("by", "month"))),
  );
}

function bounds(figure, one) {
  if (one.value === null) return "nothing to count yet";
  return `${figure.say(one.low)} to ${figure.say(one.high)}`;
}

function tiles(group) {
  const made = Object.entries(FIGURES).map(([key, figure]) => {
    const one = group[key];
    const value = make("span", "number", one.value === null ? "–" : figure.say(one.value), figure.unit ? make("span", "per", ` ${figure.unit}`) : null);
    return make("div", "tile", make("span", "name", figure.name), value,
      interval(one, reach([one], figure.unit ? Infinity : 1)),
      make("span", "bounds", bounds(figure, one)),
      make("span", "bounds", `${number(one.count, 6)} of ${number(one.of, 6)} ${figure.of}`));
  });
  return make("div", "tiles", ...made);
}

function comparison(groups, by, again) {
  const key = chosen("figure", "first_visit_fix");
  const figure = FIGURES[key] ?? FIGURES.first_visit_fix;
  const names = Object.fromEntries(Object.entries(FIGURES).map(([name, one]) => [name, one.name]));
  const picker = filters(again, labelled("figure", select("figure", names, key)));
  const shown = groups.groups;
  const made = shown.length ? make("div", "panel", intervals(shown.map((group) => ({ name: group.value, one: group[key], of: figure.of })), figure)) : empty("Nothing was finished in this span yet: groups appear with the first finished order.");
  return section(`By ${DIMENSIONS[by]}`, `${shown.length} groups`, picker, made);
}

/** Rows of name, interval and numbers over one axis. rows: {name, one, note}. */
export function intervals(rows, figure, mark = null) {
  const end = reach([...rows.map((row) => row.one), ...(mark === null ? [] : [{ value: mark, high: mark }])], figure.unit || mark !== null ? Infinity : 1);
  const made = rows.flatMap(({ name, one, note }) => [
    make("span", "name", name, note ? make("small", "bounds", note) : null),
    make("span", "told", one.value === null ? "–" : figure.say(one.value), make("small", "", one.value === null ? "nothing to count" : `${figure.say(one.low)} to ${one.high === null ? "∞" : figure.say(one.high)}${counts(one, figure)}`)),
    interval(one, end, { mark }),
  ]);
  return make("div", "intervals", ...made, axis(end, figure.say, mark));
}

function counts(one, figure) {
  if (!one.of) return "";
  return figure.exposure ? ` · ${number(one.count, 6)} in ${number(one.of, 3)} ${figure.exposure}` : ` · ${number(one.count, 6)}/${number(one.of, 6)}`;
}

function detectorPart(items) {
  if (!items.length) return empty("No rule and no model has found anything in this span. Each appears with its first finding, its precision with the first outcome.");
  const judged = items.filter((one) => one.confirmed + one.wrong > 0).sort((a, b) => b.findings - a.findings);
  const waiting = items.length - judged.length;
  const rows = judged.map((one) => ({
    name: `${words(one.kind)}: ${words(one.fault)}`,
    note: `${one.detector} · ${number(one.findings, 6)} findings${one.days_before_work === null ? "" : ` · ${number(one.days_before_work, 2)} days of notice`}`,
    one: one.precision,
  }));
  const notes = `Precision: confirmed by a technician or proved by telemetry, against what was wrong. Days of notice: median from the finding to the finished work.${waiting ? ` ${waiting} more have findings but no outcome yet.` : ""}`;
  return make("div", "", make("p", "about", notes), first(rows, 12, (some) => make("div", "panel", intervals(some, share))));
}

function costPart(costs) {
  const rows = [["predicted", "as it was, with predictions"], ["reactive", "waiting for failures"], ["calendar", "service by the calendar"]];
  const settings = fold("What the columns rest on", make("p", "note", "Prices are engineering judgement until yours are set. Parts are the same in all three columns."), facts(Object.fromEntries(Object.entries(costs.settings).map(([name, value]) => [words(name), number(value)]))));
  const unpriced = costs.missing.parts_without_price;
  const left = unpriced ? make("p", "note", `${number(unpriced, 6)} used ${unpriced === 1 ? "part has" : "parts have"} no price and ${unpriced === 1 ? "is" : "are"} missing in all three columns; give the catalogue their prices on the page Parts.`) : "";
  return make("div", "two",
    make("div", "panel", left, bars(rows.map(([name, label]) => ({ label, value: costs[name], said: money(costs[name]) }))), settings),
    make("div", "tiles",
      ...[["avoided_visits", "visits avoided: owners cleaned it themselves"], ["prevented_failures", "failures prevented, confirmed by a technician"], ["breakdowns", "breakdowns that nobody predicted"], ["appliance_months", "appliance-months watched"]].map(([name, said]) =>
        make("div", "tile", make("span", "number", number(costs[name], 6)), make("span", "name", said)))));
}

const NOBODY = { technician: "nobody yet", outlet: "no outlet", model: "no model named" };

function groupName(value, by) {
  return value === "none" ? NOBODY[by] ?? "none" : value;
}

function detectorGroups(groups, by) {
  if (!groups.length) return "";
  const notes = (one) => `${number(one.findings, 6)} ${one.findings === 1 ? "finding" : "findings"}${one.days_before_work === null ? "" : ` · ${number(one.days_before_work, 2)} days of notice (${number(one.days_p10, 2)} to ${number(one.days_p90, 2)})`}`;
  const rows = groups.map((one) => ({ name: groupName(one.value, by), note: notes(one), one: one.precision }));
  return fold(`All rules and models by ${DIMENSIONS[by]}`, make("p", "about", "Precision; days of notice: median, and from the first to the last tenth."), first(rows, 12, (some) => make("div", "panel", intervals(some, share))));
}

function costGroups(groups, by) {
  if (!groups.length) return "";
  const tell = (name) => (one) => money(one[name]);
  const count = (name, digits = 6) => (one) => number(one[name], digits);
  return fold(`Costs by ${DIMENSIONS[by]}`,
    make("p", "about", "The groups add up to the whole. A visit for two models counts for each in part; what nobody came for counts for the outlet that looks after the home, and for whoever was there last."),
    first(groups, 15, (some) => table(`Costs by ${DIMENSIONS[by]}`, some, {
      [DIMENSIONS[by]]: (one) => groupName(one.value, by),
      "predicted": tell("predicted"), "reactive": tell("reactive"), "calendar": tell("calendar"),
      "visits": count("visits", 4), "avoided": count("avoided_visits"), "prevented": count("prevented_failures"), "breakdowns": count("breakdowns"), "months watched": count("appliance_months", 4),
    })));
}

function omissionPart(shown) {
  if (!shown.length) return empty("None. A breakdown that no finding announced, or an order whose promise has passed, appears here within a day.");
  return first(shown.reverse(), 10, (some) => table("Omissions", some, {
    "when": (one) => day(one.at),
    "what": (one) => words(one.kind),
    "home": (one) => one.household_id,
    "model": (one) => one.model ?? "–",
    "outlet": (one) => one.outlet ?? "–",
    "why it counts": (one) => one.why,
  }));
}
