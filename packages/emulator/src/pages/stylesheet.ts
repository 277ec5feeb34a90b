export const stylesheet = `
:root {
  color-scheme: light dark;
  --accent: light-dark(#b8321f, #ff8a75);
  --accent-text: light-dark(#fff, #2b0a05);
  --ground: light-dark(#f6f5f3, #151517);
  --surface: light-dark(#fff, #1e1e21);
  --text: light-dark(#1d1d1f, #ececee);
  --muted: light-dark(#66666e, #a2a2ab);
  --line: light-dark(#e2e0dc, #35353a);
  --field: light-dark(#8b8b93, #70707a);
  --good: light-dark(#1c6b3c, #7fd6a2);
  --bad: light-dark(#a3261a, #ff9d8e);
  --bad-ground: light-dark(#fdeeeb, #3a1c18);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1, h2, h3, p { margin: 0; }
h1 { font-size: 1.45rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; }
a { color: var(--accent); }
code, .code { font: 0.86em/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.logo { width: 40px; height: 40px; fill: var(--accent); }
.muted { color: var(--muted); }
.alert { padding: 0.6rem 0.8rem; border-radius: 8px; background: var(--bad-ground); color: var(--bad); }

label { display: block; font-weight: 600; font-size: 0.9rem; }
input, select, button { font: inherit; color: inherit; border-radius: 8px; }
input, select { border: 1px solid var(--field); background: var(--surface); padding: 0.5rem 0.7rem; }
button {
  border: 1px solid var(--line);
  background: var(--surface);
  padding: 0.5rem 0.9rem;
  font-weight: 600;
  cursor: pointer;
}
button:hover { border-color: var(--field); }
button.primary { border-color: transparent; background: var(--accent); color: var(--accent-text); }
button.primary:hover { filter: brightness(1.08); }

.card {
  width: min(100% - 2rem, 23rem);
  margin: clamp(1.5rem, 12vh, 8rem) auto 2rem;
  padding: 2rem;
  border: 1px solid var(--line);
  border-radius: 16px;
  background: var(--surface);
}
.card .logo { display: block; margin: 0 0 0.9rem -3px; }
.card .alert { margin-top: 1rem; }
.card form { margin-top: 1.25rem; }
.card input { display: block; width: 100%; margin: 0.3rem 0 1rem; }
.card button { width: 100%; }
.card .footnote { margin-top: 1.5rem; color: var(--muted); font-size: 0.8rem; }
`;
