var be=Object.defineProperty;var o=(Z,T)=>be(Z,"name",{value:T,configurable:!0});const ve=2572,we=[2572,3021,7703],ye={46505:((Z,T,h)=>{h.d(T,{L:o(()=>N,"L"),U:o(()=>w,"U")});function N(c,v,W=`${v}s`){return`${w(c)} ${c===1?v:W}`}o(N,"plural");function w(c){return Number.isSafeInteger(c)?String(c).replaceAll(/\B(?=(?:\d{3})+$)/g,","):c.toLocaleString("en-US")}o(w,"count")}),92574:((Z,T,h)=>{h.d(T,{e:o(()=>N,"e")});function N(w){const{artifacts:c=[]}=w,{documents:v=[]}=w.volatile,W=v.map(({title:P,signed:R})=>R?`${P} (signed)`:P);return[...W.length===0?[]:[`Attached to it: ${W.join(", ")}.`],...c.map(({type:P,reference:R})=>`From the same layers: ${P} ${R}.`)]}o(N,"besideImage")}),87703:((Z,T,h)=>{h.r(T),h.d(T,{bytes:o(()=>W,"bytes"),count:o(()=>N.U,"count"),duration:o(()=>c,"duration"),moment:o(()=>D,"moment"),percent:o(()=>P,"percent"),plural:o(()=>N.L,"plural"),shortDigest:o(()=>R,"shortDigest"),shortenDigests:o(()=>H,"shortenDigests")});var N=h(46505);const w="\xA0";function c(d){if(!Number.isFinite(d)||d<0)return"unknown";if(d<1e3)return`${Math.round(d)}${w}ms`;if(d<9950)return`${(d/1e3).toFixed(1)}${w}s`;const $=Math.round(d/1e3);return $<60?`${$}${w}s`:$<3600?v(Math.floor($/60),"min",$%60,"s"):v(Math.floor($/3600),"h",Math.round($%3600/60),"min")}o(c,"duration");function v(d,$,k,j){return k===0?`${d}${w}${$}`:`${d}${w}${$} ${k}${w}${j}`}o(v,"join");function W(d){const $=["B","kB","MB","GB","TB"];let k=d,j=0;for(;k>=999.5&&j<$.length-1;)k/=1e3,j+=1;return`${j>0&&k<99.95?k.toFixed(1):k.toFixed(0)}${w}${$[j]??""}`}o(W,"bytes");function P(d){const $=d*100;return $===0||$>=100?`${$.toFixed(0)}${w}%`:`${Number($.toPrecision($>=10?3:2))}${w}%`}o(P,"percent");function R(d){return d.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}o(R,"shortDigest");function H(d){return d.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}o(H,"shortenDigests");function D(d){const $=Date.parse(d);return Number.isNaN($)?d:`${new Date($).toISOString().slice(0,19).replace("T"," ")} UTC`}o(D,"moment")}),86078:((Z,T,h)=>{h.d(T,{A0:o(()=>R,"A0"),Bx:o(()=>H,"Bx"),CR:o(()=>w,"CR"),EN:o(()=>W,"EN"),KG:o(()=>P,"KG"),QW:o(()=>c,"QW"),_C:o(()=>v,"_C")});var N=h(87703);function w({volatile:D}){const d=D.timeline.flatMap(({at:g,weight:x})=>x===void 0?[]:[{at:Date.parse(g),weight:x}]),$=d.find(({weight:g})=>g>0);if($===void 0||D.ticks.length===0)return null;const k=D.ticks.map(({at:g})=>Date.parse(g)),F=D.timeline.filter(({kind:g})=>g==="decision").map(({at:g})=>Date.parse(g)).at(-1)??Math.max(...k);return{from:$.at,decided:F,weights:d}}o(w,"livePhase");function c({decision:D,volatile:d}){return(D==="promote"||D==="rollback")&&d.totals.candidate.requests>0}o(c,"wasDecided");function v(D,{from:d,decided:$}){const k=(0,N.duration)($-d);return D.volatile.totals.candidate.requests===0?`not one request reached the candidate in ${k} at its share of the traffic`:c(D)?`decided ${k} after the first live request`:`${{held:"held",inconclusive:"still undecided",none:"stopped"}[D.decision]} ${k} after the first live request`}o(v,"decisionWords");function W(D,d){return D.volatile.ticks.filter($=>$.metric===d)}o(W,"ticksOf");function P(D,d){const $=D.metrics.find(j=>j.metric===d);if($===void 0)return null;const k=o(j=>Math.min(j.logWorse,j.logAboveFloor)>=$.logRollback,"due");return W(D,d).find(k)??null}o(P,"rollbackTick");function R(D){return(D.metrics.find(({metric:$})=>P(D,$)!==null)??D.metrics[0])?.metric??null}o(R,"decidingMetric");function H(D){const d=Date.parse(D[0]?.at??"");return D.map($=>({afterMs:Date.parse($.at)-d,event:$}))}o(H,"sinceStart")}),63021:((Z,T,h)=>{h.d(T,{F:o(()=>F,"F"),markdownReport:o(()=>k,"markdownReport")});var N=h(92574),w=h(46505),c=h(87703),v=h(86078),W=h(65102),P=h(42639),R=h(35944),H=h(74700);const D=1024*1024-64*1024,d=100,$={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function k(b){const f=b.flatMap(y=>{const{validate:E,build:_,smoke:O,rollout:B}=y.evidence;return[g(y),...B===void 0?[]:[x(B)],...E===void 0?[]:[I(E)],...O===void 0?[]:[tt(O)],..._===void 0?[]:[Q(_)],...B===void 0?[]:[et(B)]]});return j(f.filter(y=>y!==""))}o(k,"markdownReport");function j(b){const f=[];let y=200;for(const[E,_]of b.entries()){if(y+=Buffer.byteLength(_)+1,y>D){f.push(`_${(0,w.L)(b.length-E,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}f.push(_)}return f.join(`
`)}o(j,"fit");function F(b){return(0,R.R)(b,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,f=>`&#${f.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,f=>`${f.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(f,y,E)=>`${y}${E.slice(0,-1)}&#${E.codePointAt(E.length-1)??0};`)}o(F,"escapeMarkdown");function g(b){const{evidence:f}=b,{word:y,tone:E}=(0,W.CL)(f),{name:_,about:O}=(0,P.G)(b),B=(0,W.o6)(f).map(({stage:X,outcome:at,ms:ot,summary:dt})=>[X,at,(0,c.duration)(ot),(0,c.shortenDigests)(dt)]),C=f.rollout===void 0?[]:(0,W.QA)(f.rollout),V=f.stopped?.error.hint??null,J=[...V===null?[]:[V],...C].map(X=>`- ${F(X)}
`).join("");return`## ${$[E]} ${F(_)}: ${F(y)}

${O===""?"":`${F(O)}

`}${F((0,W.W0)(f))}

${J}${J===""?"":`
`}${nt(["Stage","Outcome","Time","Summary"],B)}
All stages together: ${(0,c.duration)((0,W.sW)(f))}
`}o(g,"heading");function x(b){const f=(0,v.CR)(b);if(f===null)return"";const{totals:y}=b.volatile,E=b.metrics.map(_=>{const O=(0,v.EN)(b,_.metric).at(-1),B=o((V,J)=>V===void 0?"\u2013":`${S(V)} of ${S(J)}`,"value"),C=["candidate","stable"].map(V=>{const J=(0,v.EN)(b,_.metric),X=J.reduce((ot,dt)=>ot+dt[V].total,0),at=J.reduce((ot,dt)=>ot+dt[V].bad,0);return X===0?"no requests":`${(0,w.U)(at)} of ${(0,w.U)(X)} (${(0,c.percent)(at/X)})`});return[_.title,(0,c.percent)(_.slo),...C,B(O?.logWorse,_.logRollback),B(O?.logAboveFloor,_.logRollback),B(O?.logGood,_.logPromote)]});return`### Canary

The candidate ${F(b.candidate.name)} served ${(0,w.L)(y.candidate.requests,"request")}, ${(0,w.U)(y.candidate.errors)} of them failed; ${(0,v._C)(b,f)}.

`+nt(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],E)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`+(b.volatile.thresholdRules??[]).map(({message:_})=>`
For comparison: ${F(_)}
`).join("")}o(x,"canary");function S(b){const f=Math.exp(Math.min(b,700));return f>=1e3||f<.01?f.toExponential(1).replace("e+","e"):String(Number(f.toPrecision(2)))}o(S,"evidenceValue");function I({model:b,verdict:f}){const y=b.files.flatMap(_=>_.findings.map(O=>{const{severity:B,rule:C,member:V,offset:J,message:X,hint:at}=O,ot=`${_.path}${V===void 0?"":`, member ${V}`}${J===null?"":`, byte ${(0,w.U)(J)}`}`;return[B,C,ot,`${K(X)} ${at} ${(0,H.E)(O)}`.trim()]})),E=`Model: ${f}, ${(0,w.L)(b.files.length,"file")}, ${(0,c.bytes)(b.bytes)}, ${(0,c.shortDigest)(b.digest)}`;return y.length===0?`### ${F(E)}
`:`### ${F(E)}

${nt(["Severity","Rule","Where","What"],y)}`}o(I,"findings");function K(b){return/[.!?]$/.test(b)?b:`${b}.`}o(K,"sentence");function tt(b){const f=b.checks.map(y=>[y.verdict,y.title,(0,c.shortenDigests)(y.limit??"\u2013"),(0,c.shortenDigests)(y.message)]);return st(`Smoke test: ${b.summary}`,nt(["Result","Check","Allowed","Seen"],f))}o(tt,"checks");function Q(b){const{image:f,optimised:y}=b,E=f.layers.map(C=>[C.kind,C.title,(0,c.bytes)(C.bytes),(0,c.shortDigest)(C.digest)]),_=nt(["Holds","What","Size","Digest"],E),O=(0,N.e)(b).map(C=>`${F(C)}

`),B=y===void 0?"":`
${G(y)}`;return st(`Image: ${(0,c.bytes)(f.bytes)}, ${f.reference}`,`${O.join("")}${_}${B}`)}o(Q,"image");function G({bytesBefore:b,bytesAfter:f,steps:y,notes:E}){const _=y.map(C=>[C.step,C.path,(0,c.bytes)(C.bytesBefore),C.bytesAfter===0?"left out":(0,c.bytes)(C.bytesAfter),C.message]),O=`The model: ${(0,c.bytes)(b)} before, ${(0,c.bytes)(f)} in the image.
`,B=E.map(C=>`
${F(C)}
`).join("");return`${O}
${_.length===0?"":nt(["Step","File","Before","In the image","Why"],_)}${B}`}o(G,"optimisation");function et(b){const{timeline:f,diagnosis:y}=b.volatile,E=(0,v.Bx)(f).map(({afterMs:O,event:B})=>[(0,c.duration)(O),B.kind,(0,c.shortenDigests)(B.message)]),_=y.slice(0,d).map(O=>`- ${F(O)}
`).join("");return st("Events of the rollout",`${nt(["After","Kind","What happened"],E)}${_===""?"":`
Captured before the candidate was removed:

${_}`}`)}o(et,"events");function st(b,f){return`<details><summary>${F(b)}</summary>

${f}
</details>
`}o(st,"folded");function nt(b,f){const y=o(O=>`| ${O.map(B=>F(B)).join(" | ")} |
`,"line"),E=f.length-d,_=E>0?`
and ${(0,w.U)(E)} more, in the JSON evidence
`:"";return y(b)+y(b.map(()=>"---"))+f.slice(0,d).map(y).join("")+_}o(nt,"table")}),65102:((Z,T,h)=>{h.d(T,{CL:o(()=>v,"CL"),KL:o(()=>H,"KL"),QA:o(()=>d,"QA"),W0:o(()=>D,"W0"),ZL:o(()=>c,"ZL"),_5:o(()=>R,"_5"),o6:o(()=>j,"o6"),sW:o(()=>F,"sW")});var N=h(478),w=h(87703);function c({validate:g,build:x,smoke:S,rollout:I}){return[g,x,S,I].filter(K=>K!==void 0)}o(c,"stagesOf");function v(g){if(g.stopped!==void 0)return W(g.stopped);const x=c(g).at(-1);if(x===void 0)return{word:"did not start",tone:"waiting"};if(x.stage==="rollout")return P(x);const S={validate:"validated",build:"built",smoke:"smoke-tested"}[x.stage];switch(x.outcome){case"passed":return{word:S,tone:"good"};case"failed":return{word:`refused by ${x.stage}`,tone:"bad"};case"error":return{word:`error in ${x.stage}`,tone:"trouble"};default:return{word:`${x.stage} ${x.outcome}`,tone:"waiting"}}}o(v,"runOutcome");function W({stage:g,error:x}){return x.kind==="interrupted"?{word:`interrupted in ${g}`,tone:"trouble"}:x.kind==="model"?{word:`refused by ${g}`,tone:"bad"}:{word:`error in ${g}`,tone:"trouble"}}o(W,"stoppedOutcome");function P(g){const{outcome:x,decision:S,strategy:I,stable:K,volatile:tt}=g;return x==="error"?{word:"stopped by an error",tone:"trouble"}:x==="held"||S==="held"?{word:"held",tone:"waiting"}:x==="failed"?{word:I==="first"?"failed":"rolled back",tone:"bad"}:x==="inconclusive"?{word:S==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:R(g)?{word:`${tt.timeline.some(({kind:et})=>et==="settled")?"settings changed, the release stays":"nothing to do"}: ${K?.name??""} already serves`,tone:"good"}:{word:I==="first"?"deployed":I==="adopt"?"adopted":"promoted",tone:"good"}}o(P,"rolloutOutcome");function R({outcome:g,decision:x,stable:S,candidate:I}){return g==="passed"&&x==="none"&&S?.name===I.name}o(R,"isUnchanged");function H(g){const{stopped:x}=g;return(0,w.shortenDigests)(x?.error.message??c(g).at(-1)?.summary??"No stage has run.")}o(H,"runSummary");function D(g){const{stopped:x,rollout:S}=g;return x!==void 0||S===void 0?H(g):(0,w.shortenDigests)($(S))}o(D,"runLead");function d({summary:g,reasons:x}){return x.filter(S=>S!==g)}o(d,"furtherReasons");function $(g){return d(g).reduce((x,S)=>x.replace(`: ${S}`,".").replace(` ${S}`,""),g.summary)}o($,"withoutReasons");function k(g){return g.stage==="rollout"?$(g):g.stage!=="smoke"?g.summary:g.checks.filter(({verdict:S})=>S==="failed").reduce((S,{title:I,message:K})=>S.replace(` ${I}: ${K}`,""),g.summary)}o(k,"shortSummary");function j(g){const{stopped:x}=g;return N.Xs.flatMap(S=>{const I=g[S];if(x?.stage===S){const{startedAt:Q,endedAt:G,error:et}=x,st=et.kind==="interrupted"?"interrupted":et.kind==="model"?"failed":"error";return{stage:S,outcome:st,ms:Date.parse(G)-Date.parse(Q),summary:et.message}}if(I===void 0)return[];const K=Date.parse(I.volatile.endedAt)-Date.parse(I.volatile.startedAt),tt=k(I);return{stage:S,outcome:I.outcome,ms:K,summary:tt}})}o(j,"stageSpans");function F(g){return j(g).reduce((x,{ms:S})=>x+(Number.isFinite(S)?S:0),0)}o(F,"runDurationMs")}),42639:((Z,T,h)=>{h.d(T,{G:o(()=>N,"G")});function N({title:w}){const[c="",...v]=w.split(": ");return{name:c,about:v.join(": ")}}o(N,"titleOf")}),1919:((Z,T,h)=>{h.d(T,{D:o(()=>w,"D")});var N=h(76760);function w(v,W=[]){const P=new Set(v.map(({verdict:R})=>R));return W.length>0&&P.add("inconclusive"),{schema:"https://ml-deploy.dev/schema/validation-v1.json",verdict:["unsafe","inconclusive"].find(R=>P.has(R))??"clean",models:v.map(({verdict:R,contract:H=null,model:{path:D,digest:d,bytes:$}})=>({path:D,verdict:R,digest:d,bytes:$,contract:H})),files:v.flatMap(({model:R})=>R.files.map(H=>({model:R.path,...H,path:c(R,H)}))),errors:W}}o(w,"validationOf");function c({path:v,files:W},P){return W.length===1&&(v===P.path||v.endsWith(`/${P.path}`))?v:v.includes("://")?`${v}/${P.path}`:N.posix.join(v,P.path)}o(c,"pathFrom")}),35944:((Z,T,h)=>{h.d(T,{R:o(()=>w,"R")});const N=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function w(c,v=!1){return(v?c.replaceAll(/[\r\n\t]+/g," "):c.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(N,P=>P===`
`||P==="	"?P:`\\u${(P.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}o(w,"visible")}),74700:((Z,T,h)=>{h.d(T,{E:o(()=>N,"E")});function N({waived:w}){return w===void 0?"":`Waived until ${w.expires} by ${w.owner}: ${w.reason}`}o(N,"waiverText")}),72572:((Z,T,h)=>{h.d(T,{writeReports:o(()=>me,"writeReports"),writeSarif:o(()=>he,"writeSarif")});var N=h(51455),w=h(76760),c=h(87703),v=h(65102),W=h(42639),P=h(35944);class R{static{o(this,"Markup")}source;constructor(e){this.source=e}}const H={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function D(t){return(0,P.R)(t).replaceAll(/[&<>"'`]/g,e=>H[e]??"")}o(D,"escapeHtml");function d(t,...e){const n=t.map((a,s)=>a+(s<e.length?$(e[s]??null):""));return new R(n.join(""))}o(d,"html");function $(t){return t===null?"":t instanceof R?t.source:typeof t=="string"||typeof t=="number"?D(String(t)):t.map(e=>$(e)).join("")}o($,"render");var k=h(46505),j=h(86078);const F={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function g(t,e){const n=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${F[e]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return d`<span class="badge ${e}">${new R(n)}${t}</span>`}o(g,"badge");function x(t){const e=t.map((n,a)=>{const{word:s,tone:r}=(0,v.CL)(n.evidence);return d`<tr>
      <td class="name"><a href="#run-${a+1}">${(0,W.G)(n).name}</a></td>
      <td>${g(s,r)}</td>
      <td>${(0,v.KL)(n.evidence)}</td>
      <td class="number">${S(n)}</td>
      <td class="number">${I(n)}</td>
      <td class="number">${(0,c.duration)((0,v.sW)(n.evidence))}</td>
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
        ${e}
      </tbody>
    </table>
  </div>`}o(x,"outcomeTable");function S({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const e=(0,j.CR)(t);if(e===null||!(0,j.QW)(t))return"\u2013";const n=t.metrics.flatMap(({metric:s})=>{const r=(0,j.KG)(t,s);return r===null?[]:[Date.parse(r.at)]}),a=t.decision==="rollback"&&n.length>0?Math.min(...n):e.decided;return(0,c.duration)(a-e.from)}o(S,"decidedAfter");function I({evidence:{rollout:t},clients:e}){if(t===void 0)return"\u2013";if(e===void 0)return(0,j.CR)(t)===null?"\u2013":(0,k.U)(t.volatile.totals.candidate.errors);const n=e.perSecond.filter(({revision:a})=>a!==t.stable?.name);return(0,k.U)(n.reduce((a,{failed:s})=>a+s,0))}o(I,"harmed");var K=h(25602);const tt=1e3,Q=56,G=790,et=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function st(t,e,n,a=[]){const s=e>t?e:t+1e3,r=(0,K.m4)().domain([t,s]).range([Q,G]),i=(s-t)/1e3,u=et.find(p=>i/p<=9)??Math.ceil(i/8/86400)*86400,l=[];for(let p=Math.ceil((t-n)/1e3/u)*u;p<=(s-n)/1e3;p+=u)l.push({x:r(n+p*1e3),label:nt(p,u)});return{x:r,ticks:l,from:t,to:s,marks:a.filter(({at:p})=>p>=t&&p<=s)}}o(st,"timeAxis");function nt(t,e){return t===0?"0":e<60?`${b(t)} s`:e<3600?`${b(t/60)} min`:`${b(Number((t/3600).toFixed(1)))} h`}o(nt,"clock");function b(t){return String(t).replace("-","\u2212")}o(b,"minus");function f(t){return String(Math.round(t*10)/10)}o(f,"n");function y(t,e,n,a={}){const s=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,r=a.class===void 0?"":` class="${a.class}"`;return`<text x="${f(t)}" y="${f(e)}"${s}${r}>${D(n)}</text>`}o(y,"frame_text");function E(t,e,n,a,s){return`<line x1="${f(t)}" y1="${f(e)}" x2="${f(n)}" y2="${f(a)}" class="${s}"/>`}o(E,"rule");function _(t,e,n){const s=t.toSorted((i,u)=>i.y-u.y).map(i=>({...i,at:Math.max(i.y,e+4)}));for(let i=1;i<s.length;i++){const[u,l]=[s[i-1],s[i]];u!==void 0&&l!==void 0&&(l.at=Math.max(l.at,u.at+15))}let r=n-4;for(const i of s.toReversed())i.at=Math.min(i.at,r),r=i.at-15;return s.map(i=>y(G+12,i.at+4,i.text,{class:i.class})).join("")}o(_,"sideLabels");function O(t,e,n,a){const s=n.map(({y:i,label:u})=>E(Q,i,G,i,"grid")+y(Q-8,i+4,u,{anchor:"end"})),r=e.ticks.map(({x:i,label:u})=>E(i,t.bottom,i,t.bottom+4,"axis")+y(i,t.bottom+18,u,{anchor:"middle"}));return[...s,...e.marks.map(({at:i})=>E(e.x(i),t.top,e.x(i),t.bottom,"event")),...B(e,t.top-7),E(Q,t.bottom,G,t.bottom,"axis"),...r,y(G+12,t.bottom+18,a)].join("")}o(O,"frame_frame");function B(t,e){let n=0;return t.marks.map(({at:a,label:s})=>{const r=Math.max(t.x(a)-4,n);return n=r+7*s.length+10,y(r,e,s,{class:"ink"})})}o(B,"momentLabels");function C(t,e,n){return new R(`<div class="chart"><svg viewBox="0 0 ${tt} ${f(t)}" role="img" aria-label="${D(e)}">${n.join("")}</svg></div>`)}o(C,"drawing");function V(t,e=800){if(t.length<=e)return[...t];const n=Math.ceil(t.length/e);return t.filter((a,s)=>s%n===0||s===t.length-1)}o(V,"thin");function J(t){let e=0;const n=t.map(u=>{const l=e;return e+=u.ms,{stage:u,from:l,to:e}}),a=Q+30,s=(0,K.m4)().domain([0,Math.max(e,1)]).range([a,G]),r=24,i=n.flatMap(({stage:u,from:l,to:p},m)=>{const A=4+m*r,L=Math.max(3,s(p)-s(l)),M={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[u.outcome];return[y(a-10,A+14,u.stage,{anchor:"end",class:"ink"}),E(a,A+10,G,A+10,"grid"),`<rect x="${f(s(l))}" y="${f(A+2)}" width="${f(L)}" height="16" rx="3" class="${M}"/>`,y(G+12,A+14,`${u.outcome}, ${(0,c.duration)(p-l)}`,{class:"ink"})]});return C(8+r*n.length,"Time that each stage took",i)}o(J,"stagesChart");var X=h(92574);function at(t){const n=["base","dependencies","code","weights","other"].map(l=>({kind:l,size:t.filter(p=>p.kind===l).reduce((p,m)=>p+m.bytes,0)})).filter(({size:l})=>l>0),a=n.reduce((l,{size:p})=>l+p,0),s=(0,K.m4)().domain([0,Math.max(1,a)]).range([0,tt]);let r=0;const i=n.map(({kind:l,size:p})=>{const m=s(r);return r+=p,{kind:l,from:m,wide:Math.max(2,s(p)-1.5),label:`${l} ${(0,c.bytes)(p)}`,at:m}});ot(i);const u=i.flatMap(({kind:l,from:p,wide:m,label:A,at:L})=>[`<rect x="${f(p)}" y="2" width="${f(m)}" height="22" rx="2" class="k-${l}"/>`,y(L,41,A,{class:"ink"})]);return C(48,"Sizes of the image by what they hold",u)}o(at,"layersChart");function ot(t){const e=o(({label:s})=>7.2*s.length+14,"room");let n=0;for(const s of t)s.at=Math.max(s.at,n),n=s.at+e(s);let a=tt+14;for(const s of t.toReversed())s.at=Math.min(s.at,a-e(s)),a=s.at}o(ot,"spread");var dt=h(74700);const ht=200;function At(t){const e=t.model.files.flatMap(s=>s.findings.map(r=>({file:s.path,finding:r}))),n=rt(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(s=>[d`<td>${s.path}</td>
        <td class="tight">${s.format}</td>
        <td class="tight ${Ot(s.verdict)}">${s.verdict}</td>
        <td class="tight">${(0,c.bytes)(s.bytes)}</td>
        <td class="tight"><code title="${s.sha256}">${(0,c.shortDigest)(s.sha256)}</code></td>`])),a=e.length===0?d`<p class="note">Nothing was found.</p>`:rt(["Severity","Rule","Where","What, and what to do"],e.map(({file:s,finding:r})=>[d`<td class="tight ${Ut(r)}">${r.severity}</td>
              <td class="tight long"><code>${r.rule}</code></td>
              <td>${jt(s,r)}</td>
              <td>${r.message}<br /><span class="sub">${r.hint} ${(0,dt.E)(r)}</span></td>`]));return ut("Validate",t.summary,d`${n}
      <h3>Findings</h3>
      ${a}${Et(t)}`,t.outcome!=="passed")}o(At,"validateDetails");function jt(t,{member:e,offset:n}){const a=e===void 0?t:`${t}, member ${e}`;return n===null?a:`${a}, byte ${(0,k.U)(n)}`}o(jt,"where");function Et({contract:t}){if(t===null)return null;const n=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:s})=>[d`<td class="tight">${s}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(r=>r??"any").join(", ")}]</td>`]);return d`<h3>Inputs and outputs (${t.source})</h3>
    ${rt(["","Name","Type","Shape"],n)}`}o(Et,"contract");function Rt(t){const{image:e,volatile:n}=t,a=e.layers.map(i=>[d`<td class="tight"><span class="swatch k-${i.kind}"></span>${i.kind}</td>
      <td>${i.title}</td>
      <td class="number">${(0,c.bytes)(i.bytes)}</td>
      <td class="tight"><code title="${i.digest}">${(0,c.shortDigest)(i.digest)}</code></td>`]),s=d`<p class="note">
    ${e.platform}, runs as user ${e.user}; built by ${n.builder} in ${(0,c.duration)(n.buildMs)}, pushed
    in ${(0,c.duration)(n.pushMs)} (${(0,c.bytes)(n.uploadedBytes)} sent). Deployed as <code>${e.reference}</code>
  </p>`,r=(0,X.e)(t).map(i=>d`<p class="note">${i}</p>`);return ut("Image",`${(0,c.bytes)(e.bytes)} in ${(0,k.L)(e.layers.length,"layer")}`,d`${at(e.layers)}${s}${r}${rt(["Holds","What",">Size","Digest"],a)}${Lt(t.optimised)}`,t.outcome!=="passed")}o(Rt,"imageDetails");function Lt(t){if(t===void 0)return null;const e=t.steps.map(a=>[d`<td class="tight">${a.step}</td>
      <td>${a.path}</td>
      <td class="number">${(0,c.bytes)(a.bytesBefore)}</td>
      <td class="number">${a.bytesAfter===0?"left out":(0,c.bytes)(a.bytesAfter)}</td>
      <td>${a.message}</td>`]),n=t.notes.map(a=>d`<p class="note">${a}</p>`);return d`<h3>The model: ${(0,c.bytes)(t.bytesBefore)} before, ${(0,c.bytes)(t.bytesAfter)} in the image</h3>
    ${e.length===0?null:rt(["Step","File",">Before",">In the image","Why"],e)}${n}`}o(Lt,"optimisation");function Pt(t){const{checks:e,volatile:n,hardware:a}=t,s={passed:"good",failed:"bad",skipped:"sub"},r=e.map(m=>[d`<td class="tight ${s[m.verdict]}">${m.verdict}</td>
      <td>${m.title}</td>
      <td>${(0,c.shortenDigests)(m.limit??"\u2013")}</td>
      <td>${(0,c.shortenDigests)(m.message)}</td>`]),i=n.latencyMs,u=i===null?null:d` Latency of ${(0,k.L)(i.count,"request")}: half within ${gt(i.p50)}, 95 % within
        ${gt(i.p95)}, 99 % within ${gt(i.p99)}.`,l=d`<p class="note">
    On ${a.device==="gpu"?"GPU":"CPU"} (${a.name}), runtime ${t.runtime}; ready after
    ${(0,c.duration)(n.readyMs)}, stopped in ${(0,c.duration)(n.stopMs)}.${u}
  </p>`,p=n.details.length===0?null:d`<pre>${n.details.slice(-ht).join(`
`)}</pre>`;return ut("Smoke test",t.summary,d`${l}${rt(["Result","Check","Allowed","Seen"],r)}${p}`,t.outcome!=="passed")}o(Pt,"smokeDetails");function gt(t){return`${Number(t.toPrecision(3))} ms`}o(gt,"ms");function Ct(t){const{timeline:e,diagnosis:n,apiRequests:a}=t.volatile,s=(0,j.Bx)(e).map(({afterMs:i,event:u})=>[d`<td class="number">${(0,c.duration)(i)}</td>
      <td class="tight"><code>${u.kind}</code></td>
      <td>${(0,c.shortenDigests)(u.message)}</td>`]),r=n.length===0?null:d`<h3>Captured before the candidate was removed</h3>
          <pre>${n.slice(0,ht).join(`
`)}</pre>`;return ut("Events of the rollout",`${(0,k.L)(e.length,"event")}, ${(0,k.L)(a,"request")} to the API server`,d`${rt([">After","Kind","What happened"],s)}${r}`,!0)}o(Ct,"eventDetails");function Wt({model:t,namespace:e,provider:n,stable:a,candidate:s,strategy:r}){const u=[...a===null?[]:[{role:"stable before",facts:a}],{role:r==="first"?"first":"candidate",facts:s}].map(({role:p,facts:m})=>[d`<td class="tight">${m.name} (${p})</td>
      <td><code>Deployment/${t}-${m.name}</code>, <code>Service/${t}-${m.name}</code></td>
      <td><code>${m.image}</code></td>
      <td class="tight">
        <code title="${m.modelDigest??""}"
          >${m.modelDigest===null?"\u2013":(0,c.shortDigest)(m.modelDigest)}</code
        >
      </td>`]),l=d`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${e}; traffic is split by the provider ${n};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return ut("Objects",`model ${t} in namespace ${e}`,d`${l}${rt(["Revision","Objects","Image","Model"],u)}`,!1)}o(Wt,"objectDetails");function ut(t,e,n,a){return d`<details${a?new R(" open"):null}><summary>${t}<span class="sub">${(0,c.shortenDigests)(e)}</span></summary>${n}</details>`}o(ut,"section");function rt(t,e){const n=t.map(i=>i.startsWith(">")?d`<th class="number">${i.slice(1)}</th>`:d`<th>${i}</th>`),a=e.slice(0,ht).map(i=>d`<tr>
        ${i}
      </tr>`),s=e.length-a.length,r=s>0?d`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,k.U)(s)} more, in the JSON evidence</td>
        </tr>`:null;return d`<table>
    <thead>
      <tr>
        ${n}
      </tr>
    </thead>
    <tbody>
      ${a}${r}
    </tbody>
  </table>`}o(rt,"table");function Ot(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}o(Ot,"verdictTone");function Ut({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}o(Ut,"severityTone");var lt=h(76879);function Nt(t,e,n,a){const s={top:26,bottom:174},r={stable:vt(t,"stable"),candidate:vt(t,"candidate")},i=[...r.stable,...r.candidate],u=Math.max(e.slo*1.6,...i.slice(2).map(({running:L})=>L*1.4)),l=(0,K.m4)().domain([0,Math.min(1,u)]).nice(4).range([s.bottom,s.top]).clamp(!0),p=["stable","candidate"],m=[{y:l(e.slo),text:`limit (slo): ${(0,c.percent)(e.slo)}`,class:"ink"}],A=[O(s,n,l.ticks(4).map(L=>({y:l(L),label:(0,c.percent)(L)})),a)];for(const L of p){const M=V(r[L]),Y=(0,lt.n8)(U=>n.x(U.at),U=>l(U.running))(M);M.length<=200&&A.push(...M.map(U=>Tt(U,n,l,L))),A.push(`<path d="${Y??""}" class="line s-${L}"/>`);const q=M.at(-1);q!==void 0&&m.push({y:l(q.running),text:`${L}: ${(0,c.percent)(q.running)} so far`,class:`f-${L} strong`})}return A.push(E(Q,l(e.slo),G,l(e.slo),"line thin dashed s-ink"),_(m,s.top,s.bottom)),C(200,`Share of ${e.title} per arm, over time`,A)}o(Nt,"badEventsChart");function Tt({at:t,tick:e},n,a,s){return e===null?"":`<circle cx="${f(n.x(t))}" cy="${f(a(e))}" r="2.5" class="f-${s} faint"/>`}o(Tt,"dot");function vt(t,e){let n=0,a=0;return t.flatMap(s=>{const r=s[e];return n+=r.total,a+=r.bad,n===0?[]:[{at:Date.parse(s.at),running:a/n,tick:r.total===0?null:r.bad/r.total}]})}o(vt,"points");function Bt(t,e,n,a){const{candidate:s}=e,r={top:26,bottom:204},i=150,u=Ft(t.perSecond,s,n),l=Math.max(1,...u.map(z=>z.stable+z.candidate)),p=Math.max(1,...u.map(({failed:z})=>z)),m=(0,K.m4)().domain([0,l]).nice(3).range([i,r.top]),A=(0,K.m4)().domain([0,p]).range([0,r.bottom-i-22]),L=bt(n),M=Math.max(1,n.x(n.from+L)-n.x(n.from)-1),Y=o((z,ct,St,ge)=>St-ct<.05?"":`<rect x="${f(n.x(z))}" y="${f(ct)}" width="${f(M)}" height="${f(St-ct)}" class="${ge}"/>`,"bar"),q=i+14,U=u.flatMap(z=>[Y(z.at,m(z.stable),i,"f-stable"),Y(z.at,m(z.stable+z.candidate),m(z.stable),"f-candidate"),Y(z.at,q,q+(z.failed===0?0:Math.max(2,A(z.failed))),"f-bad")]),it=u.some(({stable:z})=>z>0),mt=[{y:r.top+12,text:`answered by ${s}`,class:"f-candidate strong"},...it?[{y:r.top+40,text:`answered by ${e.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:q+8,text:t.totals.failed===0?"none":`${(0,k.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return C(230,"Requests of the clients over time, by the revision that answered, and failed ones",[O(r,n,m.ticks(3).map(z=>({y:m(z),label:(0,k.U)(z)})),a),...U,y(n.x(n.from)-8,q+12,"failed",{anchor:"end",class:"f-bad strong"}),_(mt,r.top,r.bottom)])}o(Bt,"clientsChart");function bt(t){const e=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(n=>n*1e3).find(n=>e/n<=240)??864e5}o(bt,"binMs");function Ft(t,e,n){const a=new Map,s=bt(n);for(const{at:r,revision:i,ok:u,failed:l}of t){const p=Date.parse(r);if(!(p>=n.from&&p<=n.to))continue;const m=n.from+Math.floor((p-n.from)/s)*s,A=a.get(m)??{at:m,stable:0,candidate:0,failed:0},L=i===e;a.set(m,{at:m,stable:A.stable+(L?0:u),candidate:A.candidate+(L?u:0),failed:A.failed+l})}return[...a.values()]}o(Ft,"bySecond");const zt=-4,It=3;function Kt(t,e,n,a,s){const r=e.logRollback/Math.LN10,i=o((l,p,m)=>({label:l,class:"bad",dashed:p,points:[{at:yt(t,a),power:0},...t.map(A=>({at:Date.parse(A.at),power:m(A)/Math.LN10}))]}),"curve"),u=n===null?[]:[{at:Date.parse(n.at),power:Math.min(n.logWorse,n.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return wt("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,l=>l.logWorse),i("bad enough to matter",!0,l=>l.logAboveFloor)],{power:r,label:`roll back at ${xt(e.logRollback)}`,zone:"badzone"},u,a,s)}o(Kt,"rollbackChart");function Gt(t,e,n,a,s){const r=[];let i=null,u=yt(t,a);for(const p of t)p.weight!==i&&r.push({at:u,power:0}),i=p.weight,u=Date.parse(p.at),r.push({at:u,power:p.logGood/Math.LN10});const l=n.flatMap(({at:p,label:m})=>{const A=t.findLast(L=>Date.parse(L.at)<=p);return A===void 0?[]:[{at:Date.parse(A.at),power:A.logGood/Math.LN10,label:m,class:"good"}]});return wt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:r}],{power:e.logPromote/Math.LN10,label:`step passes at ${xt(e.logPromote)}`,zone:"goodzone"},l,a,s)}o(Gt,"promotionChart");function wt(t,e,n,a,s,r){const i={top:26,bottom:184},u=e.flatMap(U=>U.points.map(({power:it})=>it)),l=Math.min(Math.ceil(n.power)+It,Math.max(Math.ceil(n.power+.3),...u.map(U=>Math.ceil(U)))),p=Math.max(zt,Math.min(-1,...u.map(U=>Math.floor(U)))),m=(0,K.m4)().domain([p,l]).range([i.bottom,i.top]).clamp(!0),A=l-p>8?3:l-p>4?2:1,L=Array.from({length:l-p+1},(U,it)=>p+it).filter(U=>U%A===0).map(U=>({y:m(U),label:Qt(U)})),M=[{y:m(n.power),text:n.label,class:"ink"}],Y=e.map(U=>{const it=V(U.points),mt=it.at(-1);return mt!==void 0&&M.push({y:m(mt.power),text:U.label,class:`f-${U.class} strong`}),`<path d="${(0,lt.n8)(ct=>s.x(ct.at),ct=>m(ct.power))(it)??""}" class="line s-${U.class}${U.dashed?" dashed":""}"/>`}),q=a.map(U=>Ht(U,s,m));return C(210,t,[`<rect x="${Q}" y="${i.top}" width="${G-Q}" height="${f(m(n.power)-i.top)}" class="f-${n.zone}"/>`,O(i,s,L,r),E(Q,m(n.power),G,m(n.power),"line thin dashed s-ink"),...Y,...q,_(M,i.top,i.bottom)])}o(wt,"chart");function Ht(t,e,n){const a=e.x(t.at),s=a>(Q+G)/2;return`<circle cx="${f(a)}" cy="${f(n(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+y(s?a+5:a-5,n(t.power)-11,t.label,{anchor:s?"end":"start",class:`f-${t.class} strong halo`})}o(Ht,"markAt");function yt(t,e){const[n,a]=t;if(n===void 0)return e.from;const s=Date.parse(n.at);return a===void 0?s:Math.max(e.from,s-(Date.parse(a.at)-s))}o(yt,"start");function xt(t){return String(Number(Math.exp(t).toPrecision(2)))}o(xt,"value");function Qt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),e=>e==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(e)]??"").join("")}`}o(Qt,"powerOfTen");function Vt(t,e,n,a){const s={top:26,bottom:144},r=(0,K.m4)().domain([0,1]).range([s.bottom,s.top]),i=[{at:n.from,weight:0},...e.weights,{at:n.to,weight:e.weights.at(-1)?.weight??0}],u=(0,lt.n8)(M=>n.x(M.at),M=>r(M.weight)).curve(lt.UP)(i),p=V(t.filter(M=>M.candidate.total+M.stable.total>0)).map(M=>({at:Date.parse(M.at),share:M.candidate.total/(M.candidate.total+M.stable.total)})),m=(0,lt.n8)(M=>n.x(M.at),M=>r(M.share)).curve(lt.lU)(p),A=p.length>120?[]:p.map(M=>`<circle cx="${f(n.x(M.at))}" cy="${f(r(M.share))}" r="2.5" class="f-candidate"/>`),L=p.at(-1);return C(170,"Share of the requests that the candidate got, over time",[O(s,n,[0,.5,1].map(M=>({y:r(M),label:(0,c.percent)(M)})),a),`<path d="${u??""}" class="line thin s-ink"/>`,`<path d="${m??""}" class="line s-candidate"/>`,...A,_([{y:r(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...L===void 0?[]:[{y:r(L.share),text:"seen share of requests",class:"f-candidate strong"}]],s.top,s.bottom)])}o(Vt,"splitChart");const ft="since the first live request";function Zt(t){const{rollout:e}=t.evidence;if(e===void 0)return null;const n=(0,j.CR)(e),a=t.clients===void 0?null:ee(t,e,n);if(n===null)return a;const s=Jt(e,n),r=(0,j.A0)(e),i=e.metrics.find(({metric:l})=>l===r);if(i===void 0)return a;const u=e.metrics.filter(({metric:l})=>l!==r);return d`${a}${Xt(e,n,s)}${Mt(e,i,s)}${u.map(l=>Yt(e,l,s))}`}o(Zt,"rolloutPlots");function Jt(t,e){const n=Math.max(e.decided,...e.weights.map(({at:r})=>r)),a=(n-e.from)*.04,s=Math.min(n+2.5*a,Math.max(n+a,Date.parse(t.volatile.endedAt)));return st(e.from-a,s,e.from,kt(t,e))}o(Jt,"liveAxis");function kt(t,e){const n=t.candidate.name;return e.weights.map(({at:a,weight:s},r)=>({at:a,label:r===0?`${n} gets ${(0,c.percent)(s)}`:s===0?"back to 0":(0,c.percent)(s)}))}o(kt,"moments");function Xt(t,e,n){const a=(0,j.EN)(t,t.metrics[0]?.metric??""),r=`Traffic of the candidate: ${e.weights.map(({weight:i})=>(0,c.percent)(i)).join(", then ")}`;return pt(r,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Vt(a,e,n,ft))}o(Xt,"splitFigure");function Yt(t,e,n){return d`<details>
    <summary>Also judged: ${e.title}<span class="sub">${Dt(t,e)}</span></summary>
    ${Mt(t,e,n)}
  </details>`}o(Yt,"otherMetric");function Mt(t,e,n){const a=(0,j.EN)(t,e.metric),s=(0,j.KG)(t,e.metric);return d`${pt(ne(`${e.title}: ${Dt(t,e)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Nt(a,e,n,ft))}${pt(qt(e,a,s,n),`Solid line: that its odds are more than ${e.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,c.percent)(e.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Kt(a,e,s,n,ft))}${pt(te(t,e,a),`That less than ${(0,c.percent)(e.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Gt(a,e,_t(t),n,ft))}`}o(Mt,"metricFigures");function Dt(t,{metric:e}){const n=(0,j.EN)(t,e),a=o(s=>{const r=n.reduce((u,l)=>u+l[s].total,0),i=n.reduce((u,l)=>u+l[s].bad,0);return r===0?"no requests":`${(0,k.U)(i)} of ${(0,k.U)(r)} (${(0,c.percent)(i/r)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}o(Dt,"shareSentence");function qt(t,e,n,a){const s=Number(Math.exp(t.logRollback).toPrecision(2));if(n!==null){const i=Date.parse(n.at)-a.x.invert(a.ticks.find(({label:u})=>u==="0")?.x??0);return`Evidence that the candidate is worse passed ${s} after ${(0,c.duration)(i)}`}const r=e.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${s}${r?" on both counts":""}`}o(qt,"worseTitle");function te(t,e,n){const a=Number(Math.exp(e.logPromote).toPrecision(2)),s=_t(t).length;return s>0?`Evidence that the candidate is good enough passed ${a} at ${(0,k.L)(s,"step")}`:`Evidence that the candidate is good enough ${n.some(i=>i.logGood>=e.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}o(te,"goodTitle");function _t(t){const e=t.volatile.timeline.flatMap(({at:n,weight:a})=>a===void 0?[]:[{at:Date.parse(n),weight:a}]);return e.flatMap(({at:n,weight:a},s)=>{const r=e[s-1];return r!==void 0&&r.weight>0&&a>r.weight?[{at:n,label:`${(0,c.percent)(r.weight)} step passes`}]:[]})}o(_t,"passedSteps");function ee({clients:t},e,n){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:A})=>Date.parse(A)),s=Math.min(...a),r=st(s,Math.max(...a)+1e3,n?.from??s,n===null?[]:kt(e,n)),{requests:i,failed:u}=t.totals,l=`What the clients saw: ${(0,k.L)(i,"request")}, ${u===0?"not one failed":`${(0,k.U)(u)} failed`}`,p=bt(r)/1e3,m=`Answers per ${p===1?"second":`${p} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return pt(l,m,Bt(t,{candidate:e.candidate.name,stable:e.stable?.name??null},r,n===null?"since the rollout began":ft))}o(ee,"clientsFigure");function pt(t,e,n){return d`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${e}</div>
    </figcaption>
    ${n}
  </figure>`}o(pt,"figure");function ne(t){return t.charAt(0).toUpperCase()+t.slice(1)}o(ne,"capital");function oe(t,e){const{evidence:n}=t,{validate:a,build:s,smoke:r,rollout:i}=n,{word:u,tone:l}=(0,v.CL)(n),{name:p,about:m}=(0,W.G)(t),A=(0,v.o6)(n),L=n.stopped?.error.hint??null,M=[...L===null?[]:[L],...i===void 0?[]:(0,v.QA)(i)];return d`<section class="run" id="run-${e+1}">
    <h2>${p}${g(u,l)}</h2>
    ${m===""?null:d`<p class="sub about">${m}</p>`}
    <p class="lead">${(0,v.W0)(n)}</p>
    ${M.length===0?null:d`<ul class="reasons">
            ${M.map(Y=>d`<li>${Y}</li>`)}
          </ul>`}
    ${(i?.volatile.thresholdRules??[]).map(({message:Y})=>d`<p class="sub about">For comparison: ${Y}</p>`)}
    ${ae(t)}
    ${A.length===0?null:d`<figure>
            <figcaption><h4>${se(t)}</h4></figcaption>
            ${J(A)}
          </figure>`}
    ${Zt(t)}
    <h3>Details</h3>
    ${i===void 0?null:Ct(i)} ${a===void 0?null:At(a)}
    ${s===void 0?null:Rt(s)} ${r===void 0?null:Pt(r)}
    ${i===void 0?null:Wt(i)}
  </section>`}o(oe,"runSection");function se({evidence:t}){const e=(0,c.duration)((0,v.sW)(t)),{rollout:n}=t;return n?.outcome==="passed"&&!(0,v._5)(n)?`From model to all traffic in ${e}`:`Where the time went: ${e}`}o(se,"stagesTitle");function ae(t){const{validate:e,build:n,smoke:a,rollout:s}=t.evidence,r=[];if(s!==void 0&&(0,j.CR)(s)!==null){const{candidate:i}=s.volatile.totals,u=s.volatile.timeline.flatMap(({weight:l,kind:p})=>l===void 0||p==="promoted"?[]:[l]);(0,j.QW)(s)&&r.push(["from the first live request to the decision",S(t)]),r.push(["requests the candidate served as a canary",(0,k.U)(i.requests)]),r.push(["of them failed",(0,k.U)(i.errors)]),r.push(["largest share of traffic before the decision",(0,c.percent)(Math.max(0,...u))])}if(e!==void 0&&r.push(["model",(0,c.bytes)(e.model.bytes)]),n!==void 0&&r.push(["image",(0,c.bytes)(n.image.bytes)]),a!==void 0){const i=a.checks.filter(({verdict:l})=>l==="passed").length,u=a.checks.filter(({verdict:l})=>l!=="skipped").length;r.push(["smoke checks passed",`${i} of ${u}`])}return r.length===0?null:d`<dl class="figures">
    ${r.map(([i,u])=>d`<div>
          <dt>${i}</dt>
          <dd>${u}</dd>
        </div>`)}
  </dl>`}o(ae,"figures");const re=new R(`<style>
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
</style>`);function ie(t){const e=de(t);return d`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${e}</title>
        ${re}
      </head>
      <body>
        <main>
          <header>
            <h1>${e}</h1>
            ${ce(t)}
          </header>
          ${x(t)} ${t.map((a,s)=>oe(a,s))}
          <footer>
            Made by ${le(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}o(ie,"htmlReport");function de(t){const e=t.flatMap(({evidence:r})=>(0,v.ZL)(r))[0]?.project??"ml-deploy",n=t.map(r=>({name:(0,W.G)(r).name,word:(0,v.CL)(r.evidence).word})),[a,...s]=n;return a===void 0?`${e}: no runs`:s.length===0?`${a.name}: ${a.word}`:`${e}: ${n.map(({name:r,word:i})=>`${r} ${i}`).join(", ")}`}o(de,"headline");function ce(t){const n=t.flatMap(({evidence:r})=>(0,v.ZL)(r))[0],a=t.map(({evidence:r})=>r.rollout).find(r=>r!==void 0);if(n===void 0)return null;const s=[(0,c.moment)(n.volatile.startedAt),n.environment===null?null:`environment ${n.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${n.volatile.host}`];return d`<p class="sub">${s.filter(r=>r!==null).join(" \xB7 ")}</p>`}o(ce,"subtitle");function le(t){const e=new Set(t.flatMap(({evidence:n})=>(0,v.ZL)(n)).map(n=>n.volatile.engine));return e.size===0?"ml-deploy":[...e].join(", ")}o(le,"engines");var ue=h(63021),fe=h(1919);const pe="validate.sarif";async function me(t,e){await(0,N.mkdir)(t,{recursive:!0});const n={html:(0,w.join)(t,"report.html"),markdown:(0,w.join)(t,"report.md")};return await $t(n.html,ie(e)),await $t(n.markdown,(0,ue.markdownReport)(e)),n}o(me,"writeReports");async function he(t,e,n){const{sarifReport:a}=await Promise.all([h.e(1375),h.e(123)]).then(h.bind(h,20123)),s={...e.model,path:w.posix.join(n,e.model.path)};await(0,N.mkdir)(t,{recursive:!0}),await $t((0,w.join)(t,pe),a((0,fe.D)([{...e,model:s}])))}o(he,"writeSarif");async function $t(t,e){const n=`${t}.${process.pid}.tmp`;await(0,N.writeFile)(n,e),await(0,N.rename)(n,t)}o($t,"replace")})};export{ve as id,we as ids,ye as modules};
