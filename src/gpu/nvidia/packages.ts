import type { Distribution } from '../../process/distribution.ts';

const driverGuide = 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/';
const toolkitGuide = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html';

/** How to install the driver, which then wants a restart of the machine. */
export function driverInstall(distribution: Distribution): string {
  const commands: Partial<Record<Distribution, string>> = {
    ubuntu: 'sudo ubuntu-drivers install --gpgpu',
    debian: 'sudo apt-get install linux-headers-$(uname -r) nvidia-driver (component non-free)',
    fedora: 'sudo dnf install akmod-nvidia xorg-x11-drv-nvidia-cuda (repository RPM Fusion)',
    suse: 'sudo zypper install nvidia-open-driver-G06-signed-kmp-default nvidia-compute-utils-G06',
    arch: 'sudo pacman -S nvidia-open nvidia-utils',
  };
  return `${commands[distribution] ?? `see ${driverGuide}`}, then sudo reboot`;
}

/** How to install the NVIDIA Container Toolkit, with its repository. Source: NVIDIA's installation guide. */
export function toolkitInstall(distribution: Distribution): string {
  const from = 'https://nvidia.github.io/libnvidia-container';
  const key = '/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg';
  const apt =
    `curl -fsSL ${from}/gpgkey | sudo gpg --dearmor -o ${key} && ` +
    `curl -fsSL ${from}/stable/deb/nvidia-container-toolkit.list | sed 's#deb https://#deb [signed-by=${key}] https://#' | sudo tee /etc/apt/sources.list.d/nvidia-container-toolkit.list && ` +
    'sudo apt-get update && sudo apt-get install -y nvidia-container-toolkit';
  const dnf = `curl -fsSL ${from}/stable/rpm/nvidia-container-toolkit.repo | sudo tee /etc/yum.repos.d/nvidia-container-toolkit.repo && sudo dnf install -y nvidia-container-toolkit`;
  const commands: Partial<Record<Distribution, string>> = {
    ubuntu: apt,
    debian: apt,
    fedora: dnf,
    rhel: dnf,
    suse: `sudo zypper addrepo ${from}/stable/rpm/nvidia-container-toolkit.repo && sudo zypper --gpg-auto-import-keys install -y nvidia-container-toolkit`,
    arch: 'sudo pacman -S nvidia-container-toolkit',
  };
  return commands[distribution] ?? `see ${toolkitGuide}`;
}

/**
 * How to install and start Fabric Manager, whose version has to be the driver's. Source: NVIDIA's Fabric Manager user guide.
 * @param distribution of this machine
 * @param driver its version, such as `535.129.03`
 */
export function fabricManagerInstall(distribution: Distribution, driver: string | null): string {
  const start = 'sudo systemctl enable --now nvidia-fabricmanager';
  const branch = driver?.split('.')[0] ?? 'BRANCH';
  const commands: Partial<Record<Distribution, string>> = {
    ubuntu: `sudo apt-get install -y nvidia-fabricmanager-${branch}`,
    debian: `sudo apt-get install -y nvidia-fabricmanager-${branch}`,
    rhel: `sudo dnf install -y nvidia-fabric-manager-${driver ?? 'VERSION'}`,
  };
  const install = commands[distribution];
  return install === undefined
    ? `install Fabric Manager of the version of the driver (${driver ?? 'unknown'}), then ${start}`
    : `${install} && ${start}`;
}
