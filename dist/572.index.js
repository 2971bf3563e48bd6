var ue=Object.defineProperty;var a=(tt,O)=>ue(tt,"name",{value:O,configurable:!0});const pe=572,he=[572,21],me={46505:((tt,O,M)=>{M.d(O,{L:a(()=>L,"L")});function L(x,l,A=`${l}s`){return`${x.toLocaleString("en-US")} ${x===1?l:A}`}a(L,"plural")}),87703:((tt,O,M)=>{M.d(O,{KN:a(()=>G,"KN"),U9:a(()=>B,"U9"),VK:a(()=>F,"VK"),ee:a(()=>A,"ee"),fQ:a(()=>q,"fQ"),n$:a(()=>S,"n$"),p0:a(()=>x,"p0")});const L="\xA0";function x(d){if(!Number.isFinite(d)||d<0)return"unknown";if(d<1e3)return`${Math.round(d)}${L}ms`;if(d<9950)return`${(d/1e3).toFixed(1)}${L}s`;const $=Math.round(d/1e3);return $<60?`${$}${L}s`:$<3600?l(Math.floor($/60),"min",$%60,"s"):l(Math.floor($/3600),"h",Math.round($%3600/60),"min")}a(x,"duration");function l(d,$,b,W){return b===0?`${d}${L}${$}`:`${d}${L}${$} ${b}${L}${W}`}a(l,"join");function A(d){const $=["B","kB","MB","GB","TB"];let b=d,W=0;for(;b>=999.5&&W<$.length-1;)b/=1e3,W+=1;return`${W>0&&b<99.95?b.toFixed(1):b.toFixed(0)}${L}${$[W]??""}`}a(A,"bytes");function G(d){const $=d*100;return $===0||$>=100?`${$.toFixed(0)}${L}%`:`${Number($.toPrecision($>=10?3:2))}${L}%`}a(G,"percent");function B(d){return d.toLocaleString("en-US")}a(B,"count");function F(d){return d.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}a(F,"shortDigest");function q(d){return d.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}a(q,"shortenDigests");function S(d){const $=Date.parse(d);return Number.isNaN($)?d:`${new Date($).toISOString().slice(0,19).replace("T"," ")} UTC`}a(S,"moment")}),86078:((tt,O,M)=>{M.d(O,{A0:a(()=>F,"A0"),Bx:a(()=>q,"Bx"),CR:a(()=>x,"CR"),EN:a(()=>G,"EN"),KG:a(()=>B,"KG"),QW:a(()=>l,"QW"),_C:a(()=>A,"_C")});var L=M(87703);function x({volatile:S}){const d=S.timeline.flatMap(({at:h,weight:R})=>R===void 0?[]:[{at:Date.parse(h),weight:R}]),$=d.find(({weight:h})=>h>0);if($===void 0||S.ticks.length===0)return null;const b=S.ticks.map(({at:h})=>Date.parse(h)),w=S.timeline.filter(({kind:h})=>h==="decision").map(({at:h})=>Date.parse(h)).at(-1)??Math.max(...b);return{from:$.at,decided:w,weights:d}}a(x,"livePhase");function l({decision:S,volatile:d}){return(S==="promote"||S==="rollback")&&d.totals.candidate.requests>0}a(l,"wasDecided");function A(S,{from:d,decided:$}){const b=(0,L.p0)($-d);return S.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${b} at its share of the traffic`:l(S)?`decided ${b} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[S.decision]} ${b} after the first live request`}a(A,"decisionWords");function G(S,d){return S.volatile.ticks.filter($=>$.metric===d)}a(G,"ticksOf");function B(S,d){const $=S.metrics.find(W=>W.metric===d);if($===void 0)return null;const b=a(W=>Math.min(W.logWorse,W.logAboveFloor)>=$.logRollback,"due");return G(S,d).find(b)??null}a(B,"rollbackTick");function F(S){return(S.metrics.find(({metric:$})=>B(S,$)!==null)??S.metrics[0])?.metric??null}a(F,"decidingMetric");function q(S){const d=Date.parse(S[0]?.at??"");return S.map($=>({afterMs:Date.parse($.at)-d,event:$}))}a(q,"sinceStart")}),63021:((tt,O,M)=>{M.d(O,{markdownReport:a(()=>d,"markdownReport")});var L=M(46505),x=M(87703),l=M(86078),A=M(65102),G=M(42639),B=M(35944);const F=1024*1024-64*1024,q=100,S={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function d(g){const v=g.flatMap(_=>{const{validate:m,build:y,smoke:C,rollout:E}=_.evidence;return[W(_),...E===void 0?[]:[w(E)],...m===void 0?[]:[R(m)],...C===void 0?[]:[T(C)],...y===void 0?[]:[et(y)],...E===void 0?[]:[I(E)]]});return $(v.filter(_=>_!==""))}a(d,"markdownReport");function $(g){const v=[];let _=200;for(const[m,y]of g.entries()){if(_+=Buffer.byteLength(y)+1,_>F){v.push(`_${(0,L.L)(g.length-m,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}v.push(y)}return v.join(`
`)}a($,"fit");function b(g){return(0,B.R)(g,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,v=>`&#${v.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,v=>`${v.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(v,_,m)=>`${_}${m.slice(0,-1)}&#${m.codePointAt(m.length-1)??0};`)}a(b,"escapeMarkdown");function W(g){const{evidence:v}=g,{word:_,tone:m}=(0,A.CL)(v),{name:y,about:C}=(0,G.G)(g),E=(0,A.o6)(v).map(({stage:H,outcome:rt,ms:Z,summary:ot})=>[H,rt,(0,x.p0)(Z),(0,x.fQ)(ot)]),J=v.rollout===void 0?[]:(0,A.QA)(v.rollout),V=v.stopped?.error.hint??null,z=[...V===null?[]:[V],...J].map(H=>`- ${b(H)}
`).join("");return`## ${S[m]} ${b(y)}: ${b(_)}

${C===""?"":`${b(C)}

`}${b((0,A.W0)(v))}

${z}${z===""?"":`
`}${Q(["Stage","Outcome","Time","Summary"],E)}
All stages together: ${(0,x.p0)((0,A.sW)(v))}
`}a(W,"heading");function w(g){const v=(0,l.CR)(g);if(v===null)return"";const{totals:_}=g.volatile,m=g.metrics.map(y=>{const C=(0,l.EN)(g,y.metric).at(-1),E=a((V,z)=>V===void 0?"\u2013":`${h(V)} of ${h(z)}`,"value"),J=["candidate","stable"].map(V=>{const z=(0,l.EN)(g,y.metric),H=z.reduce((Z,ot)=>Z+ot[V].total,0),rt=z.reduce((Z,ot)=>Z+ot[V].bad,0);return H===0?"no requests":`${(0,x.U9)(rt)} of ${(0,x.U9)(H)} (${(0,x.KN)(rt/H)})`});return[y.title,(0,x.KN)(y.slo),...J,E(C?.logWorse,y.logRollback),E(C?.logAboveFloor,y.logRollback),E(C?.logGood,y.logPromote)]});return`### Canary

The candidate ${b(g.candidate.name)} served ${(0,L.L)(_.candidate.requests,"request")}, ${(0,x.U9)(_.candidate.errors)} of them failed; ${(0,l._C)(g,v)}.

`+Q(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],m)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(g.volatile.thresholdRules??[]).map(({message:y})=>`
For comparison: ${b(y)}
`).join("")}a(w,"canary");function h(g){const v=Math.exp(Math.min(g,700));return v>=1e3||v<.01?v.toExponential(1).replace("e+","e"):String(Number(v.toPrecision(2)))}a(h,"evidenceValue");function R({model:g,verdict:v}){const _=g.files.flatMap(y=>y.findings.map(({severity:C,rule:E,member:J,offset:V,message:z,hint:H})=>[C,E,`${y.path}${J===void 0?"":`, member ${J}`}${V===null?"":`, byte ${(0,x.U9)(V)}`}`,`${U(z)} ${H}`])),m=`Model: ${v}, ${(0,L.L)(g.files.length,"file")}, ${(0,x.ee)(g.bytes)}, ${(0,x.VK)(g.digest)}`;return _.length===0?`### ${b(m)}
`:`### ${b(m)}

${Q(["Severity","Rule","Where","What"],_)}`}a(R,"findings");function U(g){return/[.!?]$/.test(g)?g:`${g}.`}a(U,"sentence");function T(g){const v=g.checks.map(_=>[_.verdict,_.title,(0,x.fQ)(_.limit??"\u2013"),(0,x.fQ)(_.message)]);return K(`Smoke test: ${g.summary}`,Q(["Result","Check","Allowed","Seen"],v))}a(T,"checks");function et({image:g}){const v=g.layers.map(m=>[m.kind,m.title,(0,x.ee)(m.bytes),(0,x.VK)(m.digest)]),_=Q(["Holds","What","Size","Digest"],v);return K(`Image: ${(0,x.ee)(g.bytes)}, ${g.reference}`,_)}a(et,"image");function I(g){const{timeline:v,diagnosis:_}=g.volatile,m=(0,l.Bx)(v).map(({afterMs:C,event:E})=>[(0,x.p0)(C),E.kind,(0,x.fQ)(E.message)]),y=_.slice(0,q).map(C=>`- ${b(C)}
`).join("");return K("Events of the rollout",`${Q(["After","Kind","What happened"],m)}${y===""?"":`
Captured before the candidate was removed:

${y}`}`)}a(I,"events");function K(g,v){return`<details><summary>${b(g)}</summary>

${v}
</details>
`}a(K,"folded");function Q(g,v){const _=a(C=>`| ${C.map(E=>b(E)).join(" | ")} |
`,"line"),m=v.length-q,y=m>0?`
and ${(0,x.U9)(m)} more, in the JSON evidence
`:"";return _(g)+_(g.map(()=>"---"))+v.slice(0,q).map(_).join("")+y}a(Q,"table")}),65102:((tt,O,M)=>{M.d(O,{CL:a(()=>A,"CL"),KL:a(()=>q,"KL"),QA:a(()=>d,"QA"),W0:a(()=>S,"W0"),ZL:a(()=>l,"ZL"),_5:a(()=>F,"_5"),o6:a(()=>b,"o6"),sW:a(()=>W,"sW")});var L=M(478),x=M(87703);function l({validate:w,build:h,smoke:R,rollout:U}){return[w,h,R,U].filter(T=>T!==void 0)}a(l,"stagesOf");function A(w){if(w.stopped!==void 0)return G(w.stopped);const h=l(w).at(-1);if(h===void 0)return{word:"did not start",tone:"waiting"};if(h.stage==="rollout")return B(h);const R={validate:"validated",build:"built",smoke:"smoke-tested"}[h.stage];switch(h.outcome){case"passed":return{word:R,tone:"good"};case"failed":return{word:`refused by ${h.stage}`,tone:"bad"};case"error":return{word:`error in ${h.stage}`,tone:"trouble"};default:return{word:`${h.stage} ${h.outcome}`,tone:"waiting"}}}a(A,"runOutcome");function G({stage:w,error:h}){return h.kind==="interrupted"?{word:`interrupted in ${w}`,tone:"trouble"}:h.kind==="model"?{word:`refused by ${w}`,tone:"bad"}:{word:`error in ${w}`,tone:"trouble"}}a(G,"stoppedOutcome");function B(w){const{outcome:h,decision:R,strategy:U,stable:T,volatile:et}=w;return h==="error"?{word:"stopped by an error",tone:"trouble"}:h==="held"||R==="held"?{word:"held",tone:"waiting"}:h==="failed"?{word:U==="first"?"failed":"rolled back",tone:"bad"}:h==="inconclusive"?{word:R==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:F(w)?{word:`${et.timeline.some(({kind:Q})=>Q==="settled")?"settings changed, the release stays":"nothing to do"}: ${T?.name??""} already serves`,tone:"good"}:{word:{first:"deployed",canary:"promoted",adopt:"adopted"}[U],tone:"good"}}a(B,"rolloutOutcome");function F({outcome:w,decision:h,stable:R,candidate:U}){return w==="passed"&&h==="none"&&R?.name===U.name}a(F,"isUnchanged");function q(w){const{stopped:h}=w;return(0,x.fQ)(h?.error.message??l(w).at(-1)?.summary??"No stage has run.")}a(q,"runSummary");function S(w){const{stopped:h,rollout:R}=w;return h!==void 0||R===void 0?q(w):(0,x.fQ)($(R))}a(S,"runLead");function d({summary:w,reasons:h}){return h.filter(R=>R!==w)}a(d,"furtherReasons");function $(w){return d(w).reduce((h,R)=>h.replace(`: ${R}`,".").replace(` ${R}`,""),w.summary)}a($,"withoutReasons");function b(w){const{stopped:h}=w;return L.Xs.flatMap(R=>{const U=w[R];if(h?.stage===R){const{startedAt:I,endedAt:K,error:Q}=h,g=Q.kind==="interrupted"?"interrupted":Q.kind==="model"?"failed":"error";return{stage:R,outcome:g,ms:Date.parse(K)-Date.parse(I),summary:Q.message}}if(U===void 0)return[];const T=Date.parse(U.volatile.endedAt)-Date.parse(U.volatile.startedAt),et=U.stage==="rollout"?$(U):U.summary;return{stage:R,outcome:U.outcome,ms:T,summary:et}})}a(b,"stageSpans");function W(w){return b(w).reduce((h,{ms:R})=>h+R,0)}a(W,"runDurationMs")}),42639:((tt,O,M)=>{M.d(O,{G:a(()=>L,"G")});function L({title:x}){const[l="",...A]=x.split(": ");return{name:l,about:A.join(": ")}}a(L,"titleOf")}),35944:((tt,O,M)=>{M.d(O,{R:a(()=>x,"R")});const L=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function x(l,A=!1){return(A?l.replaceAll(/[\r\n\t]+/g," "):l.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(L,B=>B===`
`||B==="	"?B:`\\u${(B.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}a(x,"visible")}),72572:((tt,O,M)=>{M.d(O,{writeReports:a(()=>ce,"writeReports")});var L=M(51455),x=M(76760),l=M(87703),A=M(65102),G=M(42639),B=M(35944);class F{static{a(this,"Markup")}source;constructor(n){this.source=n}}const q={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function S(t){return(0,B.R)(t).replaceAll(/[&<>"'`]/g,n=>q[n]??"")}a(S,"escapeHtml");function d(t,...n){const e=t.map((s,o)=>s+(o<n.length?$(n[o]??null):""));return new F(e.join(""))}a(d,"html");function $(t){return t===null?"":t instanceof F?t.source:typeof t=="string"||typeof t=="number"?S(String(t)):t.map(n=>$(n)).join("")}a($,"render");var b=M(86078);const W={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function w(t,n){const e=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${W[n]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return d`<span class="badge ${n}">${new F(e)}${t}</span>`}a(w,"badge");function h(t){const n=t.map((e,s)=>{const{word:o,tone:r}=(0,A.CL)(e.evidence);return d`<tr>
      <td class="name"><a href="#run-${s+1}">${(0,G.G)(e).name}</a></td>
      <td>${w(o,r)}</td>
      <td>${(0,A.KL)(e.evidence)}</td>
      <td class="number">${R(e)}</td>
      <td class="number">${U(e)}</td>
      <td class="number">${(0,l.p0)((0,A.sW)(e.evidence))}</td>
    </tr>`});return d`<div class="outcomes">
    <table>
      <thead>
        <tr>
          <th>Run</th>
          <th>Outcome</th>
          <th>In one sentence</th>
          <th class="number">Decided after<br />first live request</th>
          <th class="number">Requests<br />harmed</th>
          <th class="number">Whole run</th>
        </tr>
      </thead>
      <tbody>
        ${n}
      </tbody>
    </table>
  </div>`}a(h,"outcomeTable");function R({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const n=(0,b.CR)(t);if(n===null||!(0,b.QW)(t))return"\u2013";const e=t.metrics.flatMap(({metric:o})=>{const r=(0,b.KG)(t,o);return r===null?[]:[Date.parse(r.at)]}),s=t.decision==="rollback"&&e.length>0?Math.min(...e):n.decided;return(0,l.p0)(s-n.from)}a(R,"decidedAfter");function U({evidence:{rollout:t},clients:n}){if(t===void 0)return"\u2013";if(n===void 0)return(0,b.CR)(t)===null?"\u2013":(0,l.U9)(t.volatile.totals.candidate.errors);const e=n.perSecond.filter(({revision:s})=>s!==t.stable?.name);return(0,l.U9)(e.reduce((s,{failed:o})=>s+o,0))}a(U,"harmed");var T=M(25602);const et=1e3,I=56,K=790,Q=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function g(t,n,e,s=[]){const o=n>t?n:t+1e3,r=(0,T.m4)().domain([t,o]).range([I,K]),i=(o-t)/1e3,u=Q.find(f=>i/f<=9)??Math.ceil(i/8/86400)*86400,c=[];for(let f=Math.ceil((t-e)/1e3/u)*u;f<=(o-e)/1e3;f+=u)c.push({x:r(e+f*1e3),label:v(f,u)});return{x:r,ticks:c,from:t,to:o,marks:s.filter(({at:f})=>f>=t&&f<=o)}}a(g,"timeAxis");function v(t,n){return t===0?"0":n<60?`${_(t)} s`:n<3600?`${_(t/60)} min`:`${_(Number((t/3600).toFixed(1)))} h`}a(v,"clock");function _(t){return String(t).replace("-","\u2212")}a(_,"minus");function m(t){return String(Math.round(t*10)/10)}a(m,"n");function y(t,n,e,s={}){const o=s.anchor===void 0||s.anchor==="start"?"":` text-anchor="${s.anchor}"`,r=s.class===void 0?"":` class="${s.class}"`;return`<text x="${m(t)}" y="${m(n)}"${o}${r}>${S(e)}</text>`}a(y,"frame_text");function C(t,n,e,s,o){return`<line x1="${m(t)}" y1="${m(n)}" x2="${m(e)}" y2="${m(s)}" class="${o}"/>`}a(C,"rule");function E(t,n,e){const o=t.toSorted((i,u)=>i.y-u.y).map(i=>({...i,at:Math.max(i.y,n+4)}));for(let i=1;i<o.length;i++){const[u,c]=[o[i-1],o[i]];u!==void 0&&c!==void 0&&(c.at=Math.max(c.at,u.at+15))}let r=e-4;for(const i of o.toReversed())i.at=Math.min(i.at,r),r=i.at-15;return o.map(i=>y(K+12,i.at+4,i.text,{class:i.class})).join("")}a(E,"sideLabels");function J(t,n,e,s){const o=e.map(({y:i,label:u})=>C(I,i,K,i,"grid")+y(I-8,i+4,u,{anchor:"end"})),r=n.ticks.map(({x:i,label:u})=>C(i,t.bottom,i,t.bottom+4,"axis")+y(i,t.bottom+18,u,{anchor:"middle"}));return[...o,...n.marks.map(({at:i})=>C(n.x(i),t.top,n.x(i),t.bottom,"event")),...V(n,t.top-7),C(I,t.bottom,K,t.bottom,"axis"),...r,y(K+12,t.bottom+18,s)].join("")}a(J,"frame_frame");function V(t,n){let e=0;return t.marks.map(({at:s,label:o})=>{const r=Math.max(t.x(s)-4,e);return e=r+7*o.length+10,y(r,n,o,{class:"ink"})})}a(V,"momentLabels");function z(t,n,e){return new F(`<div class="chart"><svg viewBox="0 0 ${et} ${m(t)}" role="img" aria-label="${S(n)}">${e.join("")}</svg></div>`)}a(z,"drawing");function H(t,n=800){if(t.length<=n)return[...t];const e=Math.ceil(t.length/n);return t.filter((s,o)=>o%e===0||o===t.length-1)}a(H,"thin");function rt(t){let n=0;const e=t.map(u=>{const c=n;return n+=u.ms,{stage:u,from:c,to:n}}),s=I+30,o=(0,T.m4)().domain([0,Math.max(n,1)]).range([s,K]),r=24,i=e.flatMap(({stage:u,from:c,to:f},p)=>{const D=4+p*r,j=Math.max(3,o(f)-o(c)),k={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[u.outcome];return[y(s-10,D+14,u.stage,{anchor:"end",class:"ink"}),C(s,D+10,K,D+10,"grid"),`<rect x="${m(o(c))}" y="${m(D+2)}" width="${m(j)}" height="16" rx="3" class="${k}"/>`,y(K+12,D+14,`${u.outcome}, ${(0,l.p0)(f-c)}`,{class:"ink"})]});return z(8+r*e.length,"Time that each stage took",i)}a(rt,"stagesChart");var Z=M(46505);function ot(t){const e=["base","dependencies","code","weights","other"].map(c=>({kind:c,size:t.filter(f=>f.kind===c).reduce((f,p)=>f+p.bytes,0)})).filter(({size:c})=>c>0),s=e.reduce((c,{size:f})=>c+f,0),o=(0,T.m4)().domain([0,Math.max(1,s)]).range([0,et]);let r=0;const i=e.map(({kind:c,size:f})=>{const p=o(r);return r+=f,{kind:c,from:p,wide:Math.max(2,o(f)-1.5),label:`${c} ${(0,l.ee)(f)}`,at:p}});_t(i);const u=i.flatMap(({kind:c,from:f,wide:p,label:D,at:j})=>[`<rect x="${m(f)}" y="2" width="${m(p)}" height="22" rx="2" class="k-${c}"/>`,y(j,41,D,{class:"ink"})]);return z(48,"Sizes of the image by what they hold",u)}a(ot,"layersChart");function _t(t){const n=a(({label:o})=>7.2*o.length+14,"room");let e=0;for(const o of t)o.at=Math.max(o.at,e),e=o.at+n(o);let s=et+14;for(const o of t.toReversed())o.at=Math.min(o.at,s-n(o)),s=o.at}a(_t,"spread");const ft=200;function Dt(t){const n=t.model.files.flatMap(o=>o.findings.map(r=>({file:o.path,finding:r}))),e=at(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[d`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Ct(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,l.ee)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,l.VK)(o.sha256)}</code></td>`])),s=n.length===0?d`<p class="note">Nothing was found.</p>`:at(["Severity","Rule","Where","What, and what to do"],n.map(({file:o,finding:r})=>[d`<td class="tight ${Et(r)}">${r.severity}</td>
              <td class="tight long"><code>${r.rule}</code></td>
              <td>${St(o,r)}</td>
              <td>${r.message}<br /><span class="sub">${r.hint}</span></td>`]));return dt("Validate",t.summary,d`${e}
      <h3>Findings</h3>
      ${s}${At(t)}`,t.outcome!=="passed")}a(Dt,"validateDetails");function St(t,{member:n,offset:e}){const s=n===void 0?t:`${t}, member ${n}`;return e===null?s:`${s}, byte ${(0,l.U9)(e)}`}a(St,"where");function At({contract:t}){if(t===null)return null;const e=[...t.inputs.map(s=>({spec:s,way:"input"})),...t.outputs.map(s=>({spec:s,way:"output"}))].map(({spec:s,way:o})=>[d`<td class="tight">${o}</td>
      <td>${s.name}</td>
      <td class="tight">${s.dtype}</td>
      <td class="tight">[${s.shape.map(r=>r??"any").join(", ")}]</td>`]);return d`<h3>Inputs and outputs (${t.source})</h3>
    ${at(["","Name","Type","Shape"],e)}`}a(At,"contract");function Rt(t){const{image:n,volatile:e}=t,s=n.layers.map(r=>[d`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,l.ee)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,l.VK)(r.digest)}</code></td>`]),o=d`<p class="note">
    ${n.platform}, runs as user ${n.user}; built by ${e.builder} in ${(0,l.p0)(e.buildMs)}, pushed
    in ${(0,l.p0)(e.pushMs)} (${(0,l.ee)(e.uploadedBytes)} sent). Deployed as <code>${n.reference}</code>
  </p>`;return dt("Image",`${(0,l.ee)(n.bytes)} in ${(0,Z.L)(n.layers.length,"layer")}`,d`${ot(n.layers)}${o}${at(["Holds","What",">Size","Digest"],s)}`,t.outcome!=="passed")}a(Rt,"imageDetails");function jt(t){const{checks:n,volatile:e,hardware:s}=t,o={passed:"good",failed:"bad",skipped:"sub"},r=n.map(p=>[d`<td class="tight ${o[p.verdict]}">${p.verdict}</td>
      <td>${p.title}</td>
      <td>${(0,l.fQ)(p.limit??"\u2013")}</td>
      <td>${(0,l.fQ)(p.message)}</td>`]),i=e.latencyMs,u=i===null?null:d` Latency of ${(0,Z.L)(i.count,"request")}: half within ${pt(i.p50)}, 95 % within
        ${pt(i.p95)}, 99 % within ${pt(i.p99)}.`,c=d`<p class="note">
    On ${s.device==="gpu"?"GPU":"CPU"} (${s.name}), runtime ${t.runtime}; ready after
    ${(0,l.p0)(e.readyMs)}, stopped in ${(0,l.p0)(e.stopMs)}.${u}
  </p>`,f=e.details.length===0?null:d`<pre>${e.details.slice(-ft).join(`
`)}</pre>`;return dt("Smoke test",t.summary,d`${c}${at(["Result","Check","Allowed","Seen"],r)}${f}`,t.outcome!=="passed")}a(jt,"smokeDetails");function pt(t){return`${Number(t.toPrecision(3))} ms`}a(pt,"ms");function Lt(t){const{timeline:n,diagnosis:e,apiRequests:s}=t.volatile,o=(0,b.Bx)(n).map(({afterMs:i,event:u})=>[d`<td class="number">${(0,l.p0)(i)}</td>
      <td class="tight"><code>${u.kind}</code></td>
      <td>${(0,l.fQ)(u.message)}</td>`]),r=e.length===0?null:d`<h3>Captured before the candidate was removed</h3>
          <pre>${e.slice(0,ft).join(`
`)}</pre>`;return dt("Events of the rollout",`${(0,Z.L)(n.length,"event")}, ${(0,Z.L)(s,"request")} to the API server`,d`${at([">After","Kind","What happened"],o)}${r}`,!0)}a(Lt,"eventDetails");function Nt({model:t,namespace:n,provider:e,stable:s,candidate:o,strategy:r}){const u=[...s===null?[]:[{role:"stable before",facts:s}],{role:r==="first"?"first":"candidate",facts:o}].map(({role:f,facts:p})=>[d`<td class="tight">${p.name} (${f})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,l.VK)(p.modelDigest)}</code
        >
      </td>`]),c=d`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${n}; traffic is split by the provider ${e};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return dt("Objects",`model ${t} in namespace ${n}`,d`${c}${at(["Revision","Objects","Image","Model"],u)}`,!1)}a(Nt,"objectDetails");function dt(t,n,e,s){return d`<details${s?new F(" open"):null}><summary>${t}<span class="sub">${(0,l.fQ)(n)}</span></summary>${e}</details>`}a(dt,"section");function at(t,n){const e=t.map(i=>i.startsWith(">")?d`<th class="number">${i.slice(1)}</th>`:d`<th>${i}</th>`),s=n.slice(0,ft).map(i=>d`<tr>
        ${i}
      </tr>`),o=n.length-s.length,r=o>0?d`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,l.U9)(o)} more, in the JSON evidence</td>
        </tr>`:null;return d`<table>
    <thead>
      <tr>
        ${e}
      </tr>
    </thead>
    <tbody>
      ${s}${r}
    </tbody>
  </table>`}a(at,"table");function Ct(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}a(Ct,"verdictTone");function Et({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}a(Et,"severityTone");var it=M(76879);function Pt(t,n,e,s){const o={top:26,bottom:174},r={stable:mt(t,"stable"),candidate:mt(t,"candidate")},i=[...r.stable,...r.candidate],u=Math.max(n.slo*1.6,...i.slice(2).map(({running:j})=>j*1.4)),c=(0,T.m4)().domain([0,Math.min(1,u)]).nice(4).range([o.bottom,o.top]).clamp(!0),f=["stable","candidate"],p=[{y:c(n.slo),text:`limit (slo): ${(0,l.KN)(n.slo)}`,class:"ink"}],D=[J(o,e,c.ticks(4).map(j=>({y:c(j),label:(0,l.KN)(j)})),s)];for(const j of f){const k=H(r[j]),X=(0,it.n8)(N=>e.x(N.at),N=>c(N.running))(k);k.length<=200&&D.push(...k.map(N=>Wt(N,e,c,j))),D.push(`<path d="${X??""}" class="line s-${j}"/>`);const Y=k.at(-1);Y!==void 0&&p.push({y:c(Y.running),text:`${j}: ${(0,l.KN)(Y.running)} so far`,class:`f-${j} strong`})}return D.push(C(I,c(n.slo),K,c(n.slo),"line thin dashed s-ink"),E(p,o.top,o.bottom)),z(200,`Share of ${n.title} per arm, over time`,D)}a(Pt,"badEventsChart");function Wt({at:t,tick:n},e,s,o){return n===null?"":`<circle cx="${m(e.x(t))}" cy="${m(s(n))}" r="2.5" class="f-${o} faint"/>`}a(Wt,"dot");function mt(t,n){let e=0,s=0;return t.flatMap(o=>{const r=o[n];return e+=r.total,s+=r.bad,e===0?[]:[{at:Date.parse(o.at),running:s/e,tick:r.total===0?null:r.bad/r.total}]})}a(mt,"points");function Kt(t,n,e,s){const{candidate:o}=n,r={top:26,bottom:204},i=150,u=Ut(t.perSecond,o,e),c=Math.max(1,...u.map(P=>P.stable+P.candidate)),f=Math.max(1,...u.map(({failed:P})=>P)),p=(0,T.m4)().domain([0,c]).nice(3).range([i,r.top]),D=(0,T.m4)().domain([0,f]).range([0,r.bottom-i-22]),j=ht(e),k=Math.max(1,e.x(e.from+j)-e.x(e.from)-1),X=a((P,st,Mt,le)=>Mt-st<.05?"":`<rect x="${m(e.x(P))}" y="${m(st)}" width="${m(k)}" height="${m(Mt-st)}" class="${le}"/>`,"bar"),Y=i+14,N=u.flatMap(P=>[X(P.at,p(P.stable),i,"f-stable"),X(P.at,p(P.stable+P.candidate),p(P.stable),"f-candidate"),X(P.at,Y,Y+(P.failed===0?0:Math.max(2,D(P.failed))),"f-bad")]),nt=u.some(({stable:P})=>P>0),ut=[{y:r.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...nt?[{y:r.top+40,text:`answered by ${n.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:Y+8,text:t.totals.failed===0?"none":`${(0,l.U9)(t.totals.failed)} in all`,class:"f-bad strong"}];return z(230,"Requests of the clients over time, by the revision that answered, and failed ones",[J(r,e,p.ticks(3).map(P=>({y:p(P),label:(0,l.U9)(P)})),s),...N,y(e.x(e.from)-8,Y+12,"failed",{anchor:"end",class:"f-bad strong"}),E(ut,r.top,r.bottom)])}a(Kt,"clientsChart");function ht(t){const n=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(e=>e*1e3).find(e=>n/e<=240)??864e5}a(ht,"binMs");function Ut(t,n,e){const s=new Map,o=ht(e);for(const{at:r,revision:i,ok:u,failed:c}of t){const f=Date.parse(r);if(!(f>=e.from&&f<=e.to))continue;const p=e.from+Math.floor((f-e.from)/o)*o,D=s.get(p)??{at:p,stable:0,candidate:0,failed:0},j=i===n;s.set(p,{at:p,stable:D.stable+(j?0:u),candidate:D.candidate+(j?u:0),failed:D.failed+c})}return[...s.values()]}a(Ut,"bySecond");const Ot=-4,Tt=3;function zt(t,n,e,s,o){const r=n.logRollback/Math.LN10,i=a((c,f,p)=>({label:c,class:"bad",dashed:f,points:[{at:bt(t,s),power:0},...t.map(D=>({at:Date.parse(D.at),power:p(D)/Math.LN10}))]}),"curve"),u=e===null?[]:[{at:Date.parse(e.at),power:Math.min(e.logWorse,e.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return gt("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,c=>c.logWorse),i("bad enough to matter",!0,c=>c.logAboveFloor)],{power:r,label:`roll back at ${$t(n.logRollback)}`,zone:"badzone"},u,s,o)}a(zt,"rollbackChart");function Bt(t,n,e,s,o){const r=[];let i=null,u=bt(t,s);for(const f of t)f.weight!==i&&r.push({at:u,power:0}),i=f.weight,u=Date.parse(f.at),r.push({at:u,power:f.logGood/Math.LN10});const c=e.flatMap(({at:f,label:p})=>{const D=t.findLast(j=>Date.parse(j.at)<=f);return D===void 0?[]:[{at:Date.parse(D.at),power:D.logGood/Math.LN10,label:p,class:"good"}]});return gt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:r}],{power:n.logPromote/Math.LN10,label:`step passes at ${$t(n.logPromote)}`,zone:"goodzone"},c,s,o)}a(Bt,"promotionChart");function gt(t,n,e,s,o,r){const i={top:26,bottom:184},u=n.flatMap(N=>N.points.map(({power:nt})=>nt)),c=Math.min(Math.ceil(e.power)+Tt,Math.max(Math.ceil(e.power+.3),...u.map(N=>Math.ceil(N)))),f=Math.max(Ot,Math.min(-1,...u.map(N=>Math.floor(N)))),p=(0,T.m4)().domain([f,c]).range([i.bottom,i.top]).clamp(!0),D=c-f>8?3:c-f>4?2:1,j=Array.from({length:c-f+1},(N,nt)=>f+nt).filter(N=>N%D===0).map(N=>({y:p(N),label:It(N)})),k=[{y:p(e.power),text:e.label,class:"ink"}],X=n.map(N=>{const nt=H(N.points),ut=nt.at(-1);return ut!==void 0&&k.push({y:p(ut.power),text:N.label,class:`f-${N.class} strong`}),`<path d="${(0,it.n8)(st=>o.x(st.at),st=>p(st.power))(nt)??""}" class="line s-${N.class}${N.dashed?" dashed":""}"/>`}),Y=s.map(N=>Ft(N,o,p));return z(210,t,[`<rect x="${I}" y="${i.top}" width="${K-I}" height="${m(p(e.power)-i.top)}" class="f-${e.zone}"/>`,J(i,o,j,r),C(I,p(e.power),K,p(e.power),"line thin dashed s-ink"),...X,...Y,E(k,i.top,i.bottom)])}a(gt,"chart");function Ft(t,n,e){const s=n.x(t.at),o=s>(I+K)/2;return`<circle cx="${m(s)}" cy="${m(e(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+y(o?s+5:s-5,e(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}a(Ft,"markAt");function bt(t,n){const[e,s]=t;if(e===void 0)return n.from;const o=Date.parse(e.at);return s===void 0?o:Math.max(n.from,o-(Date.parse(s.at)-o))}a(bt,"start");function $t(t){return String(Number(Math.exp(t).toPrecision(2)))}a($t,"value");function It(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),n=>n==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(n)]??"").join("")}`}a(It,"powerOfTen");function Qt(t,n,e,s){const o={top:26,bottom:144},r=(0,T.m4)().domain([0,1]).range([o.bottom,o.top]),i=[{at:e.from,weight:0},...n.weights,{at:e.to,weight:n.weights.at(-1)?.weight??0}],u=(0,it.n8)(k=>e.x(k.at),k=>r(k.weight)).curve(it.UP)(i),f=H(t.filter(k=>k.candidate.total+k.stable.total>0)).map(k=>({at:Date.parse(k.at),share:k.candidate.total/(k.candidate.total+k.stable.total)})),p=(0,it.n8)(k=>e.x(k.at),k=>r(k.share)).curve(it.lU)(f),D=f.length>120?[]:f.map(k=>`<circle cx="${m(e.x(k.at))}" cy="${m(r(k.share))}" r="2.5" class="f-candidate"/>`),j=f.at(-1);return z(170,"Share of the requests that the candidate got, over time",[J(o,e,[0,.5,1].map(k=>({y:r(k),label:(0,l.KN)(k)})),s),`<path d="${u??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,...D,E([{y:r(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...j===void 0?[]:[{y:r(j.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}a(Qt,"splitChart");const ct="since the first live request";function Gt(t){const{rollout:n}=t.evidence;if(n===void 0)return null;const e=(0,b.CR)(n),s=t.clients===void 0?null:Xt(t,n,e);if(e===null)return s;const o=Vt(n,e),r=(0,b.A0)(n),i=n.metrics.find(({metric:c})=>c===r);if(i===void 0)return s;const u=n.metrics.filter(({metric:c})=>c!==r);return d`${s}${Ht(n,e,o)}${wt(n,i,o)}${u.map(c=>qt(n,c,o))}`}a(Gt,"rolloutPlots");function Vt(t,n){const e=Math.max(n.decided,...n.weights.map(({at:r})=>r)),s=(e-n.from)*.04,o=Math.min(e+2.5*s,Math.max(e+s,Date.parse(t.volatile.endedAt)));return g(n.from-s,o,n.from,vt(t,n))}a(Vt,"liveAxis");function vt(t,n){const e=t.candidate.name;return n.weights.map(({at:s,weight:o},r)=>({at:s,label:r===0?`${e} gets ${(0,l.KN)(o)}`:o===0?"back to 0":(0,l.KN)(o)}))}a(vt,"moments");function Ht(t,n,e){const s=(0,b.EN)(t,t.metrics[0]?.metric??""),r=`Traffic of the candidate: ${n.weights.map(({weight:i})=>(0,l.KN)(i)).join(", then ")}`;return lt(r,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Qt(s,n,e,ct))}a(Ht,"splitFigure");function qt(t,n,e){return d`<details>
    <summary>Also judged: ${n.title}<span class="sub">${xt(t,n)}</span></summary>
    ${wt(t,n,e)}
  </details>`}a(qt,"otherMetric");function wt(t,n,e){const s=(0,b.EN)(t,n.metric),o=(0,b.KG)(t,n.metric);return d`${lt(Yt(`${n.title}: ${xt(t,n)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Pt(s,n,e,ct))}${lt(Zt(n,s,o,e),`Solid line: that its odds are more than ${n.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,l.KN)(n.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,zt(s,n,o,e,ct))}${lt(Jt(t,n,s),`That less than ${(0,l.KN)(n.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Bt(s,n,yt(t),e,ct))}`}a(wt,"metricFigures");function xt(t,{metric:n}){const e=(0,b.EN)(t,n),s=a(o=>{const r=e.reduce((u,c)=>u+c[o].total,0),i=e.reduce((u,c)=>u+c[o].bad,0);return r===0?"no requests":`${(0,l.U9)(i)} of ${(0,l.U9)(r)} (${(0,l.KN)(i/r)})`},"sum");return`candidate ${s("candidate")}, stable ${s("stable")}`}a(xt,"shareSentence");function Zt(t,n,e,s){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(e!==null){const i=Date.parse(e.at)-s.x.invert(s.ticks.find(({label:u})=>u==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,l.p0)(i)}`}const r=n.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${r?" on both counts":""}`}a(Zt,"worseTitle");function Jt(t,n,e){const s=Number(Math.exp(n.logPromote).toPrecision(2)),o=yt(t).length;return o>0?`Evidence that the candidate is good enough passed ${s} at ${(0,Z.L)(o,"step")}`:`Evidence that the candidate is good enough ${e.some(i=>i.logGood>=n.logPromote)?"was not sufficient for a step":`never reached ${s}`}`}a(Jt,"goodTitle");function yt(t){const n=t.volatile.timeline.flatMap(({at:e,weight:s})=>s===void 0?[]:[{at:Date.parse(e),weight:s}]);return n.flatMap(({at:e,weight:s},o)=>{const r=n[o-1];return r!==void 0&&r.weight>0&&s>r.weight?[{at:e,label:`${(0,l.KN)(r.weight)} step passes`}]:[]})}a(yt,"passedSteps");function Xt({clients:t},n,e){if(t===void 0||t.perSecond.length===0)return null;const s=t.perSecond.map(({at:D})=>Date.parse(D)),o=Math.min(...s),r=g(o,Math.max(...s)+1e3,e?.from??o,e===null?[]:vt(n,e)),{requests:i,failed:u}=t.totals,c=`What the clients saw: ${(0,Z.L)(i,"request")}, ${u===0?"not one failed":`${(0,l.U9)(u)} failed`}`,f=ht(r)/1e3,p=`Answers per ${f===1?"second":`${f} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return lt(c,p,Kt(t,{candidate:n.candidate.name,stable:n.stable?.name??null},r,e===null?"since the rollout began":ct))}a(Xt,"clientsFigure");function lt(t,n,e){return d`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${n}</div>
    </figcaption>
    ${e}
  </figure>`}a(lt,"figure");function Yt(t){return t.charAt(0).toUpperCase()+t.slice(1)}a(Yt,"capital");function te(t,n){const{evidence:e}=t,{validate:s,build:o,smoke:r,rollout:i}=e,{word:u,tone:c}=(0,A.CL)(e),{name:f,about:p}=(0,G.G)(t),D=(0,A.o6)(e),j=e.stopped?.error.hint??null,k=[...j===null?[]:[j],...i===void 0?[]:(0,A.QA)(i)];return d`<section class="run" id="run-${n+1}">
    <h2>${f}${w(u,c)}</h2>
    ${p===""?null:d`<p class="sub about">${p}</p>`}
    <p class="lead">${(0,A.W0)(e)}</p>
    ${k.length===0?null:d`<ul class="reasons">
            ${k.map(X=>d`<li>${X}</li>`)}
          </ul>`}
    ${(i?.volatile.thresholdRules??[]).map(({message:X})=>d`<p class="sub about">For comparison: ${X}</p>`)}
    ${ne(t)}
    ${D.length===0?null:d`<figure>
            <figcaption><h4>${ee(t)}</h4></figcaption>
            ${rt(D)}
          </figure>`}
    ${Gt(t)}
    <h3>Details</h3>
    ${i===void 0?null:Lt(i)} ${s===void 0?null:Dt(s)}
    ${o===void 0?null:Rt(o)} ${r===void 0?null:jt(r)}
    ${i===void 0?null:Nt(i)}
  </section>`}a(te,"runSection");function ee({evidence:t}){const n=(0,l.p0)((0,A.sW)(t)),{rollout:e}=t;return e?.outcome==="passed"&&!(0,A._5)(e)?`From model to all traffic in ${n}`:`Where the time went: ${n}`}a(ee,"stagesTitle");function ne(t){const{validate:n,build:e,smoke:s,rollout:o}=t.evidence,r=[];if(o!==void 0&&(0,b.CR)(o)!==null){const{candidate:i}=o.volatile.totals,u=o.volatile.timeline.flatMap(({weight:c,kind:f})=>c===void 0||f==="promoted"?[]:[c]);(0,b.QW)(o)&&r.push(["from the first live request to the decision",R(t)]),r.push(["requests the candidate served as a canary",(0,l.U9)(i.requests)]),r.push(["of them failed",(0,l.U9)(i.errors)]),r.push(["largest share of traffic before the decision",(0,l.KN)(Math.max(0,...u))])}if(n!==void 0&&r.push(["model",(0,l.ee)(n.model.bytes)]),e!==void 0&&r.push(["image",(0,l.ee)(e.image.bytes)]),s!==void 0){const i=s.checks.filter(({verdict:c})=>c==="passed").length,u=s.checks.filter(({verdict:c})=>c!=="skipped").length;r.push(["smoke checks passed",`${i} of ${u}`])}return r.length===0?null:d`<dl class="figures">
    ${r.map(([i,u])=>d`<div>
          <dt>${i}</dt>
          <dd>${u}</dd>
        </div>`)}
  </dl>`}a(ne,"figures");const oe=new F(`<style>
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
td.tight code { white-space: nowrap; }
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
@media (max-width: 640px) { main { padding: 20px 12px 40px; } section.run { padding: 20px 16px; } .outcomes { padding: 4px 14px; overflow-x: auto; } }
@media print {
  :root { color-scheme: light; --page: #fff; } body { font-size: 12px; } main { max-width: none; padding: 0; }
  section.run { border: 0; padding: 0; margin-top: 0; break-before: page; border-radius: 0; } section.run:first-of-type { break-before: auto; margin-top: 24px; } details::details-content { content-visibility: visible; height: auto; } summary { list-style: none; }
  tr { break-inside: avoid; } .chart svg { min-width: 0; } h3, summary { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>`);function ae(t){const n=se(t);return d`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${n}</title>
        ${oe}
      </head>
      <body>
        <main>
          <header>
            <h1>${n}</h1>
            ${re(t)}
          </header>
          ${h(t)} ${t.map((s,o)=>te(s,o))}
          <footer>
            Made by ${ie(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}a(ae,"htmlReport");function se(t){const n=t.flatMap(({evidence:r})=>(0,A.ZL)(r))[0]?.project??"ml-deploy",e=t.map(r=>({name:(0,G.G)(r).name,word:(0,A.CL)(r.evidence).word})),[s,...o]=e;return s===void 0?`${n}: no runs`:o.length===0?`${s.name}: ${s.word}`:`${n}: ${e.map(({name:r,word:i})=>`${r} ${i}`).join(", ")}`}a(se,"headline");function re(t){const e=t.flatMap(({evidence:r})=>(0,A.ZL)(r))[0],s=t.map(({evidence:r})=>r.rollout).find(r=>r!==void 0);if(e===void 0)return null;const o=[(0,l.n$)(e.volatile.startedAt),e.environment===null?null:`environment ${e.environment}`,s===void 0?null:`namespace ${s.namespace}`,s===void 0?null:`traffic split by ${s.provider}`,`run on ${e.volatile.host}`];return d`<p class="sub">${o.filter(r=>r!==null).join(" \xB7 ")}</p>`}a(re,"subtitle");function ie(t){const n=new Set(t.flatMap(({evidence:e})=>(0,A.ZL)(e)).map(e=>e.volatile.engine));return n.size===0?"ml-deploy":[...n].join(", ")}a(ie,"engines");var de=M(63021);async function ce(t,n){await(0,L.mkdir)(t,{recursive:!0});const e={html:(0,x.join)(t,"report.html"),markdown:(0,x.join)(t,"report.md")};return await kt(e.html,ae(n)),await kt(e.markdown,(0,de.markdownReport)(n)),e}a(ce,"writeReports");async function kt(t,n){const e=`${t}.${process.pid}.tmp`;await(0,L.writeFile)(e,n),await(0,L.rename)(e,t)}a(kt,"replace")})};export{pe as id,he as ids,me as modules};
