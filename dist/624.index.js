var pe=Object.defineProperty;var i=(Q,_)=>pe(Q,"name",{value:_,configurable:!0});const me=624,ge=[624],be={7703:((Q,_,P)=>{P.d(_,{KN:i(()=>V,"KN"),LS:i(()=>X,"LS"),U9:i(()=>q,"U9"),VK:i(()=>Y,"VK"),ee:i(()=>J,"ee"),fQ:i(()=>A,"fQ"),n$:i(()=>Z,"n$"),p0:i(()=>N,"p0")});const f="\xA0";function N(m){if(!Number.isFinite(m)||m<0)return"unknown";if(m<1e3)return`${Math.round(m)}${f}ms`;if(m<9950)return`${(m/1e3).toFixed(1)}${f}s`;const l=Math.round(m/1e3);return l<60?`${l}${f}s`:l<3600?C(Math.floor(l/60),"min",l%60,"s"):C(Math.floor(l/3600),"h",Math.round(l%3600/60),"min")}i(N,"duration");function C(m,l,y,k){return y===0?`${m}${f}${l}`:`${m}${f}${l} ${y}${f}${k}`}i(C,"join");function J(m){const l=["B","kB","MB","GB","TB"];let y=m,k=0;for(;y>=999.5&&k<l.length-1;)y/=1e3,k+=1;return`${k>0&&y<99.95?y.toFixed(1):y.toFixed(0)}${f}${l[k]??""}`}i(J,"bytes");function V(m){const l=m*100;return l===0||l>=100?`${l.toFixed(0)}${f}%`:`${Number(l.toPrecision(l>=10?3:2))}${f}%`}i(V,"percent");function q(m){return m.toLocaleString("en-US")}i(q,"count");function X(m,l){return`${q(m)} ${l}${m===1?"":"s"}`}i(X,"plural");function Y(m){return m.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}i(Y,"shortDigest");function A(m){return m.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}i(A,"shortenDigests");function Z(m){const l=Date.parse(m);return Number.isNaN(l)?m:`${new Date(l).toISOString().slice(0,19).replace("T"," ")} UTC`}i(Z,"moment")}),7624:((Q,_,P)=>{P.d(_,{htmlReport:i(()=>de,"htmlReport")});var f=P(7703);function N({validate:t,build:e,smoke:n,rollout:a}){return[t,e,n,a].filter(o=>o!==void 0)}i(N,"stagesOf");function C(t){const e=N(t).at(-1);if(e===void 0)return{word:"did not start",tone:"waiting"};if(e.stage==="rollout")return J(e);const n={validate:"validated",build:"built",smoke:"smoke-tested"}[e.stage];switch(e.outcome){case"passed":return{word:n,tone:"good"};case"failed":return{word:`refused by ${e.stage}`,tone:"bad"};case"error":return{word:`error in ${e.stage}`,tone:"trouble"};default:return{word:`${e.stage} ${e.outcome}`,tone:"waiting"}}}i(C,"runOutcome");function J({outcome:t,decision:e,strategy:n}){return t==="error"?{word:"stopped by an error",tone:"trouble"}:t==="held"||e==="held"?{word:"held",tone:"waiting"}:t==="failed"?{word:n==="first"?"failed":"rolled back",tone:"bad"}:t==="inconclusive"?{word:e==="rollback"?"rolled back":"inconclusive",tone:"waiting"}:{word:{first:"deployed",canary:"promoted",adopt:"adopted"}[n],tone:"good"}}i(J,"rolloutOutcome");function V(t){return N(t).at(-1)?.summary??"No stage has run."}i(V,"runSummary");function q(t){const e=N(t),n=e.map(o=>Date.parse(o.volatile.startedAt)),a=e.map(o=>Date.parse(o.volatile.endedAt));return e.length===0?0:Math.max(...a)-Math.min(...n)}i(q,"runDurationMs");const X=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function Y(t,e=!1){return(e?t.replaceAll(/[\r\n\t]+/g," "):t.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(X,a=>a===`
`||a==="	"?a:`\\u${(a.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}i(Y,"visible");class A{static{i(this,"Markup")}source;constructor(e){this.source=e}}const Z={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function m(t){return Y(t).replaceAll(/[&<>"'`]/g,e=>Z[e]??"")}i(m,"escapeHtml");function l(t,...e){const n=t.map((a,o)=>a+(o<e.length?y(e[o]??null):""));return new A(n.join(""))}i(l,"html");function y(t){return t===null?"":t instanceof A?t.source:typeof t=="string"||typeof t=="number"?m(String(t)):t.map(e=>y(e)).join("")}i(y,"render");function k({volatile:t}){const e=t.timeline.flatMap(({at:r,weight:c})=>c===void 0?[]:[{at:Date.parse(r),weight:c}]),n=e.find(({weight:r})=>r>0);if(n===void 0||t.ticks.length===0)return null;const a=t.ticks.map(({at:r})=>Date.parse(r)),s=t.timeline.filter(({kind:r})=>r==="decision").map(({at:r})=>Date.parse(r)).at(-1)??Math.max(...a);return{from:n.at,decided:s,weights:e}}i(k,"livePhase");function W(t,e){return t.volatile.ticks.filter(n=>n.metric===e)}i(W,"ticksOf");function tt(t,e){const n=t.metrics.find(o=>o.metric===e);if(n===void 0)return null;const a=i(o=>Math.min(o.logWorse,o.logAboveFloor)>=n.logRollback,"due");return W(t,e).find(a)??null}i(tt,"rollbackTick");function vt(t){return(t.metrics.find(({metric:n})=>tt(t,n)!==null)??t.metrics[0])?.metric??null}i(vt,"decidingMetric");function wt(t){const e=Date.parse(t[0]?.at??"");return t.map(n=>({afterMs:Date.parse(n.at)-e,event:n}))}i(wt,"sinceStart");const xt={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function it(t,e){const n=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${xt[e]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return l`<span class="badge ${e}">${new A(n)}${t}</span>`}i(it,"badge");function yt(t){const e=t.map((n,a)=>{const{word:o,tone:s}=C(n.evidence);return l`<tr>
      <td class="name"><a href="#run-${a+1}">${n.title}</a></td>
      <td>${it(o,s)}</td>
      <td>${V(n.evidence)}</td>
      <td class="number">${dt(n)}</td>
      <td class="number">${kt(n)}</td>
      <td class="number">${(0,f.p0)(q(n.evidence))}</td>
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
        ${e}
      </tbody>
    </table>
  </div>`}i(yt,"outcomeTable");function dt({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const e=k(t);if(e===null)return"\u2013";const n=t.metrics.flatMap(({metric:o})=>{const s=tt(t,o);return s===null?[]:[Date.parse(s.at)]}),a=t.decision==="rollback"&&n.length>0?Math.min(...n):e.decided;return(0,f.p0)(a-e.from)}i(dt,"decidedAfter");function kt({evidence:{rollout:t},clients:e}){if(t===void 0)return"\u2013";if(e===void 0)return k(t)===null?"\u2013":(0,f.U9)(t.volatile.totals.candidate.errors);const n=e.perSecond.filter(({revision:a})=>a===t.candidate.name||a==="");return(0,f.U9)(n.reduce((a,{failed:o})=>a+o,0))}i(kt,"harmed");var z=P(5602);const et=1e3,M=56,x=790,Mt=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function ct(t,e,n,a=[]){const o=e>t?e:t+1e3,s=(0,z.m4)().domain([t,o]).range([M,x]),r=(o-t)/1e3,c=Mt.find(u=>r/u<=9)??Math.ceil(r/8/86400)*86400,d=[];for(let u=Math.ceil((t-n)/1e3/c)*c;u<=(o-n)/1e3;u+=c)d.push({x:s(n+u*1e3),label:St(u,c)});return{x:s,ticks:d,from:t,to:o,marks:a.filter(({at:u})=>u>=t&&u<=o)}}i(ct,"timeAxis");function St(t,e){return t===0?"0":e<60?`${nt(t)} s`:e<3600?`${nt(t/60)} min`:`${nt(Number((t/3600).toFixed(1)))} h`}i(St,"clock");function nt(t){return String(t).replace("-","\u2212")}i(nt,"minus");function v(t){return String(Math.round(t*10)/10)}i(v,"n");function S(t,e,n,a={}){const o=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,s=a.class===void 0?"":` class="${a.class}"`;return`<text x="${v(t)}" y="${v(e)}"${o}${s}>${m(n)}</text>`}i(S,"frame_text");function R(t,e,n,a,o){return`<line x1="${v(t)}" y1="${v(e)}" x2="${v(n)}" y2="${v(a)}" class="${o}"/>`}i(R,"rule");function E(t,e,n){const o=t.toSorted((r,c)=>r.y-c.y).map(r=>({...r,at:Math.max(r.y,e+4)}));for(let r=1;r<o.length;r++){const[c,d]=[o[r-1],o[r]];c!==void 0&&d!==void 0&&(d.at=Math.max(d.at,c.at+15))}let s=n-4;for(const r of o.toReversed())r.at=Math.min(r.at,s),s=r.at-15;return o.map(r=>S(x+12,r.at+4,r.text,{class:r.class})).join("")}i(E,"sideLabels");function H(t,e,n,a){const o=n.map(({y:r,label:c})=>R(M,r,x,r,"grid")+S(M-8,r+4,c,{anchor:"end"})),s=e.ticks.map(({x:r,label:c})=>R(r,t.bottom,r,t.bottom+4,"axis")+S(r,t.bottom+18,c,{anchor:"middle"}));return[...o,...e.marks.map(({at:r})=>R(e.x(r),t.top,e.x(r),t.bottom,"event")),...Dt(e,t.top-7),R(M,t.bottom,x,t.bottom,"axis"),...s,S(x+12,t.bottom+18,a)].join("")}i(H,"frame_frame");function Dt(t,e){let n=0;return t.marks.map(({at:a,label:o})=>{const s=Math.max(t.x(a)-4,n);return n=s+7*o.length+10,S(s,e,o,{class:"ink"})})}i(Dt,"momentLabels");function K(t,e,n){return new A(`<div class="chart"><svg viewBox="0 0 ${et} ${v(t)}" role="img" aria-label="${m(e)}">${n.join("")}</svg></div>`)}i(K,"drawing");function ot(t,e=800){if(t.length<=e)return[...t];const n=Math.ceil(t.length/e);return t.filter((a,o)=>o%n===0||o===t.length-1)}i(ot,"thin");function Nt(t){const e=t.map(d=>({stage:d,from:Date.parse(d.volatile.startedAt),to:Date.parse(d.volatile.endedAt)})),n=Math.min(...e.map(({from:d})=>d)),a=Math.max(...e.map(({to:d})=>d),n+1),o=M+30,s=(0,z.m4)().domain([n,a]).range([o,x]),r=24,c=e.flatMap(({stage:d,from:u,to:p},b)=>{const g=4+b*r,h=Math.max(3,s(p)-s(u)),j={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble"}[d.outcome];return[S(o-10,g+14,d.stage,{anchor:"end",class:"ink"}),R(o,g+10,x,g+10,"grid"),`<rect x="${v(s(u))}" y="${v(g+2)}" width="${v(h)}" height="16" rx="3" class="${j}"/>`,S(x+12,g+14,`${d.outcome}, ${(0,f.p0)(p-u)}`,{class:"ink"})]});return K(8+r*e.length,"Time that each stage took",c)}i(Nt,"stagesChart");function jt(t){const n=["base","dependencies","code","weights","other"].map(d=>({kind:d,size:t.filter(u=>u.kind===d).reduce((u,p)=>u+p.bytes,0)})).filter(({size:d})=>d>0),a=n.reduce((d,{size:u})=>d+u,0),o=(0,z.m4)().domain([0,Math.max(1,a)]).range([0,et]);let s=0;const r=n.map(({kind:d,size:u})=>{const p=o(s);return s+=u,{kind:d,from:p,wide:Math.max(2,o(u)-1.5),label:`${d} ${(0,f.ee)(u)}`,at:p}});At(r);const c=r.flatMap(({kind:d,from:u,wide:p,label:b,at:g})=>[`<rect x="${v(u)}" y="2" width="${v(p)}" height="22" rx="2" class="k-${d}"/>`,S(g,41,b,{class:"ink"})]);return K(48,"Sizes of the image by what they hold",c)}i(jt,"layersChart");function At(t){const e=i(({label:o})=>7.2*o.length+14,"room");let n=0;for(const o of t)o.at=Math.max(o.at,n),n=o.at+e(o);let a=et+14;for(const o of t.toReversed())o.at=Math.min(o.at,a-e(o)),a=o.at}i(At,"spread");const at=200;function zt(t){const e=t.model.files.flatMap(o=>o.findings.map(s=>({file:o.path,finding:s}))),n=U(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[l`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Kt(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,f.ee)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,f.VK)(o.sha256)}</code></td>`])),a=e.length===0?l`<p class="note">Nothing was found.</p>`:U(["Severity","Rule","Where","What, and what to do"],e.map(({file:o,finding:s})=>[l`<td class="tight ${Tt(s)}">${s.severity}</td>
              <td class="tight long"><code>${s.rule}</code></td>
              <td>${Lt(o,s)}</td>
              <td>${s.message}<br /><span class="sub">${s.hint}</span></td>`]));return O("Validate",t.summary,l`${n}
      <h3>Findings</h3>
      ${a}${Rt(t)}`,t.outcome!=="passed")}i(zt,"validateDetails");function Lt(t,{member:e,offset:n}){const a=e===void 0?t:`${t}, member ${e}`;return n===null?a:`${a}, byte ${(0,f.U9)(n)}`}i(Lt,"where");function Rt({contract:t}){if(t===null)return null;const n=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:o})=>[l`<td class="tight">${o}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(s=>s??"any").join(", ")}]</td>`]);return l`<h3>Inputs and outputs (${t.source})</h3>
    ${U(["","Name","Type","Shape"],n)}`}i(Rt,"contract");function Ut(t){const{image:e,volatile:n}=t,a=e.layers.map(s=>[l`<td class="tight"><span class="swatch k-${s.kind}"></span>${s.kind}</td>
      <td>${s.title}</td>
      <td class="number">${(0,f.ee)(s.bytes)}</td>
      <td class="tight"><code title="${s.digest}">${(0,f.VK)(s.digest)}</code></td>`]),o=l`<p class="note">
    ${e.platform}, runs as user ${e.user}; built by ${n.builder} in ${(0,f.p0)(n.buildMs)}, pushed
    in ${(0,f.p0)(n.pushMs)} (${(0,f.ee)(n.uploadedBytes)} sent). Deployed as <code>${e.reference}</code>
  </p>`;return O("Image",`${(0,f.ee)(e.bytes)} in ${(0,f.LS)(e.layers.length,"layer")}`,l`${jt(e.layers)}${o}${U(["Holds","What",">Size","Digest"],a)}`,t.outcome!=="passed")}i(Ut,"imageDetails");function Ft(t){const{checks:e,volatile:n,hardware:a}=t,o={passed:"good",failed:"bad",skipped:"sub"},s=e.map(p=>[l`<td class="tight ${o[p.verdict]}">${p.verdict}</td>
      <td>${p.title}</td>
      <td>${p.limit??"\u2013"}</td>
      <td>${p.message}</td>`]),r=n.latencyMs,c=r===null?null:l` Latency of ${(0,f.LS)(r.count,"request")}: half within ${st(r.p50)}, 95 % within
        ${st(r.p95)}, 99 % within ${st(r.p99)}.`,d=l`<p class="note">
    On ${a.device==="gpu"?"GPU":"CPU"} (${a.name}), runtime ${t.runtime}; ready after
    ${(0,f.p0)(n.readyMs)}, stopped in ${(0,f.p0)(n.stopMs)}.${c}
  </p>`,u=n.details.length===0?null:l`<pre>${n.details.slice(-at).join(`
`)}</pre>`;return O("Smoke test",t.summary,l`${d}${U(["Result","Check","Allowed","Seen"],s)}${u}`,t.outcome!=="passed")}i(Ft,"smokeDetails");function st(t){return`${Number(t.toPrecision(3))} ms`}i(st,"ms");function Pt(t){const{timeline:e,diagnosis:n,apiRequests:a}=t.volatile,o=wt(e).map(({afterMs:r,event:c})=>[l`<td class="number">${(0,f.p0)(r)}</td>
      <td class="tight"><code>${c.kind}</code></td>
      <td>${(0,f.fQ)(c.message)}</td>`]),s=n.length===0?null:l`<h3>Captured before the candidate was removed</h3>
          <pre>${n.slice(0,at).join(`
`)}</pre>`;return O("Events of the rollout",`${(0,f.LS)(e.length,"event")}, ${(0,f.LS)(a,"request")} to the API server`,l`${U([">After","Kind","What happened"],o)}${s}`,!0)}i(Pt,"eventDetails");function Ct({model:t,namespace:e,provider:n,stable:a,candidate:o,strategy:s}){const c=[...a===null?[]:[{role:"stable before",facts:a}],{role:s==="first"?"first":"candidate",facts:o}].map(({role:u,facts:p})=>[l`<td class="tight">${p.name} (${u})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,f.VK)(p.modelDigest)}</code
        >
      </td>`]),d=l`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${e}; traffic is split by the provider ${n};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return O("Objects",`model ${t} in namespace ${e}`,l`${d}${U(["Revision","Objects","Image","Model"],c)}`,!1)}i(Ct,"objectDetails");function O(t,e,n,a){return l`<details${a?new A(" open"):null}><summary>${t}<span class="sub">${e}</span></summary>${n}</details>`}i(O,"section");function U(t,e){const n=t.map(r=>r.startsWith(">")?l`<th class="number">${r.slice(1)}</th>`:l`<th>${r}</th>`),a=e.slice(0,at).map(r=>l`<tr>
        ${r}
      </tr>`),o=e.length-a.length,s=o>0?l`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,f.U9)(o)} more, in the JSON evidence</td>
        </tr>`:null;return l`<table>
    <thead>
      <tr>
        ${n}
      </tr>
    </thead>
    <tbody>
      ${a}${s}
    </tbody>
  </table>`}i(U,"table");function Kt(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}i(Kt,"verdictTone");function Tt({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}i(Tt,"severityTone");var T=P(6879);function _t(t,e,n,a){const o={top:26,bottom:174},s={stable:lt(t,"stable"),candidate:lt(t,"candidate")},r=[...s.stable,...s.candidate],c=Math.max(e.slo*1.6,...r.slice(2).map(({running:g})=>g*1.4)),d=(0,z.m4)().domain([0,Math.min(1,c)]).nice(4).range([o.bottom,o.top]).clamp(!0),u=["stable","candidate"],p=[{y:d(e.slo),text:`limit (slo): ${(0,f.KN)(e.slo)}`,class:"ink"}],b=[H(o,n,d.ticks(4).map(g=>({y:d(g),label:(0,f.KN)(g)})),a)];for(const g of u){const h=ot(s[g]),j=(0,T.n8)($=>n.x($.at),$=>d($.running))(h);h.length<=200&&b.push(...h.map($=>qt($,n,d,g))),b.push(`<path d="${j??""}" class="line s-${g}"/>`);const D=h.at(-1);D!==void 0&&p.push({y:d(D.running),text:`${g}: ${(0,f.KN)(D.running)} so far`,class:`f-${g} strong`})}return b.push(R(M,d(e.slo),x,d(e.slo),"line thin dashed s-ink"),E(p,o.top,o.bottom)),K(200,`Share of ${e.title} per arm, over time`,b)}i(_t,"badEventsChart");function qt({at:t,tick:e},n,a,o){return e===null?"":`<circle cx="${v(n.x(t))}" cy="${v(a(e))}" r="2.5" class="f-${o} faint"/>`}i(qt,"dot");function lt(t,e){let n=0,a=0;return t.flatMap(o=>{const s=o[e];return n+=s.total,a+=s.bad,n===0?[]:[{at:Date.parse(o.at),running:a/n,tick:s.total===0?null:s.bad/s.total}]})}i(lt,"points");function Wt(t,e,n,a){const{candidate:o}=e,s={top:26,bottom:204},r=150,c=Ot(t.perSecond,o,n),d=Math.max(1,...c.map(w=>w.stable+w.candidate)),u=Math.max(1,...c.map(({failed:w})=>w)),p=(0,z.m4)().domain([0,d]).nice(3).range([r,s.top]),b=(0,z.m4)().domain([0,u]).range([0,s.bottom-r-22]),g=rt(n),h=Math.max(1,n.x(n.from+g)-n.x(n.from)-1),j=i((w,F,$t,fe)=>$t-F<.05?"":`<rect x="${v(n.x(w))}" y="${v(F)}" width="${v(h)}" height="${v($t-F)}" class="${fe}"/>`,"bar"),D=r+14,$=c.flatMap(w=>[j(w.at,p(w.stable),r,"f-stable"),j(w.at,p(w.stable+w.candidate),p(w.stable),"f-candidate"),j(w.at,D,D+(w.failed===0?0:Math.max(2,b(w.failed))),"f-bad")]),L=c.some(({stable:w})=>w>0),G=[{y:s.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...L?[{y:s.top+40,text:`answered by ${e.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:D+8,text:t.totals.failed===0?"none":`${(0,f.U9)(t.totals.failed)} in all`,class:"f-bad strong"}];return K(230,"Requests of the clients over time, by the revision that answered, and failed ones",[H(s,n,p.ticks(3).map(w=>({y:p(w),label:(0,f.U9)(w)})),a),...$,S(n.x(n.from)-8,D+12,"failed",{anchor:"end",class:"f-bad strong"}),E(G,s.top,s.bottom)])}i(Wt,"clientsChart");function rt(t){const e=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(n=>n*1e3).find(n=>e/n<=240)??864e5}i(rt,"binMs");function Ot(t,e,n){const a=new Map,o=rt(n);for(const{at:s,revision:r,ok:c,failed:d}of t){const u=Date.parse(s);if(!(u>=n.from&&u<=n.to))continue;const p=n.from+Math.floor((u-n.from)/o)*o,b=a.get(p)??{at:p,stable:0,candidate:0,failed:0},g=r===e;a.set(p,{at:p,stable:b.stable+(g?0:c),candidate:b.candidate+(g?c:0),failed:b.failed+d})}return[...a.values()]}i(Ot,"bySecond");const Bt=-4,It=3;function Vt(t,e,n,a,o){const s=e.logRollback/Math.LN10,r=i((d,u,p)=>({label:d,class:"bad",dashed:u,points:[{at:ft(t,a),power:0},...t.map(b=>({at:Date.parse(b.at),power:p(b)/Math.LN10}))]}),"curve"),c=n===null?[]:[{at:Date.parse(n.at),power:Math.min(n.logWorse,n.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return ut("Evidence that the candidate is worse, over time, logarithmic",[r("worse than stable",!1,d=>d.logWorse),r("bad enough to matter",!0,d=>d.logAboveFloor)],{power:s,label:`roll back at ${pt(e.logRollback)}`,zone:"badzone"},c,a,o)}i(Vt,"rollbackChart");function Et(t,e,n,a,o){const s=[];let r=null,c=ft(t,a);for(const u of t)u.weight!==r&&s.push({at:c,power:0}),r=u.weight,c=Date.parse(u.at),s.push({at:c,power:u.logGood/Math.LN10});const d=n.flatMap(({at:u,label:p})=>{const b=t.findLast(g=>Date.parse(g.at)<=u);return b===void 0?[]:[{at:Date.parse(b.at),power:b.logGood/Math.LN10,label:p,class:"good"}]});return ut("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:s}],{power:e.logPromote/Math.LN10,label:`step passes at ${pt(e.logPromote)}`,zone:"goodzone"},d,a,o)}i(Et,"promotionChart");function ut(t,e,n,a,o,s){const r={top:26,bottom:184},c=e.flatMap($=>$.points.map(({power:L})=>L)),d=Math.min(Math.ceil(n.power)+It,Math.max(Math.ceil(n.power+.3),...c.map($=>Math.ceil($)))),u=Math.max(Bt,Math.min(-1,...c.map($=>Math.floor($)))),p=(0,z.m4)().domain([u,d]).range([r.bottom,r.top]).clamp(!0),b=d-u>8?3:d-u>4?2:1,g=Array.from({length:d-u+1},($,L)=>u+L).filter($=>$%b===0).map($=>({y:p($),label:Gt($)})),h=[{y:p(n.power),text:n.label,class:"ink"}],j=e.map($=>{const L=ot($.points),G=L.at(-1);return G!==void 0&&h.push({y:p(G.power),text:$.label,class:`f-${$.class} strong`}),`<path d="${(0,T.n8)(F=>o.x(F.at),F=>p(F.power))(L)??""}" class="line s-${$.class}${$.dashed?" dashed":""}"/>`}),D=a.map($=>Ht($,o,p));return K(210,t,[`<rect x="${M}" y="${r.top}" width="${x-M}" height="${v(p(n.power)-r.top)}" class="f-${n.zone}"/>`,H(r,o,g,s),R(M,p(n.power),x,p(n.power),"line thin dashed s-ink"),...j,...D,E(h,r.top,r.bottom)])}i(ut,"chart");function Ht(t,e,n){const a=e.x(t.at),o=a>(M+x)/2;return`<circle cx="${v(a)}" cy="${v(n(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+S(o?a+5:a-5,n(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}i(Ht,"markAt");function ft(t,e){const[n,a]=t;if(n===void 0)return e.from;const o=Date.parse(n.at);return a===void 0?o:Math.max(e.from,o-(Date.parse(a.at)-o))}i(ft,"start");function pt(t){return String(Number(Math.exp(t).toPrecision(2)))}i(pt,"value");function Gt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),e=>e==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(e)]??"").join("")}`}i(Gt,"powerOfTen");function Qt(t,e,n,a){const o={top:26,bottom:144},s=(0,z.m4)().domain([0,1]).range([o.bottom,o.top]),r=[{at:n.from,weight:0},...e.weights,{at:n.to,weight:e.weights.at(-1)?.weight??0}],c=(0,T.n8)(h=>n.x(h.at),h=>s(h.weight)).curve(T.UP)(r),u=ot(t.filter(h=>h.candidate.total+h.stable.total>0)).map(h=>({at:Date.parse(h.at),share:h.candidate.total/(h.candidate.total+h.stable.total)})),p=(0,T.n8)(h=>n.x(h.at),h=>s(h.share)).curve(T.lU)(u),b=u.length>120?[]:u.map(h=>`<circle cx="${v(n.x(h.at))}" cy="${v(s(h.share))}" r="2.5" class="f-candidate"/>`),g=u.at(-1);return K(170,"Share of the requests that the candidate got, over time",[H(o,n,[0,.5,1].map(h=>({y:s(h),label:(0,f.KN)(h)})),a),`<path d="${c??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,...b,E([{y:s(r.at(-1)?.weight??0),text:"intended share",class:"ink"},...g===void 0?[]:[{y:s(g.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}i(Qt,"splitChart");const B="since the first live request";function Jt(t){const{rollout:e}=t.evidence;if(e===void 0)return null;const n=k(e),a=t.clients===void 0?null:ne(t,e,n);if(n===null)return a;const o=Xt(e,n),s=vt(e),r=e.metrics.find(({metric:d})=>d===s);if(r===void 0)return a;const c=e.metrics.filter(({metric:d})=>d!==s);return l`${a}${Yt(e,n,o)}${mt(e,r,o)}${c.map(d=>Zt(e,d,o))}`}i(Jt,"rolloutPlots");function Xt(t,e){const n=Math.max(e.decided,...e.weights.map(({at:s})=>s)),a=(n-e.from)*.04,o=Math.min(n+2.5*a,Math.max(n+a,Date.parse(t.volatile.endedAt)));return ct(e.from-a,o,e.from,ht(t,e))}i(Xt,"liveAxis");function ht(t,e){const n=t.candidate.name;return e.weights.map(({at:a,weight:o},s)=>({at:a,label:s===0?`${n} gets ${(0,f.KN)(o)}`:o===0?"back to 0":(0,f.KN)(o)}))}i(ht,"moments");function Yt(t,e,n){const a=W(t,t.metrics[0]?.metric??""),s=`Traffic of the candidate: ${e.weights.map(({weight:r})=>(0,f.KN)(r)).join(", then ")}`;return I(s,"Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",Qt(a,e,n,B))}i(Yt,"splitFigure");function Zt(t,e,n){return l`<details>
    <summary>Also judged: ${e.title}<span class="sub">${gt(t,e)}</span></summary>
    ${mt(t,e,n)}
  </details>`}i(Zt,"otherMetric");function mt(t,e,n){const a=W(t,e.metric),o=tt(t,e.metric);return l`${I(oe(`${e.title}: ${gt(t,e)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",_t(a,e,n,B))}${I(te(e,a,o,n),`Solid line: that its odds are more than ${e.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,f.KN)(e.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Vt(a,e,o,n,B))}${I(ee(t,e,a),`That less than ${(0,f.KN)(e.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Et(a,e,bt(t),n,B))}`}i(mt,"metricFigures");function gt(t,{metric:e}){const n=W(t,e),a=i(o=>{const s=n.reduce((c,d)=>c+d[o].total,0),r=n.reduce((c,d)=>c+d[o].bad,0);return s===0?"no requests":`${(0,f.U9)(r)} of ${(0,f.U9)(s)} (${(0,f.KN)(r/s)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}i(gt,"shareSentence");function te(t,e,n,a){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(n!==null){const r=Date.parse(n.at)-a.x.invert(a.ticks.find(({label:c})=>c==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,f.p0)(r)}`}const s=e.some(r=>Math.max(r.logWorse,r.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${s?" on both counts":""}`}i(te,"worseTitle");function ee(t,e,n){const a=Number(Math.exp(e.logPromote).toPrecision(2)),o=bt(t).length;return o>0?`Evidence that the candidate is good enough passed ${a} at ${(0,f.LS)(o,"step")}`:`Evidence that the candidate is good enough ${n.some(r=>r.logGood>=e.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}i(ee,"goodTitle");function bt(t){const e=t.volatile.timeline.flatMap(({at:n,weight:a})=>a===void 0?[]:[{at:Date.parse(n),weight:a}]);return e.flatMap(({at:n,weight:a},o)=>{const s=e[o-1];return s!==void 0&&s.weight>0&&a>s.weight?[{at:n,label:`${(0,f.KN)(s.weight)} step passes`}]:[]})}i(bt,"passedSteps");function ne({clients:t},e,n){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:b})=>Date.parse(b)),o=Math.min(...a),s=ct(o,Math.max(...a)+1e3,n?.from??o,n===null?[]:ht(e,n)),{requests:r,failed:c}=t.totals,d=`What the clients saw: ${(0,f.LS)(r,"request")}, ${c===0?"not one failed":`${(0,f.U9)(c)} failed`}`,u=rt(s)/1e3,p=`Answers per ${u===1?"second":`${u} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return I(d,p,Wt(t,{candidate:e.candidate.name,stable:e.stable?.name??null},s,n===null?"since the rollout began":B))}i(ne,"clientsFigure");function I(t,e,n){return l`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${e}</div>
    </figcaption>
    ${n}
  </figure>`}i(I,"figure");function oe(t){return t.charAt(0).toUpperCase()+t.slice(1)}i(oe,"capital");function ae(t,e){const{evidence:n}=t,{validate:a,build:o,smoke:s,rollout:r}=n,{word:c,tone:d}=C(n),u=N(n),p=r?.reasons??[];return l`<section class="run" id="run-${e+1}">
    <h2>${t.title}${it(c,d)}</h2>
    <p class="lead">${V(n)}</p>
    ${p.length===0?null:l`<ul class="reasons">
            ${p.map(b=>l`<li>${b}</li>`)}
          </ul>`}
    ${re(t)}
    ${u.length===0?null:l`<figure>
            <figcaption><h4>${se(t)}</h4></figcaption>
            ${Nt(u)}
          </figure>`}
    ${Jt(t)}
    <h3>Details</h3>
    ${r===void 0?null:Pt(r)} ${a===void 0?null:zt(a)}
    ${o===void 0?null:Ut(o)} ${s===void 0?null:Ft(s)}
    ${r===void 0?null:Ct(r)}
  </section>`}i(ae,"runSection");function se({evidence:t}){const e=(0,f.p0)(q(t));return t.rollout?.outcome==="passed"?`From model to all traffic in ${e}`:`Where the time went: ${e}`}i(se,"stagesTitle");function re(t){const{validate:e,build:n,smoke:a,rollout:o}=t.evidence,s=[];if(o!==void 0&&k(o)!==null){const{candidate:r}=o.volatile.totals,c=o.volatile.timeline.flatMap(({weight:d,kind:u})=>d===void 0||u==="promoted"?[]:[d]);s.push(["from the first live request to the decision",dt(t)]),s.push(["requests the candidate served as a canary",(0,f.U9)(r.requests)]),s.push(["of them failed",(0,f.U9)(r.errors)]),s.push(["largest share of traffic before the decision",(0,f.KN)(Math.max(0,...c))])}if(e!==void 0&&s.push(["model",(0,f.ee)(e.model.bytes)]),n!==void 0&&s.push(["image",(0,f.ee)(n.image.bytes)]),a!==void 0){const r=a.checks.filter(({verdict:d})=>d==="passed").length,c=a.checks.filter(({verdict:d})=>d!=="skipped").length;s.push(["smoke checks passed",`${r} of ${c}`])}return s.length===0?null:l`<dl class="figures">
    ${s.map(([r,c])=>l`<div>
          <dt>${r}</dt>
          <dd>${c}</dd>
        </div>`)}
  </dl>`}i(re,"figures");const ie=new A(`<style>
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
  section.run { border: 0; padding: 0; margin-top: 0; break-before: page; border-radius: 0; } details::details-content { content-visibility: visible; height: auto; } summary { list-style: none; }
  tr { break-inside: avoid; } .chart svg { min-width: 0; } h3, summary { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>`);function de(t){const e=ce(t);return l`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${e}</title>
        ${ie}
      </head>
      <body>
        <main>
          <header>
            <h1>${e}</h1>
            ${le(t)}
          </header>
          ${yt(t)} ${t.map((a,o)=>ae(a,o))}
          <footer>
            Made by ${ue(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}i(de,"htmlReport");function ce(t){const e=t.flatMap(({evidence:a})=>N(a))[0]?.project??"ml-deploy",n=t.map(a=>`${a.title} ${C(a.evidence).word}`);return`${e}: ${n.length===0?"no runs":n.join(", ")}`}i(ce,"headline");function le(t){const n=t.flatMap(({evidence:s})=>N(s))[0],a=t.map(({evidence:s})=>s.rollout).find(s=>s!==void 0);if(n===void 0)return null;const o=[(0,f.n$)(n.volatile.startedAt),n.environment===null?null:`environment ${n.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${n.volatile.host}`];return l`<p class="sub">${o.filter(s=>s!==null).join(" \xB7 ")}</p>`}i(le,"subtitle");function ue(t){const e=new Set(t.flatMap(({evidence:n})=>N(n)).map(n=>n.volatile.engine));return e.size===0?"ml-deploy":[...e].join(", ")}i(ue,"engines")})};export{me as id,ge as ids,be as modules};
