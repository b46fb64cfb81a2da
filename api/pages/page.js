// What every page needs: asking the API, saying what went wrong, forms, and small pieces of a page.

import { make, number, words } from "./cards.js";

export { card, make, number, when, words } from "./cards.js";

export const KINDS = ["air_conditioner", "refrigerator", "washing_machine", "dryer", "dishwasher", "water_heater", "range_hood", "air_purifier", "circuit"];
const API = "/api/v1";
const MOST_PAGES = 10;
const TYPED_MS = 1200;

/** The answer as JSON; an Error whose message is a sentence if it is a problem document. */
export async function ask(path, { method = "GET", body, version, key } = {}) {
  const headers = method === "GET" ? {} : { "Content-Type": "application/json", "X-Actor": "console" };
  if (method === "POST") headers["Idempotency-Key"] = key ?? crypto.randomUUID();
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const answer = await fetch(API + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const found = await answer.json();
  if (!answer.ok) throw new Error(sentence(found.detail ?? answer.statusText));
  return found;
}

function sentence(text) {
  const said = String(text).replace(/^[a-z.]*body\./, "");
  return said.charAt(0).toUpperCase() + said.slice(1) + (/[.!?]$/.test(said) ? "" : ".");
}

/** All items of a list that comes in pages, up to a bound. */
export async function all(path, most = MOST_PAGES) {
  const found = [];
  let cursor = null;
  for (let n = 0; n < most; n += 1) {
    const query = cursor ? `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}` : "";
    const page = await ask(path + query);
    found.push(...page.items);
    cursor = page.next;
    if (!cursor) break;
  }
  return found;
}

export function queryOf(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined)).toString();
}

export function complain(error) {
  const place = document.getElementById("trouble");
  place.textContent = error ? error.message : "";
  place.hidden = !error;
  if (error) place.scrollIntoView({ block: "nearest" });
}

// ---------------------------------------------------------------- what was chosen stays in the address
export function chosen(name, otherwise = "") {
  return new URLSearchParams(location.search).get(name) ?? otherwise;
}

export function choose(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

// ---------------------------------------------------------------- forms
/** A field with its label above it. */
export function labelled(label, field, hint) {
  const made = make("label", "field", make("span", "", label), field, hint ? make("span", "hint", hint) : null);
  return made;
}

export function input(name, options = {}) {
  const made = Object.assign(document.createElement("input"), { name, type: "text", ...options });
  if (["text", "number"].includes(made.type)) made.dataset.text = "";
  return made;
}

const MOST_SUGGESTED = 500;
let lists = 0;

/** A field for an id that proposes what there is, by the words that people know it by; asked when somebody comes to it. */
export function suggested(list, say, field) {
  const names = Object.assign(document.createElement("datalist"), { id: `suggested-${(lists += 1)}` });
  field.setAttribute("list", names.id);
  field.addEventListener("focus", async () => {
    const { items } = await ask(`/${list}?limit=${MOST_SUGGESTED}`).catch(() => ({ items: [] }));
    names.replaceChildren(...items.map((one) => new Option(say(one), one.id)));
  }, { once: true });
  return make("span", "suggested", field, names);
}

/** A field for an order, by the number that people know it by; the form carries its id. `order` is what it begins with. */
export function orderField(name, { required = false, order = null } = {}) {
  const said = (one) => `No. ${one.number}, ${one.household_name}`;
  const ids = order ? { [said(order)]: order.id, [order.number]: order.id } : {};
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name, value: order?.id ?? "" });
  const shown = input("", { required, defaultValue: order ? said(order) : "", placeholder: "number" });
  const names = Object.assign(document.createElement("datalist"), { id: `suggested-${(lists += 1)}` });
  const read = () => {
    const text = shown.value.trim();
    kept.value = ids[text.replace(/^no\. */i, "")] ?? ids[text] ?? "";
    shown.setCustomValidity(text && !kept.value ? "There is no such order among the newest; choose one of those that are proposed." : "");
  };
  shown.setAttribute("list", names.id);
  shown.addEventListener("input", read);
  shown.addEventListener("focus", async () => {
    const { items } = await ask(`/orders?limit=${MOST_SUGGESTED}`).catch(() => ({ items: [] }));
    for (const one of items) ids[said(one)] = ids[one.number] = one.id;
    names.replaceChildren(...items.map((one) => new Option("", said(one))));
    read();
  }, { once: true });
  return make("span", "suggested", shown, names, kept);
}

/** Boxes to tick; what is ticked is read with `ticked`. */
export function boxes(name, choices, marked = []) {
  const made = make("fieldset", "boxes", ...choices.map((one) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value: one, checked: marked.includes(one) });
    return make("label", "check", box, words(one));
  }));
  made.prepend(make("legend", "", words(name)));
  return made;
}

export function ticked(form, name) {
  return [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);
}

/** What a field holds as JSON wants it: null for nothing, a number where one is asked for. */
export function held(field) {
  const said = field.value.trim();
  return said === "" ? null : field.type === "number" ? Number(said) : said;
}

export function text(name, options = {}) {
  return Object.assign(document.createElement("textarea"), { name, rows: 2, maxLength: 4000, ...options });
}

/** choices: {value: words} or [value, ...] */
export function select(name, choices, value = "") {
  const made = Object.assign(document.createElement("select"), { name });
  const pairs = Array.isArray(choices) ? choices.map((one) => [one, words(one)]) : Object.entries(choices);
  made.append(...pairs.map(([key, said]) => new Option(said, key)));
  if (pairs.some(([key]) => key === value)) made.value = value;
  return made;
}

/** Selects and dates that show the page anew when they are changed, and are kept in the address. A date that is being
 * typed is several changes, so it waits a moment. */
export function filters(show, ...fields) {
  const made = make("form", "filters", ...fields);
  let waiting = null;
  const apply = async (field) => {
    choose({ [field.name]: field.value });
    await show();
    document.querySelector(`.filters [name="${field.name}"]`)?.focus();
  };
  made.addEventListener("submit", (event) => event.preventDefault());
  made.addEventListener("keydown", () => clearTimeout(waiting));
  made.addEventListener("change", ({ target }) => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, target.type === "date" ? TYPED_MS : 0, target);
  });
  return made;
}

// A request that is repeated because no answer came is the same request: it keeps its key until it was answered.
const keys = new WeakMap();

/** A button that changes something: `deed()` gives {path, method, body, version}; then `done` is called. */
export function doing(label, className, deed, done) {
  const button = make("button", className, label);
  button.type = "button";
  button.addEventListener("click", async () => {
    const form = button.closest("form");
    if (form && !form.reportValidity()) return;
    const asked = { method: "POST", ...deed(form) };
    const same = JSON.stringify(asked);
    if (keys.get(button)?.same !== same) keys.set(button, { same, key: crypto.randomUUID() });
    button.disabled = true;
    try {
      const answer = await ask(asked.path, { ...asked, key: keys.get(button).key });
      complain(null);
      const place = button.closest("[data-id]")?.dataset.id;
      await done(answer);
      tell(`${label}: done`, place);
    } catch (error) {
      if (!(error instanceof TypeError)) keys.delete(button);
      complain(error instanceof TypeError ? new Error("No answer from the server. Try again: nothing is done twice.") : error);
    }
    button.disabled = false;
  });
  return button;
}

/** Says that it was done to whoever cannot see it, and keeps the focus at the card that was worked on. */
function tell(said, place) {
  const status = document.getElementById("said");
  if (status) status.textContent = said;
  const card = place && document.querySelector(`[data-id="${CSS.escape(place)}"]`);
  if (!card || document.activeElement !== document.body) return;
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
}

/** A folded form; `open` folds stay open when the page is shown again. */
export function fold(title, ...children) {
  const made = make("details", "fold", make("summary", "", title), ...children);
  const name = () => `${made.closest("[data-id]")?.dataset.id ?? ""} ${title}`;
  made.addEventListener("toggle", () => (made.open ? opened.add(name()) : opened.delete(name())));
  queueMicrotask(() => queueMicrotask(() => {
    if (opened.has(name())) made.open = true;
  }));
  return made;
}
const opened = new Set();

export function form(...children) {
  const made = make("form", "form", ...children);
  made.addEventListener("submit", (event) => event.preventDefault());
  return made;
}

// ---------------------------------------------------------------- pieces of a page
export function section(title, count, ...children) {
  const heading = make("h2", "", title, count ? make("span", "count", count) : null);
  return make("section", "part", heading, ...children);
}

export function empty(said) {
  return make("p", "empty", said);
}

/** A table whose rows become small cards on a phone. columns: {title: (row) => cell} */
export function table(label, rows, columns) {
  const titles = Object.keys(columns);
  const head = make("tr", "", ...titles.map((title) => Object.assign(make("th", "", title), { scope: "col" })));
  const body = rows.map((row) => make("tr", "", ...titles.map((title) => {
    const cell = make("td", "", columns[title](row));
    cell.dataset.title = title;
    return cell;
  })));
  const made = make("table", "", make("caption", "unseen", label), make("thead", "", head), make("tbody", "", ...body));
  return make("div", "scroll", made);
}

/** The first rows of a long list, and the others folded. */
export function first(rows, most, build) {
  if (rows.length <= most) return build(rows);
  return make("div", "", build(rows.slice(0, most)), fold(`${rows.length - most} more`, build(rows.slice(most))));
}

export function chip(said, tone = "") {
  const made = make("span", "chip", said);
  if (tone) made.dataset.tone = tone;
  return made;
}

export function facts(pairs) {
  const shown = Object.entries(pairs).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", "whys", ...shown.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
}

export function day(text) {
  return text ? new Date(text).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" }) : "–";
}

/** "in 5 h", "2 days ago": how far a moment is from now. */
export function distance(text, now = Date.now()) {
  const minutes = Math.round((Date.parse(text) - now) / 60e3);
  const [amount, unit] = [[Math.round(minutes / 1440), "day"], [Math.round(minutes / 60), "hour"], [minutes, "minute"]].find(
    ([, of]) => Math.abs(minutes) >= { day: 2880, hour: 90, minute: 0 }[of],
  );
  return new Intl.RelativeTimeFormat("en", { numeric: "always" }).format(amount, unit);
}

export function percent(value) {
  return value === null || value === undefined ? "–" : `${number(value * 100, 3)} %`;
}

export function money(value) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format(value);
}

