# The engine image: what Tekton Tasks, Argo CD hooks and the watchdog run. Needs a built dist/ (committed).

# uv fetches the Python packages of images that are built without a daemon (image.builder: oci).
FROM docker.io/library/python:3.12-slim AS tools
RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    printf '%s \\\n' 'uv==0.13.9' \
      '--hash=sha256:d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19' \
      '--hash=sha256:5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe' \
      > /uv.txt \
 && echo '--hash=sha256:ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375' >> /uv.txt \
 && python3 -m pip install --no-cache-dir --no-deps --require-hashes --no-compile --disable-pip-version-check --root-user-action=ignore \
      --target /tools -r /uv.txt

FROM docker.io/library/node:24-slim
LABEL org.opencontainers.image.title="ml-deploy" \
      org.opencontainers.image.description="Validates, builds, smoke-tests and rolls out models" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --link --from=tools --chmod=0755 /tools/bin/uv /usr/local/bin/uv
COPY --link --chmod=a+rX,go-w dist /ml-deploy/dist
ENV NODE_ENV=production
WORKDIR /workspace
USER 65532:65532
ENTRYPOINT ["node", "/ml-deploy/dist/index.js"]
