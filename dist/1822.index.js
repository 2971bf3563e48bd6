var I=Object.defineProperty;var e=(B,y)=>I(B,"name",{value:y,configurable:!0});const x=1822,G=[1822],z={86078:((B,y,l)=>{l.d(y,{A0:e(()=>k,"A0"),Bx:e(()=>C,"Bx"),CR:e(()=>f,"CR"),EN:e(()=>P,"EN"),KG:e(()=>O,"KG"),QW:e(()=>_,"QW"),_C:e(()=>w,"_C")});var p=l(87703);function f({volatile:d}){const g=d.timeline.flatMap(({at:t,weight:r})=>r===void 0?[]:[{at:Date.parse(t),weight:r}]),h=g.find(({weight:t})=>t>0);if(h===void 0||d.ticks.length===0)return null;const c=d.ticks.map(({at:t})=>Date.parse(t)),M=d.timeline.filter(({kind:t})=>t==="decision").map(({at:t})=>Date.parse(t)).at(-1)??Math.max(...c);return{from:h.at,decided:M,weights:g}}e(f,"livePhase");function _({decision:d,volatile:g}){return(d==="promote"||d==="rollback")&&g.totals.candidate.requests>0}e(_,"wasDecided");function w(d,{from:g,decided:h}){const c=(0,p.duration)(h-g);return d.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${c} at its share of the traffic`:_(d)?`decided ${c} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[d.decision]} ${c} after the first live request`}e(w,"decisionWords");function P(d,g){return d.volatile.ticks.filter(h=>h.metric===g)}e(P,"ticksOf");function O(d,g){const h=d.metrics.find(s=>s.metric===g);if(h===void 0)return null;const c=e(s=>Math.min(s.logWorse,s.logAboveFloor)>=h.logRollback,"due");return P(d,g).find(c)??null}e(O,"rollbackTick");function k(d){return(d.metrics.find(({metric:h})=>O(d,h)!==null)??d.metrics[0])?.metric??null}e(k,"decidingMetric");function C(d){const g=Date.parse(d[0]?.at??"");return d.map(h=>({afterMs:Date.parse(h.at)-g,event:h}))}e(C,"sinceStart")}),63021:((B,y,l)=>{l.d(y,{F:e(()=>s,"F"),markdownReport:e(()=>h,"markdownReport")});var p=l(46505),f=l(87703),_=l(86078),w=l(65102),P=l(42639),O=l(35944),k=l(74700);const C=1024*1024-64*1024,d=100,g={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function h(n){const o=n.flatMap(a=>{const{validate:u,build:m,smoke:b,rollout:v}=a.evidence;return[M(a),...v===void 0?[]:[t(v)],...u===void 0?[]:[i(u)],...b===void 0?[]:[E(b)],...m===void 0?[]:[L(m)],...v===void 0?[]:[U(v)]]});return c(o.filter(a=>a!==""))}e(h,"markdownReport");function c(n){const o=[];let a=200;for(const[u,m]of n.entries()){if(a+=Buffer.byteLength(m)+1,a>C){o.push(`_${(0,p.L)(n.length-u,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}o.push(m)}return o.join(`
`)}e(c,"fit");function s(n){return(0,O.R)(n,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,o=>`&#${o.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,o=>`${o.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(o,a,u)=>`${a}${u.slice(0,-1)}&#${u.codePointAt(u.length-1)??0};`)}e(s,"escapeMarkdown");function M(n){const{evidence:o}=n,{word:a,tone:u}=(0,w.CL)(o),{name:m,about:b}=(0,P.G)(n),v=(0,w.o6)(o).map(({stage:j,outcome:S,ms:T,summary:F})=>[j,S,(0,f.duration)(T),(0,f.shortenDigests)(F)]),K=o.rollout===void 0?[]:(0,w.QA)(o.rollout),A=o.stopped?.error.hint??null,W=[...A===null?[]:[A],...K].map(j=>`- ${s(j)}
`).join("");return`## ${g[u]} ${s(m)}: ${s(a)}

${b===""?"":`${s(b)}

`}${s((0,w.W0)(o))}

${W}${W===""?"":`
`}${D(["Stage","Outcome","Time","Summary"],v)}
All stages together: ${(0,f.duration)((0,w.sW)(o))}
`}e(M,"heading");function t(n){const o=(0,_.CR)(n);if(o===null)return"";const{totals:a}=n.volatile,u=n.metrics.map(m=>{const b=(0,_.EN)(n,m.metric).at(-1),v=e((A,W)=>A===void 0?"\u2013":`${r(A)} of ${r(W)}`,"value"),K=["candidate","stable"].map(A=>{const W=(0,_.EN)(n,m.metric),j=W.reduce((T,F)=>T+F[A].total,0),S=W.reduce((T,F)=>T+F[A].bad,0);return j===0?"no requests":`${(0,p.U)(S)} of ${(0,p.U)(j)} (${(0,f.percent)(S/j)})`});return[m.title,(0,f.percent)(m.slo),...K,v(b?.logWorse,m.logRollback),v(b?.logAboveFloor,m.logRollback),v(b?.logGood,m.logPromote)]});return`### Canary

The candidate ${s(n.candidate.name)} served ${(0,p.L)(a.candidate.requests,"request")}, ${(0,p.U)(a.candidate.errors)} of them failed; ${(0,_._C)(n,o)}.

`+D(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],u)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(n.volatile.thresholdRules??[]).map(({message:m})=>`
For comparison: ${s(m)}
`).join("")}e(t,"canary");function r(n){const o=Math.exp(Math.min(n,700));return o>=1e3||o<.01?o.toExponential(1).replace("e+","e"):String(Number(o.toPrecision(2)))}e(r,"evidenceValue");function i({model:n,verdict:o}){const a=n.files.flatMap(m=>m.findings.map(b=>{const{severity:v,rule:K,member:A,offset:W,message:j,hint:S}=b,T=`${m.path}${A===void 0?"":`, member ${A}`}${W===null?"":`, byte ${(0,p.U)(W)}`}`;return[v,K,T,`${$(j)} ${S} ${(0,k.E)(b)}`.trim()]})),u=`Model: ${o}, ${(0,p.L)(n.files.length,"file")}, ${(0,f.bytes)(n.bytes)}, ${(0,f.shortDigest)(n.digest)}`;return a.length===0?`### ${s(u)}
`:`### ${s(u)}

${D(["Severity","Rule","Where","What"],a)}`}e(i,"findings");function $(n){return/[.!?]$/.test(n)?n:`${n}.`}e($,"sentence");function E(n){const o=n.checks.map(a=>[a.verdict,a.title,(0,f.shortenDigests)(a.limit??"\u2013"),(0,f.shortenDigests)(a.message)]);return R(`Smoke test: ${n.summary}`,D(["Result","Check","Allowed","Seen"],o))}e(E,"checks");function L({image:n}){const o=n.layers.map(u=>[u.kind,u.title,(0,f.bytes)(u.bytes),(0,f.shortDigest)(u.digest)]),a=D(["Holds","What","Size","Digest"],o);return R(`Image: ${(0,f.bytes)(n.bytes)}, ${n.reference}`,a)}e(L,"image");function U(n){const{timeline:o,diagnosis:a}=n.volatile,u=(0,_.Bx)(o).map(({afterMs:b,event:v})=>[(0,f.duration)(b),v.kind,(0,f.shortenDigests)(v.message)]),m=a.slice(0,d).map(b=>`- ${s(b)}
`).join("");return R("Events of the rollout",`${D(["After","Kind","What happened"],u)}${m===""?"":`
Captured before the candidate was removed:

${m}`}`)}e(U,"events");function R(n,o){return`<details><summary>${s(n)}</summary>

${o}
</details>
`}e(R,"folded");function D(n,o){const a=e(b=>`| ${b.map(v=>s(v)).join(" | ")} |
`,"line"),u=o.length-d,m=u>0?`
and ${(0,p.U)(u)} more, in the JSON evidence
`:"";return a(n)+a(n.map(()=>"---"))+o.slice(0,d).map(a).join("")+m}e(D,"table")}),65102:((B,y,l)=>{l.d(y,{CL:e(()=>w,"CL"),KL:e(()=>C,"KL"),QA:e(()=>g,"QA"),W0:e(()=>d,"W0"),ZL:e(()=>_,"ZL"),_5:e(()=>k,"_5"),o6:e(()=>s,"o6"),sW:e(()=>M,"sW")});var p=l(478),f=l(87703);function _({validate:t,build:r,smoke:i,rollout:$}){return[t,r,i,$].filter(E=>E!==void 0)}e(_,"stagesOf");function w(t){if(t.stopped!==void 0)return P(t.stopped);const r=_(t).at(-1);if(r===void 0)return{word:"did not start",tone:"waiting"};if(r.stage==="rollout")return O(r);const i={validate:"validated",build:"built",smoke:"smoke-tested"}[r.stage];switch(r.outcome){case"passed":return{word:i,tone:"good"};case"failed":return{word:`refused by ${r.stage}`,tone:"bad"};case"error":return{word:`error in ${r.stage}`,tone:"trouble"};default:return{word:`${r.stage} ${r.outcome}`,tone:"waiting"}}}e(w,"runOutcome");function P({stage:t,error:r}){return r.kind==="interrupted"?{word:`interrupted in ${t}`,tone:"trouble"}:r.kind==="model"?{word:`refused by ${t}`,tone:"bad"}:{word:`error in ${t}`,tone:"trouble"}}e(P,"stoppedOutcome");function O(t){const{outcome:r,decision:i,strategy:$,stable:E,volatile:L}=t;return r==="error"?{word:"stopped by an error",tone:"trouble"}:r==="held"||i==="held"?{word:"held",tone:"waiting"}:r==="failed"?{word:$==="first"?"failed":"rolled back",tone:"bad"}:r==="inconclusive"?{word:i==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:k(t)?{word:`${L.timeline.some(({kind:D})=>D==="settled")?"settings changed, the release stays":"nothing to do"}: ${E?.name??""} already serves`,tone:"good"}:{word:$==="first"?"deployed":$==="adopt"?"adopted":"promoted",tone:"good"}}e(O,"rolloutOutcome");function k({outcome:t,decision:r,stable:i,candidate:$}){return t==="passed"&&r==="none"&&i?.name===$.name}e(k,"isUnchanged");function C(t){const{stopped:r}=t;return(0,f.shortenDigests)(r?.error.message??_(t).at(-1)?.summary??"No stage has run.")}e(C,"runSummary");function d(t){const{stopped:r,rollout:i}=t;return r!==void 0||i===void 0?C(t):(0,f.shortenDigests)(h(i))}e(d,"runLead");function g({summary:t,reasons:r}){return r.filter(i=>i!==t)}e(g,"furtherReasons");function h(t){return g(t).reduce((r,i)=>r.replace(`: ${i}`,".").replace(` ${i}`,""),t.summary)}e(h,"withoutReasons");function c(t){return t.stage==="rollout"?h(t):t.stage!=="smoke"?t.summary:t.checks.filter(({verdict:i})=>i==="failed").reduce((i,{title:$,message:E})=>i.replace(` ${$}: ${E}`,""),t.summary)}e(c,"shortSummary");function s(t){const{stopped:r}=t;return p.Xs.flatMap(i=>{const $=t[i];if(r?.stage===i){const{startedAt:U,endedAt:R,error:D}=r,n=D.kind==="interrupted"?"interrupted":D.kind==="model"?"failed":"error";return{stage:i,outcome:n,ms:Date.parse(R)-Date.parse(U),summary:D.message}}if($===void 0)return[];const E=Date.parse($.volatile.endedAt)-Date.parse($.volatile.startedAt),L=c($);return{stage:i,outcome:$.outcome,ms:E,summary:L}})}e(s,"stageSpans");function M(t){return s(t).reduce((r,{ms:i})=>r+(Number.isFinite(i)?i:0),0)}e(M,"runDurationMs")}),42639:((B,y,l)=>{l.d(y,{G:e(()=>p,"G")});function p({title:f}){const[_="",...w]=f.split(": ");return{name:_,about:w.join(": ")}}e(p,"titleOf")}),81822:((B,y,l)=>{l.r(y),l.d(y,{validateMarkdown:e(()=>C,"validateMarkdown")});var p=l(46505),f=l(87703),_=l(63021),w=l(74700);const P={clean:"\u2705",unsafe:"\u26D4",inconclusive:"\u2754"},O=900*1024,k=50;function C({verdict:c,models:s,files:M,errors:t}){const r=s.reduce((o,a)=>o+a.bytes,0),i=`## ${P[c]} ${c}: ${(0,p.L)(M.length,"file")}, ${(0,f.bytes)(r)}

`,$=M.filter(o=>o.verdict!=="clean"||o.findings.length>0),E=M.filter(o=>!$.includes(o)),L=[...$,...E.slice(0,k)],U=E.length>k?`
and ${(0,p.U)(E.length-k)} more clean files
`:"",D=[...t.map(({path:o,code:a,message:u})=>`
**${(0,_.F)(o)}** could not be judged (${(0,_.F)(a)}): ${(0,_.F)(u)}
`),...$.map(g)],n=`| Verdict | File | Format | Size | Findings |
| --- | --- | --- | --- | --- |
${L.map(d).join("")}${U}`;return`${i}${h([n,...D])}
Nothing was loaded or run.
`}e(C,"validateMarkdown");function d(c){const s=c.findings.length===0?"\u2013":(0,p.U)(c.findings.length);return`| ${[`${P[c.verdict]} ${c.verdict}`,c.path,c.format,(0,f.bytes)(c.bytes),s].map(t=>(0,_.F)(t)).join(" | ")} |
`}e(d,"row");function g({path:c,findings:s}){const M=s.map(t=>{const{severity:r,rule:i,offset:$,member:E,message:L,hint:U}=t,R=`${E??""}${$===null?"":`${E===void 0?"":", "}byte ${(0,p.U)($)}`}`;return`| ${[r,i,R===""?"\u2013":R,`${L} ${(0,w.E)(t)}`.trim(),U].map(n=>(0,_.F)(n)).join(" | ")} |
`});return`
### ${(0,_.F)(c)}

| Severity | Rule | Where | What and why | Fix |
| --- | --- | --- | --- | --- |
${M.join("")}`}e(g,"section");function h(c){let s="";for(const[M,t]of c.entries()){if(Buffer.byteLength(s)+Buffer.byteLength(t)>O)return`${s}
${(0,p.L)(c.length-M,"part")} left out: too long for a summary; --format json has everything.
`;s+=t}return s}e(h,"fit")}),35944:((B,y,l)=>{l.d(y,{R:e(()=>f,"R")});const p=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function f(_,w=!1){return(w?_.replaceAll(/[\r\n\t]+/g," "):_.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(p,O=>O===`
`||O==="	"?O:`\\u${(O.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}e(f,"visible")})};export{x as id,G as ids,z as modules};
