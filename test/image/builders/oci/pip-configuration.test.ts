import { expect, it } from 'vitest';

import { uvSettings } from '../../../../src/image/builders/oci/pip-configuration.ts';

it("turns pip's configuration into variables for uv", () => {
  const text = `# ours
[global]
index-url = https://user:secret@pypi.example/simple
extra_index_url =
    https://one.example/simple
    https://two.example/simple
timeout = 60

[install]
trusted-host = pypi.example
no-index: false
prefer-binary = true

[list]
format = columns
`;
  expect(uvSettings(text)).toEqual({
    environment: {
      UV_DEFAULT_INDEX: 'https://user:secret@pypi.example/simple',
      UV_INDEX: 'https://one.example/simple https://two.example/simple',
      UV_INDEX_STRATEGY: 'unsafe-best-match',
      UV_INSECURE_HOST: 'pypi.example',
    },
    arguments: [],
    unknown: ['prefer-binary'],
  });
  expect(uvSettings('[global]\nno-index = yes\nfind-links = /a /b\ncert = /ca.pem\n')).toEqual({
    environment: { UV_FIND_LINKS: '/a,/b', SSL_CERT_FILE: '/ca.pem' },
    arguments: ['--no-index'],
    unknown: [],
  });
});
