"use strict";
/* Shows a build: its summary, the graph of its processes, and the resources of each of them. */

const facts = JSON.parse(document.getElementById("facts").textContent);
const { processes, channels, devices, links, kinds, estimate } = facts;
const several = devices.length > 1;
const count = d3.format(","), percent = d3.format(".1%");
const amount = value => count(Math.round(value * 10) / 10);
const slowest = d3.max(processes, process => process.cycles);
const shortened = (text, length) => text.length <= length ? text : `${text.slice(0, length / 2 - 1)}…${text.slice(-length / 2)}`;

processes.forEach((process, number) => {
  process.number = number;
  process.slow = process.cycles === slowest;
  process.entering = channels.filter(channel => channel.to === number);
  process.leaving = channels.filter(channel => channel.from === number);
  process.where = several ? devices[process.device].design : "";
  process.text = `${process.kind} ${process.layer} ${process.name} ${process.where}`.toLowerCase();
});

/* Summary */

const made = `${facts.network} for ${devices.map(device => device.part).join(", ")}, as ${facts.language}; made by ${facts.made_by}`;
d3.select("#top").text(facts.top);
d3.select("#origin").text(made);

const short = layer => (processes.find(process => process.layer === layer) ?? { short: layer }).short;
const figures = [
  ["Rate", `${amount(estimate.fps)} frames/s`],
  ["Clock", `${estimate.clock_mhz} MHz`],
  ["Initiation interval", `${count(estimate.interval_cycles)} cycles`],
  ["Latency of one frame", `${count(estimate.latency_cycles)} cycles, ${amount(estimate.latency_cycles / estimate.clock_mhz)} µs`],
  ["Slowest process", short(estimate.bottleneck)],
  ["Operations per frame", d3.format(".4s")(estimate.ops)],
  ["Weights", `${count(estimate.weight_bits)} bits`],
  ["Off-chip traffic", `${d3.format(".3g")(d3.sum(devices, device => device.external_gb_s))} GB/s`],
];
function faster(step) {
  if (step === null) return `none: ${short(estimate.bottleneck)} has its maximum parallelism`;
  const over = step.limits.filter(kind => kind in step.resources);
  const why = over.length ? `exceeds the budget of ${over.join(", ")}` : `fits the device, with a faster ${short(step.limits[0])}`;
  return `${amount(step.fps)} frames/s: ${why}`;
}
if (estimate.next_step !== undefined) figures.push(["Next faster design", faster(estimate.next_step)]);
const figure = d3.select("#figures").selectAll("div").data(figures).join("div");
figure.append("dt").text(([name]) => name);
figure.append("dd").text(([, value]) => value);

const where = device => several ? `${device.design} on ${device.name}` : "";
const bar = (device, kind) => device.error[kind] === undefined ? "" : ` ±${d3.format(".0%")(device.error[kind])}`;
d3.select("#devices").selectAll("table").data(devices).join("table").each(function (device, number) {
  const table = d3.select(this), held = Object.keys(device.resources);
  table.append("caption").text(several ? `Resources of ${where(device)}` : "Resources of the device")
    .classed(`part-${number % 4}`, several);
  if (device.accuracy) table.select("caption").append("span").text(`: ${device.accuracy}`);
  const gauge = fill(table, ["resource", "used", "share of the device", "budget", "utilization"], held, kind => [
    kind, amount(device.resources[kind]) + bar(device, kind), percent(device.utilisation[kind]), percent(device.budget[kind] ?? 1),
  ]).append("td").append("span").attr("class", "gauge");
  gauge.append("meter")
    .attr("min", 0).attr("max", 1).attr("high", kind => device.budget[kind] ?? 1).attr("optimum", 0)
    .attr("aria-label", kind => `utilization of ${kind} ${where(device)}`).attr("value", kind => device.utilisation[kind]);
  gauge.append("i").style("left", kind => percent(device.budget[kind] ?? 1));
});
if (several) {
  const table = d3.select("#devices").append("table");
  table.append("caption").text("Traffic of the links");
  fill(table, ["to", "bits per frame", "Gbit/s", "capacity, Gbit/s", "utilization"], links, link => [
    link.to, count(link.bits), d3.format(".3g")(link.gbit_s), d3.format(".3g")(link.most_gbit_s), percent(link.gbit_s / link.most_gbit_s),
  ]);
}

/** Fills a table with a head, and a row of cells for each item. Returns the rows. */
function fill(table, head, items, cells) {
  table.append("thead").append("tr").selectAll("th").data(head).join("th").attr("scope", "col").text(title => title);
  const row = table.append("tbody").selectAll("tr").data(items).join("tr");
  row.selectAll("td").data(cells).join("td").text(cell => cell);
  return row;
}

/* Ports */

function unit(unit) {
  if (!unit) return "";
  const [zero, scale] = [unit.zero.length > 1 ? "zero" : unit.zero[0] || 0, unit.scale.length > 1 ? "scale of its channel" : unit.scale[0]];
  const number = zero ? `(number - ${zero})` : "number";
  return `${number} × ${scale}` + (unit.scale.length > 1 ? ": compare channels only after scaling" : "");
}

d3.select("#ports").selectAll("div").data(devices.filter(device => device.ports.length)).join("div").attr("class", "wide").attr("tabindex", 0)
  .attr("role", "region").attr("aria-label", device => `Table of ports ${where(device)}`).each(function (device) {
    const table = d3.select(this).append("table");
    if (several) table.append("caption").text(where(device));
    fill(table, ["port", "content", "shape of a frame", "element type", "bytes per frame", "bits per word", "real number"], device.ports, port => [
      port.name, port.role, port.frame.join("x"), port.dtype, count(port.frame_bytes), count(port.word_bits), unit(port.unit),
    ]);
  });

/* The graph */

const BOX = { width: 168, height: 38, across: 200, down: 66 };
const x = process => process.column * BOX.across, y = process => process.row * BOX.down;
const graph = d3.select("#graph"), drawing = graph.append("g");

graph.append("defs").append("marker").attr("id", "arrow").attr("viewBox", "0 0 8 8").attr("refX", 8).attr("refY", 4)
  .attr("markerWidth", 8).attr("markerHeight", 8).attr("markerUnits", "userSpaceOnUse").attr("orient", "auto")
  .append("path").attr("d", "M0 0L8 4L0 8z");
const line = drawing.append("g").selectAll("path").data(channels).join("path").attr("class", "channel").attr("marker-end", "url(#arrow)")
  .attr("d", channel => {
    const [from, to] = [processes[channel.from], processes[channel.to]];
    const source = [x(from) + BOX.width / 2, y(from) + BOX.height], target = [x(to) + BOX.width / 2, y(to)];
    return target[1] > source[1] ? d3.linkVertical()({ source, target }) : around(source, target);
  });
line.append("title").text(channelText);

const node = drawing.append("g").selectAll("g").data(processes).join("g")
  .attr("class", process => `process ${process.kind}${several ? ` part-${process.device % 4}` : ""}${process.slow ? " slow" : ""}`)
  .attr("transform", process => `translate(${x(process)},${y(process)})`)
  .attr("role", "button").attr("tabindex", process => process.number ? -1 : 0).attr("aria-pressed", false)
  .attr("aria-label", process => `${process.kind} ${process.layer}, ${count(process.cycles)} cycles${process.slow ? ", the slowest" : ""}${several ? `, ${process.where}` : ""}`)
  .on("click", (event, process) => choose(process))
  .on("keydown", (event, process) => press(event, process));
node.append("rect").attr("width", BOX.width).attr("height", BOX.height).attr("rx", 5);
node.append("text").attr("class", "kind").attr("x", 8).attr("y", 16).text(process => process.kind);
node.append("text").attr("x", BOX.width - 8).attr("y", 16).attr("text-anchor", "end").text(process => count(process.cycles));
node.append("text").attr("x", 8).attr("y", 31).text(process => shortened(process.short, 24));

/** A path to the top of another column: between the rows, and to the left of the boxes there. */
function around(source, target) {
  const aside = (BOX.down - BOX.height) / 2, left = target[0] - BOX.across / 2;
  return `M${source}v${aside}H${left}V${target[1] - aside}H${target[0]}V${target[1]}`;
}

function channelText(channel) {
  const depth = channel.depth ? `, depth ${count(channel.depth)}` : "";
  return `${channel.shape} ${channel.element}, ${channel.lanes} per word: words of ${channel.bits} bits${depth}`;
}

const zoom = d3.zoom().scaleExtent([.01, 4]).on("zoom", event => drawing.attr("transform", event.transform));
graph.call(zoom).on("dblclick.zoom", null);
const size = () => graph.node().getBoundingClientRect();
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const move = (call, ...values) => (still ? graph : graph.transition().duration(250)).call(call, ...values);

function whole() {
  const { width, height } = size();
  const [right, low] = [d3.max(processes, x) + BOX.width, d3.max(processes, y) + BOX.height];
  const scale = Math.min(1.25, width / (right + 40), height / (low + 40));
  graph.call(zoom.transform, d3.zoomIdentity.translate((width - right * scale) / 2, 20 * scale).scale(scale));
}

function show(process) {
  const scale = Math.max(.8, d3.zoomTransform(graph.node()).k);
  const { width, height } = size();
  const middle = [width / 2 - (x(process) + BOX.width / 2) * scale, height / 2 - (y(process) + BOX.height / 2) * scale];
  move(zoom.transform, d3.zoomIdentity.translate(...middle).scale(scale));
}

function press(event, process) {
  const near = {
    ArrowDown: () => processes[process.leaving[0]?.to],
    ArrowUp: () => processes[process.entering[0]?.from],
    ArrowRight: () => processes[process.number + 1],
    ArrowLeft: () => processes[process.number - 1],
    Home: () => processes[0],
    End: () => processes.at(-1),
  }[event.key];
  if (near) {
    const next = near();
    if (next) { focus(next); show(next); }
  } else if (event.key === "Enter" || event.key === " ") choose(process);
  else if (event.key === "+") move(zoom.scaleBy, 1.5);
  else if (event.key === "-") move(zoom.scaleBy, 1 / 1.5);
  else return;
  event.preventDefault();
}

function focus(process) {
  node.attr("tabindex", other => other === process ? 0 : -1);
  node.filter(other => other === process).node().focus({ preventScroll: true });
}

d3.select("#closer").on("click", () => move(zoom.scaleBy, 1.5));
d3.select("#farther").on("click", () => move(zoom.scaleBy, 1 / 1.5));
d3.select("#whole").on("click", whole);

/* Search */

let hits = [], hit = -1;
d3.select("#wanted").on("input", event => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(word => word);
  hits = words.length ? processes.filter(process => words.every(word => process.text.includes(word))) : [];
  hit = -1;
  const found = new Set(hits);
  node.classed("faded", process => words.length && !found.has(process));
  d3.select("#found").text(words.length ? `${hits.length} of ${processes.length}` : "");
});
d3.select("#search").on("submit", event => {
  event.preventDefault();
  if (hits.length) {
    hit = (hit + 1) % hits.length;
    choose(hits[hit]);
    show(hits[hit]);
  }
});

/* A selected process */

let chosen = null;

function choose(process) {
  chosen = process;
  node.classed("chosen", other => other === process).attr("aria-pressed", other => other === process);
  line.classed("near", channel => channel.from === process.number || channel.to === process.number);
  d3.selectAll("#table tbody tr").attr("aria-selected", other => other === process);
  d3.selectAll("#bars .bar").classed("chosen", other => other === process);
  describe(process);
  occupancy(process);
}

d3.select("#details").append("p").text("Click a process, or press Enter on it, to see its channels, precision, resources, MLIR and generated code.");

function describe(process) {
  const panel = d3.select("#details").html("");
  panel.append("h3").text(`${process.kind} ${process.layer}`);
  const rows = [
    ...several ? [["part", where(devices[process.device])]] : [],
    ["reads", process.entering.map(channelText).join("; ") || "nothing"],
    ["writes", process.leaving.map(channelText).join("; ") || "nothing"],
    ["precision", process.precision],
    ["parallelism", `PE ${process.pe}, SIMD ${process.simd}${process.storage ? `, weights in ${process.storage}` : ""}`],
    ["cycles", `${count(process.cycles)} of ${count(estimate.interval_cycles)} per frame${process.slow ? ", the slowest" : ""}`],
    ...kinds.map(kind => [kind, amount(process.resources[kind] ?? 0)]),
  ];
  const row = panel.append("table").append("tbody").selectAll("tr").data(rows).join("tr");
  row.append("th").attr("scope", "row").text(([name]) => name);
  row.append("td").text(([, value]) => value);
  for (const [title, text] of [["MLIR", process.mlir], [`Generated code: ${process.name}`, process.code]]) {
    panel.append("h4").text(title);
    panel.append("pre").text(text);
  }
}

/* Bars */

const measures = ["cycles", ...kinds];
const amountOf = (process, measure) => measure === "cycles" ? process.cycles : process.resources[measure] ?? 0;
d3.select("#measure").selectAll("option").data(measures).join("option").attr("value", name => name).text(name => name);
d3.select("#measure").on("change", bars);

function axes(svg, across, up, margin) {
  const { width, height } = svg.node().getBoundingClientRect();
  svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height - margin.bottom})`).call(across);
  svg.append("g").attr("class", "axis").attr("transform", `translate(${margin.left},0)`).call(up);
}

/** The labels of the axes, below a drawing. */
function title(svg, width, height, text) {
  svg.append("text").attr("class", "label").attr("x", width / 2).attr("y", height - 5).attr("text-anchor", "middle").text(text);
}

function bars() {
  const svg = d3.select("#bars").html(""), margin = { left: 70, right: 10, top: 10, bottom: 24 };
  const { width, height } = svg.node().getBoundingClientRect();
  const measure = d3.select("#measure").property("value");
  const across = d3.scaleBand(d3.range(processes.length), [margin.left, width - margin.right]).padding(processes.length < 300 ? .15 : 0);
  const up = d3.scaleLinear([0, d3.max(processes, process => amountOf(process, measure)) || 1], [height - margin.bottom, margin.top]).nice();
  svg.append("g").attr("class", "axis").attr("transform", `translate(${margin.left},0)`).call(d3.axisLeft(up).ticks(5, "~s"));
  svg.append("g").selectAll("rect").data(processes).join("rect")
    .attr("class", process => `bar${process.slow && measure === "cycles" ? " slow" : ""}${process === chosen ? " chosen" : ""}`)
    .attr("x", process => across(process.number)).attr("width", across.bandwidth())
    .attr("y", process => up(amountOf(process, measure))).attr("height", process => up(0) - up(amountOf(process, measure)));
  title(svg, width, height, `x: processes in order; y: ${measure}`);
  const named = process => `${process.kind} ${process.layer}: ${amount(amountOf(process, measure))} ${measure}`;
  svg.append("g").selectAll("rect").data(processes).join("rect").attr("class", "hit")
    .attr("x", process => across(process.number)).attr("width", across.step()).attr("y", 0).attr("height", height)
    .on("pointerenter", (event, process) => d3.select("#bar-text").text(named(process)))
    .on("click", (event, process) => { choose(process); show(process); });
  d3.select("#bar-text").text(named(d3.greatest(processes, process => amountOf(process, measure))));
}

/* Tables: a click on a column title sorts the rows */

function sortable(table, columns, items, picked) {
  const head = table.append("thead").append("tr").selectAll("th").data(columns).join("th").attr("scope", "col");
  const body = table.append("tbody");
  const row = body.selectAll("tr").data(items).join("tr");
  for (const [, value] of columns) row.append("td").text(item => typeof value(item) === "number" ? amount(value(item)) : value(item));
  row.on("click", (event, item) => { choose(picked(item)); show(picked(item)); });
  let last = null, up = true;
  head.append("button").attr("type", "button").text(([title]) => title).on("click", (event, [title, value]) => {
    up = last === title ? !up : typeof value(items[0]) !== "number";
    last = title;
    head.attr("aria-sort", column => column[0] === title ? (up ? "ascending" : "descending") : null);
    const order = up ? d3.ascending : d3.descending;
    body.selectAll("tr").sort((a, b) => order(value(a), value(b)));
  });
}

function once(details, draw) {
  details.addEventListener("toggle", draw, { once: true });
}

once(document.querySelector("#table").closest("details"), () => {
  sortable(d3.select("#table"), [
    ["layer", process => process.layer], ...several ? [["part", process => process.where]] : [], ["kind", process => process.kind], ["PE", process => process.pe],
    ["SIMD", process => process.simd], ["storage", process => process.storage], ["precision", process => process.precision], ["cycles", process => process.cycles],
    ...kinds.map(kind => [kind, process => process.resources[kind] ?? 0]),
  ], processes, process => process);
});

once(document.querySelector("#channels").closest("details"), () => {
  const end = number => `${processes[number].kind} ${shortened(processes[number].layer, 40)}`;
  sortable(d3.select("#channels"), [
    ["from", channel => end(channel.from)], ["to", channel => end(channel.to)], ["elements", channel => `${channel.shape} ${channel.element}`],
    ["bits per word", channel => channel.bits], ["words per frame", channel => channel.words], ["depth", channel => channel.depth],
    ["most words stored", channel => channel.most],
  ], channels, channel => processes[channel.from]);
});

/* The words in channels over time */

d3.select("#run").text(facts.deadlock
  ? `The design deadlocks: ${facts.deadlock}`
  : `${facts.frames} frames take ${count(facts.cycles)} cycles in the cycle model. The channels of the selected process are shown; without a selection, the four deepest ones.`);

function occupancy(process) {
  const deepest = () => d3.sort(channels, channel => -channel.bits * channel.depth).slice(0, 4);
  const shown = process ? [...process.entering, ...process.leaving] : deepest();
  const place = d3.select("#occupancy").html("").selectAll("figure").data(facts.deadlock ? [] : shown).join("figure").style("margin", 0);
  place.append("figcaption").text(channel => {
    const [from, to] = [processes[channel.from], processes[channel.to]];
    return `${from.kind} ${from.layer} → ${to.kind} ${to.layer}: at most ${count(channel.most)} of ${count(channel.depth)} words`;
  });
  place.append("svg").attr("role", "img").attr("aria-label", channel => `words over time, at most ${channel.most}`).each(function (channel) {
    const svg = d3.select(this), { width, height } = this.getBoundingClientRect();
    const margin = { left: 60, right: 10, top: 6, bottom: 34 };
    const across = d3.scaleLinear([0, facts.cycles], [margin.left, width - margin.right]);
    const up = d3.scaleLinear([0, Math.max(channel.depth, channel.most, 1)], [height - margin.bottom, margin.top]);
    const area = d3.area().curve(d3.curveStepAfter).x((level, n) => across(Math.min(n * channel.stretch, facts.cycles))).y0(up(0)).y1(level => up(level));
    svg.append("path").attr("class", "level").attr("d", area([...channel.levels, channel.levels.at(-1) ?? 0]));
    if (channel.depth) svg.append("line").attr("class", "depth").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", up(channel.depth)).attr("y2", up(channel.depth));
    axes(svg, d3.axisBottom(across).ticks(8, "~s"), d3.axisLeft(up).ticks(3, "~s"), margin);
    title(svg, width, height, "x: cycles; y: words");
  });
}

/* The exploration, and the test results */

function fronts() {
  if (!facts.explored) return;
  document.getElementById("explored").hidden = false;
  const svg = d3.select("#fronts").html(""), margin = { left: 60, right: 20, top: 10, bottom: 40 };
  const { width, height } = svg.node().getBoundingClientRect();
  const points = facts.explored.flatMap(front => front.points);
  const across = d3.scaleLog(d3.extent(points, point => point.fps), [margin.left, width - margin.right]).nice();
  const up = d3.scaleLinear([0, Math.max(1, d3.max(points, point => point.share))], [height - margin.bottom, margin.top]);
  const colour = d3.scaleOrdinal(d3.schemeTableau10);
  const stairs = d3.line().curve(d3.curveStepBefore).x(point => across(point.fps)).y(point => up(point.share));
  svg.append("g").selectAll("path").data(facts.explored).join("path").attr("class", "front")
    .attr("stroke", front => colour(front.name)).attr("d", front => stairs(d3.sort(front.points, point => point.fps)));
  svg.append("circle").attr("r", 6).attr("fill", "var(--slow)").attr("cx", across(estimate.fps)).attr("cy", up(d3.max(devices, device => d3.max(Object.values(device.utilisation)))))
    .append("title").text("this design");
  axes(svg, d3.axisBottom(across).ticks(8, "~s"), d3.axisLeft(up).ticks(5, "%"), margin);
  title(svg, width, height, "x: frames/s; y: tightest resource, share of the device");
  const item = d3.select("#legend").html("").selectAll("li").data([{ name: "this design", colour: "var(--slow)" }, ...facts.explored]).join("li");
  item.append("span").text("■ ").style("color", front => front.colour ?? colour(front.name));
  item.append("span").text(front => front.name);
}

const tested = facts.results.map(([port, result]) => `${port}: ${result}`);
d3.select("#results").selectAll("li").data(tested.length ? tested : [
  "The testbench compares results with golden vectors, byte for byte. It has not been run yet: run make in the folder of the build, then qnn report again.",
]).join("li").text(text => text);

function draw() {
  whole();
  bars();
  occupancy(chosen);
  fronts();
}
draw();
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
document.documentElement.dataset.ready = "yes";
