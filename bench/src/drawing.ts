import { formatNumber } from './limits.ts';
import type { Bar, Chart } from './section.ts';

const [width, labelWidth, valueWidth, barHeight, gap, titleHeight] = [780, 270, 90, 16, 6, 44];

/** Draws charts one below the other, as an SVG with colors for light and dark pages. */
export function drawCharts(charts: readonly Chart[]): string {
  let y = 8;
  const drawn = charts.map((chart) => {
    const at = y;
    y += titleHeight + chart.bars.length * (barHeight + gap) + 12;
    return drawChart(chart, at);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${escapeXml(charts.map(({ title }) => title).join('; '))}">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.ours { fill: #0969da; }
.peer { fill: #8c959f; }
.floor { fill: #c8ccd1; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.ours { fill: #4493f8; }
.peer { fill: #767e88; }
.floor { fill: #454c54; }
}
</style>
${drawn.join('\n')}
</svg>
`;
}

function drawChart({ title, unit, better, bars }: Chart, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map((bar, index) =>
    drawBar(bar, unit, longest, top + titleHeight - 12 + index * (barHeight + gap)),
  );
  return [
    `<text class="title" x="0" y="${top + 18}">${escapeXml(title)}, ${escapeXml(unit)} (${better} is better)</text>`,
    ...lines,
  ].join('\n');
}

function drawBar({ name, value, kind }: Bar, unit: string, longest: number, y: number): string {
  const length = Math.max(1, Math.round((value / longest) * (width - labelWidth - valueWidth)));
  const base = y + barHeight - 4;
  return [
    `<text x="${labelWidth - 8}" y="${base}" text-anchor="end">${escapeXml(name)}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" rx="2"/>`,
    `<text x="${labelWidth + length + 6}" y="${base}">${escapeXml(formatNumber(value))}${unit.startsWith('×') ? '' : ` ${escapeXml(unit)}`}</text>`,
  ].join('');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
