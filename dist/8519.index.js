var Te=Object.defineProperty;var i=(nt,F)=>Te(nt,"name",{value:F,configurable:!0});const Fe=8519,Oe=[8519],Ie={40518:((nt,F,w)=>{w.d(F,{m:i(()=>O,"m")});const W=["image","ready","alive","gpu-errors","answers","golden","gpu-used","memory","gpu-growth","live","non-root","same-twice","in-flight","stop","latency","first-token","slowdown","gpu-memory","peak-memory","malformed","edges"];function O(h){const x=i(({id:C})=>W.includes(C)?W.indexOf(C):W.length,"rank");return h.toSorted((C,N)=>x(C)-x(N))}i(O,"worstFirst")}),85329:((nt,F,w)=>{w.d(F,{HH:i(()=>C,"HH"),JY:i(()=>h,"JY"),Np:i(()=>O,"Np"),Rn:i(()=>u,"Rn"),Uu:i(()=>x,"Uu"),aN:i(()=>R,"aN"),cz:i(()=>N,"cz"),th:i(()=>V,"th"),tl:i(()=>Q,"tl"),uo:i(()=>G,"uo")});var W=w(40518);const O="smoke-server.log",h="log: ";function x(g){const b=g.checks.filter(({verdict:E})=>E==="passed"),T=g.checks.filter(({verdict:E})=>E==="skipped"),_=[...Map.groupBy(T,({message:E})=>E)];return[...[...C(g),...b].map(({verdict:E,title:Z,limit:H,message:ct,id:I})=>({verdict:E,titles:[Z],limit:H,seen:[ct,...N(g,I)]})),..._.map(([E,Z])=>({verdict:"skipped",titles:Z.map(({title:H})=>H),limit:null,seen:[E,...Z.flatMap(({id:H})=>N(g,H))]}))]}i(x,"checkRows");function C({checks:g}){return(0,W.m)(g.filter(({verdict:b})=>b==="failed"))}i(C,"failedChecks");function N({volatile:g},b){return g.checkDetails?.[b]??[]}i(N,"detailsOf");function R({volatile:g}){return g.details.filter(b=>b.startsWith(h)).map(b=>b.slice(h.length))}i(R,"lastWords");function G({checks:g}){return g.some(({id:b,verdict:T})=>T==="failed"&&(b==="ready"||b==="alive"))}i(G,"serverDied");function V({checks:g}){return g.some(({id:b,verdict:T})=>b==="stop"&&T!=="skipped")}i(V,"wasStopped");function u(g){const{passed:b,others:T}=Q(g);return C(g).length===0?g.summary:`${b} checks passed; ${T}`}i(u,"shortSummary");function Q({checks:g}){const b=i(T=>g.filter(({verdict:_})=>_===T).length,"count");return{passed:`${b("passed")} of ${g.length}`,others:`${b("failed")} failed, ${b("skipped")} skipped`}}i(Q,"checkCounts")}),1919:((nt,F,w)=>{w.d(F,{D:i(()=>O,"D")});var W=w(76760);function O(x,C=[]){const N=new Set(x.map(({verdict:R})=>R));return C.length>0&&N.add("inconclusive"),{schema:"https://ml-deploy.dev/schema/validation-v1.json",verdict:["unsafe","inconclusive"].find(R=>N.has(R))??"clean",models:x.map(({verdict:R,contract:G=null,model:{path:V,digest:u,bytes:Q}})=>({path:V,verdict:R,digest:u,bytes:Q,contract:G})),files:x.flatMap(({model:R})=>R.files.map(G=>({model:R.path,...G,path:h(R,G)}))),errors:C}}i(O,"validationOf");function h({path:x,files:C},N){return C.length===1&&(x===N.path||x.endsWith(`/${N.path}`))?x:x.includes("://")?`${x}/${N.path}`:W.posix.join(x,N.path)}i(h,"pathFrom")}),8519:((nt,F,w)=>{w.d(F,{writeReports:i(()=>Ue,"writeReports"),writeSarif:i(()=>We,"writeSarif")});var W=w(76760),O=w(68954),h=w(87703),x=w(65102),C=w(42639),N=w(35944);class R{static{i(this,"Markup")}source;constructor(e){this.source=e}}const G={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function V(t){return(0,N.R)(t).replaceAll(/[&<>"'`]/g,e=>G[e]??"")}i(V,"escapeHtml");function u(t,...e){const n=t.map((a,o)=>a+(o<e.length?Q(e[o]??null):""));return new R(n.join(""))}i(u,"html");function Q(t){return t===null?"":t instanceof R?t.source:typeof t=="string"||typeof t=="number"?V(String(t)):t.map(e=>Q(e)).join("")}i(Q,"render");var g=w(46505),b=w(86078);const T={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function _(t,e){const n=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${T[e]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return u`<span class="badge ${e}">${new R(n)}${t}</span>`}i(_,"badge");function E(t){const e=Z(t),n=t.map((a,o)=>{const{word:s,tone:r}=(0,x.CL)(a.evidence);return u`<tr>
      <td class="name"><a href="#run-${o+1}">${(0,C.G)(a).name}</a></td>
      <td>${_(s,r)}</td>
      <td>${(0,x.KL)(a.evidence)}</td>
      ${e?u`<td class="number" data-label="Decided after first live request">${H(a)}</td>
              <td class="number" data-label="Requests harmed">${ct(a)}</td>`:null}
      <td class="number" data-label="Whole run">${(0,h.duration)((0,x.sW)(a.evidence))}</td>
    </tr>`});return u`<div class="outcomes">
    <table class="stacked">
      <thead>
        <tr>
          <th>Run</th>
          <th>Outcome</th>
          <th>In one sentence</th>
          ${e?u`<th class="number">Decided after<br />first live request</th>
                  <th class="number">Requests<br />harmed</th>`:null}
          <th class="number">Whole run</th>
        </tr>
      </thead>
      <tbody>
        ${n}
      </tbody>
    </table>
  </div>`}i(E,"outcomeTable");function Z(t){return t.some(({evidence:e})=>e.rollout!==void 0)}i(Z,"hasRollout");function H({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const e=(0,b.CR)(t);if(e===null||!(0,b.QW)(t))return"\u2013";const n=t.metrics.flatMap(({metric:o})=>{const s=(0,b.KG)(t,o);return s===null?[]:[Date.parse(s.at)]}),a=t.decision==="rollback"&&n.length>0?Math.min(...n):e.decided;return(0,h.duration)(a-e.from)}i(H,"decidedAfter");function ct({evidence:{rollout:t},clients:e}){if(t===void 0)return"\u2013";if(e===void 0)return(0,b.CR)(t)===null?"\u2013":(0,g.U)(t.volatile.totals.candidate.errors);const n=e.perSecond.filter(({revision:a})=>a!==t.stable?.name);return(0,g.U)(n.reduce((a,{failed:o})=>a+o,0))}i(ct,"harmed");var I=w(85329),P=w(25602);const ut=1e3,j=56,M=790,Dt=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function ht(t,e,n,a=[]){const o=e>t?e:t+1e3,s=(0,P.m4)().domain([t,o]).range([j,M]),r=(o-t)/1e3,d=Dt.find(c=>r/c<=9)??Math.ceil(r/8/86400)*86400,l=[];for(let c=Math.ceil((t-n)/1e3/d)*d;c<=(o-n)/1e3;c+=d)l.push({x:s(n+c*1e3),label:St(c,d)});return{x:s,ticks:l,from:t,to:o,marks:a.filter(({at:c})=>c>=t&&c<=o)}}i(ht,"timeAxis");function St(t,e){return t===0?"0":e<60?`${ft(t)} s`:e<3600?`${ft(t/60)} min`:`${ft(Number((t/3600).toFixed(1)))} h`}i(St,"clock");function ft(t){return String(t).replace("-","\u2212")}i(ft,"minus");function v(t){return String(Math.round(t*10)/10)}i(v,"n");function D(t,e,n,a={}){const o=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,s=a.class===void 0?"":` class="${a.class}"`;return`<text x="${v(t)}" y="${v(e)}"${o}${s}>${V(n)}</text>`}i(D,"frame_text");function L(t,e,n,a,o){return`<line x1="${v(t)}" y1="${v(e)}" x2="${v(n)}" y2="${v(a)}" class="${o}"/>`}i(L,"rule");function rt(t,e,n){const o=t.toSorted((r,d)=>r.y-d.y).map(r=>({...r,at:Math.max(r.y,e+4)}));for(let r=1;r<o.length;r++){const[d,l]=[o[r-1],o[r]];d!==void 0&&l!==void 0&&(l.at=Math.max(l.at,d.at+15))}let s=n-4;for(const r of o.toReversed())r.at=Math.min(r.at,s),s=r.at-15;return o.map(r=>D(M+12,r.at+4,r.text,{class:r.class})).join("")}i(rt,"sideLabels");function it(t,e,n,a){const o=n.map(({y:r,label:d})=>L(j,r,M,r,"grid")+D(j-8,r+4,d,{anchor:"end"})),s=e.ticks.map(({x:r,label:d})=>L(r,t.bottom,r,t.bottom+4,"axis")+D(r,t.bottom+18,d,{anchor:"middle"}));return[...o,...e.marks.map(({at:r})=>L(e.x(r),t.top,e.x(r),t.bottom,"event")),...jt(e,t.top-7),L(j,t.bottom,M,t.bottom,"axis"),...s,D(M+12,t.bottom+18,a)].join("")}i(it,"frame_frame");function jt(t,e){let n=0;return t.marks.map(({at:a,label:o})=>{const s=Math.max(t.x(a)-4,n);return n=s+7*o.length+10,D(s,e,o,{class:"ink"})})}i(jt,"momentLabels");function B(t,e,n){return new R(`<div class="chart"><svg viewBox="0 0 ${ut} ${v(t)}" role="img" aria-label="${V(e)}">${n.join("")}</svg></div>`)}i(B,"drawing");function dt(t,e=800){if(t.length<=e)return[...t];const n=Math.ceil(t.length/e);return t.filter((a,o)=>o%n===0||o===t.length-1)}i(dt,"thin");function Rt(t){let e=0;const n=t.map(d=>{const l=e;return e+=d.ms,{stage:d,from:l,to:e}}),a=j+30,o=(0,P.m4)().domain([0,Math.max(e,1)]).range([a,M]),s=24,r=n.flatMap(({stage:d,from:l,to:c},f)=>{const m=4+f*s,$=Math.max(3,o(c)-o(l)),p={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[d.outcome];return[D(a-10,m+14,d.stage,{anchor:"end",class:"ink"}),L(a,m+10,M,m+10,"grid"),`<rect x="${v(o(l))}" y="${v(m+2)}" width="${v($)}" height="16" rx="3" class="${p}"/>`,D(M+12,m+14,`${d.outcome}, ${(0,h.duration)(c-l)}`,{class:"ink"})]});return B(8+s*n.length,"Time that each stage took",r)}i(Rt,"stagesChart");var At=w(92574),Ct=w(76281);function Nt(t){const n=["base","dependencies","code","weights","other"].map(l=>({kind:l,size:t.filter(c=>c.kind===l).reduce((c,f)=>c+f.bytes,0)})).filter(({size:l})=>l>0),a=n.reduce((l,{size:c})=>l+c,0),o=(0,P.m4)().domain([0,Math.max(1,a)]).range([0,ut]);let s=0;const r=n.map(({kind:l,size:c})=>{const f=o(s);return s+=c,{kind:l,from:f,wide:Math.max(2,o(c)-1.5),label:`${l} ${(0,h.bytes)(c)}`,at:f}});zt(r);const d=r.flatMap(({kind:l,from:c,wide:f,label:m,at:$})=>[`<rect x="${v(c)}" y="2" width="${v(f)}" height="22" rx="2" class="k-${l}"/>`,D($,41,m,{class:"ink"})]);return B(48,"Sizes of the image by what they hold",d)}i(Nt,"layersChart");function zt(t){const e=i(({label:o})=>7.2*o.length+14,"room");let n=0;for(const o of t)o.at=Math.max(o.at,n),n=o.at+e(o);let a=ut+14;for(const o of t.toReversed())o.at=Math.min(o.at,a-e(o)),a=o.at}i(zt,"spread");const ot=200;function tt(t,e,n,a){return u`<details${a?new R(" open"):null}><summary>${t}<span class="sub">${(0,h.shortenDigests)(e)}</span></summary>${n}</details>`}i(tt,"section");function U(t,e,{stacked:n=!1}={}){const a=t.map(d=>d.startsWith(">")?u`<th class="number">${d.slice(1)}</th>`:u`<th>${d}</th>`),o=e.slice(0,ot).map(d=>u`<tr>
        ${d}
      </tr>`),s=e.length-o.length,r=s>0?u`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,g.U)(s)} more, in the JSON evidence</td>
        </tr>`:null;return u`<div class="wide">
    <table class="${n?"stacked":"plain"}">
      <thead>
        <tr>
          ${a}
        </tr>
      </thead>
      <tbody>
        ${o}${r}
      </tbody>
    </table>
  </div>`}i(U,"table");var Lt=w(74700);function Ut(t){const e=t.model.files.flatMap(o=>o.findings.map(s=>({file:o.path,finding:s}))),n=U(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[u`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Bt(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,h.bytes)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,h.shortDigest)(o.sha256)}</code></td>`])),a=e.length===0?u`<p class="note">Nothing was found.</p>`:U(["Severity","Rule","Where","What, and what to do"],e.map(({file:o,finding:s})=>[u`<td class="tight ${Gt(s)}">${s.severity}</td>
              <td class="tight long"><code>${s.rule}</code></td>
              <td>${Wt(o,s)}</td>
              <td>${s.message}<br /><span class="sub">${s.hint} ${(0,Lt.E)(s)}</span></td>`]));return tt("Validate",`${t.summary} \xB7 ${(0,h.moment)(t.volatile.startedAt)}`,u`${n}
      <h3>Findings</h3>
      ${a}${Pt(t)}`,t.outcome!=="passed")}i(Ut,"validateDetails");function Wt(t,{member:e,offset:n}){const a=e===void 0?t:`${t}, member ${e}`;return n===null?a:`${a}, byte ${(0,g.U)(n)}`}i(Wt,"where");function Pt({contract:t}){if(t===null)return null;const n=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:o})=>[u`<td class="tight">${o}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(s=>s??"any").join(", ")}]</td>`]);return u`<h3>Inputs and outputs (${t.source})</h3>
    ${U(["","Name","Type","Shape"],n)}`}i(Pt,"contract");function Tt(t){const{image:e,volatile:n}=t,a=e.layers.map(r=>[u`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,h.bytes)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,h.shortDigest)(r.digest)}</code></td>`]),o=u`<p class="note">
    ${e.platform}, runs as user ${e.user}; built by ${n.builder} in ${(0,h.duration)(n.buildMs)}, pushed
    in ${(0,h.duration)(n.pushMs)} (${(0,h.bytes)(n.uploadedBytes)} sent). Deployed as <code>${e.reference}</code>
  </p>`,s=(0,At.e)(t).map(r=>u`<p class="note">${r}</p>`);return tt("Image",`${(0,h.bytes)(e.bytes)} in ${(0,g.L)(e.layers.length,"layer")} \xB7 ${(0,h.moment)(n.startedAt)}`,u`${Nt(e.layers)}${o}${s}${U(["Holds","What",">Size","Digest"],a)}${Et(t.optimised)}${Ft(n.comparison)}`,t.outcome!=="passed")}i(Tt,"imageDetails");function Et(t){if(t===void 0)return null;const e=t.steps.map(a=>[u`<td class="tight">${a.step}</td>
      <td>${a.path}</td>
      <td class="number">${(0,h.bytes)(a.bytesBefore)}</td>
      <td class="number">${a.bytesAfter===0?"left out":(0,h.bytes)(a.bytesAfter)}</td>
      <td>${a.message}</td>`]),n=t.notes.map(a=>u`<p class="note">${a}</p>`);return u`<h3>The model: ${(0,h.bytes)(t.bytesBefore)} before, ${(0,h.bytes)(t.bytesAfter)} in the image</h3>
    ${e.length===0?null:U(["Step","File",">Before",">In the image","Why"],e)}${n}`}i(Et,"optimisation");function Ft(t){if(t===void 0)return null;const{before:e,rows:n}=(0,Ct.Q)(t),a=n.map(([o,s,r])=>[u`<td>${o}</td>
      <td>${s}</td>
      <td>${r}</td>`]);return u`<p class="note">${e}</p>
    ${U(["Output","Difference","Allowed"],a)}`}i(Ft,"details_comparison");function Ot(t){const{timeline:e,diagnosis:n,apiRequests:a}=t.volatile,o=(0,b.Bx)(e).map(({afterMs:r,event:d})=>[u`<td class="number">${(0,h.duration)(r)}</td>
      <td class="tight"><code>${d.kind}</code></td>
      <td>${(0,h.shortenDigests)(d.message)}</td>`]),s=n.length===0?null:u`<h3>Captured before the candidate was removed</h3>
          <pre>${n.slice(0,ot).join(`
`)}</pre>`;return tt("Events of the rollout",`${(0,g.L)(e.length,"event")}, ${(0,g.L)(a,"request")} to the API server`,u`${U([">After","Kind","What happened"],o)}${s}`,!0)}i(Ot,"eventDetails");function It({model:t,namespace:e,provider:n,stable:a,candidate:o,strategy:s}){const d=[...a===null?[]:[{role:"stable before",facts:a}],{role:s==="first"?"first":"candidate",facts:o}].map(({role:c,facts:f})=>[u`<td class="tight">${f.name} (${c})</td>
      <td><code>Deployment/${t}-${f.name}</code>, <code>Service/${t}-${f.name}</code></td>
      <td><code>${f.image}</code></td>
      <td class="tight">
        <code title="${f.modelDigest??""}"
          >${f.modelDigest===null?"\u2013":(0,h.shortDigest)(f.modelDigest)}</code
        >
      </td>`]),l=u`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${e}; traffic is split by the provider ${n};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return tt("Objects",`model ${t} in namespace ${e}`,u`${l}${U(["Revision","Objects","Image","Model"],d)}`,!1)}i(It,"objectDetails");function Bt(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}i(Bt,"verdictTone");function Gt({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}i(Gt,"severityTone");var J=w(76879);function Ht(t,e,n,a){const o={top:26,bottom:174},s={stable:mt(t,"stable"),candidate:mt(t,"candidate")},r=[...s.stable,...s.candidate],d=Math.max(e.slo*1.6,...r.slice(2).map(({running:$})=>$*1.4)),l=(0,P.m4)().domain([0,Math.min(1,d)]).nice(4).range([o.bottom,o.top]).clamp(!0),c=["stable","candidate"],f=[{y:l(e.slo),text:`limit (slo): ${(0,h.percent)(e.slo)}`,class:"ink"}],m=[it(o,n,l.ticks(4).map($=>({y:l($),label:(0,h.percent)($)})),a)];for(const $ of c){const p=dt(s[$]),y=(0,J.n8)(k=>n.x(k.at),k=>l(k.running))(p);p.length<=200&&m.push(...p.map(k=>Kt(k,n,l,$))),m.push(`<path d="${y??""}" class="line s-${$}"/>`);const A=p.at(-1);A!==void 0&&f.push({y:l(A.running),text:`${$}: ${(0,h.percent)(A.running)} so far`,class:`f-${$} strong`})}return m.push(L(j,l(e.slo),M,l(e.slo),"line thin dashed s-ink"),rt(f,o.top,o.bottom)),B(200,`Share of ${e.title} per arm, over time`,m)}i(Ht,"badEventsChart");function Kt({at:t,tick:e},n,a,o){return e===null?"":`<circle cx="${v(n.x(t))}" cy="${v(a(e))}" r="2.5" class="f-${o} faint"/>`}i(Kt,"dot");function mt(t,e){let n=0,a=0;return t.flatMap(o=>{const s=o[e];return n+=s.total,a+=s.bad,n===0?[]:[{at:Date.parse(o.at),running:a/n,tick:s.total===0?null:s.bad/s.total}]})}i(mt,"points");function Vt(t,e,n,a){const{candidate:o}=e,s={top:26,bottom:204},r=150,d=Qt(t.perSecond,o,n),l=Math.max(1,...d.map(S=>S.stable+S.candidate)),c=Math.max(1,...d.map(({failed:S})=>S)),f=(0,P.m4)().domain([0,l]).nice(3).range([r,s.top]),m=(0,P.m4)().domain([0,c]).range([0,s.bottom-r-22]),$=pt(n),p=Math.max(1,n.x(n.from+$)-n.x(n.from)-1),y=i((S,q,Mt,Pe)=>Mt-q<.05?"":`<rect x="${v(n.x(S))}" y="${v(q)}" width="${v(p)}" height="${v(Mt-q)}" class="${Pe}"/>`,"bar"),A=r+14,k=d.flatMap(S=>[y(S.at,f(S.stable),r,"f-stable"),y(S.at,f(S.stable+S.candidate),f(S.stable),"f-candidate"),y(S.at,A,A+(S.failed===0?0:Math.max(2,m(S.failed))),"f-bad")]),K=d.some(({stable:S})=>S>0),lt=[{y:s.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...K?[{y:s.top+40,text:`answered by ${e.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:A+8,text:t.totals.failed===0?"none":`${(0,g.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return B(230,"Requests of the clients over time, by the revision that answered, and failed ones",[it(s,n,f.ticks(3).map(S=>({y:f(S),label:(0,g.U)(S)})),a),...k,D(n.x(n.from)-8,A+12,"failed",{anchor:"end",class:"f-bad strong"}),rt(lt,s.top,s.bottom)])}i(Vt,"clientsChart");function pt(t){const e=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(n=>n*1e3).find(n=>e/n<=240)??864e5}i(pt,"binMs");function Qt(t,e,n){const a=new Map,o=pt(n);for(const{at:s,revision:r,ok:d,failed:l}of t){const c=Date.parse(s);if(!(c>=n.from&&c<=n.to))continue;const f=n.from+Math.floor((c-n.from)/o)*o,m=a.get(f)??{at:f,stable:0,candidate:0,failed:0},$=r===e;a.set(f,{at:f,stable:m.stable+($?0:d),candidate:m.candidate+($?d:0),failed:m.failed+l})}return[...a.values()]}i(Qt,"bySecond");const Zt=-4,Jt=3;function Yt(t,e,n,a,o){const s=e.logRollback/Math.LN10,r=i((l,c,f)=>({label:l,class:"bad",dashed:c,points:[{at:bt(t,a),power:0},...t.map(m=>({at:Date.parse(m.at),power:f(m)/Math.LN10}))]}),"curve"),d=n===null?[]:[{at:Date.parse(n.at),power:Math.min(n.logWorse,n.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return gt("Evidence that the candidate is worse, over time, logarithmic",[r("worse than stable",!1,l=>l.logWorse),r("bad enough to matter",!0,l=>l.logAboveFloor)],{power:s,label:`roll back at ${$t(e.logRollback)}`,zone:"badzone"},d,a,o)}i(Yt,"rollbackChart");function Xt(t,e,n,a,o){const s=[];let r=null,d=bt(t,a);for(const c of t)c.weight!==r&&s.push({at:d,power:0}),r=c.weight,d=Date.parse(c.at),s.push({at:d,power:c.logGood/Math.LN10});const l=n.flatMap(({at:c,label:f})=>{const m=t.findLast($=>Date.parse($.at)<=c);return m===void 0?[]:[{at:Date.parse(m.at),power:m.logGood/Math.LN10,label:f,class:"good"}]});return gt("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:s}],{power:e.logPromote/Math.LN10,label:`step passes at ${$t(e.logPromote)}`,zone:"goodzone"},l,a,o)}i(Xt,"promotionChart");function gt(t,e,n,a,o,s){const r={top:26,bottom:184},d=e.flatMap(k=>k.points.map(({power:K})=>K)),l=Math.min(Math.ceil(n.power)+Jt,Math.max(Math.ceil(n.power+.3),...d.map(k=>Math.ceil(k)))),c=Math.max(Zt,Math.min(-1,...d.map(k=>Math.floor(k)))),f=(0,P.m4)().domain([c,l]).range([r.bottom,r.top]).clamp(!0),m=l-c>8?3:l-c>4?2:1,$=Array.from({length:l-c+1},(k,K)=>c+K).filter(k=>k%m===0).map(k=>({y:f(k),label:_t(k)})),p=[{y:f(n.power),text:n.label,class:"ink"}],y=e.map(k=>{const K=dt(k.points),lt=K.at(-1);return lt!==void 0&&p.push({y:f(lt.power),text:k.label,class:`f-${k.class} strong`}),`<path d="${(0,J.n8)(q=>o.x(q.at),q=>f(q.power))(K)??""}" class="line s-${k.class}${k.dashed?" dashed":""}"/>`}),A=a.map(k=>qt(k,o,f));return B(210,t,[`<rect x="${j}" y="${r.top}" width="${M-j}" height="${v(f(n.power)-r.top)}" class="f-${n.zone}"/>`,it(r,o,$,s),L(j,f(n.power),M,f(n.power),"line thin dashed s-ink"),...y,...A,rt(p,r.top,r.bottom)])}i(gt,"chart");function qt(t,e,n){const a=e.x(t.at),o=a>(j+M)/2;return`<circle cx="${v(a)}" cy="${v(n(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+D(o?a+5:a-5,n(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}i(qt,"markAt");function bt(t,e){const[n,a]=t;if(n===void 0)return e.from;const o=Date.parse(n.at);return a===void 0?o:Math.max(e.from,o-(Date.parse(a.at)-o))}i(bt,"start");function $t(t){return String(Number(Math.exp(t).toPrecision(2)))}i($t,"value");function _t(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),e=>e==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(e)]??"").join("")}`}i(_t,"powerOfTen");function te(t,e,n,a){const o={top:26,bottom:144},s=(0,P.m4)().domain([0,1]).range([o.bottom,o.top]),r=[{at:n.from,weight:0},...e.weights,{at:n.to,weight:e.weights.at(-1)?.weight??0}],d=(0,J.n8)(p=>n.x(p.at),p=>s(p.weight)).curve(J.UP)(r),c=dt(t.filter(p=>p.candidate.total+p.stable.total>0)).map(p=>({at:Date.parse(p.at),share:p.candidate.total/(p.candidate.total+p.stable.total)})),f=(0,J.n8)(p=>n.x(p.at),p=>s(p.share)).curve(J.lU)(c),m=c.length>120?[]:c.map(p=>`<circle cx="${v(n.x(p.at))}" cy="${v(s(p.share))}" r="2.5" class="f-candidate"/>`),$=c.at(-1);return B(170,"Share of the requests that the candidate got, over time",[it(o,n,[0,.5,1].map(p=>({y:s(p),label:(0,h.percent)(p)})),a),`<path d="${d??""}" class="line thin s-ink"/>`,`<path d="${f??""}" class="line s-candidate"/>`,...m,rt([{y:s(r.at(-1)?.weight??0),text:"intended share",class:"ink"},...$===void 0?[]:[{y:s($.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}i(te,"splitChart");const at="since the first live request";function ee(t){const{rollout:e}=t.evidence;if(e===void 0)return null;const n=(0,b.CR)(e),a=t.clients===void 0?null:ie(t,e,n);if(n===null)return a;const o=ne(e,n),s=(0,b.A0)(e),r=e.metrics.find(({metric:l})=>l===s);if(r===void 0)return a;const d=e.metrics.filter(({metric:l})=>l!==s);return u`${a}${oe(e,n,o)}${wt(e,r,o)}${d.map(l=>ae(e,l,o))}`}i(ee,"rolloutPlots");function ne(t,e){const n=Math.max(e.decided,...e.weights.map(({at:s})=>s)),a=(n-e.from)*.04,o=Math.min(n+2.5*a,Math.max(n+a,Date.parse(t.volatile.endedAt)));return ht(e.from-a,o,e.from,vt(t,e))}i(ne,"liveAxis");function vt(t,e){const n=t.candidate.name;return e.weights.map(({at:a,weight:o},s)=>({at:a,label:s===0?`${n} gets ${(0,h.percent)(o)}`:o===0?"back to 0":(0,h.percent)(o)}))}i(vt,"moments");function oe(t,e,n){const a=(0,b.EN)(t,t.metrics[0]?.metric??""),s=`Traffic of the candidate: ${e.weights.map(({weight:r})=>(0,h.percent)(r)).join(", then ")}`;return st(s,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),te(a,e,n,at))}i(oe,"splitFigure");function ae(t,e,n){return u`<details>
    <summary>Also judged: ${e.title}<span class="sub">${xt(t,e)}</span></summary>
    ${wt(t,e,n)}
  </details>`}i(ae,"otherMetric");function wt(t,e,n){const a=(0,b.EN)(t,e.metric),o=(0,b.KG)(t,e.metric);return u`${st(de(`${e.title}: ${xt(t,e)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Ht(a,e,n,at))}${st(se(e,a,o,n),`Solid line: that its odds are more than ${e.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,h.percent)(e.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Yt(a,e,o,n,at))}${st(re(t,e,a),`That less than ${(0,h.percent)(e.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Xt(a,e,yt(t),n,at))}`}i(wt,"metricFigures");function xt(t,{metric:e}){const n=(0,b.EN)(t,e),a=i(o=>{const s=n.reduce((d,l)=>d+l[o].total,0),r=n.reduce((d,l)=>d+l[o].bad,0);return s===0?"no requests":`${(0,g.U)(r)} of ${(0,g.U)(s)} (${(0,h.percent)(r/s)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}i(xt,"shareSentence");function se(t,e,n,a){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(n!==null){const r=Date.parse(n.at)-a.x.invert(a.ticks.find(({label:d})=>d==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,h.duration)(r)}`}const s=e.some(r=>Math.max(r.logWorse,r.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${s?" on both counts":""}`}i(se,"worseTitle");function re(t,e,n){const a=Number(Math.exp(e.logPromote).toPrecision(2)),o=yt(t).length;return o>0?`Evidence that the candidate is good enough passed ${a} at ${(0,g.L)(o,"step")}`:`Evidence that the candidate is good enough ${n.some(r=>r.logGood>=e.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}i(re,"goodTitle");function yt(t){const e=t.volatile.timeline.flatMap(({at:n,weight:a})=>a===void 0?[]:[{at:Date.parse(n),weight:a}]);return e.flatMap(({at:n,weight:a},o)=>{const s=e[o-1];return s!==void 0&&s.weight>0&&a>s.weight?[{at:n,label:`${(0,h.percent)(s.weight)} step passes`}]:[]})}i(yt,"passedSteps");function ie({clients:t},e,n){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:m})=>Date.parse(m)),o=Math.min(...a),s=ht(o,Math.max(...a)+1e3,n?.from??o,n===null?[]:vt(e,n)),{requests:r,failed:d}=t.totals,l=`What the clients saw: ${(0,g.L)(r,"request")}, ${d===0?"not one failed":`${(0,g.U)(d)} failed`}`,c=pt(s)/1e3,f=`Answers per ${c===1?"second":`${c} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return st(l,f,Vt(t,{candidate:e.candidate.name,stable:e.stable?.name??null},s,n===null?"since the rollout began":at))}i(ie,"clientsFigure");function st(t,e,n){return u`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${e}</div>
    </figcaption>
    ${n}
  </figure>`}i(st,"figure");function de(t){return t.charAt(0).toUpperCase()+t.slice(1)}i(de,"capital");var kt=w(45911),Y=w(41213);const X={top:12,bottom:132};function le(t){const e=(0,kt.D)(t);return e.length===0?null:u`<h3>Over the test</h3>
    ${e.map(n=>u`<figure>
          <figcaption>
            <h4>${n.what}: ${n.scale}</h4>
          </figcaption>
          ${ce(n)}
        </figure>`)}`}i(le,"courseCharts");function ce({what:t,points:e,most:n,unit:a,format:o}){const s=e.flatMap(({at:y,value:A})=>A===null?[]:[{at:y,value:A}]),r=s.map(({at:y})=>y),[d,l]=[Math.min(0,...r),Math.max(...r)],c=(0,P.m4)().domain([d,l>d?l:d+1]).range([j+20,M]),f=(0,P.m4)().domain([0,Math.max(n,Number.MIN_VALUE)]).nice(4).range([X.bottom,X.top]),m=dt(e,400),$=(0,J.n8)(({at:y})=>c(y),({value:y})=>f(y??0)).defined(({value:y})=>y!==null)(m),p=s.at(-1);return B(X.bottom+26,`${t} over the test`,[...f.ticks(4).flatMap(y=>[L(j+20,f(y),M,f(y),"grid"),D(j+12,f(y)+4,o(y),{anchor:"end"})]),L(j+20,X.bottom,M,X.bottom,"axis"),...c.ticks(8).map(y=>D(c(y),X.bottom+18,(0,g.U)(y),{anchor:"middle"})),`<path d="${$??""}" class="line s-stable"/>`,...p===void 0?[]:[`<circle cx="${v(c(p.at))}" cy="${v(f(p.value))}" r="3" class="f-stable"/>`,D(M+12,f(p.value)+4,o(p.value),{class:"ink"})],D(M+12,X.bottom+18,a)])}i(ce,"courseChart");const z=120,et=26;function ue(t){const[e,n]=[t[0],t.at(-1)];if(e===void 0||n===void 0||t.length<3)return null;const a=e.to-e.from,o=n.to-n.from>a*1.5?n:null,s=o===null?t:t.slice(0,-1),r=s.at(-1)?.to??n.to,d=(0,P.m4)().domain([e.from,r]).range([j,o===null?M:M-6*et]),l=Math.max(...t.map(({count:p})=>p)),c=i(p=>p===0?0:Math.max(2,p/l*(z-16)),"high"),f=i((p,y,A)=>`<rect x="${v(p)}" y="${v(z-c(A))}" width="${v(y)}" height="${v(c(A))}" class="f-stable"/>`,"bar"),m=M-3*et,$=[L(j,z,d(r),z,"axis"),D(j-8,z-c(l)+4,String(l),{anchor:"end"}),D(j-8,z+4,"0",{anchor:"end"}),...s.map(({from:p,to:y,count:A})=>f(d(p)+.5,Math.max(1,d(y)-d(p)-1),A)),...d.ticks(8).flatMap(p=>[L(d(p),z,d(p),z+4,"axis"),D(d(p),z+18,String(p),{anchor:"middle"})]),...o===null?[]:[f(m,et,o.count),L(m-8,z,m+et+8,z,"axis"),D(m+et/2,z+18,`above ${r}`,{anchor:"middle"}),D(m+et/2,z-c(o.count)-6,`${(0,g.L)(o.count,"request")}, up to ${(0,Y.Rz)(o.to)}`,{anchor:"middle",class:"ink"})],D(M+12,z+18,"ms"),D(j+4,12,"requests")];return B(z+26,"How many requests took how long",$)}i(ue,"histogramChart");function fe(t){if(t.length===0)return null;const e=j+60,n=Math.max(...t.flatMap(({ms:r,interval:d})=>[r,d?.high??0])),a=(0,P.m4)().domain([0,n>0?n*1.1:1]).range([e,M]),o=24,s=t.flatMap(({name:r,ms:d,interval:l},c)=>{const f=4+c*o,m=f+10;return[D(e-10,m+4,r,{anchor:"end",class:"ink"}),`<rect x="${v(e)}" y="${v(f+4)}" width="${v(Math.max(2,a(d)-e))}" height="12" rx="3" class="f-stable"/>`,...l===null?[]:pe(l,m,a),D(M+12,m+4,(0,Y.Rz)(d),{class:"ink"})]});return B(8+o*t.length,"Times of the smoke test with 95 % confidence intervals",s)}i(fe,"speedChart");function pe({low:t,high:e},n,a){if(t===null&&e===null)return[];const[o,s]=[a(t===null?0:t),e===null?M:a(e)],r=i(d=>L(d,n-4,d,n+4,"line thin s-ink"),"cap");return[L(o,n,s,n,"line thin s-ink"),...t===null?[]:[r(o)],...e===null?[]:[r(s)]]}i(pe,"whisker");const he={passed:"good",failed:"bad",skipped:"sub"};function me(t){const{volatile:e,hardware:n}=t,a=(0,I.th)(t)?`, stopped in ${(0,h.duration)(e.stopMs)}`:"",o=(0,Y.DC)(t).map(([s,r])=>[u`<td>${s}</td>
      <td>${r}</td>`]);return tt("Smoke test",`${(0,I.Rn)(t)} \xB7 ${(0,h.moment)(e.startedAt)}`,u`<p class="note">
        On ${n.device==="gpu"?"GPU":"CPU"} (${n.name}), runtime ${t.runtime}; ready after
        ${(0,h.duration)(e.readyMs)}${a}.
      </p>
      ${ge(t)} ${be(t)}
      <h3>Measured</h3>
      ${U(["Figure",""],o)}${$e(t)}${ve(t)}${le(t)}${we(t)}${xe(t)}`,t.outcome!=="passed")}i(me,"smokeDetails");function ge(t){const e=(0,I.Uu)(t).map(({verdict:n,titles:a,limit:o,seen:s})=>{const r=s.map((d,l)=>l===0?d:u`<br />${(0,h.shortenDigests)(d)}`);return[u`<td class="tight strong ${he[n]}">${n}</td>
        <td>${a.map((d,l)=>l===0?d:u`<br />${d}`)}</td>
        <td class="${o===null?"none":"limit"}">${o===null?"\u2013":(0,h.shortenDigests)(o)}</td>
        <td>${r.slice(0,ot).map(d=>typeof d=="string"?(0,h.shortenDigests)(d):d)}</td>`]});return U(["Result","Check","Allowed","Seen"],e,{stacked:!0})}i(ge,"checks");function be(t){const e=(0,I.aN)(t);return e.length===0?null:u`<h3>The last that the server printed</h3>
    <pre>${e.slice(-ot).join(`
`)}</pre>
    <p class="note">All of it is in ${I.Np}, beside smoke.json.</p>`}i(be,"words");function $e(t){const e=(0,Y.ZI)(t);if(e.length===0)return null;const n=e.map(({name:a,ms:o,interval:s})=>[u`<td>${a}</td>
      <td class="number">${(0,Y.Rz)(o)}</td>
      <td class="number">${s===null?"\u2013":(0,Y.Bt)(s)}</td>`]);return u`<h3>Times</h3>
    ${U(["Time",">Measured",">95 % confidence interval"],n)}
    <figure>${fe(e)}</figure>
    <figure>${ue(t.volatile.latencyHistogram??[])}</figure>`}i($e,"times");function ve(t){const e=(0,kt.l)(t).map(({title:n,memory:a,peak:o,busy:s})=>[u`<td>${n}</td>
      <td class="number">${a}</td>
      <td class="number">${o}</td>
      <td class="number">${s}</td>`]);return e.length===0?null:u`<h3>GPUs</h3>
        ${U(["GPU",">Memory",">In use at most",">Busy at most"],e)}`}i(ve,"devices");function we(t){const{comparedWith:e}=t.volatile,n=(0,Y.HL)(t).map(([a,o,s,r])=>[u`<td>${a}</td>
      <td class="number">${o}</td>
      <td class="number">${s}</td>
      <td class="number">${r}</td>`]);return n.length===0?null:u`<h3>Compared with ${e?.title??""}</h3>
    ${U(["Figure",">Now",`>${e?.title??""}`,">Time, of that then"],n)}`}i(we,"compared");function xe({volatile:t}){const e=t.details.filter(n=>!n.startsWith(I.JY));return e.length===0?null:tt("Notes of the test","",u`<pre>${e.slice(-ot).join(`
`)}</pre>`,!1)}i(xe,"notes");function ye(t,e){const{evidence:n}=t,{validate:a,build:o,smoke:s,rollout:r}=n,{word:d,tone:l}=(0,x.CL)(n),{name:c,about:f}=(0,C.G)(t),m=(0,x.o6)(n),$=[...(0,x.tT)(n),...r===void 0?[]:(0,x.QA)(r)];return u`<section class="run" id="run-${e+1}">
    <h2>${c}${_(d,l)}</h2>
    ${f===""?null:u`<p class="sub about">${f}</p>`}
    <p class="lead">${(0,x.W0)(n)}</p>
    ${$.length===0?null:u`<ul class="reasons">
            ${$.map(p=>u`<li>${p}</li>`)}
          </ul>`}
    ${(r?.volatile.thresholdRules??[]).map(({message:p})=>u`<p class="sub about">For comparison: ${p}</p>`)}
    ${Me(t)}
    ${m.length===0?null:u`<figure>
            <figcaption><h4>${ke(t)}</h4></figcaption>
            ${Rt(m)}
          </figure>`}
    ${ee(t)}
    <h3>Details</h3>
    ${r===void 0?null:Ot(r)} ${a===void 0?null:Ut(a)}
    ${o===void 0?null:Tt(o)} ${s===void 0?null:me(s)}
    ${r===void 0?null:It(r)}
  </section>`}i(ye,"runSection");function ke({evidence:t}){const e=(0,h.duration)((0,x.sW)(t)),{rollout:n}=t;return n?.outcome==="passed"&&!(0,x._5)(n)?`From model to all traffic in ${e}`:`Where the time went: ${e}`}i(ke,"stagesTitle");function Me(t){const{validate:e,build:n,smoke:a,rollout:o}=t.evidence,s=[];if(o!==void 0&&(0,b.CR)(o)!==null){const{candidate:r}=o.volatile.totals,d=o.volatile.timeline.flatMap(({weight:l,kind:c})=>l===void 0||c==="promoted"?[]:[l]);(0,b.QW)(o)&&s.push(["from the first live request to the decision",H(t)]),s.push(["requests the candidate served as a canary",(0,g.U)(r.requests)]),s.push(["of them failed",(0,g.U)(r.errors)]),s.push(["largest share of traffic before the decision",(0,h.percent)(Math.max(0,...d))])}if(e!==void 0&&s.push(["model",(0,h.bytes)(e.model.bytes)]),n!==void 0&&s.push(["image",(0,h.bytes)(n.image.bytes)]),a!==void 0){const{passed:r,others:d}=(0,I.tl)(a);s.push([`smoke checks passed; ${d}`,r])}return s.length===0?null:u`<dl class="figures">
    ${s.map(([r,d])=>u`<div>
          <dt>${r}</dt>
          <dd>${d}</dd>
        </div>`)}
  </dl>`}i(Me,"figures");const De=new R(`<style>
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
td.tight code { white-space: nowrap; } td.strong.bad, td.strong.good { font-weight: 600; } .wide { overflow-x: auto; } table.stacked th:nth-child(2), table.stacked th:nth-child(3) { width: 22%; } .outcomes table.stacked th { width: auto; } details h3 { margin-top: 26px; }
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
@media (max-width: 640px) {
  main { padding: 20px 12px 40px; } section.run { padding: 20px 16px; } .outcomes { padding: 4px 14px; } h1 { font-size: 23px; }
  table.stacked thead, table.stacked td.none { display: none; } table.stacked tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--grid); }
  table.stacked td, .outcomes table.stacked td { display: block; padding: 2px 0; border: 0; text-align: left; white-space: normal; }
  table.stacked td.limit::before { content: "Allowed: "; color: var(--soft); } table.stacked td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  td, th { padding-right: 9px; } td.number, td.tight { white-space: normal; }
}
@media print {
  :root { color-scheme: light; --page: #fff; } body { font-size: 12px; } main { max-width: none; padding: 0; }
  section.run { border: 0; padding: 0; margin-top: 0; break-before: page; border-radius: 0; } section.run:first-of-type { break-before: auto; margin-top: 24px; } details::details-content { content-visibility: visible; height: auto; } summary { list-style: none; }
  tr { break-inside: avoid; } .chart svg { min-width: 0; } h3, summary { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>`);function Se(t){const e=je(t);return u`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${e}</title>
        ${De}
      </head>
      <body>
        <main>
          <header>
            <h1>${e}</h1>
            ${Re(t)}
          </header>
          ${E(t)} ${t.map((a,o)=>ye(a,o))}
          <footer>
            Made by ${Ce(t)} from the evidence of each
            stage.${Z(t)?" An evidence value of 40 says: if the candidate were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however often one looks.":""}
          </footer>
        </main>
      </body>
    </html> `.source}i(Se,"htmlReport");function je(t){const e=t.flatMap(({evidence:s})=>(0,x.ZL)(s))[0]?.project??"ml-deploy",n=t.map(s=>({name:(0,C.G)(s).name,word:(0,x.CL)(s.evidence).word})),[a,...o]=n;return a===void 0?`${e}: no runs`:o.length===0?`${a.name}: ${a.word}`:`${e}: ${n.map(({name:s,word:r})=>`${s} ${r}`).join(", ")}`}i(je,"headline");function Re(t){const n=t.flatMap(({evidence:s})=>(0,x.ZL)(s)).toSorted((s,r)=>Date.parse(s.volatile.startedAt)-Date.parse(r.volatile.startedAt)).at(-1),a=t.map(({evidence:s})=>s.rollout).find(s=>s!==void 0);if(n===void 0)return null;const o=[`ended ${(0,h.moment)(Ae(t)??n.volatile.endedAt)}`,n.environment===null?null:`environment ${n.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${n.volatile.host}`];return u`<p class="sub">${o.filter(s=>s!==null).join(" \xB7 ")}</p>`}i(Re,"subtitle");function Ae(t){return t.flatMap(({evidence:e})=>(0,x.u5)(e)??[]).toSorted().at(-1)}i(Ae,"endOf");function Ce(t){const e=new Set(t.flatMap(({evidence:n})=>(0,x.ZL)(n)).map(n=>n.volatile.engine));return e.size===0?"ml-deploy":[...e].join(", ")}i(Ce,"engines");var Ne=w(65488),ze=w(1919);const Le="validate.sarif";async function Ue(t,e){const n={html:(0,W.join)(t,"report.html"),markdown:(0,W.join)(t,"report.md")};return await(0,O.f)(n.html,Se(e)),await(0,O.f)(n.markdown,(0,Ne.markdownReport)(e)),n}i(Ue,"writeReports");async function We(t,e,n){const{sarifReport:a}=await Promise.all([w.e(1485),w.e(123)]).then(w.bind(w,20123)),o={...e.model,path:W.posix.join(n,e.model.path)};await(0,O.f)((0,W.join)(t,Le),a((0,ze.D)([{...e,model:o}])))}i(We,"writeSarif")})};export{Fe as id,Oe as ids,Ie as modules};
