/** How the page looks: paper and copper by day, slate and ember by night. Contrast of text is at least 4.5 to 1. */

const light = `--paper:#f6f2ea;--card:#fffdf9;--ink:#1c2b31;--soft:#5b6a70;--line:#e2dacb;--track:#ebe4d7;
--copper:#b0541d;--copper-soft:#f1d9c3;--teal:#1d6d73;--teal-soft:#9cc7c6;--amber:#e0a339;--red:#b3213f;--rest:#d8d2c4;
--p0:#8b4a1f;--p1:#1c2b31;--p2:#8896a0;
--h0:#efe9dd;--h1:#f4e3c9;--h2:#f3d3a6;--h3:#efbd80;--h4:#e7a35e;--h5:#da8842;--h6:#c76d2c;--h7:#ab531e;--h8:#873c17;--h9:#5c2612`;

const dark = `--paper:#10171a;--card:#182226;--ink:#ece6da;--soft:#9fadb2;--line:#2a373c;--track:#253237;
--copper:#ee9a5d;--copper-soft:#4b3324;--teal:#67c3c4;--teal-soft:#2d5c60;--amber:#eab54e;--red:#ff7d8f;--rest:#3d4a50;
--p0:#d98f57;--p1:#f3eee4;--p2:#7f919b;
--h0:#1f2b30;--h1:#2b3130;--h2:#3f3830;--h3:#57412f;--h4:#744d2f;--h5:#945c32;--h6:#b67038;--h7:#d68a48;--h8:#efab6b;--h9:#ffd9a8`;

const levels = Array.from(
  { length: 10 },
  (_, level) => `.h${level}{fill:var(--h${level})}.b${level}{background:var(--h${level})}`,
);

export const style = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:0 24px 64px}
header{border-top:6px solid var(--copper);padding:34px 0 8px}
.site{color:var(--soft);margin:0;font-size:14px}.site b{color:var(--ink)}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Source Serif 4","Noto Serif",Georgia,serif;font-weight:600;text-wrap:balance}
h1{font-size:clamp(27px,4.6vw,46px);line-height:1.14;margin:14px 0 12px;letter-spacing:-.012em;max-width:21em}
.more{font-size:17px;margin:0;max-width:46em}.more span{margin-right:.35em}
h2{font-size:23px;line-height:1.25;margin:0 0 4px}
h3{font-size:15px;margin:0 0 10px;font-weight:600}
section{margin-top:46px}
.intro{color:var(--soft);margin:0 0 16px;max-width:50em}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px 20px 14px;min-width:0}
.card+.card{margin-top:16px}
.spaced{margin-top:16px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:16px}.pair .card{margin:0}
.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,240px),1fr));gap:12px}
.small .card{margin:0;padding:12px 14px 10px}.small p{margin:4px 0 0;font-size:13px;color:var(--soft)}.small h3{margin:0 0 4px;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:28px 0 0;padding:0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:13px 16px 12px}
.tile dt{color:var(--soft);font-size:13px}
.tile dd{margin:0}.tile .value{font-size:27px;line-height:1.25;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums;white-space:nowrap}
.tile small{font-size:.62em;font-weight:500;letter-spacing:0}.tile .sub{text-wrap:pretty;font-size:13px;color:var(--soft)}
.tile.good .value{color:var(--teal)}.tile.bad{border-color:var(--red)}.tile.bad .value{color:var(--red)}
.meter{height:6px;border-radius:3px;background:var(--track);margin:6px 0 4px;overflow:hidden}.meter i{display:block;height:100%;background:var(--copper)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
.axis path{stroke:var(--line);fill:none}.axis .tick{stroke:var(--soft)}
.line{fill:none;stroke-width:1.9;stroke-linejoin:round}.copper{stroke:var(--copper)}
.p0{stroke:var(--p0)}.p1{stroke:var(--p1)}.p2{stroke:var(--p2)}
.p0f{fill:var(--p0)!important}.p1f{fill:var(--p1)!important}.p2f{fill:var(--p2)!important}
.under{fill:var(--copper-soft);opacity:.55}.base{stroke:var(--line)}
.limit{stroke:var(--red);stroke-width:1.6;stroke-dasharray:6 4;fill:none}svg text.limit-label{fill:var(--red);font-weight:600}
.charging{fill:var(--copper);background:var(--copper)}.waiting{fill:var(--amber);background:var(--amber)}.rest{fill:var(--rest);background:var(--rest)}
.dot{fill:var(--teal);opacity:.5}.dot.short{fill:var(--red);opacity:.85}.diagonal{stroke:var(--soft);stroke-dasharray:3 4}
.got{fill:var(--teal-soft)}.missed{fill:var(--red);opacity:.3}
.line.best{stroke:var(--teal);stroke-dasharray:5 4}.knot{fill:var(--card);stroke:var(--copper);stroke-width:2.2}
.here{stroke:var(--soft);stroke-dasharray:2 4}svg text.here-label{fill:var(--ink);font-weight:600}
svg text.soft{opacity:.65}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0 2px;font-size:13px;align-items:center}
.legend .note{margin:0}.note{color:var(--soft);font-size:13px;margin:6px 0 2px;max-width:62em}
.key{background:none!important}.key::before{content:"";display:inline-block;width:14px;height:10px;border-radius:3px;margin-right:6px;background:var(--k)}
.k0{--k:var(--p0)}.k1{--k:var(--p1)}.k2{--k:var(--p2)}.key.charging{--k:var(--copper)}.key.waiting{--k:var(--amber)}.key.rest{--k:var(--rest)}
.dotted{--k:var(--teal)}.shorted{--k:var(--red)}.gotten{--k:var(--teal-soft)}.missing{--k:color-mix(in srgb,var(--red) 30%,transparent)}
.coppered{--k:var(--copper)}.bested{--k:var(--teal)}
.ramp{display:inline-flex;border-radius:3px;overflow:hidden}.ramp i{width:17px;height:11px}
${levels.join('')}
.narrow{display:none}
.scroll{overflow-x:auto;margin:0 -4px;padding:0 4px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
thead th{color:var(--soft);font-weight:500;font-size:13px;white-space:nowrap}tbody th{font-weight:500}
tr:last-child>*{border-bottom:0}
.num{text-align:right;white-space:nowrap}.when{white-space:nowrap}.why{min-width:17em}.soft{color:var(--soft)}
td.bar{min-width:110px}td.bar svg{height:12px;min-width:70px}.rules td.bar{width:34%}
.circuits td.bar svg{width:calc(100% - 52px);display:inline-block;vertical-align:-1px}.circuits td.bar .num{display:inline-block;width:46px}
.track{fill:var(--track)}.rule .fill{fill:var(--soft);opacity:.55}.own .fill{fill:var(--copper)}.best .fill{fill:var(--teal)}
.own th,.own td{font-weight:650}.depth{color:var(--soft)}
.reasons{list-style:none;padding:0;margin:0 0 14px;columns:2 320px}.reasons li{padding:2px 0}.reasons b{display:inline-block;min-width:2.2em}
.warnings{border-left:4px solid var(--amber);padding-left:16px}
footer{margin-top:56px;border-top:1px solid var(--line);padding-top:16px;color:var(--soft);font-size:13.5px;max-width:62em}
@media (max-width:640px){.why{white-space:nowrap}main{padding:0 14px 48px}.wide{display:none}.narrow{display:block}.card{padding:14px 14px 12px}.tiles{grid-template-columns:1fr 1fr}.tile{padding:11px 12px}.tile .value{font-size:22px}section{margin-top:34px}header{padding-top:22px}}
@media print{:root{${light};--paper:#fff;--card:#fff}body{font-size:11px}main{max-width:none;padding:0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.card,.tile,tr{break-inside:avoid}h2,h3,.intro{break-after:avoid}.card{border-color:#ccc}h1{font-size:26px}.scroll{overflow:visible}}`;
