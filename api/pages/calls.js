// Calls: whom somebody has to ring, whose call it is, what was tried; and what owners were asked and have not answered.

import { callCard } from "./desk.js";
import { all, ask, chip, chosen, complain, distance, doing, empty, filters, first, fold, form, input, labelled, make, section, select, suggested, table, when, words } from "./page.js";

export const title = "Calls";
export const changes = ["obligation"];

const NOBODY = "-";
const KINDS = { consent: "answer to an offer", follow_up: "after a visit, within 72 hours", remote_follow_up: "after guidance, within half an hour", call_back: "wants a call" };

export async function show(main, again) {
  const [whose, kind] = [chosen("whose"), chosen("kind")];
  const tail = `${kind ? `&kind=${kind}` : ""}${whose && whose !== NOBODY ? `&technician=${encodeURIComponent(whose)}` : ""}`;
  const [found, ahead, technicians] = await Promise.all([
    all(`/obligations?state=to_call${tail}`), all(`/obligations?state=open,asked,reminded${tail}`),
    all("/technicians?limit=200"),
  ]);
  const names = Object.fromEntries(technicians.map((one) => [one.id, one.name]));
  const mine = (items) => (whose === NOBODY ? items.filter((one) => !one.technician_id) : items);
  // Who wants a call is not asked anything first.
  const wanted = (one) => one.kind === "call_back" && one.state === "open";
  const calls = mine([...found, ...ahead.filter(wanted)]).sort((a, b) => b.urgent - a.urgent || a.due_at.localeCompare(b.due_at));
  const late = calls.filter((one) => one.overdue).length;
  main.replaceChildren(
    filters(again,
      labelled("whose call", select("whose", { "": "everybody's", [NOBODY]: "nobody's yet", ...names }, whose)),
      labelled("about", select("kind", { "": "everything", ...KINDS }, kind))),
    section("Calls to make", late ? `${calls.length}, ${late} overdue` : calls.length, promise(again),
      calls.length ? make("div", "columns", ...calls.map((one) => oneCall(one, technicians, names, again)))
        : empty("Nobody waits for a call. Offers that stay unanswered, and follow-ups without a word, come here by themselves.")),
    section("Asked, no answer yet", "come to the list above by themselves when their time is over", waitingPart(mine(ahead).filter((one) => !wanted(one)), names)),
  );
}

async function settle(button, call, tail, body, again) {
  button.disabled = true;
  try {
    await ask(`/obligations/${call.id}${tail}`, { method: "POST", body, version: call.version });
    complain(null);
    document.activeElement?.blur();
    await again();
  } catch (error) {
    complain(error);
    button.disabled = false;
  }
}

function oneCall(one, technicians, names, again) {
  const made = callCard(one, (button, call, tail, body) => settle(button, call, tail, body, again));
  made.dataset.id = one.id;
  made.querySelector(".where").append(` (${distance(one.due_at)})`);
  if (one.technician_id) made.append(make("p", "note", make("strong", "", "Whose call: "), names[one.technician_id] ?? one.technician_id));
  const path = `/obligations/${one.id}`;
  const to = select("technician_id", Object.fromEntries(technicians.map((who) => [who.id, who.name])), one.technician_id ?? "");
  made.append(fold("Give to a technician", make("p", "note", "From then it is that person's promise: missed, although it was given four hours before it was due or earlier, it costs licence points."),
    form(labelled("technician", to), make("div", "actions",
      doing("Give", "main", ({ elements: e }) => ({ path: `${path}/give`, version: one.version, body: { technician_id: e.technician_id.value } }), again),
      one.technician_id ? doing("Nobody's again", "", () => ({ path: `${path}/give`, version: one.version, body: { technician_id: null } }), again) : ""))));
  made.append(fold("Nothing to ask any more", form(labelled("why", input("reason", { required: true, maxLength: 500 })),
    make("div", "actions", doing("Take off the list", "", ({ elements: e }) => ({ path: `${path}/void`, version: one.version, body: { reason: e.reason.value } }), again)))));
  made.append(past(one));
  return made;
}

/** What was tried before; read when somebody opens it. */
function past(one) {
  const place = make("ul", "tasks");
  const made = fold("What was tried", place);
  made.addEventListener("toggle", async () => {
    if (!made.open) return;
    const { history } = await ask(`/obligations/${one.id}`);
    place.replaceChildren(...history.map((step) => make("li", "", `${when(step.at)}, ${step.actor}: ${step.reason || words(step.to_state)}`)));
  });
  return made;
}

function promise(again) {
  return fold("Promise a call", form(
    labelled("household", suggested("households", (one) => one.name, input("household_id", { required: true }))),
    labelled("how soon", select("urgent", { no: "as usual", yes: "urgent" })),
    Object.assign(labelled("what about", input("reason", { required: true, maxLength: 500 })), { className: "field wide" }),
    make("div", "actions", doing("Promise", "main", ({ elements: e }) => ({ path: "/obligations", body: { household_id: e.household_id.value.trim(), urgent: e.urgent.value === "yes", reason: e.reason.value } }), again)),
  ));
}

function waitingPart(items, names) {
  if (!items.length) return empty("Nothing waits for an owner's answer. Offers of times and questions after a visit stand here until they are answered.");
  return first(items, 12, (some) => table("Asked, no answer yet", some, {
    "home": (one) => one.household_name,
    "about": (one) => `${KINDS[one.kind]}${one.order_number ? `, order ${one.order_number}` : ""}`,
    "asked": (one) => (one.state === "open" ? "not yet" : `${when(one.since)}${one.state === "reminded" ? ", and reminded" : ""}`),
    "answer due": (one) => (one.overdue ? chip(distance(one.due_at), "bad") : distance(one.due_at)),
    "times offered": (one) => one.slots.map((slot) => when(slot.starts)).join("; ") || "–",
    "whose": (one) => names[one.technician_id] ?? "nobody's",
  }));
}
