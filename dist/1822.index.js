var U=Object.defineProperty;var l=(E,u)=>U(E,"name",{value:u,configurable:!0});const R=1822,W=[1822],x={81822:((E,u,r)=>{r.r(u),r.d(u,{validateMarkdown:l(()=>D,"validateMarkdown")});var d=r(46505),j=r(87703),c=r(63021),b=r(74700);const F={clean:"\u2705",unsafe:"\u26D4",inconclusive:"\u2754"},p=900*1024,$=50;function D({verdict:n,models:t,files:o,errors:e}){const m=t.reduce((s,y)=>s+y.bytes,0),f=`## ${F[n]} ${n}: ${(0,d.L)(o.length,"file")}, ${(0,j.bytes)(m)}

`,a=o.filter(s=>s.verdict!=="clean"||s.findings.length>0),i=o.filter(s=>!a.includes(s)),h=[...a,...i.slice(0,$)],g=i.length>$?`
and ${(0,d.U)(i.length-$)} more clean files
`:"",M=[...e.map(({path:s,code:y,message:B})=>`
**${(0,c.F)(s)}** could not be judged (${(0,c.F)(y)}): ${(0,c.F)(B)}
`),...a.map(O)],v=`| Verdict | File | Format | Size | Findings |
| --- | --- | --- | --- | --- |
${h.map(L).join("")}${g}`;return`${f}${P([v,...M])}
Nothing was loaded or run.
`}l(D,"validateMarkdown");function L(n){const t=n.findings.length===0?"\u2013":(0,d.U)(n.findings.length);return`| ${[`${F[n.verdict]} ${n.verdict}`,n.path,n.format,(0,j.bytes)(n.bytes),t].map(e=>(0,c.F)(e)).join(" | ")} |
`}l(L,"row");function O({path:n,findings:t}){const o=t.map(e=>{const{severity:m,rule:f,offset:a,member:i,message:h,hint:g}=e,_=`${i??""}${a===null?"":`${i===void 0?"":", "}byte ${(0,d.U)(a)}`}`;return`| ${[m,f,_===""?"\u2013":_,`${h} ${(0,b.E)(e)}`.trim(),g].map(v=>(0,c.F)(v)).join(" | ")} |
`});return`
### ${(0,c.F)(n)}

| Severity | Rule | Where | What and why | Fix |
| --- | --- | --- | --- | --- |
${o.join("")}`}l(O,"section");function P(n){let t="";for(const[o,e]of n.entries()){if(Buffer.byteLength(t)+Buffer.byteLength(e)>p)return`${t}
${(0,d.L)(n.length-o,"part")} left out: too long for a summary; --format json has everything.
`;t+=e}return t}l(P,"fit")})};export{R as id,W as ids,x as modules};
