import type { Recipe } from '../recipe.ts';

/** A container runtime that mounts folders of images, which Debian's does not. */
export const containerd: Recipe = {
  name: 'containerd',
  version: 'v2.2.1',
  module: 'github.com/containerd/containerd/v2',
  packages: {
    containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
    'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
  },
  tags: ['no_btrfs', 'no_devmapper', 'no_zfs'],
  // What a release has; the kubelet tells it to who asks the node.
  ldflags: '-X github.com/containerd/containerd/v2/version.Version=v2.2.1',
  seconds: 160,
};
