var U=Object.defineProperty;var r=(g,c)=>U(g,"name",{value:c,configurable:!0});const y=5470,E=[5470],C={46505:((g,c,i)=>{i.d(c,{L:r(()=>_,"L"),U:r(()=>m,"U")});function _(a,f,A=`${f}s`){return`${m(a)} ${a===1?f:A}`}r(_,"plural");function m(a){return Number.isSafeInteger(a)?String(a).replaceAll(/\B(?=(?:\d{3})+$)/g,","):a.toLocaleString("en-US")}r(m,"count")}),65470:((g,c,i)=>{i.r(c),i.d(c,{junitReport:r(()=>a,"junitReport")});var _=i(91375),m=i(46505);function a({models:t,files:e,errors:s}){const u=t.map(({path:n})=>f(n,e.filter(({model:d})=>d===n))),l=s.map(({path:n,code:d,message:v,hint:x})=>`  <testsuite name="${o(n)}" tests="1" failures="0" errors="1">
    <testcase name="${o(n)}" classname="validate">
      <error type="${o(d)}" message="${o(v)}">${p(x??"")}</error>
    </testcase>
  </testsuite>
`),$=e.filter(({verdict:n})=>n!=="clean").length;return`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ml-deploy validate" tests="${e.length+s.length}" failures="${$}" errors="${s.length}">
${[...u,...l].join("")}</testsuites>
`}r(a,"junitReport");function f(t,e){const s=e.filter(({verdict:u})=>u!=="clean").length;return`  <testsuite name="${o(t)}" tests="${e.length}" failures="${s}" errors="0">
${e.map(A).join("")}  </testsuite>
`}r(f,"suite");function A(t){const e=`    <testcase name="${o(t.path)}" classname="${o(`validate.${t.format}`)}"`,s=t.findings.map(j).join(`

`);if(t.verdict!=="clean"){const u=t.findings.find(({rule:$,waived:n})=>n===void 0&&(0,_.Y)($).verdict===t.verdict),l=u===void 0?t.verdict:`${t.verdict}: ${u.rule}: ${u.message}`;return`${e}>
      <failure type="${t.verdict}" message="${o(l)}">${p(s)}</failure>
    </testcase>
`}return s===""?`${e}/>
`:`${e}>
      <system-out>${p(s)}</system-out>
    </testcase>
`}r(A,"testCase");function j({rule:t,severity:e,offset:s,member:u,message:l,hint:$,waived:n}){const d=`${u===void 0?"":`, ${u}`}${s===null?"":`, byte ${(0,m.U)(s)}`}`,v=n===void 0?"":` [waived until ${n.expires}: ${n.reason}]`;return`${e.toUpperCase()} ${t}${d}${v}
${l}
Fix: ${$}`}r(j,"line");function p(t){return t.toWellFormed().replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,e=>`\\u{${(e.codePointAt(0)??0).toString(16)}}`).replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;")}r(p,"content");function o(t){return p(t).replaceAll('"',"&quot;").replaceAll(/[\t\n\r]/g,e=>`&#${e.charCodeAt(0)};`)}r(o,"attribute")})};export{y as id,E as ids,C as modules};
