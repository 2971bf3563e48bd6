/** Compute capability of NVIDIA GPUs by their product name, as the driver and the label `nvidia.com/gpu.product` write it. */
const capabilities: readonly (readonly [RegExp, number])[] = [
  [/\b(RTX[- ]?50\d\d|RTX[- ]PRO[- ]\d000[- ]Blackwell)\b/i, 12],
  [/\b(B300|GB300)\b/i, 10.3],
  [/\b(B100|B200|GB200)\b/i, 10],
  [/\b(H100|H200|H20|H800|GH200)\b/i, 9],
  [/\b(L4|L40|L40S|L20|RTX[- ]?40\d\d|RTX[- ]?\d000[- ]?(SFF[- ]?)?Ada)\b/i, 8.9],
  [/\b(A2|A10|A10G|A16|A40|RTX[- ]?30\d\d|RTX[- ]?A\d000)\b/i, 8.6],
  [/\b(A100|A30|A800)\b/i, 8],
  [/\b(T4|T4G|RTX[- ]?20\d\d|GTX[- ]?16\d\d)\b/i, 7.5],
  [/\b(V100|V100S)\b/i, 7],
  [/\b(P4|P40|P400|P2000|GTX[- ]?10\d\d|GT[- ]?1030)\b/i, 6.1],
  [/\b(P100)\b/i, 6],
];

/** The compute capability of a product; null when its name is not known. Source: https://developer.nvidia.com/cuda-gpus */
export function capabilityOfProduct(product: string): number | null {
  return capabilities.find(([name]) => name.test(product.replaceAll('_', '-')))?.[1] ?? null;
}

/** The compute capability that a node selector asks for; null when it does not say. Source: the labels of GPU feature discovery. */
export function capabilityOf(nodeSelector: Readonly<Record<string, string>>): number | null {
  const major = nodeSelector['nvidia.com/gpu.compute.major'];
  if (major !== undefined && /^\d+$/.test(major)) {
    const minor = nodeSelector['nvidia.com/gpu.compute.minor'] ?? '0';
    return Number(`${major}.${/^\d$/.test(minor) ? minor : '0'}`);
  }
  const product = nodeSelector['nvidia.com/gpu.product'] ?? nodeSelector['cloud.google.com/gke-accelerator'];
  return product === undefined ? null : capabilityOfProduct(product);
}
