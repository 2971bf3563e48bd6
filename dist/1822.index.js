var x=Object.defineProperty;var e=(U,A)=>x(U,"name",{value:A,configurable:!0});const z=1822,Q=[1822],H={92574:((U,A,c)=>{c.d(A,{e:e(()=>w,"e")});function w($){const{artifacts:r=[]}=$,{documents:D=[]}=$.volatile,M=D.map(({title:E,signed:k})=>k?`${E} (signed)`:E);return[...M.length===0?[]:[`Attached to it: ${M.join(", ")}.`],...r.map(({type:E,reference:k})=>`From the same layers: ${E} ${k}.`)]}e(w,"besideImage")}),86078:((U,A,c)=>{c.d(A,{A0:e(()=>k,"A0"),Bx:e(()=>T,"Bx"),CR:e(()=>$,"CR"),EN:e(()=>M,"EN"),KG:e(()=>E,"KG"),QW:e(()=>r,"QW"),_C:e(()=>D,"_C")});var w=c(87703);function $({volatile:u}){const p=u.timeline.flatMap(({at:t,weight:s})=>s===void 0?[]:[{at:Date.parse(t),weight:s}]),b=p.find(({weight:t})=>t>0);if(b===void 0||u.ticks.length===0)return null;const f=u.ticks.map(({at:t})=>Date.parse(t)),l=u.timeline.filter(({kind:t})=>t==="decision").map(({at:t})=>Date.parse(t)).at(-1)??Math.max(...f);return{from:b.at,decided:l,weights:p}}e($,"livePhase");function r({decision:u,volatile:p}){return(u==="promote"||u==="rollback")&&p.totals.candidate.requests>0}e(r,"wasDecided");function D(u,{from:p,decided:b}){const f=(0,w.duration)(b-p);return u.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${f} at its share of the traffic`:r(u)?`decided ${f} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[u.decision]} ${f} after the first live request`}e(D,"decisionWords");function M(u,p){return u.volatile.ticks.filter(b=>b.metric===p)}e(M,"ticksOf");function E(u,p){const b=u.metrics.find(g=>g.metric===p);if(b===void 0)return null;const f=e(g=>Math.min(g.logWorse,g.logAboveFloor)>=b.logRollback,"due");return M(u,p).find(f)??null}e(E,"rollbackTick");function k(u){return(u.metrics.find(({metric:b})=>E(u,b)!==null)??u.metrics[0])?.metric??null}e(k,"decidingMetric");function T(u){const p=Date.parse(u[0]?.at??"");return u.map(b=>({afterMs:Date.parse(b.at)-p,event:b}))}e(T,"sinceStart")}),63021:((U,A,c)=>{c.d(A,{F:e(()=>l,"F"),markdownReport:e(()=>f,"markdownReport")});var w=c(92574),$=c(46505),r=c(87703),D=c(86078),M=c(65102),E=c(42639),k=c(35944),T=c(74700);const u=1024*1024-64*1024,p=100,b={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function f(n){const o=n.flatMap(a=>{const{validate:_,build:d,smoke:h,rollout:v}=a.evidence;return[t(a),...v===void 0?[]:[s(v)],..._===void 0?[]:[m(_)],...h===void 0?[]:[L(h)],...d===void 0?[]:[S(d)],...v===void 0?[]:[W(v)]]});return g(o.filter(a=>a!==""))}e(f,"markdownReport");function g(n){const o=[];let a=200;for(const[_,d]of n.entries()){if(a+=Buffer.byteLength(d)+1,a>u){o.push(`_${(0,$.L)(n.length-_,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}o.push(d)}return o.join(`
`)}e(g,"fit");function l(n){return(0,k.R)(n,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,o=>`&#${o.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,o=>`${o.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(o,a,_)=>`${a}${_.slice(0,-1)}&#${_.codePointAt(_.length-1)??0};`)}e(l,"escapeMarkdown");function t(n){const{evidence:o}=n,{word:a,tone:_}=(0,M.CL)(o),{name:d,about:h}=(0,E.G)(n),v=(0,M.o6)(o).map(({stage:B,outcome:K,ms:I,summary:N})=>[B,K,(0,r.duration)(I),(0,r.shortenDigests)(N)]),y=o.rollout===void 0?[]:(0,M.QA)(o.rollout),R=o.stopped?.error.hint??null,j=[...R===null?[]:[R],...y].map(B=>`- ${l(B)}
`).join("");return`## ${b[_]} ${l(d)}: ${l(a)}

${h===""?"":`${l(h)}

`}${l((0,M.W0)(o))}

${j}${j===""?"":`
`}${P(["Stage","Outcome","Time","Summary"],v)}
All stages together: ${(0,r.duration)((0,M.sW)(o))}
`}e(t,"heading");function s(n){const o=(0,D.CR)(n);if(o===null)return"";const{totals:a}=n.volatile,_=n.metrics.map(d=>{const h=(0,D.EN)(n,d.metric).at(-1),v=e((R,j)=>R===void 0?"\u2013":`${i(R)} of ${i(j)}`,"value"),y=["candidate","stable"].map(R=>{const j=(0,D.EN)(n,d.metric),B=j.reduce((I,N)=>I+N[R].total,0),K=j.reduce((I,N)=>I+N[R].bad,0);return B===0?"no requests":`${(0,$.U)(K)} of ${(0,$.U)(B)} (${(0,r.percent)(K/B)})`});return[d.title,(0,r.percent)(d.slo),...y,v(h?.logWorse,d.logRollback),v(h?.logAboveFloor,d.logRollback),v(h?.logGood,d.logPromote)]});return`### Canary

The candidate ${l(n.candidate.name)} served ${(0,$.L)(a.candidate.requests,"request")}, ${(0,$.U)(a.candidate.errors)} of them failed; ${(0,D._C)(n,o)}.

`+P(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],_)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(n.volatile.thresholdRules??[]).map(({message:d})=>`
For comparison: ${l(d)}
`).join("")}e(s,"canary");function i(n){const o=Math.exp(Math.min(n,700));return o>=1e3||o<.01?o.toExponential(1).replace("e+","e"):String(Number(o.toPrecision(2)))}e(i,"evidenceValue");function m({model:n,verdict:o}){const a=n.files.flatMap(d=>d.findings.map(h=>{const{severity:v,rule:y,member:R,offset:j,message:B,hint:K}=h,I=`${d.path}${R===void 0?"":`, member ${R}`}${j===null?"":`, byte ${(0,$.U)(j)}`}`;return[v,y,I,`${O(B)} ${K} ${(0,T.E)(h)}`.trim()]})),_=`Model: ${o}, ${(0,$.L)(n.files.length,"file")}, ${(0,r.bytes)(n.bytes)}, ${(0,r.shortDigest)(n.digest)}`;return a.length===0?`### ${l(_)}
`:`### ${l(_)}

${P(["Severity","Rule","Where","What"],a)}`}e(m,"findings");function O(n){return/[.!?]$/.test(n)?n:`${n}.`}e(O,"sentence");function L(n){const o=n.checks.map(a=>[a.verdict,a.title,(0,r.shortenDigests)(a.limit??"\u2013"),(0,r.shortenDigests)(a.message)]);return C(`Smoke test: ${n.summary}`,P(["Result","Check","Allowed","Seen"],o))}e(L,"checks");function S(n){const{image:o,optimised:a}=n,_=o.layers.map(y=>[y.kind,y.title,(0,r.bytes)(y.bytes),(0,r.shortDigest)(y.digest)]),d=P(["Holds","What","Size","Digest"],_),h=(0,w.e)(n).map(y=>`${l(y)}

`),v=a===void 0?"":`
${F(a)}`;return C(`Image: ${(0,r.bytes)(o.bytes)}, ${o.reference}`,`${h.join("")}${d}${v}`)}e(S,"image");function F({bytesBefore:n,bytesAfter:o,steps:a,notes:_}){const d=a.map(y=>[y.step,y.path,(0,r.bytes)(y.bytesBefore),y.bytesAfter===0?"left out":(0,r.bytes)(y.bytesAfter),y.message]),h=`The model: ${(0,r.bytes)(n)} before, ${(0,r.bytes)(o)} in the image.
`,v=_.map(y=>`
${l(y)}
`).join("");return`${h}
${d.length===0?"":P(["Step","File","Before","In the image","Why"],d)}${v}`}e(F,"optimisation");function W(n){const{timeline:o,diagnosis:a}=n.volatile,_=(0,D.Bx)(o).map(({afterMs:h,event:v})=>[(0,r.duration)(h),v.kind,(0,r.shortenDigests)(v.message)]),d=a.slice(0,p).map(h=>`- ${l(h)}
`).join("");return C("Events of the rollout",`${P(["After","Kind","What happened"],_)}${d===""?"":`
Captured before the candidate was removed:

${d}`}`)}e(W,"events");function C(n,o){return`<details><summary>${l(n)}</summary>

${o}
</details>
`}e(C,"folded");function P(n,o){const a=e(h=>`| ${h.map(v=>l(v)).join(" | ")} |
`,"line"),_=o.length-p,d=_>0?`
and ${(0,$.U)(_)} more, in the JSON evidence
`:"";return a(n)+a(n.map(()=>"---"))+o.slice(0,p).map(a).join("")+d}e(P,"table")}),65102:((U,A,c)=>{c.d(A,{CL:e(()=>D,"CL"),KL:e(()=>T,"KL"),QA:e(()=>p,"QA"),W0:e(()=>u,"W0"),ZL:e(()=>r,"ZL"),_5:e(()=>k,"_5"),o6:e(()=>g,"o6"),sW:e(()=>l,"sW")});var w=c(478),$=c(87703);function r({validate:t,build:s,smoke:i,rollout:m}){return[t,s,i,m].filter(O=>O!==void 0)}e(r,"stagesOf");function D(t){if(t.stopped!==void 0)return M(t.stopped);const s=r(t).at(-1);if(s===void 0)return{word:"did not start",tone:"waiting"};if(s.stage==="rollout")return E(s);const i={validate:"validated",build:"built",smoke:"smoke-tested"}[s.stage];switch(s.outcome){case"passed":return{word:i,tone:"good"};case"failed":return{word:`refused by ${s.stage}`,tone:"bad"};case"error":return{word:`error in ${s.stage}`,tone:"trouble"};default:return{word:`${s.stage} ${s.outcome}`,tone:"waiting"}}}e(D,"runOutcome");function M({stage:t,error:s}){return s.kind==="interrupted"?{word:`interrupted in ${t}`,tone:"trouble"}:s.kind==="model"?{word:`refused by ${t}`,tone:"bad"}:{word:`error in ${t}`,tone:"trouble"}}e(M,"stoppedOutcome");function E(t){const{outcome:s,decision:i,strategy:m,stable:O,volatile:L}=t;return s==="error"?{word:"stopped by an error",tone:"trouble"}:s==="held"||i==="held"?{word:"held",tone:"waiting"}:s==="failed"?{word:m==="first"?"failed":"rolled back",tone:"bad"}:s==="inconclusive"?{word:i==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:k(t)?{word:`${L.timeline.some(({kind:W})=>W==="settled")?"settings changed, the release stays":"nothing to do"}: ${O?.name??""} already serves`,tone:"good"}:{word:m==="first"?"deployed":m==="adopt"?"adopted":"promoted",tone:"good"}}e(E,"rolloutOutcome");function k({outcome:t,decision:s,stable:i,candidate:m}){return t==="passed"&&s==="none"&&i?.name===m.name}e(k,"isUnchanged");function T(t){const{stopped:s}=t;return(0,$.shortenDigests)(s?.error.message??r(t).at(-1)?.summary??"No stage has run.")}e(T,"runSummary");function u(t){const{stopped:s,rollout:i}=t;return s!==void 0||i===void 0?T(t):(0,$.shortenDigests)(b(i))}e(u,"runLead");function p({summary:t,reasons:s}){return s.filter(i=>i!==t)}e(p,"furtherReasons");function b(t){return p(t).reduce((s,i)=>s.replace(`: ${i}`,".").replace(` ${i}`,""),t.summary)}e(b,"withoutReasons");function f(t){return t.stage==="rollout"?b(t):t.stage!=="smoke"?t.summary:t.checks.filter(({verdict:i})=>i==="failed").reduce((i,{title:m,message:O})=>i.replace(` ${m}: ${O}`,""),t.summary)}e(f,"shortSummary");function g(t){const{stopped:s}=t;return w.Xs.flatMap(i=>{const m=t[i];if(s?.stage===i){const{startedAt:S,endedAt:F,error:W}=s,C=W.kind==="interrupted"?"interrupted":W.kind==="model"?"failed":"error";return{stage:i,outcome:C,ms:Date.parse(F)-Date.parse(S),summary:W.message}}if(m===void 0)return[];const O=Date.parse(m.volatile.endedAt)-Date.parse(m.volatile.startedAt),L=f(m);return{stage:i,outcome:m.outcome,ms:O,summary:L}})}e(g,"stageSpans");function l(t){return g(t).reduce((s,{ms:i})=>s+(Number.isFinite(i)?i:0),0)}e(l,"runDurationMs")}),42639:((U,A,c)=>{c.d(A,{G:e(()=>w,"G")});function w({title:$}){const[r="",...D]=$.split(": ");return{name:r,about:D.join(": ")}}e(w,"titleOf")}),81822:((U,A,c)=>{c.r(A),c.d(A,{validateMarkdown:e(()=>T,"validateMarkdown")});var w=c(46505),$=c(87703),r=c(63021),D=c(74700);const M={clean:"\u2705",unsafe:"\u26D4",inconclusive:"\u2754"},E=900*1024,k=50;function T({verdict:f,models:g,files:l,errors:t}){const s=g.reduce((P,n)=>P+n.bytes,0),i=`## ${M[f]} ${f}: ${(0,w.L)(l.length,"file")}, ${(0,$.bytes)(s)}

`,m=l.filter(P=>P.verdict!=="clean"||P.findings.length>0),O=l.filter(P=>!m.includes(P)),L=[...m,...O.slice(0,k)],S=O.length>k?`
and ${(0,w.U)(O.length-k)} more clean files
`:"",W=[...t.map(({path:P,code:n,message:o})=>`
**${(0,r.F)(P)}** could not be judged (${(0,r.F)(n)}): ${(0,r.F)(o)}
`),...m.map(p)],C=`| Verdict | File | Format | Size | Findings |
| --- | --- | --- | --- | --- |
${L.map(u).join("")}${S}`;return`${i}${b([C,...W])}
Nothing was loaded or run.
`}e(T,"validateMarkdown");function u(f){const g=f.findings.length===0?"\u2013":(0,w.U)(f.findings.length);return`| ${[`${M[f.verdict]} ${f.verdict}`,f.path,f.format,(0,$.bytes)(f.bytes),g].map(t=>(0,r.F)(t)).join(" | ")} |
`}e(u,"row");function p({path:f,findings:g}){const l=g.map(t=>{const{severity:s,rule:i,offset:m,member:O,message:L,hint:S}=t,F=`${O??""}${m===null?"":`${O===void 0?"":", "}byte ${(0,w.U)(m)}`}`;return`| ${[s,i,F===""?"\u2013":F,`${L} ${(0,D.E)(t)}`.trim(),S].map(C=>(0,r.F)(C)).join(" | ")} |
`});return`
### ${(0,r.F)(f)}

| Severity | Rule | Where | What and why | Fix |
| --- | --- | --- | --- | --- |
${l.join("")}`}e(p,"section");function b(f){let g="";for(const[l,t]of f.entries()){if(Buffer.byteLength(g)+Buffer.byteLength(t)>E)return`${g}
${(0,w.L)(f.length-l,"part")} left out: too long for a summary; --format json has everything.
`;g+=t}return g}e(b,"fit")}),35944:((U,A,c)=>{c.d(A,{R:e(()=>$,"R")});const w=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function $(r,D=!1){return(D?r.replaceAll(/[\r\n\t]+/g," "):r.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(w,E=>E===`
`||E==="	"?E:`\\u${(E.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}e($,"visible")})};export{z as id,Q as ids,H as modules};
