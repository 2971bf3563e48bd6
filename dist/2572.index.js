var fe=Object.defineProperty;var a=(Z,K)=>fe(Z,"name",{value:K,configurable:!0});const me=2572,he=[2572,3021],ge={46505:((Z,K,w)=>{w.d(K,{L:a(()=>D,"L"),U:a(()=>y,"U")});function D(u,N,B=`${N}s`){return`${y(u)} ${u===1?N:B}`}a(D,"plural");function y(u){return Number.isSafeInteger(u)?String(u).replaceAll(/\B(?=(?:\d{3})+$)/g,","):u.toLocaleString("en-US")}a(y,"count")}),87703:((Z,K,w)=>{w.d(K,{KN:a(()=>B,"KN"),VK:a(()=>F,"VK"),ee:a(()=>N,"ee"),fQ:a(()=>I,"fQ"),n$:a(()=>J,"n$"),p0:a(()=>y,"p0")});const D="\xA0";function y(m){if(!Number.isFinite(m)||m<0)return"unknown";if(m<1e3)return`${Math.round(m)}${D}ms`;if(m<9950)return`${(m/1e3).toFixed(1)}${D}s`;const d=Math.round(m/1e3);return d<60?`${d}${D}s`:d<3600?u(Math.floor(d/60),"min",d%60,"s"):u(Math.floor(d/3600),"h",Math.round(d%3600/60),"min")}a(y,"duration");function u(m,d,j,k){return j===0?`${m}${D}${d}`:`${m}${D}${d} ${j}${D}${k}`}a(u,"join");function N(m){const d=["B","kB","MB","GB","TB"];let j=m,k=0;for(;j>=999.5&&k<d.length-1;)j/=1e3,k+=1;return`${k>0&&j<99.95?j.toFixed(1):j.toFixed(0)}${D}${d[k]??""}`}a(N,"bytes");function B(m){const d=m*100;return d===0||d>=100?`${d.toFixed(0)}${D}%`:`${Number(d.toPrecision(d>=10?3:2))}${D}%`}a(B,"percent");function F(m){return m.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}a(F,"shortDigest");function I(m){return m.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}a(I,"shortenDigests");function J(m){const d=Date.parse(m);return Number.isNaN(d)?m:`${new Date(d).toISOString().slice(0,19).replace("T"," ")} UTC`}a(J,"moment")}),86078:((Z,K,w)=>{w.d(K,{A0:a(()=>I,"A0"),Bx:a(()=>J,"Bx"),CR:a(()=>y,"CR"),EN:a(()=>B,"EN"),KG:a(()=>F,"KG"),QW:a(()=>u,"QW"),_C:a(()=>N,"_C")});var D=w(87703);function y({volatile:m}){const d=m.timeline.flatMap(({at:h,weight:b})=>b===void 0?[]:[{at:Date.parse(h),weight:b}]),j=d.find(({weight:h})=>h>0);if(j===void 0||m.ticks.length===0)return null;const k=m.ticks.map(({at:h})=>Date.parse(h)),at=m.timeline.filter(({kind:h})=>h==="decision").map(({at:h})=>Date.parse(h)).at(-1)??Math.max(...k);return{from:j.at,decided:at,weights:d}}a(y,"livePhase");function u({decision:m,volatile:d}){return(m==="promote"||m==="rollback")&&d.totals.candidate.requests>0}a(u,"wasDecided");function N(m,{from:d,decided:j}){const k=(0,D.p0)(j-d);return m.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${k} at its share of the traffic`:u(m)?`decided ${k} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[m.decision]} ${k} after the first live request`}a(N,"decisionWords");function B(m,d){return m.volatile.ticks.filter(j=>j.metric===d)}a(B,"ticksOf");function F(m,d){const j=m.metrics.find(x=>x.metric===d);if(j===void 0)return null;const k=a(x=>Math.min(x.logWorse,x.logAboveFloor)>=j.logRollback,"due");return B(m,d).find(k)??null}a(F,"rollbackTick");function I(m){return(m.metrics.find(({metric:j})=>F(m,j)!==null)??m.metrics[0])?.metric??null}a(I,"decidingMetric");function J(m){const d=Date.parse(m[0]?.at??"");return m.map(j=>({afterMs:Date.parse(j.at)-d,event:j}))}a(J,"sinceStart")}),63021:((Z,K,w)=>{w.d(K,{F:a(()=>x,"F"),markdownReport:a(()=>j,"markdownReport")});var D=w(46505),y=w(87703),u=w(86078),N=w(65102),B=w(42639),F=w(35944),I=w(74700);const J=1024*1024-64*1024,m=100,d={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function j($){const v=$.flatMap(S=>{const{validate:g,build:M,smoke:C,rollout:P}=S.evidence;return[at(S),...P===void 0?[]:[h(P)],...g===void 0?[]:[R(g)],...C===void 0?[]:[T(C)],...M===void 0?[]:[tt(M)],...P===void 0?[]:[Q(P)]]});return k(v.filter(S=>S!==""))}a(j,"markdownReport");function k($){const v=[];let S=200;for(const[g,M]of $.entries()){if(S+=Buffer.byteLength(M)+1,S>J){v.push(`_${(0,D.L)($.length-g,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}v.push(M)}return v.join(`
`)}a(k,"fit");function x($){return(0,F.R)($,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,v=>`&#${v.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,v=>`${v.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(v,S,g)=>`${S}${g.slice(0,-1)}&#${g.codePointAt(g.length-1)??0};`)}a(x,"escapeMarkdown");function at($){const{evidence:v}=$,{word:S,tone:g}=(0,N.CL)(v),{name:M,about:C}=(0,B.G)($),P=(0,N.o6)(v).map(({stage:H,outcome:nt,ms:et,summary:st})=>[H,nt,(0,y.p0)(et),(0,y.fQ)(st)]),X=v.rollout===void 0?[]:(0,N.QA)(v.rollout),V=v.stopped?.error.hint??null,z=[...V===null?[]:[V],...X].map(H=>`- ${x(H)}
`).join("");return`## ${d[g]} ${x(M)}: ${x(S)}

${C===""?"":`${x(C)}

`}${x((0,N.W0)(v))}

${z}${z===""?"":`
`}${G(["Stage","Outcome","Time","Summary"],P)}
All stages together: ${(0,y.p0)((0,N.sW)(v))}
`}a(at,"heading");function h($){const v=(0,u.CR)($);if(v===null)return"";const{totals:S}=$.volatile,g=$.metrics.map(M=>{const C=(0,u.EN)($,M.metric).at(-1),P=a((V,z)=>V===void 0?"\u2013":`${b(V)} of ${b(z)}`,"value"),X=["candidate","stable"].map(V=>{const z=(0,u.EN)($,M.metric),H=z.reduce((et,st)=>et+st[V].total,0),nt=z.reduce((et,st)=>et+st[V].bad,0);return H===0?"no requests":`${(0,D.U)(nt)} of ${(0,D.U)(H)} (${(0,y.KN)(nt/H)})`});return[M.title,(0,y.KN)(M.slo),...X,P(C?.logWorse,M.logRollback),P(C?.logAboveFloor,M.logRollback),P(C?.logGood,M.logPromote)]});return`### Canary

The candidate ${x($.candidate.name)} served ${(0,D.L)(S.candidate.requests,"request")}, ${(0,D.U)(S.candidate.errors)} of them failed; ${(0,u._C)($,v)}.

`+G(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],g)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+($.volatile.thresholdRules??[]).map(({message:M})=>`
For comparison: ${x(M)}
`).join("")}a(h,"canary");function b($){const v=Math.exp(Math.min($,700));return v>=1e3||v<.01?v.toExponential(1).replace("e+","e"):String(Number(v.toPrecision(2)))}a(b,"evidenceValue");function R({model:$,verdict:v}){const S=$.files.flatMap(M=>M.findings.map(C=>{const{severity:P,rule:X,member:V,offset:z,message:H,hint:nt}=C,et=`${M.path}${V===void 0?"":`, member ${V}`}${z===null?"":`, byte ${(0,D.U)(z)}`}`;return[P,X,et,`${O(H)} ${nt} ${(0,I.E)(C)}`.trim()]})),g=`Model: ${v}, ${(0,D.L)($.files.length,"file")}, ${(0,y.ee)($.bytes)}, ${(0,y.VK)($.digest)}`;return S.length===0?`### ${x(g)}
`:`### ${x(g)}

${G(["Severity","Rule","Where","What"],S)}`}a(R,"findings");function O($){return/[.!?]$/.test($)?$:`${$}.`}a(O,"sentence");function T($){const v=$.checks.map(S=>[S.verdict,S.title,(0,y.fQ)(S.limit??"\u2013"),(0,y.fQ)(S.message)]);return U(`Smoke test: ${$.summary}`,G(["Result","Check","Allowed","Seen"],v))}a(T,"checks");function tt({image:$}){const v=$.layers.map(g=>[g.kind,g.title,(0,y.ee)(g.bytes),(0,y.VK)(g.digest)]),S=G(["Holds","What","Size","Digest"],v);return U(`Image: ${(0,y.ee)($.bytes)}, ${$.reference}`,S)}a(tt,"image");function Q($){const{timeline:v,diagnosis:S}=$.volatile,g=(0,u.Bx)(v).map(({afterMs:C,event:P})=>[(0,y.p0)(C),P.kind,(0,y.fQ)(P.message)]),M=S.slice(0,m).map(C=>`- ${x(C)}
`).join("");return U("Events of the rollout",`${G(["After","Kind","What happened"],g)}${M===""?"":`
Captured before the candidate was removed:

${M}`}`)}a(Q,"events");function U($,v){return`<details><summary>${x($)}</summary>

${v}
</details>
`}a(U,"folded");function G($,v){const S=a(C=>`| ${C.map(P=>x(P)).join(" | ")} |
`,"line"),g=v.length-m,M=g>0?`
and ${(0,D.U)(g)} more, in the JSON evidence
`:"";return S($)+S($.map(()=>"---"))+v.slice(0,m).map(S).join("")+M}a(G,"table")}),65102:((Z,K,w)=>{w.d(K,{CL:a(()=>N,"CL"),KL:a(()=>J,"KL"),QA:a(()=>d,"QA"),W0:a(()=>m,"W0"),ZL:a(()=>u,"ZL"),_5:a(()=>I,"_5"),o6:a(()=>x,"o6"),sW:a(()=>at,"sW")});var D=w(478),y=w(87703);function u({validate:h,build:b,smoke:R,rollout:O}){return[h,b,R,O].filter(T=>T!==void 0)}a(u,"stagesOf");function N(h){if(h.stopped!==void 0)return B(h.stopped);const b=u(h).at(-1);if(b===void 0)return{word:"did not start",tone:"waiting"};if(b.stage==="rollout")return F(b);const R={validate:"validated",build:"built",smoke:"smoke-tested"}[b.stage];switch(b.outcome){case"passed":return{word:R,tone:"good"};case"failed":return{word:`refused by ${b.stage}`,tone:"bad"};case"error":return{word:`error in ${b.stage}`,tone:"trouble"};default:return{word:`${b.stage} ${b.outcome}`,tone:"waiting"}}}a(N,"runOutcome");function B({stage:h,error:b}){return b.kind==="interrupted"?{word:`interrupted in ${h}`,tone:"trouble"}:b.kind==="model"?{word:`refused by ${h}`,tone:"bad"}:{word:`error in ${h}`,tone:"trouble"}}a(B,"stoppedOutcome");function F(h){const{outcome:b,decision:R,strategy:O,stable:T,volatile:tt}=h;return b==="error"?{word:"stopped by an error",tone:"trouble"}:b==="held"||R==="held"?{word:"held",tone:"waiting"}:b==="failed"?{word:O==="first"?"failed":"rolled back",tone:"bad"}:b==="inconclusive"?{word:R==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:I(h)?{word:`${tt.timeline.some(({kind:G})=>G==="settled")?"settings changed, the release stays":"nothing to do"}: ${T?.name??""} already serves`,tone:"good"}:{word:O==="first"?"deployed":O==="adopt"?"adopted":"promoted",tone:"good"}}a(F,"rolloutOutcome");function I({outcome:h,decision:b,stable:R,candidate:O}){return h==="passed"&&b==="none"&&R?.name===O.name}a(I,"isUnchanged");function J(h){const{stopped:b}=h;return(0,y.fQ)(b?.error.message??u(h).at(-1)?.summary??"No stage has run.")}a(J,"runSummary");function m(h){const{stopped:b,rollout:R}=h;return b!==void 0||R===void 0?J(h):(0,y.fQ)(j(R))}a(m,"runLead");function d({summary:h,reasons:b}){return b.filter(R=>R!==h)}a(d,"furtherReasons");function j(h){return d(h).reduce((b,R)=>b.replace(`: ${R}`,".").replace(` ${R}`,""),h.summary)}a(j,"withoutReasons");function k(h){return h.stage==="rollout"?j(h):h.stage!=="smoke"?h.summary:h.checks.filter(({verdict:R})=>R==="failed").reduce((R,{title:O,message:T})=>R.replace(` ${O}: ${T}`,""),h.summary)}a(k,"shortSummary");function x(h){const{stopped:b}=h;return D.Xs.flatMap(R=>{const O=h[R];if(b?.stage===R){const{startedAt:Q,endedAt:U,error:G}=b,$=G.kind==="interrupted"?"interrupted":G.kind==="model"?"failed":"error";return{stage:R,outcome:$,ms:Date.parse(U)-Date.parse(Q),summary:G.message}}if(O===void 0)return[];const T=Date.parse(O.volatile.endedAt)-Date.parse(O.volatile.startedAt),tt=k(O);return{stage:R,outcome:O.outcome,ms:T,summary:tt}})}a(x,"stageSpans");function at(h){return x(h).reduce((b,{ms:R})=>b+(Number.isFinite(R)?R:0),0)}a(at,"runDurationMs")}),42639:((Z,K,w)=>{w.d(K,{G:a(()=>D,"G")});function D({title:y}){const[u="",...N]=y.split(": ");return{name:u,about:N.join(": ")}}a(D,"titleOf")}),35944:((Z,K,w)=>{w.d(K,{R:a(()=>y,"R")});const D=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function y(u,N=!1){return(N?u.replaceAll(/[\r\n\t]+/g," "):u.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(D,F=>F===`
`||F==="	"?F:`\\u${(F.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}a(y,"visible")}),74700:((Z,K,w)=>{w.d(K,{E:a(()=>D,"E")});function D({waived:y}){return y===void 0?"":`Waived until ${y.expires} by ${y.owner}: ${y.reason}`}a(D,"waiverText")}),72572:((Z,K,w)=>{w.d(K,{writeReports:a(()=>le,"writeReports")});var D=w(51455),y=w(76760),u=w(87703),N=w(65102),B=w(42639),F=w(35944);class I{static{a(this,"Markup")}source;constructor(n){this.source=n}}const J={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function m(t){return(0,F.R)(t).replaceAll(/[&<>"'`]/g,n=>J[n]??"")}a(m,"escapeHtml");function d(t,...n){const e=t.map((s,o)=>s+(o<n.length?j(n[o]??null):""));return new I(e.join(""))}a(d,"html");function j(t){return t===null?"":t instanceof I?t.source:typeof t=="string"||typeof t=="number"?m(String(t)):t.map(n=>j(n)).join("")}a(j,"render");var k=w(46505),x=w(86078);const at={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function h(t,n){const e=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${at[n]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return d`<span class="badge ${n}">${new I(e)}${t}</span>`}a(h,"badge");function b(t){const n=t.map((e,s)=>{const{word:o,tone:r}=(0,N.CL)(e.evidence);return d`<tr>
      <td class="name"><a href="#run-${s+1}">${(0,B.G)(e).name}</a></td>
      <td>${h(o,r)}</td>
      <td>${(0,N.KL)(e.evidence)}</td>
      <td class="number">${R(e)}</td>
      <td class="number">${O(e)}</td>
      <td class="number">${(0,u.p0)((0,N.sW)(e.evidence))}</td>
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
  </div>`}a(b,"outcomeTable");function R({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const n=(0,x.CR)(t);if(n===null||!(0,x.QW)(t))return"\u2013";const e=t.metrics.flatMap(({metric:o})=>{const r=(0,x.KG)(t,o);return r===null?[]:[Date.parse(r.at)]}),s=t.decision==="rollback"&&e.length>0?Math.min(...e):n.decided;return(0,u.p0)(s-n.from)}a(R,"decidedAfter");function O({evidence:{rollout:t},clients:n}){if(t===void 0)return"\u2013";if(n===void 0)return(0,x.CR)(t)===null?"\u2013":(0,k.U)(t.volatile.totals.candidate.errors);const e=n.perSecond.filter(({revision:s})=>s!==t.stable?.name);return(0,k.U)(e.reduce((s,{failed:o})=>s+o,0))}a(O,"harmed");var T=w(25602);const tt=1e3,Q=56,U=790,G=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function $(t,n,e,s=[]){const o=n>t?n:t+1e3,r=(0,T.m4)().domain([t,o]).range([Q,U]),i=(o-t)/1e3,l=G.find(f=>i/f<=9)??Math.ceil(i/8/86400)*86400,c=[];for(let f=Math.ceil((t-e)/1e3/l)*l;f<=(o-e)/1e3;f+=l)c.push({x:r(e+f*1e3),label:v(f,l)});return{x:r,ticks:c,from:t,to:o,marks:s.filter(({at:f})=>f>=t&&f<=o)}}a($,"timeAxis");function v(t,n){return t===0?"0":n<60?`${S(t)} s`:n<3600?`${S(t/60)} min`:`${S(Number((t/3600).toFixed(1)))} h`}a(v,"clock");function S(t){return String(t).replace("-","\u2212")}a(S,"minus");function g(t){return String(Math.round(t*10)/10)}a(g,"n");function M(t,n,e,s={}){const o=s.anchor===void 0||s.anchor==="start"?"":` text-anchor="${s.anchor}"`,r=s.class===void 0?"":` class="${s.class}"`;return`<text x="${g(t)}" y="${g(n)}"${o}${r}>${m(e)}</text>`}a(M,"frame_text");function C(t,n,e,s,o){return`<line x1="${g(t)}" y1="${g(n)}" x2="${g(e)}" y2="${g(s)}" class="${o}"/>`}a(C,"rule");function P(t,n,e){const o=t.toSorted((i,l)=>i.y-l.y).map(i=>({...i,at:Math.max(i.y,n+4)}));for(let i=1;i<o.length;i++){const[l,c]=[o[i-1],o[i]];l!==void 0&&c!==void 0&&(c.at=Math.max(c.at,l.at+15))}let r=e-4;for(const i of o.toReversed())i.at=Math.min(i.at,r),r=i.at-15;return o.map(i=>M(U+12,i.at+4,i.text,{class:i.class})).join("")}a(P,"sideLabels");function X(t,n,e,s){const o=e.map(({y:i,label:l})=>C(Q,i,U,i,"grid")+M(Q-8,i+4,l,{anchor:"end"})),r=n.ticks.map(({x:i,label:l})=>C(i,t.bottom,i,t.bottom+4,"axis")+M(i,t.bottom+18,l,{anchor:"middle"}));return[...o,...n.marks.map(({at:i})=>C(n.x(i),t.top,n.x(i),t.bottom,"event")),...V(n,t.top-7),C(Q,t.bottom,U,t.bottom,"axis"),...r,M(U+12,t.bottom+18,s)].join("")}a(X,"frame_frame");function V(t,n){let e=0;return t.marks.map(({at:s,label:o})=>{const r=Math.max(t.x(s)-4,e);return e=r+7*o.length+10,M(r,n,o,{class:"ink"})})}a(V,"momentLabels");function z(t,n,e){return new I(`<div class="chart"><svg viewBox="0 0 ${tt} ${g(t)}" role="img" aria-label="${m(n)}">${e.join("")}</svg></div>`)}a(z,"drawing");function H(t,n=800){if(t.length<=n)return[...t];const e=Math.ceil(t.length/n);return t.filter((s,o)=>o%e===0||o===t.length-1)}a(H,"thin");function nt(t){let n=0;const e=t.map(l=>{const c=n;return n+=l.ms,{stage:l,from:c,to:n}}),s=Q+30,o=(0,T.m4)().domain([0,Math.max(n,1)]).range([s,U]),r=24,i=e.flatMap(({stage:l,from:c,to:f},p)=>{const A=4+p*r,E=Math.max(3,o(f)-o(c)),_={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[l.outcome];return[M(s-10,A+14,l.stage,{anchor:"end",class:"ink"}),C(s,A+10,U,A+10,"grid"),`<rect x="${g(o(c))}" y="${g(A+2)}" width="${g(E)}" height="16" rx="3" class="${_}"/>`,M(U+12,A+14,`${l.outcome}, ${(0,u.p0)(f-c)}`,{class:"ink"})]});return z(8+r*e.length,"Time that each stage took",i)}a(nt,"stagesChart");function et(t){const e=["base","dependencies","code","weights","other"].map(c=>({kind:c,size:t.filter(f=>f.kind===c).reduce((f,p)=>f+p.bytes,0)})).filter(({size:c})=>c>0),s=e.reduce((c,{size:f})=>c+f,0),o=(0,T.m4)().domain([0,Math.max(1,s)]).range([0,tt]);let r=0;const i=e.map(({kind:c,size:f})=>{const p=o(r);return r+=f,{kind:c,from:p,wide:Math.max(2,o(f)-1.5),label:`${c} ${(0,u.ee)(f)}`,at:p}});st(i);const l=i.flatMap(({kind:c,from:f,wide:p,label:A,at:E})=>[`<rect x="${g(f)}" y="2" width="${g(p)}" height="22" rx="2" class="k-${c}"/>`,M(E,41,A,{class:"ink"})]);return z(48,"Sizes of the image by what they hold",l)}a(et,"layersChart");function st(t){const n=a(({label:o})=>7.2*o.length+14,"room");let e=0;for(const o of t)o.at=Math.max(o.at,e),e=o.at+n(o);let s=tt+14;for(const o of t.toReversed())o.at=Math.min(o.at,s-n(o)),s=o.at}a(st,"spread");var Dt=w(74700);const pt=200;function St(t){const n=t.model.files.flatMap(o=>o.findings.map(r=>({file:o.path,finding:r}))),e=rt(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[d`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Ct(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,u.ee)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,u.VK)(o.sha256)}</code></td>`])),s=n.length===0?d`<p class="note">Nothing was found.</p>`:rt(["Severity","Rule","Where","What, and what to do"],n.map(({file:o,finding:r})=>[d`<td class="tight ${Pt(r)}">${r.severity}</td>
              <td class="tight long"><code>${r.rule}</code></td>
              <td>${At(o,r)}</td>
              <td>${r.message}<br /><span class="sub">${r.hint} ${(0,Dt.E)(r)}</span></td>`]));return ct("Validate",t.summary,d`${e}
      <h3>Findings</h3>
      ${s}${Rt(t)}`,t.outcome!=="passed")}a(St,"validateDetails");function At(t,{member:n,offset:e}){const s=n===void 0?t:`${t}, member ${n}`;return e===null?s:`${s}, byte ${(0,k.U)(e)}`}a(At,"where");function Rt({contract:t}){if(t===null)return null;const e=[...t.inputs.map(s=>({spec:s,way:"input"})),...t.outputs.map(s=>({spec:s,way:"output"}))].map(({spec:s,way:o})=>[d`<td class="tight">${o}</td>
      <td>${s.name}</td>
      <td class="tight">${s.dtype}</td>
      <td class="tight">[${s.shape.map(r=>r??"any").join(", ")}]</td>`]);return d`<h3>Inputs and outputs (${t.source})</h3>
    ${rt(["","Name","Type","Shape"],e)}`}a(Rt,"contract");function Nt(t){const{image:n,volatile:e}=t,s=n.layers.map(r=>[d`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,u.ee)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,u.VK)(r.digest)}</code></td>`]),o=d`<p class="note">
    ${n.platform}, runs as user ${n.user}; built by ${e.builder} in ${(0,u.p0)(e.buildMs)}, pushed
    in ${(0,u.p0)(e.pushMs)} (${(0,u.ee)(e.uploadedBytes)} sent). Deployed as <code>${n.reference}</code>
  </p>`;return ct("Image",`${(0,u.ee)(n.bytes)} in ${(0,k.L)(n.layers.length,"layer")}`,d`${et(n.layers)}${o}${rt(["Holds","What",">Size","Digest"],s)}`,t.outcome!=="passed")}a(Nt,"imageDetails");function jt(t){const{checks:n,volatile:e,hardware:s}=t,o={passed:"good",failed:"bad",skipped:"sub"},r=n.map(p=>[d`<td class="tight ${o[p.verdict]}">${p.verdict}</td>
      <td>${p.title}</td>
      <td>${(0,u.fQ)(p.limit??"\u2013")}</td>
      <td>${(0,u.fQ)(p.message)}</td>`]),i=e.latencyMs,l=i===null?null:d` Latency of ${(0,k.L)(i.count,"request")}: half within ${mt(i.p50)}, 95 % within
        ${mt(i.p95)}, 99 % within ${mt(i.p99)}.`,c=d`<p class="note">
    On ${s.device==="gpu"?"GPU":"CPU"} (${s.name}), runtime ${t.runtime}; ready after
    ${(0,u.p0)(e.readyMs)}, stopped in ${(0,u.p0)(e.stopMs)}.${l}
  </p>`,f=e.details.length===0?null:d`<pre>${e.details.slice(-pt).join(`
`)}</pre>`;return ct("Smoke test",t.summary,d`${c}${rt(["Result","Check","Allowed","Seen"],r)}${f}`,t.outcome!=="passed")}a(jt,"smokeDetails");function mt(t){return`${Number(t.toPrecision(3))} ms`}a(mt,"ms");function Et(t){const{timeline:n,diagnosis:e,apiRequests:s}=t.volatile,o=(0,x.Bx)(n).map(({afterMs:i,event:l})=>[d`<td class="number">${(0,u.p0)(i)}</td>
      <td class="tight"><code>${l.kind}</code></td>
      <td>${(0,u.fQ)(l.message)}</td>`]),r=e.length===0?null:d`<h3>Captured before the candidate was removed</h3>
          <pre>${e.slice(0,pt).join(`
`)}</pre>`;return ct("Events of the rollout",`${(0,k.L)(n.length,"event")}, ${(0,k.L)(s,"request")} to the API server`,d`${rt([">After","Kind","What happened"],o)}${r}`,!0)}a(Et,"eventDetails");function Lt({model:t,namespace:n,provider:e,stable:s,candidate:o,strategy:r}){const l=[...s===null?[]:[{role:"stable before",facts:s}],{role:r==="first"?"first":"candidate",facts:o}].map(({role:f,facts:p})=>[d`<td class="tight">${p.name} (${f})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,u.VK)(p.modelDigest)}</code
        >
      </td>`]),c=d`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${n}; traffic is split by the provider ${e};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return ct("Objects",`model ${t} in namespace ${n}`,d`${c}${rt(["Revision","Objects","Image","Model"],l)}`,!1)}a(Lt,"objectDetails");function ct(t,n,e,s){return d`<details${s?new I(" open"):null}><summary>${t}<span class="sub">${(0,u.fQ)(n)}</span></summary>${e}</details>`}a(ct,"section");function rt(t,n){const e=t.map(i=>i.startsWith(">")?d`<th class="number">${i.slice(1)}</th>`:d`<th>${i}</th>`),s=n.slice(0,pt).map(i=>d`<tr>
        ${i}
      </tr>`),o=n.length-s.length,r=o>0?d`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,k.U)(o)} more, in the JSON evidence</td>
        </tr>`:null;return d`<table>
    <thead>
      <tr>
        ${e}
      </tr>
    </thead>
    <tbody>
      ${s}${r}
    </tbody>
  </table>`}a(rt,"table");function Ct(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}a(Ct,"verdictTone");function Pt({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}a(Pt,"severityTone");var dt=w(76879);function Wt(t,n,e,s){const o={top:26,bottom:174},r={stable:gt(t,"stable"),candidate:gt(t,"candidate")},i=[...r.stable,...r.candidate],l=Math.max(n.slo*1.6,...i.slice(2).map(({running:E})=>E*1.4)),c=(0,T.m4)().domain([0,Math.min(1,l)]).nice(4).range([o.bottom,o.top]).clamp(!0),f=["stable","candidate"],p=[{y:c(n.slo),text:`limit (slo): ${(0,u.KN)(n.slo)}`,class:"ink"}],A=[X(o,e,c.ticks(4).map(E=>({y:c(E),label:(0,u.KN)(E)})),s)];for(const E of f){const _=H(r[E]),q=(0,dt.n8)(L=>e.x(L.at),L=>c(L.running))(_);_.length<=200&&A.push(..._.map(L=>Kt(L,e,c,E))),A.push(`<path d="${q??""}" class="line s-${E}"/>`);const Y=_.at(-1);Y!==void 0&&p.push({y:c(Y.running),text:`${E}: ${(0,u.KN)(Y.running)} so far`,class:`f-${E} strong`})}return A.push(C(Q,c(n.slo),U,c(n.slo),"line thin dashed s-ink"),P(p,o.top,o.bottom)),z(200,`Share of ${n.title} per arm, over time`,A)}a(Wt,"badEventsChart");function Kt({at:t,tick:n},e,s,o){return n===null?"":`<circle cx="${g(e.x(t))}" cy="${g(s(n))}" r="2.5" class="f-${o} faint"/>`}a(Kt,"dot");function gt(t,n){let e=0,s=0;return t.flatMap(o=>{const r=o[n];return e+=r.total,s+=r.bad,e===0?[]:[{at:Date.parse(o.at),running:s/e,tick:r.total===0?null:r.bad/r.total}]})}a(gt,"points");function Ot(t,n,e,s){const{candidate:o}=n,r={top:26,bottom:204},i=150,l=Ut(t.perSecond,o,e),c=Math.max(1,...l.map(W=>W.stable+W.candidate)),f=Math.max(1,...l.map(({failed:W})=>W)),p=(0,T.m4)().domain([0,c]).nice(3).range([i,r.top]),A=(0,T.m4)().domain([0,f]).range([0,r.bottom-i-22]),E=ht(e),_=Math.max(1,e.x(e.from+E)-e.x(e.from)-1),q=a((W,it,_t,ue)=>_t-it<.05?"":`<rect x="${g(e.x(W))}" y="${g(it)}" width="${g(_)}" height="${g(_t-it)}" class="${ue}"/>`,"bar"),Y=i+14,L=l.flatMap(W=>[q(W.at,p(W.stable),i,"f-stable"),q(W.at,p(W.stable+W.candidate),p(W.stable),"f-candidate"),q(W.at,Y,Y+(W.failed===0?0:Math.max(2,A(W.failed))),"f-bad")]),ot=l.some(({stable:W})=>W>0),ft=[{y:r.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...ot?[{y:r.top+40,text:`answered by ${n.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:Y+8,text:t.totals.failed===0?"none":`${(0,k.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return z(230,"Requests of the clients over time, by the revision that answered, and failed ones",[X(r,e,p.ticks(3).map(W=>({y:p(W),label:(0,k.U)(W)})),s),...L,M(e.x(e.from)-8,Y+12,"failed",{anchor:"end",class:"f-bad strong"}),P(ft,r.top,r.bottom)])}a(Ot,"clientsChart");function ht(t){const n=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(e=>e*1e3).find(e=>n/e<=240)??864e5}a(ht,"binMs");function Ut(t,n,e){const s=new Map,o=ht(e);for(const{at:r,revision:i,ok:l,failed:c}of t){const f=Date.parse(r);if(!(f>=e.from&&f<=e.to))continue;const p=e.from+Math.floor((f-e.from)/o)*o,A=s.get(p)??{at:p,stable:0,candidate:0,failed:0},E=i===n;s.set(p,{at:p,stable:A.stable+(E?0:l),candidate:A.candidate+(E?l:0),failed:A.failed+c})}return[...s.values()]}a(Ut,"bySecond");const Tt=-4,zt=3;function Bt(t,n,e,s,o){const r=n.logRollback/Math.LN10,i=a((c,f,p)=>({label:c,class:"bad",dashed:f,points:[{at:bt(t,s),power:0},...t.map(A=>({at:Date.parse(A.at),power:p(A)/Math.LN10}))]}),"curve"),l=e===null?[]:[{at:Date.parse(e.at),power:Math.min(e.logWorse,e.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return $t("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,c=>c.logWorse),i("bad enough to matter",!0,c=>c.logAboveFloor)],{power:r,label:`roll back at ${vt(n.logRollback)}`,zone:"badzone"},l,s,o)}a(Bt,"rollbackChart");function Ft(t,n,e,s,o){const r=[];let i=null,l=bt(t,s);for(const f of t)f.weight!==i&&r.push({at:l,power:0}),i=f.weight,l=Date.parse(f.at),r.push({at:l,power:f.logGood/Math.LN10});const c=e.flatMap(({at:f,label:p})=>{const A=t.findLast(E=>Date.parse(E.at)<=f);return A===void 0?[]:[{at:Date.parse(A.at),power:A.logGood/Math.LN10,label:p,class:"good"}]});return $t("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:r}],{power:n.logPromote/Math.LN10,label:`step passes at ${vt(n.logPromote)}`,zone:"goodzone"},c,s,o)}a(Ft,"promotionChart");function $t(t,n,e,s,o,r){const i={top:26,bottom:184},l=n.flatMap(L=>L.points.map(({power:ot})=>ot)),c=Math.min(Math.ceil(e.power)+zt,Math.max(Math.ceil(e.power+.3),...l.map(L=>Math.ceil(L)))),f=Math.max(Tt,Math.min(-1,...l.map(L=>Math.floor(L)))),p=(0,T.m4)().domain([f,c]).range([i.bottom,i.top]).clamp(!0),A=c-f>8?3:c-f>4?2:1,E=Array.from({length:c-f+1},(L,ot)=>f+ot).filter(L=>L%A===0).map(L=>({y:p(L),label:Qt(L)})),_=[{y:p(e.power),text:e.label,class:"ink"}],q=n.map(L=>{const ot=H(L.points),ft=ot.at(-1);return ft!==void 0&&_.push({y:p(ft.power),text:L.label,class:`f-${L.class} strong`}),`<path d="${(0,dt.n8)(it=>o.x(it.at),it=>p(it.power))(ot)??""}" class="line s-${L.class}${L.dashed?" dashed":""}"/>`}),Y=s.map(L=>It(L,o,p));return z(210,t,[`<rect x="${Q}" y="${i.top}" width="${U-Q}" height="${g(p(e.power)-i.top)}" class="f-${e.zone}"/>`,X(i,o,E,r),C(Q,p(e.power),U,p(e.power),"line thin dashed s-ink"),...q,...Y,P(_,i.top,i.bottom)])}a($t,"chart");function It(t,n,e){const s=n.x(t.at),o=s>(Q+U)/2;return`<circle cx="${g(s)}" cy="${g(e(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+M(o?s+5:s-5,e(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}a(It,"markAt");function bt(t,n){const[e,s]=t;if(e===void 0)return n.from;const o=Date.parse(e.at);return s===void 0?o:Math.max(n.from,o-(Date.parse(s.at)-o))}a(bt,"start");function vt(t){return String(Number(Math.exp(t).toPrecision(2)))}a(vt,"value");function Qt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),n=>n==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(n)]??"").join("")}`}a(Qt,"powerOfTen");function Gt(t,n,e,s){const o={top:26,bottom:144},r=(0,T.m4)().domain([0,1]).range([o.bottom,o.top]),i=[{at:e.from,weight:0},...n.weights,{at:e.to,weight:n.weights.at(-1)?.weight??0}],l=(0,dt.n8)(_=>e.x(_.at),_=>r(_.weight)).curve(dt.UP)(i),f=H(t.filter(_=>_.candidate.total+_.stable.total>0)).map(_=>({at:Date.parse(_.at),share:_.candidate.total/(_.candidate.total+_.stable.total)})),p=(0,dt.n8)(_=>e.x(_.at),_=>r(_.share)).curve(dt.lU)(f),A=f.length>120?[]:f.map(_=>`<circle cx="${g(e.x(_.at))}" cy="${g(r(_.share))}" r="2.5" class="f-candidate"/>`),E=f.at(-1);return z(170,"Share of the requests that the candidate got, over time",[X(o,e,[0,.5,1].map(_=>({y:r(_),label:(0,u.KN)(_)})),s),`<path d="${l??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,...A,P([{y:r(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...E===void 0?[]:[{y:r(E.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}a(Gt,"splitChart");const lt="since the first live request";function Vt(t){const{rollout:n}=t.evidence;if(n===void 0)return null;const e=(0,x.CR)(n),s=t.clients===void 0?null:Yt(t,n,e);if(e===null)return s;const o=Ht(n,e),r=(0,x.A0)(n),i=n.metrics.find(({metric:c})=>c===r);if(i===void 0)return s;const l=n.metrics.filter(({metric:c})=>c!==r);return d`${s}${qt(n,e,o)}${xt(n,i,o)}${l.map(c=>Zt(n,c,o))}`}a(Vt,"rolloutPlots");function Ht(t,n){const e=Math.max(n.decided,...n.weights.map(({at:r})=>r)),s=(e-n.from)*.04,o=Math.min(e+2.5*s,Math.max(e+s,Date.parse(t.volatile.endedAt)));return $(n.from-s,o,n.from,wt(t,n))}a(Ht,"liveAxis");function wt(t,n){const e=t.candidate.name;return n.weights.map(({at:s,weight:o},r)=>({at:s,label:r===0?`${e} gets ${(0,u.KN)(o)}`:o===0?"back to 0":(0,u.KN)(o)}))}a(wt,"moments");function qt(t,n,e){const s=(0,x.EN)(t,t.metrics[0]?.metric??""),r=`Traffic of the candidate: ${n.weights.map(({weight:i})=>(0,u.KN)(i)).join(", then ")}`;return ut(r,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Gt(s,n,e,lt))}a(qt,"splitFigure");function Zt(t,n,e){return d`<details>
    <summary>Also judged: ${n.title}<span class="sub">${yt(t,n)}</span></summary>
    ${xt(t,n,e)}
  </details>`}a(Zt,"otherMetric");function xt(t,n,e){const s=(0,x.EN)(t,n.metric),o=(0,x.KG)(t,n.metric);return d`${ut(te(`${n.title}: ${yt(t,n)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Wt(s,n,e,lt))}${ut(Jt(n,s,o,e),`Solid line: that its odds are more than ${n.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,u.KN)(n.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Bt(s,n,o,e,lt))}${ut(Xt(t,n,s),`That less than ${(0,u.KN)(n.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Ft(s,n,kt(t),e,lt))}`}a(xt,"metricFigures");function yt(t,{metric:n}){const e=(0,x.EN)(t,n),s=a(o=>{const r=e.reduce((l,c)=>l+c[o].total,0),i=e.reduce((l,c)=>l+c[o].bad,0);return r===0?"no requests":`${(0,k.U)(i)} of ${(0,k.U)(r)} (${(0,u.KN)(i/r)})`},"sum");return`candidate ${s("candidate")}, stable ${s("stable")}`}a(yt,"shareSentence");function Jt(t,n,e,s){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(e!==null){const i=Date.parse(e.at)-s.x.invert(s.ticks.find(({label:l})=>l==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,u.p0)(i)}`}const r=n.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${r?" on both counts":""}`}a(Jt,"worseTitle");function Xt(t,n,e){const s=Number(Math.exp(n.logPromote).toPrecision(2)),o=kt(t).length;return o>0?`Evidence that the candidate is good enough passed ${s} at ${(0,k.L)(o,"step")}`:`Evidence that the candidate is good enough ${e.some(i=>i.logGood>=n.logPromote)?"was not sufficient for a step":`never reached ${s}`}`}a(Xt,"goodTitle");function kt(t){const n=t.volatile.timeline.flatMap(({at:e,weight:s})=>s===void 0?[]:[{at:Date.parse(e),weight:s}]);return n.flatMap(({at:e,weight:s},o)=>{const r=n[o-1];return r!==void 0&&r.weight>0&&s>r.weight?[{at:e,label:`${(0,u.KN)(r.weight)} step passes`}]:[]})}a(kt,"passedSteps");function Yt({clients:t},n,e){if(t===void 0||t.perSecond.length===0)return null;const s=t.perSecond.map(({at:A})=>Date.parse(A)),o=Math.min(...s),r=$(o,Math.max(...s)+1e3,e?.from??o,e===null?[]:wt(n,e)),{requests:i,failed:l}=t.totals,c=`What the clients saw: ${(0,k.L)(i,"request")}, ${l===0?"not one failed":`${(0,k.U)(l)} failed`}`,f=ht(r)/1e3,p=`Answers per ${f===1?"second":`${f} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return ut(c,p,Ot(t,{candidate:n.candidate.name,stable:n.stable?.name??null},r,e===null?"since the rollout began":lt))}a(Yt,"clientsFigure");function ut(t,n,e){return d`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${n}</div>
    </figcaption>
    ${e}
  </figure>`}a(ut,"figure");function te(t){return t.charAt(0).toUpperCase()+t.slice(1)}a(te,"capital");function ee(t,n){const{evidence:e}=t,{validate:s,build:o,smoke:r,rollout:i}=e,{word:l,tone:c}=(0,N.CL)(e),{name:f,about:p}=(0,B.G)(t),A=(0,N.o6)(e),E=e.stopped?.error.hint??null,_=[...E===null?[]:[E],...i===void 0?[]:(0,N.QA)(i)];return d`<section class="run" id="run-${n+1}">
    <h2>${f}${h(l,c)}</h2>
    ${p===""?null:d`<p class="sub about">${p}</p>`}
    <p class="lead">${(0,N.W0)(e)}</p>
    ${_.length===0?null:d`<ul class="reasons">
            ${_.map(q=>d`<li>${q}</li>`)}
          </ul>`}
    ${(i?.volatile.thresholdRules??[]).map(({message:q})=>d`<p class="sub about">For comparison: ${q}</p>`)}
    ${oe(t)}
    ${A.length===0?null:d`<figure>
            <figcaption><h4>${ne(t)}</h4></figcaption>
            ${nt(A)}
          </figure>`}
    ${Vt(t)}
    <h3>Details</h3>
    ${i===void 0?null:Et(i)} ${s===void 0?null:St(s)}
    ${o===void 0?null:Nt(o)} ${r===void 0?null:jt(r)}
    ${i===void 0?null:Lt(i)}
  </section>`}a(ee,"runSection");function ne({evidence:t}){const n=(0,u.p0)((0,N.sW)(t)),{rollout:e}=t;return e?.outcome==="passed"&&!(0,N._5)(e)?`From model to all traffic in ${n}`:`Where the time went: ${n}`}a(ne,"stagesTitle");function oe(t){const{validate:n,build:e,smoke:s,rollout:o}=t.evidence,r=[];if(o!==void 0&&(0,x.CR)(o)!==null){const{candidate:i}=o.volatile.totals,l=o.volatile.timeline.flatMap(({weight:c,kind:f})=>c===void 0||f==="promoted"?[]:[c]);(0,x.QW)(o)&&r.push(["from the first live request to the decision",R(t)]),r.push(["requests the candidate served as a canary",(0,k.U)(i.requests)]),r.push(["of them failed",(0,k.U)(i.errors)]),r.push(["largest share of traffic before the decision",(0,u.KN)(Math.max(0,...l))])}if(n!==void 0&&r.push(["model",(0,u.ee)(n.model.bytes)]),e!==void 0&&r.push(["image",(0,u.ee)(e.image.bytes)]),s!==void 0){const i=s.checks.filter(({verdict:c})=>c==="passed").length,l=s.checks.filter(({verdict:c})=>c!=="skipped").length;r.push(["smoke checks passed",`${i} of ${l}`])}return r.length===0?null:d`<dl class="figures">
    ${r.map(([i,l])=>d`<div>
          <dt>${i}</dt>
          <dd>${l}</dd>
        </div>`)}
  </dl>`}a(oe,"figures");const ae=new I(`<style>
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
</style>`);function se(t){const n=re(t);return d`<!doctype html>
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
          ${b(t)} ${t.map((s,o)=>ee(s,o))}
          <footer>
            Made by ${de(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}a(se,"htmlReport");function re(t){const n=t.flatMap(({evidence:r})=>(0,N.ZL)(r))[0]?.project??"ml-deploy",e=t.map(r=>({name:(0,B.G)(r).name,word:(0,N.CL)(r.evidence).word})),[s,...o]=e;return s===void 0?`${n}: no runs`:o.length===0?`${s.name}: ${s.word}`:`${n}: ${e.map(({name:r,word:i})=>`${r} ${i}`).join(", ")}`}a(re,"headline");function ie(t){const e=t.flatMap(({evidence:r})=>(0,N.ZL)(r))[0],s=t.map(({evidence:r})=>r.rollout).find(r=>r!==void 0);if(e===void 0)return null;const o=[(0,u.n$)(e.volatile.startedAt),e.environment===null?null:`environment ${e.environment}`,s===void 0?null:`namespace ${s.namespace}`,s===void 0?null:`traffic split by ${s.provider}`,`run on ${e.volatile.host}`];return d`<p class="sub">${o.filter(r=>r!==null).join(" \xB7 ")}</p>`}a(ie,"subtitle");function de(t){const n=new Set(t.flatMap(({evidence:e})=>(0,N.ZL)(e)).map(e=>e.volatile.engine));return n.size===0?"ml-deploy":[...n].join(", ")}a(de,"engines");var ce=w(63021);async function le(t,n){await(0,D.mkdir)(t,{recursive:!0});const e={html:(0,y.join)(t,"report.html"),markdown:(0,y.join)(t,"report.md")};return await Mt(e.html,se(n)),await Mt(e.markdown,(0,ce.markdownReport)(n)),e}a(le,"writeReports");async function Mt(t,n){const e=`${t}.${process.pid}.tmp`;await(0,D.writeFile)(e,n),await(0,D.rename)(e,t)}a(Mt,"replace")})};export{me as id,he as ids,ge as modules};
