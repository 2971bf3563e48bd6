var c=Object.defineProperty;var a=(n,r)=>c(n,"name",{value:r,configurable:!0});const g=3118,m=[3118],y={63118:((n,r,i)=>{i.d(r,{Threaded:a(()=>f,"Threaded")});var o=i(77598),h=i(75919);const u=4,d=`
const { createHash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const buffers = workerData.map((bytes) => new Uint8Array(bytes));
const hash = createHash('sha256');
parentPort.on('message', ([buffer, length]) => {
  if (buffer < 0) parentPort.postMessage(hash.digest('hex'));
  else {
    hash.update(buffers[buffer].subarray(0, length));
    parentPort.postMessage(buffer);
  }
});
`;class f{static{a(this,"Threaded")}buffers;thread;waiting=new Map;result=Promise.withResolvers();answered=!1;failure=null;own=null;constructor(e){const t=Array.from({length:u},()=>new SharedArrayBuffer(e));this.buffers=t.map(s=>Buffer.from(s)),this.thread=new h.Worker(d,{eval:!0,execArgv:[],workerData:t}),this.thread.on("message",s=>this.take(s)),this.thread.on("error",s=>this.fail(s)),this.thread.on("exit",()=>this.fail(new Error("the thread that hashes has ended"))),this.result.promise.catch(()=>{})}update(e,t){if(this.own!==null){this.own.update(this.bytes(e,t));return}const s=Promise.withResolvers();s.promise.catch(()=>{}),this.waiting.set(e,{length:t,done:s}),this.failure===null?this.thread.postMessage([e,t]):s.reject(this.failure)}async free(e){await this.waiting.get(e)?.done.promise}async digest(){for(const{done:e}of this.waiting.values())await e.promise;return this.own!==null?this.own.digest("hex"):(this.thread.postMessage([-1,0]),this.result.promise)}async close(){await this.thread.terminate()}take(e){if(this.answered=!0,typeof e=="string"){this.result.resolve(e);return}this.waiting.get(e)?.done.resolve(void 0),this.waiting.delete(e)}fail(e){if(!(this.own!==null||this.failure!==null)){if(this.answered){this.failure=e;for(const{done:t}of this.waiting.values())t.reject(e);this.result.reject(e);return}this.own=(0,o.createHash)("sha256");for(const[t,{length:s,done:l}]of this.waiting)this.own.update(this.bytes(t,s)),l.resolve(void 0);this.waiting.clear(),this.result.resolve(this.own.copy().digest("hex"))}}bytes(e,t){return(this.buffers[e]??Buffer.alloc(0)).subarray(0,t)}}})};export{g as id,m as ids,y as modules};
