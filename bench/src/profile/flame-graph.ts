import { escapeXml } from '../drawing.ts';
import { formatNumber } from '../limits.ts';
import type { Frame } from './folding.ts';

const [width, rowHeight, characterWidth, titleHeight] = [1_200, 18, 6.8, 34];
/** In pixels. Narrower frames are not drawn, because they would be invisible. */
const narrowest = 0.4;

interface Box {
  readonly frame: Frame;
  readonly depth: number;
  readonly x: number;
  readonly width: number;
}

/**
 * Draws a frame's callees above it, as wide as their time. The result is an SVG without scripts and references. A browser
 * shows the name, place and times of a frame under the pointer.
 */
export function drawFlameGraph(root: Frame, title: string): string {
  const boxes = layOut(root);
  const depth = Math.max(...boxes.map((box) => box.depth));
  const height = titleHeight + (depth + 1) * rowHeight + 8;
  const drawn = boxes.map((box) => drawBox(box, height - 8 - (box.depth + 1) * rowHeight, root.total));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(`Flame graph: ${title}`)}">
<style>
svg { background: #ffffff; }
text { font: 11px ui-monospace, monospace; fill: #1f2328; pointer-events: none; }
.title { font: 600 14px system-ui, sans-serif; }
rect { stroke: #ffffff; stroke-width: 0.5; }
rect:hover { opacity: 0.7; }
.ours { fill: #80ccff; }
.node { fill: #b4e6b4; }
.package { fill: #ffc98b; }
.engine { fill: #d0d7de; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; }
text { fill: #e6edf3; }
rect { stroke: #0d1117; }
.ours { fill: #1158c7; }
.node { fill: #1f6f3a; }
.package { fill: #8a4600; }
.engine { fill: #484f58; }
}
</style>
<text class="title" x="6" y="20">${escapeXml(title)}</text>
${drawLegend()}
${drawn.join('\n')}
</svg>
`;
}

function layOut(root: Frame): readonly Box[] {
  const boxes: Box[] = [];
  const place = (frame: Frame, depth: number, x: number): void => {
    const wide = (frame.total / (root.total || 1)) * width;
    if (wide < narrowest) return;
    boxes.push({ frame, depth, x, width: wide });
    let left = x;
    for (const child of [...frame.children.values()].sort((a, b) => b.total - a.total)) {
      place(child, depth + 1, left);
      left += (child.total / (root.total || 1)) * width;
    }
  };
  place(root, 0, 0);
  return boxes;
}

function drawBox({ frame, x, width }: Box, y: number, all: number): string {
  const { name, place, self, total } = frame;
  const share = (time: number): string => `${formatNumber(time)} ms, ${formatNumber((time / (all || 1)) * 100)} %`;
  const title = `${name} ${place}\n${share(total)}; without its callees ${share(self)}`;
  const label = labelOf(frame, Math.floor((width - 6) / characterWidth));
  return [
    `<g><title>${escapeXml(title)}</title>`,
    `<rect class="${kindOf(frame)}" x="${round(x)}" y="${y}" width="${round(width)}" height="${rowHeight - 1}" rx="1"/>`,
    label === '' ? '' : `<text x="${round(x + 3)}" y="${y + 13}">${escapeXml(label)}</text>`,
    '</g>',
  ].join('');
}

/** The name and the place if both fit, otherwise the name or its beginning. */
function labelOf({ name, place }: Frame, characters: number): string {
  if (place !== '' && name.length + place.length < characters) return `${name} ${place}`;
  if (name.length <= characters) return name;
  return characters < 4 ? '' : `${name.slice(0, characters - 1)}…`;
}

const kinds = {
  ours: 'this repository',
  package: 'other packages',
  node: 'Node',
  engine: 'V8 and native code',
} as const;

function kindOf({ place }: Frame): keyof typeof kinds {
  if (place === '') return 'engine';
  if (place.startsWith('node:')) return 'node';
  return /^(?!node_modules)[\w-]+\/(?:src|test)\//.test(place) ? 'ours' : 'package';
}

function drawLegend(): string {
  return Object.entries(kinds)
    .map(([kind, text], index) => {
      const x = width - 560 + index * 140;
      return `<rect class="${kind}" x="${x}" y="10" width="12" height="12"/><text x="${x + 17}" y="20">${text}</text>`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
