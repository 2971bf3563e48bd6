var we=Object.defineProperty;var i=(G,L)=>we(G,"name",{value:L,configurable:!0});const ye=2572,ke=[2572,330,7703],Me={46505:((G,L,b)=>{b.d(L,{L:i(()=>j,"L"),U:i(()=>y,"U")});function j(f,$,A=`${$}s`){return`${y(f)} ${f===1?$:A}`}i(j,"plural");function y(f){return Number.isSafeInteger(f)?String(f).replaceAll(/\B(?=(?:\d{3})+$)/g,","):f.toLocaleString("en-US")}i(y,"count")}),87703:((G,L,b)=>{b.r(L),b.d(L,{bytes:i(()=>A,"bytes"),count:i(()=>j.U,"count"),duration:i(()=>f,"duration"),moment:i(()=>E,"moment"),percent:i(()=>N,"percent"),plural:i(()=>j.L,"plural"),shortDigest:i(()=>S,"shortDigest"),shortenDigests:i(()=>F,"shortenDigests")});var j=b(46505);const y="\xA0";function f(l){if(!Number.isFinite(l)||l<0)return"unknown";if(l<1e3)return`${Math.round(l)}${y}ms`;if(l<9950)return`${(l/1e3).toFixed(1)}${y}s`;const v=Math.round(l/1e3);return v<60?`${v}${y}s`:v<3600?$(Math.floor(v/60),"min",v%60,"s"):$(Math.floor(v/3600),"h",Math.round(v%3600/60),"min")}i(f,"duration");function $(l,v,w,D){return w===0?`${l}${y}${v}`:`${l}${y}${v} ${w}${y}${D}`}i($,"join");function A(l){const v=["B","kB","MB","GB","TB"];let w=l,D=0;for(;w>=999.5&&D<v.length-1;)w/=1e3,D+=1;return`${D>0&&w<99.95?w.toFixed(1):w.toFixed(0)}${y}${v[D]??""}`}i(A,"bytes");function N(l){const v=l*100;return v===0||v>=100?`${v.toFixed(0)}${y}%`:`${Number(v.toPrecision(v>=10?3:2))}${y}%`}i(N,"percent");function S(l){return l.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/,"$1$2")}i(S,"shortDigest");function F(l){return l.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,"sha256:$1\u2026")}i(F,"shortenDigests");function E(l){const v=Date.parse(l);return Number.isNaN(v)?l:`${new Date(v).toISOString().slice(0,19).replace("T"," ")} UTC`}i(E,"moment")}),1919:((G,L,b)=>{b.d(L,{D:i(()=>y,"D")});var j=b(76760);function y($,A=[]){const N=new Set($.map(({verdict:S})=>S));return A.length>0&&N.add("inconclusive"),{schema:"https://ml-deploy.dev/schema/validation-v1.json",verdict:["unsafe","inconclusive"].find(S=>N.has(S))??"clean",models:$.map(({verdict:S,contract:F=null,model:{path:E,digest:l,bytes:v}})=>({path:E,verdict:S,digest:l,bytes:v,contract:F})),files:$.flatMap(({model:S})=>S.files.map(F=>({model:S.path,...F,path:f(S,F)}))),errors:A}}i(y,"validationOf");function f({path:$,files:A},N){return A.length===1&&($===N.path||$.endsWith(`/${N.path}`))?$:$.includes("://")?`${$}/${N.path}`:j.posix.join($,N.path)}i(f,"pathFrom")}),74700:((G,L,b)=>{b.d(L,{E:i(()=>j,"E")});function j({waived:y}){return y===void 0?"":`Waived until ${y.expires} by ${y.owner}: ${y.reason}`}i(j,"waiverText")}),72572:((G,L,b)=>{b.d(L,{writeReports:i(()=>be,"writeReports"),writeSarif:i(()=>$e,"writeSarif")});var j=b(51455),y=b(76760),f=b(87703),$=b(65102),A=b(42639),N=b(35944);class S{static{i(this,"Markup")}source;constructor(e){this.source=e}}const F={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;","`":"&#96;"};function E(t){return(0,N.R)(t).replaceAll(/[&<>"'`]/g,e=>F[e]??"")}i(E,"escapeHtml");function l(t,...e){const n=t.map((a,o)=>a+(o<e.length?v(e[o]??null):""));return new S(n.join(""))}i(l,"html");function v(t){return t===null?"":t instanceof S?t.source:typeof t=="string"||typeof t=="number"?E(String(t)):t.map(e=>v(e)).join("")}i(v,"render");var w=b(46505),D=b(86078);const st={good:"M3 8.5l3.2 3.2L13 4.8",bad:"M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8",waiting:"M5.5 4v8M10.5 4v8",trouble:"M8 3v6.2M8 12.6v.2"};function rt(t,e){const n=`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${st[e]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;return l`<span class="badge ${e}">${new S(n)}${t}</span>`}i(rt,"badge");function vt(t){const e=t.map((n,a)=>{const{word:o,tone:s}=(0,$.CL)(n.evidence);return l`<tr>
      <td class="name"><a href="#run-${a+1}">${(0,A.G)(n).name}</a></td>
      <td>${rt(o,s)}</td>
      <td>${(0,$.KL)(n.evidence)}</td>
      <td class="number">${it(n)}</td>
      <td class="number">${wt(n)}</td>
      <td class="number">${(0,f.duration)((0,$.sW)(n.evidence))}</td>
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
  </div>`}i(vt,"outcomeTable");function it({evidence:{rollout:t}}){if(t===void 0)return"\u2013";const e=(0,D.CR)(t);if(e===null||!(0,D.QW)(t))return"\u2013";const n=t.metrics.flatMap(({metric:o})=>{const s=(0,D.KG)(t,o);return s===null?[]:[Date.parse(s.at)]}),a=t.decision==="rollback"&&n.length>0?Math.min(...n):e.decided;return(0,f.duration)(a-e.from)}i(it,"decidedAfter");function wt({evidence:{rollout:t},clients:e}){if(t===void 0)return"\u2013";if(e===void 0)return(0,D.CR)(t)===null?"\u2013":(0,w.U)(t.volatile.totals.candidate.errors);const n=e.perSecond.filter(({revision:a})=>a!==t.stable?.name);return(0,w.U)(n.reduce((a,{failed:o})=>a+o,0))}i(wt,"harmed");var P=b(25602);const q=1e3,C=56,R=790,xt=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,14400,43200,86400,172800];function dt(t,e,n,a=[]){const o=e>t?e:t+1e3,s=(0,P.m4)().domain([t,o]).range([C,R]),r=(o-t)/1e3,c=xt.find(u=>r/u<=9)??Math.ceil(r/8/86400)*86400,d=[];for(let u=Math.ceil((t-n)/1e3/c)*c;u<=(o-n)/1e3;u+=c)d.push({x:s(n+u*1e3),label:yt(u,c)});return{x:s,ticks:d,from:t,to:o,marks:a.filter(({at:u})=>u>=t&&u<=o)}}i(dt,"timeAxis");function yt(t,e){return t===0?"0":e<60?`${_(t)} s`:e<3600?`${_(t/60)} min`:`${_(Number((t/3600).toFixed(1)))} h`}i(yt,"clock");function _(t){return String(t).replace("-","\u2212")}i(_,"minus");function k(t){return String(Math.round(t*10)/10)}i(k,"n");function z(t,e,n,a={}){const o=a.anchor===void 0||a.anchor==="start"?"":` text-anchor="${a.anchor}"`,s=a.class===void 0?"":` class="${a.class}"`;return`<text x="${k(t)}" y="${k(e)}"${o}${s}>${E(n)}</text>`}i(z,"frame_text");function B(t,e,n,a,o){return`<line x1="${k(t)}" y1="${k(e)}" x2="${k(n)}" y2="${k(a)}" class="${o}"/>`}i(B,"rule");function J(t,e,n){const o=t.toSorted((r,c)=>r.y-c.y).map(r=>({...r,at:Math.max(r.y,e+4)}));for(let r=1;r<o.length;r++){const[c,d]=[o[r-1],o[r]];c!==void 0&&d!==void 0&&(d.at=Math.max(d.at,c.at+15))}let s=n-4;for(const r of o.toReversed())r.at=Math.min(r.at,s),s=r.at-15;return o.map(r=>z(R+12,r.at+4,r.text,{class:r.class})).join("")}i(J,"sideLabels");function X(t,e,n,a){const o=n.map(({y:r,label:c})=>B(C,r,R,r,"grid")+z(C-8,r+4,c,{anchor:"end"})),s=e.ticks.map(({x:r,label:c})=>B(r,t.bottom,r,t.bottom+4,"axis")+z(r,t.bottom+18,c,{anchor:"middle"}));return[...o,...e.marks.map(({at:r})=>B(e.x(r),t.top,e.x(r),t.bottom,"event")),...kt(e,t.top-7),B(C,t.bottom,R,t.bottom,"axis"),...s,z(R+12,t.bottom+18,a)].join("")}i(X,"frame_frame");function kt(t,e){let n=0;return t.marks.map(({at:a,label:o})=>{const s=Math.max(t.x(a)-4,n);return n=s+7*o.length+10,z(s,e,o,{class:"ink"})})}i(kt,"momentLabels");function H(t,e,n){return new S(`<div class="chart"><svg viewBox="0 0 ${q} ${k(t)}" role="img" aria-label="${E(e)}">${n.join("")}</svg></div>`)}i(H,"drawing");function tt(t,e=800){if(t.length<=e)return[...t];const n=Math.ceil(t.length/e);return t.filter((a,o)=>o%n===0||o===t.length-1)}i(tt,"thin");function Mt(t){let e=0;const n=t.map(c=>{const d=e;return e+=c.ms,{stage:c,from:d,to:e}}),a=C+30,o=(0,P.m4)().domain([0,Math.max(e,1)]).range([a,R]),s=24,r=n.flatMap(({stage:c,from:d,to:u},p)=>{const m=4+p*s,g=Math.max(3,o(u)-o(d)),h={passed:"f-good",failed:"f-bad",inconclusive:"f-waiting",held:"f-waiting",error:"f-trouble",interrupted:"f-trouble"}[c.outcome];return[z(a-10,m+14,c.stage,{anchor:"end",class:"ink"}),B(a,m+10,R,m+10,"grid"),`<rect x="${k(o(d))}" y="${k(m+2)}" width="${k(g)}" height="16" rx="3" class="${h}"/>`,z(R+12,m+14,`${c.outcome}, ${(0,f.duration)(u-d)}`,{class:"ink"})]});return H(8+s*n.length,"Time that each stage took",r)}i(Mt,"stagesChart");var Dt=b(92574),St=b(76281);function jt(t){const n=["base","dependencies","code","weights","other"].map(d=>({kind:d,size:t.filter(u=>u.kind===d).reduce((u,p)=>u+p.bytes,0)})).filter(({size:d})=>d>0),a=n.reduce((d,{size:u})=>d+u,0),o=(0,P.m4)().domain([0,Math.max(1,a)]).range([0,q]);let s=0;const r=n.map(({kind:d,size:u})=>{const p=o(s);return s+=u,{kind:d,from:p,wide:Math.max(2,o(u)-1.5),label:`${d} ${(0,f.bytes)(u)}`,at:p}});Lt(r);const c=r.flatMap(({kind:d,from:u,wide:p,label:m,at:g})=>[`<rect x="${k(u)}" y="2" width="${k(p)}" height="22" rx="2" class="k-${d}"/>`,z(g,41,m,{class:"ink"})]);return H(48,"Sizes of the image by what they hold",c)}i(jt,"layersChart");function Lt(t){const e=i(({label:o})=>7.2*o.length+14,"room");let n=0;for(const o of t)o.at=Math.max(o.at,n),n=o.at+e(o);let a=q+14;for(const o of t.toReversed())o.at=Math.min(o.at,a-e(o)),a=o.at}i(Lt,"spread");var At=b(74700);const et=200;function Rt(t){const e=t.model.files.flatMap(o=>o.findings.map(s=>({file:o.path,finding:s}))),n=U(["File","Format","Verdict","Size","SHA-256"],t.model.files.map(o=>[l`<td>${o.path}</td>
        <td class="tight">${o.format}</td>
        <td class="tight ${Et(o.verdict)}">${o.verdict}</td>
        <td class="tight">${(0,f.bytes)(o.bytes)}</td>
        <td class="tight"><code title="${o.sha256}">${(0,f.shortDigest)(o.sha256)}</code></td>`])),a=e.length===0?l`<p class="note">Nothing was found.</p>`:U(["Severity","Rule","Where","What, and what to do"],e.map(({file:o,finding:s})=>[l`<td class="tight ${Bt(s)}">${s.severity}</td>
              <td class="tight long"><code>${s.rule}</code></td>
              <td>${Nt(o,s)}</td>
              <td>${s.message}<br /><span class="sub">${s.hint} ${(0,At.E)(s)}</span></td>`]));return V("Validate",t.summary,l`${n}
      <h3>Findings</h3>
      ${a}${Ct(t)}`,t.outcome!=="passed")}i(Rt,"validateDetails");function Nt(t,{member:e,offset:n}){const a=e===void 0?t:`${t}, member ${e}`;return n===null?a:`${a}, byte ${(0,w.U)(n)}`}i(Nt,"where");function Ct({contract:t}){if(t===null)return null;const n=[...t.inputs.map(a=>({spec:a,way:"input"})),...t.outputs.map(a=>({spec:a,way:"output"}))].map(({spec:a,way:o})=>[l`<td class="tight">${o}</td>
      <td>${a.name}</td>
      <td class="tight">${a.dtype}</td>
      <td class="tight">[${a.shape.map(s=>s??"any").join(", ")}]</td>`]);return l`<h3>Inputs and outputs (${t.source})</h3>
    ${U(["","Name","Type","Shape"],n)}`}i(Ct,"contract");function zt(t){const{image:e,volatile:n}=t,a=e.layers.map(r=>[l`<td class="tight"><span class="swatch k-${r.kind}"></span>${r.kind}</td>
      <td>${r.title}</td>
      <td class="number">${(0,f.bytes)(r.bytes)}</td>
      <td class="tight"><code title="${r.digest}">${(0,f.shortDigest)(r.digest)}</code></td>`]),o=l`<p class="note">
    ${e.platform}, runs as user ${e.user}; built by ${n.builder} in ${(0,f.duration)(n.buildMs)}, pushed
    in ${(0,f.duration)(n.pushMs)} (${(0,f.bytes)(n.uploadedBytes)} sent). Deployed as <code>${e.reference}</code>
  </p>`,s=(0,Dt.e)(t).map(r=>l`<p class="note">${r}</p>`);return V("Image",`${(0,f.bytes)(e.bytes)} in ${(0,w.L)(e.layers.length,"layer")}`,l`${jt(e.layers)}${o}${s}${U(["Holds","What",">Size","Digest"],a)}${Tt(t.optimised)}${Ut(n.comparison)}`,t.outcome!=="passed")}i(zt,"imageDetails");function Tt(t){if(t===void 0)return null;const e=t.steps.map(a=>[l`<td class="tight">${a.step}</td>
      <td>${a.path}</td>
      <td class="number">${(0,f.bytes)(a.bytesBefore)}</td>
      <td class="number">${a.bytesAfter===0?"left out":(0,f.bytes)(a.bytesAfter)}</td>
      <td>${a.message}</td>`]),n=t.notes.map(a=>l`<p class="note">${a}</p>`);return l`<h3>The model: ${(0,f.bytes)(t.bytesBefore)} before, ${(0,f.bytes)(t.bytesAfter)} in the image</h3>
    ${e.length===0?null:U(["Step","File",">Before",">In the image","Why"],e)}${n}`}i(Tt,"optimisation");function Ut(t){if(t===void 0)return null;const{before:e,rows:n}=(0,St.Q)(t),a=n.map(([o,s,r])=>[l`<td>${o}</td>
      <td>${s}</td>
      <td>${r}</td>`]);return l`<p class="note">${e}</p>
    ${U(["Output","Difference","Allowed"],a)}`}i(Ut,"details_comparison");function Ft(t){const{checks:e,volatile:n,hardware:a}=t,o={passed:"good",failed:"bad",skipped:"sub"},s=e.map(g=>[l`<td class="tight ${o[g.verdict]}">${g.verdict}</td>
      <td>${g.title}</td>
      <td>${(0,f.shortenDigests)(g.limit??"\u2013")}</td>
      <td>${(0,f.shortenDigests)(g.message)}</td>`]),{latencyMs:r,firstTokenMs:c}=n,d=r===null?null:l` Latency of ${(0,w.L)(r.count,"request")}: ${lt(r)}.`,u=c===void 0?null:l` First token of ${(0,w.L)(c.count,"streamed answer")}: ${lt(c)}.`,p=l`<p class="note">
    On ${a.device==="gpu"?"GPU":"CPU"} (${a.name}), runtime ${t.runtime}; ready after
    ${(0,f.duration)(n.readyMs)}, stopped in ${(0,f.duration)(n.stopMs)}.${d}${u}
  </p>`,m=n.details.length===0?null:l`<pre>${n.details.slice(-et).join(`
`)}</pre>`;return V("Smoke test",t.summary,l`${p}${U(["Result","Check","Allowed","Seen"],s)}${m}`,t.outcome!=="passed")}i(Ft,"smokeDetails");function lt({p50:t,p95:e,p99:n}){return`half within ${nt(t)}, 95 % within ${nt(e)}, 99 % within ${nt(n)}`}i(lt,"quantilesText");function nt(t){return`${Number(t.toPrecision(3))} ms`}i(nt,"ms");function Pt(t){const{timeline:e,diagnosis:n,apiRequests:a}=t.volatile,o=(0,D.Bx)(e).map(({afterMs:r,event:c})=>[l`<td class="number">${(0,f.duration)(r)}</td>
      <td class="tight"><code>${c.kind}</code></td>
      <td>${(0,f.shortenDigests)(c.message)}</td>`]),s=n.length===0?null:l`<h3>Captured before the candidate was removed</h3>
          <pre>${n.slice(0,et).join(`
`)}</pre>`;return V("Events of the rollout",`${(0,w.L)(e.length,"event")}, ${(0,w.L)(a,"request")} to the API server`,l`${U([">After","Kind","What happened"],o)}${s}`,!0)}i(Pt,"eventDetails");function Wt({model:t,namespace:e,provider:n,stable:a,candidate:o,strategy:s}){const c=[...a===null?[]:[{role:"stable before",facts:a}],{role:s==="first"?"first":"candidate",facts:o}].map(({role:u,facts:p})=>[l`<td class="tight">${p.name} (${u})</td>
      <td><code>Deployment/${t}-${p.name}</code>, <code>Service/${t}-${p.name}</code></td>
      <td><code>${p.image}</code></td>
      <td class="tight">
        <code title="${p.modelDigest??""}"
          >${p.modelDigest===null?"\u2013":(0,f.shortDigest)(p.modelDigest)}</code
        >
      </td>`]),d=l`<p class="note">
    Clients use <code>Service/${t}</code> in namespace ${e}; traffic is split by the provider ${n};
    state is kept in <code>ConfigMap/mldeploy-${t}</code>.
  </p>`;return V("Objects",`model ${t} in namespace ${e}`,l`${d}${U(["Revision","Objects","Image","Model"],c)}`,!1)}i(Wt,"objectDetails");function V(t,e,n,a){return l`<details${a?new S(" open"):null}><summary>${t}<span class="sub">${(0,f.shortenDigests)(e)}</span></summary>${n}</details>`}i(V,"section");function U(t,e){const n=t.map(r=>r.startsWith(">")?l`<th class="number">${r.slice(1)}</th>`:l`<th>${r}</th>`),a=e.slice(0,et).map(r=>l`<tr>
        ${r}
      </tr>`),o=e.length-a.length,s=o>0?l`<tr>
          <td colspan="${t.length}" class="sub">and ${(0,w.U)(o)} more, in the JSON evidence</td>
        </tr>`:null;return l`<table>
    <thead>
      <tr>
        ${n}
      </tr>
    </thead>
    <tbody>
      ${a}${s}
    </tbody>
  </table>`}i(U,"table");function Et(t){return t==="clean"?"good":t==="unsafe"?"bad":"waiting"}i(Et,"verdictTone");function Bt({severity:t}){return t==="critical"||t==="high"?"bad":t==="info"?"sub":"waiting"}i(Bt,"severityTone");var K=b(76879);function It(t,e,n,a){const o={top:26,bottom:174},s={stable:ct(t,"stable"),candidate:ct(t,"candidate")},r=[...s.stable,...s.candidate],c=Math.max(e.slo*1.6,...r.slice(2).map(({running:g})=>g*1.4)),d=(0,P.m4)().domain([0,Math.min(1,c)]).nice(4).range([o.bottom,o.top]).clamp(!0),u=["stable","candidate"],p=[{y:d(e.slo),text:`limit (slo): ${(0,f.percent)(e.slo)}`,class:"ink"}],m=[X(o,n,d.ticks(4).map(g=>({y:d(g),label:(0,f.percent)(g)})),a)];for(const g of u){const h=tt(s[g]),I=(0,K.n8)(x=>n.x(x.at),x=>d(x.running))(h);h.length<=200&&m.push(...h.map(x=>Ot(x,n,d,g))),m.push(`<path d="${I??""}" class="line s-${g}"/>`);const T=h.at(-1);T!==void 0&&p.push({y:d(T.running),text:`${g}: ${(0,f.percent)(T.running)} so far`,class:`f-${g} strong`})}return m.push(B(C,d(e.slo),R,d(e.slo),"line thin dashed s-ink"),J(p,o.top,o.bottom)),H(200,`Share of ${e.title} per arm, over time`,m)}i(It,"badEventsChart");function Ot({at:t,tick:e},n,a,o){return e===null?"":`<circle cx="${k(n.x(t))}" cy="${k(a(e))}" r="2.5" class="f-${o} faint"/>`}i(Ot,"dot");function ct(t,e){let n=0,a=0;return t.flatMap(o=>{const s=o[e];return n+=s.total,a+=s.bad,n===0?[]:[{at:Date.parse(o.at),running:a/n,tick:s.total===0?null:s.bad/s.total}]})}i(ct,"points");function Gt(t,e,n,a){const{candidate:o}=e,s={top:26,bottom:204},r=150,c=Ht(t.perSecond,o,n),d=Math.max(1,...c.map(M=>M.stable+M.candidate)),u=Math.max(1,...c.map(({failed:M})=>M)),p=(0,P.m4)().domain([0,d]).nice(3).range([r,s.top]),m=(0,P.m4)().domain([0,u]).range([0,s.bottom-r-22]),g=ot(n),h=Math.max(1,n.x(n.from+g)-n.x(n.from)-1),I=i((M,O,$t,ve)=>$t-O<.05?"":`<rect x="${k(n.x(M))}" y="${k(O)}" width="${k(h)}" height="${k($t-O)}" class="${ve}"/>`,"bar"),T=r+14,x=c.flatMap(M=>[I(M.at,p(M.stable),r,"f-stable"),I(M.at,p(M.stable+M.candidate),p(M.stable),"f-candidate"),I(M.at,T,T+(M.failed===0?0:Math.max(2,m(M.failed))),"f-bad")]),W=c.some(({stable:M})=>M>0),Y=[{y:s.top+12,text:`answered by ${o}`,class:"f-candidate strong"},...W?[{y:s.top+40,text:`answered by ${e.stable??"another revision"}`,class:"f-stable strong"}]:[],{y:T+8,text:t.totals.failed===0?"none":`${(0,w.U)(t.totals.failed)} in all`,class:"f-bad strong"}];return H(230,"Requests of the clients over time, by the revision that answered, and failed ones",[X(s,n,p.ticks(3).map(M=>({y:p(M),label:(0,w.U)(M)})),a),...x,z(n.x(n.from)-8,T+12,"failed",{anchor:"end",class:"f-bad strong"}),J(Y,s.top,s.bottom)])}i(Gt,"clientsChart");function ot(t){const e=t.to-t.from;return[1,2,5,10,30,60,300,600,3600].map(n=>n*1e3).find(n=>e/n<=240)??864e5}i(ot,"binMs");function Ht(t,e,n){const a=new Map,o=ot(n);for(const{at:s,revision:r,ok:c,failed:d}of t){const u=Date.parse(s);if(!(u>=n.from&&u<=n.to))continue;const p=n.from+Math.floor((u-n.from)/o)*o,m=a.get(p)??{at:p,stable:0,candidate:0,failed:0},g=r===e;a.set(p,{at:p,stable:m.stable+(g?0:c),candidate:m.candidate+(g?c:0),failed:m.failed+d})}return[...a.values()]}i(Ht,"bySecond");const Kt=-4,Vt=3;function Qt(t,e,n,a,o){const s=e.logRollback/Math.LN10,r=i((d,u,p)=>({label:d,class:"bad",dashed:u,points:[{at:ft(t,a),power:0},...t.map(m=>({at:Date.parse(m.at),power:p(m)/Math.LN10}))]}),"curve"),c=n===null?[]:[{at:Date.parse(n.at),power:Math.min(n.logWorse,n.logAboveFloor)/Math.LN10,label:"rolled back here",class:"bad"}];return ut("Evidence that the candidate is worse, over time, logarithmic",[r("worse than stable",!1,d=>d.logWorse),r("bad enough to matter",!0,d=>d.logAboveFloor)],{power:s,label:`roll back at ${pt(e.logRollback)}`,zone:"badzone"},c,a,o)}i(Qt,"rollbackChart");function Zt(t,e,n,a,o){const s=[];let r=null,c=ft(t,a);for(const u of t)u.weight!==r&&s.push({at:c,power:0}),r=u.weight,c=Date.parse(u.at),s.push({at:c,power:u.logGood/Math.LN10});const d=n.flatMap(({at:u,label:p})=>{const m=t.findLast(g=>Date.parse(g.at)<=u);return m===void 0?[]:[{at:Date.parse(m.at),power:m.logGood/Math.LN10,label:p,class:"good"}]});return ut("Evidence that the candidate is good enough, over time, logarithmic",[{label:"good enough",class:"good",dashed:!1,points:s}],{power:e.logPromote/Math.LN10,label:`step passes at ${pt(e.logPromote)}`,zone:"goodzone"},d,a,o)}i(Zt,"promotionChart");function ut(t,e,n,a,o,s){const r={top:26,bottom:184},c=e.flatMap(x=>x.points.map(({power:W})=>W)),d=Math.min(Math.ceil(n.power)+Vt,Math.max(Math.ceil(n.power+.3),...c.map(x=>Math.ceil(x)))),u=Math.max(Kt,Math.min(-1,...c.map(x=>Math.floor(x)))),p=(0,P.m4)().domain([u,d]).range([r.bottom,r.top]).clamp(!0),m=d-u>8?3:d-u>4?2:1,g=Array.from({length:d-u+1},(x,W)=>u+W).filter(x=>x%m===0).map(x=>({y:p(x),label:Xt(x)})),h=[{y:p(n.power),text:n.label,class:"ink"}],I=e.map(x=>{const W=tt(x.points),Y=W.at(-1);return Y!==void 0&&h.push({y:p(Y.power),text:x.label,class:`f-${x.class} strong`}),`<path d="${(0,K.n8)(O=>o.x(O.at),O=>p(O.power))(W)??""}" class="line s-${x.class}${x.dashed?" dashed":""}"/>`}),T=a.map(x=>Jt(x,o,p));return H(210,t,[`<rect x="${C}" y="${r.top}" width="${R-C}" height="${k(p(n.power)-r.top)}" class="f-${n.zone}"/>`,X(r,o,g,s),B(C,p(n.power),R,p(n.power),"line thin dashed s-ink"),...I,...T,J(h,r.top,r.bottom)])}i(ut,"chart");function Jt(t,e,n){const a=e.x(t.at),o=a>(C+R)/2;return`<circle cx="${k(a)}" cy="${k(n(t.power))}" r="5.5" class="f-${t.class} s-card" stroke-width="2"/>`+z(o?a+5:a-5,n(t.power)-11,t.label,{anchor:o?"end":"start",class:`f-${t.class} strong halo`})}i(Jt,"markAt");function ft(t,e){const[n,a]=t;if(n===void 0)return e.from;const o=Date.parse(n.at);return a===void 0?o:Math.max(e.from,o-(Date.parse(a.at)-o))}i(ft,"start");function pt(t){return String(Number(Math.exp(t).toPrecision(2)))}i(pt,"value");function Xt(t){return t>=-3&&t<=3?String(Number((10**t).toPrecision(1))):`10${Array.from(String(t),e=>e==="-"?"\u207B":"\u2070\xB9\xB2\xB3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(e)]??"").join("")}`}i(Xt,"powerOfTen");function Yt(t,e,n,a){const o={top:26,bottom:144},s=(0,P.m4)().domain([0,1]).range([o.bottom,o.top]),r=[{at:n.from,weight:0},...e.weights,{at:n.to,weight:e.weights.at(-1)?.weight??0}],c=(0,K.n8)(h=>n.x(h.at),h=>s(h.weight)).curve(K.UP)(r),u=tt(t.filter(h=>h.candidate.total+h.stable.total>0)).map(h=>({at:Date.parse(h.at),share:h.candidate.total/(h.candidate.total+h.stable.total)})),p=(0,K.n8)(h=>n.x(h.at),h=>s(h.share)).curve(K.lU)(u),m=u.length>120?[]:u.map(h=>`<circle cx="${k(n.x(h.at))}" cy="${k(s(h.share))}" r="2.5" class="f-candidate"/>`),g=u.at(-1);return H(170,"Share of the requests that the candidate got, over time",[X(o,n,[0,.5,1].map(h=>({y:s(h),label:(0,f.percent)(h)})),a),`<path d="${c??""}" class="line thin s-ink"/>`,`<path d="${p??""}" class="line s-candidate"/>`,...m,J([{y:s(r.at(-1)?.weight??0),text:"intended share",class:"ink"},...g===void 0?[]:[{y:s(g.share),text:"seen share of requests",class:"f-candidate strong"}]],o.top,o.bottom)])}i(Yt,"splitChart");const Q="since the first live request";function qt(t){const{rollout:e}=t.evidence;if(e===void 0)return null;const n=(0,D.CR)(e),a=t.clients===void 0?null:ae(t,e,n);if(n===null)return a;const o=_t(e,n),s=(0,D.A0)(e),r=e.metrics.find(({metric:d})=>d===s);if(r===void 0)return a;const c=e.metrics.filter(({metric:d})=>d!==s);return l`${a}${te(e,n,o)}${mt(e,r,o)}${c.map(d=>ee(e,d,o))}`}i(qt,"rolloutPlots");function _t(t,e){const n=Math.max(e.decided,...e.weights.map(({at:s})=>s)),a=(n-e.from)*.04,o=Math.min(n+2.5*a,Math.max(n+a,Date.parse(t.volatile.endedAt)));return dt(e.from-a,o,e.from,ht(t,e))}i(_t,"liveAxis");function ht(t,e){const n=t.candidate.name;return e.weights.map(({at:a,weight:o},s)=>({at:a,label:s===0?`${n} gets ${(0,f.percent)(o)}`:o===0?"back to 0":(0,f.percent)(o)}))}i(ht,"moments");function te(t,e,n){const a=(0,D.EN)(t,t.metrics[0]?.metric??""),s=`Traffic of the candidate: ${e.weights.map(({weight:r})=>(0,f.percent)(r)).join(", then ")}`;return Z(s,["Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.",...t.provider==="replicas"?["New connections are shared out; kept-alive ones stay where they are."]:[]].join(" "),Yt(a,e,n,Q))}i(te,"splitFigure");function ee(t,e,n){return l`<details>
    <summary>Also judged: ${e.title}<span class="sub">${gt(t,e)}</span></summary>
    ${mt(t,e,n)}
  </details>`}i(ee,"otherMetric");function mt(t,e,n){const a=(0,D.EN)(t,e.metric),o=(0,D.KG)(t,e.metric);return l`${Z(se(`${e.title}: ${gt(t,e)}`),"Lines: share of all requests so far. Pale dots: share in each tick.",It(a,e,n,Q))}${Z(ne(e,a,o,n),`Solid line: that its odds are more than ${e.margin} times stable\u2019s, over the same seconds. Dashed line: that more than ${(0,f.percent)(e.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,Qt(a,e,o,n,Q))}${Z(oe(t,e,a),`That less than ${(0,f.percent)(e.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,Zt(a,e,bt(t),n,Q))}`}i(mt,"metricFigures");function gt(t,{metric:e}){const n=(0,D.EN)(t,e),a=i(o=>{const s=n.reduce((c,d)=>c+d[o].total,0),r=n.reduce((c,d)=>c+d[o].bad,0);return s===0?"no requests":`${(0,w.U)(r)} of ${(0,w.U)(s)} (${(0,f.percent)(r/s)})`},"sum");return`candidate ${a("candidate")}, stable ${a("stable")}`}i(gt,"shareSentence");function ne(t,e,n,a){const o=Number(Math.exp(t.logRollback).toPrecision(2));if(n!==null){const r=Date.parse(n.at)-a.x.invert(a.ticks.find(({label:c})=>c==="0")?.x??0);return`Evidence that the candidate is worse passed ${o} after ${(0,f.duration)(r)}`}const s=e.some(r=>Math.max(r.logWorse,r.logAboveFloor)>=t.logRollback);return`Evidence that the candidate is worse never reached ${o}${s?" on both counts":""}`}i(ne,"worseTitle");function oe(t,e,n){const a=Number(Math.exp(e.logPromote).toPrecision(2)),o=bt(t).length;return o>0?`Evidence that the candidate is good enough passed ${a} at ${(0,w.L)(o,"step")}`:`Evidence that the candidate is good enough ${n.some(r=>r.logGood>=e.logPromote)?"was not sufficient for a step":`never reached ${a}`}`}i(oe,"goodTitle");function bt(t){const e=t.volatile.timeline.flatMap(({at:n,weight:a})=>a===void 0?[]:[{at:Date.parse(n),weight:a}]);return e.flatMap(({at:n,weight:a},o)=>{const s=e[o-1];return s!==void 0&&s.weight>0&&a>s.weight?[{at:n,label:`${(0,f.percent)(s.weight)} step passes`}]:[]})}i(bt,"passedSteps");function ae({clients:t},e,n){if(t===void 0||t.perSecond.length===0)return null;const a=t.perSecond.map(({at:m})=>Date.parse(m)),o=Math.min(...a),s=dt(o,Math.max(...a)+1e3,n?.from??o,n===null?[]:ht(e,n)),{requests:r,failed:c}=t.totals,d=`What the clients saw: ${(0,w.L)(r,"request")}, ${c===0?"not one failed":`${(0,w.U)(c)} failed`}`,u=ot(s)/1e3,p=`Answers per ${u===1?"second":`${u} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;return Z(d,p,Gt(t,{candidate:e.candidate.name,stable:e.stable?.name??null},s,n===null?"since the rollout began":Q))}i(ae,"clientsFigure");function Z(t,e,n){return l`<figure>
    <figcaption>
      <h4>${t}</h4>
      <div class="note">${e}</div>
    </figcaption>
    ${n}
  </figure>`}i(Z,"figure");function se(t){return t.charAt(0).toUpperCase()+t.slice(1)}i(se,"capital");function re(t,e){const{evidence:n}=t,{validate:a,build:o,smoke:s,rollout:r}=n,{word:c,tone:d}=(0,$.CL)(n),{name:u,about:p}=(0,A.G)(t),m=(0,$.o6)(n),g=[...(0,$.tT)(n),...r===void 0?[]:(0,$.QA)(r)];return l`<section class="run" id="run-${e+1}">
    <h2>${u}${rt(c,d)}</h2>
    ${p===""?null:l`<p class="sub about">${p}</p>`}
    <p class="lead">${(0,$.W0)(n)}</p>
    ${g.length===0?null:l`<ul class="reasons">
            ${g.map(h=>l`<li>${h}</li>`)}
          </ul>`}
    ${(r?.volatile.thresholdRules??[]).map(({message:h})=>l`<p class="sub about">For comparison: ${h}</p>`)}
    ${de(t)}
    ${m.length===0?null:l`<figure>
            <figcaption><h4>${ie(t)}</h4></figcaption>
            ${Mt(m)}
          </figure>`}
    ${qt(t)}
    <h3>Details</h3>
    ${r===void 0?null:Pt(r)} ${a===void 0?null:Rt(a)}
    ${o===void 0?null:zt(o)} ${s===void 0?null:Ft(s)}
    ${r===void 0?null:Wt(r)}
  </section>`}i(re,"runSection");function ie({evidence:t}){const e=(0,f.duration)((0,$.sW)(t)),{rollout:n}=t;return n?.outcome==="passed"&&!(0,$._5)(n)?`From model to all traffic in ${e}`:`Where the time went: ${e}`}i(ie,"stagesTitle");function de(t){const{validate:e,build:n,smoke:a,rollout:o}=t.evidence,s=[];if(o!==void 0&&(0,D.CR)(o)!==null){const{candidate:r}=o.volatile.totals,c=o.volatile.timeline.flatMap(({weight:d,kind:u})=>d===void 0||u==="promoted"?[]:[d]);(0,D.QW)(o)&&s.push(["from the first live request to the decision",it(t)]),s.push(["requests the candidate served as a canary",(0,w.U)(r.requests)]),s.push(["of them failed",(0,w.U)(r.errors)]),s.push(["largest share of traffic before the decision",(0,f.percent)(Math.max(0,...c))])}if(e!==void 0&&s.push(["model",(0,f.bytes)(e.model.bytes)]),n!==void 0&&s.push(["image",(0,f.bytes)(n.image.bytes)]),a!==void 0){const r=a.checks.filter(({verdict:d})=>d==="passed").length,c=a.checks.filter(({verdict:d})=>d!=="skipped").length;s.push(["smoke checks passed",`${r} of ${c}`])}return s.length===0?null:l`<dl class="figures">
    ${s.map(([r,c])=>l`<div>
          <dt>${r}</dt>
          <dd>${c}</dd>
        </div>`)}
  </dl>`}i(de,"figures");const le=new S(`<style>
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
</style>`);function ce(t){const e=ue(t);return l`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${e}</title>
        ${le}
      </head>
      <body>
        <main>
          <header>
            <h1>${e}</h1>
            ${fe(t)}
          </header>
          ${vt(t)} ${t.map((a,o)=>re(a,o))}
          <footer>
            Made by ${pe(t)} from the evidence of each stage. An evidence value of 40 says: if the candidate
            were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however
            often one looks.
          </footer>
        </main>
      </body>
    </html> `.source}i(ce,"htmlReport");function ue(t){const e=t.flatMap(({evidence:s})=>(0,$.ZL)(s))[0]?.project??"ml-deploy",n=t.map(s=>({name:(0,A.G)(s).name,word:(0,$.CL)(s.evidence).word})),[a,...o]=n;return a===void 0?`${e}: no runs`:o.length===0?`${a.name}: ${a.word}`:`${e}: ${n.map(({name:s,word:r})=>`${s} ${r}`).join(", ")}`}i(ue,"headline");function fe(t){const n=t.flatMap(({evidence:s})=>(0,$.ZL)(s))[0],a=t.map(({evidence:s})=>s.rollout).find(s=>s!==void 0);if(n===void 0)return null;const o=[(0,f.moment)(n.volatile.startedAt),n.environment===null?null:`environment ${n.environment}`,a===void 0?null:`namespace ${a.namespace}`,a===void 0?null:`traffic split by ${a.provider}`,`run on ${n.volatile.host}`];return l`<p class="sub">${o.filter(s=>s!==null).join(" \xB7 ")}</p>`}i(fe,"subtitle");function pe(t){const e=new Set(t.flatMap(({evidence:n})=>(0,$.ZL)(n)).map(n=>n.volatile.engine));return e.size===0?"ml-deploy":[...e].join(", ")}i(pe,"engines");var he=b(63021),me=b(1919);const ge="validate.sarif";async function be(t,e){await(0,j.mkdir)(t,{recursive:!0});const n={html:(0,y.join)(t,"report.html"),markdown:(0,y.join)(t,"report.md")};return await at(n.html,ce(e)),await at(n.markdown,(0,he.markdownReport)(e)),n}i(be,"writeReports");async function $e(t,e,n){const{sarifReport:a}=await Promise.all([b.e(1375),b.e(123)]).then(b.bind(b,20123)),o={...e.model,path:y.posix.join(n,e.model.path)};await(0,j.mkdir)(t,{recursive:!0}),await at((0,y.join)(t,ge),a((0,me.D)([{...e,model:o}])))}i($e,"writeSarif");async function at(t,e){const n=`${t}.${process.pid}.tmp`;await(0,j.writeFile)(n,e),await(0,j.rename)(n,t)}i(at,"replace")})};export{ye as id,ke as ids,Me as modules};
