// What people are called: lists of the API carry ids.

const names = new Map();

/** Read once, before the first page is shown; who was added later is called by the id until then. */
export async function readNames() {
  const answer = await fetch("/api/v1/technicians?limit=500");
  if (answer.ok) for (const one of (await answer.json()).items) names.set(one.id, one.name);
}

export function nameOf(technician) {
  return names.get(technician) ?? technician;
}

/** "1 visit", "2 visits" */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
