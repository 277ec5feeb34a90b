import { escapeXml } from './drawing.ts';
import { formatNumber } from './limits.ts';
import type { Line, LineChart, Point } from './section.ts';

const [columns, width, height] = [2, 390, 280];
const plot = { left: 52, right: 30, top: 66, bottom: 44 };
/** How far left of the smallest size 0 is drawn, in decades. */
const decadesForZero = 0.7;

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Draws line charts with logarithmic axes, two in a row, as an SVG with colors for light and dark pages. */
export function drawLineCharts(charts: readonly LineChart[]): string {
  const total = { width: columns * width, height: Math.ceil(charts.length / columns) * height };
  const drawn = charts.map((chart, index) => {
    const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
    return `<g transform="translate(${x} ${y})">${drawChart(chart)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" height="${total.height}" role="img" aria-labelledby="title text">
<title id="title">How cost grows</title>
<desc id="text">${escapeXml(charts.map(describeLines).join(' '))}</desc>
<style>
text { font: 11px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.axis { fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
polyline { fill: none; stroke: var(--color); stroke-width: 2; }
polygon, circle { fill: var(--color); }
polygon { opacity: 0.18; }
.ours { --color: #0969da; }
.other { --color: #bc4c00; stroke-dasharray: 6 3; }
.peer0 { --color: #6e7781; stroke-dasharray: 2 3; }
.peer1 { --color: #8250df; stroke-dasharray: 8 3 2 3; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.axis { fill: #9198a1; }
.grid { stroke: #3d444d; }
polygon { opacity: 0.3; }
.ours { --color: #4493f8; }
.other { --color: #f0883e; }
.peer0 { --color: #9198a1; }
.peer1 { --color: #ab7df8; }
}
</style>
${drawn.join('\n')}
</svg>
`;
}

/** A sentence about the ends of each line: the alternative for readers who do not see the drawing. */
export function describeLines({ title, things, unit, lines }: LineChart): string {
  const described = lines.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return `${name}: nothing measured`;
    return `${name}: ${formatNumber(first.median)} with ${formatNumber(first.size)} ${things}, ${formatNumber(last.median)} with ${formatNumber(last.size)}`;
  });
  return `${title}, in ${unit}. ${described.join('; ')}.`;
}

function drawChart(chart: LineChart): string {
  const points = chart.lines.flatMap((line) => line.points);
  const x = sizeAxis(points.map(({ size }) => size));
  const y = valueAxis(points.flatMap(({ low, median, high }) => [low, median, high]));
  const classes = classesOf(chart.lines);
  const [right, bottom] = [width - plot.right, height - plot.bottom];
  return [
    `<text class="title" x="8" y="18">${escapeXml(chart.title)}</text>`,
    `<text class="axis" x="8" y="34">${escapeXml(chart.unit)} (${chart.better} is better)</text>`,
    ...drawLegend(chart.lines, classes),
    ...y.ticks.map(
      (value) =>
        `<line class="grid" x1="${plot.left}" x2="${right}" y1="${y.at(value)}" y2="${y.at(value)}"/><text class="axis" x="${plot.left - 5}" y="${y.at(value) + 4}" text-anchor="end">${formatNumber(value)}</text>`,
    ),
    ...x.ticks.map(
      (size) =>
        `<line class="grid" x1="${x.at(size)}" x2="${x.at(size)}" y1="${bottom}" y2="${bottom + 4}"/><text class="axis" x="${x.at(size)}" y="${bottom + 16}" text-anchor="middle">${formatNumber(size)}</text>`,
    ),
    `<text class="axis" x="${(plot.left + right) / 2}" y="${bottom + 32}" text-anchor="middle">${escapeXml(chart.things)}</text>`,
    ...chart.lines.map((line, index) => drawLine(line, x, y, classes[index] ?? '')),
  ].join('\n');
}

function drawLegend(lines: readonly Line[], classes: readonly string[]): readonly string[] {
  let left = 8;
  return lines.map(({ name }, index) => {
    const at = left;
    left += 34 + name.length * 6;
    return `<polyline class="${classes[index]}" points="${at},48 ${at + 20},48"/><text x="${at + 25}" y="52">${escapeXml(name)}</text>`;
  });
}

/** The line of the medians, and a band for the middle half of the rounds. */
function drawLine({ points }: Line, x: Axis, y: Axis, name: string): string {
  const along = (of: (point: Point) => number, all: readonly Point[] = points): readonly string[] =>
    all.map((point) => `${x.at(point.size)},${y.at(of(point))}`);
  const band = [...along(({ high }) => high), ...along(({ low }) => low, [...points].reverse())];
  return [
    `<polygon class="${name}" points="${band.join(' ')}"/>`,
    `<polyline class="${name}" points="${along(({ median }) => median).join(' ')}"/>`,
    ...points.map((point) => `<circle class="${name}" cx="${x.at(point.size)}" cy="${y.at(point.median)}" r="3"/>`),
  ].join('');
}

function classesOf(lines: readonly Line[]): readonly string[] {
  let peers = 0;
  return lines.map(({ kind }) => (kind === 'peer' ? `peer${peers++ % 2}` : kind));
}

/** A logarithmic axis cannot show 0, so 0 is drawn left of the smallest size. */
function sizeAxis(sizes: readonly number[]): Axis {
  const known = [...new Set(sizes)].sort((a, b) => a - b);
  const positive = known.filter((size) => size > 0);
  const smallest = Math.log10(positive[0] ?? 1);
  const first = known[0] === 0 ? smallest - decadesForZero : smallest;
  const at = scale(first, Math.log10(positive.at(-1) ?? 1), plot.left, width - plot.right);
  return {
    ticks: withoutNeighbors(known, (size) => at(size === 0 ? first : Math.log10(size))),
    at: (size) => at(size === 0 ? first : Math.log10(size)),
  };
}

/** Leaves out ticks whose labels would touch, but never the first or the last. */
function withoutNeighbors(sizes: readonly number[], at: (size: number) => number): readonly number[] {
  const last = sizes.at(-1) ?? 0;
  let previous = Number.NEGATIVE_INFINITY;
  return sizes.filter((size) => {
    if (at(size) - previous < 40 || (size !== last && at(last) - at(size) < 40)) return false;
    previous = at(size);
    return true;
  });
}

/** At least one decade, so that noise does not look like growth. */
function valueAxis(values: readonly number[]): Axis {
  const logs = values.filter((value) => value > 0).map((value) => Math.log10(value));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const margin = Math.max(0.08, (1 - (high - low)) / 2);
  const [first, last] = [low - margin, high + margin];
  const at = scale(first, last, height - plot.bottom, plot.top);
  const steps = last - first > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let decade = Math.floor(first); decade <= last; decade++) {
    for (const step of steps) {
      const log = decade + Math.log10(step);
      if (log >= first && log <= last) ticks.push(step * 10 ** decade);
    }
  }
  return { ticks, at: (value) => at(Math.log10(value)) };
}

function scale(first: number, last: number, from: number, to: number): (value: number) => number {
  return (value) => Math.round((from + ((value - first) / (last - first || 1)) * (to - from)) * 10) / 10;
}
