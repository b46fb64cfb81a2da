// What waits for the network: actions and pictures in IndexedDB, each under an id of its own, sent until answered.
// Sending twice is harmless: the server does what it has done already no second time.

const NAME = "wellkept-field";
const BATCH = 50; // actions in one request
const MOST_PICTURE = 6_000_000; // bytes, as the server takes them
const KEEP_ANSWERS_MS = 14 * 86_400_000;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opened = null;
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of ["actions", "pictures", "answers"]) request.result.createObjectStore(store, { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function all(store) {
  const db = await database();
  return asked(db.transaction(store).objectStore(store).getAll());
}

async function write(store, ...items) {
  const db = await database();
  const change = db.transaction(store, "readwrite", { durability: "strict" });
  for (const item of items) change.objectStore(store).put(item);
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onerror = () => reject(change.error);
  });
}

export async function addAction(technician, order, kind, body) {
  const action = { id: crypto.randomUUID(), technician, order, kind, body, at: new Date().toISOString() };
  await write("actions", action);
  return action;
}

export async function addPicture(technician, order, kind, blob) {
  const bytes = await blob.arrayBuffer(); // a Blob is not kept by every browser's database
  const picture = { id: crypto.randomUUID(), technician, order, kind, bytes, type: blob.type, at: new Date().toISOString() };
  await write("pictures", picture);
  return picture;
}

export const waitingActions = async () => (await all("actions")).sort((a, b) => a.at.localeCompare(b.at));
export const waitingPictures = () => all("pictures");
export const answers = async () => (await all("answers")).sort((a, b) => a.at.localeCompare(b.at));

// In one transaction: an answer is kept in the moment in which its action stops waiting.
async function answered(store, item, answer) {
  const db = await database();
  const change = db.transaction([store, "answers"], "readwrite", { durability: "strict" });
  const { bytes, ...kept } = item;
  change.objectStore("answers").put({ ...kept, ...answer, id: item.id });
  change.objectStore(store).delete(item.id);
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onerror = () => reject(change.error);
  });
}

async function problemOf(response) {
  try {
    return (await response.json()).detail ?? response.statusText;
  } catch {
    return response.statusText;
  }
}

async function sendBatch(technician, batch) {
  const actions = batch.map((a) => ({ id: a.id, order_id: a.order, kind: a.kind, at: a.at, body: a.body }));
  const response = await fetch("/api/v1/field/sync", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Actor": technician },
    body: JSON.stringify({ technician_id: technician, sent_at: new Date().toISOString(), actions }),
  });
  if (response.ok) {
    const { results } = await response.json();
    const byId = new Map(results.map((result) => [result.id, result]));
    for (const action of batch) {
      const result = byId.get(action.id);
      if (result) await answered("actions", action, { state: result.state, detail: result.detail });
    }
    return;
  }
  if (response.status === 422 || response.status === 400) {
    if (batch.length > 1) {
      for (const action of batch) await sendBatch(technician, [action]);
      return;
    }
    await answered("actions", batch[0], { state: "conflict", detail: await problemOf(response) });
    return;
  }
  throw new Error(await problemOf(response)); // try again later
}

async function sendPicture(picture) {
  if (picture.bytes.byteLength > MOST_PICTURE) {
    // A server that refuses a body by its length may hang up first, which looks as if there were no network.
    return write("pictures", { ...picture, refused: `this picture has ${Math.ceil(picture.bytes.byteLength / 1e6)} MB, at most 6 can be sent; take it again, smaller` });
  }
  const query = new URLSearchParams({
    order_id: picture.order, technician_id: picture.technician, kind: picture.kind, at: picture.at,
  });
  const response = await fetch(`/api/v1/field/attachments/${picture.id}?${query}`, {
    method: "PUT",
    headers: { "Content-Type": picture.type, "X-Actor": picture.technician },
    body: picture.bytes,
  });
  if (response.ok) return answered("pictures", picture, { state: "applied", detail: "the picture is kept" });
  const detail = await problemOf(response);
  if ([400, 404, 409, 413, 422].includes(response.status)) {
    return write("pictures", { ...picture, refused: detail }); // the picture itself stays here
  }
  throw new Error(detail);
}

// Send everything that waits; false if the server cannot be reached. One tab at a time.
export function flush() {
  return navigator.locks.request("wellkept-field-sync", async () => {
    try {
      await fetch("/healthz", { cache: "no-store" }); // what a phone says of its own network is often wrong
      const waiting = await waitingActions();
      for (const technician of new Set(waiting.map((action) => action.technician))) {
        const own = waiting.filter((action) => action.technician === technician);
        for (let start = 0; start < own.length; start += BATCH) {
          await sendBatch(technician, own.slice(start, start + BATCH));
        }
      }
      const failed = [];
      for (const picture of (await waitingPictures()).filter((one) => !one.refused)) {
        await sendPicture(picture).catch((error) => failed.push(error)); // one that does not go through stops no other
      }
      await forgetOld();
      return failed.length === 0;
    } catch {
      return false;
    }
  });
}

async function forgetOld() {
  const oldest = new Date(Date.now() - KEEP_ANSWERS_MS).toISOString();
  const db = await database();
  const change = db.transaction("answers", "readwrite");
  for (const answer of await asked(change.objectStore("answers").getAll())) {
    if (answer.at < oldest) change.objectStore("answers").delete(answer.id);
  }
}
