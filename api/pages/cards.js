// Cards for findings, orders, reminders and devices. Text goes in as text, never as markup.

import { nameOf } from "./names.js";
import { sparkline } from "./sparkline.js";

const ORDER_WORDS = {
  proposed: "waits for approval",
  en_route: "on the way",
  on_site: "on site",
};
const URGENCY_WORDS = { urgent: "urgent", visit: "visit", self: "self-care" };

export function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function words(name) {
  return String(name ?? "").replaceAll("_", " ");
}

// Canonical names end with their unit, which is shown beside the value.
const UNIT_ENDING = /_(w|v|a|c|hz|rpm|pct|h|s|mm|mm_s|kg|kwh|ma|lpm|ntu|ugm3)$/;

function signalWords(name) {
  return words(String(name).replace(UNIT_ENDING, ""));
}

export function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  return new Intl.NumberFormat("en", { maximumSignificantDigits: Math.abs(value) >= 1000 ? 4 : digits }).format(value);
}

export function when(text) {
  if (!text) return "–";
  return new Date(text).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

export function card(urgency, title, chip, where) {
  const made = make("article", "card");
  if (urgency) made.dataset.urgency = urgency;
  made.append(
    make("div", "card-head", make("h3", "", title), chip ? make("span", "chip", chip) : null),
    make("p", "where", where),
  );
  return made;
}

function pair(name, value, className) {
  return make("div", className ?? "", make("dt", "", name), make("dd", "", value));
}

function evidenceList(one) {
  const unit = one.unit && one.unit !== "1" ? ` ${one.unit}` : "";
  return make(
    "dl",
    "evidence",
    pair("expected", number(one.expected) + unit),
    pair("observed", number(one.observed) + unit, "observed"),
    pair("since", when(one.since)),
  );
}

// What somebody opened stays open when the list is read again.
const opened = new Set();

/** Chart, what was ruled out and what is done: fetched when somebody opens it, not for every card. */
function detail(finding) {
  const picture = make("img", "chart");
  picture.alt = `${finding.title}: observed against expected by day`;
  const more = make("details", "detail", make("summary", "", "Evidence and decision"), picture);
  if (finding.ruled_out?.length) {
    more.append(make("p", "note", make("strong", "", "Ruled out")), make("ul", "ruled-out", ...finding.ruled_out.map((one) => make("li", "", one))));
  }
  if (finding.remote_step) more.append(make("p", "note", make("strong", "", "First, from afar: "), finding.remote_step));
  if (finding.decision_reason) more.append(make("p", "note", make("strong", "", "Decision: "), finding.decision_reason));
  more.addEventListener("toggle", () => {
    if (more.open) {
      opened.add(finding.id);
      picture.src = `/api/v1/findings/${finding.id}/chart.svg`;
    } else opened.delete(finding.id);
  });
  more.open = opened.has(finding.id);
  return more;
}

export function findingCard(finding, series) {
  const made = card(
    finding.urgency,
    finding.title,
    URGENCY_WORDS[finding.urgency],
    `${finding.appliance_id} · ${words(finding.kind)} · ${finding.household_id ?? "no household"}`,
  );
  const one = finding.evidence[0];
  if (one) {
    if (one.expected !== null || one.observed !== null) made.append(evidenceList(one));
    const picture = series && sparkline(series.points, series.expected, `${signalWords(series.signal)} over time`);
    if (picture) {
      made.append(
        picture,
        make("div", "spark-axis", make("span", "", when(series.from)), make("span", "", signalWords(series.signal)), make("span", "", when(series.to))),
      );
    }
    if (one.note) made.append(make("p", "note", one.note));
  }
  const doubt = `${Math.round(finding.probability * 100)} % sure`;
  const due = finding.fails_p50 ? ` · may fail around ${when(finding.fails_p50)}` : "";
  made.append(make("p", "note", doubt + due + (finding.state === "acknowledged" ? " · acknowledged" : "")));
  made.append(detail(finding));
  return made;
}

function taskLine(task) {
  const parts = task.parts.length ? make("span", "parts", ` · bring ${task.parts.map(words).join(", ")}`) : null;
  const one = task.evidence[0];
  const unit = one?.unit && one.unit !== "1" ? ` ${one.unit}` : "";
  const alone = one?.only_power ? " (only its power is measured)" : "";
  const seen = one ? ` · ${signalWords(one.signal)} ${number(one.observed)}${unit}, expected ${number(one.expected)}${unit}${alone}` : "";
  return make("li", "", make("strong", "", task.title), ` at ${task.appliance_id}${seen} · ${task.minutes} min${task.along ? " · taken along" : ""}${task.repeats_order ? ` · repeats order ${task.repeats_order}` : ""}`, parts);
}

export function orderCard(order, act, ...extras) {
  const made = card(
    order.urgency,
    `Order ${order.number}`,
    ORDER_WORDS[order.state] ?? words(order.state),
    `${order.household_name} · ${order.household_id}${order.lane === "ordinary" ? "" : ` · ${order.lane === "urgent" ? "beside the home's order" : "split off"}`}`,
  );
  made.append(make("ul", "tasks", ...order.tasks.map(taskLine)));
  if (order.visit_starts) {
    made.append(make("p", "note", `${nameOf(order.technician_id)} comes ${when(order.visit_starts)} to ${when(order.visit_ends)}`));
  } else if (order.due_by) {
    made.append(make("p", "note", `due by ${when(order.due_by)}`));
  }
  if (order.explanation) made.append(make("p", "note", order.explanation));
  const buttons = ["approve", "decline"].filter((action) => order.actions.includes(action)).map((action) => {
    const button = make("button", action === "approve" ? "main" : "", action === "approve" ? "Approve" : "Decline");
    button.type = "button";
    button.addEventListener("click", () => act(button, order, action));
    return button;
  });
  if (buttons.length) made.append(make("div", "actions", ...buttons));
  made.append(...extras.filter(Boolean));
  return made;
}

export function reminderCard(reminder) {
  const state = reminder.state === "snoozed" ? `snoozed until ${when(reminder.snoozed_until)}` : words(reminder.state);
  const made = card("self", reminder.title, state, `${reminder.household_id} · ${reminder.appliance_id}`);
  made.append(make("p", "", reminder.text), make("p", "note", `sent ${when(reminder.sent_at)}`));
  return made;
}

/** What is unlike anything healthy, without a name: said in short here; it is looked into on the page of models. */
export function reviewCard(review) {
  const seen = review.evidence.map((one) => `${signalWords(one.signal)} ${number(one.observed)} instead of ${number(one.expected)}`);
  const made = card("", review.appliance_id, words(review.kind), review.cleared_at ? "gone again" : "still so");
  const link = make("a", "", "look into it");
  link.href = "/pages/models.html";
  made.append(make("p", "note", seen.join("; ")), make("p", "note", link));
  return made;
}

export function deviceCard(device) {
  const facts = Object.entries(device.facts).map(([name, value]) => `${words(name)} ${value}`).join(", ");
  const said = Object.entries(device.latest ?? {}).slice(0, 4);
  const made = card("", device.name, device.dialect, `${number(device.readings, 6)} readings · last ${when(device.last_seen)}`);
  if (facts) made.append(make("p", "note", facts));
  if (said.length) made.append(make("p", "note", said.map(([name, one]) => `${signalWords(name)} ${number(one.value)}`).join(" · ")));
  made.append(make("p", "note", make("code", "", `POST /api/v1/devices/${device.id}/claim`)));
  return made;
}
