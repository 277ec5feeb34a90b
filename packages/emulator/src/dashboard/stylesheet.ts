import { stylesheet } from '../pages/stylesheet.ts';

export const dashboardStylesheet: string = `${stylesheet}
.bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5rem 1rem;
  padding: 0.8rem clamp(1rem, 3vw, 2rem);
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}
.bar h1 { font-size: 1.15rem; }
.bar .live { margin-left: auto; font-size: 0.85rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem; }
nav a { padding: 0.25rem 0.7rem; border-radius: 8px; color: inherit; text-decoration: none; }
nav a:hover { background: var(--ground); }
nav a[aria-current] { background: var(--ground); font-weight: 600; }

.frame {
  display: grid;
  grid-template-columns: 12rem minmax(0, 1fr);
  gap: clamp(1rem, 3vw, 2rem);
  max-width: 76rem;
  margin: 0 auto;
  padding: clamp(1rem, 3vw, 1.75rem);
}
.sections { flex-direction: column; flex-wrap: nowrap; align-self: start; position: sticky; top: 1rem; }
.sections a:hover { background: var(--surface); }
.sections a[aria-current] { background: var(--surface); box-shadow: inset 3px 0 var(--accent); }
.board { display: grid; gap: 1rem; align-content: start; min-width: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
section { min-width: 0; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); }
section .muted { font-size: 0.87rem; }
.empty, .spaced { margin-top: 0.6rem; }
.figure { font-size: 1.9rem; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; line-height: 1.3; }
h2 { overflow-wrap: anywhere; }

.facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.35rem 1rem; margin: 0.6rem 0 0; font-size: 0.92rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }

.rows { margin: 0.4rem 0 0; padding: 0; list-style: none; }
.rows li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.3rem 0.75rem; padding: 0.55rem 0; }
.rows li + li { border-top: 1px solid var(--line); }
.rows li > div, .rows details { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
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
td { padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:first-child { width: 5.5rem; font-variant-numeric: tabular-nums; }
td:nth-child(3) { width: 12.5rem; }
td:last-child, th:last-child { width: 4.5rem; padding-right: 0; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.columns td:nth-child(3) { width: 7rem; }

section button, .button, .card .buttons button { padding: 0.3rem 0.75rem; font-size: 0.87rem; }
.button {
  display: inline-block;
  border: 1px solid var(--line);
  border-radius: 8px;
  color: inherit;
  font-weight: 600;
  text-decoration: none;
}
.button:hover { border-color: var(--field); }
.button.primary { border-color: transparent; background: var(--accent); color: var(--accent-text); }
section input, section select, section textarea { padding: 0.3rem 0.6rem; font-size: 0.9rem; min-width: 0; }
textarea { border: 1px solid var(--field); border-radius: 8px; background: var(--surface); color: inherit; resize: vertical; }
.inline { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin-top: 0.8rem; }
.inline input:not(.short) { flex: 1 1 9rem; }
.headed label { flex-basis: 100%; }
.short { width: 4.5rem; }
.buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
.inline.buttons .folded { margin: 0; }

.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 0.8rem 1rem; margin-top: 0.8rem; }
.field input:not([type="checkbox"]), .field select, .field textarea { display: block; width: 100%; margin-top: 0.2rem; }
.field.check { display: flex; align-items: center; gap: 0.5rem; align-self: center; }
.field.check input { flex: none; }
.field .hint { margin-top: 0.15rem; color: var(--muted); font-size: 0.8rem; }
.wide { grid-column: 1 / -1; }
.fields > button { justify-self: start; align-self: end; }
.folded { margin-top: 0.8rem; }
.folded > summary { font-weight: 600; font-size: 0.92rem; }
.pager { display: flex; gap: 1rem; margin-top: 0.4rem; font-size: 0.87rem; }
code[title] { white-space: nowrap; }

.copy { display: none; }
.scripted .copy { display: inline-block; }
pre + .copy { margin-top: 0.5rem; }
.copyable .copy, dd .copy, p:not(.buttons) > .copy { margin-left: 0.4rem; padding: 0 0.45rem; font-size: 0.75rem; line-height: 1.35rem; }
.card.wide-card { width: min(100% - 2rem, 44rem); }
.card p { margin-top: 0.8rem; overflow-wrap: anywhere; }
.card button { width: auto; }
.card .folded { margin-top: 1rem; }

@media (max-width: 50rem) {
  .frame { grid-template-columns: minmax(0, 1fr); gap: 0.8rem; }
  .sections { position: static; flex-flow: row wrap; font-size: 0.9rem; }
  .sections a { border: 1px solid var(--line); }
  .sections a[aria-current] { box-shadow: none; border-color: var(--accent); }
}
@media (max-width: 34rem) {
  section { padding: 1rem; }
  .bar .live { margin-left: 0; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0 0; }
  .facts dd { margin-bottom: 0.4rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: flex; flex-wrap: wrap; gap: 0 0.75rem; padding: 0.4rem 0; border-top: 1px solid var(--line); }
  td, td:nth-child(3), td:last-child, .columns td:nth-child(3) { width: auto; padding: 0; border: 0; }
  td:nth-child(2) { order: 1; flex-basis: 100%; }
}
`;
