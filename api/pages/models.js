// Trained models: which one speaks, how challengers do beside it, drift, and what waits for somebody to look.

import { interval } from "./chart.js";
import { all, ask, card, day, doing, empty, facts, first, fold, form, input, labelled, make, number, percent, section, table, when, words } from "./page.js";
import { intervals } from "./quality.js";

export const title = "Models";
export const changes = ["model"];

const RANK = { champion: 0, shadow: 1, candidate: 2, retired: 3 };
const TONE = { champion: "self", shadow: "visit" };
const SAID = { champion: "champion, speaks", shadow: "challenger, in the shadow", candidate: "candidate", retired: "retired" };
const SHARE = { say: percent, unit: "" };

const STEP = { candidate: "Try in the shadow", shadow: "Let it speak", retired: "Make it a candidate" };

export async function show(main, again) {
  const [models, drift, reviews] = await Promise.all([all("/models"), ask("/models/drift"), ask("/models/reviews?limit=100&reviewed=false")]);
  models.sort((a, b) => RANK[a.state] - RANK[b.state] || b.registered_at.localeCompare(a.registered_at));
  const compared = new Map(await Promise.all(models.filter((one) => one.state === "shadow").map(async (one) => [one.id, await comparison(one)])));
  main.replaceChildren(
    section("Registered models", models.length || "",
      make("p", "about", "Without a champion, the model that ships with the program speaks. A model speaks only after it has judged in the shadow. Register with ", make("code", "", "wellkept admin models register"), "."),
      models.length ? make("div", "columns", ...models.map((one) => modelCard(one, compared.get(one.id), again))) : empty("No model is registered: the one that ships with the program speaks. Training makes another one out of your own outcomes.")),
    section("Whether it fits the data", "share of recent daily indices that were never met in training", driftPart(drift.items, models)),
    section("Unlike anything healthy", "without a name; nothing acts on these, somebody may look", reviewPart(reviews.items, again)),
  );
}

async function comparison(one) {
  try {
    return await ask(`/models/${one.id}/comparison`);
  } catch (error) {
    return { problem: error.message };
  }
}

function modelCard(one, compared, again) {
  const made = card(TONE[one.state] ?? "", one.name, SAID[one.state], `${one.sha256.slice(0, 10)} · registered ${day(one.registered_at)}${one.promoted_at ? ` · promoted ${day(one.promoted_at)}` : ""}`);
  const { appliances, appliance_months: months, data_from: from, data_to: to, labels } = one.provenance;
  made.append(facts({
    "trained on": [appliances && `${number(appliances, 6)} appliances`, months && `${number(months, 6)} appliance-months`].filter(Boolean).join(", "),
    "data": from && to ? `${day(from)} to ${day(to)}` : null,
    "labels from": labels?.join(", "),
    "code": one.code_version,
  }));
  made.append(...figuresPart(one.provenance.figures ?? {}));
  if (one.simulated) made.append(make("p", "note", "Its figures are SIMULATED: they say nothing about the field."));
  if (compared) made.append(...comparisonPart(compared));
  made.dataset.id = one.id;
  made.append(stepForm(one, again));
  return made;
}

/** What training measured: on homes that were not fitted on, or of a refitted model on the outcomes that it learned from. */
function figuresPart(figures) {
  const found = (own) => own && `${own.true} true, ${own.not_true.count} not (${number(own.not_true.per_1000, 2)} per 1000 months, up to ${number(own.not_true.upper95, 2)})`;
  const error = (own) => own?.ece !== undefined && own.ece !== null ? `${number(own.ece, 2)} of ${own.n}${own.perfect_ece ? `; by chance ${number(own.perfect_ece, 2)}, up to ${number(own.perfect_high, 2)}` : ""}` : null;
  const held = (own) => own?.n ? `${percent(own.inside)} of ${own.n}` : null;
  const rows = {
    "visits": found(figures.visit_findings),
    "self-care": found(figures.self_findings),
    "calibration error": error(figures.calibration ?? figures.fitted_on_outcomes),
    "at real base rates": error(figures.calibration_at_real_base_rates),
    "visits within P10–P90": held(figures.failures_within_interval?.visit),
    "self-care within P10–P90": held(figures.failures_within_interval?.self),
    "outcomes": figures.outcomes && Object.entries(figures.outcomes).map(([name, count]) => `${count} ${name}`).join(", "),
  };
  if (!Object.values(rows).some(Boolean)) return [make("p", "note", "Training recorded no figures.")];
  return [make("p", "note", figures.held_out ? `Measured on homes that it was not fitted on (${figures.held_out}):` : "Measured on the outcomes that it learned from:"), facts(rows)];
}

/** One step up, out of use, or back to the one before; the version that is shown goes along. */
function stepForm(one, again) {
  const act = (label, what, tone = "") => doing(label, tone, ({ elements: e }) => ({ path: `/models/${one.id}/${what}`, version: one.version, body: { reason: e.reason.value } }), again);
  const steps = [];
  if (STEP[one.state]) steps.push(act(STEP[one.state], "promote", "main"));
  if (one.state === "champion") steps.push(act("Roll back", "roll-back", "main"));
  if (one.state !== "retired") steps.push(act("Retire", "retire"));
  return fold("Change", form(labelled("why this model", input("reason", { required: true, maxLength: 500 })), make("div", "actions", ...steps)));
}

function comparisonPart(compared) {
  if (compared.problem) return [make("p", "note", compared.problem)];
  const row = (name, side) => ({ name, note: `${side.findings} findings, ${side.true} true, ${side.false} false, ${side.not_known} not known`, one: { ...side.precision, count: side.precision.hits } });
  return [
    make("p", "note", make("strong", "", "Beside what people were told"), ` over ${number(compared.months)} appliance-months: precision of both`),
    intervals([row("told", compared.champion), row(compared.name, compared.challenger)], SHARE),
    make("p", "note", `It would have missed ${compared.true_only_champion} true findings and spared ${compared.false_spared} false ones.`),
    ...(compared.hardly_tried ? [make("p", "note", "Hardly tried: too little of what it said came to an outcome to tell how good it is.")] : []),
  ];
}

function driftPart(items, models) {
  const registered = new Set(models.map((one) => one.sha256));
  if (!items.length) return empty("Not checked yet. Once a day the data of each kind are compared with what the speaking model was trained on.");
  return table("Drift", items, {
    "kind": (one) => words(one.kind),
    "outside of training": (one) => make("div", "", interval({ value: one.outside, low: 0, high: one.outside }, 1), make("span", "bounds", percent(one.outside))),
    "appliances": (one) => one.appliances,
    "who speaks": (one) => one.fallen_back ? `the model before it, since ${day(one.since)}` : registered.has(one.model_sha256) ? "the champion" : "the shipped model",
    "checked": (one) => when(one.checked_at),
  });
}

function reviewPart(items, again) {
  if (!items.length) return empty("Nothing. A unit that behaves unlike anything healthy, without a fault that has a name, appears here.");
  return first(items, 20, (rows) => table("To look into", rows, {
    "appliance": (one) => one.appliance_id,
    "kind": (one) => words(one.kind),
    "strange (0.5 is ordinary, 1 the most)": (one) => number(one.probability, 2),
    "seen": (one) => one.evidence.slice(0, 3).map((e) => `${words(e.signal)} ${number(e.observed)} instead of ${number(e.expected)}${e.unit && e.unit !== "1" ? ` ${e.unit}` : ""}`).join("; "),
    "since": (one) => one.evidence.length ? day(one.evidence[0].since) : when(one.raised_at),
    "state": (one) => one.cleared_at ? `gone ${day(one.cleared_at)}` : "still so",
    "looked at": (one) => {
      const made = fold("What was it?", form(labelled("what was found", input("reason", { required: true, maxLength: 500 })),
        make("div", "actions", doing("Looked at", "", ({ elements: e }) => ({ path: `/models/reviews/${one.id}/settle`, body: { reason: e.reason.value } }), again))));
      made.dataset.id = one.id;
      return made;
    },
  }));
}
