var w=Object.defineProperty;var a=(i,n)=>w(i,"name",{value:n,configurable:!0});const P=4210,v=[4210],y={94210:((i,n,h)=>{h.d(n,{HashThread:a(()=>c,"HashThread")});var l=h(75919),o=h(35717);const u=`
const { createHash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const pieces = workerData.map((memory) => new Uint8Array(memory));
const streams = new Map();
parentPort.on('message', ([stream, piece, runs]) => {
  const digests = [];
  for (let at = 0; at < runs.length; at += 3) {
    const hash = streams.get(stream) ?? createHash('sha256');
    hash.update(pieces[piece].subarray(runs[at], runs[at + 1]));
    if (runs[at + 2] === 1) digests.push(hash.digest('hex'));
    if (runs[at + 2] === 1) streams.delete(stream);
    else streams.set(stream, hash);
  }
  parentPort.postMessage(digests);
});
`;class c{static{a(this,"HashThread")}#e;#r;#a=[];#n=!1;#s=null;#t=null;constructor(t){this.#r=t.map(e=>new Uint8Array(e)),this.#e=p(t),this.#e===null&&(this.#t=new o.N(this.#r)),this.#e?.on("message",e=>{this.#n=!0,this.#a.shift()?.done.resolve(e)}),this.#e?.on("error",e=>this.#h(e)),this.#e?.on("exit",()=>this.#h(new Error("the thread that hashes has ended")))}get threaded(){return this.#e!==null}hold(t){t?this.#e?.ref():this.#e?.unref()}add(t,e,s){if(this.#t!==null)return this.#t.add(t,e,s);if(this.#s!==null)return Promise.reject(this.#s);const r=Promise.withResolvers();return this.#a.push({stream:t,piece:e,runs:s,done:r}),this.#e?.postMessage([t,e,s]),r.promise}async close(){await this.#e?.terminate()}#h(t){if(this.#t!==null||this.#s!==null)return;const e=this.#a.splice(0);if(this.#n){this.#s=t;for(const{done:r}of e)r.reject(t);return}const s=new o.N(this.#r);this.#t=s;for(const{stream:r,piece:f,runs:m,done:_}of e)_.resolve(s.add(r,f,m))}}function p(d){try{return new l.Worker(u,{eval:!0,execArgv:[],workerData:d})}catch{return null}}a(p,"startThread")})};export{P as id,v as ids,y as modules};
