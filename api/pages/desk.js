// What planners do beside approving: why an order is as it is, overrule, split, merge; and the calls to make.

import { card, make, when, words } from "./cards.js";

const MAY_CHANGE = new Set(["proposed", "approved", "offered", "confirmed", "scheduled", "reopened"]);
const CHOICE_WORDS = { lane: "order", tasks: "work", urgency: "urgency", due_by: "date", outlet: "outlet", technician: "technician", slots: "times", needed: "still needed", hours: "working hours" };
const CALL_WORDS = {
  consent: "offer not answered",
  follow_up: "after the visit",
  remote_follow_up: "after guidance",
  call_back: "wants a call",
};
const ANSWERS = { agreed: "agreed", ok: "all is well", problem: "not right", declined: "declined", other: "other" };

function field(tag, label, options = {}) {
  const made = Object.assign(document.createElement(tag), options);
  made.setAttribute("aria-label", label);
  if (tag === "input" && !options.type) made.placeholder = label;
  return made;
}

function choiceOf(label, choices) {
  const made = field("select", label);
  made.append(...Object.entries(choices).map(([value, text]) => new Option(text, value)));
  return made;
}

function pressed(text, className, act) {
  const made = make("button", className, text);
  made.type = "button";
  made.addEventListener("click", () => act(made));
  return made;
}

function fold(title, ...children) {
  return make("details", "fold", make("summary", "", title), ...children);
}

/** Every choice with its reason; what a person chose says who. */
export function whyList(order) {
  if (!order.choices.length) return null;
  const rows = order.choices.flatMap((one) => [
    make("dt", "", CHOICE_WORDS[one.choice] ?? words(one.choice)),
    make("dd", "", one.by_person ? `${one.value ?? "none"}: ${one.why} (chosen by ${one.actor})` : one.why),
  ]);
  return fold("Why", make("dl", "whys", ...rows));
}

/** Overrule, split and merge; each needs a reason and the version that is shown. */
export function orderTools(order, orders, change) {
  if (!MAY_CHANGE.has(order.state)) return null;
  const reason = field("input", "Reason", { maxLength: 500 });
  const urgency = choiceOf("Urgency", { "": "urgency stays", urgent: "urgent", visit: "not urgent" });
  const due = field("input", "Due by", { type: "datetime-local" });
  const tools = [reason, urgency, due, pressed("Overrule", "", (button) => {
    const body = { reason: reason.value };
    if (urgency.value) body.urgency = urgency.value;
    if (due.value) body.due_by = new Date(due.value).toISOString();
    return change(button, order, "PATCH", "", body);
  })];
  if (order.tasks.length > 1) {
    const boxes = order.tasks.map((task) => field("input", task.title, { type: "checkbox", value: task.id }));
    const lines = order.tasks.map((task, n) => make("label", "pick", boxes[n], ` ${task.title} at ${task.appliance_id}`));
    tools.push(make("div", "picks", ...lines), pressed("Split off", "", (button) => change(button, order, "POST", "/split", {
      task_ids: boxes.filter((box) => box.checked).map((box) => box.value), reason: reason.value,
    })));
  }
  for (const other of orders.filter((one) => one.household_id === order.household_id && one.id !== order.id && MAY_CHANGE.has(one.state))) {
    tools.push(pressed(`Take in order ${other.number}`, "", (button) => change(button, order, "POST", "/merge", {
      order_id: other.id, version: other.version, reason: reason.value,
    })));
  }
  tools.push(pressed("End the owner's links", "", (button) => change(button, order, "POST", "/links/revoke", { reason: reason.value })));
  return fold("Change", make("div", "tools", ...tools));
}

/** What a caller says: something does not work. `ask` reads a path, `tell` sends it. */
export function tellForm(ask, tell) {
  const names = Object.assign(document.createElement("datalist"), { id: "told-appliances" });
  const appliance = field("input", "Appliance", { maxLength: 64 });
  appliance.setAttribute("list", names.id);
  appliance.addEventListener("focus", async () => {
    const page = await ask("/appliances?limit=500");
    names.replaceChildren(...page.items.map((one) => new Option(`${words(one.kind)}, ${one.household_id}`, one.id)));
  }, { once: true });
  const text = field("input", "What the caller says", { maxLength: 500 });
  const send = pressed("Send somebody", "main", async (button) => {
    if (await tell(button, appliance.value.trim(), { text: text.value, channel: "phone" })) appliance.value = text.value = "";
  });
  return fold("Somebody says that something does not work", make("div", "tools", appliance, names, text, send));
}

/** One call to make; what was said closes it. */
export function callCard(call, change) {
  const made = card(
    call.urgent || call.overdue ? "urgent" : "visit",
    call.household_name,
    call.overdue ? "overdue" : CALL_WORDS[call.kind] ?? words(call.kind),
    `${call.order_number ? `order ${call.order_number} · ` : ""}${call.phone ?? "no phone number"} · due ${when(call.due_at)}`,
  );
  if (call.away_until) made.append(make("p", "note", `Nobody is at home until ${when(call.away_until)}.`));
  if (call.about) made.append(make("p", "", call.about));
  if (call.note) made.append(make("p", "note", call.note));
  const note = field("input", "What was said", { maxLength: 500 });
  const answer = choiceOf("Answer", ANSWERS);
  made.append(make("div", "tools",
    note,
    answer,
    pressed("Settled", "main", (button) => change(button, call, "/settle", { answer: answer.value, note: note.value })),
    pressed("Not reached", "", (button) => change(button, call, "/tried", { reason: note.value || "not reached" })),
  ));
  return made;
}
