// What owners say, with the clock of their answer and the four duties.

import { all, ask, card, chosen, distance, doing, empty, filters, fold, form, input, labelled, make, orderField, section, select, suggested, text, when, words } from "./page.js";

export const title = "Opinions";
export const changes = ["opinion"];

const DUTIES = [["recorded", "recorded"], ["handled", "answered"], ["verified", "owner content"], ["fed_back", "fed back"]];
const STATES = { open: "not done with", recorded: "to be answered", handled: "answered, to be verified", verified: "to be fed back", fed_back: "done with", all: "all" };
const CHANNELS = ["phone", "app", "web", "email", "letter", "visit", "appliance"];
const NODES = ["development", "production", "purchase", "logistics", "service"];
const OPEN = "recorded,handled,verified";

export async function show(main, again) {
  const state = chosen("state", "open");
  const query = state === "all" ? "" : `?state=${state === "open" ? OPEN : state}`;
  const [opinions, cases] = await Promise.all([all(`/opinions${query}`), ask("/cases?state=open,assigned,fixed,measured")]);
  opinions.sort((a, b) => (a.state === "recorded" ? 0 : 1) - (b.state === "recorded" ? 0 : 1) || a.answer_by.localeCompare(b.answer_by));
  const late = opinions.filter((one) => one.overdue).length;
  main.replaceChildren(
    section("Opinions", late ? `${opinions.length}, ${late} overdue` : opinions.length,
      filters(again, labelled("show", select("state", STATES, state))),
      newOpinion(again),
      opinions.length ? make("div", "columns", ...opinions.map((one) => opinionCard(one, cases.items, again)))
        : empty("Nothing to do here. What owners say by phone, app, letter or at the door appears as soon as it is recorded, with 48 hours to answer it.")),
  );
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
    labelled("order, if it is about one", orderField("order_id")),
    Object.assign(labelled("what was said", text("text", { required: true })), { className: "field wide" }),
    make("div", "actions", doing("Record", "main", ({ elements: e }) => ({
      path: "/opinions",
      body: { kind: e.kind.value, channel: e.channel.value, household_id: e.household_id.value.trim(), order_id: e.order_id.value.trim() || null, text: e.text.value },
    }), again)),
  ));
}
