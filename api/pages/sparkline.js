// A small line of one signal over time, with what was expected as a dashed line. Drawn as SVG elements, no library.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 56;
const PAD = 3;

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** points: [{time, value}] in order; expected: a number or null. Returns an SVG, or null if there is nothing to draw. */
export function sparkline(points, expected, label) {
  if (points.length < 2) return null;
  const values = points.map((p) => p.value);
  const all = typeof expected === "number" ? [...values, expected] : values;
  const low = Math.min(...all);
  const high = Math.max(...all);
  const start = points[0].time;
  const span = points[points.length - 1].time - start || 1;
  const x = (time) => (((time - start) / span) * WIDTH).toFixed(1);
  const y = (value) => (HEIGHT - PAD - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * PAD)).toFixed(1);

  const line = points.map((p) => `${x(p.time)},${y(p.value)}`).join(" ");
  const picture = element("svg", {
    class: "spark",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": label,
  });
  picture.append(element("polygon", { class: "area", points: `0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}` }));
  if (typeof expected === "number") {
    picture.append(element("line", { class: "expected", x1: 0, x2: WIDTH, y1: y(expected), y2: y(expected) }));
  }
  picture.append(element("polyline", { class: "line", points: line }));
  return picture;
}
