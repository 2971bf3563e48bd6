var h=Object.defineProperty;var u=(f,c)=>h(f,"name",{value:c,configurable:!0});const E=5470,C=[5470],P={65470:((f,c,$)=>{$.r(c),$.d(c,{junitReport:u(()=>v,"junitReport")});var p=$(41485),g=$(46505);function v({models:t,files:e,errors:s}){const r=t.map(({path:n})=>A(n,e.filter(({model:i})=>i===n))),o=s.map(({path:n,code:i,message:m,hint:x})=>`  <testsuite name="${a(n)}" tests="1" failures="0" errors="1">
    <testcase name="${a(n)}" classname="validate">
      <error type="${a(i)}" message="${a(m)}">${d(x??"")}</error>
    </testcase>
  </testsuite>
`),l=e.filter(({verdict:n})=>n!=="clean").length;return`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ml-deploy validate" tests="${e.length+s.length}" failures="${l}" errors="${s.length}">
${[...r,...o].join("")}</testsuites>
`}u(v,"junitReport");function A(t,e){const s=e.filter(({verdict:r})=>r!=="clean").length;return`  <testsuite name="${a(t)}" tests="${e.length}" failures="${s}" errors="0">
${e.map(_).join("")}  </testsuite>
`}u(A,"suite");function _(t){const e=`    <testcase name="${a(t.path)}" classname="${a(`validate.${t.format}`)}"`,s=t.findings.map(j).join(`

`);if(t.verdict!=="clean"){const r=t.findings.find(({rule:l,waived:n})=>n===void 0&&(0,p.Y)(l).verdict===t.verdict),o=r===void 0?t.verdict:`${t.verdict}: ${r.rule}: ${r.message}`;return`${e}>
      <failure type="${t.verdict}" message="${a(o)}">${d(s)}</failure>
    </testcase>
`}return s===""?`${e}/>
`:`${e}>
      <system-out>${d(s)}</system-out>
    </testcase>
`}u(_,"testCase");function j({rule:t,severity:e,offset:s,member:r,message:o,hint:l,waived:n}){const i=`${r===void 0?"":`, ${r}`}${s===null?"":`, byte ${(0,g.U)(s)}`}`,m=n===void 0?"":` [waived until ${n.expires}: ${n.reason}]`;return`${e.toUpperCase()} ${t}${i}${m}
${o}
Fix: ${l}`}u(j,"line");function d(t){return t.toWellFormed().replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,e=>`\\u{${(e.codePointAt(0)??0).toString(16)}}`).replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;")}u(d,"content");function a(t){return d(t).replaceAll('"',"&quot;").replaceAll(/[\t\n\r]/g,e=>`&#${e.charCodeAt(0)};`)}u(a,"attribute")})};export{E as id,C as ids,P as modules};
