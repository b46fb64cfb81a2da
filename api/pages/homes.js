// One home with everything about it: how to reach it, what it consented to, its appliances, orders, what it said.

import { ask, chip, choose, chosen, day, distance, doing, empty, facts, first, fold, form, held, input, labelled, make, section, select, suggested, table, when, words } from "./page.js";

export const title = "Homes";
export const changes = ["order", "finding", "reminder", "opinion", "participation"];

const CLIMATES = { "": "as its latitude says", tropical: "tropical", subtropical: "subtropical", temperate: "temperate", cold: "cold" };
const PURPOSES = { tips: "care tips after a purchase and before a season", campaigns: "campaigns; a recall is told in any case" };

export async function show(main, again) {
  const id = chosen("home");
  const picker = choice(id, again);
  if (!id) {
    main.replaceChildren(section("Choose a home", "", picker, empty("Its appliances with warranty, findings, orders, opinions and consents stand here together.")));
    return;
  }
  const [record, consents] = await Promise.all([ask(`/households/${id}/record`), ask(`/households/${id}/consents`)]).catch((error) => {
    main.replaceChildren(section("Choose a home", "", picker));
    throw error;
  });
  const home = record.household;
  main.replaceChildren(
    section("Home", "", picker, make("h2", "who-name gap", home.name), about(home, record), changeForm(home, again), linkPart(home, again)),
    section("Consents", "what is not listed as yes is not sent", consentPart(home, consents, again)),
    section("Appliances", record.appliances.length || "", appliancePart(record.appliances)),
    section("Findings and orders", "", workPart(record)),
    section("What they were told", record.messages.length || "", messagePart(home, record.messages, again)),
    section("What they said", record.opinions.length || "", opinionPart(record.opinions)),
  );
}

function choice(id, again) {
  const field = suggested("households", (one) => one.name, input("home", { required: true, value: id }));
  const made = form(labelled("home", field), make("div", "actions", make("button", "main", "Open")));
  made.addEventListener("submit", () => {
    choose({ home: made.elements.home.value.trim() });
    again();
  });
  return made;
}

function about(home, record) {
  const { language, phone, email, ...others } = home.contact;
  const away = record.absence ?? {};
  return facts({
    phone, email, language, "time zone": home.timezone,
    place: home.latitude === null ? "unknown: visits are planned from the outlet's place" : `${home.latitude.toFixed(4)}, ${home.longitude.toFixed(4)}`,
    "electrical health": make("span", "", link(`/homes/${home.id}/electrical`, "page"), ", ", link(`/api/v1/households/${home.id}/electrical-report.pdf`, "PDF")),
    region: home.region_used, climate: home.climate_used ?? "unknown: no tips before a season",
    "away": away.starts_at ? `${when(away.starts_at)} to ${away.ends_at ? when(away.ends_at) : "open end"}` : null,
    ...Object.fromEntries(Object.entries(others).map(([name, value]) => [words(name), typeof value === "object" ? JSON.stringify(value) : String(value)])),
  });
}

function changeForm(home, again) {
  const degrees = (name, value, most) => labelled(name, input(name, { type: "number", step: "any", min: -most, max: most, value: value ?? "" }));
  const contact = (name, label, options = {}) => labelled(label, input(name, { maxLength: 200, value: home.contact[name] ?? "", ...options }));
  const deed = ({ elements: e }) => {
    const said = Object.fromEntries(["phone", "email", "language"].map((name) => [name, held(e[name])]));
    const kept = Object.fromEntries(Object.entries({ ...home.contact, ...said }).filter(([, value]) => value !== null));
    const body = { name: held(e.name), timezone: held(e.timezone), latitude: held(e.latitude), longitude: held(e.longitude), region: held(e.region), climate: held(e.climate), contact: kept };
    return { method: "PATCH", path: `/households/${home.id}`, version: home.version, body };
  };
  return fold("Change this home", form(
    labelled("name of the home", input("name", { required: true, maxLength: 200, value: home.name })),
    contact("phone", "phone", { type: "tel" }), contact("email", "email", { type: "email" }), contact("language", "language"),
    labelled("time zone", input("timezone", { required: true, value: home.timezone })),
    degrees("latitude", home.latitude, 90), degrees("longitude", home.longitude, 180),
    labelled("region", input("region", { maxLength: 100, value: home.region ?? "", placeholder: `${home.region_used}, by the map` })),
    labelled("climate", select("climate", CLIMATES, home.climate ?? "")),
    make("div", "actions", doing("Keep home", "main", deed, again))));
}

/** A link was passed on, a phone was lost, a tenant moved out: pages, calendar and visits by older links end. */
function linkPart(home, again) {
  return fold("End the owner's links", form(
    labelled("why", input("reason", { required: true, maxLength: 500 })),
    make("div", "actions", doing("End all, send a new one", "", ({ elements: e }) => ({ path: `/households/${home.id}/links/revoke`, version: home.version, body: { reason: e.reason.value } }), again))));
}

/** Both purposes with the last word; the version says how much was said when the page was read. */
function consentPart(home, consents, again) {
  const rows = Object.entries(PURPOSES).map(([purpose, about]) => ({ purpose, about, said: consents.items.find((one) => one.purpose === purpose) }));
  return table("Consents", rows, {
    "for": (one) => one.about,
    "now": (one) => (one.said ? chip(one.said.given ? "yes" : "no", one.said.given ? "good" : "") : chip("never said: no")),
    "since": (one) => (one.said ? day(one.said.at) : "–"),
    "": (one) => doing(one.said?.given ? `Take back: ${one.purpose}` : `Consent to ${one.purpose}`, "", () => ({
      method: "PUT", path: `/households/${home.id}/consents/${one.purpose}`, version: consents.version, body: { given: !one.said?.given },
    }), again),
  });
}

function appliancePart(items) {
  if (!items.length) return empty("None yet. A device that speaks is claimed for a home on the page Now.");
  return first(items, 12, (some) => table("Appliances", some, {
    "what": (one) => words(one.kind),
    "model": (one) => [one.maker, one.model].filter(Boolean).join(" ") || one.id,
    "room": (one) => one.room || "–",
    "installed": (one) => day(one.installed_on),
    "warranty": (one) => (one.warranty_ends ? `${one.under_warranty ? "until" : "ended"} ${day(one.warranty_ends)}` : "not known"),
  }));
}

function workPart(record) {
  const lines = [
    ...record.orders.map((one) => ({ at: one.created_at, what: `Order ${one.number}`, state: one.state, about: one.tasks.map((task) => task.title).join("; ") })),
    ...record.findings.map((one) => ({ at: one.raised_at, what: words(one.fault), state: one.state, about: one.appliance_id })),
    ...record.reminders.map((one) => ({ at: one.sent_at, what: "Reminder", state: one.state, about: one.text })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  if (!lines.length) return empty("Nothing was found here yet.");
  return first(lines, 10, (some) => table("Findings and orders", some, {
    "when": (one) => `${day(one.at)}, ${distance(one.at)}`, "what": (one) => one.what, "state": (one) => chip(words(one.state)), "about": (one) => one.about,
  }));
}

/** Messages as they were written, with their links: by them the planner sees what the owner sees. */
function messagePart(home, items, again) {
  const send = make("div", "actions", doing("Send a link to the home", "", () => ({ path: `/households/${home.id}/link` }), again));
  if (!items.length) return make("div", "", empty("Nothing yet. Offers, reminders, questions and alarms are kept here as they were written."), send);
  const linked = (text) => make("span", "said", ...text.split(/(https?:\/\/\S+)/).map((piece, n) => (n % 2 ? link(piece, "the owner's page") : piece)));
  return make("div", "", first(items, 6, (some) => table("Messages", some, {
    "when": (one) => `${when(one.created_at)}, ${words(one.kind)}`, "message": (one) => linked(one.text),
    "": (one) => (one.refused ? chip("refused", "bad") : one.sent_at ? chip("went out") : chip("waits", "wait")),
  })), send);
}

function link(address, said) {
  return Object.assign(make("a", "", said), { href: address });
}

function opinionPart(items) {
  if (!items.length) return empty("Nothing yet. What they say on any channel is entered on the page Opinions.");
  return first(items, 6, (some) => table("Opinions", some, {
    "when": (one) => day(one.recorded_at), "kind": (one) => one.kind, "said": (one) => one.text, "state": (one) => chip(words(one.state)),
  }));
}
