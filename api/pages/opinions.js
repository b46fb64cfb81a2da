// What owners say, with the clock of their answer and the four duties; and the calls that have to be made.

import { callCard } from "./desk.js";
import { all, ask, card, chosen, complain, distance, doing, empty, filters, fold, form, input, labelled, make, section, select, suggested, text, when, words } from "./page.js";

export const title = "Opinions";
export const changes = ["opinion", "obligation"];

const DUTIES = [["recorded", "recorded"], ["handled", "answered"], ["verified", "owner content"], ["fed_back", "fed back"]];
const STATES = { open: "not done with", recorded: "to be answered", handled: "answered, to be verified", verified: "to be fed back", fed_back: "done with", all: "all" };
const CHANNELS = ["phone", "app", "web", "email", "letter", "visit", "appliance"];
const NODES = ["development", "production", "purchase", "logistics", "service"];
const OPEN = "recorded,handled,verified";

export async function show(main, again) {
  const state = chosen("state", "open");
  const query = state === "all" ? "" : `?state=${state === "open" ? OPEN : state}`;
  const [opinions, calls, offers, cases] = await Promise.all([
    all(`/opinions${query}`), all("/obligations?state=to_call"), all("/obligations?kind=consent&state=asked,reminded"),
    ask("/cases?state=open,assigned,fixed,measured"),
  ]);
  opinions.sort((a, b) => (a.state === "recorded" ? 0 : 1) - (b.state === "recorded" ? 0 : 1) || a.answer_by.localeCompare(b.answer_by));
  const late = opinions.filter((one) => one.overdue).length;
  main.replaceChildren(make("div", "two",
    section("Opinions", late ? `${opinions.length}, ${late} overdue` : opinions.length,
      filters(again, labelled("show", select("state", STATES, state))),
      newOpinion(again),
      list(opinions.map((one) => opinionCard(one, cases.items, again)), "Nothing to do here. What owners say by phone, app, letter or at the door appears as soon as it is recorded, with 48 hours to answer it.")),
    make("div", "",
      section("Calls to make", calls.length, promise(again), list(calls.map((one) => callCard(one, (button, call, tail, body) => settle(button, call, tail, body, again))), "Nobody waits for a call. Offers that stay unanswered, and follow-ups without a word, come here by themselves.")),
      section("Offers without an answer", offers.length, list(offers.map(offerCard), "Every offer was answered. Times that were offered appear here until the owner has chosen."))),
  ));
}

function list(cards, nothing) {
  return make("div", "cards", ...(cards.length ? cards : [empty(nothing)]));
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

function clock(one) {
  if (one.state !== "recorded") return words(one.state === "fed_back" ? "done with" : STATES[one.state].split(", ").at(-1));
  return one.overdue ? `answer overdue, was due ${distance(one.answer_by)}` : `answer due ${distance(one.answer_by)}`;
}

function opinionCard(one, cases, again) {
  const about = [one.household_id, one.appliance_id, `by ${words(one.channel)}`, when(one.recorded_at)].filter(Boolean).join(" · ");
  const made = card(one.overdue ? "late" : { complaint: "visit", praise: "self" }[one.kind] ?? "", `${words(one.kind).replace(/^./, (c) => c.toUpperCase())} ${one.number}`, clock(one), about);
  made.dataset.id = one.id;
  made.append(make("p", "said", one.text), duties(one));
  if (one.answer) made.append(make("p", "note", make("strong", "", "Answered: "), one.answer));
  if (one.verified_how) made.append(make("p", "note", make("strong", "", one.content ? "Content: " : "Not content: "), one.verified_how));
  if (one.fed_back) made.append(make("p", "note", make("strong", "", `Told ${one.node}: `), one.fed_back));
  const next = nextStep(one, cases, again);
  if (next) made.append(next);
  return made;
}

function duties(one) {
  const reached = DUTIES.findIndex(([state]) => state === one.state);
  const made = make("ol", "duties", ...DUTIES.map(([, said], n) => {
    const item = make("li", "", said);
    item.dataset.done = n <= reached ? "yes" : "no";
    return item;
  }));
  made.setAttribute("aria-label", `${reached + 1} of 4 duties done`);
  return made;
}

/** The one thing that comes next. */
function nextStep(one, cases, again) {
  const step = (label, tail, body) => make("div", "actions", doing(label, "main", (of) => ({ path: `/opinions/${one.id}/${tail}`, version: one.version, body: body(of.elements) }), again));
  if (one.state === "recorded") {
    return form(Object.assign(labelled("What the owner was told, or what was done", text("answer", { required: true })), { className: "field wide" }), step("Answer given", "handle", (e) => ({ answer: e.answer.value })));
  }
  if (one.state === "handled") {
    const content = select("content", { yes: "yes, content", no: "no: answer anew" });
    return form(labelled("Is the owner content?", content), labelled("How it is known", input("how", { required: true, maxLength: 500 })), step("Keep", "verify", (e) => ({ content: e.content.value === "yes", how: e.how.value })));
  }
  if (one.state === "verified") {
    const of = select("case_id", { "": "none", ...Object.fromEntries(cases.map((c) => [c.id, `${c.number}: ${words(c.fault)} of ${c.value}`])) });
    return form(labelled("Who can mend the cause", select("node", NODES)), labelled("Maker's case", of), labelled("What they were told", input("what", { required: true, maxLength: 500 })), step("Fed back", "feed-back", (e) => ({ node: e.node.value, what: e.what.value, case_id: e.case_id.value || null })));
  }
  return null;
}

function newOpinion(again) {
  return fold("Record an opinion", form(
    labelled("kind", select("kind", ["complaint", "praise", "suggestion"])),
    labelled("came by", select("channel", CHANNELS)),
    labelled("household", suggested("households", (one) => one.name, input("household_id", { required: true }))),
    labelled("order, if it is about one", suggested("orders", (one) => `No. ${one.number}, ${one.household_name}`, input("order_id"))),
    Object.assign(labelled("what was said", text("text", { required: true })), { className: "field wide" }),
    make("div", "actions", doing("Record", "main", ({ elements: e }) => ({
      path: "/opinions",
      body: { kind: e.kind.value, channel: e.channel.value, household_id: e.household_id.value.trim(), order_id: e.order_id.value.trim() || null, text: e.text.value },
    }), again)),
  ));
}

function promise(again) {
  return fold("Promise a call", form(
    labelled("household", suggested("households", (one) => one.name, input("household_id", { required: true }))),
    labelled("how soon", select("urgent", { no: "as usual", yes: "urgent" })),
    Object.assign(labelled("what about", input("reason", { required: true, maxLength: 500 })), { className: "field wide" }),
    make("div", "actions", doing("Promise", "main", ({ elements: e }) => ({ path: "/obligations", body: { household_id: e.household_id.value.trim(), urgent: e.urgent.value === "yes", reason: e.reason.value } }), again)),
  ));
}

function offerCard(offer) {
  const made = card(offer.overdue ? "late" : "", offer.household_name, offer.state === "reminded" ? "reminded" : "asked", `order ${offer.order_number ?? "–"} · ${offer.phone ?? "no phone number"} · on the call list ${distance(offer.due_at)}`);
  if (offer.slots.length) made.append(make("p", "note", `Offered: ${offer.slots.map((slot) => when(slot.starts)).join(", ")}`));
  return made;
}
