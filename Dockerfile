# docker build -t genesis-connect .
# docker run -e KAFKA_BROKERS=… -e SCHEMA_REGISTRY_URL=… -v ./connectors:/etc/genesis/connectors:ro … genesis-connect
# ... with REST and metrics from this machine: -e GENESIS_HTTP_HOST=0.0.0.0 -e GENESIS_HTTP_INSECURE=true -p 127.0.0.1:8083:8083
# ... from other machines: with a certificate and a login in the worker file, see docs/security.md
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.base.json ./
COPY src src
# What only compilers and debuggers read stays behind.
RUN node_modules/.bin/tsc -b src && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules dist -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -exec rm {} +

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="genesis-connect" \
  org.opencontainers.image.version="0.2.0" \
  org.opencontainers.image.description="Feeds Kafka with synthetic data, exactly once" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
# Two pools of memory for all threads instead of one each: 2 MB less, for no more CPU (docs/benchmarks.md).
ENV MALLOC_ARENA_MAX=2
WORKDIR /opt/genesis
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
# Names, cities, streets: models name lists of these.
COPY words words
# HTML and style sheet of the web page; its scripts are in dist.
COPY src/page/static src/page/static
COPY deploy/worker.yaml /etc/genesis/worker.yaml
# For an init container that downloads models.
COPY deploy/fetch-models.js deploy/health-check.js deploy/
# The image's own unprivileged user, by number, so that Kubernetes can check runAsNonRoot.
USER 1000:1000
EXPOSE 8083
# Of a worker on another port if GENESIS_HTTP_PORT says so. Use --no-healthcheck for other commands.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "deploy/health-check.js"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["run", "/etc/genesis/connectors", "--worker", "/etc/genesis/worker.yaml"]
