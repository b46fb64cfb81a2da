// Campaigns over a selected set: drafts with whom they would reach, progress, answers; and care tips that were said.

import { svg } from "./chart.js";
import { KINDS, all, ask, card, day, doing, empty, first, fold, form, input, labelled, make, number, section, select, table, text, when, words } from "./page.js";

export const title = "Campaigns";
export const changes = ["campaign", "participation"];

const TYPES = { pre_season_check: "check before the season", cleaning_day: "cleaning day", product: "product campaign", recall: "recall" };
const PARTS = [["done", "t0"], ["accepted", "t2"], ["invited", "t1"], ["declined", "t3"]];
const CLIMATES = { "": "any", tropical: "tropical", subtropical: "subtropical", temperate: "temperate", cold: "cold" };

export async function show(main, again) {
  const [campaigns, tips] = await Promise.all([all("/campaigns"), ask("/tips?limit=100")]);
  const drafts = campaigns.filter((one) => one.state === "draft");
  const reached = new Map(await Promise.all(drafts.map(async (one) => [one.id, await ask(`/campaigns/${one.id}/preview`)])));
  main.replaceChildren(
    section("Campaigns", campaigns.length || "", newCampaign(again),
      campaigns.length ? make("div", "columns", ...campaigns.map((one) => campaignCard(one, reached.get(one.id), again))) : empty("No campaign yet. A draft tells nobody; it shows whom it would reach, and homes hear of it when you announce it.")),
    section("Care tips", "after a purchase and before the season, to homes that want them", tipPart(tips.items)),
  );
}

function selection(one) {
  const said = [words(one.kind), one.maker, one.model, one.batch && `batch ${one.batch}`, one.firmware && `firmware ${one.firmware}`, one.climate && `${one.climate} climate`, one.region, one.timezone, one.installed_before && `installed before ${day(one.installed_before)}`];
  return said.filter(Boolean).join(" · ");
}

function campaignCard(one, reach, again) {
  const made = card(one.type === "recall" ? "urgent" : one.state === "announced" ? "self" : "", one.title, words(one.state), `${TYPES[one.type]} · ${selection(one)}${one.visit ? "" : " · word only, nobody comes"}`);
  made.dataset.id = one.id;
  made.append(make("p", "said", one.text));
  if (reach) made.append(make("p", "note", reachWords(reach)));
  else made.append(...progress(one));
  const button = (label, className, tail, body) => doing(label, className, (of) => ({ path: `/campaigns/${one.id}/${tail}`, version: one.version, body: body?.(of?.elements) ?? {} }), again);
  if (one.state === "draft") made.append(make("div", "actions", button("Announce", "main", "announce")));
  if (one.state === "announced") made.append(answers(one, again));
  const because = (label, tail) => fold(label, form(labelled("reason", input("reason", { required: true, maxLength: 500 })), make("div", "actions", button(label, "", tail, (e) => ({ reason: e.reason.value })))));
  if (one.state === "announced") made.append(because("Close", "close"));
  if (["draft", "announced"].includes(one.state)) made.append(because("Cancel", "cancel"));
  return made;
}

function reachWords(reach) {
  const out = [[reach.no_consent, "without consent"], [reach.asked_lately, "asked within 30 days"]].filter(([count]) => count);
  const left = out.length ? `; left out: ${out.map(([count, why]) => `${number(count, 6)} ${why}`).join(", ")}` : "";
  return `Selects ${number(reach.appliances, 6)} appliances in ${number(reach.households, 6)} homes. Would ask ${number(reach.asked_households, 6)} homes about ${number(reach.asked_appliances, 6)} appliances${left}.`;
}

function progress(one) {
  const counts = one.appliances;
  const asked = PARTS.reduce((sum, [name]) => sum + (counts[name] ?? 0), 0);
  const left = Object.entries(counts).filter(([name]) => !PARTS.some(([part]) => part === name));
  const picture = svg("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" });
  let at = 0;
  for (const [name, colour] of PARTS) {
    const width = asked ? ((counts[name] ?? 0) / asked) * 100 : 0;
    const part = svg("g", { class: colour });
    part.append(svg("rect", { x: at, y: 0, width, height: 12 }));
    picture.append(part);
    at += width;
  }
  const keys = make("ul", "keys", ...PARTS.map(([name, colour]) => make("li", colour, make("i", ""), `${counts[name] ?? 0} ${name}`)));
  const out = left.length ? [make("p", "note", `Left out: ${left.map(([why, count]) => `${count} ${words(why)}`).join(", ")}.`)] : [];
  return [make("div", "progress", picture), keys, ...out];
}

/** Whoever calls says it here for them; the list is fetched when somebody opens it. */
function answers(one, again) {
  const place = make("div", "");
  const made = fold("Appliances and answers", place);
  const fill = async () => {
    const asked = await all(`/campaigns/${one.id}/appliances?limit=200`, 3);
    const items = [...asked.filter((part) => !part.left_out), ...asked.filter((part) => part.left_out)];
    const button = (part, label, tail) => doing(label, "", () => ({ path: `/campaigns/${one.id}/appliances/${encodeURIComponent(part.appliance_id)}/${tail}`, version: part.version, body: tail === "decline" ? {} : undefined }), again);
    place.replaceChildren(items.length ? first(items, 12, (some) => table("Appliances of the campaign", some, {
      "appliance": (part) => part.appliance_id,
      "home": (part) => part.household_id,
      "state": (part) => part.left_out ? `left out: ${words(part.left_out)}` : words(part.state),
      "answer": (part) => part.answered_at ? `${part.answer} (${part.answered_by}, ${when(part.answered_at)})` : "",
      "": (part) => part.left_out || part.state !== "invited" ? "" : make("div", "actions", button(part, "Accepts", "accept"), button(part, "Declines", "decline")),
    })) : empty("No appliance was selected."));
  };
  made.addEventListener("toggle", () => made.open && fill());
  return made;
}

function newCampaign(again) {
  const optional = (name, label) => labelled(label, input(name, { placeholder: "any" }));
  const visit = make("label", "check", input("visit", { type: "checkbox", checked: true }), "somebody comes");
  return fold("Draft a campaign", form(
    labelled("type", select("type", TYPES)),
    labelled("kind of appliance", select("kind", KINDS)),
    labelled("title", input("title", { required: true })),
    Object.assign(labelled("what homes are told", text("text", { required: true, maxLength: 2000 })), { className: "field wide" }),
    optional("maker", "maker"), optional("model", "model"), optional("batch", "batch"), optional("firmware", "firmware"),
    labelled("climate", select("climate", CLIMATES)), optional("region", "region of the home"),
    labelled("installed before", input("installed_before", { type: "date" })),
    visit,
    make("div", "actions", doing("Keep the draft", "main", ({ elements: e }) => ({ path: "/campaigns", body: draft(e) }), again)),
  ));
}

function draft(e) {
  const body = { type: e.type.value, kind: e.kind.value, title: e.title.value, text: e.text.value, visit: e.visit.checked };
  for (const name of ["maker", "model", "batch", "firmware", "climate", "region", "installed_before"]) if (e[name].value.trim()) body[name] = e[name].value.trim();
  return body;
}

function tipPart(items) {
  if (!items.length) return empty("No tip was said yet. Homes that consented to tips get at most one in a fortnight: days after a purchase, and before the season of their climate.");
  return table("Care tips", items, {
    "said": (one) => when(one.sent_at),
    "home": (one) => one.household_id,
    "appliance": (one) => one.appliance_id,
    "occasion": (one) => words(one.occasion),
    "tip": (one) => one.text,
  });
}
