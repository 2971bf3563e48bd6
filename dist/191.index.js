var le=Object.defineProperty;var r=(q,W)=>le(q,"name",{value:W,configurable:!0});const fe=191,pe=[191,665],he={70412:((q,W,_)=>{_.d(W,{KN:r(()=>T,"KN"),LS:r(()=>x,"LS"),U9:r(()=>S,"U9"),VK:r(()=>w,"VK"),ee:r(()=>R,"ee"),fQ:r(()=>P,"fQ"),n$:r(()=>p,"n$"),p0:r(()=>K,"p0")});const b="\xA0";function K(h){if(!Number.isFinite(h)||h<0)return"unknown";if(h<1e3)return`${Math.round(h)}${b}ms`;if(h<9950)return`${(h/1e3).toFixed(1)}${b}s`;const m=Math.round(h/1e3);return m<60?`${m}${b}s`:m<3600?c(Math.floor(m/60),"min",m%60,"s"):c(Math.floor(m/3600),"h",Math.round(m%3600/60),"min")}r(K,"duration");function c(h,m,z,B){return z===0?`${h}${b}${m}`:`${h}${b}${m} ${z}${b}${B}`}r(c,"join");function R(h){const m=["B","kB","MB","GB","TB"];let z=h,B=0;for(;z>=999.5&&B<m.length-1;)z/=1e3,B+=1;return`${B>0&&z<99.95?z.toFixed(1):z.toFixed(0)}${b}${m[B]??""}`}r(R,"bytes");function T(h){const m=h*100;return m===0||m>=100?`${m.toFixed(0)}${b}%`:`${Number(m.toPrecision(m>=10?3:2))}${b}%`}r(T,"percent");function S(h){return h.toLocaleString("en-US")}r(S,"count");function x(h,m){return`${S(h)} ${m}${h===1?"":"s"}`}r(x,"plural");function w(h){return h.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}r(w,"shortDigest");function P(h){return h.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}r(P,"shortenDigests");function p(h){const m=Date.parse(h);return Number.isNaN(m)?h:`${new Date(m).toISOString().slice(0,19).replace("T"," ")} UTC`}r(p,"moment")}),99001:((q,W,_)=>{_.d(W,{A0:r(()=>R,"A0"),Bx:r(()=>T,"Bx"),CR:r(()=>b,"CR"),EN:r(()=>K,"EN"),KG:r(()=>c,"KG")});function b({volatile:S}){const x=S.timeline.flatMap(({at:m,weight:z})=>z===void 0?[]:[{at:Date.parse(m),weight:z}]),w=x.find(({weight:m})=>m>0);if(w===void 0||S.ticks.length===0)return null;const P=S.ticks.map(({at:m})=>Date.parse(m)),h=S.timeline.filter(({kind:m})=>m==="decision").map(({at:m})=>Date.parse(m)).at(-1)??Math.max(...P);return{from:w.at,decided:h,weights:x}}r(b,"livePhase");function K(S,x){return S.volatile.ticks.filter(w=>w.metric===x)}r(K,"ticksOf");function c(S,x){const w=S.metrics.find(p=>p.metric===x);if(w===void 0)return null;const P=r(p=>Math.min(p.logWorse,p.logAboveFloor)>=w.logRollback,"due");return K(S,x).find(P)??null}r(c,"rollbackTick");function R(S){return(S.metrics.find(({metric:w})=>c(S,w)!==null)??S.metrics[0])?.metric??null}r(R,"decidingMetric");function T(S){const x=Date.parse(S[0]?.at??"");return S.map(w=>({afterMs:Date.parse(w.at)-x,event:w}))}r(T,"sinceStart")}),30046:((q,W,_)=>{_.d(W,{markdownReport:r(()=>P,"markdownReport")});var b=_(70412),K=_(99001),c=_(55359),R=_(9002),T=_(68313);const S=1024*1024-64*1024,x=100,w={good:"\u2705",bad:"\u26D4",waiting:"\u23F8\uFE0F",trouble:"\u26A0\uFE0F"};function P($){const v=$.flatMap(M=>{const{validate:N,build:g,smoke:A,rollout:j}=M.evidence;return[m(M),...j===void 0?[]:[z(j)],...N===void 0?[]:[it(N)],...A===void 0?[]:[lt(A)],...g===void 0?[]:[G(g)],...j===void 0?[]:[et(j)]]});return p(v.filter(M=>M!==""))}r(P,"markdownReport");function p($){const v=[];let M=200;for(const[N,g]of $.entries()){if(M+=Buffer.byteLength(g)+1,M>S){v.push(`_${(0,b.LS)($.length-N,"part")} left out: too long for a summary. The HTML report and the JSON evidence have them._
`);break}v.push(g)}return v.join(`
`)}r(p,"fit");function h($){return(0,T.R)($,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,v=>`&#${v.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,v=>`${v.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(v,M,N)=>`${M}${N.slice(0,-1)}&#${N.codePointAt(N.length-1)??0};`)}r(h,"escapeMarkdown");function m($){const{evidence:v}=$,{word:M,tone:N}=(0,c.CL)(v),{name:g,about:A}=(0,R.G)($),j=(0,c.ZL)(v).map(E=>{const V=Date.parse(E.volatile.endedAt)-Date.parse(E.volatile.startedAt);return[E.stage,E.outcome,(0,b.p0)(V),(0,b.fQ)(E.summary)]}),F=(v.rollout?.reasons??[]).map(E=>`- ${h(E)}
`).join("");return`## ${w[N]} ${h(g)}: ${h(M)}

${A===""?"":`${h(A)}

`}${h((0,c.KL)(v))}

${F}${F===""?"":`
`}${U(["Stage","Outcome","Time","Summary"],j)}
Whole run: ${(0,b.p0)((0,c.sW)(v))}
`}r(m,"heading");function z($){const v=(0,K.CR)($);if(v===null)return"";const{totals:M}=$.volatile,N=$.metrics.map(g=>{const A=(0,K.EN)($,g.metric).at(-1),j=r((E,V)=>E===void 0?"\u2013":`${B(E)} of ${B(V)}`,"value"),F=["candidate","stable"].map(E=>{const V=(0,K.EN)($,g.metric),I=V.reduce((nt,ot)=>nt+ot[E].total,0),Y=V.reduce((nt,ot)=>nt+ot[E].bad,0);return I===0?"no requests":`${(0,b.U9)(Y)} of ${(0,b.U9)(I)} (${(0,b.KN)(Y/I)})`});return[g.title,(0,b.KN)(g.slo),...F,j(A?.logWorse,g.logRollback),j(A?.logAboveFloor,g.logRollback),j(A?.logGood,g.logPromote)]});return`### Canary

The candidate ${h($.candidate.name)} served ${(0,b.LS)(M.candidate.requests,"request")}, ${(0,b.U9)(M.candidate.errors)} of them failed; decided ${(0,b.p0)(v.decided-v.from)} after its first live request.

`+U(["Metric","Limit","Candidate","Stable","Worse than stable","Bad enough to matter","Good enough"],N)+`
Evidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.
`}r(z,"canary");function B($){const v=Math.exp(Math.min($,700));return v>=1e3||v<.01?v.toExponential(1).replace("e+","e"):String(Number(v.toPrecision(2)))}r(B,"evidenceValue");function it({model:$,verdict:v}){const M=$.files.flatMap(g=>g.findings.map(({severity:A,rule:j,member:F,offset:E,message:V,hint:I})=>[A,j,`${g.path}${F===void 0?"":`, member ${F}`}${E===null?"":`, byte ${(0,b.U9)(E)}`}`,`${dt(V)} ${I}`])),N=`Model: ${v}, ${(0,b.LS)($.files.length,"file")}, ${(0,b.ee)($.bytes)}, ${(0,b.VK)($.digest)}`;return M.length===0?`### ${h(N)}
`:`### ${h(N)}

${U(["Severity","Rule","Where","What"],M)}`}r(it,"findings");function dt($){return/[.!?]$/.test($)?$:`${$}.`}r(dt,"sentence");function lt($){const v=$.checks.map(M=>[M.verdict,M.title,(0,b.fQ)(M.limit??"\u2013"),(0,b.fQ)(M.message)]);return O(`Smoke test: ${$.summary}`,U(["Result","Check","Allowed","Seen"],v))}r(lt,"checks");function G({image:$}){const v=$.layers.map(N=>[N.kind,N.title,(0,b.ee)(N.bytes),(0,b.VK)(N.digest)]),M=U(["Holds","What","Size","Digest"],v);return O(`Image: ${(0,b.ee)($.bytes)}, ${$.reference}`,M)}r(G,"image");function et($){const{timeline:v,diagnosis:M}=$.volatile,N=(0,K.Bx)(v).map(({afterMs:A,event:j})=>[(0,b.p0)(A),j.kind,(0,b.fQ)(j.message)]),g=M.slice(0,x).map(A=>`- ${h(A)}
`).join("");return O("Events of the rollout",`${U(["After","Kind","What happened"],N)}${g===""?"":`
Captured before the candidate was removed:

${g}`}`)}r(et,"events");function O($,v){return`<details><summary>${h($)}</summary>

${v}
</details>
`}r(O,"folded");function U($,v){const M=r(A=>`| ${A.map(j=>h(j)).join(" | ")} |
`,"line"),N=v.length-x,g=N>0?`
and ${(0,b.U9)(N)} more, in the JSON evidence
`:"";return M($)+M($.map(()=>"---"))+v.slice(0,x).map(M).join("")+g}r(U,"table")}),55359:((q,W,_)=>{_.d(W,{CL:r(()=>c,"CL"),KL:r(()=>T,"KL"),ZL:r(()=>K,"ZL"),sW:r(()=>S,"sW")});var b=_(70412);function K({validate:x,build:w,smoke:P,rollout:p}){return[x,w,P,p].filter(h=>h!==void 0)}r(K,"stagesOf");function c(x){const w=K(x).at(-1);if(w===void 0)return{word:"did not start",tone:"waiting"};if(w.stage==="rollout")return R(w);const P={validate:"validated",build:"built",smoke:"smoke-tested"}[w.stage];switch(w.outcome){case"passed":return{word:P,tone:"good"};case"failed":return{word:`refused by ${w.stage}`,tone:"bad"};case"error":return{word:`error in ${w.stage}`,tone:"trouble"};default:return{word:`${w.stage} ${w.outcome}`,tone:"waiting"}}}r(c,"runOutcome");function R({outcome:x,decision:w,strategy:P}){return x==="error"?{word:"stopped by an error",tone:"trouble"}:x==="held"||w==="held"?{word:"held",tone:"waiting"}:x==="failed"?{word:P==="first"?"failed":"rolled back",tone:"bad"}:x==="inconclusive"?{word:w==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:{word:{first:"deployed",canary:"promoted",adopt:"adopted"}[P],tone:"good"}}r(R,"rolloutOutcome");function T(x){return(0,b.fQ)(K(x).at(-1)?.summary??"No stage has run.")}r(T,"runSummary");function S(x){const w=K(x),P=w.map(h=>Date.parse(h.volatile.startedAt)),p=w.map(h=>Date.parse(h.volatile.endedAt));return w.length===0?0:Math.max(...p)-Math.min(...P)}r(S,"runDurationMs")}),9002:((q,W,_)=>{_.d(W,{G:r(()=>b,"G")});function b({title:K}){const[c="",...R]=K.split(": ");return{name:c,about:R.join(": ")}}r(b,"titleOf")}),68313:((q,W,_)=>{_.d(W,{R:r(()=>K,"R")});const b=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function K(c,R=!1){return(R?c.replaceAll(/[\r\n\t]+/g," "):c.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(b,S=>S===`
`||S==="	"?S:`\\u${(S.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}r(K,"visible")}),34191:((q,W,_)=>{_.d(W,{writeReports:r(()=>de,"writeReports")});var b=_(51455),K=_(76760),c=_(70412),R=_(55359),T=_(9002),S=_(68313);class x{static{r(this,"Markup")}source;constructor(e){this.source=e}}const w={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function P(t){return(0,S.R)(t).replaceAll(/[&<>"'`]/g,e=>w[e]??"")}r(P,"escapeHtml");function p(t,...e){const n=t.map((a,o)=>a+(o<e.length?h(e[o]??null):""));return new x(n.join(""))}r(p,"html");function h(t){return t===null?"":t instanceof x?t.source:typeof t=="string"||typeof t=="number"?P(String(t)):t.map(e=>h(e)).join("")}r(h,"render");var m=_(99001);const z={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function B(t,e){const n=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${z[e]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return p`<span class="badge ${e}">${new x(n)}${t}</span>`}r(B,"badge");function it(t){const e=t.map((n,a)=>{const{word:o,tone:s}=(0,R.CL)(n.evidence);return p`<tr>
      <td class="name"><a href="#run-${a+1}">${(0,T.G)(n).name}</a></td>
      <td>${B(o,s)}</td>
      <td>${(0,R.KL)(n.evidence)}</td>
      <td class="number">${dt(n)}</td>
      <td class="number">${lt(n)}</td>
      <td class="number">${(0,c.p0)((0,R.sW)(n.evidence))}</td>
    </tr>`});return p`<div class="outcomes">
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
  </div>`}r(it,"outcomeTable");function dt({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const e=(0,m.CR)(t);if(e===null)return"\u2013";const n=t.metrics.flatMap(({metric:o})=>{const s=(0,m.KG)(t,o);return s===null?[]:[Date.parse(s.at)]}),a=t.decision==="rollback"&&n.length>0?Math.min(...n):e.decided;return(0,c.p0)(a-e.from)}r(dt,"decidedAfter");function lt({evidence:{rollout:t},clients:e}){if(t===void 0)return"\u2013";if(e===void 0)return(0,m.CR)(t)===null?"\u2013":(0,c.U9)(t.volatile.totals.candidate.errors);const n=e.perSecond.filter(({revision:a})=>a!==t.stable?.name);return(0,c.U9)(n.reduce((a,{failed:o})=>a+o,0))}r(lt,"harmed");var G=_(29668);const et=1e3,O=56,U=790,$=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function v(t,e,n,a=[]){const o=e>t?e:t+1e3,s=(0,G.m4)().domain([t,o]).range([O,U]),i=(o-t)/1e3,l=$.find(u=>i/u<=9)??Math.ceil(i/8/86400)*86400,d=[];for(let u=Math.ceil((t-n)/1e3/l)*l;u<=(o-n)/1e3;u+=l)d.push({x:s(n+u*1e3),label:M(u,l)});return{x:s,ticks:d,from:t,to:o,marks:a.filter(({at:u})=>u>=t&&u<=o)}}r(v,"timeAxis");function M(t,e){return t===0?"0":e<60?`${N(t)} s`:e<3600?`${N(t/60)} min`:`${N(Number((t/3600).toFixed(1)))} h`}r(M,"clock");function N(t){return String(t).replace("-","\u2212")}r(N,"minus");function g(t){return String(Math.round(t*10)/10)}r(g,"n");function A(t,e,n,a={}){const o=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,s=a.class===void 0?"":` class="${a.class}"`;return`<text x="${g(t)}" y="${g(e)}"${o}${s}>${P(n)}</text>`}r(A,"frame_text");function j(t,e,n,a,o){return`<line x1="${g(t)}" y1="${g(e)}" x2="${g(n)}" y2="${g(a)}" class="${o}"/>`}r(j,"rule");function F(t,e,n){const o=t.toSorted((i,l)=>i.y-l.y).map(i=>({...i,at:Math.max(i.y,e+4)}));for(let i=1;i<o.length;i++){const[l,d]=[o[i-1],o[i]];l!==void 0&&d!==void 0&&(d.at=Math.max(d.at,l.at+15))}let s=n-4;for(const i of o.toReversed())i.at=Math.min(i.at,s),s=i.at-15;return o.map(i=>A(U+12,i.at+4,i.text,{class:i.class})).join("")}r(F,"sideLabels");function E(t,e,n,a){const o=n.map(({y:i,label:l})=>j(O,i,U,i,"grid")+A(O-8,i+4,l,{anchor:"end"})),s=e.ticks.map(({x:i,label:l})=>j(i,t.bottom,i,t.bottom+4,"axis")+A(i,t.bottom+18,l,{anchor:"middle"}));return[...o,...e.marks.map(({at:i})=>j(e.x(i),t.top,e.x(i),t.bottom,"event")),...V(e,t.top-7),j(O,t.bottom,U,t.bottom,"axis"),...s,A(U+12,t.bottom+18,a)].join("")}r(E,"frame_frame");function V(t,e){let n=0;return t.marks.map(({at:a,label:o})=>{const s=Math.max(t.x(a)-4,n);return n=s+7*o.length+10,A(s,e,o,{class:"ink"})})}r(V,"momentLabels");function I(t,e,n){return new x(`<div class="chart"><svg viewBox="0 0 ${et} ${g(t)}" role="img" aria-label="${P(e)}">${n.join("")}</svg></div>`)}r(I,"drawing");function Y(t,e=800){if(t.length<=e)return[...t];const n=Math.ceil(t.length/e);return t.filter((a,o)=>o%n===0||o===t.length-1)}r(Y,"thin");function nt(t){const e=t.map(d=>({stage:d,from:Date.parse(d.volatile.startedAt),to:Date.parse(d.volatile.endedAt)})),n=Math.min(...e.map(({from:d})=>d)),a=Math.max(...e.map(({to:d})=>d),n+1),o=O+30,s=(0,G.m4)().domain([n,a]).range([o,U]),i=24,l=e.flatMap(({stage:d,from:u,to:f},D)=>{const k=4+D*i,y=Math.max(3,s(f)-s(u)),H={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble"}[d.outcome];return[A(o-10,k+14,d.stage,{anchor:"end",class:"ink"}),j(o,k+10,U,k+10,"grid"),`<rect x="${g(s(u))}" y="${g(k+2)}" width="${g(y)}" height="16" rx="3" class="${H}"/>`,A(U+12,k+14,`${d.outcome}, ${(0,c.p0)(f-u)}`,{class:"ink"})]});return I(8+i*e.length,"Time that each stage took",l)}r(nt,"stagesChart");function ot(t){const n=["base","dependencies","code","weights","other"].map(d=>({kind:d,size:t.filter(u=>u.kind===d).reduce((u,f)=>u+f.bytes,0)})).filter(({size:d})=>d>0),a=n.reduce((d,{size:u})=>d+u,0),o=(0,G.m4)().domain([0,Math.max(1,a)]).range([0,et]);let s=0;const i=n.map(({kind:d,size:u})=>{const f=o(s);return s+=u,{kind:d,from:f,wide:Math.max(2,o(u)-1.5),label:`${d} ${(0,c.ee)(u)}`,at:f}});Mt(i);const l=i.flatMap(({kind:d,from:u,wide:f,label:D,at:k})=>[`<rect x="${g(u)}" y="2" width="${g(f)}" height="22" rx="2" class="k-${d}"/>`,A(k,41,D,{class:"ink"})]);return I(48,"Sizes of the image by what they hold",l)}r(ot,"layersChart");function Mt(t){const e=r(({label:o})=>7.2*o.length+14,"room");let n=0;for(const o of t)o.at=Math.max(o.at,n),n=o.at+e(o);let a=et+14;for(const o of t.toReversed())o.at=Math.min(o.at,a-e(o)),a=o.at}r(Mt,"spread");const ut=200;function St(t){const e=t.model.files.flatMap(o=>o.findings.map(s=>({file:o.path,finding:s}))),n=J(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[p`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Rt(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,c.ee)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,c.VK)(o.sha256)}</code></td>`])),a=e.length===0?p`<p class="note">Nothing was found.</p>`:J(["Severity","Rule","Where","What, and what to do"],e.map(({file:o,finding:s})=>[p`<td class="tight ${Ct(s)}">${s.severity}</td>
              <td class="tight long"><code>${s.rule}</code></td>
              <td>${Dt(o,s)}</td>
              <td>${s.message}<br /><span class="sub">${s.hint}</span></td>`]));return at("Validate",t.summary,p`${n}
      <h3>Findings</h3>
      ${a}${_t(t)}`,t.outcome!=="passed")}r(St,"validateDetails");function Dt(t,{member:e,offset:n}){const a=e===void 0?t:`${t}, member ${e}`;return n===null?a:`${a}, byte ${(0,c.U9)(n)}`}r(Dt,"where");function _t({contract:t}){if(t===null)return null;const n=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:o})=>[p`<td class="tight">${o}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(s=>s??"any").join(", ")}]</td>`]);return p`<h3>Inputs and outputs (${t.source})</h3>
    ${J(["","Name","Type","Shape"],n)}`}r(_t,"contract");function Nt(t){const{image:e,volatile:n}=t,a=e.layers.map(s=>[p`<td class="tight"><span class="swatch k-${s.kind}"></span>${s.kind}</td>
      <td>${s.title}</td>
      <td class="number">${(0,c.ee)(s.bytes)}</td>
      <td class="tight"><code title="${s.digest}">${(0,c.VK)(s.digest)}</code></td>`]),o=p`<p class="note">
    ${e.platform}, runs as user ${e.user}; built by ${n.builder} in ${(0,c.p0)(n.buildMs)}, pushed
    in ${(0,c.p0)(n.pushMs)} (${(0,c.ee)(n.uploadedBytes)} sent). Deployed as <code>${e.reference}</code>
  </p>`;return at("Image",`${(0,c.ee)(e.bytes)} in ${(0,c.LS)(e.layers.length,"layer")}`,p`${ot(e.layers)}${o}${J(["Holds","What",">Size","Digest"],a)}`,t.outcome!=="passed")}r(Nt,"imageDetails");function At(t){const{checks:e,volatile:n,hardware:a}=t,o={passed:"good",failed:"bad",skipped:"sub"},s=e.map(f=>[p`<td class="tight ${o[f.verdict]}">${f.verdict}</td>
      <td>${f.title}</td>
      <td>${(0,c.fQ)(f.limit??"\u2013")}</td>
      <td>${(0,c.fQ)(f.message)}</td>`]),i=n.latencyMs,l=i===null?null:p` Latency of ${(0,c.LS)(i.count,"request")}: half within ${ft(i.p50)}, 95 % within
        ${ft(i.p95)}, 99 % within ${ft(i.p99)}.`,d=p`<p class="note">
    On ${a.device==="gpu"?"GPU":"CPU"} (${a.name}), runtime ${t.runtime}; ready after
    ${(0,c.p0)(n.readyMs)}, stopped in ${(0,c.p0)(n.stopMs)}.${l}
  </p>`,u=n.details.length===0?null:p`<pre>${n.details.slice(-ut).join(`
`)}</pre>`;return at("Smoke test",t.summary,p`${d}${J(["Result","Check","Allowed","Seen"],s)}${u}`,t.outcome!=="passed")}r(At,"smokeDetails");function ft(t){return`${Number(t.toPrecision(3))} ms`}r(ft,"ms");function Lt(t){const{timeline:e,diagnosis:n,apiRequests:a}=t.volatile,o=(0,m.Bx)(e).map(({afterMs:i,event:l})=>[p`<td class="number">${(0,c.p0)(i)}</td>
      <td class="tight"><code>${l.kind}</code></td>
      <td>${(0,c.fQ)(l.message)}</td>`]),s=n.length===0?null:p`<h3>Captured before the candidate was removed</h3>
          <pre>${n.slice(0,ut).join(`
`)}</pre>`;return at("Events of the rollout",`${(0,c.LS)(e.length,"event")}, ${(0,c.LS)(a,"request")} to the API server`,p`${J([">After","Kind","What happened"],o)}${s}`,!0)}r(Lt,"eventDetails");function jt({model:t,namespace:e,provider:n,stable:a,candidate:o,strategy:s}){const l=[...a===null?[]:[{role:"stable before",facts:a}],{role:s==="first"?"first":"candidate",facts:o}].map(({role:u,facts:f})=>[p`<td class="tight">${f.name} (${u})</td>
      <td><code>Deployment/${t}-${f.name}</code>, <code>Service/${t}-${f.name}</code></td>
      <td><code>${f.image}</code></td>
      <td class="tight">
        <code title="${f.modelDigest??""}"
          >${f.modelDigest===null?"\u2013":(0,c.VK)(f.modelDigest)}</code
        >
      </td>`]),d=p`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${e}; traffic is split by the provider ${n};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return at("Objects",`model ${t} in namespace ${e}`,p`${d}${J(["Revision","Objects","Image","Model"],l)}`,!1)}r(jt,"objectDetails");function at(t,e,n,a){return p`<details${a?new x(" open"):null}><summary>${t}<span class="sub">${(0,c.fQ)(e)}</span></summary>${n}</details>`}r(at,"section");function J(t,e){const n=t.map(i=>i.startsWith(">")?p`<th class="number">${i.slice(1)}</th>`:p`<th>${i}</th>`),a=e.slice(0,ut).map(i=>p`<tr>
        ${i}
      </tr>`),o=e.length-a.length,s=o>0?p`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,c.U9)(o)} more, in the JSON evidence</td>
        </tr>`:null;return p`<table>
    <thead>
      <tr>
        ${n}
      </tr>
    </thead>
    <tbody>
      ${a}${s}
    </tbody>
  </table>`}r(J,"table");function Rt(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}r(Rt,"verdictTone");function Ct({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}r(Ct,"severityTone");var tt=_(77261);function Kt(t,e,n,a){const o={top:26,bottom:174},s={stable:ht(t,"stable"),candidate:ht(t,"candidate")},i=[...s.stable,...s.candidate],l=Math.max(e.slo*1.6,...i.slice(2).map(({running:k})=>k*1.4)),d=(0,G.m4)().domain([0,Math.min(1,l)]).nice(4).range([o.bottom,o.top]).clamp(!0),u=["stable","candidate"],f=[{y:d(e.slo),text:`limit (slo): ${(0,c.KN)(e.slo)}`,class:"ink"}],D=[E(o,n,d.ticks(4).map(k=>({y:d(k),label:(0,c.KN)(k)})),a)];for(const k of u){const y=Y(s[k]),H=(0,tt.n8)(L=>n.x(L.at),L=>d(L.running))(y);y.length<=200&&D.push(...y.map(L=>Et(L,n,d,k))),D.push(`<path d="${H??""}" class="line s-${k}"/>`);const Q=y.at(-1);Q!==void 0&&f.push({y:d(Q.running),text:`${k}: ${(0,c.KN)(Q.running)} so far`,class:`f-${k} strong`})}return D.push(j(O,d(e.slo),U,d(e.slo),"line thin dashed s-ink"),F(f,o.top,o.bottom)),I(200,`Share of ${e.title} per arm, over time`,D)}r(Kt,"badEventsChart");function Et({at:t,tick:e},n,a,o){return e===null?"":`<circle cx="${g(n.x(t))}" cy="${g(a(e))}" r="2.5" class="f-${o} faint"/>`}r(Et,"dot");function ht(t,e){let n=0,a=0;return t.flatMap(o=>{const s=o[e];return n+=s.total,a+=s.bad,n===0?[]:[{at:Date.parse(o.at),running:a/n,tick:s.total===0?null:s.bad/s.total}]})}r(ht,"points");function Pt(t,e,n,a){const{candidate:o}=e,s={top:26,bottom:204},i=150,l=Ut(t.perSecond,o,n),d=Math.max(1,...l.map(C=>C.stable+C.candidate)),u=Math.max(1,...l.map(({failed:C})=>C)),f=(0,G.m4)().domain([0,d]).nice(3).range([i,s.top]),D=(0,G.m4)().domain([0,u]).range([0,s.bottom-i-22]),k=pt(n),y=Math.max(1,n.x(n.from+k)-n.x(n.from)-1),H=r((C,X,kt,ce)=>kt-X<.05?"":`<rect x="${g(n.x(C))}" y="${g(X)}" width="${g(y)}" height="${g(kt-X)}" class="${ce}"/>`,"bar"),Q=i+14,L=l.flatMap(C=>[H(C.at,f(C.stable),i,"f-stable"),H(C.at,f(C.stable+C.candidate),f(C.stable),"f-candidate"),H(C.at,Q,Q+(C.failed===0?0:Math.max(2,D(C.failed))),"f-bad")]),Z=l.some(({stable:C})=>C>0),ct=[{y:s.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...Z?[{y:s.top+40,text:`answered by ${e.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:Q+8,text:t.totals.failed===0?"none":`${(0,c.U9)(t.totals.failed)} in all`,class:"f-bad strong"}];return I(230,"Requests of the clients over time, by the revision that answered, and failed ones",[E(s,n,f.ticks(3).map(C=>({y:f(C),label:(0,c.U9)(C)})),a),...L,A(n.x(n.from)-8,Q+12,"failed",{anchor:"end",class:"f-bad strong"}),F(ct,s.top,s.bottom)])}r(Pt,"clientsChart");function pt(t){const e=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(n=>n*1e3).find(n=>e/n<=240)??864e5}r(pt,"binMs");function Ut(t,e,n){const a=new Map,o=pt(n);for(const{at:s,revision:i,ok:l,failed:d}of t){const u=Date.parse(s);if(!(u>=n.from&&u<=n.to))continue;const f=n.from+Math.floor((u-n.from)/o)*o,D=a.get(f)??{at:f,stable:0,candidate:0,failed:0},k=i===e;a.set(f,{at:f,stable:D.stable+(k?0:l),candidate:D.candidate+(k?l:0),failed:D.failed+d})}return[...a.values()]}r(Ut,"bySecond");const Wt=-4,zt=3;function Ot(t,e,n,a,o){const s=e.logRollback/Math.LN10,i=r((d,u,f)=>({label:d,class:"bad",dashed:u,points:[{at:gt(t,a),power:0},...t.map(D=>({at:Date.parse(D.at),power:f(D)/Math.LN10}))]}),"curve"),l=n===null?[]:[{at:Date.parse(n.at),power:Math.min(n.logWorse,n.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return mt("Evidence that the candidate is worse, over time, logarithmic",[i("worse than stable",!1,d=>d.logWorse),i("bad enough to matter",!0,d=>d.logAboveFloor)],{power:s,label:`roll back at ${bt(e.logRollback)}`,zone:"badzone"},l,a,o)}r(Ot,"rollbackChart");function Tt(t,e,n,a,o){const s=[];let i=null,l=gt(t,a);for(const u of t)u.weight!==i&&s.push({at:l,power:0}),i=u.weight,l=Date.parse(u.at),s.push({at:l,power:u.logGood/Math.LN10});const d=n.flatMap(({at:u,label:f})=>{const D=t.findLast(k=>Date.parse(k.at)<=u);return D===void 0?[]:[{at:Date.parse(D.at),power:D.logGood/Math.LN10,label:f,class:"good"}]});return mt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:s}],{power:e.logPromote/Math.LN10,label:`step passes at ${bt(e.logPromote)}`,zone:"goodzone"},d,a,o)}r(Tt,"promotionChart");function mt(t,e,n,a,o,s){const i={top:26,bottom:184},l=e.flatMap(L=>L.points.map(({power:Z})=>Z)),d=Math.min(Math.ceil(n.power)+zt,Math.max(Math.ceil(n.power+.3),...l.map(L=>Math.ceil(L)))),u=Math.max(Wt,Math.min(-1,...l.map(L=>Math.floor(L)))),f=(0,G.m4)().domain([u,d]).range([i.bottom,i.top]).clamp(!0),D=d-u>8?3:d-u>4?2:1,k=Array.from({length:d-u+1},(L,Z)=>u+Z).filter(L=>L%D===0).map(L=>({y:f(L),label:Ft(L)})),y=[{y:f(n.power),text:n.label,class:"ink"}],H=e.map(L=>{const Z=Y(L.points),ct=Z.at(-1);return ct!==void 0&&y.push({y:f(ct.power),text:L.label,class:`f-${L.class} strong`}),`<path d="${(0,tt.n8)(X=>o.x(X.at),X=>f(X.power))(Z)??""}" class="line s-${L.class}${L.dashed?" dashed":""}"/>`}),Q=a.map(L=>Bt(L,o,f));return I(210,t,[`<rect x="${O}" y="${i.top}" width="${U-O}" height="${g(f(n.power)-i.top)}" class="f-${n.zone}"/>`,E(i,o,k,s),j(O,f(n.power),U,f(n.power),"line thin dashed s-ink"),...H,...Q,F(y,i.top,i.bottom)])}r(mt,"chart");function Bt(t,e,n){const a=e.x(t.at),o=a>(O+U)/2;return`<circle cx="${g(a)}" cy="${g(n(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+A(o?a+5:a-5,n(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}r(Bt,"markAt");function gt(t,e){const[n,a]=t;if(n===void 0)return e.from;const o=Date.parse(n.at);return a===void 0?o:Math.max(e.from,o-(Date.parse(a.at)-o))}r(gt,"start");function bt(t){return String(Number(Math.exp(t).toPrecision(2)))}r(bt,"value");function Ft(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),e=>e==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(e)]??"").join("")}`}r(Ft,"powerOfTen");function It(t,e,n,a){const o={top:26,bottom:144},s=(0,G.m4)().domain([0,1]).range([o.bottom,o.top]),i=[{at:n.from,weight:0},...e.weights,{at:n.to,weight:e.weights.at(-1)?.weight??0}],l=(0,tt.n8)(y=>n.x(y.at),y=>s(y.weight)).curve(tt.UP)(i),u=Y(t.filter(y=>y.candidate.total+y.stable.total>0)).map(y=>({at:Date.parse(y.at),share:y.candidate.total/(y.candidate.total+y.stable.total)})),f=(0,tt.n8)(y=>n.x(y.at),y=>s(y.share)).curve(tt.lU)(u),D=u.length>120?[]:u.map(y=>`<circle cx="${g(n.x(y.at))}" cy="${g(s(y.share))}" r="2.5" class="f-candidate"/>`),k=u.at(-1);return I(170,"Share of the requests that the candidate got, over time",[E(o,n,[0,.5,1].map(y=>({y:s(y),label:(0,c.KN)(y)})),a),`<path d="${l??""}" class="line thin s-ink"/>`,`<path d="${f??""}" class="line s-candidate"/>`,...D,F([{y:s(i.at(-1)?.weight??0),text:"intended share",class:"ink"},...k===void 0?[]:[{y:s(k.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}r(It,"splitChart");const st="since the first live request";function Gt(t){const{rollout:e}=t.evidence;if(e===void 0)return null;const n=(0,m.CR)(e),a=t.clients===void 0?null:Jt(t,e,n);if(n===null)return a;const o=Vt(e,n),s=(0,m.A0)(e),i=e.metrics.find(({metric:d})=>d===s);if(i===void 0)return a;const l=e.metrics.filter(({metric:d})=>d!==s);return p`${a}${Qt(e,n,o)}${vt(e,i,o)}${l.map(d=>Ht(e,d,o))}`}r(Gt,"rolloutPlots");function Vt(t,e){const n=Math.max(e.decided,...e.weights.map(({at:s})=>s)),a=(n-e.from)*.04,o=Math.min(n+2.5*a,Math.max(n+a,Date.parse(t.volatile.endedAt)));return v(e.from-a,o,e.from,$t(t,e))}r(Vt,"liveAxis");function $t(t,e){const n=t.candidate.name;return e.weights.map(({at:a,weight:o},s)=>({at:a,label:s===0?`${n} gets ${(0,c.KN)(o)}`:o===0?"back to 0":(0,c.KN)(o)}))}r($t,"moments");function Qt(t,e,n){const a=(0,m.EN)(t,t.metrics[0]?.metric??""),s=`Traffic of the candidate: ${e.weights.map(({weight:i})=>(0,c.KN)(i)).join(", then ")}`;return rt(s,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),It(a,e,n,st))}r(Qt,"splitFigure");function Ht(t,e,n){return p`<details>
    <summary>Also judged: ${e.title}<span class="sub">${wt(t,e)}</span></summary>
    ${vt(t,e,n)}
  </details>`}r(Ht,"otherMetric");function vt(t,e,n){const a=(0,m.EN)(t,e.metric),o=(0,m.KG)(t,e.metric);return p`${rt(Xt(`${e.title}: ${wt(t,e)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Kt(a,e,n,st))}${rt(qt(e,a,o,n),`Solid line: that its odds are more than ${e.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,c.KN)(e.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Ot(a,e,o,n,st))}${rt(Zt(t,e,a),`That less than ${(0,c.KN)(e.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Tt(a,e,xt(t),n,st))}`}r(vt,"metricFigures");function wt(t,{metric:e}){const n=(0,m.EN)(t,e),a=r(o=>{const s=n.reduce((l,d)=>l+d[o].total,0),i=n.reduce((l,d)=>l+d[o].bad,0);return s===0?"no requests":`${(0,c.U9)(i)} of ${(0,c.U9)(s)} (${(0,c.KN)(i/s)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}r(wt,"shareSentence");function qt(t,e,n,a){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(n!==null){const i=Date.parse(n.at)-a.x.invert(a.ticks.find(({label:l})=>l==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,c.p0)(i)}`}const s=e.some(i=>Math.max(i.logWorse,i.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${s?" on both counts":""}`}r(qt,"worseTitle");function Zt(t,e,n){const a=Number(Math.exp(e.logPromote).toPrecision(2)),o=xt(t).length;return o>0?`Evidence that the candidate is good enough passed ${a} at ${(0,c.LS)(o,"step")}`:`Evidence that the candidate is good enough ${n.some(i=>i.logGood>=e.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}r(Zt,"goodTitle");function xt(t){const e=t.volatile.timeline.flatMap(({at:n,weight:a})=>a===void 0?[]:[{at:Date.parse(n),weight:a}]);return e.flatMap(({at:n,weight:a},o)=>{const s=e[o-1];return s!==void 0&&s.weight>0&&a>s.weight?[{at:n,label:`${(0,c.KN)(s.weight)} step passes`}]:[]})}r(xt,"passedSteps");function Jt({clients:t},e,n){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:D})=>Date.parse(D)),o=Math.min(...a),s=v(o,Math.max(...a)+1e3,n?.from??o,n===null?[]:$t(e,n)),{requests:i,failed:l}=t.totals,d=`What the clients saw: ${(0,c.LS)(i,"request")}, ${l===0?"not one failed":`${(0,c.U9)(l)} failed`}`,u=pt(s)/1e3,f=`Answers per ${u===1?"second":`${u} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return rt(d,f,Pt(t,{candidate:e.candidate.name,stable:e.stable?.name??null},s,n===null?"since the rollout began":st))}r(Jt,"clientsFigure");function rt(t,e,n){return p`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${e}</div>
    </figcaption>
    ${n}
  </figure>`}r(rt,"figure");function Xt(t){return t.charAt(0).toUpperCase()+t.slice(1)}r(Xt,"capital");function Yt(t,e){const{evidence:n}=t,{validate:a,build:o,smoke:s,rollout:i}=n,{word:l,tone:d}=(0,R.CL)(n),{name:u,about:f}=(0,T.G)(t),D=(0,R.ZL)(n),k=i?.reasons??[];return p`<section class="run" id="run-${e+1}">
    <h2>${u}${B(l,d)}</h2>
    ${f===""?null:p`<p class="sub about">${f}</p>`}
    <p class="lead">${(0,R.KL)(n)}</p>
    ${k.length===0?null:p`<ul class="reasons">
            ${k.map(y=>p`<li>${y}</li>`)}
          </ul>`}
    ${ee(t)}
    ${D.length===0?null:p`<figure>
            <figcaption><h4>${te(t)}</h4></figcaption>
            ${nt(D)}
          </figure>`}
    ${Gt(t)}
    <h3>Details</h3>
    ${i===void 0?null:Lt(i)} ${a===void 0?null:St(a)}
    ${o===void 0?null:Nt(o)} ${s===void 0?null:At(s)}
    ${i===void 0?null:jt(i)}
  </section>`}r(Yt,"runSection");function te({evidence:t}){const e=(0,c.p0)((0,R.sW)(t));return t.rollout?.outcome==="passed"?`From model to all traffic in ${e}`:`Where the time went: ${e}`}r(te,"stagesTitle");function ee(t){const{validate:e,build:n,smoke:a,rollout:o}=t.evidence,s=[];if(o!==void 0&&(0,m.CR)(o)!==null){const{candidate:i}=o.volatile.totals,l=o.volatile.timeline.flatMap(({weight:d,kind:u})=>d===void 0||u==="promoted"?[]:[d]);s.push(["from the first live request to the decision",dt(t)]),s.push(["requests the candidate served as a canary",(0,c.U9)(i.requests)]),s.push(["of them failed",(0,c.U9)(i.errors)]),s.push(["largest share of traffic before the decision",(0,c.KN)(Math.max(0,...l))])}if(e!==void 0&&s.push(["model",(0,c.ee)(e.model.bytes)]),n!==void 0&&s.push(["image",(0,c.ee)(n.image.bytes)]),a!==void 0){const i=a.checks.filter(({verdict:d})=>d==="passed").length,l=a.checks.filter(({verdict:d})=>d!=="skipped").length;s.push(["smoke checks passed",`${i} of ${l}`])}return s.length===0?null:p`<dl class="figures">
    ${s.map(([i,l])=>p`<div>
          <dt>${i}</dt>
          <dd>${l}</dd>
        </div>`)}
  </dl>`}r(ee,"figures");const ne=new x(`<style>
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
</style>`);function oe(t){const e=ae(t);return p`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${e}</title>
        ${ne}
      </head>
      <body>
        <main>
          <header>
            <h1>${e}</h1>
            ${se(t)}
          </header>
          ${it(t)} ${t.map((a,o)=>Yt(a,o))}
          <footer>
            Made by ${re(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}r(oe,"htmlReport");function ae(t){const e=t.flatMap(({evidence:s})=>(0,R.ZL)(s))[0]?.project??"ml-deploy",n=t.map(s=>({name:(0,T.G)(s).name,word:(0,R.CL)(s.evidence).word})),[a,...o]=n;return a===void 0?`${e}: no runs`:o.length===0?`${a.name}: ${a.word}`:`${e}: ${n.map(({name:s,word:i})=>`${s} ${i}`).join(", ")}`}r(ae,"headline");function se(t){const n=t.flatMap(({evidence:s})=>(0,R.ZL)(s))[0],a=t.map(({evidence:s})=>s.rollout).find(s=>s!==void 0);if(n===void 0)return null;const o=[(0,c.n$)(n.volatile.startedAt),n.environment===null?null:`environment ${n.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${n.volatile.host}`];return p`<p class="sub">${o.filter(s=>s!==null).join(" \xB7 ")}</p>`}r(se,"subtitle");function re(t){const e=new Set(t.flatMap(({evidence:n})=>(0,R.ZL)(n)).map(n=>n.volatile.engine));return e.size===0?"ml-deploy":[...e].join(", ")}r(re,"engines");var ie=_(30046);async function de(t,e){await(0,b.mkdir)(t,{recursive:!0});const n={html:(0,K.join)(t,"report.html"),markdown:(0,K.join)(t,"report.md")};return await yt(n.html,oe(e)),await yt(n.markdown,(0,ie.markdownReport)(e)),n}r(de,"writeReports");async function yt(t,e){const n=`${t}.${process.pid}.tmp`;await(0,b.writeFile)(n,e),await(0,b.rename)(n,t)}r(yt,"replace")})};export{fe as id,pe as ids,he as modules};
