var fe=Object.defineProperty;var a=(q,U)=>fe(q,"name",{value:U,configurable:!0});const he=2572,me=[2572,3021,7703],ge={46505:((q,U,x)=>{x.d(U,{L:a(()=>L,"L"),U:a(()=>$,"U")});function L(u,E,F=`${E}s`){return`${$(u)} ${u===1?E:F}`}a(L,"plural");function $(u){return Number.isSafeInteger(u)?String(u).replaceAll(/\B(?=(?:\d{3})+$)/g,","):u.toLocaleString("en-US")}a($,"count")}),87703:((q,U,x)=>{x.r(U),x.d(U,{bytes:a(()=>F,"bytes"),count:a(()=>L.U,"count"),duration:a(()=>u,"duration"),moment:a(()=>_,"moment"),percent:a(()=>I,"percent"),plural:a(()=>L.L,"plural"),shortDigest:a(()=>K,"shortDigest"),shortenDigests:a(()=>J,"shortenDigests")});var L=x(46505);const $="\xA0";function u(d){if(!Number.isFinite(d)||d<0)return"unknown";if(d<1e3)return`${Math.round(d)}${$}ms`;if(d<9950)return`${(d/1e3).toFixed(1)}${$}s`;const b=Math.round(d/1e3);return b<60?`${b}${$}s`:b<3600?E(Math.floor(b/60),"min",b%60,"s"):E(Math.floor(b/3600),"h",Math.round(b%3600/60),"min")}a(u,"duration");function E(d,b,k,v){return k===0?`${d}${$}${b}`:`${d}${$}${b} ${k}${$}${v}`}a(E,"join");function F(d){const b=["B","kB","MB","GB","TB"];let k=d,v=0;for(;k>=999.5&&v<b.length-1;)k/=1e3,v+=1;return`${v>0&&k<99.95?k.toFixed(1):k.toFixed(0)}${$}${b[v]??""}`}a(F,"bytes");function I(d){const b=d*100;return b===0||b>=100?`${b.toFixed(0)}${$}%`:`${Number(b.toPrecision(b>=10?3:2))}${$}%`}a(I,"percent");function K(d){return d.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}a(K,"shortDigest");function J(d){return d.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}a(J,"shortenDigests");function _(d){const b=Date.parse(d);return Number.isNaN(b)?d:`${new Date(b).toISOString().slice(0,19).replace("T"," ")} UTC`}a(_,"moment")}),86078:((q,U,x)=>{x.d(U,{A0:a(()=>K,"A0"),Bx:a(()=>J,"Bx"),CR:a(()=>$,"CR"),EN:a(()=>F,"EN"),KG:a(()=>I,"KG"),QW:a(()=>u,"QW"),_C:a(()=>E,"_C")});var L=x(87703);function $({volatile:_}){const d=_.timeline.flatMap(({at:h,weight:w})=>w===void 0?[]:[{at:Date.parse(h),weight:w}]),b=d.find(({weight:h})=>h>0);if(b===void 0||_.ticks.length===0)return null;const k=_.ticks.map(({at:h})=>Date.parse(h)),nt=_.timeline.filter(({kind:h})=>h==="decision").map(({at:h})=>Date.parse(h)).at(-1)??Math.max(...k);return{from:b.at,decided:nt,weights:d}}a($,"livePhase");function u({decision:_,volatile:d}){return(_==="promote"||_==="rollback")&&d.totals.candidate.requests>0}a(u,"wasDecided");function E(_,{from:d,decided:b}){const k=(0,L.duration)(b-d);return _.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${k} at its share of the traffic`:u(_)?`decided ${k} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[_.decision]} ${k} after the first live request`}a(E,"decisionWords");function F(_,d){return _.volatile.ticks.filter(b=>b.metric===d)}a(F,"ticksOf");function I(_,d){const b=_.metrics.find(v=>v.metric===d);if(b===void 0)return null;const k=a(v=>Math.min(v.logWorse,v.logAboveFloor)>=b.logRollback,"due");return F(_,d).find(k)??null}a(I,"rollbackTick");function K(_){return(_.metrics.find(({metric:b})=>I(_,b)!==null)??_.metrics[0])?.metric??null}a(K,"decidingMetric");function J(_){const d=Date.parse(_[0]?.at??"");return _.map(b=>({afterMs:Date.parse(b.at)-d,event:b}))}a(J,"sinceStart")}),63021:((q,U,x)=>{x.d(U,{F:a(()=>v,"F"),markdownReport:a(()=>b,"markdownReport")});var L=x(46505),$=x(87703),u=x(86078),E=x(65102),F=x(42639),I=x(35944),K=x(74700);const J=1024*1024-64*1024,_=100,d={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function b(g){const y=g.flatMap(S=>{const{validate:m,build:M,smoke:P,rollout:W}=S.evidence;return[nt(S),...W===void 0?[]:[h(W)],...m===void 0?[]:[R(m)],...P===void 0?[]:[z(P)],...M===void 0?[]:[tt(M)],...W===void 0?[]:[G(W)]]});return k(y.filter(S=>S!==""))}a(b,"markdownReport");function k(g){const y=[];let S=200;for(const[m,M]of g.entries()){if(S+=Buffer.byteLength(M)+1,S>J){y.push(`_${(0,L.L)(g.length-m,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}y.push(M)}return y.join(`
`)}a(k,"fit");function v(g){return(0,I.R)(g,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,y=>`&#${y.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,y=>`${y.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(y,S,m)=>`${S}${m.slice(0,-1)}&#${m.codePointAt(m.length-1)??0};`)}a(v,"escapeMarkdown");function nt(g){const{evidence:y}=g,{word:S,tone:m}=(0,E.CL)(y),{name:M,about:P}=(0,F.G)(g),W=(0,E.o6)(y).map(({stage:V,outcome:ot,ms:et,summary:st})=>[V,ot,(0,$.duration)(et),(0,$.shortenDigests)(st)]),X=y.rollout===void 0?[]:(0,E.QA)(y.rollout),Q=y.stopped?.error.hint??null,B=[...Q===null?[]:[Q],...X].map(V=>`- ${v(V)}
`).join("");return`## ${d[m]} ${v(M)}: ${v(S)}

${P===""?"":`${v(P)}

`}${v((0,E.W0)(y))}

${B}${B===""?"":`
`}${H(["Stage","Outcome","Time","Summary"],W)}
All stages together: ${(0,$.duration)((0,E.sW)(y))}
`}a(nt,"heading");function h(g){const y=(0,u.CR)(g);if(y===null)return"";const{totals:S}=g.volatile,m=g.metrics.map(M=>{const P=(0,u.EN)(g,M.metric).at(-1),W=a((Q,B)=>Q===void 0?"\u2013":`${w(Q)} of ${w(B)}`,"value"),X=["candidate","stable"].map(Q=>{const B=(0,u.EN)(g,M.metric),V=B.reduce((et,st)=>et+st[Q].total,0),ot=B.reduce((et,st)=>et+st[Q].bad,0);return V===0?"no requests":`${(0,L.U)(ot)} of ${(0,L.U)(V)} (${(0,$.percent)(ot/V)})`});return[M.title,(0,$.percent)(M.slo),...X,W(P?.logWorse,M.logRollback),W(P?.logAboveFloor,M.logRollback),W(P?.logGood,M.logPromote)]});return`### Canary

The candidate ${v(g.candidate.name)} served ${(0,L.L)(S.candidate.requests,"request")}, ${(0,L.U)(S.candidate.errors)} of them failed; ${(0,u._C)(g,y)}.

`+H(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],m)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(g.volatile.thresholdRules??[]).map(({message:M})=>`
For comparison: ${v(M)}
`).join("")}a(h,"canary");function w(g){const y=Math.exp(Math.min(g,700));return y>=1e3||y<.01?y.toExponential(1).replace("e+","e"):String(Number(y.toPrecision(2)))}a(w,"evidenceValue");function R({model:g,verdict:y}){const S=g.files.flatMap(M=>M.findings.map(P=>{const{severity:W,rule:X,member:Q,offset:B,message:V,hint:ot}=P,et=`${M.path}${Q===void 0?"":`, member ${Q}`}${B===null?"":`, byte ${(0,L.U)(B)}`}`;return[W,X,et,`${N(V)} ${ot} ${(0,K.E)(P)}`.trim()]})),m=`Model: ${y}, ${(0,L.L)(g.files.length,"file")}, ${(0,$.bytes)(g.bytes)}, ${(0,$.shortDigest)(g.digest)}`;return S.length===0?`### ${v(m)}
`:`### ${v(m)}

${H(["Severity","Rule","Where","What"],S)}`}a(R,"findings");function N(g){return/[.!?]$/.test(g)?g:`${g}.`}a(N,"sentence");function z(g){const y=g.checks.map(S=>[S.verdict,S.title,(0,$.shortenDigests)(S.limit??"\u2013"),(0,$.shortenDigests)(S.message)]);return T(`Smoke test: ${g.summary}`,H(["Result","Check","Allowed","Seen"],y))}a(z,"checks");function tt({image:g}){const y=g.layers.map(m=>[m.kind,m.title,(0,$.bytes)(m.bytes),(0,$.shortDigest)(m.digest)]),S=H(["Holds","What","Size","Digest"],y);return T(`Image: ${(0,$.bytes)(g.bytes)}, ${g.reference}`,S)}a(tt,"image");function G(g){const{timeline:y,diagnosis:S}=g.volatile,m=(0,u.Bx)(y).map(({afterMs:P,event:W})=>[(0,$.duration)(P),W.kind,(0,$.shortenDigests)(W.message)]),M=S.slice(0,_).map(P=>`- ${v(P)}
`).join("");return T("Events of the rollout",`${H(["After","Kind","What happened"],m)}${M===""?"":`
Captured before the candidate was removed:

${M}`}`)}a(G,"events");function T(g,y){return`<details><summary>${v(g)}</summary>

${y}
</details>
`}a(T,"folded");function H(g,y){const S=a(P=>`| ${P.map(W=>v(W)).join(" | ")} |
`,"line"),m=y.length-_,M=m>0?`
and ${(0,L.U)(m)} more, in the JSON evidence
`:"";return S(g)+S(g.map(()=>"---"))+y.slice(0,_).map(S).join("")+M}a(H,"table")}),65102:((q,U,x)=>{x.d(U,{CL:a(()=>E,"CL"),KL:a(()=>J,"KL"),QA:a(()=>d,"QA"),W0:a(()=>_,"W0"),ZL:a(()=>u,"ZL"),_5:a(()=>K,"_5"),o6:a(()=>v,"o6"),sW:a(()=>nt,"sW")});var L=x(478),$=x(87703);function u({validate:h,build:w,smoke:R,rollout:N}){return[h,w,R,N].filter(z=>z!==void 0)}a(u,"stagesOf");function E(h){if(h.stopped!==void 0)return F(h.stopped);const w=u(h).at(-1);if(w===void 0)return{word:"did not start",tone:"waiting"};if(w.stage==="rollout")return I(w);const R={validate:"validated",build:"built",smoke:"smoke-tested"}[w.stage];switch(w.outcome){case"passed":return{word:R,tone:"good"};case"failed":return{word:`refused by ${w.stage}`,tone:"bad"};case"error":return{word:`error in ${w.stage}`,tone:"trouble"};default:return{word:`${w.stage} ${w.outcome}`,tone:"waiting"}}}a(E,"runOutcome");function F({stage:h,error:w}){return w.kind==="interrupted"?{word:`interrupted in ${h}`,tone:"trouble"}:w.kind==="model"?{word:`refused by ${h}`,tone:"bad"}:{word:`error in ${h}`,tone:"trouble"}}a(F,"stoppedOutcome");function I(h){const{outcome:w,decision:R,strategy:N,stable:z,volatile:tt}=h;return w==="error"?{word:"stopped by an error",tone:"trouble"}:w==="held"||R==="held"?{word:"held",tone:"waiting"}:w==="failed"?{word:N==="first"?"failed":"rolled back",tone:"bad"}:w==="inconclusive"?{word:R==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:K(h)?{word:`${tt.timeline.some(({kind:H})=>H==="settled")?"settings changed, the release stays":"nothing to do"}: ${z?.name??""} already serves`,tone:"good"}:{word:N==="first"?"deployed":N==="adopt"?"adopted":"promoted",tone:"good"}}a(I,"rolloutOutcome");function K({outcome:h,decision:w,stable:R,candidate:N}){return h==="passed"&&w==="none"&&R?.name===N.name}a(K,"isUnchanged");function J(h){const{stopped:w}=h;return(0,$.shortenDigests)(w?.error.message??u(h).at(-1)?.summary??"No stage has run.")}a(J,"runSummary");function _(h){const{stopped:w,rollout:R}=h;return w!==void 0||R===void 0?J(h):(0,$.shortenDigests)(b(R))}a(_,"runLead");function d({summary:h,reasons:w}){return w.filter(R=>R!==h)}a(d,"furtherReasons");function b(h){return d(h).reduce((w,R)=>w.replace(`: ${R}`,".").replace(` ${R}`,""),h.summary)}a(b,"withoutReasons");function k(h){return h.stage==="rollout"?b(h):h.stage!=="smoke"?h.summary:h.checks.filter(({verdict:R})=>R==="failed").reduce((R,{title:N,message:z})=>R.replace(` ${N}: ${z}`,""),h.summary)}a(k,"shortSummary");function v(h){const{stopped:w}=h;return L.Xs.flatMap(R=>{const N=h[R];if(w?.stage===R){const{startedAt:G,endedAt:T,error:H}=w,g=H.kind==="interrupted"?"interrupted":H.kind==="model"?"failed":"error";return{stage:R,outcome:g,ms:Date.parse(T)-Date.parse(G),summary:H.message}}if(N===void 0)return[];const z=Date.parse(N.volatile.endedAt)-Date.parse(N.volatile.startedAt),tt=k(N);return{stage:R,outcome:N.outcome,ms:z,summary:tt}})}a(v,"stageSpans");function nt(h){return v(h).reduce((w,{ms:R})=>w+(Number.isFinite(R)?R:0),0)}a(nt,"runDurationMs")}),42639:((q,U,x)=>{x.d(U,{G:a(()=>L,"G")});function L({title:$}){const[u="",...E]=$.split(": ");return{name:u,about:E.join(": ")}}a(L,"titleOf")}),35944:((q,U,x)=>{x.d(U,{R:a(()=>$,"R")});const L=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function $(u,E=!1){return(E?u.replaceAll(/[\r\n\t]+/g," "):u.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(L,I=>I===`
`||I==="	"?I:`\\u${(I.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}a($,"visible")}),74700:((q,U,x)=>{x.d(U,{E:a(()=>L,"E")});function L({waived:$}){return $===void 0?"":`Waived until ${$.expires} by ${$.owner}: ${$.reason}`}a(L,"waiverText")}),72572:((q,U,x)=>{x.d(U,{writeReports:a(()=>le,"writeReports")});var L=x(51455),$=x(76760),u=x(87703),E=x(65102),F=x(42639),I=x(35944);class K{static{a(this,"Markup")}source;constructor(n){this.source=n}}const J={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function _(t){return(0,I.R)(t).replaceAll(/[&<>"'`]/g,n=>J[n]??"")}a(_,"escapeHtml");function d(t,...n){const e=t.map((s,o)=>s+(o<n.length?b(n[o]??null):""));return new K(e.join(""))}a(d,"html");function b(t){return t===null?"":t instanceof K?t.source:typeof t=="string"||typeof t=="number"?_(String(t)):t.map(n=>b(n)).join("")}a(b,"render");var k=x(46505),v=x(86078);const nt={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function h(t,n){const e=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${nt[n]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return d`<span class="badge ${n}">${new K(e)}${t}</span>`}a(h,"badge");function w(t){const n=t.map((e,s)=>{const{word:o,tone:r}=(0,E.CL)(e.evidence);return d`<tr>
      <td class="name"><a href="#run-${s+1}">${(0,F.G)(e).name}</a></td>
      <td>${h(o,r)}</td>
      <td>${(0,E.KL)(e.evidence)}</td>
      <td class="number">${R(e)}</td>
      <td class="number">${N(e)}</td>
      <td class="number">${(0,u.duration)((0,E.sW)(e.evidence))}</td>
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
  </div>`}a(w,"outcomeTable");function R({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const n=(0,v.CR)(t);if(n===null||!(0,v.QW)(t))return"\u2013";const e=t.metrics.flatMap(({metric:o})=>{const r=(0,v.KG)(t,o);return r===null?[]:[Date.parse(r.at)]}),s=t.decision==="rollback"&&e.length>0?Math.min(...e):n.decided;return(0,u.duration)(s-n.from)}a(R,"decidedAfter");function N({evidence:{rollout:t},clients:n}){if(t===void 0)return"\u2013";if(n===void 0)return(0,v.CR)(t)===null?"\u2013":(0,k.U)(t.volatile.totals.candidate.errors);const e=n.perSecond.filter(({revision:s})=>s!==t.stable?.name);return(0,k.U)(e.reduce((s,{failed:o})=>s+o,0))}a(N,"harmed");var z=x(25602);const tt=1e3,G=56,T=790,H=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function g(t,n,e,s=[]){const o=n>t?n:t+1e3,r=(0,z.m4)().domain([t,o]).range([G,T]),i=(o-t)/1e3,l=H.find(f=>i/f<=9)??Math.ceil(i/8/86400)*86400,c=[];for(let f=Math.ceil((t-e)/1e3/l)*l;f<=(o-e)/1e3;f+=l)c.push({x:r(e+f*1e3),label:y(f,l)});return{x:r,ticks:c,from:t,to:o,marks:s.filter(({at:f})=>f>=t&&f<=o)}}a(g,"timeAxis");function y(t,n){return t===0?"0":n<60?`${S(t)} s`:n<3600?`${S(t/60)} min`:`${S(Number((t/3600).toFixed(1)))} h`}a(y,"clock");function S(t){return String(t).replace("-","\u2212")}a(S,"minus");function m(t){return String(Math.round(t*10)/10)}a(m,"n");function M(t,n,e,s={}){const o=s.anchor===void 0||s.anchor==="start"?"":` text-anchor="${s.anchor}"`,r=s.class===void 0?"":` class="${s.class}"`;return`<text x="${m(t)}" y="${m(n)}"${o}${r}>${_(e)}</text>`}a(M,"frame_text");function P(t,n,e,s,o){return`<line x1="${m(t)}" y1="${m(n)}" x2="${m(e)}" y2="${m(s)}" class="${o}"/>`}a(P,"rule");function W(t,n,e){const o=t.toSorted((i,l)=>i.y-l.y).map(i=>({...i,at:Math.max(i.y,n+4)}));for(let i=1;i<o.length;i++){const[l,c]=[o[i-1],o[i]];l!==void 0&&c!==void 0&&(c.at=Math.max(c.at,l.at+15))}let r=e-4;for(const i of o.toReversed())i.at=Math.min(i.at,r),r=i.at-15;return o.map(i=>M(T+12,i.at+4,i.text,{class:i.class})).join("")}a(W,"sideLabels");function X(t,n,e,s){const o=e.map(({y:i,label:l})=>P(G,i,T,i,"grid")+M(G-8,i+4,l,{anchor:"end"})),r=n.ticks.map(({x:i,label:l})=>P(i,t.bottom,i,t.bottom+4,"axis")+M(i,t.bottom+18,l,{anchor:"middle"}));return[...o,...n.marks.map(({at:i})=>P(n.x(i),t.top,n.x(i),t.bottom,"event")),...Q(n,t.top-7),P(G,t.bottom,T,t.bottom,"axis"),...r,M(T+12,t.bottom+18,s)].join("")}a(X,"frame_frame");function Q(t,n){let e=0;return t.marks.map(({at:s,label:o})=>{const r=Math.max(t.x(s)-4,e);return e=r+7*o.length+10,M(r,n,o,{class:"ink"})})}a(Q,"momentLabels");function B(t,n,e){return new K(`<div class="chart"><svg viewBox="0 0 ${tt} ${m(t)}" role="img" aria-label="${_(n)}">${e.join("")}</svg></div>`)}a(B,"drawing");function V(t,n=800){if(t.length<=n)return[...t];const e=Math.ceil(t.length/n);return t.filter((s,o)=>o%e===0||o===t.length-1)}a(V,"thin");function ot(t){let n=0;const e=t.map(l=>{const c=n;return n+=l.ms,{stage:l,from:c,to:n}}),s=G+30,o=(0,z.m4)().domain([0,Math.max(n,1)]).range([s,T]),r=24,i=e.flatMap(({stage:l,from:c,to:f},p)=>{const A=4+p*r,j=Math.max(3,o(f)-o(c)),D={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[l.outcome];return[M(s-10,A+14,l.stage,{anchor:"end",class:"ink"}),P(s,A+10,T,A+10,"grid"),`<rect x="${m(o(c))}" y="${m(A+2)}" width="${m(j)}" height="16" rx="3" class="${D}"/>`,M(T+12,A+14,`${l.outcome}, ${(0,u.duration)(f-c)}`,{class:"ink"})]});return B(8+r*e.length,"Time that each stage took",i)}a(ot,"stagesChart");function et(t){const e=["base","dependencies","code","weights","other"].map(c=>({kind:c,size:t.filter(f=>f.kind===c).reduce((f,p)=>f+p.bytes,0)})).filter(({size:c})=>c>0),s=e.reduce((c,{size:f})=>c+f,0),o=(0,z.m4)().domain([0,Math.max(1,s)]).range([0,tt]);let r=0;const i=e.map(({kind:c,size:f})=>{const p=o(r);return r+=f,{kind:c,from:p,wide:Math.max(2,o(f)-1.5),label:`${c} ${(0,u.bytes)(f)}`,at:p}});st(i);const l=i.flatMap(({kind:c,from:f,wide:p,label:A,at:j})=>[`<rect x="${m(f)}" y="2" width="${m(p)}" height="22" rx="2" class="k-${c}"/>`,M(j,41,A,{class:"ink"})]);return B(48,"Sizes of the image by what they hold",l)}a(et,"layersChart");function st(t){const n=a(({label:o})=>7.2*o.length+14,"room");let e=0;for(const o of t)o.at=Math.max(o.at,e),e=o.at+n(o);let s=tt+14;for(const o of t.toReversed())o.at=Math.min(o.at,s-n(o)),s=o.at}a(st,"spread");var _t=x(74700);const pt=200;function St(t){const n=t.model.files.flatMap(o=>o.findings.map(r=>({file:o.path,finding:r}))),e=rt(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[d`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Pt(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,u.bytes)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,u.shortDigest)(o.sha256)}</code></td>`])),s=n.length===0?d`<p class="note">Nothing was found.</p>`:rt(["Severity","Rule","Where","What, and what to do"],n.map(({file:o,finding:r})=>[d`<td class="tight ${Wt(r)}">${r.severity}</td>
              <td class="tight long"><code>${r.rule}</code></td>
              <td>${At(o,r)}</td>
              <td>${r.message}<br /><span class="sub">${r.hint} ${(0,_t.E)(r)}</span></td>`]));return ct("Validate",t.summary,d`${e}
      <h3>Findings</h3>
      ${s}${Et(t)}`,t.outcome!=="passed")}a(St,"validateDetails");function At(t,{member:n,offset:e}){const s=n===void 0?t:`${t}, member ${n}`;return e===null?s:`${s}, byte ${(0,k.U)(e)}`}a(At,"where");function Et({contract:t}){if(t===null)return null;const e=[...t.inputs.map(s=>({spec:s,way:"input"})),...t.outputs.map(s=>({spec:s,way:"output"}))].map(({spec:s,way:o})=>[d`<td class="tight">${o}</td>
      <td>${s.name}</td>
      <td class="tight">${s.dtype}</td>
      <td class="tight">[${s.shape.map(r=>r??"any").join(", ")}]</td>`]);return d`<h3>Inputs and outputs (${t.source})</h3>
    ${rt(["","Name","Type","Shape"],e)}`}a(Et,"contract");function Rt(t){const{image:n,volatile:e}=t,s=n.layers.map(r=>[d`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,u.bytes)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,u.shortDigest)(r.digest)}</code></td>`]),o=d`<p class="note">
    ${n.platform}, runs as user ${n.user}; built by ${e.builder} in ${(0,u.duration)(e.buildMs)}, pushed
    in ${(0,u.duration)(e.pushMs)} (${(0,u.bytes)(e.uploadedBytes)} sent). Deployed as <code>${n.reference}</code>
  </p>`;return ct("Image",`${(0,u.bytes)(n.bytes)} in ${(0,k.L)(n.layers.length,"layer")}`,d`${et(n.layers)}${o}${rt(["Holds","What",">Size","Digest"],s)}`,t.outcome!=="passed")}a(Rt,"imageDetails");function jt(t){const{checks:n,volatile:e,hardware:s}=t,o={passed:"good",failed:"bad",skipped:"sub"},r=n.map(p=>[d`<td class="tight ${o[p.verdict]}">${p.verdict}</td>
      <td>${p.title}</td>
      <td>${(0,u.shortenDigests)(p.limit??"\u2013")}</td>
      <td>${(0,u.shortenDigests)(p.message)}</td>`]),i=e.latencyMs,l=i===null?null:d` Latency of ${(0,k.L)(i.count,"request")}: half within ${ht(i.p50)}, 95 % within
        ${ht(i.p95)}, 99 % within ${ht(i.p99)}.`,c=d`<p class="note">
    On ${s.device==="gpu"?"GPU":"CPU"} (${s.name}), runtime ${t.runtime}; ready after
    ${(0,u.duration)(e.readyMs)}, stopped in ${(0,u.duration)(e.stopMs)}.${l}
  </p>`,f=e.details.length===0?null:d`<pre>${e.details.slice(-pt).join(`
`)}</pre>`;return ct("Smoke test",t.summary,d`${c}${rt(["Result","Check","Allowed","Seen"],r)}${f}`,t.outcome!=="passed")}a(jt,"smokeDetails");function ht(t){return`${Number(t.toPrecision(3))} ms`}a(ht,"ms");function Lt(t){const{timeline:n,diagnosis:e,apiRequests:s}=t.volatile,o=(0,v.Bx)(n).map(({afterMs:i,event:l})=>[d`<td class="number">${(0,u.duration)(i)}</td>
      <td class="tight"><code>${l.kind}</code></td>
      <td>${(0,u.shortenDigests)(l.message)}</td>`]),r=e.length===0?null:d`<h3>Captured before the candidate was removed</h3>
          <pre>${e.slice(0,pt).join(`
`)}</pre>`;return ct("Events of the rollout",`${(0,k.L)(n.length,"event")}, ${(0,k.L)(s,"request")} to the API server`,d`${rt([">After","Kind","What happened"],o)}${r}`,!0)}a(Lt,"eventDetails");function Ct({model:t,namespace:n,provider:e,stable:s,candidate:o,strategy:r}){const l=[...s===null?[]:[{role:"stable before",facts:s}],{role:r==="first"?"first":"candidate",facts:o}].map(({role:f,facts:p})=>[d`<td class="tight">${p.name} (${f})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,u.shortDigest)(p.modelDigest)}</code
        >
      </td>`]),c=d`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${n}; traffic is split by the provider ${e};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return ct("Objects",`model ${t} in namespace ${n}`,d`${c}${rt(["Revision","Objects","Image","Model"],l)}`,!1)}a(Ct,"objectDetails");function ct(t,n,e,s){return d`<details${s?new K(" open"):null}><summary>${t}<span class="sub">${(0,u.shortenDigests)(n)}</span></summary>${e}</details>`}a(ct,"section");function rt(t,n){const e=t.map(i=>i.startsWith(">")?d`<th class="number">${i.slice(1)}</th>`:d`<th>${i}</th>`),s=n.slice(0,pt).map(i=>d`<tr>
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
  </table>`}a(rt,"table");function Pt(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}a(Pt,"verdictTone");function Wt({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}a(Wt,"severityTone");var dt=x(76879);function Ot(t,n,e,s){const o={top:26,bottom:174},r={stable:gt(t,"stable"),candidate:gt(t,"candidate")},i=[...r.stable,...r.candidate],l=Math.max(n.slo*1.6,...i.slice(2).map(({running:j})=>j*1.4)),c=(0,z.m4)().domain([0,Math.min(1,l)]).nice(4).range([o.bottom,o.top]).clamp(!0),f=["stable","candidate"],p=[{y:c(n.slo),text:`limit (slo): ${(0,u.percent)(n.slo)}`,class:"ink"}],A=[X(o,e,c.ticks(4).map(j=>({y:c(j),label:(0,u.percent)(j)})),s)];for(const j of f){const D=V(r[j]),Z=(0,dt.n8)(C=>e.x(C.at),C=>c(C.running))(D);D.length<=200&&A.push(...D.map(C=>Ut(C,e,c,j))),A.push(`<path d="${Z??""}" class="line s-${j}"/>`);const Y=D.at(-1);Y!==void 0&&p.push({y:c(Y.running),text:`${j}: ${(0,u.percent)(Y.running)} so far`,class:`f-${j} strong`})}return A.push(P(G,c(n.slo),T,c(n.slo),"line thin dashed s-ink"),W(p,o.top,o.bottom)),B(200,`Share of ${n.title} per arm, over time`,A)}a(Ot,"badEventsChart");function Ut({at:t,tick:n},e,s,o){return n===null?"":`<circle cx="${m(e.x(t))}" cy="${m(s(n))}" r="2.5" class="f-${o} faint"/>`}a(Ut,"dot");function gt(t,n){let e=0,s=0;return t.flatMap(o=>{const r=o[n];return e+=r.total,s+=r.bad,e===0?[]:[{at:Date.parse(o.at),running:s/e,tick:r.total===0?null:r.bad/r.total}]})}a(gt,"points");function Nt(t,n,e,s){const{candidate:o}=n,r={top:26,bottom:204},i=150,l=Tt(t.perSecond,o,e),c=Math.max(1,...l.map(O=>O.stable+O.candidate)),f=Math.max(1,...l.map(({failed:O})=>O)),p=(0,z.m4)().domain([0,c]).nice(3).range([i,r.top]),A=(0,z.m4)().domain([0,f]).range([0,r.bottom-i-22]),j=mt(e),D=Math.max(1,e.x(e.from+j)-e.x(e.from)-1),Z=a((O,it,Dt,ue)=>Dt-it<.05?"":`<rect x="${m(e.x(O))}" y="${m(it)}" width="${m(D)}" height="${m(Dt-it)}" class="${ue}"/>`,"bar"),Y=i+14,C=l.flatMap(O=>[Z(O.at,p(O.stable),i,"f-stable"),Z(O.at,p(O.stable+O.candidate),p(O.stable),"f-candidate"),Z(O.at,Y,Y+(O.failed===0?0:Math.max(2,A(O.failed))),"f-bad")]),at=l.some(({stable:O})=>O>0),ft=[{y:r.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...at?[{y:r.top+40,text:`answered by ${n.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:Y+8,text:t.totals.failed===0?"none":`${(0,k.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return B(230,"Requests of the clients over time, by the revision that answered, and failed ones",[X(r,e,p.ticks(3).map(O=>({y:p(O),label:(0,k.U)(O)})),s),...C,M(e.x(e.from)-8,Y+12,"failed",{anchor:"end",class:"f-bad strong"}),W(ft,r.top,r.bottom)])}a(Nt,"clientsChart");function mt(t){const n=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(e=>e*1e3).find(e=>n/e<=240)??864e5}a(mt,"binMs");function Tt(t,n,e){const s=new Map,o=mt(e);for(const{at:r,revision:i,ok:l,failed:c}of t){const f=Date.parse(r);if(!(f>=e.from&&f<=e.to))continue;const p=e.from+Math.floor((f-e.from)/o)*o,A=s.get(p)??{at:p,stable:0,candidate:0,failed:0},j=i===n;s.set(p,{at:p,stable:A.stable+(j?0:l),candidate:A.candidate+(j?l:0),failed:A.failed+c})}return[...s.values()]}a(Tt,"bySecond");const zt=-4,Bt=3;function Ft(t,n,e,s,o){const r=n.logRollback/Math.LN10,i=a((c,f,p)=>({label:c,class:"bad",dashed:f,points:[{at:$t(t,s),power:0},...t.map(A=>({at:Date.parse(A.at),power:p(A)/Math.LN10}))]}),"curve"),l=e===null?[]:[{at:Date.parse(e.at),power:Math.min(e.logWorse,e.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return bt("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,c=>c.logWorse),i("bad enough to matter",!0,c=>c.logAboveFloor)],{power:r,label:`roll back at ${vt(n.logRollback)}`,zone:"badzone"},l,s,o)}a(Ft,"rollbackChart");function It(t,n,e,s,o){const r=[];let i=null,l=$t(t,s);for(const f of t)f.weight!==i&&r.push({at:l,power:0}),i=f.weight,l=Date.parse(f.at),r.push({at:l,power:f.logGood/Math.LN10});const c=e.flatMap(({at:f,label:p})=>{const A=t.findLast(j=>Date.parse(j.at)<=f);return A===void 0?[]:[{at:Date.parse(A.at),power:A.logGood/Math.LN10,label:p,class:"good"}]});return bt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:r}],{power:n.logPromote/Math.LN10,label:`step passes at ${vt(n.logPromote)}`,zone:"goodzone"},c,s,o)}a(It,"promotionChart");function bt(t,n,e,s,o,r){const i={top:26,bottom:184},l=n.flatMap(C=>C.points.map(({power:at})=>at)),c=Math.min(Math.ceil(e.power)+Bt,Math.max(Math.ceil(e.power+.3),...l.map(C=>Math.ceil(C)))),f=Math.max(zt,Math.min(-1,...l.map(C=>Math.floor(C)))),p=(0,z.m4)().domain([f,c]).range([i.bottom,i.top]).clamp(!0),A=c-f>8?3:c-f>4?2:1,j=Array.from({length:c-f+1},(C,at)=>f+at).filter(C=>C%A===0).map(C=>({y:p(C),label:Gt(C)})),D=[{y:p(e.power),text:e.label,class:"ink"}],Z=n.map(C=>{const at=V(C.points),ft=at.at(-1);return ft!==void 0&&D.push({y:p(ft.power),text:C.label,class:`f-${C.class} strong`}),`<path d="${(0,dt.n8)(it=>o.x(it.at),it=>p(it.power))(at)??""}" class="line s-${C.class}${C.dashed?" dashed":""}"/>`}),Y=s.map(C=>Kt(C,o,p));return B(210,t,[`<rect x="${G}" y="${i.top}" width="${T-G}" height="${m(p(e.power)-i.top)}" class="f-${e.zone}"/>`,X(i,o,j,r),P(G,p(e.power),T,p(e.power),"line thin dashed s-ink"),...Z,...Y,W(D,i.top,i.bottom)])}a(bt,"chart");function Kt(t,n,e){const s=n.x(t.at),o=s>(G+T)/2;return`<circle cx="${m(s)}" cy="${m(e(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+M(o?s+5:s-5,e(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}a(Kt,"markAt");function $t(t,n){const[e,s]=t;if(e===void 0)return n.from;const o=Date.parse(e.at);return s===void 0?o:Math.max(n.from,o-(Date.parse(s.at)-o))}a($t,"start");function vt(t){return String(Number(Math.exp(t).toPrecision(2)))}a(vt,"value");function Gt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),n=>n==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(n)]??"").join("")}`}a(Gt,"powerOfTen");function Ht(t,n,e,s){const o={top:26,bottom:144},r=(0,z.m4)().domain([0,1]).range([o.bottom,o.top]),i=[{at:e.from,weight:0},...n.weights,{at:e.to,weight:n.weights.at(-1)?.weight??0}],l=(0,dt.n8)(D=>e.x(D.at),D=>r(D.weight)).curve(dt.UP)(i),f=V(t.filter(D=>D.candidate.total+D.stable.total>0)).map(D=>({at:Date.parse(D.at),share:D.candidate.total/(D.candidate.total+D.stable.total)})),p=(0,dt.n8)(D=>e.x(D.at),D=>r(D.share)).curve(dt.lU)(f),A=f.length>120?[]:f.map(D=>`<circle cx="${m(e.x(D.at))}" cy="${m(r(D.share))}" r="2.5" class="f-candidate"/>`),j=f.at(-1);return B(170,"Share of the requests that the candidate got, over time",[X(o,e,[0,.5,1].map(D=>({y:r(D),label:(0,u.percent)(D)})),s),`<path d="${l??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,...A,W([{y:r(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...j===void 0?[]:[{y:r(j.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}a(Ht,"splitChart");const lt="since the first live request";function Qt(t){const{rollout:n}=t.evidence;if(n===void 0)return null;const e=(0,v.CR)(n),s=t.clients===void 0?null:Yt(t,n,e);if(e===null)return s;const o=Vt(n,e),r=(0,v.A0)(n),i=n.metrics.find(({metric:c})=>c===r);if(i===void 0)return s;const l=n.metrics.filter(({metric:c})=>c!==r);return d`${s}${Zt(n,e,o)}${xt(n,i,o)}${l.map(c=>qt(n,c,o))}`}a(Qt,"rolloutPlots");function Vt(t,n){const e=Math.max(n.decided,...n.weights.map(({at:r})=>r)),s=(e-n.from)*.04,o=Math.min(e+2.5*s,Math.max(e+s,Date.parse(t.volatile.endedAt)));return g(n.from-s,o,n.from,wt(t,n))}a(Vt,"liveAxis");function wt(t,n){const e=t.candidate.name;return n.weights.map(({at:s,weight:o},r)=>({at:s,label:r===0?`${e} gets ${(0,u.percent)(o)}`:o===0?"back to 0":(0,u.percent)(o)}))}a(wt,"moments");function Zt(t,n,e){const s=(0,v.EN)(t,t.metrics[0]?.metric??""),r=`Traffic of the candidate: ${n.weights.map(({weight:i})=>(0,u.percent)(i)).join(", then ")}`;return ut(r,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Ht(s,n,e,lt))}a(Zt,"splitFigure");function qt(t,n,e){return d`<details>
    <summary>Also judged: ${n.title}<span class="sub">${yt(t,n)}</span></summary>
    ${xt(t,n,e)}
  </details>`}a(qt,"otherMetric");function xt(t,n,e){const s=(0,v.EN)(t,n.metric),o=(0,v.KG)(t,n.metric);return d`${ut(te(`${n.title}: ${yt(t,n)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Ot(s,n,e,lt))}${ut(Jt(n,s,o,e),`Solid line: that its odds are more than ${n.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,u.percent)(n.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Ft(s,n,o,e,lt))}${ut(Xt(t,n,s),`That less than ${(0,u.percent)(n.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,It(s,n,kt(t),e,lt))}`}a(xt,"metricFigures");function yt(t,{metric:n}){const e=(0,v.EN)(t,n),s=a(o=>{const r=e.reduce((l,c)=>l+c[o].total,0),i=e.reduce((l,c)=>l+c[o].bad,0);return r===0?"no requests":`${(0,k.U)(i)} of ${(0,k.U)(r)} (${(0,u.percent)(i/r)})`},"sum");return`candidate ${s("candidate")}, stable ${s("stable")}`}a(yt,"shareSentence");function Jt(t,n,e,s){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(e!==null){const i=Date.parse(e.at)-s.x.invert(s.ticks.find(({label:l})=>l==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,u.duration)(i)}`}const r=n.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${r?" on both counts":""}`}a(Jt,"worseTitle");function Xt(t,n,e){const s=Number(Math.exp(n.logPromote).toPrecision(2)),o=kt(t).length;return o>0?`Evidence that the candidate is good enough passed ${s} at ${(0,k.L)(o,"step")}`:`Evidence that the candidate is good enough ${e.some(i=>i.logGood>=n.logPromote)?"was not sufficient for a step":`never reached ${s}`}`}a(Xt,"goodTitle");function kt(t){const n=t.volatile.timeline.flatMap(({at:e,weight:s})=>s===void 0?[]:[{at:Date.parse(e),weight:s}]);return n.flatMap(({at:e,weight:s},o)=>{const r=n[o-1];return r!==void 0&&r.weight>0&&s>r.weight?[{at:e,label:`${(0,u.percent)(r.weight)} step passes`}]:[]})}a(kt,"passedSteps");function Yt({clients:t},n,e){if(t===void 0||t.perSecond.length===0)return null;const s=t.perSecond.map(({at:A})=>Date.parse(A)),o=Math.min(...s),r=g(o,Math.max(...s)+1e3,e?.from??o,e===null?[]:wt(n,e)),{requests:i,failed:l}=t.totals,c=`What the clients saw: ${(0,k.L)(i,"request")}, ${l===0?"not one failed":`${(0,k.U)(l)} failed`}`,f=mt(r)/1e3,p=`Answers per ${f===1?"second":`${f} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return ut(c,p,Nt(t,{candidate:n.candidate.name,stable:n.stable?.name??null},r,e===null?"since the rollout began":lt))}a(Yt,"clientsFigure");function ut(t,n,e){return d`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${n}</div>
    </figcaption>
    ${e}
  </figure>`}a(ut,"figure");function te(t){return t.charAt(0).toUpperCase()+t.slice(1)}a(te,"capital");function ee(t,n){const{evidence:e}=t,{validate:s,build:o,smoke:r,rollout:i}=e,{word:l,tone:c}=(0,E.CL)(e),{name:f,about:p}=(0,F.G)(t),A=(0,E.o6)(e),j=e.stopped?.error.hint??null,D=[...j===null?[]:[j],...i===void 0?[]:(0,E.QA)(i)];return d`<section class="run" id="run-${n+1}">
    <h2>${f}${h(l,c)}</h2>
    ${p===""?null:d`<p class="sub about">${p}</p>`}
    <p class="lead">${(0,E.W0)(e)}</p>
    ${D.length===0?null:d`<ul class="reasons">
            ${D.map(Z=>d`<li>${Z}</li>`)}
          </ul>`}
    ${(i?.volatile.thresholdRules??[]).map(({message:Z})=>d`<p class="sub about">For comparison: ${Z}</p>`)}
    ${oe(t)}
    ${A.length===0?null:d`<figure>
            <figcaption><h4>${ne(t)}</h4></figcaption>
            ${ot(A)}
          </figure>`}
    ${Qt(t)}
    <h3>Details</h3>
    ${i===void 0?null:Lt(i)} ${s===void 0?null:St(s)}
    ${o===void 0?null:Rt(o)} ${r===void 0?null:jt(r)}
    ${i===void 0?null:Ct(i)}
  </section>`}a(ee,"runSection");function ne({evidence:t}){const n=(0,u.duration)((0,E.sW)(t)),{rollout:e}=t;return e?.outcome==="passed"&&!(0,E._5)(e)?`From model to all traffic in ${n}`:`Where the time went: ${n}`}a(ne,"stagesTitle");function oe(t){const{validate:n,build:e,smoke:s,rollout:o}=t.evidence,r=[];if(o!==void 0&&(0,v.CR)(o)!==null){const{candidate:i}=o.volatile.totals,l=o.volatile.timeline.flatMap(({weight:c,kind:f})=>c===void 0||f==="promoted"?[]:[c]);(0,v.QW)(o)&&r.push(["from the first live request to the decision",R(t)]),r.push(["requests the candidate served as a canary",(0,k.U)(i.requests)]),r.push(["of them failed",(0,k.U)(i.errors)]),r.push(["largest share of traffic before the decision",(0,u.percent)(Math.max(0,...l))])}if(n!==void 0&&r.push(["model",(0,u.bytes)(n.model.bytes)]),e!==void 0&&r.push(["image",(0,u.bytes)(e.image.bytes)]),s!==void 0){const i=s.checks.filter(({verdict:c})=>c==="passed").length,l=s.checks.filter(({verdict:c})=>c!=="skipped").length;r.push(["smoke checks passed",`${i} of ${l}`])}return r.length===0?null:d`<dl class="figures">
    ${r.map(([i,l])=>d`<div>
          <dt>${i}</dt>
          <dd>${l}</dd>
        </div>`)}
  </dl>`}a(oe,"figures");const ae=new K(`<style>
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
          ${w(t)} ${t.map((s,o)=>ee(s,o))}
          <footer>
            Made by ${de(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}a(se,"htmlReport");function re(t){const n=t.flatMap(({evidence:r})=>(0,E.ZL)(r))[0]?.project??"ml-deploy",e=t.map(r=>({name:(0,F.G)(r).name,word:(0,E.CL)(r.evidence).word})),[s,...o]=e;return s===void 0?`${n}: no runs`:o.length===0?`${s.name}: ${s.word}`:`${n}: ${e.map(({name:r,word:i})=>`${r} ${i}`).join(", ")}`}a(re,"headline");function ie(t){const e=t.flatMap(({evidence:r})=>(0,E.ZL)(r))[0],s=t.map(({evidence:r})=>r.rollout).find(r=>r!==void 0);if(e===void 0)return null;const o=[(0,u.moment)(e.volatile.startedAt),e.environment===null?null:`environment ${e.environment}`,s===void 0?null:`namespace ${s.namespace}`,s===void 0?null:`traffic split by ${s.provider}`,`run on ${e.volatile.host}`];return d`<p class="sub">${o.filter(r=>r!==null).join(" \xB7 ")}</p>`}a(ie,"subtitle");function de(t){const n=new Set(t.flatMap(({evidence:e})=>(0,E.ZL)(e)).map(e=>e.volatile.engine));return n.size===0?"ml-deploy":[...n].join(", ")}a(de,"engines");var ce=x(63021);async function le(t,n){await(0,L.mkdir)(t,{recursive:!0});const e={html:(0,$.join)(t,"report.html"),markdown:(0,$.join)(t,"report.md")};return await Mt(e.html,se(n)),await Mt(e.markdown,(0,ce.markdownReport)(n)),e}a(le,"writeReports");async function Mt(t,n){const e=`${t}.${process.pid}.tmp`;await(0,L.writeFile)(e,n),await(0,L.rename)(e,t)}a(Mt,"replace")})};export{he as id,me as ids,ge as modules};
