// Outlets and technicians as planners set them up: who they are, what they know, when and how far out they work.

import { all, ask, boxes, day, doing, empty, fold, form, held, input, KINDS, labelled, make, section, select, suggested, table, ticked, when } from "./page.js";

const WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const USUAL = { starts: "08:00", ends: "17:00", break_minutes: 30 };
const ID = { required: true, pattern: "[a-z0-9\\-]{3,64}", maxLength: 64, title: "3 to 64 small letters, digits or hyphens" };

function id(what) {
  return labelled(`${what}'s id`, input("id", { ...ID, placeholder: "small letters, digits, -" }));
}

function degrees(name, value, most) {
  return labelled(name, input(name, { type: "number", step: "any", min: -most, max: most, required: true, value: value ?? "" }));
}

function zone(value) {
  const names = Object.assign(document.createElement("datalist"), { id: `zones-${Math.random().toString(36).slice(2)}` });
  names.append(...Intl.supportedValuesOf("timeZone").map((one) => new Option(one, one)));
  const field = input("timezone", { required: true, value });
  field.setAttribute("list", names.id);
  return labelled("time zone", make("span", "suggested", field, names));
}

/** A new outlet, or what is to be changed of one. */
export function outletForm(outlet, again) {
  const deed = ({ elements: e }) => {
    const body = { name: held(e.name), latitude: held(e.latitude), longitude: held(e.longitude), timezone: held(e.timezone), supplied_by: held(e.supplied_by), phone: held(e.phone) };
    return outlet ? { method: "PATCH", path: `/outlets/${outlet.id}`, version: outlet.version, body } : { path: "/outlets", body: { id: held(e.id), ...body } };
  };
  return fold(outlet ? "Change this outlet" : "Add an outlet", form(
    outlet ? null : id("outlet"),
    labelled("name of the outlet", input("name", { required: true, maxLength: 200, value: outlet?.name ?? "" })),
    degrees("latitude", outlet?.latitude, 90), degrees("longitude", outlet?.longitude, 180),
    zone(outlet?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
    labelled("phone for owners", input("phone", { type: "tel", maxLength: 40, value: outlet?.phone ?? "" })),
    labelled("asks for parts at (its store)", suggested("outlets", (one) => one.name, input("supplied_by", { value: outlet?.supplied_by ?? "" }))),
    make("div", "actions", doing(outlet ? "Keep outlet" : "Add outlet", "main", deed, again))));
}

/** A new technician, or what is to be changed of one; `work` is the area with the version. */
export function technicianForm(technician, work, outlets, again) {
  const deed = (made) => {
    const e = made.elements;
    const body = { name: held(e.name), outlet_id: e.outlet_id.value, skills: ticked(made, "skills"), active: e.active.value === "yes" };
    if (!technician) return { path: "/technicians", body: { id: held(e.id), ...body } };
    return { method: "PATCH", path: `/technicians/${technician.id}`, version: work.version, body: { ...changed(body, technician), area_km: held(e.area_km) } };
  };
  const area = labelled("farthest home, km", input("area_km", { type: "number", min: 0.1, max: 2000, step: "any", placeholder: "no limit", value: work?.area_km ?? "" }));
  return fold(technician ? "Change who this is and what is known" : "Add a technician", form(
    technician ? null : id("technician"),
    labelled("name of the technician", input("name", { required: true, maxLength: 200, value: technician?.name ?? "" })),
    labelled("outlet", select("outlet_id", Object.fromEntries(outlets.map((one) => [one.id, one.name])), technician?.outlet_id)),
    labelled("gets visits", select("active", { yes: "yes", no: "no" }, technician && !technician.active ? "no" : "yes")),
    technician ? area : null,
    boxes("skills", KINDS, technician?.skills),
    make("div", "actions", doing(technician ? "Keep technician" : "Add technician", "main", deed, again))));
}

function changed(body, before) {
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

/** Everything about how somebody works: details, hours, absences, the van. */
export async function workParts(technician, outlets, again) {
  const [work, stock] = await Promise.all([ask(`/technicians/${technician.id}/work`), all(`/stock?place=van:${technician.id}`)]);
  const area = work.area_km === null ? "any distance" : `up to ${work.area_km} km`;
  return [section("Work", area,
    technicianForm(technician, work, outlets, again), hoursForm(technician, work, again), absencePart(technician, work, again), vanPart(technician, stock, again))];
}

function hoursForm(technician, work, again) {
  const rows = WEEK.map((name, weekday) => {
    const said = work.hours.find((one) => one.weekday === weekday);
    const of = said ?? USUAL;
    const on = Object.assign(document.createElement("input"), { type: "checkbox", name: `on-${weekday}`, checked: work.hours.length ? Boolean(said) : weekday < 5 });
    const clock = (what, value) => labelled(what, input(`${what}-${weekday}`, { type: "time", required: true, ariaLabel: `${name} ${what}`, value: value.slice(0, 5) }));
    return make("div", "", make("label", "check", on, name), clock("from", of.starts), clock("to", of.ends),
      labelled("break, min", input(`break-${weekday}`, { type: "number", ariaLabel: `${name} break, minutes`, min: 0, max: 240, required: true, value: of.break_minutes })));
  });
  const deed = ({ elements: e }) => ({
    method: "PUT", path: `/technicians/${technician.id}/hours`, version: work.version,
    body: { days: WEEK.flatMap((_, weekday) => {
      if (!e[`on-${weekday}`].checked) return [];
      const said = work.hours.find((one) => one.weekday === weekday);
      const rest = said ? { break_from: said.break_from, break_to: said.break_to } : {};
      return [{ weekday, starts: e[`from-${weekday}`].value, ends: e[`to-${weekday}`].value, break_minutes: Number(e[`break-${weekday}`].value), ...rest }];
    }) },
  });
  const said = work.hours.length ? "" : "Nothing was said, so the usual week holds. ";
  return fold("Hours", make("p", "note", `${said}By the outlet's clock. Visits that are booked stay.`),
    form(make("div", "week", ...rows), make("div", "actions", doing("Keep hours", "main", deed, again))));
}

function absencePart(technician, work, again) {
  const path = `/technicians/${technician.id}/absences`;
  const list = work.absences.length ? table("Absences", work.absences, {
    "from": (one) => when(one.starts), "to": (one) => when(one.ends), "why": (one) => one.reason || "–",
    "": (one) => doing("Take back", "", () => ({ method: "DELETE", path: `${path}/${one.id}` }), again),
  }) : empty("No absence is known.");
  const unattended = work.unattended.length ? make("p", "note", `Booked in that time, looked after by the next plan: orders ${work.unattended.join(", ")}.`) : "";
  const moment = (name, label) => labelled(label, input(name, { type: "datetime-local", required: true }));
  return fold("Absences", list, unattended, form(moment("starts", "away from"), moment("ends", "back at"),
    labelled("why away", input("reason", { maxLength: 200 })),
    make("div", "actions", doing("Note absence", "main", ({ elements: e }) => ({ path, body: { starts: new Date(e.starts.value).toISOString(), ends: new Date(e.ends.value).toISOString(), reason: e.reason.value } }), again))));
}

function vanPart(technician, stock, again) {
  const there = stock.filter((one) => one.on_hand);
  const list = there.length ? table("In the van", there, { "part": (one) => one.part_id, "pieces": (one) => one.on_hand, "held for orders": (one) => one.reserved }) : empty("The van is empty.");
  const deed = ({ elements: e }) => ({ path: "/stock/movements", body: { part_id: held(e.part_id), quantity: Number(e.quantity.value), reason: "moved", from_place: `outlet:${technician.outlet_id}`, to_place: `van:${technician.id}` } });
  return fold("Van", list, form(
    labelled("part to load", suggested("parts", (one) => one.name, input("part_id", { required: true }))),
    labelled("pieces to load", input("quantity", { type: "number", min: 1, max: 10000, value: 1, required: true })),
    make("div", "actions", doing("Load from the outlet", "main", deed, again))));
}

/** Where somebody gets no visits until a person decides, and what was decided before. */
export function suspensionParts(record, again) {
  if (!record.suspensions.length) return [];
  const cards = record.suspensions.map((one, index) => {
    const made = make("div", "panel", make("p", "", make("strong", "", `${day(one.since)}, ${one.state}: `), one.why), one.answer ? make("p", "note", `${day(one.decided_at)}: ${one.answer}`) : "");
    made.dataset.id = one.id;
    if (again && (!one.decided_at || (one.state === "removed" && index === 0))) {
      made.append(form(
        labelled("may work again", select("reinstated", { yes: "yes, gets visits again", no: "no, stays out" })),
        Object.assign(labelled("the reason", input("answer", { required: true, maxLength: 500 })), { className: "field wide" }),
        make("div", "actions", doing("Decide suspension", "main", ({ elements: e }) => ({ path: `/suspensions/${one.id}/decide`, version: one.version, body: { reinstated: e.reinstated.value === "yes", answer: e.answer.value } }), again))));
    }
    return made;
  });
  return [section("Suspensions", "no visits until a person decides", make("div", "", ...cards))];
}
