// Charts as plain SVG, drawn for the width that is there, so that letters keep their size on a phone.
// A chart is a picture of numbers that stand beside it as text; it is hidden from screen readers where they do.

const SVG = "http://www.w3.org/2000/svg";
const BAR = 22;
const COLOURS = 8;

export function svg(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A place that draws itself anew whenever its width changes; `draw(width)` gives an SVG. */
export function fitted(draw, className = "chart-place") {
  const place = document.createElement("div");
  place.className = className;
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width > 0 && width !== drawn) {
      drawn = width;
      place.replaceChildren(draw(width));
    }
  }).observe(place);
  return place;
}

/** Numbers that an axis shows: about `count` of them, round. */
export function ticks(low, high, count = 4) {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

/** The end of an axis that begins at 0: where the bounds of most fit, so that one wild bound does not squeeze the rest. */
export function reach(bounds, most = Infinity) {
  const highs = bounds.filter((one) => one.high !== null).map((one) => one.high).sort((a, b) => a - b);
  const values = bounds.filter((one) => one.value !== null).map((one) => one.value);
  if (!highs.length) return Math.min(1, most);
  const usual = highs[Math.floor((highs.length - 1) * 0.75)];
  return Math.min(most, Math.max(usual * 1.25, ...values.map((one) => one * 1.1), 1e-9));
}

/** One interval: a pale bar between the bounds, a stroke at the value; an arrow where a bound lies beyond the axis. */
export function interval(one, end, { mark = null } = {}) {
  return fitted((width) => {
    const picture = svg("svg", { width, height: BAR, "aria-hidden": "true", class: "interval" });
    const x = (value) => Math.min(Math.max(value / end, 0), 1) * (width - 4) + 2;
    picture.append(svg("line", { x1: 2, x2: width - 2, y1: BAR / 2, y2: BAR / 2, class: "rail" }));
    if (mark !== null) picture.append(svg("line", { x1: x(mark), x2: x(mark), y1: 1, y2: BAR - 1, class: "mark" }));
    if (one.value === null) return picture;
    const [low, high] = [x(one.low ?? 0), x(one.high ?? end)];
    picture.append(svg("rect", { x: low, y: 5, width: Math.max(high - low, 2), height: BAR - 10, rx: 3, class: "between" }));
    if ((one.high ?? Infinity) > end) picture.append(svg("path", { d: `M${width - 8} 4 L${width - 1} ${BAR / 2} L${width - 8} ${BAR - 4}`, class: "beyond" }));
    picture.append(svg("line", { x1: x(one.value), x2: x(one.value), y1: 2, y2: BAR - 2, class: "value" }));
    return picture;
  }, "interval-place");
}

/** The axis below a column of intervals. */
export function axis(end, say, mark = null) {
  return fitted((width) => {
    const picture = svg("svg", { width, height: 18, "aria-hidden": "true", class: "axis-line" });
    const x = (value) => (value / end) * (width - 4) + 2;
    const shown = ticks(0, end, Math.max(2, Math.floor(width / 90)));
    shown.forEach((at) => {
      const anchor = x(at) < 20 ? "start" : x(at) > width - 24 ? "end" : "middle";
      picture.append(svg("text", { x: x(at), y: 13, "text-anchor": anchor }, say(at)));
    });
    if (mark !== null) picture.append(svg("line", { x1: x(mark), x2: x(mark), y1: 0, y2: 3, class: "mark" }));
    return picture;
  }, "interval-place");
}

/** Rows of bars from 0; each {label, value, said}. */
export function bars(rows) {
  const most = Math.max(...rows.map((row) => row.value), 1e-9);
  const made = document.createElement("div");
  made.className = "bars";
  for (const [n, row] of rows.entries()) {
    const label = Object.assign(document.createElement("span"), { className: "bar-label", textContent: row.label });
    const said = Object.assign(document.createElement("span"), { className: "bar-value", textContent: row.said });
    made.append(label, said, fitted((width) => {
      const picture = svg("svg", { width, height: 16, "aria-hidden": "true", class: `bar t${n % COLOURS}` });
      picture.append(svg("rect", { x: 0, y: 1, width: Math.max(1, (row.value / most) * width), height: 14, rx: 3 }));
      return picture;
    }, "bar-place"));
  }
  return made;
}

/** Steps of survival by age: {steps: [{age_d, share, low, high}], to_d: end of what was watched}, each with its band. */
export function survival(groups, label) {
  const end = Math.max(...groups.map((group) => group.to_d), 30);
  const lowest = Math.min(...groups.flatMap((group) => group.steps.map((step) => step.low)), 1);
  const floor = Math.max(0, Math.floor((lowest - 0.02) * 10) / 10);
  return fitted((width) => {
    const [height, left, foot, top] = [280, 46, 34, 10];
    const picture = svg("svg", { width, height, role: "img", "aria-label": label, class: "plot" });
    const x = (age) => left + (age / end) * (width - left - 12);
    const y = (share) => top + ((1 - share) / (1 - floor)) * (height - top - foot);
    for (const at of ticks(floor, 1, 4)) {
      picture.append(svg("line", { x1: left, x2: width - 12, y1: y(at), y2: y(at), class: "grid" }));
      picture.append(svg("text", { x: left - 8, y: y(at) + 4, "text-anchor": "end" }, `${Math.round(at * 100)} %`));
    }
    const years = end > 800;
    for (const at of ticks(0, years ? end / 365.25 : end / 30.44, Math.max(3, Math.floor(width / 130)))) {
      const place = x(at * (years ? 365.25 : 30.44));
      picture.append(svg("text", { x: place, y: height - foot + 18, "text-anchor": "middle" }, String(at)));
    }
    picture.append(svg("text", { x: width - 12, y: height - 3, "text-anchor": "end", class: "soft-text" }, years ? "age in years" : "age in months"));
    groups.forEach((group, n) => {
      const last = group.to_d;
      const upper = stair(group.steps, "high", last);
      const lower = stair(group.steps, "low", last).reverse();
      const points = (some) => some.map(([age, share]) => `${x(age).toFixed(1)},${y(Math.max(share, floor)).toFixed(1)}`).join(" ");
      picture.append(svg("polygon", { points: points([...upper, ...lower]), class: `band t${n % COLOURS}` }));
      picture.append(svg("polyline", { points: points(stair(group.steps, "share", last)), class: `curve t${n % COLOURS}` }));
    });
    return picture;
  });
}

function stair(steps, which, last) {
  const found = [[0, 1]];
  for (const step of steps) found.push([step.age_d, found.at(-1)[1]], [step.age_d, step[which]]);
  found.push([last, found.at(-1)[1]]);
  return found;
}
