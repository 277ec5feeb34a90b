import { stylesheet } from '../pages/stylesheet.ts';

export const dashboardStylesheet: string = `${stylesheet}
.bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5rem 1rem;
  padding: 1rem clamp(1rem, 3vw, 2rem);
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}
.bar h1 { font-size: 1.2rem; }
.bar .live { margin-left: auto; font-size: 0.85rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem; }
nav a { padding: 0.25rem 0.7rem; border-radius: 99px; color: inherit; text-decoration: none; }
nav a:hover { background: var(--ground); }
nav a[aria-current] { background: var(--ground); font-weight: 600; }

.board {
  display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(0, 23rem);
  gap: 1rem;
  max-width: 84rem;
  margin: 0 auto;
  padding: clamp(1rem, 3vw, 2rem);
}
.column { display: grid; gap: 1rem; align-content: start; min-width: 0; }
section { min-width: 0; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); }
section .muted { font-size: 0.87rem; }
.empty { margin-top: 0.4rem; }
.figure { font-size: 1.9rem; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; line-height: 1.3; }

.rows { margin: 0.4rem 0 0; padding: 0; list-style: none; }
.rows li { display: flex; align-items: center; justify-content: space-between; gap: 0.75rem; padding: 0.55rem 0; }
.rows li + li { border-top: 1px solid var(--line); }
.rows li > div, .rows details { min-width: 0; overflow-wrap: anywhere; }
.rows details { flex: 1; }
summary { cursor: pointer; }
pre {
  overflow-x: auto;
  margin: 0.5rem 0 0;
  padding: 0.7rem 0.9rem;
  border-radius: 8px;
  background: var(--ground);
  font: 0.82rem/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}

.pill {
  display: inline-block;
  padding: 0 0.55rem;
  border: 1px solid currentcolor;
  border-radius: 99px;
  color: var(--muted);
  font-size: 0.78rem;
  font-weight: 600;
  line-height: 1.45rem;
  vertical-align: 0.05rem;
  white-space: nowrap;
}
.pill.good { color: var(--good); }
.pill.bad { color: var(--bad); background: var(--bad-ground); }

table { width: 100%; margin-top: 0.5rem; border-collapse: collapse; font-size: 0.9rem; }
th { padding: 0.3rem 0.75rem 0.3rem 0; color: var(--muted); font-size: 0.8rem; font-weight: 600; text-align: left; }
td { padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td:first-child { width: 5.5rem; font-variant-numeric: tabular-nums; }
td:nth-child(3) { width: 12.5rem; }
td:last-child, th:last-child { width: 4.5rem; padding-right: 0; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }

section button { padding: 0.3rem 0.75rem; font-size: 0.87rem; }
section input, section select { padding: 0.3rem 0.6rem; font-size: 0.9rem; min-width: 0; }
.inline, .stacked { margin-top: 0.8rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
.inline { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
.inline input:not(.short) { flex: 1; }
.headed label { flex-basis: 100%; }
.short { width: 4.5rem; }
.stacked { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 0.5rem 0.75rem; }
.stacked button { grid-column: 2; justify-self: start; }
.pager { display: flex; gap: 1rem; margin-top: 0.4rem; font-size: 0.87rem; }
code[title] { white-space: nowrap; }

@media (max-width: 56rem) {
  .board { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 34rem) {
  section { padding: 1rem; }
  .bar .live { margin-left: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: flex; flex-wrap: wrap; gap: 0 0.75rem; padding: 0.4rem 0; border-top: 1px solid var(--line); }
  td, td:nth-child(3), td:last-child { width: auto; padding: 0; border: 0; }
  td:nth-child(2) { order: 1; flex-basis: 100%; }
}
`;
