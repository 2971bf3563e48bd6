var ue=Object.defineProperty;var a=(tt,O)=>ue(tt,"name",{value:O,configurable:!0});const pe=2572,me=[2572,3021],he={46505:((tt,O,M)=>{M.d(O,{L:a(()=>j,"L")});function j(x,l,R=`${l}s`){return`${x.toLocaleString("en-US")} ${x===1?l:R}`}a(j,"plural")}),87703:((tt,O,M)=>{M.d(O,{KN:a(()=>I,"KN"),U9:a(()=>B,"U9"),VK:a(()=>F,"VK"),ee:a(()=>R,"ee"),fQ:a(()=>H,"fQ"),n$:a(()=>S,"n$"),p0:a(()=>x,"p0")});const j="\xA0";function x(d){if(!Number.isFinite(d)||d<0)return"unknown";if(d<1e3)return`${Math.round(d)}${j}ms`;if(d<9950)return`${(d/1e3).toFixed(1)}${j}s`;const $=Math.round(d/1e3);return $<60?`${$}${j}s`:$<3600?l(Math.floor($/60),"min",$%60,"s"):l(Math.floor($/3600),"h",Math.round($%3600/60),"min")}a(x,"duration");function l(d,$,b,K){return b===0?`${d}${j}${$}`:`${d}${j}${$} ${b}${j}${K}`}a(l,"join");function R(d){const $=["B","kB","MB","GB","TB"];let b=d,K=0;for(;b>=999.5&&K<$.length-1;)b/=1e3,K+=1;return`${K>0&&b<99.95?b.toFixed(1):b.toFixed(0)}${j}${$[K]??""}`}a(R,"bytes");function I(d){const $=d*100;return $===0||$>=100?`${$.toFixed(0)}${j}%`:`${Number($.toPrecision($>=10?3:2))}${j}%`}a(I,"percent");function B(d){return d.toLocaleString("en-US")}a(B,"count");function F(d){return d.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}a(F,"shortDigest");function H(d){return d.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}a(H,"shortenDigests");function S(d){const $=Date.parse(d);return Number.isNaN($)?d:`${new Date($).toISOString().slice(0,19).replace("T"," ")} UTC`}a(S,"moment")}),86078:((tt,O,M)=>{M.d(O,{A0:a(()=>F,"A0"),Bx:a(()=>H,"Bx"),CR:a(()=>x,"CR"),EN:a(()=>I,"EN"),KG:a(()=>B,"KG"),QW:a(()=>l,"QW"),_C:a(()=>R,"_C")});var j=M(87703);function x({volatile:S}){const d=S.timeline.flatMap(({at:m,weight:v})=>v===void 0?[]:[{at:Date.parse(m),weight:v}]),$=d.find(({weight:m})=>m>0);if($===void 0||S.ticks.length===0)return null;const b=S.ticks.map(({at:m})=>Date.parse(m)),et=S.timeline.filter(({kind:m})=>m==="decision").map(({at:m})=>Date.parse(m)).at(-1)??Math.max(...b);return{from:$.at,decided:et,weights:d}}a(x,"livePhase");function l({decision:S,volatile:d}){return(S==="promote"||S==="rollback")&&d.totals.candidate.requests>0}a(l,"wasDecided");function R(S,{from:d,decided:$}){const b=(0,j.p0)($-d);return S.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${b} at its share of the traffic`:l(S)?`decided ${b} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[S.decision]} ${b} after the first live request`}a(R,"decisionWords");function I(S,d){return S.volatile.ticks.filter($=>$.metric===d)}a(I,"ticksOf");function B(S,d){const $=S.metrics.find(K=>K.metric===d);if($===void 0)return null;const b=a(K=>Math.min(K.logWorse,K.logAboveFloor)>=$.logRollback,"due");return I(S,d).find(b)??null}a(B,"rollbackTick");function F(S){return(S.metrics.find(({metric:$})=>B(S,$)!==null)??S.metrics[0])?.metric??null}a(F,"decidingMetric");function H(S){const d=Date.parse(S[0]?.at??"");return S.map($=>({afterMs:Date.parse($.at)-d,event:$}))}a(H,"sinceStart")}),63021:((tt,O,M)=>{M.d(O,{markdownReport:a(()=>d,"markdownReport")});var j=M(46505),x=M(87703),l=M(86078),R=M(65102),I=M(42639),B=M(35944);const F=1024*1024-64*1024,H=100,S={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function d(h){const w=h.flatMap(_=>{const{validate:g,build:y,smoke:E,rollout:P}=_.evidence;return[K(_),...P===void 0?[]:[et(P)],...g===void 0?[]:[v(g)],...E===void 0?[]:[C(E)],...y===void 0?[]:[Q(y)],...P===void 0?[]:[T(P)]]});return $(w.filter(_=>_!==""))}a(d,"markdownReport");function $(h){const w=[];let _=200;for(const[g,y]of h.entries()){if(_+=Buffer.byteLength(y)+1,_>F){w.push(`_${(0,j.L)(h.length-g,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}w.push(y)}return w.join(`
`)}a($,"fit");function b(h){return(0,B.R)(h,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,w=>`&#${w.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,w=>`${w.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(w,_,g)=>`${_}${g.slice(0,-1)}&#${g.codePointAt(g.length-1)??0};`)}a(b,"escapeMarkdown");function K(h){const{evidence:w}=h,{word:_,tone:g}=(0,R.CL)(w),{name:y,about:E}=(0,I.G)(h),P=(0,R.o6)(w).map(({stage:V,outcome:rt,ms:q,summary:ot})=>[V,rt,(0,x.p0)(q),(0,x.fQ)(ot)]),J=w.rollout===void 0?[]:(0,R.QA)(w.rollout),G=w.stopped?.error.hint??null,z=[...G===null?[]:[G],...J].map(V=>`- ${b(V)}
`).join("");return`## ${S[g]} ${b(y)}: ${b(_)}

${E===""?"":`${b(E)}

`}${b((0,R.W0)(w))}

${z}${z===""?"":`
`}${Z(["Stage","Outcome","Time","Summary"],P)}
All stages together: ${(0,x.p0)((0,R.sW)(w))}
`}a(K,"heading");function et(h){const w=(0,l.CR)(h);if(w===null)return"";const{totals:_}=h.volatile,g=h.metrics.map(y=>{const E=(0,l.EN)(h,y.metric).at(-1),P=a((G,z)=>G===void 0?"\u2013":`${m(G)} of ${m(z)}`,"value"),J=["candidate","stable"].map(G=>{const z=(0,l.EN)(h,y.metric),V=z.reduce((q,ot)=>q+ot[G].total,0),rt=z.reduce((q,ot)=>q+ot[G].bad,0);return V===0?"no requests":`${(0,x.U9)(rt)} of ${(0,x.U9)(V)} (${(0,x.KN)(rt/V)})`});return[y.title,(0,x.KN)(y.slo),...J,P(E?.logWorse,y.logRollback),P(E?.logAboveFloor,y.logRollback),P(E?.logGood,y.logPromote)]});return`### Canary

The candidate ${b(h.candidate.name)} served ${(0,j.L)(_.candidate.requests,"request")}, ${(0,x.U9)(_.candidate.errors)} of them failed; ${(0,l._C)(h,w)}.

`+Z(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],g)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(h.volatile.thresholdRules??[]).map(({message:y})=>`
For comparison: ${b(y)}
`).join("")}a(et,"canary");function m(h){const w=Math.exp(Math.min(h,700));return w>=1e3||w<.01?w.toExponential(1).replace("e+","e"):String(Number(w.toPrecision(2)))}a(m,"evidenceValue");function v({model:h,verdict:w}){const _=h.files.flatMap(y=>y.findings.map(({severity:E,rule:P,member:J,offset:G,message:z,hint:V})=>[E,P,`${y.path}${J===void 0?"":`, member ${J}`}${G===null?"":`, byte ${(0,x.U9)(G)}`}`,`${A(z)} ${V}`])),g=`Model: ${w}, ${(0,j.L)(h.files.length,"file")}, ${(0,x.ee)(h.bytes)}, ${(0,x.VK)(h.digest)}`;return _.length===0?`### ${b(g)}
`:`### ${b(g)}

${Z(["Severity","Rule","Where","What"],_)}`}a(v,"findings");function A(h){return/[.!?]$/.test(h)?h:`${h}.`}a(A,"sentence");function C(h){const w=h.checks.map(_=>[_.verdict,_.title,(0,x.fQ)(_.limit??"\u2013"),(0,x.fQ)(_.message)]);return U(`Smoke test: ${h.summary}`,Z(["Result","Check","Allowed","Seen"],w))}a(C,"checks");function Q({image:h}){const w=h.layers.map(g=>[g.kind,g.title,(0,x.ee)(g.bytes),(0,x.VK)(g.digest)]),_=Z(["Holds","What","Size","Digest"],w);return U(`Image: ${(0,x.ee)(h.bytes)}, ${h.reference}`,_)}a(Q,"image");function T(h){const{timeline:w,diagnosis:_}=h.volatile,g=(0,l.Bx)(w).map(({afterMs:E,event:P})=>[(0,x.p0)(E),P.kind,(0,x.fQ)(P.message)]),y=_.slice(0,H).map(E=>`- ${b(E)}
`).join("");return U("Events of the rollout",`${Z(["After","Kind","What happened"],g)}${y===""?"":`
Captured before the candidate was removed:

${y}`}`)}a(T,"events");function U(h,w){return`<details><summary>${b(h)}</summary>

${w}
</details>
`}a(U,"folded");function Z(h,w){const _=a(E=>`| ${E.map(P=>b(P)).join(" | ")} |
`,"line"),g=w.length-H,y=g>0?`
and ${(0,x.U9)(g)} more, in the JSON evidence
`:"";return _(h)+_(h.map(()=>"---"))+w.slice(0,H).map(_).join("")+y}a(Z,"table")}),65102:((tt,O,M)=>{M.d(O,{CL:a(()=>R,"CL"),KL:a(()=>H,"KL"),QA:a(()=>d,"QA"),W0:a(()=>S,"W0"),ZL:a(()=>l,"ZL"),_5:a(()=>F,"_5"),o6:a(()=>K,"o6"),sW:a(()=>et,"sW")});var j=M(478),x=M(87703);function l({validate:m,build:v,smoke:A,rollout:C}){return[m,v,A,C].filter(Q=>Q!==void 0)}a(l,"stagesOf");function R(m){if(m.stopped!==void 0)return I(m.stopped);const v=l(m).at(-1);if(v===void 0)return{word:"did not start",tone:"waiting"};if(v.stage==="rollout")return B(v);const A={validate:"validated",build:"built",smoke:"smoke-tested"}[v.stage];switch(v.outcome){case"passed":return{word:A,tone:"good"};case"failed":return{word:`refused by ${v.stage}`,tone:"bad"};case"error":return{word:`error in ${v.stage}`,tone:"trouble"};default:return{word:`${v.stage} ${v.outcome}`,tone:"waiting"}}}a(R,"runOutcome");function I({stage:m,error:v}){return v.kind==="interrupted"?{word:`interrupted in ${m}`,tone:"trouble"}:v.kind==="model"?{word:`refused by ${m}`,tone:"bad"}:{word:`error in ${m}`,tone:"trouble"}}a(I,"stoppedOutcome");function B(m){const{outcome:v,decision:A,strategy:C,stable:Q,volatile:T}=m;return v==="error"?{word:"stopped by an error",tone:"trouble"}:v==="held"||A==="held"?{word:"held",tone:"waiting"}:v==="failed"?{word:C==="first"?"failed":"rolled back",tone:"bad"}:v==="inconclusive"?{word:A==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:F(m)?{word:`${T.timeline.some(({kind:h})=>h==="settled")?"settings changed, the release stays":"nothing to do"}: ${Q?.name??""} already serves`,tone:"good"}:{word:C==="first"?"deployed":C==="adopt"?"adopted":"promoted",tone:"good"}}a(B,"rolloutOutcome");function F({outcome:m,decision:v,stable:A,candidate:C}){return m==="passed"&&v==="none"&&A?.name===C.name}a(F,"isUnchanged");function H(m){const{stopped:v}=m;return(0,x.fQ)(v?.error.message??l(m).at(-1)?.summary??"No stage has run.")}a(H,"runSummary");function S(m){const{stopped:v,rollout:A}=m;return v!==void 0||A===void 0?H(m):(0,x.fQ)($(A))}a(S,"runLead");function d({summary:m,reasons:v}){return v.filter(A=>A!==m)}a(d,"furtherReasons");function $(m){return d(m).reduce((v,A)=>v.replace(`: ${A}`,".").replace(` ${A}`,""),m.summary)}a($,"withoutReasons");function b(m){return m.stage==="rollout"?$(m):m.stage!=="smoke"?m.summary:m.checks.filter(({verdict:A})=>A==="failed").reduce((A,{title:C,message:Q})=>A.replace(` ${C}: ${Q}`,""),m.summary)}a(b,"shortSummary");function K(m){const{stopped:v}=m;return j.Xs.flatMap(A=>{const C=m[A];if(v?.stage===A){const{startedAt:U,endedAt:Z,error:h}=v,w=h.kind==="interrupted"?"interrupted":h.kind==="model"?"failed":"error";return{stage:A,outcome:w,ms:Date.parse(Z)-Date.parse(U),summary:h.message}}if(C===void 0)return[];const Q=Date.parse(C.volatile.endedAt)-Date.parse(C.volatile.startedAt),T=b(C);return{stage:A,outcome:C.outcome,ms:Q,summary:T}})}a(K,"stageSpans");function et(m){return K(m).reduce((v,{ms:A})=>v+(Number.isFinite(A)?A:0),0)}a(et,"runDurationMs")}),42639:((tt,O,M)=>{M.d(O,{G:a(()=>j,"G")});function j({title:x}){const[l="",...R]=x.split(": ");return{name:l,about:R.join(": ")}}a(j,"titleOf")}),35944:((tt,O,M)=>{M.d(O,{R:a(()=>x,"R")});const j=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function x(l,R=!1){return(R?l.replaceAll(/[\r\n\t]+/g," "):l.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(j,B=>B===`
`||B==="	"?B:`\\u${(B.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}a(x,"visible")}),72572:((tt,O,M)=>{M.d(O,{writeReports:a(()=>ce,"writeReports")});var j=M(51455),x=M(76760),l=M(87703),R=M(65102),I=M(42639),B=M(35944);class F{static{a(this,"Markup")}source;constructor(n){this.source=n}}const H={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function S(t){return(0,B.R)(t).replaceAll(/[&<>"'`]/g,n=>H[n]??"")}a(S,"escapeHtml");function d(t,...n){const e=t.map((s,o)=>s+(o<n.length?$(n[o]??null):""));return new F(e.join(""))}a(d,"html");function $(t){return t===null?"":t instanceof F?t.source:typeof t=="string"||typeof t=="number"?S(String(t)):t.map(n=>$(n)).join("")}a($,"render");var b=M(86078);const K={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function et(t,n){const e=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${K[n]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return d`<span class="badge ${n}">${new F(e)}${t}</span>`}a(et,"badge");function m(t){const n=t.map((e,s)=>{const{word:o,tone:r}=(0,R.CL)(e.evidence);return d`<tr>
      <td class="name"><a href="#run-${s+1}">${(0,I.G)(e).name}</a></td>
      <td>${et(o,r)}</td>
      <td>${(0,R.KL)(e.evidence)}</td>
      <td class="number">${v(e)}</td>
      <td class="number">${A(e)}</td>
      <td class="number">${(0,l.p0)((0,R.sW)(e.evidence))}</td>
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
  </div>`}a(m,"outcomeTable");function v({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const n=(0,b.CR)(t);if(n===null||!(0,b.QW)(t))return"\u2013";const e=t.metrics.flatMap(({metric:o})=>{const r=(0,b.KG)(t,o);return r===null?[]:[Date.parse(r.at)]}),s=t.decision==="rollback"&&e.length>0?Math.min(...e):n.decided;return(0,l.p0)(s-n.from)}a(v,"decidedAfter");function A({evidence:{rollout:t},clients:n}){if(t===void 0)return"\u2013";if(n===void 0)return(0,b.CR)(t)===null?"\u2013":(0,l.U9)(t.volatile.totals.candidate.errors);const e=n.perSecond.filter(({revision:s})=>s!==t.stable?.name);return(0,l.U9)(e.reduce((s,{failed:o})=>s+o,0))}a(A,"harmed");var C=M(25602);const Q=1e3,T=56,U=790,Z=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function h(t,n,e,s=[]){const o=n>t?n:t+1e3,r=(0,C.m4)().domain([t,o]).range([T,U]),i=(o-t)/1e3,u=Z.find(f=>i/f<=9)??Math.ceil(i/8/86400)*86400,c=[];for(let f=Math.ceil((t-e)/1e3/u)*u;f<=(o-e)/1e3;f+=u)c.push({x:r(e+f*1e3),label:w(f,u)});return{x:r,ticks:c,from:t,to:o,marks:s.filter(({at:f})=>f>=t&&f<=o)}}a(h,"timeAxis");function w(t,n){return t===0?"0":n<60?`${_(t)} s`:n<3600?`${_(t/60)} min`:`${_(Number((t/3600).toFixed(1)))} h`}a(w,"clock");function _(t){return String(t).replace("-","\u2212")}a(_,"minus");function g(t){return String(Math.round(t*10)/10)}a(g,"n");function y(t,n,e,s={}){const o=s.anchor===void 0||s.anchor==="start"?"":` text-anchor="${s.anchor}"`,r=s.class===void 0?"":` class="${s.class}"`;return`<text x="${g(t)}" y="${g(n)}"${o}${r}>${S(e)}</text>`}a(y,"frame_text");function E(t,n,e,s,o){return`<line x1="${g(t)}" y1="${g(n)}" x2="${g(e)}" y2="${g(s)}" class="${o}"/>`}a(E,"rule");function P(t,n,e){const o=t.toSorted((i,u)=>i.y-u.y).map(i=>({...i,at:Math.max(i.y,n+4)}));for(let i=1;i<o.length;i++){const[u,c]=[o[i-1],o[i]];u!==void 0&&c!==void 0&&(c.at=Math.max(c.at,u.at+15))}let r=e-4;for(const i of o.toReversed())i.at=Math.min(i.at,r),r=i.at-15;return o.map(i=>y(U+12,i.at+4,i.text,{class:i.class})).join("")}a(P,"sideLabels");function J(t,n,e,s){const o=e.map(({y:i,label:u})=>E(T,i,U,i,"grid")+y(T-8,i+4,u,{anchor:"end"})),r=n.ticks.map(({x:i,label:u})=>E(i,t.bottom,i,t.bottom+4,"axis")+y(i,t.bottom+18,u,{anchor:"middle"}));return[...o,...n.marks.map(({at:i})=>E(n.x(i),t.top,n.x(i),t.bottom,"event")),...G(n,t.top-7),E(T,t.bottom,U,t.bottom,"axis"),...r,y(U+12,t.bottom+18,s)].join("")}a(J,"frame_frame");function G(t,n){let e=0;return t.marks.map(({at:s,label:o})=>{const r=Math.max(t.x(s)-4,e);return e=r+7*o.length+10,y(r,n,o,{class:"ink"})})}a(G,"momentLabels");function z(t,n,e){return new F(`<div class="chart"><svg viewBox="0 0 ${Q} ${g(t)}" role="img" aria-label="${S(n)}">${e.join("")}</svg></div>`)}a(z,"drawing");function V(t,n=800){if(t.length<=n)return[...t];const e=Math.ceil(t.length/n);return t.filter((s,o)=>o%e===0||o===t.length-1)}a(V,"thin");function rt(t){let n=0;const e=t.map(u=>{const c=n;return n+=u.ms,{stage:u,from:c,to:n}}),s=T+30,o=(0,C.m4)().domain([0,Math.max(n,1)]).range([s,U]),r=24,i=e.flatMap(({stage:u,from:c,to:f},p)=>{const D=4+p*r,N=Math.max(3,o(f)-o(c)),k={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[u.outcome];return[y(s-10,D+14,u.stage,{anchor:"end",class:"ink"}),E(s,D+10,U,D+10,"grid"),`<rect x="${g(o(c))}" y="${g(D+2)}" width="${g(N)}" height="16" rx="3" class="${k}"/>`,y(U+12,D+14,`${u.outcome}, ${(0,l.p0)(f-c)}`,{class:"ink"})]});return z(8+r*e.length,"Time that each stage took",i)}a(rt,"stagesChart");var q=M(46505);function ot(t){const e=["base","dependencies","code","weights","other"].map(c=>({kind:c,size:t.filter(f=>f.kind===c).reduce((f,p)=>f+p.bytes,0)})).filter(({size:c})=>c>0),s=e.reduce((c,{size:f})=>c+f,0),o=(0,C.m4)().domain([0,Math.max(1,s)]).range([0,Q]);let r=0;const i=e.map(({kind:c,size:f})=>{const p=o(r);return r+=f,{kind:c,from:p,wide:Math.max(2,o(f)-1.5),label:`${c} ${(0,l.ee)(f)}`,at:p}});_t(i);const u=i.flatMap(({kind:c,from:f,wide:p,label:D,at:N})=>[`<rect x="${g(f)}" y="2" width="${g(p)}" height="22" rx="2" class="k-${c}"/>`,y(N,41,D,{class:"ink"})]);return z(48,"Sizes of the image by what they hold",u)}a(ot,"layersChart");function _t(t){const n=a(({label:o})=>7.2*o.length+14,"room");let e=0;for(const o of t)o.at=Math.max(o.at,e),e=o.at+n(o);let s=Q+14;for(const o of t.toReversed())o.at=Math.min(o.at,s-n(o)),s=o.at}a(_t,"spread");const ft=200;function Dt(t){const n=t.model.files.flatMap(o=>o.findings.map(r=>({file:o.path,finding:r}))),e=at(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[d`<td>${o.path}</td>
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
  </p>`;return dt("Image",`${(0,l.ee)(n.bytes)} in ${(0,q.L)(n.layers.length,"layer")}`,d`${ot(n.layers)}${o}${at(["Holds","What",">Size","Digest"],s)}`,t.outcome!=="passed")}a(Rt,"imageDetails");function Nt(t){const{checks:n,volatile:e,hardware:s}=t,o={passed:"good",failed:"bad",skipped:"sub"},r=n.map(p=>[d`<td class="tight ${o[p.verdict]}">${p.verdict}</td>
      <td>${p.title}</td>
      <td>${(0,l.fQ)(p.limit??"\u2013")}</td>
      <td>${(0,l.fQ)(p.message)}</td>`]),i=e.latencyMs,u=i===null?null:d` Latency of ${(0,q.L)(i.count,"request")}: half within ${pt(i.p50)}, 95 % within
        ${pt(i.p95)}, 99 % within ${pt(i.p99)}.`,c=d`<p class="note">
    On ${s.device==="gpu"?"GPU":"CPU"} (${s.name}), runtime ${t.runtime}; ready after
    ${(0,l.p0)(e.readyMs)}, stopped in ${(0,l.p0)(e.stopMs)}.${u}
  </p>`,f=e.details.length===0?null:d`<pre>${e.details.slice(-ft).join(`
`)}</pre>`;return dt("Smoke test",t.summary,d`${c}${at(["Result","Check","Allowed","Seen"],r)}${f}`,t.outcome!=="passed")}a(Nt,"smokeDetails");function pt(t){return`${Number(t.toPrecision(3))} ms`}a(pt,"ms");function jt(t){const{timeline:n,diagnosis:e,apiRequests:s}=t.volatile,o=(0,b.Bx)(n).map(({afterMs:i,event:u})=>[d`<td class="number">${(0,l.p0)(i)}</td>
      <td class="tight"><code>${u.kind}</code></td>
      <td>${(0,l.fQ)(u.message)}</td>`]),r=e.length===0?null:d`<h3>Captured before the candidate was removed</h3>
          <pre>${e.slice(0,ft).join(`
`)}</pre>`;return dt("Events of the rollout",`${(0,q.L)(n.length,"event")}, ${(0,q.L)(s,"request")} to the API server`,d`${at([">After","Kind","What happened"],o)}${r}`,!0)}a(jt,"eventDetails");function Lt({model:t,namespace:n,provider:e,stable:s,candidate:o,strategy:r}){const u=[...s===null?[]:[{role:"stable before",facts:s}],{role:r==="first"?"first":"candidate",facts:o}].map(({role:f,facts:p})=>[d`<td class="tight">${p.name} (${f})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,l.VK)(p.modelDigest)}</code
        >
      </td>`]),c=d`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${n}; traffic is split by the provider ${e};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return dt("Objects",`model ${t} in namespace ${n}`,d`${c}${at(["Revision","Objects","Image","Model"],u)}`,!1)}a(Lt,"objectDetails");function dt(t,n,e,s){return d`<details${s?new F(" open"):null}><summary>${t}<span class="sub">${(0,l.fQ)(n)}</span></summary>${e}</details>`}a(dt,"section");function at(t,n){const e=t.map(i=>i.startsWith(">")?d`<th class="number">${i.slice(1)}</th>`:d`<th>${i}</th>`),s=n.slice(0,ft).map(i=>d`<tr>
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
  </table>`}a(at,"table");function Ct(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}a(Ct,"verdictTone");function Et({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}a(Et,"severityTone");var it=M(76879);function Pt(t,n,e,s){const o={top:26,bottom:174},r={stable:ht(t,"stable"),candidate:ht(t,"candidate")},i=[...r.stable,...r.candidate],u=Math.max(n.slo*1.6,...i.slice(2).map(({running:N})=>N*1.4)),c=(0,C.m4)().domain([0,Math.min(1,u)]).nice(4).range([o.bottom,o.top]).clamp(!0),f=["stable","candidate"],p=[{y:c(n.slo),text:`limit (slo): ${(0,l.KN)(n.slo)}`,class:"ink"}],D=[J(o,e,c.ticks(4).map(N=>({y:c(N),label:(0,l.KN)(N)})),s)];for(const N of f){const k=V(r[N]),X=(0,it.n8)(L=>e.x(L.at),L=>c(L.running))(k);k.length<=200&&D.push(...k.map(L=>Wt(L,e,c,N))),D.push(`<path d="${X??""}" class="line s-${N}"/>`);const Y=k.at(-1);Y!==void 0&&p.push({y:c(Y.running),text:`${N}: ${(0,l.KN)(Y.running)} so far`,class:`f-${N} strong`})}return D.push(E(T,c(n.slo),U,c(n.slo),"line thin dashed s-ink"),P(p,o.top,o.bottom)),z(200,`Share of ${n.title} per arm, over time`,D)}a(Pt,"badEventsChart");function Wt({at:t,tick:n},e,s,o){return n===null?"":`<circle cx="${g(e.x(t))}" cy="${g(s(n))}" r="2.5" class="f-${o} faint"/>`}a(Wt,"dot");function ht(t,n){let e=0,s=0;return t.flatMap(o=>{const r=o[n];return e+=r.total,s+=r.bad,e===0?[]:[{at:Date.parse(o.at),running:s/e,tick:r.total===0?null:r.bad/r.total}]})}a(ht,"points");function Kt(t,n,e,s){const{candidate:o}=n,r={top:26,bottom:204},i=150,u=Ut(t.perSecond,o,e),c=Math.max(1,...u.map(W=>W.stable+W.candidate)),f=Math.max(1,...u.map(({failed:W})=>W)),p=(0,C.m4)().domain([0,c]).nice(3).range([i,r.top]),D=(0,C.m4)().domain([0,f]).range([0,r.bottom-i-22]),N=mt(e),k=Math.max(1,e.x(e.from+N)-e.x(e.from)-1),X=a((W,st,Mt,le)=>Mt-st<.05?"":`<rect x="${g(e.x(W))}" y="${g(st)}" width="${g(k)}" height="${g(Mt-st)}" class="${le}"/>`,"bar"),Y=i+14,L=u.flatMap(W=>[X(W.at,p(W.stable),i,"f-stable"),X(W.at,p(W.stable+W.candidate),p(W.stable),"f-candidate"),X(W.at,Y,Y+(W.failed===0?0:Math.max(2,D(W.failed))),"f-bad")]),nt=u.some(({stable:W})=>W>0),ut=[{y:r.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...nt?[{y:r.top+40,text:`answered by ${n.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:Y+8,text:t.totals.failed===0?"none":`${(0,l.U9)(t.totals.failed)} in all`,class:"f-bad strong"}];return z(230,"Requests of the clients over time, by the revision that answered, and failed ones",[J(r,e,p.ticks(3).map(W=>({y:p(W),label:(0,l.U9)(W)})),s),...L,y(e.x(e.from)-8,Y+12,"failed",{anchor:"end",class:"f-bad strong"}),P(ut,r.top,r.bottom)])}a(Kt,"clientsChart");function mt(t){const n=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(e=>e*1e3).find(e=>n/e<=240)??864e5}a(mt,"binMs");function Ut(t,n,e){const s=new Map,o=mt(e);for(const{at:r,revision:i,ok:u,failed:c}of t){const f=Date.parse(r);if(!(f>=e.from&&f<=e.to))continue;const p=e.from+Math.floor((f-e.from)/o)*o,D=s.get(p)??{at:p,stable:0,candidate:0,failed:0},N=i===n;s.set(p,{at:p,stable:D.stable+(N?0:u),candidate:D.candidate+(N?u:0),failed:D.failed+c})}return[...s.values()]}a(Ut,"bySecond");const Ot=-4,Tt=3;function zt(t,n,e,s,o){const r=n.logRollback/Math.LN10,i=a((c,f,p)=>({label:c,class:"bad",dashed:f,points:[{at:$t(t,s),power:0},...t.map(D=>({at:Date.parse(D.at),power:p(D)/Math.LN10}))]}),"curve"),u=e===null?[]:[{at:Date.parse(e.at),power:Math.min(e.logWorse,e.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return gt("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,c=>c.logWorse),i("bad enough to matter",!0,c=>c.logAboveFloor)],{power:r,label:`roll back at ${bt(n.logRollback)}`,zone:"badzone"},u,s,o)}a(zt,"rollbackChart");function Bt(t,n,e,s,o){const r=[];let i=null,u=$t(t,s);for(const f of t)f.weight!==i&&r.push({at:u,power:0}),i=f.weight,u=Date.parse(f.at),r.push({at:u,power:f.logGood/Math.LN10});const c=e.flatMap(({at:f,label:p})=>{const D=t.findLast(N=>Date.parse(N.at)<=f);return D===void 0?[]:[{at:Date.parse(D.at),power:D.logGood/Math.LN10,label:p,class:"good"}]});return gt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:r}],{power:n.logPromote/Math.LN10,label:`step passes at ${bt(n.logPromote)}`,zone:"goodzone"},c,s,o)}a(Bt,"promotionChart");function gt(t,n,e,s,o,r){const i={top:26,bottom:184},u=n.flatMap(L=>L.points.map(({power:nt})=>nt)),c=Math.min(Math.ceil(e.power)+Tt,Math.max(Math.ceil(e.power+.3),...u.map(L=>Math.ceil(L)))),f=Math.max(Ot,Math.min(-1,...u.map(L=>Math.floor(L)))),p=(0,C.m4)().domain([f,c]).range([i.bottom,i.top]).clamp(!0),D=c-f>8?3:c-f>4?2:1,N=Array.from({length:c-f+1},(L,nt)=>f+nt).filter(L=>L%D===0).map(L=>({y:p(L),label:It(L)})),k=[{y:p(e.power),text:e.label,class:"ink"}],X=n.map(L=>{const nt=V(L.points),ut=nt.at(-1);return ut!==void 0&&k.push({y:p(ut.power),text:L.label,class:`f-${L.class} strong`}),`<path d="${(0,it.n8)(st=>o.x(st.at),st=>p(st.power))(nt)??""}" class="line s-${L.class}${L.dashed?" dashed":""}"/>`}),Y=s.map(L=>Ft(L,o,p));return z(210,t,[`<rect x="${T}" y="${i.top}" width="${U-T}" height="${g(p(e.power)-i.top)}" class="f-${e.zone}"/>`,J(i,o,N,r),E(T,p(e.power),U,p(e.power),"line thin dashed s-ink"),...X,...Y,P(k,i.top,i.bottom)])}a(gt,"chart");function Ft(t,n,e){const s=n.x(t.at),o=s>(T+U)/2;return`<circle cx="${g(s)}" cy="${g(e(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+y(o?s+5:s-5,e(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}a(Ft,"markAt");function $t(t,n){const[e,s]=t;if(e===void 0)return n.from;const o=Date.parse(e.at);return s===void 0?o:Math.max(n.from,o-(Date.parse(s.at)-o))}a($t,"start");function bt(t){return String(Number(Math.exp(t).toPrecision(2)))}a(bt,"value");function It(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),n=>n==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(n)]??"").join("")}`}a(It,"powerOfTen");function Qt(t,n,e,s){const o={top:26,bottom:144},r=(0,C.m4)().domain([0,1]).range([o.bottom,o.top]),i=[{at:e.from,weight:0},...n.weights,{at:e.to,weight:n.weights.at(-1)?.weight??0}],u=(0,it.n8)(k=>e.x(k.at),k=>r(k.weight)).curve(it.UP)(i),f=V(t.filter(k=>k.candidate.total+k.stable.total>0)).map(k=>({at:Date.parse(k.at),share:k.candidate.total/(k.candidate.total+k.stable.total)})),p=(0,it.n8)(k=>e.x(k.at),k=>r(k.share)).curve(it.lU)(f),D=f.length>120?[]:f.map(k=>`<circle cx="${g(e.x(k.at))}" cy="${g(r(k.share))}" r="2.5" class="f-candidate"/>`),N=f.at(-1);return z(170,"Share of the requests that the candidate got, over time",[J(o,e,[0,.5,1].map(k=>({y:r(k),label:(0,l.KN)(k)})),s),`<path d="${u??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,...D,P([{y:r(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...N===void 0?[]:[{y:r(N.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}a(Qt,"splitChart");const ct="since the first live request";function Gt(t){const{rollout:n}=t.evidence;if(n===void 0)return null;const e=(0,b.CR)(n),s=t.clients===void 0?null:Xt(t,n,e);if(e===null)return s;const o=Vt(n,e),r=(0,b.A0)(n),i=n.metrics.find(({metric:c})=>c===r);if(i===void 0)return s;const u=n.metrics.filter(({metric:c})=>c!==r);return d`${s}${Ht(n,e,o)}${wt(n,i,o)}${u.map(c=>qt(n,c,o))}`}a(Gt,"rolloutPlots");function Vt(t,n){const e=Math.max(n.decided,...n.weights.map(({at:r})=>r)),s=(e-n.from)*.04,o=Math.min(e+2.5*s,Math.max(e+s,Date.parse(t.volatile.endedAt)));return h(n.from-s,o,n.from,vt(t,n))}a(Vt,"liveAxis");function vt(t,n){const e=t.candidate.name;return n.weights.map(({at:s,weight:o},r)=>({at:s,label:r===0?`${e} gets ${(0,l.KN)(o)}`:o===0?"back to 0":(0,l.KN)(o)}))}a(vt,"moments");function Ht(t,n,e){const s=(0,b.EN)(t,t.metrics[0]?.metric??""),r=`Traffic of the candidate: ${n.weights.map(({weight:i})=>(0,l.KN)(i)).join(", then ")}`;return lt(r,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Qt(s,n,e,ct))}a(Ht,"splitFigure");function qt(t,n,e){return d`<details>
    <summary>Also judged: ${n.title}<span class="sub">${xt(t,n)}</span></summary>
    ${wt(t,n,e)}
  </details>`}a(qt,"otherMetric");function wt(t,n,e){const s=(0,b.EN)(t,n.metric),o=(0,b.KG)(t,n.metric);return d`${lt(Yt(`${n.title}: ${xt(t,n)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Pt(s,n,e,ct))}${lt(Zt(n,s,o,e),`Solid line: that its odds are more than ${n.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,l.KN)(n.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,zt(s,n,o,e,ct))}${lt(Jt(t,n,s),`That less than ${(0,l.KN)(n.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Bt(s,n,yt(t),e,ct))}`}a(wt,"metricFigures");function xt(t,{metric:n}){const e=(0,b.EN)(t,n),s=a(o=>{const r=e.reduce((u,c)=>u+c[o].total,0),i=e.reduce((u,c)=>u+c[o].bad,0);return r===0?"no requests":`${(0,l.U9)(i)} of ${(0,l.U9)(r)} (${(0,l.KN)(i/r)})`},"sum");return`candidate ${s("candidate")}, stable ${s("stable")}`}a(xt,"shareSentence");function Zt(t,n,e,s){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(e!==null){const i=Date.parse(e.at)-s.x.invert(s.ticks.find(({label:u})=>u==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,l.p0)(i)}`}const r=n.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${r?" on both counts":""}`}a(Zt,"worseTitle");function Jt(t,n,e){const s=Number(Math.exp(n.logPromote).toPrecision(2)),o=yt(t).length;return o>0?`Evidence that the candidate is good enough passed ${s} at ${(0,q.L)(o,"step")}`:`Evidence that the candidate is good enough ${e.some(i=>i.logGood>=n.logPromote)?"was not sufficient for a step":`never reached ${s}`}`}a(Jt,"goodTitle");function yt(t){const n=t.volatile.timeline.flatMap(({at:e,weight:s})=>s===void 0?[]:[{at:Date.parse(e),weight:s}]);return n.flatMap(({at:e,weight:s},o)=>{const r=n[o-1];return r!==void 0&&r.weight>0&&s>r.weight?[{at:e,label:`${(0,l.KN)(r.weight)} step passes`}]:[]})}a(yt,"passedSteps");function Xt({clients:t},n,e){if(t===void 0||t.perSecond.length===0)return null;const s=t.perSecond.map(({at:D})=>Date.parse(D)),o=Math.min(...s),r=h(o,Math.max(...s)+1e3,e?.from??o,e===null?[]:vt(n,e)),{requests:i,failed:u}=t.totals,c=`What the clients saw: ${(0,q.L)(i,"request")}, ${u===0?"not one failed":`${(0,l.U9)(u)} failed`}`,f=mt(r)/1e3,p=`Answers per ${f===1?"second":`${f} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return lt(c,p,Kt(t,{candidate:n.candidate.name,stable:n.stable?.name??null},r,e===null?"since the rollout began":ct))}a(Xt,"clientsFigure");function lt(t,n,e){return d`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${n}</div>
    </figcaption>
    ${e}
  </figure>`}a(lt,"figure");function Yt(t){return t.charAt(0).toUpperCase()+t.slice(1)}a(Yt,"capital");function te(t,n){const{evidence:e}=t,{validate:s,build:o,smoke:r,rollout:i}=e,{word:u,tone:c}=(0,R.CL)(e),{name:f,about:p}=(0,I.G)(t),D=(0,R.o6)(e),N=e.stopped?.error.hint??null,k=[...N===null?[]:[N],...i===void 0?[]:(0,R.QA)(i)];return d`<section class="run" id="run-${n+1}">
    <h2>${f}${et(u,c)}</h2>
    ${p===""?null:d`<p class="sub about">${p}</p>`}
    <p class="lead">${(0,R.W0)(e)}</p>
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
    ${i===void 0?null:jt(i)} ${s===void 0?null:Dt(s)}
    ${o===void 0?null:Rt(o)} ${r===void 0?null:Nt(r)}
    ${i===void 0?null:Lt(i)}
  </section>`}a(te,"runSection");function ee({evidence:t}){const n=(0,l.p0)((0,R.sW)(t)),{rollout:e}=t;return e?.outcome==="passed"&&!(0,R._5)(e)?`From model to all traffic in ${n}`:`Where the time went: ${n}`}a(ee,"stagesTitle");function ne(t){const{validate:n,build:e,smoke:s,rollout:o}=t.evidence,r=[];if(o!==void 0&&(0,b.CR)(o)!==null){const{candidate:i}=o.volatile.totals,u=o.volatile.timeline.flatMap(({weight:c,kind:f})=>c===void 0||f==="promoted"?[]:[c]);(0,b.QW)(o)&&r.push(["from the first live request to the decision",v(t)]),r.push(["requests the candidate served as a canary",(0,l.U9)(i.requests)]),r.push(["of them failed",(0,l.U9)(i.errors)]),r.push(["largest share of traffic before the decision",(0,l.KN)(Math.max(0,...u))])}if(n!==void 0&&r.push(["model",(0,l.ee)(n.model.bytes)]),e!==void 0&&r.push(["image",(0,l.ee)(e.image.bytes)]),s!==void 0){const i=s.checks.filter(({verdict:c})=>c==="passed").length,u=s.checks.filter(({verdict:c})=>c!=="skipped").length;r.push(["smoke checks passed",`${i} of ${u}`])}return r.length===0?null:d`<dl class="figures">
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
          ${m(t)} ${t.map((s,o)=>te(s,o))}
          <footer>
            Made by ${ie(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}a(ae,"htmlReport");function se(t){const n=t.flatMap(({evidence:r})=>(0,R.ZL)(r))[0]?.project??"ml-deploy",e=t.map(r=>({name:(0,I.G)(r).name,word:(0,R.CL)(r.evidence).word})),[s,...o]=e;return s===void 0?`${n}: no runs`:o.length===0?`${s.name}: ${s.word}`:`${n}: ${e.map(({name:r,word:i})=>`${r} ${i}`).join(", ")}`}a(se,"headline");function re(t){const e=t.flatMap(({evidence:r})=>(0,R.ZL)(r))[0],s=t.map(({evidence:r})=>r.rollout).find(r=>r!==void 0);if(e===void 0)return null;const o=[(0,l.n$)(e.volatile.startedAt),e.environment===null?null:`environment ${e.environment}`,s===void 0?null:`namespace ${s.namespace}`,s===void 0?null:`traffic split by ${s.provider}`,`run on ${e.volatile.host}`];return d`<p class="sub">${o.filter(r=>r!==null).join(" \xB7 ")}</p>`}a(re,"subtitle");function ie(t){const n=new Set(t.flatMap(({evidence:e})=>(0,R.ZL)(e)).map(e=>e.volatile.engine));return n.size===0?"ml-deploy":[...n].join(", ")}a(ie,"engines");var de=M(63021);async function ce(t,n){await(0,j.mkdir)(t,{recursive:!0});const e={html:(0,x.join)(t,"report.html"),markdown:(0,x.join)(t,"report.md")};return await kt(e.html,ae(n)),await kt(e.markdown,(0,de.markdownReport)(n)),e}a(ce,"writeReports");async function kt(t,n){const e=`${t}.${process.pid}.tmp`;await(0,j.writeFile)(e,n),await(0,j.rename)(e,t)}a(kt,"replace")})};export{pe as id,me as ids,he as modules};
