import { again, regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const torchRules = {
  'torch/members': rule(
    'high',
    'unsafe',
    'PyTorch finds members by the folder of the first one and without regard to case; other programs, and scanners, find others.',
    rewrite,
    {
      cwe: [436, 178],
      bad: 'model/data.pkl and other/data.pkl in one file; DATA.PKL',
      good: 'one folder with one data.pkl',
    },
  ),
  'torch/member': rule('medium', 'inconclusive', 'It is nothing that torch.save writes.', regular, {
    bad: 'a byteorder of "middle"; a member data/extra that no tensor uses',
    good: 'version, byteorder and the storages of all tensors',
  }),
  'torch/storage': rule(
    'high',
    'unsafe',
    'A tensor that reaches beyond its data reads memory that belongs to others, or fails to load.',
    again,
    {
      cwe: [125],
      cve: ['CVE-2026-24747'],
      bad: 'a tensor of 1000 elements on a storage of 10',
      good: 'every tensor within its storage, every storage as long as its member',
    },
  ),
  'torch/persistent-id': rule('high', 'inconclusive', 'PyTorch asks its loader for storages only.', rewrite, {
    bad: "the persistent id ('module', ...) of PyTorch before 0.4, which carries source code",
    good: "('storage', type, key, device, size)",
  }),
  'torch/program': rule(
    'medium',
    'inconclusive',
    'It contains a program, which runs when the model does and cannot be vouched for.',
    'Save the weights alone (the state dict, best as safetensors) or export the model to ONNX, which are checked; or require a signature by whoever made it.',
    { cwe: [829], bad: 'a TorchScript archive with code/__torch__.py', good: 'the state dict of the same model' },
  ),
} as const satisfies Record<string, Rule>;
