// Outlets and technicians: who works where, and the record of one of them.

import { all, ask, chosen, empty, filters, labelled, make, percent, queryOf, section, select, words } from "./page.js";
import { count } from "./names.js";
import { intervals } from "./quality.js";
import { outletForm, technicianForm, workParts } from "./people_edit.js";
import { recordParts } from "./record.js";

export const title = "People";
export const changes = ["grade", "appeal", "suspension"];

const FIGURES = { first_visit_fix: "fixed at the first visit", repeat: "repeated repairs", misjudgement: "misjudged tasks", satisfaction: "satisfaction" };

export async function show(main, again) {
  const [outlets, technicians] = await Promise.all([all("/outlets"), all("/technicians?limit=200")]);
  if (!technicians.length) {
    main.replaceChildren(section("People", "", empty(outlets.length ? "Nobody works here yet. Add a technician; records begin with the first finished visit." : "There is no outlet yet. Add one, then the technicians who start from it."),
      ...outlets.map((one) => make("div", "", make("h2", "", one.name), outletForm(one, again))), ...adding(outlets, again)));
    return;
  }
  const id = technicians.some((one) => one.id === chosen("technician")) ? chosen("technician") : chosen("outlet") ? "" : technicians[0].id;
  const shown = id ? await technicianPart(technicians.find((one) => one.id === id), outlets, again) : await outletPart(outlets, chosen("outlet"), again);
  main.replaceChildren(make("div", "side", list(outlets, technicians, id, again), make("div", "", ...shown)));
}

function adding(outlets, again) {
  return [outletForm(null, again), ...(outlets.length ? [technicianForm(null, null, outlets, again)] : [])];
}

function list(outlets, technicians, id, again) {
  const parts = outlets.flatMap((outlet) => [
    make("h2", "", outlet.name, Object.assign(make("a", "count", "compare, change"), { href: `?${queryOf({ outlet: outlet.id })}` })),
    make("ul", "people", ...technicians.filter((one) => one.outlet_id === outlet.id).map((one) => {
      const link = make("a", "", make("span", "", one.name, make("small", "", count(one.skills.length, "kind"))), one.active ? null : make("span", "chip", "gets no visits"));
      link.href = `?${queryOf({ technician: one.id })}`;
      if (one.id === id) link.setAttribute("aria-current", "true");
      return make("li", "", link);
    })),
  ]);
  const made = make("nav", "", ...parts);
  made.setAttribute("aria-label", "Outlets and technicians");
  return make("div", "", made, ...adding(outlets, again));
}

async function technicianPart(technician, outlets, again) {
  const page = Object.assign(make("a", "", "the person's own page"), { href: `/field/${technician.id}/record` });
  const about = make("p", "about", `Trained for ${technician.skills.map(words).join(", ")}. Everything here is on `, page, " too, where grades can be appealed against.");
  return [make("h2", "who-name", technician.name), about, ...(await recordParts(technician.id, { person: false, again })), ...(await workParts(technician, outlets, again))];
}

async function outletPart(outlets, id, again) {
  const key = chosen("figure", "first_visit_fix");
  const outlet = outlets.find((one) => one.id === id);
  const [within, between] = await Promise.all([ask(`/reports/quality?${queryOf({ outlet: id, by: "technician" })}`), ask("/reports/quality?by=outlet")]);
  const chart = (groups) => (groups.length ? make("div", "panel", intervals(groups.map((group) => ({ name: group.value, one: group[key] })), { say: percent, unit: "" })) : empty("No service was finished in the last year."));
  return [
    make("h2", "who-name", outlet?.name ?? id),
    outlet ? make("section", "part", outletForm(outlet, again)) : "",
    filters(again, labelled("figure", select("figure", FIGURES, key))),
    section("Beside the other outlets", "bars are 95 % intervals", chart(between.groups)),
    section("Its technicians", "", chart(within.groups)),
  ];
}
