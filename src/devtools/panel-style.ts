// How the panel looks: one sheet, in its shadow root, by which the page is not touched.
//
// Both themes come from the scheme of the page, or from the attribute `theme`. What is said by colour is said
// in words as well.

/** The style of the panel, as CSS. */
export const panelStyle = `
:host {
  display: block;
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #12181b);
  --raised: light-dark(#f2f5f6, #1b2428);
  --ink: light-dark(#16211f, #e4ecee);
  --quiet: light-dark(#4b5b61, #a4b5bb);
  --line: light-dark(#d3dbde, #33424a);
  --good: light-dark(#0b6478, #63c7de);
  --bad: light-dark(#a8201f, #ff8d83);
  --warn: light-dark(#7a4d00, #f0b95a);
  --wait: light-dark(#a9b6bb, #55666d);
  font: 13px/1.45 system-ui, sans-serif;
  container-type: inline-size;
}
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
:host([hidden]) { display: none; }
:host([docked]) { position: fixed; inset: auto 0 0 0; z-index: 2147483000; pointer-events: none; }
:host([docked]) > * { pointer-events: auto; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.panel { display: flex; flex-direction: column; min-block-size: 16rem; max-block-size: 32rem; overflow: hidden;
  background: var(--ground); color: var(--ink); border: 1px solid var(--line); border-radius: 8px; }
:host([docked]) .panel { max-block-size: min(26rem, 70vh); border-radius: 8px 8px 0 0; margin-inline: auto;
  max-inline-size: 80rem; box-shadow: 0 -4px 24px rgb(0 0 0 / 0.2); }
:host([docked]:not([open])) .panel { display: none; }
.toggle { display: none; margin: 0 0 12px 12px; border-radius: 999px; padding: 6px 14px; font-weight: 600;
  background: var(--ground); box-shadow: 0 2px 10px rgb(0 0 0 / 0.25); }
:host([docked]:not([open])) .toggle { display: inline-block; }
:host(:not([docked])) .close { display: none; }
header { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; padding: 8px 12px 0; }
h2 { font-size: 14px; margin: 0; }
.totals { margin: 0; color: var(--quiet); flex: 1 1 14rem; font-variant-numeric: tabular-nums; }
.tools { display: flex; flex-wrap: wrap; gap: 6px; }
button, input { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line);
  border-radius: 6px; padding: 4px 10px; min-block-size: 30px; }
input { flex: 1 1 8rem; min-inline-size: 0; inline-size: 10rem; background: var(--ground); }
input::placeholder { color: var(--quiet); opacity: 1; }
button { cursor: pointer; }
button[aria-pressed='true'] { background: var(--warn); border-color: var(--warn); color: var(--ground); }
:focus-visible { outline: 2px solid var(--good); outline-offset: 1px; }
.tabs { display: flex; flex-wrap: wrap; gap: 2px; padding: 8px 12px 0; border-block-end: 1px solid var(--line); }
.tabs button { border: 0; border-radius: 6px 6px 0 0; background: none; color: var(--quiet); padding: 4px 9px; }
.tabs button[aria-selected='true'] { color: var(--ink); font-weight: 600; background: var(--raised);
  box-shadow: inset 0 -2px 0 var(--good); }
.tabs .count { font-variant-numeric: tabular-nums; color: var(--bad); font-weight: 600; }
.view { flex: 1 1 auto; min-block-size: 0; overflow: auto; padding: 8px 12px 12px; overflow-anchor: none; }
.view:focus-visible { outline-offset: -2px; }
.nothing, .scale { margin: 4px 0 8px; color: var(--quiet); }
.above { display: flex; flex-wrap: wrap; gap: 2px 16px; justify-content: space-between; }
.legend { display: flex; gap: 12px; margin: 4px 0 8px; color: var(--quiet); }
.swatch::before { content: ''; display: inline-block; inline-size: 10px; block-size: 10px; margin-inline-end: 5px;
  border-radius: 2px; background: var(--good); }
.swatch[data-became='refused']::before { background: var(--bad); }
.swatch[data-became='under way']::before { background: var(--wait); }
.reads, .steps { list-style: none; margin: 0; padding: 0; }
.reads > li { border-block-end: 1px solid var(--line); }
summary { display: grid; grid-template-columns: minmax(9rem, 1.4fr) minmax(8rem, 1fr) minmax(7rem, 1fr) 4.5rem minmax(8rem, 2fr);
  gap: 2px 12px; align-items: center; padding: 5px 4px; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover, tbody tr:hover { background: var(--raised); }
.key { overflow-wrap: anywhere; font-weight: 600; }
.end, .version { color: var(--quiet); overflow-wrap: anywhere; }
.time { font-variant-numeric: tabular-nums; text-align: end; color: var(--quiet); }
li[data-end='fresh'] .end { color: var(--good); }
li[data-end='behind'] .end, li[data-end='unverified'] .end { color: var(--warn); }
li[data-end='failed'] .end { color: var(--bad); }
.bar { inline-size: 100%; block-size: 12px; display: block; background: var(--raised); border-radius: 3px; }
rect { fill: var(--good); }
rect[data-became='refused'] { fill: var(--bad); }
rect[data-became='under way'] { fill: var(--wait); }
rect[data-became='waiting'] { fill: var(--wait); }
.steps { padding: 2px 4px 10px 12px; }
.steps li { display: grid; grid-template-columns: 4.5rem 1fr; gap: 10px; overflow-wrap: anywhere; }
.steps [data-kind='refused'], .steps [data-kind='failed'] { color: var(--bad); }
.steps [data-kind='served'] { color: var(--good); }
table { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: start; font-weight: 600; color: var(--quiet); padding: 2px 12px 4px 4px; }
td { padding: 5px 12px 5px 4px; border-block-start: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:first-child { font-weight: 600; }
tr[data-tone='refused'] td:first-child { color: var(--bad); }
tr[data-tone='warning'] td:first-child { color: var(--warn); }
tr[data-tone='good'] td:first-child { color: var(--good); }
@container (max-width: 40rem) {
  summary { grid-template-columns: 1fr auto; }
  summary .version { display: none; }
  summary .end { grid-column: 1; grid-row: 2; }
  summary .time { grid-column: 2; grid-row: 1; }
  summary .bar { grid-column: 1 / -1; }
  thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { padding: 6px 0; border-block-start: 1px solid var(--line); }
  td { border: 0; padding: 1px 4px; display: grid; grid-template-columns: 8rem 1fr; gap: 8px; }
  td:empty { display: none; }
  td::before { content: attr(data-column); color: var(--quiet); font-weight: 400; }
  .tools { flex: 1 1 100%; }
}
@container (max-width: 26rem) {
  .tools input { flex-basis: 100%; }
}
@media (forced-colors: active) {
  .bar, .swatch::before { forced-color-adjust: none; }
}
`
