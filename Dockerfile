# The engine image: what Tekton Tasks, Argo CD hooks and the watchdog run. Needs a built dist/ (committed), nothing is downloaded.
FROM docker.io/library/node:24-slim
LABEL org.opencontainers.image.title="ml-deploy" \
      org.opencontainers.image.description="Validates, builds, smoke-tests and rolls out models" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --link --chmod=a+rX,go-w dist /ml-deploy/dist
ENV NODE_ENV=production
WORKDIR /workspace
USER 65532:65532
ENTRYPOINT ["node", "/ml-deploy/dist/index.js"]
