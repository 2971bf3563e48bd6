/**
 * Oldest driver of each major version of CUDA. Minor versions of one major run on the driver of its first: "minor version compatibility",
 * which NVIDIA promises from CUDA 11 on. Source: https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
export const minimumDrivers: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/**
 * Labels of nodes that tell the major version of the driver. Source: GPU feature discovery,
 * https://github.com/NVIDIA/k8s-device-plugin/tree/main/docs/gpu-feature-discovery
 */
export const driverLabels = ['nvidia.com/cuda.driver-version.major', 'nvidia.com/cuda.driver.major'] as const;
