/**
 * A Deployment with two pods and a Service as people write them by hand; the pods answer as revision `handmade`.
 */
export function handmade(image: string, namespace: string): readonly object[] {
  const labels = { 'app.kubernetes.io/name': 'fraud' };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'fraud-server', namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'model',
                image,
                ports: [{ name: 'http', containerPort: 8000 }],
                // Patient: a busy machine must not look like pods that come and go.
                readinessProbe: {
                  httpGet: { path: '/readyz', port: 8000 },
                  periodSeconds: 1,
                  timeoutSeconds: 5,
                  failureThreshold: 10,
                },
                lifecycle: { preStop: { sleep: { seconds: 5 } } },
                env: [{ name: 'MLDEPLOY_REVISION', value: 'handmade' }],
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'fraud', namespace },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  ];
}
