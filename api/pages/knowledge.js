// The knowledge base: look up, correct, write down.

import { KINDS, all, ask, card, choose, chosen, doing, empty, fold, form, input, labelled, make, percent, queryOf, section, select, text, words } from "./page.js";

export const title = "Knowledge";
export const changes = [];

const ANY = { "": "any kind", ...Object.fromEntries(KINDS.map((kind) => [kind, words(kind)])) };

export async function show(main, again) {
  const asked = { q: chosen("q"), kind: chosen("kind") };
  const items = asked.q ? (await ask(`/knowledge?${queryOf(asked)}`)).items : await all(`/knowledge?${queryOf({ ...asked, limit: 200 })}`);
  main.replaceChildren(section("Articles", items.length || "", search(again), newArticle(again),
    items.length ? make("div", "columns", ...items.map((one) => articleCard(one, again))) : empty(asked.q || asked.kind ? "Nothing was found. Try fewer words, or any kind." : "No article yet. Those that ship with the program are entered when it starts.")));
}

function search(again) {
  const made = make("form", "filters",
    labelled("words", input("q", { type: "search", value: chosen("q"), maxLength: 200 })),
    labelled("kind", select("kind", ANY, chosen("kind"))));
  const find = (event) => {
    event.preventDefault();
    choose({ q: made.elements.q.value.trim(), kind: made.elements.kind.value });
    again();
  };
  made.addEventListener("submit", find);
  made.addEventListener("change", find);
  made.append(Object.assign(make("button", "main", "Search"), { type: "submit" }));
  return made;
}

function articleCard(one, again) {
  const about = [one.kind && words(one.kind), one.fault && words(one.fault), one.maker, one.model].filter(Boolean).join(" · ") || "any kind";
  const made = card("", one.title, one.edited ? "your own" : null, about);
  made.dataset.id = one.id;
  made.append(make("p", "", one.summary));
  made.append(fold("Read", ...reading(one)), fold("Change", changing(one, again)));
  return made;
}

function reading(one) {
  const list = (name, items, tag = "ul") => items.length ? [make("p", "note", make("strong", "", name)), make(tag, "steps", ...items.map((item) => make("li", "", item)))] : [];
  return [
    ...list("Safety", one.safety),
    ...list("Causes", one.causes.map((cause) => `${cause.cause}, ${percent(cause.share)}${cause.check ? `: ${cause.check}` : ""}`)),
    ...list("Steps", one.steps, "ol"),
    ...list("Tools", one.tools),
    ...(one.done_when ? [make("p", "note", make("strong", "", "Done when: "), one.done_when)] : []),
  ];
}

const lines = (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
const wide = (label, field, hint) => Object.assign(labelled(label, field, hint), { className: "field wide" });

function fields(one) {
  const block = (name, label, items) => wide(label, text(name, { rows: Math.min(8, items.length + 1), value: items.join("\n"), defaultValue: items.join("\n") }), "one a line");
  return [
    wide("title", input("title", { required: true, value: one.title, defaultValue: one.title })),
    wide("summary", text("summary", { required: true, rows: 3, defaultValue: one.summary })),
    block("steps", "steps", one.steps), block("safety", "safety", one.safety), block("tools", "tools", one.tools),
    wide("done when", input("done_when", { value: one.done_when, defaultValue: one.done_when })),
  ];
}

function said(e) {
  return { title: e.title.value, summary: e.summary.value, steps: lines(e.steps), safety: lines(e.safety), tools: lines(e.tools), done_when: e.done_when.value };
}

function changing(one, again) {
  return form(...fields(one), make("div", "actions", doing("Keep", "main", ({ elements: e }) => ({ path: `/knowledge/${encodeURIComponent(one.id)}`, method: "PATCH", version: one.version, body: said(e) }), again)));
}

function newArticle(again) {
  const blank = { title: "", summary: "", steps: [], safety: [], tools: [], done_when: "" };
  return fold("Write an article", form(
    labelled("id", input("id", { required: true, pattern: "[a-z0-9_.\\-]{3,80}", title: "3 to 80 small letters, digits, _ . -" })),
    labelled("kind", select("kind", ANY)),
    labelled("fault", input("fault", { pattern: "[a-z0-9_]{2,40}", placeholder: "any" })),
    ...fields(blank),
    make("div", "actions", doing("Write", "main", ({ elements: e }) => ({ path: "/knowledge", body: { id: e.id.value, kind: e.kind.value || null, fault: e.fault.value || null, ...said(e) } }), again)),
  ));
}
