import type { Json } from '../strict-json.ts';

/** Keys by which libraries find code to import: Hugging Face's `auto_map`, Hydra's `_target_`, what jsonpickle calls. */
const codeKeys = [
  'auto_map',
  '_target_',
  'custom_pipelines',
  'trust_remote_code',
  'py/object',
  'py/reduce',
  'py/function',
  'py/type',
  'py/newobj',
  'py/newargs',
  'py/newargsex',
  'py/repr',
];

/** Keys with a text that names code when it is not as usual. */
const usual: Readonly<Record<string, RegExp>> = {
  // Anything with a slash is a repository of native code.
  attn_implementation: /^[^/]*$/,
  _attn_implementation: /^[^/]*$/,
  _attn_implementation_internal: /^[^/]*$/,
  // sentence-transformers imports what has a full stop, and calls it.
  activation_function: /^[^.]*$|^torch\.nn\.[\w.]+$/,
  activation_fn: /^[^.]*$|^torch\.nn\.[\w.]+$/,
  sbert_ce_default_activation_function: /^[^.]*$|^torch\.nn\.[\w.]+$/,
  // Libraries and classes of one's own in ONNX Runtime and vLLM.
  custom_ops_library: /^$/,
  worker_cls: /^(auto)?$/,
  worker_extension_cls: /^$/,
  tool_parser_plugin: /^$/,
  reasoning_parser_plugin: /^$/,
  // jsonargparse imports what has a full stop, and calls it.
  class_path: /^[^.]*$/,
  // PEFT imports it.
  parent_library: /^(transformers|diffusers|peft|timm|sentence_transformers|torchvision)(\.[\w.]+)?$/,
};

/** The first key, at any depth, that names code; null without. */
export function codeKey(value: Json): string | null {
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next instanceof Map) {
      for (const [key, item] of next as ReadonlyMap<string, Json>) {
        if (namesCode(key, item)) return key;
        waiting.push(item);
      }
      if (isInstantiated(next)) return 'target';
    } else if (Array.isArray(next)) {
      for (const item of next as readonly Json[]) waiting.push(item);
    }
  }
  return null;
}

function namesCode(key: string, item: Json): boolean {
  if (codeKeys.includes(key)) return item !== null && item !== false;
  const pattern = Object.hasOwn(usual, key) ? usual[key] : undefined;
  return pattern !== undefined && typeof item === 'string' && !pattern.test(item);
}

/** What is constructed from a configuration in the way of latent diffusion: `target` with `params`. Others have a word as target. */
function isInstantiated(fields: ReadonlyMap<string, Json>): boolean {
  const target = fields.get('target');
  if (typeof target !== 'string' || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(target)) return false;
  // An exported program of torch names its operators so: namespace, operator, overload.
  if (!fields.has('params') && /^torch\.ops\.\w+\.\w+\.\w+$/.test(target)) return false;
  return fields.has('params') || /\..*\./.test(target) || /\.[A-Z]\w*$/.test(target);
}
