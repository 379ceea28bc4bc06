/** How the report looks: on a screen, light or dark, and on paper, where it is always light. The colours are those of the studio's charts. */
export const style = `
:root { color-scheme: light dark; --sheet: #fff; --ink: #14171b; --soft: #4d545e; --line: #dde0e5; --grid: #e6e8ec; --main: #b03f08;
  --faint: #e3b89e; --second: #2860b5; --second-faint: #b9cdea; --mark: #838a95; }
@media screen and (prefers-color-scheme: dark) {
  :root { --sheet: #16181b; --ink: #eceef1; --soft: #a9b0bb; --line: #2b2f35; --grid: #272b30; --main: #ff9b54; --faint: #6e4b35;
    --second: #83b3ff; --second-faint: #2f4468; --mark: #727a87; }
}
* { box-sizing: border-box; margin: 0; }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem 3rem; background: var(--sheet); color: var(--ink);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
h1 { font-size: 1.6rem; letter-spacing: -0.02em; line-height: 1.2; }
h2 { font-size: 1.05rem; line-height: 1.35; }
h3 { font-size: 0.875rem; margin-bottom: 0.35rem; }
p, td, figcaption { overflow-wrap: anywhere; }
.soft, figcaption, footer { color: var(--soft); font-size: 0.8125rem; }
header, .advice, section { margin-bottom: 1.5rem; }
.advice { padding: 0.8rem 1rem; border-left: 3px solid var(--main); background: color-mix(in srgb, var(--main) 7%, transparent); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem; align-items: start; }
.histograms { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.75rem 1.25rem; }
.places { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 1.75rem; align-items: start; }
.worst { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0.75rem; padding: 0; list-style: none; }
.worst strong { display: block; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--ink); }
.worst svg { border-radius: 3px; }
figcaption { margin-top: 0.3rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 10px; fill: var(--soft); }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
.grid { stroke: var(--grid); } .axis { stroke: var(--mark); }
.near { fill: var(--faint); } .far { fill: var(--main); }
.bell { fill: none; stroke: var(--second); stroke-width: 1.6; }
.inner { stroke: var(--mark); stroke-dasharray: 4 2.5; } .outer { stroke: var(--mark); stroke-dasharray: 1.5 2; }
.whisker { stroke: var(--soft); stroke-width: 1.2; }
.box { stroke: var(--soft); } .box.main { fill: var(--faint); } .box.second { fill: var(--second-faint); }
.median { stroke-width: 2; } .median.main { stroke: var(--main); } .median.second { stroke: var(--second); }
.dot.main { fill: var(--main); } .dot.second { fill: var(--second); }
.ground { fill: var(--grid); } .heat { fill: var(--main); } .habit { fill: none; stroke: var(--ink); stroke-dasharray: 3 2; }
image { image-rendering: pixelated; }
.mark { fill: none; stroke: #ff9b54; stroke-width: 1.1; } .mark-under { fill: none; stroke: #000; stroke-opacity: 0.7; stroke-width: 2.2; }
.key { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin-top: 0.4rem; padding: 0; list-style: none; }
.key svg { display: inline-block; width: 16px; height: 10px; vertical-align: -1px; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.78rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.35rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th { white-space: normal; overflow-wrap: normal; vertical-align: bottom; line-height: 1.25; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 500; } tbody th { font-weight: 500; }
.sum th, .sum td { font-weight: 650; } .bell-row th, .bell-row td { color: var(--second); }
@media (width < 40rem) { .places, .worst { grid-template-columns: 1fr 1fr; } .places { grid-template-columns: 1fr; } }
@page { size: A4; margin: 11mm 12mm; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 8pt; line-height: 1.3; }
  h1 { font-size: 15pt; } h2 { font-size: 10pt; } h3 { font-size: 8.5pt; margin-bottom: 1mm; }
  .soft, figcaption, footer, table { font-size: 6.5pt; }
  header, .advice, section { margin-bottom: 2.4mm; }
  .advice { padding: 1.6mm 3mm; }
  .pair { grid-template-columns: 1fr 1fr; gap: 5mm; } .pair.single { grid-template-columns: 1fr; } .pair svg { max-height: 38mm; }
  .histograms svg { max-height: 24mm; } figcaption { margin-top: 0.5mm; } .key { margin-top: 0.5mm; }
  .histograms { grid-template-columns: repeat(4, 1fr); gap: 2mm 4mm; }
  .places { grid-template-columns: 38mm minmax(0, 1fr); gap: 6mm; } .worst { grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 2.5mm; }
  th, td { padding: 0.2mm 1mm; }
  figure, .advice, tr, .places { break-inside: avoid; }
}
`;
