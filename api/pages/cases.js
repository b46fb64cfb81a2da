// What goes back to the maker: cases with owner and measured effect, and how long appliances last.

import { survival } from "./chart.js";
import { all, ask, card, chosen, day, doing, empty, filters, first, fold, form, input, labelled, make, number, percent, queryOf, section, select, text, words } from "./page.js";
import { intervals } from "./quality.js";

export const title = "Maker's cases";
export const changes = ["case"];

const STATES = { open: "not done with", closed: "closed", dismissed: "dismissed", all: "all" };
const NODES = ["development", "production", "purchase", "logistics", "service"];
const BY = { "": "all together", model: "model", batch: "batch", firmware: "firmware", climate: "climate" };
const RATE = { say: (value) => number(value, 3), unit: "per 1000 months", exposure: "months" };
const TABLES = ["appliances", "confirmed_faults", "findings", "cases"];
const MOST_CURVES = 8;

export async function show(main, again) {
  const state = chosen("state", "open");
  const query = state === "all" ? "" : `?state=${state === "open" ? "open,assigned,fixed,measured" : state}`;
  const [cases, rates] = await Promise.all([all(`/cases${query}`), ask(`/reports/failure-rates?${queryOf({ days: 730, by: "model" })}`)]);
  main.replaceChildren(
    section("Cases", cases.length || "",
      make("p", "about", "A group of appliances that fails more than its like becomes a case by itself; one false alarm in twenty is allowed for. Nobody types in an effect: it is measured after the fix."),
      filters(again, labelled("show", select("state", STATES, state))),
      cases.length ? make("div", "columns", ...cases.map((one) => caseCard(one, again))) : empty("No case. When a model, batch, firmware or climate fails clearly more than the rest of its kind, its case is opened here.")),
    section("How long they last", "confirmed faults and replaced parts; bands are 95 % bounds", await lives(rates.groups, again)),
    section("Open tables", "without home, owner, serial number or place", exports()),
  );
}

function caseCard(one, again) {
  const made = card({ open: "urgent", assigned: "visit", fixed: "visit", measured: "self" }[one.state] ?? "", `${one.number}: ${eventWords(one.fault)}`, words(one.state), `${words(one.kind)} · ${one.dimension} ${one.value} · since ${day(one.opened_at)}`);
  made.dataset.id = one.id;
  const { found, effect } = one;
  made.append(make("p", "", `${found.events} times confirmed, ${number(found.ratio.value)} times as often as the rest of its kind (${number(found.ratio.low)} to ${found.ratio.high === null ? "∞" : number(found.ratio.high)} times).`));
  made.append(intervals([{ name: one.value, one: found.per_1000_months }, { name: "the rest", one: found.rest_per_1000_months }], RATE));
  made.append(make("p", "note", "Faults per 1000 appliance-months."));
  if (one.owner) made.append(make("p", "note", make("strong", "", "Responsible: "), `${one.owner}, ${one.node}`));
  if (one.fix) made.append(make("p", "note", make("strong", "", `Fixed ${day(one.fixed_at)}: `), one.fix));
  if (effect) {
    made.append(make("p", effect.helped ? "good" : "bad", effect.helped ? "The fix helped." : "No effect of the fix can be shown."));
    made.append(intervals([{ name: "before", one: effect.before_per_1000_months }, { name: "after", one: effect.after_per_1000_months }], RATE));
  } else if (one.state === "fixed") {
    made.append(make("p", "note", "The effect is measured as soon as the old rate would have led to five more faults."));
  }
  made.append(...steps(one, again));
  return made;
}

function steps(one, again) {
  const button = (label, className, tail, body) => make("div", "actions", doing(label, className, (of) => ({ path: `/cases/${one.id}/${tail}`, version: one.version, body: body(of.elements) }), again));
  const assign = (label) => fold(label, form(labelled("part of the organisation", select("node", NODES)), labelled("name or role", input("owner", { required: true })), button("Assign", "main", "assign", (e) => ({ node: e.node.value, owner: e.owner.value }))));
  const because = (label, tail) => fold(label, form(labelled("reason", input("reason", { required: true, maxLength: 500 })), button(label, "", tail, (e) => ({ reason: e.reason.value }))));
  const fix = () => fold("Say what was changed", form(
    labelled("since", input("fixed_at", { type: "date", required: true })),
    Object.assign(labelled("what was changed", text("fix", { required: true, maxLength: 500 })), { className: "field wide" }),
    button("Keep", "main", "fix", (e) => ({ fix: e.fix.value, fixed_at: new Date(e.fixed_at.value).toISOString() }))));
  return {
    open: () => [assign("Make somebody responsible"), because("Dismiss", "dismiss")],
    assigned: () => [fix(), because("Dismiss", "dismiss")],
    fixed: () => [assign("Hand out again")],
    measured: () => [because("Close", "close"), assign("Hand out again")],
  }[one.state]?.() ?? [];
}

async function lives(groups, again) {
  const events = new Map();
  for (const one of groups) {
    const name = `${one.kind} ${one.fault}`;
    events.set(name, (events.get(name) ?? 0) + one.events);
  }
  const choices = [...events].filter(([, count]) => count).sort((a, b) => b[1] - a[1]);
  if (!choices.length) return empty("No confirmed fault yet. With the first one that a technician saw or self-care proved, survival by model, batch, firmware and climate is drawn here.");
  const about = events.has(chosen("about")) ? chosen("about") : choices[0][0];
  const [kind, fault] = about.split(" ");
  const by = chosen("by", "model");
  const asked = Object.fromEntries(choices.map(([name, count]) => [name, `${words(name.split(" ")[0])}: ${eventWords(name.split(" ")[1])} (${count})`]));
  const [found, parts] = await Promise.all([ask(`/reports/reliability?${queryOf({ kind, fault, by })}`), ask(`/reports/part-rates?${queryOf({ kind })}`)]);
  return make("div", "",
    filters(again, Object.assign(labelled("fault", select("about", asked, about)), { className: "field about-field" }), labelled("compare by", select("by", BY, by))),
    curves(found, about), partPart(parts.parts, kind));
}

function curves(found, about) {
  const groups = [...found.groups].sort((a, b) => b.per_1000_months.count - a.per_1000_months.count);
  if (!groups.length) return empty(`No ${words(found.kind)} has a date of installation: without it nobody knows its age. Enter the date when an appliance is registered.`);
  const shown = groups.slice(0, MOST_CURVES).filter((group) => group.steps.length);
  const keys = make("ul", "keys", ...shown.map((group, n) => make("li", `t${n}`, make("i", ""), group.value)));
  const rows = groups.map((group) => ({
    name: group.value,
    note: `${group.appliances} appliances${group.survival.length ? `, ${percent(group.survival.at(-1).share)} without it at ${ageWords(group.survival.at(-1).age_d)}` : ""}`,
    one: group.per_1000_months,
  }));
  const plot = shown.length ? [make("p", "note", `Share of appliances without ${eventWords(about.split(" ")[1])} by age.`), survival(shown.map((group) => ({ name: group.value, steps: group.steps.map((step) => ({ ...step, low: step.low ?? step.share, high: step.high ?? step.share })), to_d: Math.min(group.oldest_d, group.steps.at(-1).age_d * 1.25) })), `Survival by age of ${shown.map((group) => group.value).join(", ")}`), keys] : [empty("Too few appliances were watched at the ages of the faults to draw a curve; the rates below count them all.")];
  const unknown = found.appliances_without_installation_date;
  return make("div", "", make("div", "panel", ...plot), first(rows, 10, (some) => make("div", "panel", make("p", "note", "Confirmed faults per 1000 appliance-months."), intervals(some, RATE))),
    unknown ? make("p", "note", `${unknown} appliances without a date of installation are not counted.`) : "");
}

/** A fault by its name, a part by what was done with it. */
function eventWords(fault) {
  return fault.startsWith("part:") ? `${words(fault.slice("part:".length))} replaced` : words(fault);
}

function ageWords(days) {
  return days < 365 ? `${Math.round(days / 30.44)} months` : `${number(days / 365.25, 2)} years`;
}

function partPart(parts, kind) {
  if (!parts.length) return "";
  return fold(`Parts needed: ${words(kind)}`, make("div", "panel", intervals(parts.map((part) => ({ name: words(part.part), one: part.per_1000_months })), RATE)));
}

function exports() {
  const links = TABLES.map((name) => make("p", "note", make("strong", "", `${words(name)}: `), link(name, "csv"), " · ", link(name, "parquet")));
  return make("div", "panel", ...links);
}

function link(name, format) {
  return Object.assign(make("a", "", format === "csv" ? "CSV" : "Parquet"), { href: `/api/v1/reports/exports/${name}?format=${format}`, download: `${name}.${format}` });
}
