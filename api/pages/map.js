// A map without a map server: outlets, homes and the order of visits as plain SVG, true to distance, north up.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 760;
const HEIGHT = 460;
const EDGE = 34;
const KM_PER_DEGREE = 111.2;
const STEPS_KM = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];

function svg(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Degrees to picture: kilometres east and north of the middle, the same scale both ways. */
function projection(points) {
  const lats = points.map((point) => point.latitude);
  const lons = points.map((point) => point.longitude);
  const middle = { latitude: (Math.min(...lats) + Math.max(...lats)) / 2, longitude: (Math.min(...lons) + Math.max(...lons)) / 2 };
  const narrower = Math.cos((middle.latitude * Math.PI) / 180);
  const wide = Math.max((Math.max(...lons) - Math.min(...lons)) * KM_PER_DEGREE * narrower, 1);
  const high = Math.max((Math.max(...lats) - Math.min(...lats)) * KM_PER_DEGREE, 1);
  const scale = Math.min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high);
  const at = (point) => ({
    x: WIDTH / 2 + (point.longitude - middle.longitude) * KM_PER_DEGREE * narrower * scale,
    y: HEIGHT / 2 - (point.latitude - middle.latitude) * KM_PER_DEGREE * scale,
  });
  return { at, scale };
}

const isPlaced = (point) => typeof point.latitude === "number" && typeof point.longitude === "number";

/** The picture of a day; `choose` is called with the id of a visit that is clicked. */
export function drawMap(board, visits, colour, chosen, choose) {
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Outlets, homes and routes" });
  const placed = visits.filter(isPlaced);
  const left = (board.plan?.visits ?? []).filter((line) => !line.starts && isPlaced(line));
  const points = [...board.outlets, ...placed, ...left];
  if (!points.length) {
    picture.append(svg("text", { x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle", class: "soft-text" }, "No outlet and no visit yet."));
    return picture;
  }
  const { at, scale } = projection(points);
  const outlets = new Map(board.outlets.map((outlet) => [outlet.id, outlet]));
  for (const row of board.technicians) drawRoute(picture, row, placed, outlets, at, colour);
  for (const line of left) picture.append(stop(line, at, "stop left", chosen, choose));
  for (const row of board.technicians) {
    const mine = placed.filter((visit) => visit.technician_id === row.technician_id);
    mine.forEach((visit, number) => {
      picture.append(stop(visit, at, `stop ${colour.get(row.technician_id)}`, chosen, choose));
      const { x, y } = at(visit);
      picture.append(svg("text", { x, y: y + 3.2, class: "number" }, number + 1));
    });
  }
  for (const outlet of board.outlets) {
    const { x, y } = at(outlet);
    picture.append(svg("rect", { x: x - 6, y: y - 6, width: 12, height: 12, rx: 2, class: "outlet" }));
    picture.append(svg("text", { x: Math.min(x + 10, WIDTH - 90), y: y + 4 }, outlet.name));
  }
  drawScale(picture, scale);
  return picture;
}

function drawRoute(picture, row, visits, outlets, at, colour) {
  const mine = visits.filter((visit) => visit.technician_id === row.technician_id);
  const base = outlets.get(row.outlet_id);
  if (!mine.length || !base) return;
  const way = [base, ...mine, base].map(at).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const drafted = mine.some((visit) => visit.drafted) ? " drafted" : "";
  picture.append(svg("polyline", { points: way.join(" "), class: `route ${colour.get(row.technician_id)}${drafted}` }));
}

function stop(visit, at, name, chosen, choose) {
  const { x, y } = at(visit);
  const made = svg("circle", { cx: x, cy: y, r: 8, class: visit.id === chosen ? `${name} chosen` : name });
  made.append(svg("title", {}, visit.household_name));
  made.addEventListener("click", () => choose(visit.id));
  return made;
}

function drawScale(picture, scale) {
  const km = STEPS_KM.findLast((step) => step * scale < WIDTH / 4) ?? STEPS_KM[0];
  const y = HEIGHT - 14;
  picture.append(svg("line", { x1: 14, y1: y, x2: 14 + km * scale, y2: y, class: "scale" }));
  picture.append(svg("text", { x: 14, y: y - 6, class: "soft-text" }, `${km} km, north up`));
}
