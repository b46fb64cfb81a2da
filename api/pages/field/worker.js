// Pages of the field without a network: what was loaded once is there again. Nothing else passes through here.

const CACHE = "wellkept-field-1";
const FILES = ["/field/files/field.css", "/field/files/field.js", "/field/files/queue.js", "/pages/icon.svg"];
const WAIT_MS = 4000; // a network that does not answer by then is none

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("wellkept-field-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (!url.pathname.startsWith("/field/") && url.pathname !== "/pages/icon.svg") return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    if (response.ok) await cache.put(request.url, response.clone());
    if (response.status < 500) return response;
  } catch {
    // no network: below
  }
  const kept = await cache.match(request.url);
  if (kept) return kept;
  return new Response(
    "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'>" +
    "<title>No network</title><link rel=stylesheet href=/field/files/field.css>" +
    "<main><h1>No network</h1><p>This page was not loaded before. Go back, or try again where there is a network.</p></main>",
    { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } },
  );
}
