var fe=Object.defineProperty;var s=(X,T)=>fe(X,"name",{value:T,configurable:!0});const me=2572,he=[2572,3021],ge={46505:((X,T,v)=>{v.d(T,{L:s(()=>N,"L"),U:s(()=>k,"U")});function N(f,A,I=`${A}s`){return`${k(f)} ${f===1?A:I}`}s(N,"plural");function k(f){return Number.isSafeInteger(f)?String(f).replaceAll(/\B(?=(?:\d{3})+$)/g,","):f.toLocaleString("en-US")}s(k,"count")}),86078:((X,T,v)=>{v.d(T,{A0:s(()=>G,"A0"),Bx:s(()=>et,"Bx"),CR:s(()=>k,"CR"),EN:s(()=>I,"EN"),KG:s(()=>Q,"KG"),QW:s(()=>f,"QW"),_C:s(()=>A,"_C")});var N=v(87703);function k({volatile:D}){const l=D.timeline.flatMap(({at:m,weight:b})=>b===void 0?[]:[{at:Date.parse(m),weight:b}]),C=l.find(({weight:m})=>m>0);if(C===void 0||D.ticks.length===0)return null;const R=D.ticks.map(({at:m})=>Date.parse(m)),at=D.timeline.filter(({kind:m})=>m==="decision").map(({at:m})=>Date.parse(m)).at(-1)??Math.max(...R);return{from:C.at,decided:at,weights:l}}s(k,"livePhase");function f({decision:D,volatile:l}){return(D==="promote"||D==="rollback")&&l.totals.candidate.requests>0}s(f,"wasDecided");function A(D,{from:l,decided:C}){const R=(0,N.p0)(C-l);return D.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${R} at its share of the traffic`:f(D)?`decided ${R} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[D.decision]} ${R} after the first live request`}s(A,"decisionWords");function I(D,l){return D.volatile.ticks.filter(C=>C.metric===l)}s(I,"ticksOf");function Q(D,l){const C=D.metrics.find(w=>w.metric===l);if(C===void 0)return null;const R=s(w=>Math.min(w.logWorse,w.logAboveFloor)>=C.logRollback,"due");return I(D,l).find(R)??null}s(Q,"rollbackTick");function G(D){return(D.metrics.find(({metric:C})=>Q(D,C)!==null)??D.metrics[0])?.metric??null}s(G,"decidingMetric");function et(D){const l=Date.parse(D[0]?.at??"");return D.map(C=>({afterMs:Date.parse(C.at)-l,event:C}))}s(et,"sinceStart")}),63021:((X,T,v)=>{v.d(T,{F:s(()=>w,"F"),markdownReport:s(()=>C,"markdownReport")});var N=v(46505),k=v(87703),f=v(86078),A=v(65102),I=v(42639),Q=v(35944),G=v(74700);const et=1024*1024-64*1024,D=100,l={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function C(g){const $=g.flatMap(M=>{const{validate:h,build:x,smoke:L,rollout:P}=M.evidence;return[at(M),...P===void 0?[]:[m(P)],...h===void 0?[]:[S(h)],...L===void 0?[]:[O(L)],...x===void 0?[]:[Y(x)],...P===void 0?[]:[B(P)]]});return R($.filter(M=>M!==""))}s(C,"markdownReport");function R(g){const $=[];let M=200;for(const[h,x]of g.entries()){if(M+=Buffer.byteLength(x)+1,M>et){$.push(`_${(0,N.L)(g.length-h,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}$.push(x)}return $.join(`
`)}s(R,"fit");function w(g){return(0,Q.R)(g,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,$=>`&#${$.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,$=>`${$.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,($,M,h)=>`${M}${h.slice(0,-1)}&#${h.codePointAt(h.length-1)??0};`)}s(w,"escapeMarkdown");function at(g){const{evidence:$}=g,{word:M,tone:h}=(0,A.CL)($),{name:x,about:L}=(0,I.G)(g),P=(0,A.o6)($).map(({stage:H,outcome:nt,ms:tt,summary:st})=>[H,nt,(0,k.p0)(tt),(0,k.fQ)(st)]),Z=$.rollout===void 0?[]:(0,A.QA)($.rollout),V=$.stopped?.error.hint??null,z=[...V===null?[]:[V],...Z].map(H=>`- ${w(H)}
`).join("");return`## ${l[h]} ${w(x)}: ${w(M)}

${L===""?"":`${w(L)}

`}${w((0,A.W0)($))}

${z}${z===""?"":`
`}${F(["Stage","Outcome","Time","Summary"],P)}
All stages together: ${(0,k.p0)((0,A.sW)($))}
`}s(at,"heading");function m(g){const $=(0,f.CR)(g);if($===null)return"";const{totals:M}=g.volatile,h=g.metrics.map(x=>{const L=(0,f.EN)(g,x.metric).at(-1),P=s((V,z)=>V===void 0?"\u2013":`${b(V)} of ${b(z)}`,"value"),Z=["candidate","stable"].map(V=>{const z=(0,f.EN)(g,x.metric),H=z.reduce((tt,st)=>tt+st[V].total,0),nt=z.reduce((tt,st)=>tt+st[V].bad,0);return H===0?"no requests":`${(0,N.U)(nt)} of ${(0,N.U)(H)} (${(0,k.KN)(nt/H)})`});return[x.title,(0,k.KN)(x.slo),...Z,P(L?.logWorse,x.logRollback),P(L?.logAboveFloor,x.logRollback),P(L?.logGood,x.logPromote)]});return`### Canary

The candidate ${w(g.candidate.name)} served ${(0,N.L)(M.candidate.requests,"request")}, ${(0,N.U)(M.candidate.errors)} of them failed; ${(0,f._C)(g,$)}.

`+F(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],h)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(g.volatile.thresholdRules??[]).map(({message:x})=>`
For comparison: ${w(x)}
`).join("")}s(m,"canary");function b(g){const $=Math.exp(Math.min(g,700));return $>=1e3||$<.01?$.toExponential(1).replace("e+","e"):String(Number($.toPrecision(2)))}s(b,"evidenceValue");function S({model:g,verdict:$}){const M=g.files.flatMap(x=>x.findings.map(L=>{const{severity:P,rule:Z,member:V,offset:z,message:H,hint:nt}=L,tt=`${x.path}${V===void 0?"":`, member ${V}`}${z===null?"":`, byte ${(0,N.U)(z)}`}`;return[P,Z,tt,`${K(H)} ${nt} ${(0,G.E)(L)}`.trim()]})),h=`Model: ${$}, ${(0,N.L)(g.files.length,"file")}, ${(0,k.ee)(g.bytes)}, ${(0,k.VK)(g.digest)}`;return M.length===0?`### ${w(h)}
`:`### ${w(h)}

${F(["Severity","Rule","Where","What"],M)}`}s(S,"findings");function K(g){return/[.!?]$/.test(g)?g:`${g}.`}s(K,"sentence");function O(g){const $=g.checks.map(M=>[M.verdict,M.title,(0,k.fQ)(M.limit??"\u2013"),(0,k.fQ)(M.message)]);return U(`Smoke test: ${g.summary}`,F(["Result","Check","Allowed","Seen"],$))}s(O,"checks");function Y({image:g}){const $=g.layers.map(h=>[h.kind,h.title,(0,k.ee)(h.bytes),(0,k.VK)(h.digest)]),M=F(["Holds","What","Size","Digest"],$);return U(`Image: ${(0,k.ee)(g.bytes)}, ${g.reference}`,M)}s(Y,"image");function B(g){const{timeline:$,diagnosis:M}=g.volatile,h=(0,f.Bx)($).map(({afterMs:L,event:P})=>[(0,k.p0)(L),P.kind,(0,k.fQ)(P.message)]),x=M.slice(0,D).map(L=>`- ${w(L)}
`).join("");return U("Events of the rollout",`${F(["After","Kind","What happened"],h)}${x===""?"":`
Captured before the candidate was removed:

${x}`}`)}s(B,"events");function U(g,$){return`<details><summary>${w(g)}</summary>

${$}
</details>
`}s(U,"folded");function F(g,$){const M=s(L=>`| ${L.map(P=>w(P)).join(" | ")} |
`,"line"),h=$.length-D,x=h>0?`
and ${(0,N.U)(h)} more, in the JSON evidence
`:"";return M(g)+M(g.map(()=>"---"))+$.slice(0,D).map(M).join("")+x}s(F,"table")}),65102:((X,T,v)=>{v.d(T,{CL:s(()=>A,"CL"),KL:s(()=>et,"KL"),QA:s(()=>l,"QA"),W0:s(()=>D,"W0"),ZL:s(()=>f,"ZL"),_5:s(()=>G,"_5"),o6:s(()=>w,"o6"),sW:s(()=>at,"sW")});var N=v(478),k=v(87703);function f({validate:m,build:b,smoke:S,rollout:K}){return[m,b,S,K].filter(O=>O!==void 0)}s(f,"stagesOf");function A(m){if(m.stopped!==void 0)return I(m.stopped);const b=f(m).at(-1);if(b===void 0)return{word:"did not start",tone:"waiting"};if(b.stage==="rollout")return Q(b);const S={validate:"validated",build:"built",smoke:"smoke-tested"}[b.stage];switch(b.outcome){case"passed":return{word:S,tone:"good"};case"failed":return{word:`refused by ${b.stage}`,tone:"bad"};case"error":return{word:`error in ${b.stage}`,tone:"trouble"};default:return{word:`${b.stage} ${b.outcome}`,tone:"waiting"}}}s(A,"runOutcome");function I({stage:m,error:b}){return b.kind==="interrupted"?{word:`interrupted in ${m}`,tone:"trouble"}:b.kind==="model"?{word:`refused by ${m}`,tone:"bad"}:{word:`error in ${m}`,tone:"trouble"}}s(I,"stoppedOutcome");function Q(m){const{outcome:b,decision:S,strategy:K,stable:O,volatile:Y}=m;return b==="error"?{word:"stopped by an error",tone:"trouble"}:b==="held"||S==="held"?{word:"held",tone:"waiting"}:b==="failed"?{word:K==="first"?"failed":"rolled back",tone:"bad"}:b==="inconclusive"?{word:S==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:G(m)?{word:`${Y.timeline.some(({kind:F})=>F==="settled")?"settings changed, the release stays":"nothing to do"}: ${O?.name??""} already serves`,tone:"good"}:{word:K==="first"?"deployed":K==="adopt"?"adopted":"promoted",tone:"good"}}s(Q,"rolloutOutcome");function G({outcome:m,decision:b,stable:S,candidate:K}){return m==="passed"&&b==="none"&&S?.name===K.name}s(G,"isUnchanged");function et(m){const{stopped:b}=m;return(0,k.fQ)(b?.error.message??f(m).at(-1)?.summary??"No stage has run.")}s(et,"runSummary");function D(m){const{stopped:b,rollout:S}=m;return b!==void 0||S===void 0?et(m):(0,k.fQ)(C(S))}s(D,"runLead");function l({summary:m,reasons:b}){return b.filter(S=>S!==m)}s(l,"furtherReasons");function C(m){return l(m).reduce((b,S)=>b.replace(`: ${S}`,".").replace(` ${S}`,""),m.summary)}s(C,"withoutReasons");function R(m){return m.stage==="rollout"?C(m):m.stage!=="smoke"?m.summary:m.checks.filter(({verdict:S})=>S==="failed").reduce((S,{title:K,message:O})=>S.replace(` ${K}: ${O}`,""),m.summary)}s(R,"shortSummary");function w(m){const{stopped:b}=m;return N.Xs.flatMap(S=>{const K=m[S];if(b?.stage===S){const{startedAt:B,endedAt:U,error:F}=b,g=F.kind==="interrupted"?"interrupted":F.kind==="model"?"failed":"error";return{stage:S,outcome:g,ms:Date.parse(U)-Date.parse(B),summary:F.message}}if(K===void 0)return[];const O=Date.parse(K.volatile.endedAt)-Date.parse(K.volatile.startedAt),Y=R(K);return{stage:S,outcome:K.outcome,ms:O,summary:Y}})}s(w,"stageSpans");function at(m){return w(m).reduce((b,{ms:S})=>b+(Number.isFinite(S)?S:0),0)}s(at,"runDurationMs")}),42639:((X,T,v)=>{v.d(T,{G:s(()=>N,"G")});function N({title:k}){const[f="",...A]=k.split(": ");return{name:f,about:A.join(": ")}}s(N,"titleOf")}),35944:((X,T,v)=>{v.d(T,{R:s(()=>k,"R")});const N=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function k(f,A=!1){return(A?f.replaceAll(/[\r\n\t]+/g," "):f.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(N,Q=>Q===`
`||Q==="	"?Q:`\\u${(Q.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}s(k,"visible")}),74700:((X,T,v)=>{v.d(T,{E:s(()=>N,"E")});function N({waived:k}){return k===void 0?"":`Waived until ${k.expires} by ${k.owner}: ${k.reason}`}s(N,"waiverText")}),72572:((X,T,v)=>{v.d(T,{writeReports:s(()=>le,"writeReports")});var N=v(51455),k=v(76760),f=v(87703),A=v(65102),I=v(42639),Q=v(35944);class G{static{s(this,"Markup")}source;constructor(n){this.source=n}}const et={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function D(t){return(0,Q.R)(t).replaceAll(/[&<>"'`]/g,n=>et[n]??"")}s(D,"escapeHtml");function l(t,...n){const e=t.map((a,o)=>a+(o<n.length?C(n[o]??null):""));return new G(e.join(""))}s(l,"html");function C(t){return t===null?"":t instanceof G?t.source:typeof t=="string"||typeof t=="number"?D(String(t)):t.map(n=>C(n)).join("")}s(C,"render");var R=v(46505),w=v(86078);const at={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function m(t,n){const e=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${at[n]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return l`<span class="badge ${n}">${new G(e)}${t}</span>`}s(m,"badge");function b(t){const n=t.map((e,a)=>{const{word:o,tone:r}=(0,A.CL)(e.evidence);return l`<tr>
      <td class="name"><a href="#run-${a+1}">${(0,I.G)(e).name}</a></td>
      <td>${m(o,r)}</td>
      <td>${(0,A.KL)(e.evidence)}</td>
      <td class="number">${S(e)}</td>
      <td class="number">${K(e)}</td>
      <td class="number">${(0,f.p0)((0,A.sW)(e.evidence))}</td>
    </tr>`});return l`<div class="outcomes">
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
  </div>`}s(b,"outcomeTable");function S({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const n=(0,w.CR)(t);if(n===null||!(0,w.QW)(t))return"\u2013";const e=t.metrics.flatMap(({metric:o})=>{const r=(0,w.KG)(t,o);return r===null?[]:[Date.parse(r.at)]}),a=t.decision==="rollback"&&e.length>0?Math.min(...e):n.decided;return(0,f.p0)(a-n.from)}s(S,"decidedAfter");function K({evidence:{rollout:t},clients:n}){if(t===void 0)return"\u2013";if(n===void 0)return(0,w.CR)(t)===null?"\u2013":(0,R.U)(t.volatile.totals.candidate.errors);const e=n.perSecond.filter(({revision:a})=>a!==t.stable?.name);return(0,R.U)(e.reduce((a,{failed:o})=>a+o,0))}s(K,"harmed");var O=v(25602);const Y=1e3,B=56,U=790,F=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function g(t,n,e,a=[]){const o=n>t?n:t+1e3,r=(0,O.m4)().domain([t,o]).range([B,U]),i=(o-t)/1e3,c=F.find(u=>i/u<=9)??Math.ceil(i/8/86400)*86400,d=[];for(let u=Math.ceil((t-e)/1e3/c)*c;u<=(o-e)/1e3;u+=c)d.push({x:r(e+u*1e3),label:$(u,c)});return{x:r,ticks:d,from:t,to:o,marks:a.filter(({at:u})=>u>=t&&u<=o)}}s(g,"timeAxis");function $(t,n){return t===0?"0":n<60?`${M(t)} s`:n<3600?`${M(t/60)} min`:`${M(Number((t/3600).toFixed(1)))} h`}s($,"clock");function M(t){return String(t).replace("-","\u2212")}s(M,"minus");function h(t){return String(Math.round(t*10)/10)}s(h,"n");function x(t,n,e,a={}){const o=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,r=a.class===void 0?"":` class="${a.class}"`;return`<text x="${h(t)}" y="${h(n)}"${o}${r}>${D(e)}</text>`}s(x,"frame_text");function L(t,n,e,a,o){return`<line x1="${h(t)}" y1="${h(n)}" x2="${h(e)}" y2="${h(a)}" class="${o}"/>`}s(L,"rule");function P(t,n,e){const o=t.toSorted((i,c)=>i.y-c.y).map(i=>({...i,at:Math.max(i.y,n+4)}));for(let i=1;i<o.length;i++){const[c,d]=[o[i-1],o[i]];c!==void 0&&d!==void 0&&(d.at=Math.max(d.at,c.at+15))}let r=e-4;for(const i of o.toReversed())i.at=Math.min(i.at,r),r=i.at-15;return o.map(i=>x(U+12,i.at+4,i.text,{class:i.class})).join("")}s(P,"sideLabels");function Z(t,n,e,a){const o=e.map(({y:i,label:c})=>L(B,i,U,i,"grid")+x(B-8,i+4,c,{anchor:"end"})),r=n.ticks.map(({x:i,label:c})=>L(i,t.bottom,i,t.bottom+4,"axis")+x(i,t.bottom+18,c,{anchor:"middle"}));return[...o,...n.marks.map(({at:i})=>L(n.x(i),t.top,n.x(i),t.bottom,"event")),...V(n,t.top-7),L(B,t.bottom,U,t.bottom,"axis"),...r,x(U+12,t.bottom+18,a)].join("")}s(Z,"frame_frame");function V(t,n){let e=0;return t.marks.map(({at:a,label:o})=>{const r=Math.max(t.x(a)-4,e);return e=r+7*o.length+10,x(r,n,o,{class:"ink"})})}s(V,"momentLabels");function z(t,n,e){return new G(`<div class="chart"><svg viewBox="0 0 ${Y} ${h(t)}" role="img" aria-label="${D(n)}">${e.join("")}</svg></div>`)}s(z,"drawing");function H(t,n=800){if(t.length<=n)return[...t];const e=Math.ceil(t.length/n);return t.filter((a,o)=>o%e===0||o===t.length-1)}s(H,"thin");function nt(t){let n=0;const e=t.map(c=>{const d=n;return n+=c.ms,{stage:c,from:d,to:n}}),a=B+30,o=(0,O.m4)().domain([0,Math.max(n,1)]).range([a,U]),r=24,i=e.flatMap(({stage:c,from:d,to:u},p)=>{const _=4+p*r,E=Math.max(3,o(u)-o(d)),y={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[c.outcome];return[x(a-10,_+14,c.stage,{anchor:"end",class:"ink"}),L(a,_+10,U,_+10,"grid"),`<rect x="${h(o(d))}" y="${h(_+2)}" width="${h(E)}" height="16" rx="3" class="${y}"/>`,x(U+12,_+14,`${c.outcome}, ${(0,f.p0)(u-d)}`,{class:"ink"})]});return z(8+r*e.length,"Time that each stage took",i)}s(nt,"stagesChart");function tt(t){const e=["base","dependencies","code","weights","other"].map(d=>({kind:d,size:t.filter(u=>u.kind===d).reduce((u,p)=>u+p.bytes,0)})).filter(({size:d})=>d>0),a=e.reduce((d,{size:u})=>d+u,0),o=(0,O.m4)().domain([0,Math.max(1,a)]).range([0,Y]);let r=0;const i=e.map(({kind:d,size:u})=>{const p=o(r);return r+=u,{kind:d,from:p,wide:Math.max(2,o(u)-1.5),label:`${d} ${(0,f.ee)(u)}`,at:p}});st(i);const c=i.flatMap(({kind:d,from:u,wide:p,label:_,at:E})=>[`<rect x="${h(u)}" y="2" width="${h(p)}" height="22" rx="2" class="k-${d}"/>`,x(E,41,_,{class:"ink"})]);return z(48,"Sizes of the image by what they hold",c)}s(tt,"layersChart");function st(t){const n=s(({label:o})=>7.2*o.length+14,"room");let e=0;for(const o of t)o.at=Math.max(o.at,e),e=o.at+n(o);let a=Y+14;for(const o of t.toReversed())o.at=Math.min(o.at,a-n(o)),a=o.at}s(st,"spread");var Dt=v(74700);const pt=200;function St(t){const n=t.model.files.flatMap(o=>o.findings.map(r=>({file:o.path,finding:r}))),e=rt(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[l`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Ct(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,f.ee)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,f.VK)(o.sha256)}</code></td>`])),a=n.length===0?l`<p class="note">Nothing was found.</p>`:rt(["Severity","Rule","Where","What, and what to do"],n.map(({file:o,finding:r})=>[l`<td class="tight ${Pt(r)}">${r.severity}</td>
              <td class="tight long"><code>${r.rule}</code></td>
              <td>${At(o,r)}</td>
              <td>${r.message}<br /><span class="sub">${r.hint} ${(0,Dt.E)(r)}</span></td>`]));return ct("Validate",t.summary,l`${e}
      <h3>Findings</h3>
      ${a}${Rt(t)}`,t.outcome!=="passed")}s(St,"validateDetails");function At(t,{member:n,offset:e}){const a=n===void 0?t:`${t}, member ${n}`;return e===null?a:`${a}, byte ${(0,R.U)(e)}`}s(At,"where");function Rt({contract:t}){if(t===null)return null;const e=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:o})=>[l`<td class="tight">${o}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(r=>r??"any").join(", ")}]</td>`]);return l`<h3>Inputs and outputs (${t.source})</h3>
    ${rt(["","Name","Type","Shape"],e)}`}s(Rt,"contract");function Et(t){const{image:n,volatile:e}=t,a=n.layers.map(r=>[l`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,f.ee)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,f.VK)(r.digest)}</code></td>`]),o=l`<p class="note">
    ${n.platform}, runs as user ${n.user}; built by ${e.builder} in ${(0,f.p0)(e.buildMs)}, pushed
    in ${(0,f.p0)(e.pushMs)} (${(0,f.ee)(e.uploadedBytes)} sent). Deployed as <code>${n.reference}</code>
  </p>`;return ct("Image",`${(0,f.ee)(n.bytes)} in ${(0,R.L)(n.layers.length,"layer")}`,l`${tt(n.layers)}${o}${rt(["Holds","What",">Size","Digest"],a)}`,t.outcome!=="passed")}s(Et,"imageDetails");function jt(t){const{checks:n,volatile:e,hardware:a}=t,o={passed:"good",failed:"bad",skipped:"sub"},r=n.map(p=>[l`<td class="tight ${o[p.verdict]}">${p.verdict}</td>
      <td>${p.title}</td>
      <td>${(0,f.fQ)(p.limit??"\u2013")}</td>
      <td>${(0,f.fQ)(p.message)}</td>`]),i=e.latencyMs,c=i===null?null:l` Latency of ${(0,R.L)(i.count,"request")}: half within ${mt(i.p50)}, 95 % within
        ${mt(i.p95)}, 99 % within ${mt(i.p99)}.`,d=l`<p class="note">
    On ${a.device==="gpu"?"GPU":"CPU"} (${a.name}), runtime ${t.runtime}; ready after
    ${(0,f.p0)(e.readyMs)}, stopped in ${(0,f.p0)(e.stopMs)}.${c}
  </p>`,u=e.details.length===0?null:l`<pre>${e.details.slice(-pt).join(`
`)}</pre>`;return ct("Smoke test",t.summary,l`${d}${rt(["Result","Check","Allowed","Seen"],r)}${u}`,t.outcome!=="passed")}s(jt,"smokeDetails");function mt(t){return`${Number(t.toPrecision(3))} ms`}s(mt,"ms");function Lt(t){const{timeline:n,diagnosis:e,apiRequests:a}=t.volatile,o=(0,w.Bx)(n).map(({afterMs:i,event:c})=>[l`<td class="number">${(0,f.p0)(i)}</td>
      <td class="tight"><code>${c.kind}</code></td>
      <td>${(0,f.fQ)(c.message)}</td>`]),r=e.length===0?null:l`<h3>Captured before the candidate was removed</h3>
          <pre>${e.slice(0,pt).join(`
`)}</pre>`;return ct("Events of the rollout",`${(0,R.L)(n.length,"event")}, ${(0,R.L)(a,"request")} to the API server`,l`${rt([">After","Kind","What happened"],o)}${r}`,!0)}s(Lt,"eventDetails");function Nt({model:t,namespace:n,provider:e,stable:a,candidate:o,strategy:r}){const c=[...a===null?[]:[{role:"stable before",facts:a}],{role:r==="first"?"first":"candidate",facts:o}].map(({role:u,facts:p})=>[l`<td class="tight">${p.name} (${u})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,f.VK)(p.modelDigest)}</code
        >
      </td>`]),d=l`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${n}; traffic is split by the provider ${e};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return ct("Objects",`model ${t} in namespace ${n}`,l`${d}${rt(["Revision","Objects","Image","Model"],c)}`,!1)}s(Nt,"objectDetails");function ct(t,n,e,a){return l`<details${a?new G(" open"):null}><summary>${t}<span class="sub">${(0,f.fQ)(n)}</span></summary>${e}</details>`}s(ct,"section");function rt(t,n){const e=t.map(i=>i.startsWith(">")?l`<th class="number">${i.slice(1)}</th>`:l`<th>${i}</th>`),a=n.slice(0,pt).map(i=>l`<tr>
        ${i}
      </tr>`),o=n.length-a.length,r=o>0?l`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,R.U)(o)} more, in the JSON evidence</td>
        </tr>`:null;return l`<table>
    <thead>
      <tr>
        ${e}
      </tr>
    </thead>
    <tbody>
      ${a}${r}
    </tbody>
  </table>`}s(rt,"table");function Ct(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}s(Ct,"verdictTone");function Pt({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}s(Pt,"severityTone");var dt=v(76879);function Wt(t,n,e,a){const o={top:26,bottom:174},r={stable:gt(t,"stable"),candidate:gt(t,"candidate")},i=[...r.stable,...r.candidate],c=Math.max(n.slo*1.6,...i.slice(2).map(({running:E})=>E*1.4)),d=(0,O.m4)().domain([0,Math.min(1,c)]).nice(4).range([o.bottom,o.top]).clamp(!0),u=["stable","candidate"],p=[{y:d(n.slo),text:`limit (slo): ${(0,f.KN)(n.slo)}`,class:"ink"}],_=[Z(o,e,d.ticks(4).map(E=>({y:d(E),label:(0,f.KN)(E)})),a)];for(const E of u){const y=H(r[E]),q=(0,dt.n8)(j=>e.x(j.at),j=>d(j.running))(y);y.length<=200&&_.push(...y.map(j=>Kt(j,e,d,E))),_.push(`<path d="${q??""}" class="line s-${E}"/>`);const J=y.at(-1);J!==void 0&&p.push({y:d(J.running),text:`${E}: ${(0,f.KN)(J.running)} so far`,class:`f-${E} strong`})}return _.push(L(B,d(n.slo),U,d(n.slo),"line thin dashed s-ink"),P(p,o.top,o.bottom)),z(200,`Share of ${n.title} per arm, over time`,_)}s(Wt,"badEventsChart");function Kt({at:t,tick:n},e,a,o){return n===null?"":`<circle cx="${h(e.x(t))}" cy="${h(a(n))}" r="2.5" class="f-${o} faint"/>`}s(Kt,"dot");function gt(t,n){let e=0,a=0;return t.flatMap(o=>{const r=o[n];return e+=r.total,a+=r.bad,e===0?[]:[{at:Date.parse(o.at),running:a/e,tick:r.total===0?null:r.bad/r.total}]})}s(gt,"points");function Ut(t,n,e,a){const{candidate:o}=n,r={top:26,bottom:204},i=150,c=Ot(t.perSecond,o,e),d=Math.max(1,...c.map(W=>W.stable+W.candidate)),u=Math.max(1,...c.map(({failed:W})=>W)),p=(0,O.m4)().domain([0,d]).nice(3).range([i,r.top]),_=(0,O.m4)().domain([0,u]).range([0,r.bottom-i-22]),E=ht(e),y=Math.max(1,e.x(e.from+E)-e.x(e.from)-1),q=s((W,it,_t,ue)=>_t-it<.05?"":`<rect x="${h(e.x(W))}" y="${h(it)}" width="${h(y)}" height="${h(_t-it)}" class="${ue}"/>`,"bar"),J=i+14,j=c.flatMap(W=>[q(W.at,p(W.stable),i,"f-stable"),q(W.at,p(W.stable+W.candidate),p(W.stable),"f-candidate"),q(W.at,J,J+(W.failed===0?0:Math.max(2,_(W.failed))),"f-bad")]),ot=c.some(({stable:W})=>W>0),ft=[{y:r.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...ot?[{y:r.top+40,text:`answered by ${n.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:J+8,text:t.totals.failed===0?"none":`${(0,R.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return z(230,"Requests of the clients over time, by the revision that answered, and failed ones",[Z(r,e,p.ticks(3).map(W=>({y:p(W),label:(0,R.U)(W)})),a),...j,x(e.x(e.from)-8,J+12,"failed",{anchor:"end",class:"f-bad strong"}),P(ft,r.top,r.bottom)])}s(Ut,"clientsChart");function ht(t){const n=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(e=>e*1e3).find(e=>n/e<=240)??864e5}s(ht,"binMs");function Ot(t,n,e){const a=new Map,o=ht(e);for(const{at:r,revision:i,ok:c,failed:d}of t){const u=Date.parse(r);if(!(u>=e.from&&u<=e.to))continue;const p=e.from+Math.floor((u-e.from)/o)*o,_=a.get(p)??{at:p,stable:0,candidate:0,failed:0},E=i===n;a.set(p,{at:p,stable:_.stable+(E?0:c),candidate:_.candidate+(E?c:0),failed:_.failed+d})}return[...a.values()]}s(Ot,"bySecond");const Tt=-4,zt=3;function Bt(t,n,e,a,o){const r=n.logRollback/Math.LN10,i=s((d,u,p)=>({label:d,class:"bad",dashed:u,points:[{at:$t(t,a),power:0},...t.map(_=>({at:Date.parse(_.at),power:p(_)/Math.LN10}))]}),"curve"),c=e===null?[]:[{at:Date.parse(e.at),power:Math.min(e.logWorse,e.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return bt("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,d=>d.logWorse),i("bad enough to matter",!0,d=>d.logAboveFloor)],{power:r,label:`roll back at ${vt(n.logRollback)}`,zone:"badzone"},c,a,o)}s(Bt,"rollbackChart");function Ft(t,n,e,a,o){const r=[];let i=null,c=$t(t,a);for(const u of t)u.weight!==i&&r.push({at:c,power:0}),i=u.weight,c=Date.parse(u.at),r.push({at:c,power:u.logGood/Math.LN10});const d=e.flatMap(({at:u,label:p})=>{const _=t.findLast(E=>Date.parse(E.at)<=u);return _===void 0?[]:[{at:Date.parse(_.at),power:_.logGood/Math.LN10,label:p,class:"good"}]});return bt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:r}],{power:n.logPromote/Math.LN10,label:`step passes at ${vt(n.logPromote)}`,zone:"goodzone"},d,a,o)}s(Ft,"promotionChart");function bt(t,n,e,a,o,r){const i={top:26,bottom:184},c=n.flatMap(j=>j.points.map(({power:ot})=>ot)),d=Math.min(Math.ceil(e.power)+zt,Math.max(Math.ceil(e.power+.3),...c.map(j=>Math.ceil(j)))),u=Math.max(Tt,Math.min(-1,...c.map(j=>Math.floor(j)))),p=(0,O.m4)().domain([u,d]).range([i.bottom,i.top]).clamp(!0),_=d-u>8?3:d-u>4?2:1,E=Array.from({length:d-u+1},(j,ot)=>u+ot).filter(j=>j%_===0).map(j=>({y:p(j),label:Qt(j)})),y=[{y:p(e.power),text:e.label,class:"ink"}],q=n.map(j=>{const ot=H(j.points),ft=ot.at(-1);return ft!==void 0&&y.push({y:p(ft.power),text:j.label,class:`f-${j.class} strong`}),`<path d="${(0,dt.n8)(it=>o.x(it.at),it=>p(it.power))(ot)??""}" class="line s-${j.class}${j.dashed?" dashed":""}"/>`}),J=a.map(j=>It(j,o,p));return z(210,t,[`<rect x="${B}" y="${i.top}" width="${U-B}" height="${h(p(e.power)-i.top)}" class="f-${e.zone}"/>`,Z(i,o,E,r),L(B,p(e.power),U,p(e.power),"line thin dashed s-ink"),...q,...J,P(y,i.top,i.bottom)])}s(bt,"chart");function It(t,n,e){const a=n.x(t.at),o=a>(B+U)/2;return`<circle cx="${h(a)}" cy="${h(e(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+x(o?a+5:a-5,e(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}s(It,"markAt");function $t(t,n){const[e,a]=t;if(e===void 0)return n.from;const o=Date.parse(e.at);return a===void 0?o:Math.max(n.from,o-(Date.parse(a.at)-o))}s($t,"start");function vt(t){return String(Number(Math.exp(t).toPrecision(2)))}s(vt,"value");function Qt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),n=>n==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(n)]??"").join("")}`}s(Qt,"powerOfTen");function Gt(t,n,e,a){const o={top:26,bottom:144},r=(0,O.m4)().domain([0,1]).range([o.bottom,o.top]),i=[{at:e.from,weight:0},...n.weights,{at:e.to,weight:n.weights.at(-1)?.weight??0}],c=(0,dt.n8)(y=>e.x(y.at),y=>r(y.weight)).curve(dt.UP)(i),u=H(t.filter(y=>y.candidate.total+y.stable.total>0)).map(y=>({at:Date.parse(y.at),share:y.candidate.total/(y.candidate.total+y.stable.total)})),p=(0,dt.n8)(y=>e.x(y.at),y=>r(y.share)).curve(dt.lU)(u),_=u.length>120?[]:u.map(y=>`<circle cx="${h(e.x(y.at))}" cy="${h(r(y.share))}" r="2.5" class="f-candidate"/>`),E=u.at(-1);return z(170,"Share of the requests that the candidate got, over time",[Z(o,e,[0,.5,1].map(y=>({y:r(y),label:(0,f.KN)(y)})),a),`<path d="${c??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,..._,P([{y:r(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...E===void 0?[]:[{y:r(E.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}s(Gt,"splitChart");const lt="since the first live request";function Vt(t){const{rollout:n}=t.evidence;if(n===void 0)return null;const e=(0,w.CR)(n),a=t.clients===void 0?null:Yt(t,n,e);if(e===null)return a;const o=Ht(n,e),r=(0,w.A0)(n),i=n.metrics.find(({metric:d})=>d===r);if(i===void 0)return a;const c=n.metrics.filter(({metric:d})=>d!==r);return l`${a}${qt(n,e,o)}${xt(n,i,o)}${c.map(d=>Zt(n,d,o))}`}s(Vt,"rolloutPlots");function Ht(t,n){const e=Math.max(n.decided,...n.weights.map(({at:r})=>r)),a=(e-n.from)*.04,o=Math.min(e+2.5*a,Math.max(e+a,Date.parse(t.volatile.endedAt)));return g(n.from-a,o,n.from,wt(t,n))}s(Ht,"liveAxis");function wt(t,n){const e=t.candidate.name;return n.weights.map(({at:a,weight:o},r)=>({at:a,label:r===0?`${e} gets ${(0,f.KN)(o)}`:o===0?"back to 0":(0,f.KN)(o)}))}s(wt,"moments");function qt(t,n,e){const a=(0,w.EN)(t,t.metrics[0]?.metric??""),r=`Traffic of the candidate: ${n.weights.map(({weight:i})=>(0,f.KN)(i)).join(", then ")}`;return ut(r,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Gt(a,n,e,lt))}s(qt,"splitFigure");function Zt(t,n,e){return l`<details>
    <summary>Also judged: ${n.title}<span class="sub">${yt(t,n)}</span></summary>
    ${xt(t,n,e)}
  </details>`}s(Zt,"otherMetric");function xt(t,n,e){const a=(0,w.EN)(t,n.metric),o=(0,w.KG)(t,n.metric);return l`${ut(te(`${n.title}: ${yt(t,n)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Wt(a,n,e,lt))}${ut(Jt(n,a,o,e),`Solid line: that its odds are more than ${n.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,f.KN)(n.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Bt(a,n,o,e,lt))}${ut(Xt(t,n,a),`That less than ${(0,f.KN)(n.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Ft(a,n,kt(t),e,lt))}`}s(xt,"metricFigures");function yt(t,{metric:n}){const e=(0,w.EN)(t,n),a=s(o=>{const r=e.reduce((c,d)=>c+d[o].total,0),i=e.reduce((c,d)=>c+d[o].bad,0);return r===0?"no requests":`${(0,R.U)(i)} of ${(0,R.U)(r)} (${(0,f.KN)(i/r)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}s(yt,"shareSentence");function Jt(t,n,e,a){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(e!==null){const i=Date.parse(e.at)-a.x.invert(a.ticks.find(({label:c})=>c==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,f.p0)(i)}`}const r=n.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${r?" on both counts":""}`}s(Jt,"worseTitle");function Xt(t,n,e){const a=Number(Math.exp(n.logPromote).toPrecision(2)),o=kt(t).length;return o>0?`Evidence that the candidate is good enough passed ${a} at ${(0,R.L)(o,"step")}`:`Evidence that the candidate is good enough ${e.some(i=>i.logGood>=n.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}s(Xt,"goodTitle");function kt(t){const n=t.volatile.timeline.flatMap(({at:e,weight:a})=>a===void 0?[]:[{at:Date.parse(e),weight:a}]);return n.flatMap(({at:e,weight:a},o)=>{const r=n[o-1];return r!==void 0&&r.weight>0&&a>r.weight?[{at:e,label:`${(0,f.KN)(r.weight)} step passes`}]:[]})}s(kt,"passedSteps");function Yt({clients:t},n,e){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:_})=>Date.parse(_)),o=Math.min(...a),r=g(o,Math.max(...a)+1e3,e?.from??o,e===null?[]:wt(n,e)),{requests:i,failed:c}=t.totals,d=`What the clients saw: ${(0,R.L)(i,"request")}, ${c===0?"not one failed":`${(0,R.U)(c)} failed`}`,u=ht(r)/1e3,p=`Answers per ${u===1?"second":`${u} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return ut(d,p,Ut(t,{candidate:n.candidate.name,stable:n.stable?.name??null},r,e===null?"since the rollout began":lt))}s(Yt,"clientsFigure");function ut(t,n,e){return l`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${n}</div>
    </figcaption>
    ${e}
  </figure>`}s(ut,"figure");function te(t){return t.charAt(0).toUpperCase()+t.slice(1)}s(te,"capital");function ee(t,n){const{evidence:e}=t,{validate:a,build:o,smoke:r,rollout:i}=e,{word:c,tone:d}=(0,A.CL)(e),{name:u,about:p}=(0,I.G)(t),_=(0,A.o6)(e),E=e.stopped?.error.hint??null,y=[...E===null?[]:[E],...i===void 0?[]:(0,A.QA)(i)];return l`<section class="run" id="run-${n+1}">
    <h2>${u}${m(c,d)}</h2>
    ${p===""?null:l`<p class="sub about">${p}</p>`}
    <p class="lead">${(0,A.W0)(e)}</p>
    ${y.length===0?null:l`<ul class="reasons">
            ${y.map(q=>l`<li>${q}</li>`)}
          </ul>`}
    ${(i?.volatile.thresholdRules??[]).map(({message:q})=>l`<p class="sub about">For comparison: ${q}</p>`)}
    ${oe(t)}
    ${_.length===0?null:l`<figure>
            <figcaption><h4>${ne(t)}</h4></figcaption>
            ${nt(_)}
          </figure>`}
    ${Vt(t)}
    <h3>Details</h3>
    ${i===void 0?null:Lt(i)} ${a===void 0?null:St(a)}
    ${o===void 0?null:Et(o)} ${r===void 0?null:jt(r)}
    ${i===void 0?null:Nt(i)}
  </section>`}s(ee,"runSection");function ne({evidence:t}){const n=(0,f.p0)((0,A.sW)(t)),{rollout:e}=t;return e?.outcome==="passed"&&!(0,A._5)(e)?`From model to all traffic in ${n}`:`Where the time went: ${n}`}s(ne,"stagesTitle");function oe(t){const{validate:n,build:e,smoke:a,rollout:o}=t.evidence,r=[];if(o!==void 0&&(0,w.CR)(o)!==null){const{candidate:i}=o.volatile.totals,c=o.volatile.timeline.flatMap(({weight:d,kind:u})=>d===void 0||u==="promoted"?[]:[d]);(0,w.QW)(o)&&r.push(["from the first live request to the decision",S(t)]),r.push(["requests the candidate served as a canary",(0,R.U)(i.requests)]),r.push(["of them failed",(0,R.U)(i.errors)]),r.push(["largest share of traffic before the decision",(0,f.KN)(Math.max(0,...c))])}if(n!==void 0&&r.push(["model",(0,f.ee)(n.model.bytes)]),e!==void 0&&r.push(["image",(0,f.ee)(e.image.bytes)]),a!==void 0){const i=a.checks.filter(({verdict:d})=>d==="passed").length,c=a.checks.filter(({verdict:d})=>d!=="skipped").length;r.push(["smoke checks passed",`${i} of ${c}`])}return r.length===0?null:l`<dl class="figures">
    ${r.map(([i,c])=>l`<div>
          <dt>${i}</dt>
          <dd>${c}</dd>
        </div>`)}
  </dl>`}s(oe,"figures");const ae=new G(`<style>
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
</style>`);function se(t){const n=re(t);return l`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${n}</title>
        ${ae}
      </head>
      <body>
        <main>
          <header>
            <h1>${n}</h1>
            ${ie(t)}
          </header>
          ${b(t)} ${t.map((a,o)=>ee(a,o))}
          <footer>
            Made by ${de(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}s(se,"htmlReport");function re(t){const n=t.flatMap(({evidence:r})=>(0,A.ZL)(r))[0]?.project??"ml-deploy",e=t.map(r=>({name:(0,I.G)(r).name,word:(0,A.CL)(r.evidence).word})),[a,...o]=e;return a===void 0?`${n}: no runs`:o.length===0?`${a.name}: ${a.word}`:`${n}: ${e.map(({name:r,word:i})=>`${r} ${i}`).join(", ")}`}s(re,"headline");function ie(t){const e=t.flatMap(({evidence:r})=>(0,A.ZL)(r))[0],a=t.map(({evidence:r})=>r.rollout).find(r=>r!==void 0);if(e===void 0)return null;const o=[(0,f.n$)(e.volatile.startedAt),e.environment===null?null:`environment ${e.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${e.volatile.host}`];return l`<p class="sub">${o.filter(r=>r!==null).join(" \xB7 ")}</p>`}s(ie,"subtitle");function de(t){const n=new Set(t.flatMap(({evidence:e})=>(0,A.ZL)(e)).map(e=>e.volatile.engine));return n.size===0?"ml-deploy":[...n].join(", ")}s(de,"engines");var ce=v(63021);async function le(t,n){await(0,N.mkdir)(t,{recursive:!0});const e={html:(0,k.join)(t,"report.html"),markdown:(0,k.join)(t,"report.md")};return await Mt(e.html,se(n)),await Mt(e.markdown,(0,ce.markdownReport)(n)),e}s(le,"writeReports");async function Mt(t,n){const e=`${t}.${process.pid}.tmp`;await(0,N.writeFile)(e,n),await(0,N.rename)(e,t)}s(Mt,"replace")})};export{me as id,he as ids,ge as modules};
