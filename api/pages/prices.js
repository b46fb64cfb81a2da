// What owners may be charged: price lists by day, prices of parts, what a visit costs by them and what was charged.

import { all, ask, chip, choose, chosen, complain, day, doing, empty, first, fold, form, input, labelled, make, orderField, section, select, table, when, words } from "./page.js";

export const title = "Prices";
export const changes = [];

const SAID_BY = { owner: "the owner", technician: "the technician" };

/** Amounts have no currency of their own: the installation has one, and everybody knows which. */
export function amount(cents) {
  return cents === null || cents === undefined ? "no price" : (cents / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function cents(field) {
  return Math.round(Number(field.value) * 100);
}

function money(name, value) {
  return input(name, { type: "number", min: 0, max: 1000000, step: "0.01", required: true, value: value === null || value === undefined ? "" : (value / 100).toFixed(2) });
}

export async function show(main, again) {
  const [lists, parts] = await Promise.all([ask("/prices"), all("/parts?limit=500")]);
  main.replaceChildren(
    section("Price lists", "all amounts in your own currency", newList(again), listPart(lists.items)),
    section("What a visit may cost", "", await visitPart(again)),
    section("Prices of parts", `${parts.filter((one) => one.price_cents === null).length} of ${parts.length} without a price`, partPart(parts, again)),
  );
}

function newList(again) {
  return fold("Enter new prices", make("p", "note", "They hold from a day on, today at the earliest. What was done before keeps the prices of its day."), form(
    labelled("hold from", input("valid_from", { type: "date", required: true })),
    labelled("coming to a home", money("call_out")),
    labelled("an hour of planned work", money("hour")),
    make("div", "actions", doing("Enter prices", "main", ({ elements: e }) => ({ path: "/prices", body: { valid_from: e.valid_from.value, call_out_cents: cents(e.call_out), hour_cents: cents(e.hour) } }), again))));
}

function listPart(items) {
  if (!items.length) return empty("No price list yet. Until one holds, nobody can say what a visit may cost, and no charge counts as too high.");
  const today = new Date().toISOString().slice(0, 10);
  const holds = items.find((one) => one.valid_from <= today)?.valid_from;
  return table("Price lists", items, {
    "from": (one) => day(one.valid_from),
    "": (one) => (one.valid_from === holds ? chip("holds now", "good") : one.valid_from > today ? chip("begins later", "wait") : ""),
    "coming to a home": (one) => amount(one.call_out_cents),
    "hour of work": (one) => amount(one.hour_cents),
    "entered": (one) => `${when(one.at)} by ${one.actor}`,
  });
}

async function visitPart(again) {
  const id = chosen("order");
  const order = id ? await ask(`/orders/${id}`).catch(() => null) : null;
  const field = orderField("order", { required: true, order });
  const made = form(labelled("order", field), make("div", "actions", make("button", "main", "Show")));
  made.addEventListener("submit", () => {
    choose({ order: made.elements.order.value.trim() });
    again();
  });
  if (!id) return make("div", "", made, make("div", "gap", empty("Choose an order: what its owner may be charged stands here line by line, beside what was charged.")));
  try {
    return make("div", "", made, quotePart(order ?? await ask(`/orders/${id}`), await ask(`/orders/${id}/quote`), again));
  } catch (error) {
    complain(error);
    return made;
  }
}

function quotePart(order, quote, again) {
  const lines = [...quote.lines, ...(quote.cents === null ? [] : [{ what: "together", cents: quote.cents }])];
  const said = quote.missing ? "No price list holds on that day. Enter prices above."
    : !quote.lines.length ? "Nothing: the warranty pays all of it."
      : quote.cents === null ? "A part has no price, so nobody can say what is too much. Enter its price below." : "";
  const shown = make("div", "panel gap", make("h3", "", `Order ${order.number}, ${order.household_name}`), make("p", "note", `By the prices of ${day(quote.priced_on)}, without what a warranty pays.`));
  if (said) shown.append(make("p", "", said));
  if (lines.length) shown.append(table("What the visit may cost", lines, { "what": (one) => one.what, "amount": (one) => (one.cents === null ? chip("no price", "bad") : amount(one.cents)) }));
  for (const one of quote.charges) {
    const much = quote.cents !== null && one.cents > quote.cents + 100;
    shown.append(make("p", "", `Charged, says ${SAID_BY[one.said_by] ?? one.said_by}: ${amount(one.cents)} `, much ? chip("more than the list allows", "bad") : "", one.note ? ` ${one.note}` : ""));
  }
  shown.append(fold("Say what was charged", form(
    labelled("says", select("said_by", SAID_BY)), labelled("charged", money("cents")),
    Object.assign(labelled("how it is known", input("note", { required: true, maxLength: 500 })), { className: "field wide" }),
    make("div", "actions", doing("Keep charge", "main", ({ elements: e }) => ({ path: `/orders/${order.id}/charges`, body: { said_by: e.said_by.value, cents: cents(e.cents), note: e.note.value } }), again)))));
  return shown;
}

function partPart(parts, again) {
  if (!parts.length) return empty("The catalogue is empty. Parts are entered with POST /api/v1/parts.");
  const sorted = [...parts].sort((a, b) => (a.price_cents === null ? 0 : 1) - (b.price_cents === null ? 0 : 1) || a.name.localeCompare(b.name));
  return first(sorted, 20, (some) => table("Prices of parts", some, {
    "part": (one) => one.name,
    "for": (one) => one.fits.map(words).join(", ") || "any kind",
    "price": (one) => (one.price_cents === null ? chip("no price", "bad") : amount(one.price_cents)),
    "change": (one) => form(Object.assign(money("price", one.price_cents), { ariaLabel: `Price of ${one.name}` }),
      doing("Keep", "", ({ elements: e }) => ({ method: "PATCH", path: `/parts/${one.id}`, version: one.version, body: { price_cents: cents(e.price) } }), again)),
  }));
}
