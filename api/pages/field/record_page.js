// The technician's own record: the same parts that the office sees, and where one can appeal.

import { complain } from "/pages/page.js";
import { recordParts } from "/pages/record.js";

const main = document.getElementById("page");

async function show() {
  try {
    main.replaceChildren(...(await recordParts(document.body.dataset.technician, { person: true, again: show })));
    main.dataset.shown = "yes";
  } catch (error) {
    complain(error instanceof TypeError ? new Error("No network: your record is read anew each time.") : error);
  }
  main.removeAttribute("aria-busy");
}

await show();
