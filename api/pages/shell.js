// One shell for all pages but two: the module named in the address fills it, and is asked again when something changes.
// A page's module exports `title`, `changes` (entities of the stream that concern it) and `show(main)`.

import { navigation, pageName } from "./nav.js";
import { complain } from "./page.js";

const SETTLE_MS = 600;
const page = await import(`./${pageName()}.js`);
const main = document.getElementById("page");
let waiting = null;

document.title = `${page.title} · Wellkept`;
document.getElementById("title").textContent = page.title;
navigation();

async function show() {
  try {
    await page.show(main, show);
    main.dataset.shown = "yes";
  } catch (error) {
    complain(error);
  }
  main.removeAttribute("aria-busy");
}

/** Nothing is taken from under the hands of somebody who writes: then the page waits. */
function showSoon() {
  waiting ??= setTimeout(() => {
    waiting = null;
    const here = document.activeElement;
    const written = [...main.querySelectorAll("textarea, input[data-text]")].some((field) => field.value !== field.defaultValue);
    if (written || (main.contains(here) && here.matches("input, select, textarea"))) showSoon();
    else show();
  }, SETTLE_MS);
}

function watch() {
  const source = new EventSource("/api/v1/stream");
  const tell = (state, text) => {
    document.getElementById("live").dataset.state = state;
    document.getElementById("live-text").textContent = text;
  };
  let lost = false;
  source.addEventListener("hello", () => {
    tell("on", "live");
    if (lost) showSoon();
    lost = false;
  });
  source.addEventListener("reset", showSoon);
  source.addEventListener("change", (event) => page.changes.includes(JSON.parse(event.data).entity) && showSoon());
  source.addEventListener("error", () => {
    lost = true;
    tell("off", "connection lost, trying again");
  });
}

await show();
watch();
