import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Checked, runCheck } from '../../../src/cli/doctor/check.ts';
import { gpuChecks } from '../../../src/cli/doctor/gpu-checks.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { type GpuHost, gpuHost, hostProject } from '../../smoke/simulated/gpu-host.ts';

// What stands between a GPU and its use below the driver: kernel, firmware, switches; and each distribution's own commands.

/** A runner as somebody sets it up, without a project; `files` are below the root of its file system. */
function runner(xml: string | null, files: Readonly<Record<string, string | Buffer>>): GpuHost {
  const host = gpuHost(xml);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(host.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  // Processes are those of the machine, not of a container.
  mkdirSync(path.join(host.root, 'proc/self/ns'), { recursive: true });
  symlinkSync('pid:[4026531836]', path.join(host.root, 'proc/self/ns/pid'));
  return host;
}

async function look(
  host: GpuHost,
  title: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Checked> {
  const check = gpuChecks.find((each) => each.title === title);
  if (check === undefined) throw new Error(title);
  const context = hostProject({ environment: { ...host.environment, ...environment } });
  return runCheck(check, { ...context, config: null, machineRoot: host.root }, []);
}

const pci = (slot: string, vendor: string, kind: string) => ({
  [`sys/bus/pci/devices/${slot}/vendor`]: `${vendor}\n`,
  [`sys/bus/pci/devices/${slot}/class`]: `${kind}\n`,
});
const gpu = pci('0000:01:00.0', '0x10de', '0x030200');
const os = (text: string) => ({ 'etc/os-release': text });
const ubuntu = os('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n');
const rocky = os('ID="rocky"\nID_LIKE="rhel centos fedora"\n');

const notLoaded =
  'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."; exit 9';

describe('no driver', () => {
  test.each([
    ['Ubuntu', ubuntu, 'sudo ubuntu-drivers install --gpgpu, then sudo reboot'],
    ['Debian', os('ID=debian\n'), 'sudo apt-get install linux-headers-$(uname -r) nvidia-driver'],
    ['Fedora', os('ID=fedora\n'), 'sudo dnf install akmod-nvidia'],
    ['openSUSE', os('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n'), 'sudo zypper install nvidia-open-driver'],
    ['Rocky', rocky, 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/'],
    ['something else', {}, 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/'],
  ])('%s', async (_, release, command) => {
    const found = await look(runner(null, { ...gpu, ...release }), 'GPU driver');
    expect(found.detail).toContain('nvidia-smi: not installed, although an NVIDIA GPU is on the bus');
    expect(found.hint).toContain(command);
  });
});

describe('a module that is not loaded', () => {
  const with_ = (files: Record<string, string | Buffer>) => {
    const host = runner(null, { ...gpu, ...files });
    host.program('nvidia-smi', notLoaded);
    return look(host, 'GPU driver');
  };

  test('since nouveau has the GPU', async () => {
    const found = await with_({ ...rocky, 'sys/module/nouveau/refcnt': '0' });
    expect(found.detail).toContain('nouveau, the driver of the kernel itself, has the GPU');
    expect(found.hint).toContain(
      'sudo tee /etc/modprobe.d/nvidia-no-nouveau.conf && sudo dracut --force && sudo reboot',
    );
  });

  test('since Secure Boot takes signed modules only', async () => {
    const variable = 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
    const on = await with_({ ...ubuntu, [variable]: Buffer.from([6, 0, 0, 0, 1]) });
    expect(on.detail).toContain('Secure Boot is on');
    expect(on.hint).toContain('sudo mokutil --import /var/lib/shim-signed/mok/MOK.der && sudo reboot');
    const off = await with_({ ...ubuntu, [variable]: Buffer.from([6, 0, 0, 0, 0]) });
    expect(off.detail).not.toContain('Secure Boot');
    expect(off.hint).toContain('sudo modprobe nvidia');
  });
});

describe('a machine with NVSwitch', () => {
  const h100 = derived['h100-535']?.() ?? '';
  const switches = pci('0000:07:00.0', '0x10de', '0x068000');

  test('needs Fabric Manager, of the version of the driver', async () => {
    const found = await look(runner(h100, { ...switches, ...ubuntu }), 'GPU driver');
    expect(found.state).toBe('ok');
    expect(found.hint).toContain('sudo systemctl enable --now nvidia-fabricmanager');
    expect(found.hint).toContain('sudo apt-get install -y nvidia-fabricmanager-535 &&');
    const rhel = await look(runner(h100, { ...switches, ...rocky }), 'GPU driver');
    expect(rhel.hint).toContain('sudo dnf install -y nvidia-fabric-manager-535.129.03');
  });

  test('with it says nothing, nor does a machine without switches, nor a container that cannot see', async () => {
    const manager = { 'proc/4711/comm': 'nv-fabricmanage\n' };
    expect((await look(runner(h100, { ...switches, ...manager }), 'GPU driver')).hint).toBe(null);
    expect((await look(runner(h100, ubuntu), 'GPU driver')).hint).toBe(null);
    const contained = gpuHost(h100);
    mkdirSync(path.join(contained.root, 'sys/bus/pci/devices/0'), { recursive: true });
    writeFileSync(path.join(contained.root, 'sys/bus/pci/devices/0/vendor'), '0x10de\n');
    writeFileSync(path.join(contained.root, 'sys/bus/pci/devices/0/class'), '0x068000\n');
    expect((await look(contained, 'GPU driver')).hint).toBe(null);
  });

  test('whose fabric is not up yet', async () => {
    const xml = h100.replace('</gpu>', '<fabric><state>In Progress</state></fabric></gpu>');
    const manager = { 'proc/4711/comm': 'nv-fabricmanage\n' };
    const found = await look(runner(xml, { ...switches, ...manager }), 'GPU driver');
    expect(found.hint).toContain('sudo journalctl -u nvidia-fabricmanager');
    expect(found.hint).not.toContain('--gpu-reset');
  });
});

describe('modes of the GPU', () => {
  test.each([
    ['exclusive', 'admits one process at a time (compute mode Exclusive)', 'sudo nvidia-smi -i 0 -c DEFAULT'],
    ['prohibited', 'lets nothing compute', 'sudo nvidia-smi -i 0 -c DEFAULT'],
    ['a100-mig-empty', 'has no MIG devices', 'sudo nvidia-smi -i 0 -mig 0'],
  ])('%s', async (name, said, command) => {
    const found = await look(gpuHost(derived[name]?.() ?? ''), 'GPU driver');
    expect(found.hint).toContain(said);
    expect(found.hint).toContain(command);
  });
});

describe('a runner without an engine', () => {
  const none = (host: GpuHost) => {
    host.set('down', 'permission denied while trying to connect to the Docker daemon socket');
    return host;
  };

  test('that is a pod is told what a pod can do', async () => {
    const found = await look(none(gpuHost(null)), 'containers on this machine', {
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
    });
    expect(found.hint).toContain('smoke.runtime: kubernetes');
    expect(found.hint).toContain('containerMode.type: dind');
  });

  test('is told what each engine lacks', async () => {
    const found = await look(none(gpuHost(null)), 'containers on this machine');
    expect(found.detail).toContain('none: docker does not answer');
    expect(found.hint?.split('\n')).toEqual([
      expect.stringMatching(/^docker: .*sudo usermod -aG docker \$USER/),
      expect.stringMatching(/^podman: .*podman info/),
    ]);
  });
});

test('the toolkit is installed with the commands of the distribution', async () => {
  const host = runner(derived['h100-535']?.() ?? '', ubuntu);
  host.set('runtimes', '{"runc":{}}');
  host.program('nvidia-ctk', 'exit 127');
  host.program('nvidia-container-runtime-hook', 'exit 127');
  const found = await look(host, 'GPUs in containers');
  expect(found.hint).toContain('sudo apt-get update && sudo apt-get install -y nvidia-container-toolkit');
  expect(found.hint).toContain('sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker');
});
