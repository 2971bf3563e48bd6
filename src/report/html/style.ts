import { Markup } from './markup.ts';

/** The report's only style sheet. Colours differ in lightness too, and never carry a meaning alone. */
export const style = new Markup(`<style>
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a1f27; --soft: #5b6472; --line: #dde1e7; --grid: #eceff3;
  --stable: #2b66ad; --candidate: #cf6a00; --bad: #b0252b; --good: #17775a; --wait: #7a5b00; --trouble: #6b4aa0;
  --bad-tint: #fbecec; --good-tint: #e6f4ef; --wait-tint: #faf1d8; --trouble-tint: #f0ebf8;
  --base: #9aa5b4; --dependencies: #5d7fa8; --code: #b08a3c; --weights: #cf6a00; --other: #c3cad3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1a1f26; --ink: #e8ebf0; --soft: #9ba6b5; --line: #323a45; --grid: #262d36;
    --stable: #79b0f0; --candidate: #f2a154; --bad: #ff8b85; --good: #5ccba4; --wait: #e3c064; --trouble: #bda4ea;
    --bad-tint: #3a2022; --good-tint: #17332a; --wait-tint: #352d16; --trouble-tint: #2b2340;
    --base: #66717f; --dependencies: #7fa3cf; --code: #d1ac5f; --weights: #f2a154; --other: #454e5a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 6px; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 22px; line-height: 1.3; margin: 0; display: flex; align-items: center; gap: 12px; flex-wrap: wrap; }
h3 { font-size: 16px; margin: 32px 0 10px; }
h4 { font-size: 15px; margin: 0; font-weight: 600; }
p { margin: 0 0 10px; }
a { color: var(--stable); text-decoration: none; } a:hover { text-decoration: underline; }
.sub, .note { color: var(--soft); } .note { font-size: 13px; margin: 2px 0 8px; max-width: 90ch; }
section.run { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 28px 32px 24px; margin-top: 28px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; vertical-align: bottom; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); }
td { padding: 8px 14px 8px 0; border-bottom: 1px solid var(--grid); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child > td { border-bottom: 0; }
td.tight code { white-space: nowrap; } td.strong.bad, td.strong.good { font-weight: 600; } .wide { overflow-x: auto; } table.stacked th:nth-child(2), table.stacked th:nth-child(3) { width: 22%; } .outcomes table.stacked th { width: auto; } details h3 { margin-top: 26px; }
td.number, th.number { text-align: right; white-space: nowrap; overflow-wrap: normal; } td.tight { white-space: nowrap; overflow-wrap: normal; } td.tight.long { white-space: normal; }
.outcomes { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 8px 24px; margin-top: 24px; }
.outcomes td { padding-top: 13px; padding-bottom: 13px; } .outcomes td.name { font-weight: 600; white-space: nowrap; }
.badge { display: inline-flex; align-items: center; gap: 6px; font-size: 13.5px; font-weight: 600; line-height: 1; padding: 5px 11px 5px 8px; border-radius: 99px; white-space: nowrap; letter-spacing: 0; }
.badge svg { width: 14px; height: 14px; flex: none; }
.good { color: var(--good); } .badge.good { background: var(--good-tint); } .bad { color: var(--bad); } .badge.bad { background: var(--bad-tint); }
.waiting { color: var(--wait); } .badge.waiting { background: var(--wait-tint); } .trouble { color: var(--trouble); } .badge.trouble { background: var(--trouble-tint); }
.about { margin: 4px 0 0; }
.lead { font-size: 16px; margin: 10px 0 0; max-width: 85ch; }
ul.reasons { margin: 10px 0 0; padding-left: 20px; max-width: 95ch; } ul.reasons li { margin-bottom: 4px; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); gap: 18px 20px; margin: 22px 0 0; padding: 18px 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
dl.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; } dl.figures dt { color: var(--soft); font-size: 13px; line-height: 1.35; } dl.figures dd { margin: 0; font-size: 22px; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
figure { margin: 26px 0 0; break-inside: avoid; } figcaption { margin-bottom: 4px; }
.chart { overflow-x: auto; } .chart svg { display: block; width: 100%; min-width: 720px; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; fill: var(--soft); }
svg .ink { fill: var(--ink); } svg .strong { font-weight: 600; } svg .halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--line); } svg .event { stroke: var(--soft); stroke-dasharray: 1 3; stroke-linecap: round; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .thin { stroke-width: 1.5; } svg .dashed { stroke-dasharray: 6 4; } svg .faint { opacity: 0.35; }
svg .s-stable { stroke: var(--stable); } svg .s-candidate { stroke: var(--candidate); } svg .s-bad { stroke: var(--bad); } svg .s-good { stroke: var(--good); } svg .s-soft { stroke: var(--soft); } svg .s-ink { stroke: var(--ink); } svg .s-card { stroke: var(--card); }
svg .f-stable { fill: var(--stable); } svg .f-candidate { fill: var(--candidate); } svg .f-bad { fill: var(--bad); } svg .f-good { fill: var(--good); } svg .f-soft { fill: var(--soft); } svg .f-line { fill: var(--line); } svg .f-waiting { fill: var(--wait); } svg .f-trouble { fill: var(--trouble); } svg .f-badzone { fill: var(--bad-tint); } svg .f-goodzone { fill: var(--good-tint); }
svg .k-base { fill: var(--base); } svg .k-dependencies { fill: var(--dependencies); } svg .k-code { fill: var(--code); } svg .k-weights { fill: var(--weights); } svg .k-other { fill: var(--other); }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 7px; }
.k-base { background: var(--base); } .k-dependencies { background: var(--dependencies); } .k-code { background: var(--code); } .k-weights { background: var(--weights); } .k-other { background: var(--other); }
details { border-top: 1px solid var(--line); margin-top: 18px; padding-top: 12px; } details + details { margin-top: 12px; }
summary { cursor: pointer; font-weight: 600; } summary .sub { font-weight: 400; margin-left: 6px; } details[open] > summary { margin-bottom: 12px; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--stable); outline-offset: 3px; border-radius: 3px; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; } code { overflow-wrap: anywhere; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 12px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: 8px 0; }
footer { color: var(--soft); font-size: 13px; margin-top: 32px; }
@media (max-width: 640px) {
  main { padding: 20px 12px 40px; } section.run { padding: 20px 16px; } .outcomes { padding: 4px 14px; } h1 { font-size: 23px; }
  table.stacked thead, table.stacked td.none { display: none; } table.stacked tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--grid); }
  table.stacked td, .outcomes table.stacked td { display: block; padding: 2px 0; border: 0; text-align: left; white-space: normal; }
  table.stacked td.limit::before { content: "Allowed: "; color: var(--soft); } table.stacked td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  td, th { padding-right: 9px; } td.number, td.tight { white-space: normal; }
}
@media print {
  :root { color-scheme: light; --page: #fff; } body { font-size: 12px; } main { max-width: none; padding: 0; }
  section.run { border: 0; padding: 0; margin-top: 0; break-before: page; border-radius: 0; } section.run:first-of-type { break-before: auto; margin-top: 24px; } details::details-content { content-visibility: visible; height: auto; } summary { list-style: none; }
  tr { break-inside: avoid; } .chart svg { min-width: 0; } h3, summary { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>`);
