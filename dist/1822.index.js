var R=Object.defineProperty;var t=(h,i)=>R(h,"name",{value:i,configurable:!0});const L=1822,U=[1822],W={89878:((h,i,o)=>{o.d(i,{FV:t(()=>m,"FV"),TM:t(()=>E,"TM"),ZB:t(()=>e,"ZB"),tp:t(()=>u,"tp")});var c=o(46505),g=o(35944);const e=100;function m(r){return(0,g.R)(r,!0).replaceAll(/[&<>`*_{}[\]#|~@\\$]/g,l=>`&#${l.codePointAt(0)??0};`).replaceAll(/:(?=\/\/)/g,"&#58;").replaceAll(/\bwww\./gi,l=>`${l.slice(0,3)}&#46;`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/,(l,f,d)=>`${f}${d.slice(0,-1)}&#${d.codePointAt(d.length-1)??0};`)}t(m,"escapeMarkdown");function E(r,l){return`<details><summary>${m(r)}</summary>

${l}
</details>
`}t(E,"folded");function u(r,l){const f=t(n=>`| ${n.map(s=>m(s)).join(" | ")} |
`,"line"),d=l.length-e,M=d>0?`
and ${(0,c.U)(d)} more, in the JSON evidence
`:"";return f(r)+f(r.map(()=>"---"))+l.slice(0,e).map(f).join("")+M}t(u,"table")}),81822:((h,i,o)=>{o.r(i),o.d(i,{validateMarkdown:t(()=>l,"validateMarkdown")});var c=o(46505),g=o(87703),e=o(89878),m=o(74700);const E={clean:"\u2705",unsafe:"\u26D4",inconclusive:"\u2754"},u=900*1024,r=50;function l({verdict:n,models:s,files:_,errors:a}){const y=s.reduce(($,w)=>$+w.bytes,0),A=`## ${E[n]} ${n}: ${(0,c.L)(_.length,"file")}, ${(0,g.bytes)(y)}

`,p=_.filter($=>$.verdict!=="clean"||$.findings.length>0),v=_.filter($=>!p.includes($)),P=[...p,...v.slice(0,r)],b=v.length>r?`
and ${(0,c.U)(v.length-r)} more clean files
`:"",D=[...a.map(({path:$,code:w,message:F})=>`
**${(0,e.FV)($)}** could not be judged (${(0,e.FV)(w)}): ${(0,e.FV)(F)}
`),...p.map(d)],O=`| Verdict | File | Format | Size | Findings |
| --- | --- | --- | --- | --- |
${P.map(f).join("")}${b}`;return`${A}${M([O,...D])}
Nothing was loaded or run.
`}t(l,"validateMarkdown");function f(n){const s=n.findings.length===0?"\u2013":(0,c.U)(n.findings.length);return`| ${[`${E[n.verdict]} ${n.verdict}`,n.path,n.format,(0,g.bytes)(n.bytes),s].map(a=>(0,e.FV)(a)).join(" | ")} |
`}t(f,"row");function d({path:n,findings:s}){const _=s.map(a=>{const{severity:y,rule:A,offset:p,member:v,message:P,hint:b}=a,j=`${v??""}${p===null?"":`${v===void 0?"":", "}byte ${(0,c.U)(p)}`}`;return`| ${[y,A,j===""?"\u2013":j,`${P} ${(0,m.E)(a)}`.trim(),b].map(O=>(0,e.FV)(O)).join(" | ")} |
`});return`
### ${(0,e.FV)(n)}

| Severity | Rule | Where | What and why | Fix |
| --- | --- | --- | --- | --- |
${_.join("")}`}t(d,"section");function M(n){let s="";for(const[_,a]of n.entries()){if(Buffer.byteLength(s)+Buffer.byteLength(a)>u)return`${s}
${(0,c.L)(n.length-_,"part")} left out: too long for a summary; --format json has everything.
`;s+=a}return s}t(M,"fit")}),35944:((h,i,o)=>{o.d(i,{R:t(()=>g,"R")});const c=/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;function g(e,m=!1){return(m?e.replaceAll(/[\r\n\t]+/g," "):e.replaceAll(`\r
`,`
`)).toWellFormed().replaceAll(c,u=>u===`
`||u==="	"?u:`\\u${(u.codePointAt(0)??0).toString(16).padStart(4,"0")}`)}t(g,"visible")})};export{L as id,U as ids,W as modules};
