// The pages of the console, and the way between them.

export const PAGES = [
  { name: "", address: "/", title: "Now" },
  { name: "visits", address: "/pages/visits.html", title: "Visits" },
  { name: "calls", title: "Calls" },
  { name: "opinions", title: "Opinions" },
  { name: "parts", title: "Parts" },
  { name: "prices", title: "Prices" },
  { name: "homes", title: "Homes" },
  { name: "people", title: "People" },
  { name: "quality", title: "Quality" },
  { name: "cases", title: "Maker's cases" },
  { name: "campaigns", title: "Campaigns" },
  { name: "knowledge", title: "Knowledge" },
  { name: "models", title: "Models" },
];

export function pageName() {
  return location.pathname.split("/").pop().replace(/\.html$/, "");
}

/** The links, into `<nav id="pages">`; the page that is open is marked and in sight. */
export function navigation() {
  const links = PAGES.map((page) => {
    const link = document.createElement("a");
    link.href = page.address ?? `/pages/${page.name}.html`;
    link.textContent = page.title;
    if (page.name === pageName()) link.setAttribute("aria-current", "page");
    return link;
  });
  const place = document.getElementById("pages");
  place.replaceChildren(...links);
  const here = links.find((link) => link.hasAttribute("aria-current"));
  if (here) place.scrollLeft = here.offsetLeft - (place.clientWidth - here.offsetWidth) / 2;
}
