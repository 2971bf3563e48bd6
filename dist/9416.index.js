var xe=Object.defineProperty;var i=(H,A)=>xe(H,"name",{value:A,configurable:!0});const ke=9416,Me=[9416,330,7703],De={46505:((H,A,g)=>{g.d(A,{L:i(()=>R,"L"),U:i(()=>k,"U")});function R(p,$,L=`${$}s`){return`${k(p)} ${p===1?$:L}`}i(R,"plural");function k(p){return Number.isSafeInteger(p)?String(p).replaceAll(/\B(?=(?:\d{3})+$)/g,","):p.toLocaleString("en-US")}i(k,"count")}),87703:((H,A,g)=>{g.r(A),g.d(A,{bytes:i(()=>L,"bytes"),count:i(()=>R.U,"count"),duration:i(()=>p,"duration"),moment:i(()=>B,"moment"),percent:i(()=>N,"percent"),plural:i(()=>R.L,"plural"),shortDigest:i(()=>S,"shortDigest"),shortenDigests:i(()=>W,"shortenDigests")});var R=g(46505);const k="\xA0";function p(c){if(!Number.isFinite(c)||c<0)return"unknown";if(c<1e3)return`${Math.round(c)}${k}ms`;if(c<9950)return`${(c/1e3).toFixed(1)}${k}s`;const v=Math.round(c/1e3);return v<60?`${v}${k}s`:v<3600?$(Math.floor(v/60),"min",v%60,"s"):$(Math.floor(v/3600),"h",Math.round(v%3600/60),"min")}i(p,"duration");function $(c,v,y,D){return y===0?`${c}${k}${v}`:`${c}${k}${v} ${y}${k}${D}`}i($,"join");function L(c){const v=["B","kB","MB","GB","TB"];let y=c,D=0;for(;y>=999.5&&D<v.length-1;)y/=1e3,D+=1;return`${D>0&&y<99.95?y.toFixed(1):y.toFixed(0)}${k}${v[D]??""}`}i(L,"bytes");function N(c){const v=c*100;return v===0||v>=100?`${v.toFixed(0)}${k}%`:`${Number(v.toPrecision(v>=10?3:2))}${k}%`}i(N,"percent");function S(c){return c.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}i(S,"shortDigest");function W(c){return c.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}i(W,"shortenDigests");function B(c){const v=Date.parse(c);return Number.isNaN(v)?c:`${new Date(v).toISOString().slice(0,19).replace("T"," ")} UTC`}i(B,"moment")}),1919:((H,A,g)=>{g.d(A,{D:i(()=>k,"D")});var R=g(76760);function k($,L=[]){const N=new Set($.map(({verdict:S})=>S));return L.length>0&&N.add("inconclusive"),{schema:"https://ml-deploy.dev/schema/validation-v1.json",verdict:["unsafe","inconclusive"].find(S=>N.has(S))??"clean",models:$.map(({verdict:S,contract:W=null,model:{path:B,digest:c,bytes:v}})=>({path:B,verdict:S,digest:c,bytes:v,contract:W})),files:$.flatMap(({model:S})=>S.files.map(W=>({model:S.path,...W,path:p(S,W)}))),errors:L}}i(k,"validationOf");function p({path:$,files:L},N){return L.length===1&&($===N.path||$.endsWith(`/${N.path}`))?$:$.includes("://")?`${$}/${N.path}`:R.posix.join($,N.path)}i(p,"pathFrom")}),74700:((H,A,g)=>{g.d(A,{E:i(()=>R,"E")});function R({waived:k}){return k===void 0?"":`Waived until ${k.expires} by ${k.owner}: ${k.reason}`}i(R,"waiverText")}),9416:((H,A,g)=>{g.d(A,{writeReports:i(()=>$e,"writeReports"),writeSarif:i(()=>ve,"writeSarif")});var R=g(51455),k=g(76760),p=g(87703),$=g(65102),L=g(42639),N=g(35944);class S{static{i(this,"Markup")}source;constructor(e){this.source=e}}const W={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function B(t){return(0,N.R)(t).replaceAll(/[&<>"'`]/g,e=>W[e]??"")}i(B,"escapeHtml");function c(t,...e){const n=t.map((a,o)=>a+(o<e.length?v(e[o]??null):""));return new S(n.join(""))}i(c,"html");function v(t){return t===null?"":t instanceof S?t.source:typeof t=="string"||typeof t=="number"?B(String(t)):t.map(e=>v(e)).join("")}i(v,"render");var y=g(46505),D=g(86078);const st={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function rt(t,e){const n=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${st[e]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return c`<span class="badge ${e}">${new S(n)}${t}</span>`}i(rt,"badge");function $t(t){const e=t.map((n,a)=>{const{word:o,tone:s}=(0,$.CL)(n.evidence);return c`<tr>
      <td class="name"><a href="#run-${a+1}">${(0,L.G)(n).name}</a></td>
      <td>${rt(o,s)}</td>
      <td>${(0,$.KL)(n.evidence)}</td>
      <td class="number">${it(n)}</td>
      <td class="number">${vt(n)}</td>
      <td class="number">${(0,p.duration)((0,$.sW)(n.evidence))}</td>
    </tr>`});return c`<div class="outcomes">
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
  </div>`}i($t,"outcomeTable");function it({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const e=(0,D.CR)(t);if(e===null||!(0,D.QW)(t))return"\u2013";const n=t.metrics.flatMap(({metric:o})=>{const s=(0,D.KG)(t,o);return s===null?[]:[Date.parse(s.at)]}),a=t.decision==="rollback"&&n.length>0?Math.min(...n):e.decided;return(0,p.duration)(a-e.from)}i(it,"decidedAfter");function vt({evidence:{rollout:t},clients:e}){if(t===void 0)return"\u2013";if(e===void 0)return(0,D.CR)(t)===null?"\u2013":(0,y.U)(t.volatile.totals.candidate.errors);const n=e.perSecond.filter(({revision:a})=>a!==t.stable?.name);return(0,y.U)(n.reduce((a,{failed:o})=>a+o,0))}i(vt,"harmed");var F=g(25602);const _=1e3,z=56,j=790,wt=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function dt(t,e,n,a=[]){const o=e>t?e:t+1e3,s=(0,F.m4)().domain([t,o]).range([z,j]),r=(o-t)/1e3,l=wt.find(u=>r/u<=9)??Math.ceil(r/8/86400)*86400,d=[];for(let u=Math.ceil((t-n)/1e3/l)*l;u<=(o-n)/1e3;u+=l)d.push({x:s(n+u*1e3),label:xt(u,l)});return{x:s,ticks:d,from:t,to:o,marks:a.filter(({at:u})=>u>=t&&u<=o)}}i(dt,"timeAxis");function xt(t,e){return t===0?"0":e<60?`${tt(t)} s`:e<3600?`${tt(t/60)} min`:`${tt(Number((t/3600).toFixed(1)))} h`}i(xt,"clock");function tt(t){return String(t).replace("-","\u2212")}i(tt,"minus");function x(t){return String(Math.round(t*10)/10)}i(x,"n");function C(t,e,n,a={}){const o=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,s=a.class===void 0?"":` class="${a.class}"`;return`<text x="${x(t)}" y="${x(e)}"${o}${s}>${B(n)}</text>`}i(C,"frame_text");function P(t,e,n,a,o){return`<line x1="${x(t)}" y1="${x(e)}" x2="${x(n)}" y2="${x(a)}" class="${o}"/>`}i(P,"rule");function X(t,e,n){const o=t.toSorted((r,l)=>r.y-l.y).map(r=>({...r,at:Math.max(r.y,e+4)}));for(let r=1;r<o.length;r++){const[l,d]=[o[r-1],o[r]];l!==void 0&&d!==void 0&&(d.at=Math.max(d.at,l.at+15))}let s=n-4;for(const r of o.toReversed())r.at=Math.min(r.at,s),s=r.at-15;return o.map(r=>C(j+12,r.at+4,r.text,{class:r.class})).join("")}i(X,"sideLabels");function Y(t,e,n,a){const o=n.map(({y:r,label:l})=>P(z,r,j,r,"grid")+C(z-8,r+4,l,{anchor:"end"})),s=e.ticks.map(({x:r,label:l})=>P(r,t.bottom,r,t.bottom+4,"axis")+C(r,t.bottom+18,l,{anchor:"middle"}));return[...o,...e.marks.map(({at:r})=>P(e.x(r),t.top,e.x(r),t.bottom,"event")),...yt(e,t.top-7),P(z,t.bottom,j,t.bottom,"axis"),...s,C(j+12,t.bottom+18,a)].join("")}i(Y,"frame_frame");function yt(t,e){let n=0;return t.marks.map(({at:a,label:o})=>{const s=Math.max(t.x(a)-4,n);return n=s+7*o.length+10,C(s,e,o,{class:"ink"})})}i(yt,"momentLabels");function I(t,e,n){return new S(`<div class="chart"><svg viewBox="0 0 ${_} ${x(t)}" role="img" aria-label="${B(e)}">${n.join("")}</svg></div>`)}i(I,"drawing");function et(t,e=800){if(t.length<=e)return[...t];const n=Math.ceil(t.length/e);return t.filter((a,o)=>o%n===0||o===t.length-1)}i(et,"thin");function kt(t){let e=0;const n=t.map(l=>{const d=e;return e+=l.ms,{stage:l,from:d,to:e}}),a=z+30,o=(0,F.m4)().domain([0,Math.max(e,1)]).range([a,j]),s=24,r=n.flatMap(({stage:l,from:d,to:u},f)=>{const h=4+f*s,b=Math.max(3,o(u)-o(d)),m={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[l.outcome];return[C(a-10,h+14,l.stage,{anchor:"end",class:"ink"}),P(a,h+10,j,h+10,"grid"),`<rect x="${x(o(d))}" y="${x(h+2)}" width="${x(b)}" height="16" rx="3" class="${m}"/>`,C(j+12,h+14,`${l.outcome}, ${(0,p.duration)(u-d)}`,{class:"ink"})]});return I(8+s*n.length,"Time that each stage took",r)}i(kt,"stagesChart");var Mt=g(92574),Dt=g(76281),K=g(41213);function St(t){const n=["base","dependencies","code","weights","other"].map(d=>({kind:d,size:t.filter(u=>u.kind===d).reduce((u,f)=>u+f.bytes,0)})).filter(({size:d})=>d>0),a=n.reduce((d,{size:u})=>d+u,0),o=(0,F.m4)().domain([0,Math.max(1,a)]).range([0,_]);let s=0;const r=n.map(({kind:d,size:u})=>{const f=o(s);return s+=u,{kind:d,from:f,wide:Math.max(2,o(u)-1.5),label:`${d} ${(0,p.bytes)(u)}`,at:f}});jt(r);const l=r.flatMap(({kind:d,from:u,wide:f,label:h,at:b})=>[`<rect x="${x(u)}" y="2" width="${x(f)}" height="22" rx="2" class="k-${d}"/>`,C(b,41,h,{class:"ink"})]);return I(48,"Sizes of the image by what they hold",l)}i(St,"layersChart");function jt(t){const e=i(({label:o})=>7.2*o.length+14,"room");let n=0;for(const o of t)o.at=Math.max(o.at,n),n=o.at+e(o);let a=_+14;for(const o of t.toReversed())o.at=Math.min(o.at,a-e(o)),a=o.at}i(jt,"spread");function Rt(t){if(t.length===0)return null;const e=z+60,n=Math.max(...t.flatMap(({ms:r,interval:l})=>[r,l?.high??0])),a=(0,F.m4)().domain([0,n>0?n*1.1:1]).range([e,j]),o=24,s=t.flatMap(({name:r,ms:l,interval:d},u)=>{const f=4+u*o,h=f+10;return[C(e-10,h+4,r,{anchor:"end",class:"ink"}),`<rect x="${x(e)}" y="${x(f+4)}" width="${x(Math.max(2,a(l)-e))}" height="12" rx="3" class="f-stable"/>`,...d===null?[]:At(d,h,a),C(j+12,h+4,(0,K.Rz)(l),{class:"ink"})]});return I(8+o*t.length,"Times of the smoke test with 95 % confidence intervals",s)}i(Rt,"speedChart");function At({low:t,high:e},n,a){if(t===null&&e===null)return[];const[o,s]=[a(t===null?0:t),e===null?j:a(e)],r=i(l=>P(l,n-4,l,n+4,"line thin s-ink"),"cap");return[P(o,n,s,n,"line thin s-ink"),...t===null?[]:[r(o)],...e===null?[]:[r(s)]]}i(At,"whisker");var Lt=g(74700);const nt=200;function Ct(t){const e=t.model.files.flatMap(o=>o.findings.map(s=>({file:o.path,finding:s}))),n=T(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[c`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Bt(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,p.bytes)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,p.shortDigest)(o.sha256)}</code></td>`])),a=e.length===0?c`<p class="note">Nothing was found.</p>`:T(["Severity","Rule","Where","What, and what to do"],e.map(({file:o,finding:s})=>[c`<td class="tight ${It(s)}">${s.severity}</td>
              <td class="tight long"><code>${s.rule}</code></td>
              <td>${Nt(o,s)}</td>
              <td>${s.message}<br /><span class="sub">${s.hint} ${(0,Lt.E)(s)}</span></td>`]));return Z("Validate",t.summary,c`${n}
      <h3>Findings</h3>
      ${a}${zt(t)}`,t.outcome!=="passed")}i(Ct,"validateDetails");function Nt(t,{member:e,offset:n}){const a=e===void 0?t:`${t}, member ${e}`;return n===null?a:`${a}, byte ${(0,y.U)(n)}`}i(Nt,"where");function zt({contract:t}){if(t===null)return null;const n=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:o})=>[c`<td class="tight">${o}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(s=>s??"any").join(", ")}]</td>`]);return c`<h3>Inputs and outputs (${t.source})</h3>
    ${T(["","Name","Type","Shape"],n)}`}i(zt,"contract");function Tt(t){const{image:e,volatile:n}=t,a=e.layers.map(r=>[c`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,p.bytes)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,p.shortDigest)(r.digest)}</code></td>`]),o=c`<p class="note">
    ${e.platform}, runs as user ${e.user}; built by ${n.builder} in ${(0,p.duration)(n.buildMs)}, pushed
    in ${(0,p.duration)(n.pushMs)} (${(0,p.bytes)(n.uploadedBytes)} sent). Deployed as <code>${e.reference}</code>
  </p>`,s=(0,Mt.e)(t).map(r=>c`<p class="note">${r}</p>`);return Z("Image",`${(0,p.bytes)(e.bytes)} in ${(0,y.L)(e.layers.length,"layer")}`,c`${St(e.layers)}${o}${s}${T(["Holds","What",">Size","Digest"],a)}${Ut(t.optimised)}${Ft(n.comparison)}`,t.outcome!=="passed")}i(Tt,"imageDetails");function Ut(t){if(t===void 0)return null;const e=t.steps.map(a=>[c`<td class="tight">${a.step}</td>
      <td>${a.path}</td>
      <td class="number">${(0,p.bytes)(a.bytesBefore)}</td>
      <td class="number">${a.bytesAfter===0?"left out":(0,p.bytes)(a.bytesAfter)}</td>
      <td>${a.message}</td>`]),n=t.notes.map(a=>c`<p class="note">${a}</p>`);return c`<h3>The model: ${(0,p.bytes)(t.bytesBefore)} before, ${(0,p.bytes)(t.bytesAfter)} in the image</h3>
    ${e.length===0?null:T(["Step","File",">Before",">In the image","Why"],e)}${n}`}i(Ut,"optimisation");function Ft(t){if(t===void 0)return null;const{before:e,rows:n}=(0,Dt.Q)(t),a=n.map(([o,s,r])=>[c`<td>${o}</td>
      <td>${s}</td>
      <td>${r}</td>`]);return c`<p class="note">${e}</p>
    ${T(["Output","Difference","Allowed"],a)}`}i(Ft,"details_comparison");function Pt(t){const{checks:e,volatile:n,hardware:a}=t,o={passed:"good",failed:"bad",skipped:"sub"},s=e.map(f=>[c`<td class="tight ${o[f.verdict]}">${f.verdict}</td>
      <td>${f.title}</td>
      <td>${(0,p.shortenDigests)(f.limit??"\u2013")}</td>
      <td>${(0,p.shortenDigests)(f.message)}</td>`]),r=(0,K.ZI)(t).map(({name:f,ms:h,interval:b})=>[c`<td>${f}</td>
      <td class="number">${(0,K.Rz)(h)}</td>
      <td class="number">${b===null?"\u2013":(0,K.Bt)(b)}</td>`]),l=(0,K.DC)(t).map(([f,h])=>[c`<td>${f}</td>
      <td>${h}</td>`]),d=c`<p class="note">
    On ${a.device==="gpu"?"GPU":"CPU"} (${a.name}), runtime ${t.runtime}; ready after
    ${(0,p.duration)(n.readyMs)}, stopped in ${(0,p.duration)(n.stopMs)}.
  </p>`,u=n.details.length===0?null:c`<pre>${n.details.slice(-nt).join(`
`)}</pre>`;return Z("Smoke test",t.summary,c`${d}${T(["Result","Check","Allowed","Seen"],s)}${T(["Measured",""],l)}${r.length===0?null:T(["Time",">Measured",">95 % confidence interval"],r)}${Rt((0,K.ZI)(t))}${u}`,t.outcome!=="passed")}i(Pt,"smokeDetails");function Wt(t){const{timeline:e,diagnosis:n,apiRequests:a}=t.volatile,o=(0,D.Bx)(e).map(({afterMs:r,event:l})=>[c`<td class="number">${(0,p.duration)(r)}</td>
      <td class="tight"><code>${l.kind}</code></td>
      <td>${(0,p.shortenDigests)(l.message)}</td>`]),s=n.length===0?null:c`<h3>Captured before the candidate was removed</h3>
          <pre>${n.slice(0,nt).join(`
`)}</pre>`;return Z("Events of the rollout",`${(0,y.L)(e.length,"event")}, ${(0,y.L)(a,"request")} to the API server`,c`${T([">After","Kind","What happened"],o)}${s}`,!0)}i(Wt,"eventDetails");function Et({model:t,namespace:e,provider:n,stable:a,candidate:o,strategy:s}){const l=[...a===null?[]:[{role:"stable before",facts:a}],{role:s==="first"?"first":"candidate",facts:o}].map(({role:u,facts:f})=>[c`<td class="tight">${f.name} (${u})</td>
      <td><code>Deployment/${t}-${f.name}</code>, <code>Service/${t}-${f.name}</code></td>
      <td><code>${f.image}</code></td>
      <td class="tight">
        <code title="${f.modelDigest??""}"
          >${f.modelDigest===null?"\u2013":(0,p.shortDigest)(f.modelDigest)}</code
        >
      </td>`]),d=c`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${e}; traffic is split by the provider ${n};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return Z("Objects",`model ${t} in namespace ${e}`,c`${d}${T(["Revision","Objects","Image","Model"],l)}`,!1)}i(Et,"objectDetails");function Z(t,e,n,a){return c`<details${a?new S(" open"):null}><summary>${t}<span class="sub">${(0,p.shortenDigests)(e)}</span></summary>${n}</details>`}i(Z,"section");function T(t,e){const n=t.map(r=>r.startsWith(">")?c`<th class="number">${r.slice(1)}</th>`:c`<th>${r}</th>`),a=e.slice(0,nt).map(r=>c`<tr>
        ${r}
      </tr>`),o=e.length-a.length,s=o>0?c`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,y.U)(o)} more, in the JSON evidence</td>
        </tr>`:null;return c`<table>
    <thead>
      <tr>
        ${n}
      </tr>
    </thead>
    <tbody>
      ${a}${s}
    </tbody>
  </table>`}i(T,"table");function Bt(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}i(Bt,"verdictTone");function It({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}i(It,"severityTone");var V=g(76879);function Ot(t,e,n,a){const o={top:26,bottom:174},s={stable:lt(t,"stable"),candidate:lt(t,"candidate")},r=[...s.stable,...s.candidate],l=Math.max(e.slo*1.6,...r.slice(2).map(({running:b})=>b*1.4)),d=(0,F.m4)().domain([0,Math.min(1,l)]).nice(4).range([o.bottom,o.top]).clamp(!0),u=["stable","candidate"],f=[{y:d(e.slo),text:`limit (slo): ${(0,p.percent)(e.slo)}`,class:"ink"}],h=[Y(o,n,d.ticks(4).map(b=>({y:d(b),label:(0,p.percent)(b)})),a)];for(const b of u){const m=et(s[b]),O=(0,V.n8)(w=>n.x(w.at),w=>d(w.running))(m);m.length<=200&&h.push(...m.map(w=>Gt(w,n,d,b))),h.push(`<path d="${O??""}" class="line s-${b}"/>`);const U=m.at(-1);U!==void 0&&f.push({y:d(U.running),text:`${b}: ${(0,p.percent)(U.running)} so far`,class:`f-${b} strong`})}return h.push(P(z,d(e.slo),j,d(e.slo),"line thin dashed s-ink"),X(f,o.top,o.bottom)),I(200,`Share of ${e.title} per arm, over time`,h)}i(Ot,"badEventsChart");function Gt({at:t,tick:e},n,a,o){return e===null?"":`<circle cx="${x(n.x(t))}" cy="${x(a(e))}" r="2.5" class="f-${o} faint"/>`}i(Gt,"dot");function lt(t,e){let n=0,a=0;return t.flatMap(o=>{const s=o[e];return n+=s.total,a+=s.bad,n===0?[]:[{at:Date.parse(o.at),running:a/n,tick:s.total===0?null:s.bad/s.total}]})}i(lt,"points");function Ht(t,e,n,a){const{candidate:o}=e,s={top:26,bottom:204},r=150,l=Kt(t.perSecond,o,n),d=Math.max(1,...l.map(M=>M.stable+M.candidate)),u=Math.max(1,...l.map(({failed:M})=>M)),f=(0,F.m4)().domain([0,d]).nice(3).range([r,s.top]),h=(0,F.m4)().domain([0,u]).range([0,s.bottom-r-22]),b=ot(n),m=Math.max(1,n.x(n.from+b)-n.x(n.from)-1),O=i((M,G,bt,we)=>bt-G<.05?"":`<rect x="${x(n.x(M))}" y="${x(G)}" width="${x(m)}" height="${x(bt-G)}" class="${we}"/>`,"bar"),U=r+14,w=l.flatMap(M=>[O(M.at,f(M.stable),r,"f-stable"),O(M.at,f(M.stable+M.candidate),f(M.stable),"f-candidate"),O(M.at,U,U+(M.failed===0?0:Math.max(2,h(M.failed))),"f-bad")]),E=l.some(({stable:M})=>M>0),q=[{y:s.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...E?[{y:s.top+40,text:`answered by ${e.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:U+8,text:t.totals.failed===0?"none":`${(0,y.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return I(230,"Requests of the clients over time, by the revision that answered, and failed ones",[Y(s,n,f.ticks(3).map(M=>({y:f(M),label:(0,y.U)(M)})),a),...w,C(n.x(n.from)-8,U+12,"failed",{anchor:"end",class:"f-bad strong"}),X(q,s.top,s.bottom)])}i(Ht,"clientsChart");function ot(t){const e=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(n=>n*1e3).find(n=>e/n<=240)??864e5}i(ot,"binMs");function Kt(t,e,n){const a=new Map,o=ot(n);for(const{at:s,revision:r,ok:l,failed:d}of t){const u=Date.parse(s);if(!(u>=n.from&&u<=n.to))continue;const f=n.from+Math.floor((u-n.from)/o)*o,h=a.get(f)??{at:f,stable:0,candidate:0,failed:0},b=r===e;a.set(f,{at:f,stable:h.stable+(b?0:l),candidate:h.candidate+(b?l:0),failed:h.failed+d})}return[...a.values()]}i(Kt,"bySecond");const Vt=-4,Zt=3;function Qt(t,e,n,a,o){const s=e.logRollback/Math.LN10,r=i((d,u,f)=>({label:d,class:"bad",dashed:u,points:[{at:ut(t,a),power:0},...t.map(h=>({at:Date.parse(h.at),power:f(h)/Math.LN10}))]}),"curve"),l=n===null?[]:[{at:Date.parse(n.at),power:Math.min(n.logWorse,n.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return ct("Evidence that the candidate is worse, over time, logarithmic",[r("worse than stable",!1,d=>d.logWorse),r("bad enough to matter",!0,d=>d.logAboveFloor)],{power:s,label:`roll back at ${ft(e.logRollback)}`,zone:"badzone"},l,a,o)}i(Qt,"rollbackChart");function Jt(t,e,n,a,o){const s=[];let r=null,l=ut(t,a);for(const u of t)u.weight!==r&&s.push({at:l,power:0}),r=u.weight,l=Date.parse(u.at),s.push({at:l,power:u.logGood/Math.LN10});const d=n.flatMap(({at:u,label:f})=>{const h=t.findLast(b=>Date.parse(b.at)<=u);return h===void 0?[]:[{at:Date.parse(h.at),power:h.logGood/Math.LN10,label:f,class:"good"}]});return ct("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:s}],{power:e.logPromote/Math.LN10,label:`step passes at ${ft(e.logPromote)}`,zone:"goodzone"},d,a,o)}i(Jt,"promotionChart");function ct(t,e,n,a,o,s){const r={top:26,bottom:184},l=e.flatMap(w=>w.points.map(({power:E})=>E)),d=Math.min(Math.ceil(n.power)+Zt,Math.max(Math.ceil(n.power+.3),...l.map(w=>Math.ceil(w)))),u=Math.max(Vt,Math.min(-1,...l.map(w=>Math.floor(w)))),f=(0,F.m4)().domain([u,d]).range([r.bottom,r.top]).clamp(!0),h=d-u>8?3:d-u>4?2:1,b=Array.from({length:d-u+1},(w,E)=>u+E).filter(w=>w%h===0).map(w=>({y:f(w),label:Yt(w)})),m=[{y:f(n.power),text:n.label,class:"ink"}],O=e.map(w=>{const E=et(w.points),q=E.at(-1);return q!==void 0&&m.push({y:f(q.power),text:w.label,class:`f-${w.class} strong`}),`<path d="${(0,V.n8)(G=>o.x(G.at),G=>f(G.power))(E)??""}" class="line s-${w.class}${w.dashed?" dashed":""}"/>`}),U=a.map(w=>Xt(w,o,f));return I(210,t,[`<rect x="${z}" y="${r.top}" width="${j-z}" height="${x(f(n.power)-r.top)}" class="f-${n.zone}"/>`,Y(r,o,b,s),P(z,f(n.power),j,f(n.power),"line thin dashed s-ink"),...O,...U,X(m,r.top,r.bottom)])}i(ct,"chart");function Xt(t,e,n){const a=e.x(t.at),o=a>(z+j)/2;return`<circle cx="${x(a)}" cy="${x(n(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+C(o?a+5:a-5,n(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}i(Xt,"markAt");function ut(t,e){const[n,a]=t;if(n===void 0)return e.from;const o=Date.parse(n.at);return a===void 0?o:Math.max(e.from,o-(Date.parse(a.at)-o))}i(ut,"start");function ft(t){return String(Number(Math.exp(t).toPrecision(2)))}i(ft,"value");function Yt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),e=>e==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(e)]??"").join("")}`}i(Yt,"powerOfTen");function qt(t,e,n,a){const o={top:26,bottom:144},s=(0,F.m4)().domain([0,1]).range([o.bottom,o.top]),r=[{at:n.from,weight:0},...e.weights,{at:n.to,weight:e.weights.at(-1)?.weight??0}],l=(0,V.n8)(m=>n.x(m.at),m=>s(m.weight)).curve(V.UP)(r),u=et(t.filter(m=>m.candidate.total+m.stable.total>0)).map(m=>({at:Date.parse(m.at),share:m.candidate.total/(m.candidate.total+m.stable.total)})),f=(0,V.n8)(m=>n.x(m.at),m=>s(m.share)).curve(V.lU)(u),h=u.length>120?[]:u.map(m=>`<circle cx="${x(n.x(m.at))}" cy="${x(s(m.share))}" r="2.5" class="f-candidate"/>`),b=u.at(-1);return I(170,"Share of the requests that the candidate got, over time",[Y(o,n,[0,.5,1].map(m=>({y:s(m),label:(0,p.percent)(m)})),a),`<path d="${l??""}" class="line thin s-ink"/>`,`<path d="${f??""}" class="line s-candidate"/>`,...h,X([{y:s(r.at(-1)?.weight??0),text:"intended share",class:"ink"},...b===void 0?[]:[{y:s(b.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}i(qt,"splitChart");const Q="since the first live request";function _t(t){const{rollout:e}=t.evidence;if(e===void 0)return null;const n=(0,D.CR)(e),a=t.clients===void 0?null:se(t,e,n);if(n===null)return a;const o=te(e,n),s=(0,D.A0)(e),r=e.metrics.find(({metric:d})=>d===s);if(r===void 0)return a;const l=e.metrics.filter(({metric:d})=>d!==s);return c`${a}${ee(e,n,o)}${ht(e,r,o)}${l.map(d=>ne(e,d,o))}`}i(_t,"rolloutPlots");function te(t,e){const n=Math.max(e.decided,...e.weights.map(({at:s})=>s)),a=(n-e.from)*.04,o=Math.min(n+2.5*a,Math.max(n+a,Date.parse(t.volatile.endedAt)));return dt(e.from-a,o,e.from,pt(t,e))}i(te,"liveAxis");function pt(t,e){const n=t.candidate.name;return e.weights.map(({at:a,weight:o},s)=>({at:a,label:s===0?`${n} gets ${(0,p.percent)(o)}`:o===0?"back to 0":(0,p.percent)(o)}))}i(pt,"moments");function ee(t,e,n){const a=(0,D.EN)(t,t.metrics[0]?.metric??""),s=`Traffic of the candidate: ${e.weights.map(({weight:r})=>(0,p.percent)(r)).join(", then ")}`;return J(s,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),qt(a,e,n,Q))}i(ee,"splitFigure");function ne(t,e,n){return c`<details>
    <summary>Also judged: ${e.title}<span class="sub">${mt(t,e)}</span></summary>
    ${ht(t,e,n)}
  </details>`}i(ne,"otherMetric");function ht(t,e,n){const a=(0,D.EN)(t,e.metric),o=(0,D.KG)(t,e.metric);return c`${J(re(`${e.title}: ${mt(t,e)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",Ot(a,e,n,Q))}${J(oe(e,a,o,n),`Solid line: that its odds are more than ${e.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,p.percent)(e.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Qt(a,e,o,n,Q))}${J(ae(t,e,a),`That less than ${(0,p.percent)(e.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Jt(a,e,gt(t),n,Q))}`}i(ht,"metricFigures");function mt(t,{metric:e}){const n=(0,D.EN)(t,e),a=i(o=>{const s=n.reduce((l,d)=>l+d[o].total,0),r=n.reduce((l,d)=>l+d[o].bad,0);return s===0?"no requests":`${(0,y.U)(r)} of ${(0,y.U)(s)} (${(0,p.percent)(r/s)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}i(mt,"shareSentence");function oe(t,e,n,a){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(n!==null){const r=Date.parse(n.at)-a.x.invert(a.ticks.find(({label:l})=>l==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,p.duration)(r)}`}const s=e.some(r=>Math.max(r.logWorse,r.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${s?" on both counts":""}`}i(oe,"worseTitle");function ae(t,e,n){const a=Number(Math.exp(e.logPromote).toPrecision(2)),o=gt(t).length;return o>0?`Evidence that the candidate is good enough passed ${a} at ${(0,y.L)(o,"step")}`:`Evidence that the candidate is good enough ${n.some(r=>r.logGood>=e.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}i(ae,"goodTitle");function gt(t){const e=t.volatile.timeline.flatMap(({at:n,weight:a})=>a===void 0?[]:[{at:Date.parse(n),weight:a}]);return e.flatMap(({at:n,weight:a},o)=>{const s=e[o-1];return s!==void 0&&s.weight>0&&a>s.weight?[{at:n,label:`${(0,p.percent)(s.weight)} step passes`}]:[]})}i(gt,"passedSteps");function se({clients:t},e,n){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:h})=>Date.parse(h)),o=Math.min(...a),s=dt(o,Math.max(...a)+1e3,n?.from??o,n===null?[]:pt(e,n)),{requests:r,failed:l}=t.totals,d=`What the clients saw: ${(0,y.L)(r,"request")}, ${l===0?"not one failed":`${(0,y.U)(l)} failed`}`,u=ot(s)/1e3,f=`Answers per ${u===1?"second":`${u} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return J(d,f,Ht(t,{candidate:e.candidate.name,stable:e.stable?.name??null},s,n===null?"since the rollout began":Q))}i(se,"clientsFigure");function J(t,e,n){return c`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${e}</div>
    </figcaption>
    ${n}
  </figure>`}i(J,"figure");function re(t){return t.charAt(0).toUpperCase()+t.slice(1)}i(re,"capital");function ie(t,e){const{evidence:n}=t,{validate:a,build:o,smoke:s,rollout:r}=n,{word:l,tone:d}=(0,$.CL)(n),{name:u,about:f}=(0,L.G)(t),h=(0,$.o6)(n),b=[...(0,$.tT)(n),...r===void 0?[]:(0,$.QA)(r)];return c`<section class="run" id="run-${e+1}">
    <h2>${u}${rt(l,d)}</h2>
    ${f===""?null:c`<p class="sub about">${f}</p>`}
    <p class="lead">${(0,$.W0)(n)}</p>
    ${b.length===0?null:c`<ul class="reasons">
            ${b.map(m=>c`<li>${m}</li>`)}
          </ul>`}
    ${(r?.volatile.thresholdRules??[]).map(({message:m})=>c`<p class="sub about">For comparison: ${m}</p>`)}
    ${le(t)}
    ${h.length===0?null:c`<figure>
            <figcaption><h4>${de(t)}</h4></figcaption>
            ${kt(h)}
          </figure>`}
    ${_t(t)}
    <h3>Details</h3>
    ${r===void 0?null:Wt(r)} ${a===void 0?null:Ct(a)}
    ${o===void 0?null:Tt(o)} ${s===void 0?null:Pt(s)}
    ${r===void 0?null:Et(r)}
  </section>`}i(ie,"runSection");function de({evidence:t}){const e=(0,p.duration)((0,$.sW)(t)),{rollout:n}=t;return n?.outcome==="passed"&&!(0,$._5)(n)?`From model to all traffic in ${e}`:`Where the time went: ${e}`}i(de,"stagesTitle");function le(t){const{validate:e,build:n,smoke:a,rollout:o}=t.evidence,s=[];if(o!==void 0&&(0,D.CR)(o)!==null){const{candidate:r}=o.volatile.totals,l=o.volatile.timeline.flatMap(({weight:d,kind:u})=>d===void 0||u==="promoted"?[]:[d]);(0,D.QW)(o)&&s.push(["from the first live request to the decision",it(t)]),s.push(["requests the candidate served as a canary",(0,y.U)(r.requests)]),s.push(["of them failed",(0,y.U)(r.errors)]),s.push(["largest share of traffic before the decision",(0,p.percent)(Math.max(0,...l))])}if(e!==void 0&&s.push(["model",(0,p.bytes)(e.model.bytes)]),n!==void 0&&s.push(["image",(0,p.bytes)(n.image.bytes)]),a!==void 0){const r=a.checks.filter(({verdict:d})=>d==="passed").length,l=a.checks.filter(({verdict:d})=>d!=="skipped").length;s.push(["smoke checks passed",`${r} of ${l}`])}return s.length===0?null:c`<dl class="figures">
    ${s.map(([r,l])=>c`<div>
          <dt>${r}</dt>
          <dd>${l}</dd>
        </div>`)}
  </dl>`}i(le,"figures");const ce=new S(`<style>
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
</style>`);function ue(t){const e=fe(t);return c`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${e}</title>
        ${ce}
      </head>
      <body>
        <main>
          <header>
            <h1>${e}</h1>
            ${pe(t)}
          </header>
          ${$t(t)} ${t.map((a,o)=>ie(a,o))}
          <footer>
            Made by ${he(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}i(ue,"htmlReport");function fe(t){const e=t.flatMap(({evidence:s})=>(0,$.ZL)(s))[0]?.project??"ml-deploy",n=t.map(s=>({name:(0,L.G)(s).name,word:(0,$.CL)(s.evidence).word})),[a,...o]=n;return a===void 0?`${e}: no runs`:o.length===0?`${a.name}: ${a.word}`:`${e}: ${n.map(({name:s,word:r})=>`${s} ${r}`).join(", ")}`}i(fe,"headline");function pe(t){const n=t.flatMap(({evidence:s})=>(0,$.ZL)(s))[0],a=t.map(({evidence:s})=>s.rollout).find(s=>s!==void 0);if(n===void 0)return null;const o=[(0,p.moment)(n.volatile.startedAt),n.environment===null?null:`environment ${n.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${n.volatile.host}`];return c`<p class="sub">${o.filter(s=>s!==null).join(" \xB7 ")}</p>`}i(pe,"subtitle");function he(t){const e=new Set(t.flatMap(({evidence:n})=>(0,$.ZL)(n)).map(n=>n.volatile.engine));return e.size===0?"ml-deploy":[...e].join(", ")}i(he,"engines");var me=g(63021),ge=g(1919);const be="validate.sarif";async function $e(t,e){await(0,R.mkdir)(t,{recursive:!0});const n={html:(0,k.join)(t,"report.html"),markdown:(0,k.join)(t,"report.md")};return await at(n.html,ue(e)),await at(n.markdown,(0,me.markdownReport)(e)),n}i($e,"writeReports");async function ve(t,e,n){const{sarifReport:a}=await Promise.all([g.e(1485),g.e(123)]).then(g.bind(g,20123)),o={...e.model,path:k.posix.join(n,e.model.path)};await(0,R.mkdir)(t,{recursive:!0}),await at((0,k.join)(t,be),a((0,ge.D)([{...e,model:o}])))}i(ve,"writeSarif");async function at(t,e){const n=`${t}.${process.pid}.tmp`;await(0,R.writeFile)(n,e),await(0,R.rename)(n,t)}i(at,"replace")})};export{ke as id,Me as ids,De as modules};
