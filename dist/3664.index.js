var x=Object.defineProperty;var c=(E,h)=>x(E,"name",{value:h,configurable:!0});const j=3664,C=[3664],L={57808:((E,h,_)=>{_.d(h,{D:c(()=>d,"D")});var b=_(45590);const d=(0,b.D)(`
Any: 1 type_url string, 2 value bytes
AssetFileDef: 1 tensor_info TensorInfo, 2 filename string
AttrValue: 1 list AttrValue.ListValue, 2 s bytes, 3 i int, 4 f float, 5 b bool, 6 type int, 7 shape TensorShapeProto, 8 tensor TensorProto, 9 placeholder string, 10 func NameAttrList
AttrValue.ListValue: 2 s bytes*, 3 i int*, 4 f float*, 5 b bool*, 6 type int*, 7 shape TensorShapeProto*, 8 tensor TensorProto*, 9 func NameAttrList*
BoundedTensorSpecProto: 1 name string, 2 shape TensorShapeProto, 3 dtype int, 4 minimum TensorProto, 5 maximum TensorProto
BundleEntryProto: 1 dtype int, 2 shape TensorShapeProto, 3 shard_id int, 4 offset int, 5 size int, 6 crc32c fixed32, 7 slices TensorSliceProto*
BundleHeaderProto: 1 num_shards int, 2 endianness int, 3 version VersionDef
CapturedTensor: 1 name string, 2 concrete_function string
CollectionDef: 1 node_list CollectionDef.NodeList, 2 bytes_list CollectionDef.BytesList, 3 int64_list CollectionDef.Int64List, 4 float_list CollectionDef.FloatList, 5 any_list CollectionDef.AnyList
CollectionDef.AnyList: 1 value Any*
CollectionDef.BytesList: 1 value bytes*
CollectionDef.FloatList: 1 value float*
CollectionDef.Int64List: 1 value int*
CollectionDef.NodeList: 1 value string*
DictValue: 1 fields DictValue.FieldsEntry*
DictValue.FieldsEntry: 1 key string, 2 value StructuredValue
FingerprintDef: 1 saved_model_checksum int, 2 graph_def_program_hash int, 3 signature_def_hash int, 4 saved_object_graph_hash int, 5 checkpoint_hash int, 6 version VersionDef, 7 uuid string
FullTypeDef: 1 type_id int, 2 args FullTypeDef*, 3 s string, 4 i int
FunctionDef: 1 signature OpDef, 3 node_def NodeDef*, 4 ret FunctionDef.RetEntry*, 5 attr FunctionDef.AttrEntry*, 6 control_ret FunctionDef.ControlRetEntry*, 7 arg_attr FunctionDef.ArgAttrEntry*, 8 resource_arg_unique_id FunctionDef.ResourceArgUniqueIdEntry*
FunctionDef.ArgAttrEntry: 1 key int, 2 value FunctionDef.ArgAttrs
FunctionDef.ArgAttrs: 1 attr FunctionDef.ArgAttrs.AttrEntry*
FunctionDef.ArgAttrs.AttrEntry: 1 key string, 2 value AttrValue
FunctionDef.AttrEntry: 1 key string, 2 value AttrValue
FunctionDef.ControlRetEntry: 1 key string, 2 value string
FunctionDef.ResourceArgUniqueIdEntry: 1 key int, 2 value int
FunctionDef.RetEntry: 1 key string, 2 value string
FunctionDefLibrary: 1 function FunctionDef*, 2 gradient GradientDef*, 3 registered_gradients RegisteredGradient*
FunctionSpec: 1 fullargspec StructuredValue, 2 is_method bool, 5 input_signature StructuredValue, 6 jit_compile int
GradientDef: 1 function_name string, 2 gradient_func string
GraphDebugInfo: 1 files string*, 2 traces GraphDebugInfo.TracesEntry*, 4 frames_by_id GraphDebugInfo.FramesByIdEntry*, 5 name_to_trace_id GraphDebugInfo.NameToTraceIdEntry*, 6 traces_by_id GraphDebugInfo.TracesByIdEntry*
GraphDebugInfo.FileLineCol: 1 file_index int, 2 line int, 3 col int, 4 func string, 5 code string
GraphDebugInfo.FramesByIdEntry: 1 key fixed64, 2 value GraphDebugInfo.FileLineCol
GraphDebugInfo.NameToTraceIdEntry: 1 key string, 2 value fixed64
GraphDebugInfo.StackTrace: 1 file_line_cols GraphDebugInfo.FileLineCol*, 2 frame_id fixed64*
GraphDebugInfo.TracesByIdEntry: 1 key fixed64, 2 value GraphDebugInfo.StackTrace
GraphDebugInfo.TracesEntry: 1 key string, 2 value GraphDebugInfo.StackTrace
GraphDef: 1 node NodeDef*, 2 library FunctionDefLibrary, 3 version int, 4 versions VersionDef, 5 debug_info GraphDebugInfo
ListValue: 1 values StructuredValue*
MetaGraphDef: 1 meta_info_def MetaGraphDef.MetaInfoDef, 2 graph_def GraphDef, 3 saver_def SaverDef, 4 collection_def MetaGraphDef.CollectionDefEntry*, 5 signature_def MetaGraphDef.SignatureDefEntry*, 6 asset_file_def AssetFileDef*, 7 object_graph_def SavedObjectGraph
MetaGraphDef.CollectionDefEntry: 1 key string, 2 value CollectionDef
MetaGraphDef.MetaInfoDef: 1 meta_graph_version string, 2 stripped_op_list OpList, 3 any_info Any, 4 tags string*, 5 tensorflow_version string, 6 tensorflow_git_version string, 7 stripped_default_attrs bool, 8 function_aliases MetaGraphDef.MetaInfoDef.FunctionAliasesEntry*
MetaGraphDef.MetaInfoDef.FunctionAliasesEntry: 1 key string, 2 value string
MetaGraphDef.SignatureDefEntry: 1 key string, 2 value SignatureDef
NameAttrList: 1 name string, 2 attr NameAttrList.AttrEntry*
NameAttrList.AttrEntry: 1 key string, 2 value AttrValue
NamedTupleValue: 1 name string, 2 values PairValue*
NodeDef: 1 name string, 2 op string, 3 input string*, 4 device string, 5 attr NodeDef.AttrEntry*, 6 experimental_debug_info NodeDef.ExperimentalDebugInfo, 7 experimental_type FullTypeDef
NodeDef.AttrEntry: 1 key string, 2 value AttrValue
NodeDef.ExperimentalDebugInfo: 1 original_node_names string*, 2 original_func_names string*
NoneValue:
OpDef: 1 name string, 2 input_arg OpDef.ArgDef*, 3 output_arg OpDef.ArgDef*, 4 attr OpDef.AttrDef*, 5 summary string, 6 description string, 8 deprecation OpDeprecation, 16 is_aggregate bool, 17 is_stateful bool, 18 is_commutative bool, 19 allows_uninitialized_input bool, 20 control_output string*, 21 is_distributed_communication bool
OpDef.ArgDef: 1 name string, 2 description string, 3 type int, 4 type_attr string, 5 number_attr string, 6 type_list_attr string, 7 handle_data ResourceHandleProto.DtypeAndShape*, 16 is_ref bool, 17 experimental_full_type FullTypeDef
OpDef.AttrDef: 1 name string, 2 type string, 3 default_value AttrValue, 4 description string, 5 has_minimum bool, 6 minimum int, 7 allowed_values AttrValue
OpDeprecation: 1 version int, 2 explanation string
OpList: 1 op OpDef*
PairValue: 1 key string, 2 value StructuredValue
RegisteredGradient: 1 gradient_func string, 2 registered_op_type string
ResourceHandleProto: 1 device string, 2 container string, 3 name string, 4 hash_code int, 5 maybe_type_name string, 6 dtypes_and_shapes ResourceHandleProto.DtypeAndShape*
ResourceHandleProto.DtypeAndShape: 1 dtype int, 2 shape TensorShapeProto
SaveableObject: 2 save_function int, 3 restore_function int
SavedAsset: 1 asset_file_def_index int
SavedBareConcreteFunction: 1 concrete_function_name string, 2 argument_keywords string*, 3 allowed_positional_arguments int, 4 function_spec FunctionSpec
SavedConcreteFunction: 2 bound_inputs int*, 3 canonicalized_input_signature StructuredValue, 4 output_signature StructuredValue
SavedConstant: 1 operation string
SavedFunction: 1 concrete_functions string*, 2 function_spec FunctionSpec
SavedMetadata: 1 nodes KerasObject*
SavedModel: 1 saved_model_schema_version int, 2 meta_graphs MetaGraphDef*
SavedObject: 1 children TrackableObjectGraph.TrackableObject.ObjectReference*, 3 slot_variables TrackableObjectGraph.TrackableObject.SlotVariableReference*, 4 user_object SavedUserObject, 5 asset SavedAsset, 6 function SavedFunction, 7 variable SavedVariable, 8 bare_concrete_function SavedBareConcreteFunction, 9 constant SavedConstant, 10 resource SavedResource, 11 saveable_objects SavedObject.SaveableObjectsEntry*, 12 captured_tensor CapturedTensor, 13 registered_name string, 14 serialized_user_proto Any, 15 dependencies TrackableObjectGraph.TrackableObject.ObjectReference*, 16 registered_saver string
KerasObject: 2 node_id int, 3 node_path string, 4 identifier string, 5 metadata string, 6 version VersionDef
SavedObject.SaveableObjectsEntry: 1 key string, 2 value SaveableObject
SavedObjectGraph: 1 nodes SavedObject*, 2 concrete_functions SavedObjectGraph.ConcreteFunctionsEntry*
SavedObjectGraph.ConcreteFunctionsEntry: 1 key string, 2 value SavedConcreteFunction
SavedResource: 1 device string
SavedUserObject: 1 identifier string, 2 version VersionDef, 3 metadata string
SavedVariable: 1 dtype int, 2 shape TensorShapeProto, 3 trainable bool, 4 synchronization int, 5 aggregation int, 6 name string, 7 device string, 8 experimental_distributed_variable_components SavedVariable*
SaverDef: 1 filename_tensor_name string, 2 save_tensor_name string, 3 restore_op_name string, 4 max_to_keep int, 5 sharded bool, 6 keep_checkpoint_every_n_hours float, 7 version int
SignatureDef: 1 inputs SignatureDef.InputsEntry*, 2 outputs SignatureDef.OutputsEntry*, 3 method_name string, 4 defaults SignatureDef.DefaultsEntry*
SignatureDef.DefaultsEntry: 1 key string, 2 value TensorProto
SignatureDef.InputsEntry: 1 key string, 2 value TensorInfo
SignatureDef.OutputsEntry: 1 key string, 2 value TensorInfo
StructuredValue: 1 none_value NoneValue, 11 float64_value double, 12 int64_value sint, 13 string_value string, 14 bool_value bool, 31 tensor_shape_value TensorShapeProto, 32 tensor_dtype_value int, 33 tensor_spec_value TensorSpecProto, 34 type_spec_value TypeSpecProto, 35 bounded_tensor_spec_value BoundedTensorSpecProto, 51 list_value ListValue, 52 tuple_value TupleValue, 53 dict_value DictValue, 54 named_tuple_value NamedTupleValue, 55 tensor_value TensorProto, 56 numpy_value TensorProto
TensorInfo: 1 name string, 2 dtype int, 3 tensor_shape TensorShapeProto, 4 coo_sparse TensorInfo.CooSparse, 5 composite_tensor TensorInfo.CompositeTensor
TensorInfo.CompositeTensor: 1 type_spec TypeSpecProto, 2 components TensorInfo*
TensorInfo.CooSparse: 1 values_tensor_name string, 2 indices_tensor_name string, 3 dense_shape_tensor_name string
TensorProto: 1 dtype int, 2 tensor_shape TensorShapeProto, 3 version_number int, 4 tensor_content bytes, 5 float_val float*, 6 double_val double*, 7 int_val int*, 8 string_val bytes*, 9 scomplex_val float*, 10 int64_val int*, 11 bool_val bool*, 12 dcomplex_val double*, 13 half_val int*, 14 resource_handle_val ResourceHandleProto*, 15 variant_val VariantTensorDataProto*, 16 uint32_val int*, 17 uint64_val int*, 18 float8_val bytes
TensorShapeProto: 2 dim TensorShapeProto.Dim*, 3 unknown_rank bool
TensorShapeProto.Dim: 1 size int, 2 name string
TensorSliceProto: 1 extent TensorSliceProto.Extent*
TensorSliceProto.Extent: 1 start int, 2 length int
TensorSpecProto: 1 name string, 2 shape TensorShapeProto, 3 dtype int
TrackableObjectGraph.TrackableObject.ObjectReference: 1 node_id int, 2 local_name string
TrackableObjectGraph.TrackableObject.SlotVariableReference: 1 original_variable_node_id int, 2 slot_name string, 3 slot_variable_node_id int
TupleValue: 1 values StructuredValue*
TypeSpecProto: 1 type_spec_class int, 2 type_state StructuredValue, 3 type_spec_class_name string, 4 num_flat_components int
VariantTensorDataProto: 1 type_name string, 2 metadata bytes, 3 tensors TensorProto*
VersionDef: 1 producer int, 2 min_consumer int, 3 bad_consumers int*
`)}),72429:((E,h,_)=>{_.d(h,{t:c(()=>P,"t")});class b{static{c(this,"Values")}name;count=0;next;first;more=null;kept=0;constructor(e,t){this.name=e,this.next=t}keep(e){this.kept===0?this.first=e:this.more===null?this.more=[e]:this.more.push(e),this.kept++}get last(){return this.more?.at(-1)??this.first}all(){return this.kept===0?[]:this.more===null?[this.first]:[this.first,...this.more]}}class d{static{c(this,"Message")}type;offset;fields=null;constructor(e,t){this.type=e,this.offset=t}values(e){const t=this.find(e);return t!==null?t:(this.fields=new b(e,this.fields),this.fields)}count(e){return this.find(e)?.count??0}has(e){return this.count(e)>0}numbers(e){return this.all(e).filter(t=>typeof t=="number")}number(e){const t=this.find(e)?.last;return typeof t=="number"?t:0}texts(e){return this.all(e).filter(t=>typeof t=="string")}text(e){const t=this.find(e)?.last;return typeof t=="string"?t:""}messages(e){return this.all(e).filter(t=>t instanceof d)}message(e){const t=this.find(e)?.last;return t instanceof d?t:null}spans(e){return this.all(e).filter(t=>F(t))}span(e){const t=this.find(e)?.last;return F(t)?t:null}names(){const e=[];for(let t=this.fields;t!==null;t=t.next)e.push(t.name);return e.toReversed()}all(e){return this.find(e)?.all()??[]}find(e){for(let t=this.fields;t!==null;t=t.next)if(t.name===e)return t;return null}}function F(D){return typeof D=="object"&&D!==null&&"kept"in D&&"offset"in D}c(F,"isSpan");var l=_(612);const g=100,p=3e5,v=64*1024*1024,T=64,V=4096,I=1024,m=16*1024*1024,k=64,w=160,y=Buffer.alloc(0),O=20;class P{static{c(this,"ProtobufReader")}schema;findings;passing=new Map;frames=[];payload=null;carry=y;position=0;live=0;kept=0;stopped=!1;constructor(e,t,s,n={}){this.schema=e,this.findings=s;for(const[r,i]of Object.entries(n)){const[o="",a]=r.split(/\.(?=[^.]*$)/),u=[...e.get(o)?.values()??[]].find(f=>f.name===a);if(u===void 0)throw new Error(`no field ${r}`);this.passing.set(u,i)}this.push(t,null,0,1/0)}write(e){this.stopped||this.advance(this.carry.length===0?e:Buffer.concat([this.carry,e]),!1)}end(){return this.stopped||this.advance(this.carry,!0),this.stopped?null:this.payload!==null||this.frames.length>1?this.stop("protobuf/truncated",this.position,"It ends in the middle of a value."):this.frames[0]?.message??null}abandon(){this.stopped=!0}advance(e,t){this.carry=y;let s=0;for(;s<e.length&&!this.isStopped();){if(this.payload!==null){s+=this.consume(this.payload,e,s);continue}const n=this.header(e,s,t);if(n===null){this.carry=Buffer.from(e.subarray(s));return}s+=n,this.position+=n,this.settle()}}frame(){const e=this.frames.at(-1);if(e===void 0)throw new Error("no message is open");return e}isStopped(){return this.stopped}stop(e,t,s){return this.stopped=!0,this.findings.add(e,t,s),null}header(e,t,s){const n=this.frame(),r=Math.min(e.length-t,n.end-this.position);if(!s&&r<O&&n.end-this.position>r)return null;const i=t+r,o=(0,l.LS)(e,t,i);if(o===null)return this.short(n,r,i-t,s);const a=Math.floor(o.value/8),u=o.value%8;if(a<1||a>536870911)return this.stop("protobuf/malformed",this.position,`Field number ${a} does not exist.`);const f=n.fields.get(a)??null;if(u===1||u===5){const A=u===1?8:4;return o.next+A>i?this.short(n,r,0,s):(f?.wire===A?this.put(n,f,(0,l.Zu)(f.type,e,o.next)):this.unknown(n,a,u),o.next+A-t)}if(u!==0&&u!==2)return this.stop("protobuf/malformed",this.position,`Wire type ${u} is not used by any library.`);const S=(0,l.LS)(e,o.next,i);return S===null?this.short(n,r,i-o.next,s):u===2?this.delimited(n,f,a,S,e,t):(f?.wire==="varint"?this.put(n,f,(0,l.sV)(f.type,S,e,o.next)):this.unknown(n,a,u),S.next-t)}short(e,t,s,n){return s>=10?this.stop("protobuf/malformed",this.position,"A number has more than 10 bytes."):this.position+t>=e.end?this.stop("protobuf/malformed",this.position,"A value goes beyond the end of its message."):n?this.stop("protobuf/truncated",this.position,"It ends in the middle of a value."):null}delimited(e,t,s,{value:n,next:r},i,o){const a=this.position+r-o;if(a+n>e.end||!Number.isSafeInteger(n)){const A=`Field ${s} has ${n} bytes, more than its message.`;return this.stop("protobuf/malformed",this.position,A)}if(t?.wire==="message")return this.open(t,a,n),r-o;if(t?.wire==="string"&&n<=m&&r+n<=i.length)return this.kept+=n,this.put(e,t,i.toString("utf8",r,r+n)),r+n-o;const u=t!==null&&(t.wire==="string"||t.wire==="bytes"||t.many);u||this.unknown(e,s,2);const f=t?.wire==="string"?m:u?I:0,S={left:n,pieces:[],room:f,varints:0,last:0};return this.payload={field:u?t:null,offset:a,length:n,...S},n===0&&this.finish(e,this.payload,a),r-o}open(e,t,s){if(this.frames.length>g){this.stop("protobuf/limit",t,`Messages are nested more than ${g} deep.`);return}this.push(e.type,e,t,t+s),this.live++,this.live>p&&this.stop("protobuf/limit",t,`There are more than ${p} messages.`)}push(e,t,s,n){const r=this.schema.get(e);if(r===void 0)throw new Error(`no message ${e}`);const{live:i,kept:o}=this;this.frames.push({message:new d(e,s),fields:r,field:t,end:n,live:i,kept:o})}consume(e,t,s){const n=Math.min(e.left,t.length-s),r=t.subarray(s,s+n);if(e.field?.wire==="varint"&&(e.varints+=(0,l.rg)(r)),e.last=r.at(-1)??0,e.room>0){const i=Buffer.from(r.subarray(0,e.room));e.room-=i.length,e.pieces.push(i),this.kept+=i.length}return e.left-=n,this.position+=n,e.left===0&&(this.finish(this.frame(),e,this.position),this.settle()),n}finish(e,t,s){this.payload=null;const{field:n,length:r}=t;if(n===null)return;const i=t.pieces.length===1?t.pieces[0]??y:Buffer.concat(t.pieces);n.wire==="string"?(i.length<r&&this.stop("protobuf/limit",t.offset,`"${n.name}" has ${r} bytes of text.`),this.put(e,n,i.toString("utf8"))):n.wire==="bytes"?(this.kept+=w,this.put(e,n,{offset:t.offset,length:r,kept:i})):this.packed(e,n,t,i,s)}packed(e,t,s,n,r){this.kept-=n.length;const i=(0,l.l1)(t,n,T);if(!(typeof t.wire=="number"?s.length%t.wire===0:s.last<128)||i===null){this.stop("protobuf/malformed",r,`The list "${t.name}" ends in the middle of a number.`);return}const a=e.message.values(t.name);a.count+=typeof t.wire=="number"?s.length/t.wire:s.varints;for(const u of i)a.kept<T&&a.keep(u);this.kept+=k+8*i.length}put(e,t,s){const n=e.message.values(t.name);if(n.count>0&&!t.many){const i=`"${t.name}" of ${e.message.type} stands there ${n.count+1} times`;this.findings.add("protobuf/repeated-field",this.position,`${i}.`)}n.count++;const r=typeof s=="number"?T:t.wire==="message"?1/0:V;s===void 0||n.kept>=r||(n.keep(s),this.kept+=k,this.kept>v&&this.stop("protobuf/limit",this.position,`Texts have more than ${v} bytes.`))}unknown(e,t,s){const n=`Field ${t} (wire type ${s}) of ${e.message.type} is not known`;this.findings.add("protobuf/unknown-field",this.position,`${n}.`)}settle(){for(let e=this.frame();e.end<=this.position;e=this.frame()){if(this.payload!==null||this.stopped||e.field===null)return;this.frames.pop();const t=this.frame(),s=this.passing.get(e.field);s===void 0?this.put(t,e.field,e.message):(s(e.message),this.live=e.live,this.kept=e.kept,this.put(t,e.field,void 0))}}}}),45590:((E,h,_)=>{_.d(h,{D:c(()=>d,"D")});const b=["int","bool","sint","fixed32","float","fixed64","double","string","bytes"];function d(l){const g=new Map;for(const p of l.trim().split(`
`)){const[v="",T=""]=p.split(/: */,2),V=new Map;for(const I of T.split(", ").filter(m=>m!=="")){const[m,k,w]=I.trim().split(" ");if(m===void 0||k===void 0||w===void 0)throw new Error(`schema: ${p}`);const y=w.replace("*","");V.set(Number(m),{name:k,type:y,many:w.endsWith("*"),wire:F(y)})}g.set(v,V)}for(const p of[...g.values()].flatMap(v=>[...v.values()]))if(!b.includes(p.type)&&!g.has(p.type))throw new Error(`schema: no message ${p.type}`);return g}c(d,"parseSchema");function F(l){return b.includes(l)?l==="string"||l==="bytes"?l:l==="fixed32"||l==="float"?4:l==="fixed64"||l==="double"?8:"varint":"message"}c(F,"wireOf")})};export{j as id,C as ids,L as modules};
