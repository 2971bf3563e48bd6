var f=Object.defineProperty;var o=(h,a)=>f(h,"name",{value:a,configurable:!0});const g=4210,P=[4210],v={94210:((h,a,n)=>{n.d(a,{HashThread:o(()=>l,"HashThread")});var i=n(75919),d=n(35717);const c=`
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
`;class l{static{o(this,"HashThread")}#e;#a;#r=[];#n=!1;#s=null;#t=null;constructor(s){this.#a=s.map(e=>new Uint8Array(e)),this.#e=new i.Worker(c,{eval:!0,execArgv:[],workerData:s}),this.#e.on("message",e=>{this.#n=!0,this.#r.shift()?.done.resolve(e)}),this.#e.on("error",e=>this.#o(e)),this.#e.on("exit",()=>this.#o(new Error("the thread that hashes has ended")))}hold(s){s?this.#e.ref():this.#e.unref()}add(s,e,t){if(this.#t!==null)return this.#t.add(s,e,t);if(this.#s!==null)return Promise.reject(this.#s);const r=Promise.withResolvers();return this.#r.push({stream:s,piece:e,runs:t,done:r}),this.#e.postMessage([s,e,t]),r.promise}async close(){await this.#e.terminate()}#o(s){if(this.#t!==null||this.#s!==null)return;const e=this.#r.splice(0);if(this.#n){this.#s=s;for(const{done:r}of e)r.reject(s);return}const t=new d.N(this.#a);this.#t=t;for(const{stream:r,piece:u,runs:p,done:m}of e)m.resolve(t.add(r,u,p))}}})};export{g as id,P as ids,v as modules};
